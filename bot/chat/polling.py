"""Telegram's updates by long polling: by one instance of a token at a time, and none lost.

Who may poll is settled in the store, so that a second instance waits in silence; against a program
that does not share our store, Telegram's own 409 does it, less politely.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.chat import updates
from bot.chat.ledger import Ledger
from bot.chat.pace import Pace
from bot.deliver.outcome import Halt, of_error
from bot.errors import StoreError, TokenRefused
from bot.store.claims import Claims

log = logging.getLogger(__name__)

BATCH = 100
"""Updates in one answer, Telegram's most."""

SETTLED = 10
"""Good polls in a row after which a conflict over the token is thought to be over."""


class Poller:
    """Fetches updates for as long as we have the lead, and hands each to ``accept`` once."""

    def __init__(
        self,
        bot: Bot,
        claims: Claims,
        accept: Callable[[updates.Update | updates.Sought], None],
        *,
        holder: str,
        pace: Pace,
    ) -> None:
        """``accept`` must not wait; it calls :meth:`done` when the update has been handled."""
        self._bot = bot
        self._claims = claims
        self._accept = accept
        self._holder = holder
        self._pace = pace
        self._ledger = Ledger()
        self._quiet = asyncio.Event()
        self._failures = self._conflicts = self._good = 0
        self._leading = False
        self._said = ""

    @property
    def _role(self) -> str:
        return "chat:" + str(self._bot.id)

    def done(self, update: int) -> None:
        """Let Telegram forget an update."""
        self._ledger.done(update)
        if not len(self._ledger):
            self._quiet.set()

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            TokenRefused: Telegram refuses the token.
        """
        while True:
            if not await self._lead():
                await asyncio.sleep(self._pace.passive_s)
                continue
            try:
                await self._turn()
            except TokenRefused:
                raise
            except Exception:  # whatever this turn met, the next may go well
                log.exception("a poll has failed in a way nobody thought of")
                await asyncio.sleep(self._pace.passive_s)

    async def keep(self) -> None:
        """Renew the lead until cancelled, however long a poll, a wait or an update in hand takes."""
        while True:
            await asyncio.sleep(self._pace.lease_s / 3)
            if self._leading:
                await self._lead()

    async def _lead(self) -> bool:
        """Take or renew the lead; while the store is away, whoever has it keeps it."""
        try:
            leads = await self._claims.lead(self._role, self._holder, round(self._pace.lease_s * 1000))
        except StoreError as error:
            self._say("no store", "the store is away, so nobody can take the lead: %s", error)
            return self._leading
        if leads and not self._leading:
            log.info("polling Telegram for updates")
        if not leads:
            self._say(
                "second",
                "another instance polls Telegram with this token; this one stays passive and takes over when "
                "that one ends",
            )
        elif self._said in {"second", "no store"}:
            self._said = ""
        self._leading = leads
        return leads

    async def _turn(self) -> None:
        """Ask once, and hand on what is new; while much is in hand, let it be handled first."""
        busy = len(self._ledger) > 0
        try:
            raws = await self._fetch(0 if busy else self._pace.poll_s)
        except (TelegramError, TimeoutError) as error:
            await self._weather(error)
            return
        self._clear_up()
        await self._note_health()
        self._quiet.clear()
        for raw in raws:
            self._hand_on(raw)
        if self._ledger.shown >= BATCH:
            self._ledger.let_go()
        if len(self._ledger):
            await self._until_quiet(self._pace.glance_s)

    async def _fetch(self, wait_s: int) -> list[Any]:
        """Return updates as they came: decoding them is ours, so that an odd one spoils no other."""
        told = {
            "offset": self._ledger.offset,
            "limit": BATCH,
            "timeout": wait_s,
            "allowed_updates": list(updates.KINDS),
        }
        async with asyncio.timeout(wait_s + 2 * self._pace.answer_s):
            # Spelled with an underscore since the library warns where it has a method of its own.
            answer = await self._bot.do_api_request(
                "get_Updates",
                {name: value for name, value in told.items() if value is not None},
                read_timeout=wait_s + self._pace.answer_s,
                connect_timeout=self._pace.answer_s,
                pool_timeout=self._pace.answer_s,
            )
        return answer if isinstance(answer, list) else []

    def _hand_on(self, raw: object) -> None:
        """Hand an update on, unless it was before."""
        number = updates.number(raw)
        if number is None or not self._ledger.take(number):
            return
        try:
            update = updates.read(raw)
        except Exception:  # one update that surprises us must not hide all others
            log.exception("update %d cannot be read and is skipped", number)
            update = None
        if update is None:
            self.done(number)
        else:
            self._accept(update)

    async def _weather(self, error: TelegramError | TimeoutError) -> None:
        """Wait out what kept Telegram from answering.

        Raises:
            TokenRefused: waiting is no use.
        """
        if isinstance(error, TelegramError) and (refused := refusal(error)):
            raise refused from error
        self._failures += 1
        self._good = 0
        wait_s = min(self._pace.retry_s * 2 ** min(self._failures - 1, 10), self._pace.retry_most_s)
        if isinstance(error, Conflict) and "webhook" in error.message.lower():
            log.warning("this token has a webhook set; it is removed now, since we ask for updates ourselves")
            await self._remove_webhook()
        elif isinstance(error, Conflict):
            self._say(
                "conflict",
                "another program polls Telegram with this token, says Telegram; this one stays passive and "
                "asks again now and then. End the other one, or give each a token of its own",
            )
            self._conflicts += 1
            wait_s = self._pace.passive_s * 2 ** min(self._conflicts - 1, 4)
        elif isinstance(error, RetryAfter):
            wait_s = max(wait_s, _seconds(error))
        else:
            self._say("weather", "Telegram does not answer, trying on: %s", error or "too slow")
        await asyncio.sleep(wait_s)

    def _clear_up(self) -> None:
        """Note a good poll; only after several of them is a conflict over: it comes in turns."""
        self._failures = 0
        self._good += 1
        if self._good >= SETTLED or self._said != "conflict":
            self._said = ""
            self._conflicts = 0

    async def _remove_webhook(self) -> None:
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            log.warning("the webhook could not be removed, trying again: %s", error.message)

    async def _until_quiet(self, limit_s: float) -> None:
        """Wait until nothing is in hand, or for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._quiet.wait()

    async def _note_health(self) -> None:
        try:
            await self._claims.note_health("update")
        except StoreError as error:
            log.debug("the time of this poll could not be noted: %s", error)

    async def resign(self) -> None:
        """Let the next instance begin at once; if this fails, the lease ends by itself.

        To be called when nothing is in hand any more: the next instance takes what is not done.
        """
        if not self._leading:
            return
        try:
            await self._claims.resign(self._role, self._holder)
        except StoreError as error:
            log.debug("the lead could not be given up: %s", error)

    def _say(self, what: str, sentence: str, *values: object) -> None:
        """Warn once for each state of things, not at every turn."""
        if self._said != what:
            self._said = what
            log.warning(sentence, *values)


def refusal(error: TelegramError) -> TokenRefused | None:
    """Return what to end with if ``error`` says that Telegram refuses our token, and not somebody between.

    The library wraps a refusal in further errors, one of which names the token: only the innermost counts.
    """
    while isinstance(error.__cause__, InvalidToken):
        error = error.__cause__
    if isinstance(error, Conflict) or not isinstance(of_error(error), Halt):
        return None
    return TokenRefused("Telegram refuses TELEGRAM_BOT_TOKEN; get the present one from @BotFather")


def _seconds(error: RetryAfter) -> float:
    """Both forms exist: which one comes depends on an environment variable of the library's."""
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
