"""HTML as plain text, without any sign of its links, pictures and emphasis."""

import re

import html2text

from bot.references import unescape
from bot.render.characters import WIDE, clean
from bot.render.markup import read_html

PLAIN_LIMIT = 20_000
"""Letters of HTML that html2text is given: it takes a millisecond for each five thousand."""

_NESTING = re.compile(r"<(?:ul|ol|blockquote|table)\b", re.IGNORECASE)
_DEEP = 50
"""Lists, quotes and tables beyond which html2text, which indents for each, is not asked."""

_WHOLE_TAG = re.compile(r"<[^<>]*+>")
_LONG_GAP = re.compile(r"\s{50}")

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>|~])")
_GAP = re.compile(f"(?<=[{WIDE}]) (?=[{WIDE}])")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*")
_LINE_TAIL = re.compile(r"[ \t]++$", re.MULTILINE)


def plain(html: str) -> str:
    """Return ``html`` as plain text: links, pictures and emphasis gone, paragraphs and lists kept.

    Never raises: where html2text would give up (it raises on ``<![foo bar]>``) or take long, our
    own reading stands in.
    """
    if not _is_tame(html):
        return read_html(html, limit=PLAIN_LIMIT).text
    writer = html2text.HTML2Text(bodywidth=0)
    writer.ignore_links = writer.ignore_images = writer.ignore_emphasis = True
    writer.unicode_snob = True
    try:
        text = writer.handle(html)
    except Exception:  # noqa: BLE001  its parser raises what it likes: AssertionError, IndexError, …
        return read_html(html, limit=PLAIN_LIMIT).text
    text = clean(unescape(_ESCAPED.sub(r"\1", text)))
    return _EMPTY_LINES.sub("\n\n", _LINE_TAIL.sub("", _GAP.sub("", text))).strip()


def _is_tame(html: str) -> bool:
    """Tell whether html2text reads ``html`` in linear time.

    It (and the parser it builds on) takes minutes for 200 kB of tags that do not end, of blanks, or
    of lists in lists.
    """
    return (
        len(html) <= PLAIN_LIMIT
        and len(_NESTING.findall(html)) <= _DEEP
        and "<" not in _WHOLE_TAG.sub("", html)
        and not _LONG_GAP.search(html)
    )
