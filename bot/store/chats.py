"""Chats: what we know of each, and what it hears."""

from collections.abc import Callable
from hashlib import blake2b

from bot.errors import StoreError, StoreUnavailable
from bot.items import Chat, ChatId, ChatKind, FeedId, Subscription, Taste, UserId
from bot.store import fields, keys
from bot.store.door import Door
from bot.store.feeds import UNHEARD_MS

LOST_DAYS = 30
"""How long what a chat heard is kept once Telegram lets us write there no more: it may come back."""

LOST_MS = LOST_DAYS * 86_400_000

SWAPS = 20
"""Times that a change is tried anew because another came first: more than can press at once."""

OWNERS_AT_ONCE = 500
"""Chats whose owners are noted in one trip."""

ABANDONED_AT_ONCE = 20
"""Chats forgotten in one step: each may hear hundreds of feeds."""


class Chats:
    """The chats and their wishes. Every method raises :class:`StoreUnavailable`."""

    def __init__(self, door: Door, *, keep_ms: int) -> None:
        self._door = door
        self._keep_ms = keep_ms

    async def get(self, chat_id: ChatId) -> Chat | None:
        """Return what we know of a chat, or ``None``."""
        raw = await self._door.do("HGETALL", keys.chat(chat_id))
        return fields.chat(chat_id, raw) if raw else None

    async def save(self, chat: Chat, *, before: Chat | None = None) -> None:
        """Save what we know of a chat, but not whether it is paused: see :meth:`pause`, :meth:`resume`.

        With ``before``, as it was read, only what differs is saved: what somebody else has changed
        since then stays. What it holds of a taste is one piece in this: change that by :meth:`tune`.
        """
        told = fields.of_chat(chat)
        if before:
            was = fields.of_chat(before)
            told = {name: value for name, value in told.items() if value != was[name]}
        if not told:
            return
        name = chat.username.lower().removeprefix("@")
        await self._door.run("save_chat", chat.id, name, *fields.flat(told))

    async def by_username(self, name: str) -> Chat | None:
        """Return the chat that was last seen under ``name`` (with or without @, in any case)."""
        known = await self._door.do("HGET", keys.USERNAMES, name.lower().removeprefix("@"))
        return await self.get(ChatId(int(known))) if known else None

    async def owned_by(self, user_id: UserId) -> list[Chat]:
        """Return the chats whose owner is ``user_id``: groups and channels, not their own private chat."""
        named = await self._door.do("SMEMBERS", keys.owned(user_id))
        ids = sorted(ChatId(int(chat)) for chat in named)
        raws = await self._door.many([("HGETALL", keys.chat(one)) for one in ids])
        found = [fields.chat(one, raw) for one, raw in zip(ids, raws, strict=True) if raw]
        return [one for one in found if one.owner == user_id and one.kind is not ChatKind.PRIVATE]

    async def note_owners(self) -> None:
        """Note by its owner each chat that was saved before such notes were kept, once for all."""
        if await self._door.do("HGET", keys.META, "owners"):
            return
        ids = await self.all_ids()
        for start in range(0, len(ids), OWNERS_AT_ONCE):
            some = ids[start : start + OWNERS_AT_ONCE]
            owners = await self._door.many([("HGET", keys.chat(one), "owner") for one in some])
            named = [
                ("SADD", keys.owned(UserId(int(owner))), chat)
                for chat, owner in zip(some, owners, strict=True)
                if owner and owner.isdigit()
            ]
            await self._door.many(named)
        await self._door.do("HSET", keys.META, "owners", 1)

    async def all_ids(self) -> list[ChatId]:
        """Return every chat that we know."""
        return sorted(ChatId(int(one)) for one in await self._door.do("SMEMBERS", keys.CHATS))

    async def subscribe(self, subscription: Subscription) -> bool:
        """Note a subscription in both directions and make its feed due. False: there was one, left as it is.

        Raises:
            StoreError: the feed is not known; :meth:`bot.store.feeds.Feeds.ensure` it first.
        """
        told = fields.of_subscription(subscription)
        new = await self._door.run(
            "subscribe", subscription.chat, subscription.feed, subscription.created_ms, told
        )
        if new < 0:
            raise StoreError(
                f"feed {subscription.feed} is not known; it must be made before it is subscribed to"
            )
        return bool(new)

    async def update(
        self, chat_id: ChatId, feed_id: FeedId, how: Callable[[Subscription], Subscription]
    ) -> Subscription | None:
        """Change how a chat hears a feed as ``how`` says of what stands there, and return what stands then.

        What others change meanwhile stays. None: the subscription has ended, and stays ended.
        """

        def changed(raw: bytes) -> str | None:
            return fields.of_subscription(how(fields.subscription(chat_id, feed_id, raw))) if raw else None

        told = await self._swap(keys.feed_chats(feed_id), str(chat_id), changed)
        return None if told is None else fields.subscription(chat_id, feed_id, told.encode())

    async def tune(self, chat_id: ChatId, how: Callable[[Taste], Taste]) -> Taste:
        """Change a chat's taste as ``how`` says of what stands there, and return what stands then."""
        told = await self._swap(
            keys.chat(chat_id), "taste", lambda raw: fields.of_taste(how(fields.taste(raw)))
        )
        return fields.taste((told or "").encode())

    async def _swap(self, key: str, field: str, how: Callable[[bytes], str | None]) -> str | None:
        """Put what ``how`` makes of a field in its place, anew where another writer came in between.

        ``how`` is told b"" where there is no field, and says None for leaving things as they are.
        """
        for _ in range(SWAPS):
            was = await self._door.do("HGET", key, field) or b""
            told = how(was)
            if told is None or await self._door.run("swap", field, was, told, keys=[key]):
                return told
        raise StoreUnavailable(f"{field} of {key} changes all the time; try again")

    async def unsubscribe(self, chat_id: ChatId, feed_id: FeedId) -> bool:
        """End a subscription in both directions and drop what waits from that feed. False: there was none.

        With its last subscriber a feed leaves the schedule, and the next one begins with a
        first look: what it published in between is not news.
        """
        return bool(await self._door.run("unsubscribe", chat_id, feed_id, UNHEARD_MS))

    async def succeed(self, heard: Subscription, feed_id: FeedId) -> bool:
        """Let the chat of ``heard`` leave ``feed_id``, and hear the other, as it does already, that way.

        What waits from the feed that is left is sent all the same. False: it does not hear both any more.
        """
        told = fields.of_subscription(heard)
        step = ("succeed", heard.chat, feed_id, heard.feed, told, UNHEARD_MS)
        return bool(await self._door.run(*step))

    async def subscriptions(self, chat_id: ChatId) -> list[Subscription]:
        """Return what the chat hears, in the order in which it was subscribed to."""
        feed_ids = await self._door.do("HKEYS", keys.chat_feeds(chat_id))
        wanted = [FeedId(one.decode()) for one in feed_ids]
        raws = await self._door.many([("HGET", keys.feed_chats(one), chat_id) for one in wanted])
        found = [fields.subscription(chat_id, one, raw) for one, raw in zip(wanted, raws, strict=True) if raw]
        return sorted(found, key=lambda one: (one.created_ms, one.feed))

    async def subscription(self, chat_id: ChatId, feed_id: FeedId) -> Subscription | None:
        """Return how the chat hears a feed, None if it does not."""
        raw = await self._door.do("HGET", keys.feed_chats(feed_id), chat_id)
        return fields.subscription(chat_id, feed_id, raw) if raw else None

    async def pause(self, chat_id: ChatId, why: str, *, lost: bool = True) -> bool:
        """Send nothing to the chat until it is resumed; what is meant for it still waits in its lane.

        ``lost``: Telegram lets us write there no more; after :data:`LOST_DAYS` it is forgotten.
        False: it was paused already.
        """
        return bool(await self._door.run("pause", chat_id, why, int(lost)))

    async def first_time(self, chat_id: ChatId, subject: str) -> bool:
        """Note that the chat's owner is told of ``subject``; False if they were, within :data:`LOST_DAYS`."""
        digest = blake2b(subject.encode("utf-8", "replace"), digest_size=8).hexdigest()
        place = keys.hinted(chat_id, digest)
        return bool(await self._door.do("SET", place, "1", "NX", "PX", LOST_MS))

    async def abandon(self) -> list[ChatId]:
        """Forget some of the chats that were lost :data:`LOST_DAYS` ago, and return them."""
        gone = await self._door.run("abandon", LOST_MS, ABANDONED_AT_ONCE, UNHEARD_MS)
        return [ChatId(int(one)) for one in gone]

    async def resume(self, chat_id: ChatId) -> None:
        """Let the chat hear again, beginning with what has waited."""
        await self._door.run("resume", chat_id)

    async def migrate(self, old: ChatId, new: ChatId) -> None:
        """Move all that is known of, waits for and was sent to ``old`` to ``new``, in one step.

        Where both have something, that of ``new`` stays. A claim on ``old`` is void afterwards:
        its item is the first that waits for ``new``.
        """
        await self._door.run("migrate", old, new, self._keep_ms)
