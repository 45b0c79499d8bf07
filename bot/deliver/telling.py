"""People are told what became of their feeds: in private, without a sound, several things in one message.

Never in public in a channel. One worker tells and the others wait, so that nobody is told twice. What has
come to nothing meanwhile is not told at all.
"""

import asyncio
import logging
import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from bot.deliver.outcome import Down, Halt, Outcome, Sent, Unclear, Wait
from bot.errors import StoreError
from bot.items import Chat, ChatId, ChatKind, Feed, Subscription
from bot.life import Event, Fate, Notice, fate_of, former_of
from bot.render.parts import Message
from bot.settings import Settings
from bot.store.client import Store
from bot.store.notices import Slip, subject

ROLE = "telling"

LEAD_MS = 180_000
"""Longer than one message may take with all its repetitions, so that no two workers tell at once."""

RESIGN_S = 1.0

UNSAVED_MS = 900_000
"""A notice that does not hold may be of a look that is not saved yet, or is taken again: see its lease."""

PEOPLE_AT_ONCE = 20
"""People told in one round; between two rounds new notices are laid out."""

MANY = 4
"""Fewer feeds than this that fail at once may well have done so by themselves."""

TOGETHER_MS = 86_400_000
"""Feeds that began to fail within a day of each other failed at once: dead ones are seldom asked."""

CLUSTERED = frozenset({Event.DEAD, Event.SILENT})
"""What tends to befall several feeds within hours, and is in no hurry."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon what is told, in seconds."""

    soon_s: float = 5
    """From a notice to its message; what comes meanwhile is told with it."""
    later_s: float = 600
    """The same for what is :data:`CLUSTERED`."""
    rest_s: float = 6 * 3600
    """Between two messages to one person."""
    round_s: float = 3
    apart_s: float = 1
    """Between two messages: news goes first."""
    hold_s: float = 60
    """How soon it is looked again whether it is our own network that fails."""
    down_s: float = 60


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell: the notice, the feed as it is now, and the chat of the person's that hears it.

    ``beside``: of a move, another feed at the new address, which that chat hears too.
    """

    notice: Notice
    feed: Feed
    chat: Chat
    beside: Feed | None = None


class Words(Protocol):
    """What puts things into words."""

    def told(self, things: Sequence[Told], language: str, person: ChatId) -> Message:
        """Return the message that tells ``person`` all of ``things``, at least one."""

    def ours(self, failing: int, language: str) -> Message:
        """Return the message that says that so many feeds fail at once, so that it may be our network."""


class Voice(Protocol):
    """What is needed of :class:`bot.deliver.sender.Sender`."""

    async def answer(self, chat: ChatId, message: Message) -> Outcome:
        """Send a message within the limits."""

    async def has_left(self, chat: Chat, person: ChatId) -> bool:
        """Tell whether a person has certainly left a chat, or cares for a channel no more."""


class Teller:
    """Tells people what became of their feeds, until told to stop."""

    def __init__(
        self,
        store: Store,
        voice: Voice,
        words: Words,
        settings: Settings,
        *,
        holder: str = "teller",
        pace: Pace = Pace(),
    ) -> None:
        """Take the parts; ``holder`` names this teller, and no other, among those that wait."""
        self._store = store
        self._voice = voice
        self._words = words
        self._settings = settings
        self._holder = holder
        self._pace = pace
        self._led_s = time.monotonic()
        self._held_until_ms = 0
        self._starts: list[int] = []
        """Since when feeds fail, sorted; of those that do not, 0."""
        self._sampled_ms = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Tell whatever there is to tell, until ``stop``; a message in hand is finished."""
        try:
            while not stop.is_set():
                try:
                    if await self._store.claims.lead(ROLE, self._holder, LEAD_MS):
                        await self.round(stop)
                except StoreError as error:
                    logger.warning("telling of feeds waits: %s", error)
                except Exception:
                    logger.exception("telling of feeds has stumbled; it goes on with the next round")
                await _first_of(stop, self._pace.round_s)
        finally:
            # A store that does not answer must not hold up the stop: the lead then ends with its lease.
            with suppress(StoreError, TimeoutError):
                async with asyncio.timeout(RESIGN_S):
                    await self._store.claims.resign(ROLE, self._holder)

    async def round(self, stop: asyncio.Event) -> None:
        """Lay out what is new, and tell some of those whose time has come.

        Raises:
            StoreError: nothing is lost by it; another round takes it up.
        """
        await self._spread()
        for place, person in enumerate(await self._store.notices.due(PEOPLE_AT_ONCE)):
            if place:
                await _first_of(stop, self._pace.apart_s)
            if stop.is_set():
                return
            await self._stay()
            try:
                await self._tell(person)
            except StoreError:
                raise
            except Exception:  # it must not stand in the way of all others for ever
                logger.exception("chat %d: cannot be told of its feeds; that is given up", person)
                await self._store.notices.settle(person, await self._store.notices.slips(person), None)

    async def _spread(self) -> None:
        """Lay each notice out for those who are to be told, and drop it."""
        now_ms = await self._store.now_ms()
        if now_ms < self._held_until_ms:
            return
        held = 0
        async for some in self._store.notices.waiting():
            feeds = {one.id: one for one in await self._store.feeds.many({one.feed for one, _ in some})}
            for notice, put_ms in some:
                feed = feeds.get(notice.feed)
                if feed is None or not _still_holds(notice, feed):
                    if now_ms - put_ms < UNSAVED_MS:
                        continue
                elif notice.event is Event.DEAD and await self._is_ours(notice):
                    held += 1
                    continue
                else:
                    await self._lay(notice, now_ms)
                await self._store.notices.drop(notice)
        if held:
            self._held_until_ms = now_ms + round(self._pace.hold_s * 1000)
            logger.warning("%d feeds have died, but most fail at once: is it our network?", held)
            await self._tell_owners()

    async def _lay(self, notice: Notice, now_ms: int) -> None:
        wait_s = self._pace.later_s if notice.event in CLUSTERED else self._pace.soon_s
        due_ms = now_ms + round(wait_s * 1000)
        async for some in self._store.feeds.subscribers_in_portions(notice.feed):
            slips = []
            for wish in some:
                people = [] if wish.paused else await self._audience(wish)
                slips += [(person, Slip(notice, wish.chat)) for person in people[:1]]
            await self._store.notices.lay(slips, due_ms)
            await self._stay()

    async def _audience(self, wish: Subscription) -> list[ChatId]:
        """Return who is to be told of a chat's feed: the first of these that can be reached."""
        if wish.chat > 0:
            return [wish.chat]
        return audience(wish, await self._store.chats.get(wish.chat))

    async def _is_ours(self, notice: Notice) -> bool:
        """Tell whether the feed failed together with most others: it is our own network then, not theirs."""
        now_ms = await self._store.now_ms()
        if not self._starts or abs(now_ms - self._sampled_ms) >= self._pace.hold_s * 1000:
            self._starts = sorted(await self._store.notices.failing_since())
            self._sampled_ms = now_ms
        well = bisect_right(self._starts, 0)
        first = max(notice.since_ms - TOGETHER_MS, 1)
        together = bisect_right(self._starts, notice.since_ms + TOGETHER_MS) - bisect_left(
            self._starts, first
        )
        return together >= MANY and together > well

    async def _tell_owners(self) -> None:
        """Tell those who run the relay, once in a month, that most feeds fail."""
        failing = len(self._starts) - bisect_right(self._starts, 0)
        for owner in sorted(self._settings.owner_ids):
            person = ChatId(owner)
            if await self._store.chats.first_time(person, "most feeds fail"):
                chat = await self._store.chats.get(person)
                language = (chat.language if chat else "") or self._settings.language
                await self._voice.answer(person, self._words.ours(failing, language))

    async def _tell(self, person: ChatId) -> None:
        """Tell a person all that is laid out for them and still holds, in one message."""
        notices = self._store.notices
        slips, before = await notices.slips(person), await notices.told(person)
        things = [(slip, one) for slip in slips if (one := await self._thing(slip, before))]
        now_ms = await self._store.now_ms()
        left = await self._left(person, [one.chat for _, one in things])
        await self._pass_on([slip for slip, _ in things if slip.chat in left], now_ms)
        things = [(slip, one) for slip, one in things if slip.chat not in left]
        if not things:
            await notices.settle(person, slips, None)
            return
        language = await self._language(person, things[0][1].chat)
        message = self._words.told([one for _, one in things], language, person)
        said = {slip.subject: slip.notice.period for slip, _ in things}
        await notices.note_told(person, said)
        outcome = await self._voice.answer(person, message)
        match outcome:
            case Sent() | Unclear():
                logger.info("chat %d: told of %d feeds", person, len(things))
                await notices.forget_told(person, _over([slip.notice for slip, _ in things]))
                await notices.settle(person, slips, now_ms + round(self._pace.rest_s * 1000))
                return
            case Wait(seconds):
                again_s = seconds + 1
            case Down() | Halt():
                again_s = self._pace.down_s
            case _:
                again_s = 0.0
                logger.info("chat %d: cannot be told of %d feeds: %s", person, len(things), outcome)
        await notices.forget_told(person, list(said.keys() - before.keys()))
        await notices.note_told(person, {one: before[one] for one in said.keys() & before.keys()})
        if again_s:
            await notices.settle(person, (), now_ms + round(again_s * 1000))
        else:
            await self._pass_on([slip for slip, _ in things], now_ms)
            await notices.settle(person, slips, None)

    async def _left(self, person: ChatId, chats: Sequence[Chat]) -> set[ChatId]:
        """Return those of ``chats`` whose feeds are the person's business no more."""
        left = set()
        for one in {one.id: one for one in chats if person > 0 and one.id != person}.values():
            await self._stay()  # a Telegram that hangs is waited for at each
            if await self._voice.has_left(one, person):
                left.add(one.id)
        return left

    async def _thing(self, slip: Slip, before: dict[str, str]) -> Told | None:
        """Return what a slip is to tell, None where there is nothing to tell any more."""
        notice = slip.notice
        if before.get(slip.subject) == notice.period:
            return None
        if notice.event is Event.BACK and not before.keys() & set(_over([notice])):
            return None  # whoever was not told that it went away
        feed = await self._store.feeds.get(notice.feed)
        if feed is None or not _still_holds(notice, feed):
            return None
        wish = await self._store.chats.subscription(slip.chat, feed.id)
        chat = await self._store.chats.get(slip.chat) or Chat(slip.chat)
        if wish is None or wish.paused or chat.paused:
            return None
        beside = None
        if notice.event is Event.MOVED:
            other = await self._store.feeds.find(notice.new)
            if other and other.id != feed.id and await self._store.chats.subscription(slip.chat, other.id):
                beside = other
        return Told(notice, feed, chat, beside)

    async def _pass_on(self, slips: Sequence[Slip], due_ms: int) -> None:
        """Lay out for whoever comes next what somebody who cannot be reached should have been told."""
        for slip in slips:
            wish = await self._store.chats.subscription(slip.chat, slip.notice.feed)
            people = (await self._audience(wish))[slip.tried + 1 :] if wish else []
            passed = [(person, Slip(slip.notice, slip.chat, slip.tried + 1)) for person in people[:1]]
            await self._store.notices.lay(passed, due_ms)

    async def _language(self, person: ChatId, chat: Chat) -> str:
        known = await self._store.chats.get(person)
        return (known.language if known else "") or chat.language or self._settings.language

    async def _stay(self) -> None:
        """Renew the lead in the middle of a round.

        Raises:
            StoreError: another teller has it.
        """
        now_s = time.monotonic()
        if now_s - self._led_s <= LEAD_MS / 4000:
            return
        self._led_s = now_s
        if not await self._store.claims.lead(ROLE, self._holder, LEAD_MS):
            raise StoreError("another teller has taken over")


def audience(wish: Subscription, chat: Chat | None) -> list[ChatId]:
    """Return who is to be told what becomes of a feed that ``chat`` hears, the first who can be reached.

    A private chat is told itself. Of others, who subscribed to the feed, then who answers for the chat; a
    group itself only where neither can be, a channel never: it is read by others.
    """
    if wish.chat > 0:
        return [wish.chat]
    people = dict.fromkeys([wish.by, chat.owner if chat else None])
    named = [ChatId(one) for one in people if one]
    is_group = chat is not None and chat.kind in {ChatKind.GROUP, ChatKind.SUPERGROUP}
    return [*named, wish.chat] if is_group else named


def _still_holds(notice: Notice, feed: Feed) -> bool:
    """Tell whether what a notice says is so, as far as the feed's state tells."""
    match notice.event:
        case Event.MOVED:
            return feed.url == notice.new and former_of(feed) == notice.old  # it can be undone yet
        case Event.BACK:
            return not feed.failures
        case Event.GONE:
            return fate_of(feed) is Fate.GONE
        case Event.DEAD:
            return fate_of(feed) is Fate.DEAD
        case Event.SILENT:
            return fate_of(feed) is Fate.SILENT


def _over(notices: Sequence[Notice]) -> list[str]:
    """Return the subjects that are closed once ``notices`` are told: a feed that is back is not dead."""
    back = [one.feed for one in notices if one.event is Event.BACK]
    return [subject(feed, event) for feed in back for event in (Event.DEAD, Event.GONE)]


async def _first_of(stop: asyncio.Event, seconds: float) -> None:
    """Wait for ``stop``, at most ``seconds``."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
