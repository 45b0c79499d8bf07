"""HTML that was escaped once too often, so that its tags and references would be read as text."""

import re
from html.entities import html5

from bot.references import unescape

_ESCAPED_TAG = re.compile(
    r"&lt;(?P<close>/?)(?:p|div|br|a|img|ul|ol|li|h[1-6]|strong|em|b|i|span|table|figure|blockquote|pre)"
    r"(?:\s(?:(?!&[lg]t;).){0,2000})?/?&gt;",
    re.IGNORECASE | re.DOTALL,
)
_TAG_START = re.compile(r"<[a-zA-Z/!]")
_REFERENCE = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|([a-zA-Z][a-zA-Z0-9]{1,31}));")
_READ = 100_000
"""Characters of a body by which it is judged."""


def unescaped(html: str) -> str:
    """Return ``html``, or the HTML it is when all of it was escaped once too often.

    That is so if it holds no tag, but begins or ends with an escaped one, and one of them closes
    or breaks a line; words about HTML name tags within a sentence.
    """
    if "&lt;" not in html[:_READ] or _TAG_START.search(html, 0, _READ):
        return html
    bare = html.strip()
    tags = [found for found, _ in zip(_ESCAPED_TAG.finditer(bare, 0, _READ), range(20), strict=False)]
    edges = bool(tags) and (tags[0].start() == 0 or (bare.endswith("&gt;") and len(tags) > 1))
    if edges and any(one["close"] or "br" in one[0][:7] or "img" in one[0][:8] for one in tags):
        return unescape(html)
    return html


def decoded(text: str) -> str:
    """Return running text, read once already, without the references left in it; "&lt;" and "&gt;" stay."""
    return _REFERENCE.sub(_letter, text) if "&" in text else text


def _letter(found: re.Match[str]) -> str:
    if found[1] and f"{found[1]};" not in html5:
        return found[0]
    letter = unescape(found[0])
    return found[0] if letter in {"<", ">", "\ufffd"} else letter
