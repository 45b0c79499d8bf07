"""Samples: a stored item, set as a chat sees items or would see them."""

import logging
from dataclasses import replace

from bot.chat.choices import Subject
from bot.chat.desk import Ask, Desk
from bot.chat.sources import sources_of
from bot.deliver.letters import look_for, messages_of, simplest
from bot.deliver.outcome import Outcome, Sent
from bot.items import Chat, StoredItem, Taste
from bot.render.message import compose
from bot.render.parts import Message
from bot.render.template_flaws import Flaw

log = logging.getLogger(__name__)


TELLING = 10
"""Of so many newest items the longest shows how styles differ; of a brief one they are all alike."""


async def latest(desk: Desk, subject: Subject, *, among: int = 1) -> StoredItem | None:
    """Return the newest stored item of a chat or of one of its feeds, or the longest of some newest."""
    sources = [subject.source] if subject.source else await sources_of(desk, subject.chat.id)
    items = await desk.store.archive.latest([one.feed.id for one in sources], offset=0, limit=among)
    return max(items, key=lambda one: len(one.item.content_html or one.item.summary_html), default=None)


async def show(desk: Desk, ask: Ask, subject: Subject, stored: StoredItem, taste: Taste) -> Flaw | None:
    """Send an item to whoever asked, set in ``taste`` before all else.

    Where its template fails, nothing is sent, and what is wrong is returned.
    """
    title = subject.source.subscription.title if subject.source else ""
    message = as_sample(desk, subject.chat, stored, taste.over(subject.taste), title)
    if not message.trouble:
        await send(desk, ask, message)
    return message.trouble


async def send(desk: Desk, ask: Ask, message: Message) -> Outcome:
    """Send a sample, with what goes on behind it, to where it was asked; return what became of its first."""
    first, *goes_on = messages_of(replace(message, topic=ask.topic))
    outcome = await desk.show(ask.chat.id, first)
    if isinstance(outcome, Sent) and outcome.whole:
        return outcome
    for one in goes_on:
        await desk.show(ask.chat.id, one)
    return outcome


def as_sample(desk: Desk, chat: Chat, stored: StoredItem, taste: Taste, source: str = "") -> Message:
    """Set an item as ``chat`` will see it; one that trips us in the simplest form, as in the lanes."""
    try:
        return compose(stored, look_for(chat, taste, desk.settings, source=source))
    except Exception:
        log.exception("item %s could not be set; it is shown as title and link", stored.id)
        return simplest(stored)
