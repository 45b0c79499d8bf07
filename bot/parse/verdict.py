"""What is asked of a reading, the one answer that is no document, and what counts as an item. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from bot.items import Item

QUICK_BYTES = 32 * 1024
"""Larger documents are not read quickly (:mod:`bot.parse.quick`)."""


class Effort(StrEnum):
    """How far to go: a document that the strict scan refuses may take long to read."""

    ACCEPTED_ONLY = "accepted only"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Refused:
    """Not to be read beside documents that others wait for; ``reason`` is for logs."""

    reason: str


def says_something(item: Item) -> bool:
    """Tell whether an item is more than an empty element."""
    return bool(item.title or item.link or item.guid or item.summary_html or item.content_html)
