"""One delivery: the item of a claim to its chat, and the note of what became of it.

An item leaves its lane only when Telegram has named the message, or with a reason that can be
read later (parked). An outage or a flood wait is never the item's fault and costs no attempt.
"""

import asyncio
import logging
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.deliver import notices
from bot.deliver.asking import Answer, Asking, Found, Later
from bot.deliver.backoff import Backoff, Rest
from bot.deliver.letters import Letter, Letters, Withdrawn
from bot.deliver.outcome import (
    ChatLost,
    Down,
    Halt,
    MediaRefused,
    Migrated,
    Outcome,
    Refused,
    Sent,
    TopicLost,
    Unclear,
    Wait,
)
from bot.deliver.owners import Owners
from bot.deliver.partners import BEFORE_S, DELIVERY_S, Ear, Lanes, People, Sends
from bot.deliver.pinning import Pins
from bot.deliver.places import learn
from bot.deliver.recent import Recent
from bot.deliver.standing import Standing
from bot.deliver.surely import surely
from bot.deliver.tally import Tally
from bot.errors import StoreError
from bot.items import Chat, ChatId, Taste
from bot.render.ladder import cost
from bot.render.parts import Message
from bot.render.template_flaws import Flaw
from bot.store.outbox import Claim, Met

PLAIN_FROM = 3
"""From this attempt on a message goes without its picture: that may be what gets no answer."""

SIMPLE_FROM = 6
"""From this attempt on it goes as title and link: setting it may be what takes the process down."""

GIVE_UP = 12
"""Attempts that ended with nothing known, or by our own fault, before the item is parked."""

ALBUM_WAIT_MS = 4_000
"""A place for the other pictures of an album is waited for; what takes longer comes with a later claim."""

GENERAL_S = 6.0
"""Nothing is sent to General in less time than this, after its topic has refused it."""

TOPIC_LOST_S = 600.0
"""For so long an alert's topic that was lost is not tried: it stays the alert's, and may be opened again."""

LONG_WAIT_S = 60.0
"""A flood wait from this length on is worth an operator's look."""

HEALTH_MS = 1_000
"""How often a success is noted as a sign of health."""

logger = logging.getLogger(__name__)


class Carrier:
    """Delivers claims, any number at a time. ``clock`` is in epoch milliseconds.

    Attributes:
        refused: why Telegram will not have us at all, once it has said so.
        tally: what to report.
    """

    def __init__(
        self,
        outbox: Lanes,
        chats: People,
        letters: Letters,
        sender: Sends,
        ear: Ear,
        clock: Callable[[], int],
        standing: Standing | None = None,
    ) -> None:
        self._standing = standing or Standing()
        self._outbox = outbox
        self._chats = chats
        self._letters = letters
        self._sender = sender
        self._ear = ear
        self._clock = clock
        self._asking = Asking(outbox, sender)
        self._owners = Owners(chats, ear)
        self._pins = Pins(sender, outbox, self._owners, letters.language)
        self._lost_topics: Recent[tuple[ChatId, int], bool] = Recent(1_000, TOPIC_LOST_S, time.monotonic)
        self._backoff = Backoff()
        self._telegram_away = False
        self._healthy_ms = 0
        self._in_hand: dict[ChatId, asyncio.Event] = {}
        self.refused = ""
        self.tally = Tally()

    @property
    def is_careful(self) -> bool:
        """Whether nothing passes just now, so that one message at a time should be tried."""
        return self._backoff.is_careful

    async def carry(self, claim: Claim) -> None:
        """Deliver one claim and note the outcome; no item's, chat's or store's trouble leaves here."""
        if (before := self._in_hand.get(claim.chat)) is not None:
            # A clock that was set forward has ended our own lease: what it is on its way with will be noted.
            await before.wait()
            await self._noted(claim, lambda: surely(lambda: self._outbox.defer(claim, 0, counts=False)))
            return
        self._in_hand[claim.chat] = asyncio.Event()
        try:
            pinned = await self._carry(claim)
        finally:
            self._in_hand.pop(claim.chat).set()
        if pinned:  # the chat's next message need not wait for it
            await self._pins.pin(*pinned)

    async def _carry(self, claim: Claim) -> tuple[Chat, int] | None:
        """Deliver it and note the outcome; return the message that is to be pinned, if one is."""
        try:
            letter, outcome = await self._attempt(claim)
        except Exception:
            logger.exception("chat %d, item %s: our own failure; to be tried again", claim.chat, claim.item)
            rest = self._backoff.down(claim.chat, _roll(claim))
            await self._noted(claim, lambda: self._outbox.defer(claim, rest.chat_ms, met=Met.DOUBT))
            return None
        is_noted = await self._noted(claim, lambda: self._conclude(claim, letter, outcome))
        wants_pin = letter is not None and letter.pin and not claim.pieces and is_noted
        if letter and wants_pin and isinstance(outcome, Sent | Found):
            return letter.chat, outcome.message_id
        return None

    async def _attempt(self, claim: Claim) -> tuple[Letter | None, Outcome | Withdrawn | Answer]:
        """Load it, set it, and see that it arrives."""
        if claim.attempt > GIVE_UP:
            return None, Withdrawn(f"given up after {GIVE_UP} attempts that ended without a word")
        began = asyncio.get_running_loop().time()
        simply = max(claim.attempt, self._backoff.unclear_times(claim.chat) + 1) >= SIMPLE_FROM
        letter = await surely(lambda: self._letters.of(claim, simply=simply))
        if isinstance(letter, Withdrawn):
            return None, letter
        return letter, await self._bring(claim, letter, began)

    async def _bring(self, claim: Claim, letter: Letter, began: float) -> Outcome | Answer:
        """Ask for it where it may have arrived, else send it; None where the lease is too far gone."""
        if letter.done:
            return Found(claim.pieces[-1])
        answer = await self._asking.ask(claim, letter.message) if claim.doubt else None
        answer = answer or await self._room_for(claim, letter.message)
        if answer or asyncio.get_running_loop().time() - began > BEFORE_S:
            return answer
        return await self._send(claim, letter)

    async def _room_for(self, claim: Claim, message: Message) -> Later | None:
        """Take the places of an album's further pictures; the claim took that of one message."""
        further = cost(message) - 1
        if not further:
            return None
        wait_ms = await surely(
            lambda: self._outbox.reserve(claim.chat, further, beside=True, within_ms=ALBUM_WAIT_MS)
        )
        if wait_ms > ALBUM_WAIT_MS:
            return Later(wait_ms)
        await asyncio.sleep(wait_ms / 1000)
        return None

    async def _send(self, claim: Claim, letter: Letter) -> Outcome | None:
        """Send it, elsewhere where its topic is lost; None where that took too long to be sent again."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + DELIVERY_S
        plainly = max(claim.attempt, self._backoff.unclear_times(claim.chat) + 1) >= PLAIN_FROM
        left_s = DELIVERY_S
        for topic in self._topics(letter):
            message = replace(letter.message, topic=topic)
            outcome = await self._sender.deliver(claim.chat, message, plainly=plainly, within_s=left_s)
            if not isinstance(outcome, TopicLost):
                return outcome
            if topic is not None:
                await self._leave_topic(claim, letter, topic)
            left_s = ends - loop.time()
            if left_s < GENERAL_S:
                return None
        return ChatLost("topic closed")

    def _topics(self, letter: Letter) -> tuple[int | None, ...]:
        """Return where to send it, the best first: where an alert or its subscription wants it, General."""
        chat, own = letter.chat.id, letter.subscription.topic if letter.subscription else None
        is_lost = letter.message.topic is not None and (chat, letter.message.topic) in self._lost_topics
        return tuple(dict.fromkeys((own if is_lost else letter.message.topic, own, None)))

    async def _leave_topic(self, claim: Claim, letter: Letter, topic: int) -> None:
        """Let what was meant for a lost topic go elsewhere from now on: a subscription's to General."""
        language = self._letters.language(letter.chat)
        wish = letter.subscription
        if wish is not None and wish.topic == topic:
            logger.warning("chat %d: topic %d is lost; its items go to General", claim.chat, topic)
            await surely(
                lambda: self._chats.update(wish.chat, wish.feed, lambda now: replace(now, topic=None))
            )
            name = wish.title or letter.source
            await self._owners.tell(letter.chat, notices.topic_lost(letter.chat, name, language))
        if hit := next((one for one in claim.hits if one.topic == topic), None):
            logger.warning("chat %d: topic %d of alert %d is lost", claim.chat, topic, hit.alert)
            self._lost_topics.put((claim.chat, topic), value=True)
            sentence = notices.alert_topic_lost(letter.chat, hit.label, language)
            await self._owners.tell_once(letter.chat, f"topic {topic}", sentence)

    async def _conclude(  # noqa: C901  one case for each outcome reads as a table
        self, claim: Claim, letter: Letter | None, outcome: Outcome | Withdrawn | Answer
    ) -> None:
        """Note what became of a claim. Telegram's outages are told once, its refusals each."""
        match outcome:
            case None:
                await self._defer(claim, Rest(0), unasked=True)
            case Sent() | Found():
                await self._sent(claim, letter, outcome)
            case Later(wait_ms):
                await self._defer(claim, Rest(wait_ms), unasked=True)
            case Wait(seconds):
                say = logger.warning if seconds >= LONG_WAIT_S else logger.info
                say("chat %d: Telegram wants %.0f s of quiet", claim.chat, seconds)
                rest = self._backoff.flooded(claim.chat, seconds, self._clock() / 1000)
                await self._defer(claim, rest, met=Met.FLOOD)
            case Down(why):
                if not self._telegram_away:
                    logger.warning("Telegram is out of reach; everything waits: %s", why)
                self._telegram_away = True
                await self._defer(claim, self._backoff.down(claim.chat, _roll(claim)))
            case Unclear(why, is_down):
                await self._unclear(claim, why, is_down=is_down)
            case Withdrawn(why, tally):
                await self._park(claim, why, logging.INFO, unasked=True, tally=tally)
            case Refused(why) | MediaRefused(why) | TopicLost(why):
                await self._park(claim, f"Telegram refuses it: {why}", logging.WARNING)
            case ChatLost(why):
                await self._lost(claim, why)
            case Migrated(to):
                logger.info("chat %d is now %d", claim.chat, to)
                await surely(lambda: self._chats.migrate(claim.chat, to))
                self._backoff.forget(claim.chat)
            case Halt(why):
                self.refused = why
                await self._defer(claim, Rest(0))

    async def _sent(self, claim: Claim, letter: Letter | None, sent: Sent | Found) -> None:
        """Settle, however long the store takes: that it was sent must not be forgotten."""
        self._backoff.succeeded(claim.chat)
        if self._telegram_away:
            logger.info("Telegram is back")
        self._telegram_away = False
        found = isinstance(sent, Found)
        extra, began_s = (0, None) if isinstance(sent, Found) else (sent.calls - 1, sent.began_s)
        stories = letter.stories if letter else ()
        others = _further(sent, letter) if isinstance(sent, Found) else sent.others
        if found:
            logger.info("chat %d, item %s: had arrived as %d", claim.chat, claim.item, sent.message_id)

        async def settle() -> bool:
            age_ms = None if began_s is None else round((asyncio.get_running_loop().time() - began_s) * 1000)
            if letter and letter.more and not sent.whole:
                return await self._outbox.piece(claim, sent.message_id, age_ms=age_ms)
            return await self._outbox.settle(
                claim,
                sent.message_id,
                extra_cost=extra,
                age_ms=age_ms,
                found=found,
                stories=stories,
                others=others,
            )

        try:
            is_ours = await surely(settle)
        except asyncio.CancelledError:
            what = (claim.chat, claim.item, sent.message_id)
            logger.error("chat %d, item %s: sent as %d, which is not noted; it may come again", *what)  # noqa: TRY400  a stop needs no traceback
            raise
        if letter and isinstance(sent, Sent):
            if letter.chat.wants_corrections:
                self._standing.note(claim.chat, sent.message_id, letter.message, edits=0, whole=sent.whole)
            if is_ours:  # else the chat may have moved meanwhile, or have been forgotten
                await learn(self._chats, letter.chat, sent.place)
        if letter and letter.trouble:
            await self._complain(letter, letter.trouble)
        self._count(claim, letter, found=found)
        await self._note_health()

    async def _complain(self, letter: Letter, flaw: Flaw) -> None:
        """Say once of each template that it could not be used: in a private chat there, else to its owner."""
        chosen = letter.subscription.taste if letter.subscription else Taste()
        template = chosen.over(letter.chat.taste).template or ""
        sentence = notices.template_failed(letter.chat, flaw, self._letters.language(letter.chat))
        if await self._owners.tell_once(letter.chat, template, sentence, even_there=True):
            logger.info("chat %d: its template was not used: %s", letter.chat.id, flaw.said("en"))

    def _count(self, claim: Claim, letter: Letter | None, *, found: bool) -> None:
        """Count it for the report."""
        self.tally.count("found there" if found else "sent")
        if letter is None:
            return
        delay_ms = self._clock() - letter.noticed_ms
        self.tally.delay(delay_ms)
        logger.debug("chat %d, item %s: sent %d ms after it was noticed", claim.chat, claim.item, delay_ms)

    async def _note_health(self) -> None:
        """Note that sending goes well, now and then."""
        now_ms = self._clock()
        if 0 <= now_ms - self._healthy_ms < HEALTH_MS:
            return
        self._healthy_ms = now_ms
        try:
            await self._ear.note_health("send")
        except StoreError as error:
            logger.debug("the last send could not be noted as a sign of health: %s", error)

    async def _unclear(self, claim: Claim, why: str, *, is_down: bool) -> None:
        """Ask whether it arrived before it is sent again, ever later: see :mod:`bot.deliver.asking`.

        The attempt counts only while Telegram answers others; when it answers nobody, that is
        an outage, and an outage loses nothing.
        """
        # An outage is told once, not by each chat that meets it.
        level = logging.DEBUG if is_down and self._telegram_away else logging.WARNING
        logger.log(
            level, "chat %d, item %s: it is not clear whether it arrived: %s", claim.chat, claim.item, why
        )
        self._telegram_away |= is_down
        counts = self._backoff.others_were_answered(claim.chat)
        rest = (self._backoff.down if is_down else self._backoff.unclear)(claim.chat, _roll(claim))
        await self._defer(claim, rest, counts=counts, met=Met.DOUBT)

    async def _defer(
        self,
        claim: Claim,
        rest: Rest,
        *,
        counts: bool = False,
        met: Met = Met.NOTHING,
        unasked: bool = False,
    ) -> None:
        self.tally.count("deferred")
        await surely(lambda: self._outbox.defer(claim, rest.chat_ms, counts=counts, met=met, unasked=unasked))
        if rest.bot_ms:
            await surely(lambda: self._outbox.hold(None, rest.bot_ms, flood=met is Met.FLOOD))

    async def _park(
        self, claim: Claim, why: str, level: int, *, unasked: bool = False, tally: str = "parked"
    ) -> None:
        logger.log(level, "chat %d, item %s: not sent: %s", claim.chat, claim.item, why)
        await surely(lambda: self._outbox.park(claim, why, unasked=unasked, tally=tally))
        self._backoff.forget(claim.chat)
        self.tally.count(tally)

    async def _lost(self, claim: Claim, why: str) -> None:
        """Pause the chat; its items wait for its return. Its owner is told the first time."""
        chat = await surely(lambda: self._chats.get(claim.chat)) or Chat(claim.chat)
        new = await surely(lambda: self._chats.pause(claim.chat, why))
        await surely(lambda: self._outbox.defer(claim, 0, counts=False))
        self._backoff.forget(claim.chat)
        if new:
            logger.warning("chat %d is paused: %s", claim.chat, why)
            self.tally.count("paused chats")
            await self._owners.tell(chat, notices.chat_lost(chat, why, self._letters.language(chat)))

    async def _noted(self, claim: Claim, step: Callable[[], Awaitable[object]]) -> bool:
        """Run ``step``; a store that refuses it outright is a fault to look at, not a reason to end."""
        try:
            await step()
        except Exception:
            logger.exception("chat %d, item %s: what became of it is not noted", claim.chat, claim.item)
            return False
        return True


def _further(found: Found, letter: Letter | None) -> range:
    """Return the ids of an album's other messages, which follow that of its first.

    Nobody told them. Should it have come as one picture after all, they are known in vain; but one of
    an album's that were not known would be taken for the next item that is in doubt.
    """
    count = 1 if letter is None or letter.done else cost(letter.message)
    return range(found.message_id + 1, found.message_id + count)


def _roll(claim: Claim) -> float:
    """Return a number in 0…1 that spreads chats whose claims came together."""
    return zlib.crc32(f"{claim.token}:{claim.chat}".encode()) / 2**32
