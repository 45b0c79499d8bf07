"""How long to leave a chat alone after trouble, and when the trouble is everybody's.

Kept by each worker in memory: a restart begins afresh, which costs one vain attempt a chat. It
asks no clock and throws no dice: the roll is an argument.
"""

from dataclasses import dataclass

from bot.items import ChatId

FIRST_S = 1.0
"""The first pause after Telegram was down; it doubles from there."""

LONGEST_DOWN_S = 60.0
"""How late an outage's end may be noticed by one chat."""

LONGEST_UNCLEAR_S = 600.0
"""Each repetition of what may have arrived is a chance of a double, so these grow longer apart."""

EVERYBODY = 3
"""So many chats in trouble one after the other, with no success between, and the bot itself rests."""

BOT_REST_S = 30.0
"""The longest such rest: one message then tries anew, where otherwise each chat would."""

SAME_END_S = 2.0
"""Flood waits of several chats that end this close together are one wait, of the whole bot …"""

SHORT_WAIT_S = 60.0
"""A second chat's wait of no more than this, with no success since the first's, is kept by the whole bot at
once: that costs little, and writing on is what Telegram punishes."""

BOT_WAIT_S = 300.0
"""… as it seems: so after this long one message tries whether that is true."""

MARGIN_S = 0.5
"""Added to Telegram's flood waits, which are whole seconds."""


@dataclass(frozen=True, slots=True)
class Rest:
    """For how long to leave the chat alone, and everybody (0: not at all), in milliseconds."""

    chat_ms: int
    bot_ms: int = 0


@dataclass(slots=True)
class _Trouble:
    """What a chat has met since its last success."""

    times: int = 0
    unclear: int = 0
    successes_before: int = 0


class Backoff:
    """The chats in trouble; those that are well take no memory."""

    def __init__(self) -> None:
        self._troubles: dict[ChatId, _Trouble] = {}
        self._in_a_row: set[ChatId] = set()
        self._ends_s: dict[ChatId, float] = {}
        self._rests = 0
        self._successes = 0

    def succeeded(self, chat: ChatId) -> None:
        """Telegram took something for ``chat``."""
        self._successes += 1
        self._rests = 0
        self._in_a_row.clear()
        self._ends_s.clear()
        self._troubles.pop(chat, None)

    def forget(self, chat: ChatId) -> None:
        """What troubled ``chat`` is settled otherwise: its item was parked, or the chat is gone."""
        self._troubles.pop(chat, None)

    def flooded(self, chat: ChatId, seconds: float, now_s: float) -> Rest:
        """Return the rest after a flood wait: the chat's own; everybody's if several met one in a row.

        Telegram does not say whom it means. Waits that end at the same moment (by ``now_s``, any clock) mean
        the bot, and so, most likely, do short ones in a row; for whom others are meant can only be tried.
        """
        wait_s = seconds + MARGIN_S
        self._ends_s[chat] = now_s + seconds
        ends, bot_ms = self._ends_s.values(), self._everybody(chat, wait_s)
        is_short = wait_s <= SHORT_WAIT_S and len(ends) > 1
        if is_short or (bot_ms and max(ends) - min(ends) <= SAME_END_S):
            bot_ms = round(min(wait_s, BOT_WAIT_S) * 1000)
        return Rest(round(wait_s * 1000), bot_ms)

    @property
    def is_careful(self) -> bool:
        """Whether everybody seems to be in trouble: then one message at a time tries, not all that may go."""
        return len(self._in_a_row) >= EVERYBODY or len(self._ends_s) > 1

    def down(self, chat: ChatId, roll: float) -> Rest:
        """Return the rest after Telegram was not reached; ``roll`` in 0…1 spreads the chats."""
        trouble = self._trouble(chat)
        trouble.times += 1
        pause_s = min(FIRST_S * 2.0 ** min(trouble.times - 1, 20), LONGEST_DOWN_S) * (0.75 + roll / 2)
        return Rest(round(pause_s * 1000), self._everybody(chat, BOT_REST_S))

    def unclear(self, chat: ChatId, roll: float) -> Rest:
        """Return the rest after no answer came."""
        trouble = self._trouble(chat)
        trouble.unclear += 1
        pause_s = min(FIRST_S * 2.0 ** min(trouble.unclear, 20), LONGEST_UNCLEAR_S) * (0.75 + roll / 2)
        return Rest(round(pause_s * 1000))

    def unclear_times(self, chat: ChatId) -> int:
        """Return how often in a row no answer came for ``chat``."""
        return self._troubles[chat].unclear if chat in self._troubles else 0

    def others_were_answered(self, chat: ChatId) -> bool:
        """Return whether Telegram answered others since the chat's trouble began: then it is its own."""
        trouble = self._troubles.get(chat)
        return trouble is not None and self._successes > trouble.successes_before

    def _trouble(self, chat: ChatId) -> _Trouble:
        return self._troubles.setdefault(chat, _Trouble(successes_before=self._successes))

    def _everybody(self, chat: ChatId, longest_s: float) -> int:
        """Return for how long the whole bot rests, 0 if the trouble may well be the chat's own."""
        self._in_a_row.add(chat)
        if len(self._in_a_row) < EVERYBODY:
            return 0
        self._rests += 1
        rest_s = min(FIRST_S * 2.0 ** min(self._rests - 1, 10), longest_s, BOT_REST_S)
        return round(rest_s * 1000)
