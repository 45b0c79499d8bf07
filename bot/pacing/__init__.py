"""When to look at a feed again.

Pure. :func:`next_look` answers after every look, and says why; what it learns of a feed's habits it
hands back in writing. How, and how well that does, is told in `docs/pacing.md`.
"""

from bot.pacing.asking import asked_of, dates_of
from bot.pacing.habits import Habits, habits_of
from bot.pacing.pace import Bounds, Pace, Why, next_look

__all__ = ["Bounds", "Habits", "Pace", "Why", "asked_of", "dates_of", "habits_of", "next_look"]
