"""Which of the items that are kept a document tells otherwise, and which of those it corrects."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from bot.identity import Keys
from bot.items import Feed, Item
from bot.store import keys, prints
from bot.store.door import Door
from bot.store.prints import Change

COMPARED_INLINE = 100
"""Known items of a document that are compared on the event loop (some 9 µs each); more go to a thread."""

logger = logging.getLogger(__name__)


async def changes(
    door: Door,
    feed: Feed,
    known: Sequence[tuple[Keys, Item]],
    kept: Mapping[bytes, bytes],
    *,
    hand_on: bool,
) -> Sequence[Change]:
    """Return which of ``feed``'s ``kept`` items its document, of which ``known`` are known, tells otherwise.

    Those to be handed on have an edit: none at a first look, and none in a storm.

    Raises:
        StoreUnavailable: the records of items that changed could not be read.
    """
    if not known or not kept:
        return ()
    if len(known) <= COMPARED_INLINE:
        compared = prints.compare(feed.id, known, kept)
    else:
        compared = await asyncio.to_thread(prints.compare, feed.id, known, kept)
    if not (compared.changes and feed.seeded and hand_on):
        return compared.changes
    found = await door.do("MGET", *(keys.item(one.item_id) for one in compared.changes))
    judged = await asyncio.to_thread(prints.judge, compared, found)
    if judged is None:
        logger.info(
            "feed %s: too many of %d items changed at once to be corrections", feed.id, compared.shown
        )
        return compared.changes
    return judged
