"""One file with a message: by the id that Telegram has of it, by its address, or by our own copy.

One chat at a time asks for an address; the others wait a little for what that brings.
"""

import asyncio
from dataclasses import replace

from bot.deliver.addresses import Addresses
from bot.deliver.calls import Taken
from bot.deliver.judging import Fit
from bot.deliver.outcome import MediaRefused, Outcome, Refused, Sent
from bot.deliver.posting import Named, Posting
from bot.deliver.probe import Probes
from bot.deliver.turns import Turns
from bot.deliver.uploads import Uploads
from bot.items import ChatId
from bot.render.ladder import Rung, Way
from bot.render.parts import Media

ADDRESS_S = 30.0
"""How long Telegram may take to load files by their addresses; five seconds are often too few."""

LEAST_S = 3.0
"""A file is not tried any more in less time than this."""

IDS_TRIED = 3
"""File ids of one picture: whoever finds one outdated may find that another chat has brought a new one."""


class Showing:
    """Sends messages that show one file."""

    def __init__(self, posting: Posting, addresses: Addresses, uploads: Uploads, probes: Probes) -> None:
        self._posting = posting
        self._addresses = addresses
        self._uploads = uploads
        self._probes = probes
        self._turns: Turns[tuple[str, str]] = Turns()

    async def show(self, chat: ChatId, rung: Rung, left_s: float) -> Outcome:
        """Try one rung of a file in about ``left_s`` seconds; MediaRefused where it cannot be shown so."""
        if rung.media is None:
            return MediaRefused("no file", calls=0)
        if rung.way is Way.UPLOAD:
            return await self._by_copy(chat, rung, rung.media, left_s)
        return await self._by_address(chat, rung, rung.media, left_s)

    async def _by_copy(self, chat: ChatId, rung: Rung, media: Media, left_s: float) -> Outcome:
        """Send our own copy, unless there is nothing there to show."""

        async def photo(named: Named, within_s: float) -> Taken | Outcome:
            return await self._posting.file(chat, rung.message, media, named, within_s)

        deadline = asyncio.get_running_loop().time() + left_s
        verdict = await self._probes.verdict(media, rung.url, left_s)
        if verdict.fit is Fit.NEVER:
            return MediaRefused(verdict.why, calls=0)
        return outcome_of(await self._uploads.send(rung.url, photo, left(deadline)))

    async def _by_address(self, chat: ChatId, rung: Rung, media: Media, left_s: float) -> Outcome:
        """Name the file that Telegram has loaded from there for another chat, or let it load that."""
        deadline = asyncio.get_running_loop().time() + left_s
        for refusals in range(IDS_TRIED):
            known = self._addresses.file_id(rung.url, media.kind)
            if known is None:
                async with self._turns.take((rung.url, media.kind), left(deadline) - LEAST_S):
                    known = self._addresses.file_id(rung.url, media.kind)
                    if known is None:
                        return counted(await self._loaded(chat, rung, media, deadline), refusals)
            answer = await self._posting.file(chat, rung.message, media, known, left(deadline))
            outcome = outcome_of(answer)
            if not (isinstance(outcome, MediaRefused) and outcome.blames_file):
                return counted(outcome, refusals)
            self._addresses.forget_file_id(rung.url, known, media.kind)
        return counted(outcome, IDS_TRIED - 1)

    async def _loaded(self, chat: ChatId, rung: Rung, media: Media, deadline: float) -> Outcome:
        """Let Telegram load the file; what that teaches is there for others when it returns."""
        url, kind = rung.url, media.kind
        if await self._addresses.is_bad(url, kind):
            return MediaRefused("refused lately, and Telegram remembers that", calls=0)
        verdict = await self._probes.verdict(media, url, left(deadline))
        if verdict.fit in {Fit.NEVER, Fit.COPY}:
            return MediaRefused(verdict.why, calls=0)
        answer = await self._posting.file(chat, rung.message, media, url, min(ADDRESS_S, left(deadline)))
        if isinstance(answer, Taken) and (file_id := answer.file_id(kind)):
            self._addresses.keep_file_id(url, file_id, kind)
        if isinstance(answer, MediaRefused) and answer.blames_file:
            await self._addresses.note_bad(url, kind)
        return outcome_of(answer)


def left(deadline: float) -> float:
    """Return how many seconds a call may take: even at the end of the time there is one more."""
    return max(LEAST_S, deadline - asyncio.get_running_loop().time())


def counted(outcome: Outcome, refusals: int) -> Outcome:
    """Add the calls that were refused before it to what came of the last one."""
    if isinstance(outcome, Sent | MediaRefused | Refused) and refusals:
        return replace(outcome, calls=outcome.calls + refusals)
    return outcome


def outcome_of(answer: Taken | Outcome) -> Outcome:
    """Return what is to be noted of a call's answer."""
    return answer.outcome if isinstance(answer, Taken) else answer
