"""How patient the conversation is, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How long what may take, in seconds; tests are in more of a hurry.

    ``lease_s`` is short, since after a crash nobody answers for so long; the lead is renewed in thirds of it.
    """

    poll_s: int = 6
    answer_s: float = 10
    lease_s: float = 15
    passive_s: float = 5
    glance_s: float = 1
    """How often Telegram is asked for new updates while others are in hand.

    Never twice in half a second: asked from the same update on, it shows that one alone.
    """
    deadline_s: float = 120
    """For one update: two looks at a slow site, and a reply that waits its turn."""
    store_s: float = 5
    """Until a change of membership is tried again while the store is away."""
    retry_s: float = 1
    retry_most_s: float = 30
