"""The rich form of a message: sent and changed, as long as server, chat and content let it.

Whatever they refuse goes out in the classic form instead; what is not about the form (a lost chat,
a flood wait, an outage) is returned as it is. After a call without an answer nothing else is tried:
the message may stand there already.

One picture that cannot be had costs a message all of them, and Telegram does not name it. So each is
looked at before, and goes in only if it may pass; after a refusal, only if that is known.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import telegram

from bot.deliver import calls, form
from bot.deliver.addresses import Addresses
from bot.deliver.barred import Barred
from bot.deliver.calls import Taken
from bot.deliver.judging import Fit
from bot.deliver.outcome import Edited, Halt, MediaRefused, Outcome, Refused, Sent, Unchanged
from bot.deliver.probe import PROBE_S, Probes
from bot.deliver.recent import Recent
from bot.items import ChatId
from bot.render.parts import Media, MediaKind, Message, Rich

RICH_S = 40.0
"""How long Telegram may take, which loads every picture before it answers: some 50 take 47 s."""

LEAST_S = 3.0
"""Not tried once more in less time than this."""

REFUSED_FOR_S = 600.0
"""How long a chat that lately took no rich message is not asked again."""

DOUBTED_FOR_S = 600.0
"""How long a picture is left out that a message could not be sent with, and could without."""

_NO_RIGHT = "not enough rights to send the rich message"
_NO_TEXT = "message text is empty"
"""What a server says of an edit that knows no rich messages, and so finds nothing in it."""

_NO_METHOD = "not found"
"""How the refusal of a server begins that knows no such method; that of a token begins otherwise."""

E = TypeVar("E", bound=Edited)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Declined:
    """It has to be the classic form. ``calls`` were refused on the way and weigh on Telegram's limits."""

    calls: int = 0


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture that a message may show: its address in the HTML, the one to be named instead."""

    url: str
    address: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """A message as it may be sent, and the addresses that Telegram loads for it."""

    html: str
    addresses: frozenset[str] = frozenset()


class Richly:
    """Sends and changes rich messages, and remembers who will have none, and which pictures did not pass.

    ``barred`` knows which chats take no pictures, and learns it. ``probes`` look at pictures;
    ``addresses`` knows which Telegram could not use. ``clock`` is monotonic, in seconds.
    """

    def __init__(
        self,
        barred: Barred,
        probes: Probes,
        addresses: Addresses,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._barred = barred
        self._probes = probes
        self._addresses = addresses
        self._is_known = True
        """Until the server says that it knows no rich messages; that holds while we run."""
        self._without: Recent[ChatId, bool] = Recent(10_000, REFUSED_FOR_S, clock)
        self._doubted: Recent[str, bool] = Recent(5_000, DOUBTED_FOR_S, clock)

    async def send(
        self, bot: telegram.Bot, chat: ChatId, message: Message, where: form.Form, within_s: float
    ) -> Outcome | Declined:
        """Send ``message`` in its rich form, with those of its pictures that can be used.

        ``where`` says where it goes, and how loudly (:func:`bot.deliver.form.where`). Never returns
        :class:`MediaRefused` or :class:`Refused`.
        """

        async def call(html: str, left_s: float) -> Outcome:
            fields = where | form.as_rich(message, html)
            outcome = await calls.send(bot, "sendRichMessage", fields, left_s)
            return outcome.outcome if isinstance(outcome, Taken) else outcome

        outcome = await self._tried(chat, message.rich, call, within_s)
        if isinstance(outcome, Halt) and outcome.why.lower().startswith(_NO_METHOD):
            self._forget(outcome.why)
            return Declined()
        return outcome

    async def edit(
        self, bot: telegram.Bot, chat: ChatId, message_id: int, message: Message, within_s: float
    ) -> Edited | Declined:
        """Make ``message``, in its rich form, of what stands as ``message_id``.

        Without the classic text beside it: a server that knows no rich messages would take that, and
        what stands would count for the whole item. :class:`Declined` where a photo stands there, or
        the rich form is refused.
        """
        place = {"chat_id": chat, "message_id": message_id}

        async def call(html: str, left_s: float) -> Edited:
            outcome = await calls.edit(bot, "editMessageText", place | form.as_rich(message, html), left_s)
            if isinstance(outcome, Refused) and _NO_TEXT in outcome.why.lower():
                self._forget(outcome.why)
            return outcome

        return await self._tried(chat, message.rich, call, within_s)

    async def _tried(
        self, chat: ChatId, rich: Rich | None, call: Callable[[str, float], Awaitable[E]], within_s: float
    ) -> E | Declined:
        """Make ``call`` with one form after the other until one is not refused; any is the whole item."""
        deadline = _now() + min(within_s, RICH_S)
        refusals = 0
        blamed: set[str] = set()
        for one in await self._forms(chat, rich, within_s):
            left_s = deadline - _now()
            if left_s < LEAST_S:
                break
            if one.addresses and MediaKind.PHOTO in self._barred.kinds(chat):
                continue
            outcome = await call(one.html, left_s)
            if isinstance(outcome, MediaRefused | Refused):
                refusals += 1
                if isinstance(outcome, MediaRefused) and outcome.blames_file:
                    blamed |= one.addresses
                if not self._may_go_on(chat, outcome):
                    break
                continue
            if not isinstance(outcome, Sent | Unchanged):
                return outcome
            for url in blamed - one.addresses:
                self._doubted.put(url, value=True)
            whole = replace(outcome, whole=True)
            return replace(whole, calls=1 + refusals) if isinstance(whole, Sent) else whole
        return Declined(refusals)

    async def _forms(self, chat: ChatId, rich: Rich | None, within_s: float) -> list[_Form]:
        """Return what is to be tried of a rich message, the best first."""
        if rich is None or not self._is_known or chat in self._without:
            return []
        bare = _Form(rich.without_media)
        if rich.html == rich.without_media or MediaKind.PHOTO in self._barred.kinds(chat):
            return [bare]
        usable = await self._usable(rich, within_s)
        sure = [one for one in usable if one.is_sure]
        forms = dict.fromkeys([_form(rich, usable), _form(rich, sure), bare])
        return [one for one in forms if one.html]

    async def _usable(self, rich: Rich, within_s: float) -> list[_Picture]:
        """Return the pictures that may pass, each at its best address; all are looked at at once."""
        until = _now() + min(PROBE_S, within_s)
        looked = await asyncio.gather(*(self._looked(one, until) for one in rich.pictures))
        return [one for one in looked if one]

    async def _looked(self, urls: Sequence[str], until: float) -> _Picture | None:
        """Return how a picture found at one of ``urls`` is to be named; None if there is no use in it."""
        possible = None
        for url in urls:
            if url in self._doubted or await self._addresses.is_bad(url):
                continue
            fit = Fit.UNKNOWN
            if (left_s := until - _now()) > 0:
                fit = (await self._probes.verdict(Media(MediaKind.PHOTO, url), url, left_s)).fit
            if fit is Fit.GOOD:
                return _Picture(urls[0], url, is_sure=True)
            if fit is Fit.UNKNOWN:
                possible = possible or _Picture(urls[0], url, is_sure=False)
        return possible

    def _may_go_on(self, chat: ChatId, refusal: MediaRefused | Refused) -> bool:
        """Learn from a refusal; tell whether the same may pass with fewer pictures."""
        logger.info("chat %d: a rich message is refused: %s", chat, refusal.why)
        if isinstance(refusal, MediaRefused):
            self._barred.note(chat, refusal.forbidden)
            return True
        if _NO_RIGHT in refusal.why.lower():
            self._without.put(chat, value=True)
        return False

    def _forget(self, why: str) -> None:
        if self._is_known:
            self._is_known = False
            logger.warning("this Bot API server knows no rich messages: articles go out as text (%s)", why)


def _form(rich: Rich, pictures: Sequence[_Picture]) -> _Form:
    """Return ``rich`` with these pictures alone."""
    shown = {one.url: one.address for one in pictures}
    return _Form(rich.showing(shown), frozenset(shown.values()))


def _now() -> float:
    return asyncio.get_running_loop().time()
