"""Plain text out of fields that may or may not hold markup: titles, names, tags. Pure."""

import html
import re
from html.entities import html5

from bot.parse.decode import clean
from bot.references import unescape, without_scripts

TITLE_LIMIT = 2000
"""Characters of a title; what is longer is a body in the wrong place."""

LONGEST_GUID = 8000
"""Characters of a guid, twice as many as of an address; what is longer is data, and names nothing."""

_ELEMENTS = (
    "a abbr acronym address article aside b bdi bdo big blockquote body br center cite code col dd del "
    "details dfn div dl dt em embed figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr "
    "html i iframe img input ins kbd label li link main mark meta nav nobr noscript object ol option p param "
    "picture pre q rp rt ruby s samp script section select small source span strike strong style sub summary "
    "sup svg table tbody td textarea tfoot th thead time title tr tt u ul var video wbr"
)
HTML_ELEMENTS = frozenset(_ELEMENTS.split())
_TAG = re.compile(
    rf"</?(?:{'|'.join(_ELEMENTS.split())})(?=[\s/>])(?:[^<>\"']|\"[^\"<>]*\"|'[^'<>]*')*>", re.IGNORECASE
)
_BREAK = re.compile(r"</?(?:br|p|div|li|tr|h[1-6]|hr)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_CLOSED = re.compile(r"</[a-z][a-z0-9]*\s*>|<(?:br|img|wbr)(?=[\s/>])", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)


def plain(text: object, *, markup: bool = True, limit: int = TITLE_LIMIT) -> str:
    """Return ``text`` without tags, entities decoded once, white space collapsed.

    Only tags that HTML knows are taken for tags: ``List<T>`` stays as it is. With ``markup``
    false the publisher said that this is no HTML, and is believed unless a tag is closed too.
    What is not text gives "".
    """
    if not isinstance(text, str):
        return ""
    text = text[: limit * 8]
    if text.isprintable() and "<" not in text and "&" not in text and "  " not in text:
        text = text.strip()  # as most titles are
    else:
        text = clean(text)
        if "<" in text and (markup or _CLOSED.search(text)):
            text = _TAG.sub("", _BREAK.sub(" ", without_scripts(text)))
        text = " ".join(decoded(text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def guid(text: object) -> str | None:
    """Return what an item is told by, without white space around it; None for nothing and for too much.

    The beginning alone would take two items for one.
    """
    if not isinstance(text, str):
        return None
    text = text.strip()
    return text if 0 < len(text) <= LONGEST_GUID else None


def decoded(text: str) -> str:
    """Return ``text`` with the entities in it decoded once; white space and tags stay."""
    return _ENTITY.sub(_decoded, text)


def is_markup(text: str) -> bool:
    """Whether ``text``, declared to be plain, is HTML all the same: a tag that HTML knows is closed."""
    return bool(_CLOSED.search(text) and _TAG.search(text))


def as_html(text: str) -> str:
    """Return plain text as HTML that shows the same: lines kept, nothing taken for a tag."""
    paragraphs = re.split(r"\n\s*\n", text.strip().replace("\r\n", "\n"))
    return "".join(
        f"<p>{html.escape(one.strip(), quote=False).replace(chr(10), '<br>')}</p>"
        for one in paragraphs
        if one
    )


def _decoded(match: re.Match[str]) -> str:
    name = match[0][1:]
    if name[0] != "#" and name not in html5:
        return match[0]
    letter = unescape(match[0])
    return letter if letter.isprintable() or letter.isspace() else " "
