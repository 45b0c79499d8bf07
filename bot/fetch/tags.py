"""The few tags of a page that tell of other addresses, found without building a tree. Pure.

A tree would need a bound of its own: browsers' parsers take quadratic time for deep nesting (half a
minute for 500 kB of ``<div>``). Here each character is looked at a fixed number of times.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bot.references import unescape

FEED_TAGS = ("base", "link", "a")
"""The tags that may lead to feeds."""

_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?""")
_TAG = re.compile(r"<[^<>]*>?")
_ANCHOR_END = re.compile(r"</?a[\s/>]", re.IGNORECASE)

_MOST_ATTRIBUTES = 100
"""Attributes of a tag that are read."""

_TEXT_REACH = 400
"""How far behind an anchor its text is looked for."""


@dataclass(frozen=True, slots=True)
class Tag:
    """An opening tag; attribute names in lower case, the first of each, values unescaped."""

    name: str
    attributes: dict[str, str]
    after: str
    """The beginning of what follows, as it stands."""

    @property
    def text(self) -> str:
        """What stands in an anchor, as far as it is short."""
        return unescape(_TAG.sub(" ", _ANCHOR_END.split(self.after, maxsplit=1)[0]))


def tags_of(page: str, names: tuple[str, ...] = FEED_TAGS) -> Iterator[Tag]:
    """Yield the tags of ``page`` that have one of ``names``, in order; not those in comments and scripts."""
    at = 0
    opening = _opening(names)
    while found := opening.search(page, at):
        comment, opaque, name = found.groups()
        if comment or opaque:
            end = page.find("-->", found.end()) if comment else _closing(page, opaque, found.end())
            if end < 0:  # it reaches to the end of the page
                return
            at = end + 1
        else:
            attributes, at = _attributes(page, found.end())
            yield Tag(name.lower(), attributes, page[at : at + _TEXT_REACH])


@cache
def _opening(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds the next tag of ``names``, comment, or element whose content is no markup."""
    return re.compile(
        rf"<(?:(!--)|(script|style|textarea|title|template)\b|({'|'.join(names)})(?=[\s/>]))", re.IGNORECASE
    )


def _closing(page: str, name: str, at: int) -> int:
    found = re.compile(rf"</{name}\b", re.IGNORECASE).search(page, at)
    return found.start() if found else -1


def _attributes(page: str, at: int) -> tuple[dict[str, str], int]:
    """Read the attributes of the tag whose name ends at ``at``; return them and where the tag ends."""
    attributes: dict[str, str] = {}
    for _ in range(_MOST_ATTRIBUTES):
        found = _ATTRIBUTE.match(page, at)
        if found is None:
            break
        name, *values = found.groups()
        attributes.setdefault(name.lower(), unescape(next((one for one in values if one), "")))
        at = found.end()
    end = page.find(">", at)
    return attributes, end + 1 if end >= 0 else len(page)
