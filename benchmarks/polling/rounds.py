"""The rounds: what each feed does from one look to the next, and how its server answers.

Pure. A feed keeps its habit from round to round: one that answers 304 in a mixed round always does.
"""

import random
from enum import StrEnum

from polling.words import SEED


class Round(StrEnum):
    """What the looks of a round find."""

    COLD = "cold"
    """The first look; to servers it is like any other."""
    SAME_BYTES = "same-bytes"
    """No server honours what it is asked for: the whole document, unchanged."""
    BUILD_DATE = "build-date"
    """The whole document, in which nothing but the build date changed; with some a counter of comments."""
    NOT_MODIFIED = "304"
    MIX_IDLE = "mix-idle"
    """60 % answer 304; of the others half send the same bytes, half a new build date."""
    MIX_NEW = "mix-new"
    """The same, and 5 % of the feeds have one or two new items."""


class Act(StrEnum):
    """What becomes of one feed in a round."""

    NOTHING = "nothing"
    """304 to whoever knows its validators."""
    REPEATS = "repeats"
    """The same document again, whatever is asked."""
    BUILDS = "builds"
    PUBLISHES_ONE = "publishes one"
    PUBLISHES_TWO = "publishes two"


_ALL = {
    Round.COLD: Act.NOTHING,
    Round.NOT_MODIFIED: Act.NOTHING,
    Round.SAME_BYTES: Act.REPEATS,
    Round.BUILD_DATE: Act.BUILDS,
}


def act(name: Round, feed: int, turn: int) -> Act:
    """Return what feed number ``feed`` does in a round that is the origin's ``turn``-th."""
    if name in _ALL:
        return _ALL[name]
    if name is Round.MIX_NEW:
        dice = random.Random(f"{SEED} new {feed} {turn}")
        if dice.random() < 0.05:
            return Act.PUBLISHES_ONE if dice.random() < 0.7 else Act.PUBLISHES_TWO
    habit = random.Random(f"{SEED} habit {feed}").random()
    return Act.NOTHING if habit < 0.6 else Act.REPEATS if habit < 0.8 else Act.BUILDS
