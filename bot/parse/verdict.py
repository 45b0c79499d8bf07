"""What is asked of a reading, and the one answer that is no document. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Effort(StrEnum):
    """How far to go: a document that the strict scan refuses may take long to read."""

    ACCEPTED_ONLY = "accepted only"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Refused:
    """Not to be read beside documents that others wait for; ``reason`` is for logs."""

    reason: str
