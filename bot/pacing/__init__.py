"""When to look at a feed again.

Pure. :func:`next_look` answers after every look, and says why; what it learns of a feed's habits it
hands back in writing. How, and how well that does, is told in `docs/pacing.md`.
"""

from bot.pacing.asking import asked_of
from bot.pacing.pace import Bounds, Pace, Why, next_look

__all__ = ["Bounds", "Pace", "Why", "asked_of", "next_look"]
