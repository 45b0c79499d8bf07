"""What becomes of chats: what they are called, whether we are still in them, where they moved to."""

import logging
from dataclasses import replace

from bot.chat.desk import Desk, handle, name
from bot.chat.replies import bold, say, short, texts_for
from bot.chat.updates import Membership, Moved, Person, Place
from bot.deliver import notices
from bot.deliver.outcome import Sent
from bot.items import Chat, ChatId, ChatKind
from bot.render.parts import RichText

log = logging.getLogger(__name__)

BY_HAND = "by hand"
"""The reason of a pause that somebody asked for; only that person's word ends it."""

NO_RIGHT = "no right to post"
"""The reason of a pause where we are in a channel without the right to post."""


async def meet(desk: Desk, place: Place, person: Person | None) -> Chat:
    """Return what we know of the chat, brought up to date; whoever speaks to us can hear us again."""
    known = await desk.store.chats.get(place.chat)
    chat = _up_to_date(known, place, person)
    if chat != known:
        await desk.store.chats.save(chat, before=known)
    return await hear_again(desk, chat)


async def hear_again(desk: Desk, chat: Chat) -> Chat:
    """Resume a chat that we can write to, as it turns out; but not one that was paused by hand."""
    if not chat.paused or chat.paused == BY_HAND:
        return chat
    await desk.store.chats.resume(chat.id)
    log.info("chat %d hears again; it was %s", chat.id, chat.paused)
    return replace(chat, paused="")


async def rename(desk: Desk, place: Place, message: int) -> None:
    """Keep the title and name of a chat that we know, and the id of a message that is another's."""
    known = await desk.store.chats.get(place.chat)
    if known and message:
        await desk.store.outbox.note_known(place.chat, message)
    if known and (chat := _up_to_date(known, place, None)) != known:
        await desk.store.chats.save(chat, before=known)


async def change(desk: Desk, told: Membership, *, greet: bool) -> None:
    """Note that we came into a chat, left it, or may post there or not; greet where we are new."""
    place = told.place
    known = await desk.store.chats.get(place.chat)
    if not told.may_post:
        if known and await desk.store.chats.pause(place.chat, _why(told)):
            await _tell_owner(desk, known, _why(told))
        log.info("chat %d (%s): %s", place.chat, place.kind, _why(told))
    else:
        await meet(desk, place, told.person)
    if greet and told.is_in and not told.was_in and place.kind is not ChatKind.PRIVATE:
        await _greet(desk, told)


async def move(desk: Desk, moved: Moved) -> None:
    """Take everything of a group along to the supergroup that it became. Told twice, done once."""
    await desk.store.chats.migrate(moved.old, moved.new)
    known = await desk.store.chats.get(moved.new)
    if known and known.kind is not ChatKind.SUPERGROUP:
        await desk.store.chats.save(replace(known, kind=ChatKind.SUPERGROUP), before=known)
    log.info("group %d is supergroup %d now", moved.old, moved.new)


async def _tell_owner(desk: Desk, chat: Chat, why: str) -> None:
    """Tell whoever looks after a chat, in private, that it is lost; a private one has nobody else."""
    if chat.owner is not None and int(chat.owner) != int(chat.id):
        theirs = await desk.store.chats.get(ChatId(chat.owner))
        language = (theirs and theirs.language) or chat.language or desk.settings.language
        await desk.tell(ChatId(chat.owner), RichText(notices.chat_lost(chat, why, language)))


async def _greet(desk: Desk, told: Membership) -> None:
    """Tell whoever added us how to begin: in private if they ever spoke to us, else in the group."""
    place, person = told.place, told.person
    texts = texts_for(person.language if person else "", desk.settings.language)
    chat = Chat(id=place.chat, kind=place.kind, title=place.title, username=place.username)
    if place.kind is not ChatKind.CHANNEL:
        template = texts.greet_group
    else:
        template = texts.greet_channel if told.may_post else texts.greet_channel_mute
    greeting = say(template, chat=bold(short(name(chat))), name=handle(chat))
    reached = person is not None and isinstance(await desk.tell(ChatId(person.id), greeting), Sent)
    # A channel's readers have not asked for us: there we stay silent.
    if not reached and place.kind is not ChatKind.CHANNEL:
        await desk.tell(place.chat, RichText(texts.start_group))


def _why(told: Membership) -> str:
    if told.is_in:
        return NO_RIGHT
    return "blocked" if told.place.kind is ChatKind.PRIVATE else told.status or "left"


def _up_to_date(known: Chat | None, place: Place, person: Person | None) -> Chat:
    chat = replace(
        known or Chat(id=place.chat), kind=place.kind, title=short(place.title), username=place.username
    )
    if place.kind is not ChatKind.PRIVATE or person is None:
        return chat
    return replace(chat, owner=person.id, language=chat.language or person.language)
