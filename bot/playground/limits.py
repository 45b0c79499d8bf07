"""Telegram's flood limits, and the count of those who do not keep to them."""

import math
from collections import Counter, deque
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass

from bot.playground.refusal import flooded


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """How many messages are let through, and how much each limit forgives."""

    bot_per_second: int = 30
    bot_slack: int = 3
    """Messages beyond the thirty that jitter on the way may push into one second."""
    private_every_s: float = 1.0
    private_burst: int = 4
    """Messages that a private chat takes at once; the allowance grows back one by one."""
    shared_per_minute: int = 20
    """In a group or a channel, in any stretch of ``window_s``; edits have as many of their own."""
    window_s: float = 59.0
    """A minute, less a second of jitter."""


ARRIVED: ContextVar[float | None] = ContextVar("ARRIVED", default=None)
"""When the call that is being answered was read, by the monotonic clock.

What it sends counts from then: how long a busy machine takes to answer is no fault of the caller's.
"""

LONGEST_S = 7 * 86_400
"""An offence doubles the silence up to here."""


class Flood:
    """Keeps the limits of one bot and counts.

    Sending on during a ``retry_after`` is an offence and doubles the silence that is due. ``now`` is a
    monotonic clock in seconds. Without limits everything passes and is only counted.
    """

    def __init__(self, limits: FloodLimits | None, now: Callable[[], float]) -> None:
        self.limits = limits
        self._now = now
        self._windows: dict[Hashable, deque[float]] = {}
        self._muted: dict[int | None, tuple[float, int]] = {}
        self.sent: Counter[int] = Counter()
        """Messages let through, by chat."""
        self.refusals = 0
        """How often 429 was answered."""
        self.offences = 0
        """How often the bot wrote on during a ``retry_after``."""

    def admit(self, chat_id: int, *, cost: int = 1, edit: bool = False) -> None:
        """Let a message through.

        Raises:
            ApiError: 429 with ``retry_after``.
        """
        self._heed_silence(chat_id)
        if self.limits is not None:
            self._spend(self.limits, chat_id, cost, edit=edit)
        if not edit:
            self.sent[chat_id] += cost

    def mute(self, chat_id: int | None, seconds: int) -> None:
        """Demand silence in one chat, or of the whole bot (None), for a 429 that is being answered."""
        self.refusals += 1
        self._muted[chat_id] = (self._now() + seconds, seconds)

    def _arrival(self) -> float:
        """Return when the call came, or now where nobody has noted it."""
        arrived = ARRIVED.get()
        return self._now() if arrived is None else arrived

    def _heed_silence(self, chat_id: int) -> None:
        for key in (None, chat_id):
            until, seconds = self._muted.get(key, (0.0, 0))
            if until > self._arrival():
                self.offences += 1
                due = min(2 * seconds, max(seconds, LONGEST_S))
                self.mute(key, due)
                raise flooded(due)

    def _spend(self, limits: FloodLimits, chat_id: int, cost: int, *, edit: bool) -> None:
        now = self._arrival()
        chat = self._windows.setdefault((chat_id, edit), deque())
        bot = self._windows.setdefault(None, deque())
        if chat_id > 0:
            self._check_bucket(limits, chat_id, chat, cost)
        else:
            self._check_window(chat_id, chat, limits.shared_per_minute - cost, limits.window_s)
        self._check_window(None, bot, limits.bot_per_second + limits.bot_slack - cost, 1.0)
        if chat_id > 0:
            spent_until = max(chat[0] if chat else now, now) + cost * limits.private_every_s
            chat.clear()
            chat.append(spent_until)
        else:
            chat.extend([now] * cost)
        bot.extend([now] * cost)

    def _check_bucket(self, limits: FloodLimits, chat_id: int, spent: deque[float], cost: int) -> None:
        """A private chat's allowance: ``spent`` holds the time by which it will have grown back."""
        now = self._arrival()
        ahead = max(spent[0] - now, 0.0) if spent else 0.0
        over = ahead + cost * limits.private_every_s - limits.private_burst * limits.private_every_s
        if over > 1e-6 and ahead > 0:
            self._refuse(chat_id, over)

    def _check_window(self, chat_id: int | None, window: deque[float], room: int, span: float) -> None:
        """Hold that at most ``room`` messages went before within the last ``span`` seconds."""
        now = self._arrival()
        while window and window[0] <= now - span:
            window.popleft()
        if len(window) > max(room, 0):
            self._refuse(chat_id, window[len(window) - max(room, 0) - 1] + span - now)

    def _refuse(self, chat_id: int | None, seconds: float) -> None:
        wait = max(1, math.ceil(seconds))
        self.mute(chat_id, wait)
        raise flooded(wait)
