"""Regular expressions of strangers, by RE2: time grows with text and pattern, never faster.

RE2 has no syntax that needs more (no references back, no looking around).
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

import re2

PATTERN_LIMIT = 200
"""Characters in a pattern."""

STEPS_LIMIT = 1_500
"""Instructions of all the patterns of a query: room for one ``\\pL`` or ``.{0,100}``. Most have 10 to 100."""

READ_BYTES = 10_000
"""How far into a text a pattern is looked for, in UTF-8."""

WORK_LIMIT = 1_500_000
"""Instructions times bytes that the patterns of a query may take in one text.

Each takes some 10 ns at worst, where somebody means harm, so 15 ms, outside Python's lock; in ordinary
texts a hundredth of it. Patterns of more than 150 instructions read less of a text, 1,000 bytes at least.
"""

MATCHES_LIMIT = 24
"""Places that are told of one pattern in one text: each may take a look through the rest of it."""

_MEMORY = 256 * 1024
"""Bytes that one pattern may take with what RE2 has learnt of it."""

_KEPT = 512
"""Patterns kept compiled, 128 MiB at worst and some 5 MiB in truth; a further one costs 0.1 ms each time."""

_NOTHING = (b"", b"a", b"0", b" ", b"\n", b"-a-", "字".encode())
"""Texts of each kind of neighbours that an expression of no length may ask for."""


class RegexWrong(ValueError):
    """A pattern that is not RE2's; the message says what it trips over."""


class RegexHeavy(ValueError):
    """A pattern that takes too much memory."""


def steps(pattern: str) -> int:
    """Return how many instructions ``pattern`` takes.

    Raises:
        RegexWrong: it cannot be read.
        RegexHeavy: it is far too large.
    """
    try:
        return int(_compiled(pattern).programsize)
    except re2.error as error:
        why = error.args[0] if error.args else b""
        said = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        if "too large" in said or "repetition size" in said:
            raise RegexHeavy(said) from error
        raise RegexWrong(said) from error


def is_empty(pattern: str) -> bool:
    """Tell whether ``pattern`` can be found where nothing is."""
    compiled = _compiled(pattern)
    return any(span[0] == span[1] for text in _NOTHING for span in _spans(compiled, text))


@lru_cache(maxsize=64)
def encoded(text: str) -> bytes:
    """Return ``text`` as patterns read it: composed, in UTF-8, so far as :data:`READ_BYTES`."""
    whole = unicodedata.normalize("NFC", text[:READ_BYTES]).encode("utf-8", "replace")
    return whole[:READ_BYTES]


def reach(steps: int) -> int:
    """Return how many bytes of a text patterns of so many instructions in all may read."""
    return min(READ_BYTES, WORK_LIMIT // max(steps, 1))


def found(pattern: str, text: str, reach: int) -> bool:
    """Tell whether ``pattern``, which :func:`steps` took, is in the first ``reach`` bytes of ``text``."""
    return _compiled(pattern).search(encoded(text)[:reach]) is not None


def matches(pattern: str, text: str, reach: int) -> Iterator[str]:
    """Return what ``pattern`` matches there, the first :data:`MATCHES_LIMIT` places."""
    read = encoded(text)[:reach]
    for start, end in islice(_spans(_compiled(pattern), read), MATCHES_LIMIT):
        if end > start:
            yield read[start:end].decode("utf-8", "replace")


def _spans(compiled: Any, text: bytes) -> Iterator[tuple[int, int]]:
    return (match.span() for match in compiled.finditer(text))


@lru_cache(maxsize=_KEPT)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(unicodedata.normalize("NFC", pattern).encode("utf-8", "replace"), options)
