"""Who may change a chat: its administrators, as Telegram names them at that moment."""

from dataclasses import dataclass, replace

from telegram import (
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.chat.commands import split_target
from bot.chat.desk import Ask, Desk, handle, here, is_private
from bot.chat.membership import hear_again
from bot.chat.replies import say, short
from bot.items import Chat, ChatId, ChatKind, UserId


@dataclass(frozen=True, slots=True)
class Target:
    """The chat that a command is about, and the command's other words."""

    chat: Chat
    words: str


async def target_of(desk: Desk, ask: Ask, *, leading: bool = False, changes: bool = False) -> Target | None:
    """Find the chat that a command is about: a channel it names, else the one it was sent in.

    ``leading``: only the first word may name a channel, since later ones are search words.
    ``changes``: the command changes something, so that in groups only administrators may.
    ``None``: it may not be done; the reason has been answered.

    Raises:
        TelegramError: Telegram could not be asked.
    """
    named, words = split_target(ask.argument)
    if leading and named and not ask.argument.startswith(named):
        named, words = "", ask.argument
    if not named:
        allowed = not changes or await may_change(desk, ask)
        return Target(ask.chat, words) if allowed else None
    chat = await _managed(desk, ask, named, changes=changes)
    return Target(chat, words) if chat else None


async def may_change(desk: Desk, ask: Ask) -> bool:
    """Tell whether the asker may change this chat's settings; if not, say so.

    Raises:
        TelegramError: Telegram could not be asked.
    """
    if is_private(ask.chat) or ask.anonymous:
        return True
    if ask.person and await administers(desk, ask.chat.id, ask.person.id, ask.chat.kind):
        return True
    await desk.refuse(ask, ask.texts.only_admins_toast if ask.query else ask.texts.only_admins)
    return False


async def pressed_target(desk: Desk, ask: Ask, chat: ChatId, *, changes: bool) -> Chat | None:
    """Find the chat that a button is about, and check rights as for a command; data may be forged.

    Raises:
        TelegramError: Telegram could not be asked.
    """
    if chat == ask.chat.id:
        return ask.chat if not changes or await may_change(desk, ask) else None
    return await _managed(desk, ask, str(chat), changes=changes)


async def _managed(desk: Desk, ask: Ask, named: str, *, changes: bool) -> Chat | None:
    """Return the chat called ``named`` if the asker administers it and we may post there."""
    try:
        seen = await desk.bot.get_chat(named)
    except (BadRequest, Forbidden, ChatMigrated):
        await _refuse(desk, ask, ask.texts.channel_unknown, named)
        return None
    if seen.type == ChatKind.PRIVATE:
        await _refuse(desk, ask, ask.texts.channel_unknown, named)
        return None
    known = await desk.store.chats.get(ChatId(seen.id))
    chat = replace(
        known or Chat(id=ChatId(seen.id), language=ask.chat.language),
        kind=ChatKind(seen.type),
        title=seen.title or "",
        username=seen.username or "",
        owner=(known and known.owner) or (ask.person.id if ask.person else None),
    )
    if here(ask, chat):
        return chat if not changes or await may_change(desk, ask) else None
    if not await _may_post(desk, chat):
        await _refuse(desk, ask, ask.texts.channel_not_ours, handle(chat))
        return None
    if ask.person is None or not await administers(desk, chat.id, ask.person.id, chat.kind):
        await _refuse(desk, ask, ask.texts.channel_not_yours, handle(chat))
        return None
    if chat != known:
        await desk.store.chats.save(chat, before=known)
    return await hear_again(desk, chat)


async def _refuse(desk: Desk, ask: Ask, template: str, named: str) -> None:
    """Say why a chat cannot be managed; over a button, which may be forged, tell nothing of the chat."""
    text = ask.texts.button_not_yours if ask.query else say(template, chat=short(named)).text
    await desk.refuse(ask, text)


async def _may_post(desk: Desk, chat: Chat) -> bool:
    """Tell whether we may write to a chat: in a group as any member, in a channel as administrator.

    Raises:
        TelegramError: Telegram could not be asked.
    """
    if chat.kind is ChatKind.CHANNEL:
        return await administers(desk, chat.id, UserId(desk.bot.id), chat.kind)
    try:
        us = await desk.bot.get_chat_member(chat.id, desk.bot.id)
    except (BadRequest, Forbidden):
        return False
    if isinstance(us, ChatMemberRestricted):
        return us.is_member and us.can_send_messages
    return isinstance(us, ChatMemberOwner | ChatMemberAdministrator | ChatMemberMember)


async def administers(desk: Desk, chat: ChatId, person: UserId, kind: ChatKind) -> bool:
    """Tell whether a person administers a chat: in a channel, with the right to post.

    Raises:
        TelegramError: Telegram could not be asked.
    """
    try:
        member = await desk.bot.get_chat_member(chat, person)
    except (BadRequest, Forbidden):
        return False
    return _administers(member, kind)


def _administers(member: ChatMember, kind: ChatKind) -> bool:
    if isinstance(member, ChatMemberOwner):
        return True
    if not isinstance(member, ChatMemberAdministrator):
        return False
    return kind is not ChatKind.CHANNEL or member.can_post_messages is True
