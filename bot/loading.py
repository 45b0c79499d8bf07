"""Loading modules when they are needed: of what is loaded, nothing is ever garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 5000
"""So many objects more than before are looked through for garbage. 700 are less than the looks in hand
hold: of a look that brings nothing new that takes an eighth of the time."""


@contextmanager
def loading() -> Iterator[None]:
    """Spare the collector of garbage what is loaded inside, and all there is at the end.

    Looking for garbage among modules takes a sixth of a short command's time, most of it while they
    are loaded and when the process ends; in a relay, each full collection would stop the loop for it.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(YOUNG)
        gc.enable()
