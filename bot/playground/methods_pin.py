"""Pinning a message."""

import time
from collections.abc import Mapping

from bot.playground.arguments import Arguments
from bot.playground.methods_basic import Method
from bot.playground.refusal import bad_request
from bot.playground.telegram import Change, Telegram
from bot.playground.world import Chat, Kind, Message


def _may_pin(telegram: Telegram, chat: Chat) -> bool:
    """Tell whether the bot may pin: in a supergroup, members may unless that is denied them."""
    member = telegram.bot_in(chat)
    match chat.kind:
        case Kind.PRIVATE:
            return True
        case Kind.CHANNEL:
            return member.may("can_edit_messages")
        case Kind.SUPERGROUP if not member.is_admin:
            return "pin_messages" not in chat.denied
        case _:
            return member.may("can_pin_messages")


async def pin_message(telegram: Telegram, args: Arguments) -> bool:
    """Pin a message; the chat is told by a message of its own, which takes an id as any does."""
    chat = telegram.writable(args.text("chat_id"))
    message = chat.messages.get(args.integer("message_id"))
    if message is None:
        raise bad_request("message to pin not found")
    if not _may_pin(telegram, chat):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    if message.service:
        raise bad_request("A service message can't be pinned")
    if message.pinned and chat.pinned == message.id:
        return True
    message.pinned, chat.pinned = True, message.id
    telegram.tell(Change("edited", chat.id, message.id))
    telegram.tell(Change("chat", chat.id))
    telegram.place(
        Message(
            id=chat.take_id(),
            chat_id=chat.id,
            date=int(time.time()),
            sender=telegram.bot,
            service={"pinned_message": telegram.json_of(message)},
            silent=args.flag("disable_notification"),
            thread_id=message.thread_id,
            outgoing=True,
        )
    )
    return True


METHODS: Mapping[str, Method] = {"pinChatMessage": pin_message}
