"""Which feeds have hubs that push, what those were asked, and until when they are trusted."""

from dataclasses import dataclass

from bot.items import FeedId
from bot.store import keys
from bot.store.door import Door

MISSES = 2
"""So many polls in a row that found what the hub had not pushed end the trust in it …"""

DOUBT_MS = 86_400_000
"""… for so long."""

SILENT_MS = 300_000
"""Nobody who has not said for so long that hubs reach him can be pushed to; they say so each minute."""

_ID = 11
"""Characters of a feed's id, with which a callback's begins."""


@dataclass(frozen=True, slots=True)
class Push:
    """What is known of a feed's hub.

    ``callback`` is by what the hub finds us, the feed's id and characters that nobody can guess; both it
    and ``secret`` are "" before the hub is asked. ``failures``: attempts since it last agreed.
    """

    feed: FeedId
    hub: str
    topic: str
    callback: str = ""
    secret: str = ""
    wanted: bool = True
    failures: int = 0


class Pushes:
    """The feeds with hubs. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def offer(self, feed_id: FeedId, hub: str, topic: str) -> None:
        """Note that a feed names a hub; saying so again changes nothing."""
        await self._door.run("offer_push", feed_id, hub, topic)

    async def withdraw(self, feed_id: FeedId) -> None:
        """Note that a feed names no hub any more."""
        await self._door.run("withdraw_push", feed_id)

    async def missed(self, feed_id: FeedId) -> bool:
        """Note that a poll found what the hub should have pushed; return whether the trust in it ends."""
        return bool(await self._door.run("miss_push", feed_id, MISSES, DOUBT_MS))

    async def reach(self, public_url: str) -> int:
        """Note where hubs reach us, "" for nowhere; return how many feeds were pushed to elsewhere."""
        return int(await self._door.run("reach_push", public_url, 0, SILENT_MS))

    async def stay(self, public_url: str) -> int:
        """Note that hubs reach us there still, "" for nowhere; return how many feeds were pushed elsewhere.

        Whoever else can be pushed to is believed for :data:`SILENT_MS` since he said so last.
        """
        return int(await self._door.run("reach_push", public_url, SILENT_MS, SILENT_MS))

    async def claim(self, limit: int, lease_ms: int) -> list[Push]:
        """Return up to ``limit`` feeds whose hub is to be asked now, and put each off by ``lease_ms``."""
        found = await self._door.run("claim_pushes", limit, lease_ms)
        pushes = []
        for feed, *texts, wanted, failures in found:
            hub, topic, callback, secret = (text.decode(errors="replace") for text in texts)
            told = FeedId(feed.decode()), hub, topic, callback, secret
            pushes.append(Push(*told, wanted=wanted == b"1", failures=failures))
        return pushes

    async def ask(self, push: Push, mode: str, again_ms: int) -> bool:
        """Note that a hub is asked for ``mode``: before it is, since its answer may come at once.

        Unless it agrees, that counts as a failure, and it is asked again in ``again_ms``. False: the
        feed wants another hub by now.
        """
        told = push.feed, push.hub, push.topic, mode, push.callback, push.secret, again_ms
        return bool(await self._door.run("ask_push", *told))

    async def put_off(self, push: Push, again_ms: int) -> bool:
        """Note that the hub did not take what it was asked. False: it has agreed to it for all that."""
        return bool(await self._door.run("put_off_push", push.feed, push.callback, again_ms))

    async def called(self, callback: str) -> Push | None:
        """Return what the hub that knows us by ``callback`` pushes, None if we have told it to none."""
        feed_id = FeedId(callback[:_ID])
        names = "callback", "hub", "topic", "secret", "wanted", "failures"
        found = await self._door.do("HMGET", keys.push(feed_id), *names)
        known, hub, topic, secret, wanted, failures = ((one or b"").decode(errors="replace") for one in found)
        if not known or known != callback:
            return None
        return Push(feed_id, hub, topic, known, secret, wanted == "1", int(failures or 0))

    async def verify(self, push: Push, mode: str, topic: str, *, lease_ms: int, renew_ms: int) -> bool:
        """Return whether we have asked for ``mode`` and ``topic``, and want it still; if so, it is in force.

        A subscription then counts for ``lease_ms``, and is renewed in ``renew_ms``.
        """
        told = push.feed, push.callback, topic, mode, lease_ms, renew_ms
        return bool(await self._door.run("verify_push", *told))

    async def deny(self, push: Push, topic: str, again_ms: int) -> bool:
        """Note that the hub will not push ``topic``, and when to ask it again. False: nobody has asked it."""
        return bool(await self._door.run("deny_push", push.feed, push.callback, topic, again_ms))

    async def ping(self, feed_id: FeedId, within_ms: int) -> bool:
        """Note that a hub has pushed: the feed is looked at in ``within_ms``, unless that is taken in before.

        False: nobody hears the feed.
        """
        return bool(await self._door.run("ping", feed_id, within_ms))

    async def taken(self, feed_id: FeedId) -> None:
        """Note that all is taken in: the feed is looked at when it was to be before the push."""
        await self._door.run("taken", feed_id)

    async def count(self) -> int:
        """Return how many feeds are pushed now."""
        return int(await self._door.do("ZCOUNT", keys.PUSHED, await self._door.now_ms(), "+inf"))
