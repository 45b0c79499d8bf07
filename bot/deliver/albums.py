"""Several photos and videos in one message; what one of them lacks never costs the others.

Telegram takes an album or refuses it whole, and names the item at fault. So each is looked at before,
and a refused one gives way to our own copy of it, or is left out.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from bot.deliver.addresses import Addresses
from bot.deliver.barred import Barred
from bot.deliver.calls import Taken, Upload
from bot.deliver.judging import Fit
from bot.deliver.outcome import MediaRefused, Outcome
from bot.deliver.posting import Named, Posting
from bot.deliver.probe import Probes
from bot.deliver.showing import ADDRESS_S, LEAST_S, counted, left, outcome_of
from bot.deliver.turns import Turns
from bot.deliver.uploads import Copy, Uploads
from bot.items import ChatId
from bot.render.ladder import addresses
from bot.render.parts import Media, MediaKind, Message

CALLS = 3
"""Calls that an album may take; of the last nothing is part that may fail."""

COPIES_AT_ONCE = 2
"""Albums that hold copies at the same time …"""

COPIES_BYTES = 24 * 1024 * 1024
"""… each of so many bytes, a last one beyond it; Telegram takes 50 MB with a call."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A file of an album as it is to be named, found at ``url``."""

    media: Media
    url: str
    copy: Copy | None = None
    file_id: str = ""
    sure: bool = False
    """Whether it is known that Telegram takes it so."""

    @property
    def named(self) -> Named:
        """What the call names it by."""
        return self.copy.named if self.copy else self.file_id or self.url

    @property
    def has_id(self) -> bool:
        """Whether it is named by an id of Telegram's, of whose being outdated no number may be told."""
        return bool(self.file_id) or (self.copy is not None and isinstance(self.copy.named, str))

    @property
    def bytes(self) -> int:
        """How much of it goes with the call."""
        return len(self.named.data) if isinstance(self.named, Upload) else 0


class _Copies:
    """Copies for one album: a place for all of them is taken with the first."""

    def __init__(self, uploads: Uploads, places: asyncio.Semaphore, stack: AsyncExitStack) -> None:
        self._uploads = uploads
        self._places = places
        self._stack = stack
        self._has_place = False
        self._held = 0

    async def of(
        self, media: Media, urls: Iterable[str], deadline: float, outdated: str = ""
    ) -> _Item | None:
        """Return a photo by our own copy of what one of ``urls`` holds; None if there is none to be had."""
        for url in urls if media.kind is MediaKind.PHOTO else ():
            within_s = deadline - asyncio.get_running_loop().time()
            if within_s < LEAST_S or self._held >= COPIES_BYTES or not await self._placed(within_s):
                return None
            copy = await self._uploads.copy(url, within_s, frozenset((outdated,)))
            if copy is not None:
                item = _Item(media, url, copy, sure=True)
                self._held += item.bytes
                return item
        return None

    async def _placed(self, within_s: float) -> bool:
        if not self._has_place:
            try:
                async with asyncio.timeout(within_s):
                    await self._stack.enter_async_context(self._places)
            except TimeoutError:
                return False
        self._has_place = True
        return True


class Albums:
    """Sends albums. What one chat's call has taught is there for the next that wants the same one."""

    def __init__(
        self, posting: Posting, known: Addresses, uploads: Uploads, probes: Probes, barred: Barred
    ) -> None:
        self._posting = posting
        self._barred = barred
        self._addresses = known
        self._uploads = uploads
        self._probes = probes
        self._turns: Turns[tuple[str, ...]] = Turns()
        self._places = asyncio.Semaphore(COPIES_AT_ONCE)

    async def show(self, chat: ChatId, message: Message, left_s: float) -> Outcome:
        """Send the album that ``message.media`` are, in about ``left_s`` seconds.

        Leaves out what the chat takes none of, and what cannot be had. Returns MediaRefused where
        that leaves less than two.
        """
        deadline = asyncio.get_running_loop().time() + left_s
        barred = self._barred.kinds(chat)
        media = tuple(one for one in message.media if one.kind not in barred)
        if len(media) < 2:
            return MediaRefused("less than two may be shown there", calls=0)
        async with self._turn(media, left_s), AsyncExitStack() as stack:
            copies = _Copies(self._uploads, self._places, stack)
            items = await self._prepared(media, copies, deadline)
            return await self._sent(chat, message, items, copies, deadline)

    @asynccontextmanager
    async def _turn(self, media: Sequence[Media], left_s: float) -> AsyncIterator[None]:
        """Wait for another chat's call for the same album, unless all of it is known already."""
        if all(self._known(one) for one in media):
            yield
            return
        async with self._turns.take(tuple(one.url for one in media), left_s - LEAST_S):
            yield

    async def _sent(
        self, chat: ChatId, message: Message, items: list[_Item], copies: _Copies, deadline: float
    ) -> Outcome:
        """Call until it is taken, or there is no use in more calls."""
        refusals = 0
        refused = MediaRefused("less than two of its files can be had", calls=0)
        while len(items) > 1 and refusals < CALLS:
            left_s = deadline - asyncio.get_running_loop().time()
            if left_s < LEAST_S:
                break
            named = [(one.media, one.named) for one in items]
            answer = await self._posting.album(chat, message, named, min(ADDRESS_S, left_s))
            if isinstance(answer, Taken):
                await self._learn(items, answer)
            if not isinstance(answer, MediaRefused):
                return counted(outcome_of(answer), refusals)
            refusals, refused = refusals + 1, answer
            self._barred.note(chat, answer.forbidden)
            items = await self._mended(items, answer, copies, deadline)
            if refusals == CALLS - 1:
                items = [one for one in items if one.sure]
        return replace(refused, calls=refusals)

    async def _prepared(self, media: Sequence[Media], copies: _Copies, deadline: float) -> list[_Item]:
        """Return the files that can be had, each by the cheapest way; all are looked at at once."""
        looked = await asyncio.gather(*(self._looked(one, left(deadline)) for one in media))
        if sum(bool(one) for one in looked) < 2:
            return []
        found = []
        for one, item in zip(media, looked, strict=True):
            made = item if isinstance(item, _Item) else await copies.of(one, item, deadline)
            if made is not None:
                found.append(made)
        return found

    async def _looked(self, media: Media, left_s: float) -> _Item | tuple[str, ...]:
        """Return how Telegram may be told of ``media``, or the addresses that our own copy may come from."""
        if known := self._known(media):
            return known
        to_copy = []
        for url in addresses(media):
            if await self._addresses.is_bad(url, media.kind):
                to_copy.append(url)
                continue
            verdict = await self._probes.verdict(media, url, left_s)
            if verdict.fit in {Fit.GOOD, Fit.UNKNOWN}:
                return _Item(media, url, sure=verdict.fit is Fit.GOOD)
            if verdict.fit is Fit.COPY:
                to_copy.append(url)
        return tuple(to_copy)

    def _known(self, media: Media) -> _Item | None:
        """Return a file by the id that Telegram has of it."""
        for url in addresses(media):
            if file_id := self._addresses.file_id(url, media.kind):
                return _Item(media, url, file_id=file_id, sure=True)
        return None

    async def _mended(
        self, items: list[_Item], refused: MediaRefused, copies: _Copies, deadline: float
    ) -> list[_Item]:
        """Return what to send instead of what was refused; nothing where no album of these will pass."""
        if refused.forbidden:
            return [one for one in items if one.media.kind not in refused.forbidden]
        if not refused.blames_file:
            return []
        at = None if refused.item is None else refused.item - 1
        if at is not None and at < len(items):
            suspects = {at}
        elif not (suspects := {at for at, one in enumerate(items) if one.has_id}):
            sure = [one for one in items if one.sure]
            return sure if len(sure) < len(items) else []
        mended = []
        for at, item in enumerate(items):
            made = await self._instead(item, refused.why, copies, deadline) if at in suspects else item
            if made is not None:
                mended.append(made)
        return mended

    async def _instead(self, item: _Item, why: str, copies: _Copies, deadline: float) -> _Item | None:
        """Return another form of a file that was refused, None if there is none; remember what it was."""
        media, url, kind = item.media, item.url, item.media.kind
        if isinstance(item.named, Upload):
            self._uploads.blame(url, why)
            return None
        if item.copy:
            return await copies.of(media, (url,), deadline, item.named)
        if item.file_id:
            self._addresses.forget_file_id(url, item.file_id, kind)
            looked = await self._looked(media, left(deadline))
            if isinstance(looked, _Item):
                return looked
            return await copies.of(media, looked, deadline, item.file_id)
        await self._addresses.note_bad(url, kind)
        return await copies.of(media, dict.fromkeys((url, *addresses(media))), deadline)

    async def _learn(self, items: Sequence[_Item], taken: Taken) -> None:
        """Keep the ids of the files: of copies for whoever finds the same picture elsewhere, too."""
        for at, item in enumerate(items):
            file_id = taken.file_id(item.media.kind, at)
            if item.copy:
                await self._uploads.keep(item.copy, file_id)
            if file_id:
                self._addresses.keep_file_id(item.url, file_id, item.media.kind)
