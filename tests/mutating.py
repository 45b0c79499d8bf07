"""Bodies of feeds, broken at random: what editors, templates and cuts in transit make of HTML, and worse."""

import random
import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

from bot.errors import NotAFeed
from bot.parse.document import read

SPECIMENS = Path(__file__).parent / "specimens" / "html"
FEEDS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "feeds"
MOST = 12
"""Items of one feed: the others are set by the same templates."""

LONGEST = 6000
"""Characters of a body before it is broken."""

_PIECE = re.compile(r"<[^<>]*>|&[^;\s&<]{1,12};|[^<&]+|.", re.DOTALL)
_GARBAGE = (
    *(
        "<",
        ">",
        '"',
        "'",
        "&",
        ";",
        "=",
        "/",
        "<!--",
        "-->",
        "<![CDATA[",
        "</",
        "<b",
        "<table>",
        "</table>",
        "<td>",
    ),
    *(
        "<pre>",
        "</pre>",
        "<a href='",
        "<a href=/x>",
        "<blockquote>",
        "<ul>",
        "<li>",
        "</li>",
        "<br>",
        "<sup>",
        "<p>",
    ),
    *(
        "<span style='font-weight:bold'>",
        "</span>",
        "</div>",
        "<ol reversed>",
        "<th>",
        "<math>",
        "<video src=/v>",
    ),
    *(
        "&lt;p&gt;",
        "&amp;lt;",
        "&#x",
        "&#8238;",
        "\u202e",
        "\u200f",
        "\u200d",
        "\ud83d",
        "\x00",
        "\n\n",
        "\t",
        "😀",
        "،",
    ),
)


def own() -> list[str]:
    """Return the bodies that the project keeps for this."""
    return [path.read_text(encoding="utf-8") for path in sorted(SPECIMENS.glob("*.html"))]


def from_corpus() -> list[str]:
    """Return bodies of the feeds beside the project; none where there are none."""
    found: list[str] = []
    for path in sorted(FEEDS.iterdir()) if FEEDS.is_dir() else ():
        try:
            items = read(path.read_bytes(), url="https://feeds.example.org/feed").items
        except NotAFeed:
            continue
        found += [body for item in items[:MOST] if (body := item.content_html or item.summary_html)]
    return found


def broken(bodies: Sequence[str], dice: random.Random) -> str:
    """Return one of ``bodies``, broken in one to eight ways."""
    body = dice.choice(bodies)[:LONGEST]
    if dice.random() < 0.2:
        other = dice.choice(bodies)[:LONGEST]
        body = body[: dice.randrange(len(body) + 1)] + other[dice.randrange(len(other) + 1) :]
    pieces = _PIECE.findall(body)
    for _ in range(dice.randint(1, 8)):
        if pieces:
            _break(pieces, dice)
    body = "".join(pieces)
    return body[: dice.randrange(len(body) + 1)] if dice.random() < 0.2 else body


def _break(pieces: list[str], dice: random.Random) -> None:
    at = dice.randrange(len(pieces))
    piece = pieces[at]
    match dice.randrange(7):
        case 0:
            del pieces[at]
        case 1:
            pieces.insert(at, piece)
        case 2:
            pieces.insert(at, dice.choice(_GARBAGE))
        case 3:
            cut = dice.randrange(len(piece) + 1)
            pieces[at] = piece[:cut] + dice.choice(_GARBAGE) + piece[cut:]
        case 4:
            pieces[at] = piece[: dice.randrange(len(piece) + 1)]
        case 5:
            other = dice.randrange(len(pieces))
            pieces[at], pieces[other] = pieces[other], piece
        case _:
            tags = [index for index, one in enumerate(pieces) if one[:1] == "<"]
            if tags:
                tag = dice.choice(tags)
                pieces[tag] = _garbled(pieces[tag], dice)


def _garbled(tag: str, dice: random.Random) -> str:
    gone = dice.choice(("'", '"', "=", ">", " ", "/"))
    return tag.replace(gone, dice.choice(("", "", gone * 2, "\n")), dice.randint(1, 2))


_HIDES = re.compile(
    r"<(?:form|button|select|svg|head|noscript|template|map|canvas|object|video|audio|picture|math|style|script"
    r"|title|textarea|iframe|xmp|noembed|noframes|applet|datalist|frameset|meter|progress|rp|img)\b"
    r"|<[!?]|</(?![a-z])|style\s*=|class\s*=|data-|<[^<>]*(?:<|$)|=\s*[\"']?[^\"'>]*>[^<]*[\"']|\[CDATA",
    re.IGNORECASE,
)


def surely_shown(source: str) -> bool:
    """Tell whether a reader must see something of ``source``: words, and nothing that could hide them."""
    if _HIDES.search(source):
        return False
    return re.search(r"\w{3}", unescape(re.sub(r"<[^<>]*>", " ", source))) is not None
