"""What is new to us and no news to anybody: it is kept as seen, and not handed on."""

import logging
from collections.abc import Sequence

from bot.fetch.hosts import host_of
from bot.items import Feed
from bot.life import is_old
from bot.store.candidates import Candidate, Extent
from bot.store.news import News

NEWS_MOST = 500
"""New items of one look that are handed on, the newest: a chat takes eight minutes to hear so many, and a
feed that has more at once is no news but an archive, or made to harm. As many are kept to be found again."""

log = logging.getLogger(__name__)


async def newest(
    news: News, feed: Feed, candidates: Sequence[Candidate], unseen: Sequence[bool]
) -> list[Candidate]:
    """Keep the oldest of the ``unseen`` candidates without handing them on; return all the others.

    Raises:
        StoreError: whether they were kept is not known; the next look tries again.
    """
    new = [one for one, is_new in zip(candidates, unseen, strict=True) if is_new]
    old = sorted(new, key=lambda one: one.order_ms)[:-NEWS_MOST]
    told = feed.id, host_of(feed.url), len(new), NEWS_MOST
    log.warning("feed %s (%s): %d new items at once; the newest %d are handed on, the others not", *told)
    return await _without(news, feed, candidates, old)


async def of_late(
    news: News, feed: Feed, candidates: list[Candidate], unseen: Sequence[bool], *, always: bool
) -> list[Candidate]:
    """Return what is to be handed on where the looks before saw another document: what was published since.

    All of it, where some of it was seen before, unless that is ``always`` so.

    Raises:
        StoreError: whether the others were kept is not known; the next look tries again.
    """
    if not always and not all(unseen):
        return candidates
    return await _without(news, feed, candidates, [one for one in candidates if is_old(one.item, feed)])


async def _without(
    news: News, feed: Feed, candidates: Sequence[Candidate], old: Sequence[Candidate]
) -> list[Candidate]:
    extent = Extent(None, is_part=True)
    done = await news.intake(feed, old, due_ms=None, hand_on=False, was=feed, extent=extent)
    left = set() if done.refused else set(map(id, old))
    return [one for one in candidates if id(one) not in left]
