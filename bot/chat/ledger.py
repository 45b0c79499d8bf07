"""Which updates are in hand. Pure.

Telegram forgets whatever lies below the offset it is asked from; so the offset never passes an update
that is still in hand, and what is shown again meanwhile is known again. Only where that would hide
what comes after, Telegram is let forget more.
"""

from collections import deque

REMEMBERED = 400
"""Updates done that are known again: an answer of 100 may repeat those of the few before it."""


class Ledger:
    """The updates taken and not yet done, and how far Telegram may forget."""

    def __init__(self) -> None:
        self._in_hand: set[int] = set()
        self._let_go: set[int] = set()
        self._done: deque[int] = deque(maxlen=REMEMBERED)
        self._top = 0

    def __len__(self) -> int:
        """Return how many updates are in hand."""
        return len(self._in_hand)

    @property
    def offset(self) -> int | None:
        """The first update that Telegram has to show (again); ``None`` before the first one."""
        if kept := self._in_hand - self._let_go:
            return min(kept)
        return self._top + 1 if self._top else None

    @property
    def shown(self) -> int:
        """How many updates that we know already Telegram shows from the offset on."""
        first = self.offset
        return sum(1 for one in (*self._in_hand, *self._done) if first is not None and one >= first)

    def take(self, update: int) -> bool:
        """Take an update in hand. False: it is in hand already, or done."""
        if update in self._in_hand or update in self._done:
            return False
        # After a quiet week Telegram counts on from anywhere, also from below: so no mere maximum.
        self._top = max(self._top, update) if self._in_hand else update
        self._in_hand.add(update)
        return True

    def done(self, update: int) -> None:
        """Note that an update was handled."""
        self._in_hand.discard(update)
        self._let_go.discard(update)
        self._done.append(update)

    def let_go(self) -> None:
        """Let Telegram forget what is in hand: it shows so many at once, and behind these nobody is heard.

        What was let go is lost if we die before it is done; whoever asked can ask again.
        """
        self._let_go |= self._in_hand
