"""What the elements, classes and styles of foreign HTML mean to a reader."""

import re
import unicodedata

from bot.render.parts import EntityKind
from bot.render.tags import RAW, Tag

STYLE_OF = {
    **dict.fromkeys(("b", "strong"), EntityKind.BOLD),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), EntityKind.ITALIC),
    **dict.fromkeys(("u", "ins"), EntityKind.UNDERLINE),
    **dict.fromkeys(("s", "strike", "del"), EntityKind.STRIKE),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), EntityKind.CODE),
    "tg-spoiler": EntityKind.SPOILER,
}
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS = HEADINGS | {"p", "blockquote", "pre", "figure", "table", "hr", "details", "dl", "fieldset"}
"""Elements set apart by an empty line."""

_LINES = (
    "address article aside body caption center dd div dt figcaption footer header html legend main nav"
    " section summary thead tbody tfoot"
)
LINES = frozenset(_LINES.split())
"""Elements that begin and end a line."""

BOLD_LINES = frozenset({"summary", "dt"})
"""Of these, the ones that name what follows."""

_DROPPED = (
    "applet button canvas datalist form frameset head map meter noscript picture progress rp select svg"
    " template"
)
DROPPED = frozenset(_DROPPED.split())
"""Elements left out with all they hold; of pictures the item keeps its own list."""

PLAYERS = frozenset({"video", "audio", "object"})
"""Elements left out but for the address of what they play."""

LEFT_OUT = DROPPED | PLAYERS | {"math"} | (RAW - {"iframe"})
"""All that is not read but for what stands in for it."""

LISTS = frozenset({"ul", "ol", "menu"})
EMPTY = frozenset({"br", "img", "hr", "input", "wbr", "source", "embed", "col", "track"})
"""Elements that hold nothing and have no end."""

ENDED_BY_THE_NEXT = frozenset({"p", "li", "td", "th", "dt", "dd"})
"""Elements that need no end tag where another of their kind follows."""

CARRIERS = frozenset({"span", "font", "div"})
"""Elements that mean what their attributes say."""

MARKS = {"q": ("“", "”"), "rt": ("（", "）")}
"""Elements that a reader sees by the marks around them: quotations, readings beside characters."""

_NOT_NEWS = re.compile(
    r"(?:^|[\s_-])(?:sharedaddy|share(?:-?(?:bar|buttons?|links?|this|icons?))|addtoany|a2a_kit|jp-relatedposts"
    r"|feedflare|mc4wp\S*|social-(?:links|share|icons?)|post-?share|sharing-?(?:buttons?|links?)|heateor_\S+"
    r"|screen-reader-text|sr-only|visually-?hidden|katex-html|mjx-assistive-mml|mathjax_preview"
    r"|newsletter-(?:sign-?up|form|box)|subscri(?:be|ption)-(?:box|form|widget|button|cta)|button-wrapper"
    r"|gutter|rouge-gutter|linenos?|linenumbers?|linenodiv|lnt|hljs-ln-numbers|blob-num|code-?copy\S*"
    r"|yarpp\S*|ad-?container|adsbygoogle|advertisement|mw-editsection|image-link-expand"
    r"|preheader)(?:$|[\s_-])"
)
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:wp-)?(?:caption|figcaption|photo-?credit|image-?credit)(?:$|[\s_-])|caption-text"
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|mso-hide\s*:\s*all"
    r"|max-height\s*:\s*0(?![.\d])"
)
_CSS = (
    (EntityKind.BOLD, re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)")),
    (EntityKind.ITALIC, re.compile(r"font-style\s*:\s*(?:italic|oblique)")),
    (EntityKind.UNDERLINE, re.compile(r"text-decoration(?:-line)?\s*:[^;]*underline")),
    (EntityKind.STRIKE, re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through")),
)
_CSS_LIMIT = 1000
"""Characters of an element's styles that are looked at."""

_PLAIN_CSS = re.compile(r"font-(?:weight|style)\s*:\s*(?:normal|400)")
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|highlight-source|brush:?|sourcecode)[-\s]?([\w+#.-]{1,32})")
_CODE_BOX = re.compile(r"(?:^|\s)(?:highlight|highlighter-rouge|sourcecode|codehilite|code-block)(?:[\s-]|$)")
_HEXO = re.compile(r"\s*highlight\s+([\w+#.-]{1,32})\s*")
_NO_LANGUAGE = frozenset(
    {"", "plaintext", "text", "txt", "plain", "none", "nohighlight", "highlight", "numberlines"}
)
EMOJI = re.compile(
    "[\u203c-\u3299\U0001f000-\U0001faff\u00a9\u00ae\u200d\ufe0f0-9#*\U000e0020-\U000e007f]{1,16}"
)
_EMOJI_CLASS = re.compile(r"(?:^|[\s_-])(?:emoji|emoticon|smiley|smilie)", re.IGNORECASE)
_EMOJI_FILE = re.compile(
    r"/((?:1f[0-9a-f]{3}|2[0-9a-f]{3})(?:-(?:1f[0-9a-f]{3}|[0-9a-f]{4}))*)\.(?:png|svg|gif)", re.IGNORECASE
)
_NAMED = {
    "smile": "😄", "smiley": "😃", "grin": "😁", "grinning": "😀", "laughing": "😆", "joy": "😂",
    "rofl": "🤣",
    "wink": "😉", "blush": "😊", "heart": "❤️", "heart_eyes": "😍", "+1": "👍", "thumbsup": "👍", "-1": "👎",
    "thumbsdown": "👎", "tada": "🎉", "fire": "🔥", "cry": "😢", "sob": "😭", "thinking": "🤔",
    "clap": "👏", "wave": "👋", "pray": "🙏", "ok_hand": "👌", "muscle": "💪", "100": "💯", "warning": "⚠️",
    "eyes": "👀",
    "sunglasses": "😎", "sweat_smile": "😅", "sweat": "😓", "confused": "😕", "frowning": "😦", "angry": "😠",
    "rage": "😡", "scream": "😱", "star": "⭐", "sparkles": "✨", "white_check_mark": "✅", "x": "❌",
    "bug": "🐛", "stuck_out_tongue": "😛", "stuck_out_tongue_winking_eye": "😜",
    "yum": "😋", "smirk": "😏", "shrug": "🤷",
    "bulb": "💡", "memo": "📝", "link": "🔗", "point_right": "👉", "point_down": "👇",
    "raised_hands": "🙌",
    "open_mouth": "😮", "hugs": "🤗", "partying_face": "🥳", "slight_smile": "🙂", "hearts": "♥️",
}  # fmt: skip
"""Names that forums write for emoji and Unicode does not know."""

LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
SIGNS = frozenset(["#", "¶", "§", "🔗", "↩", "↩︎", "↩️", "⤴", "↑", "^"])
"""What links within a page are drawn with that only serve the page."""

_REMARK = 30
"""Characters of a picture's title beyond which it is no name but a remark."""

_LOWERABLE = re.compile(r"[0-9+\-\u2212=()\s]+")
_RAISABLE = re.compile(r"[0-9+\-\u2212=()\s]+|n")


def is_no_news(tag: Tag) -> bool:
    """Tell whether the element is a share bar, a gutter of line numbers, hidden, or the like."""
    name = tag.get("class")
    if name and (_NOT_NEWS.search(name.lower()) or (name == "invisible" and tag.name == "span")):
        return True
    style = tag.get("style")
    return bool(style) and _HIDDEN.search(style[:_CSS_LIMIT].lower()) is not None


def is_caption(tag: Tag) -> bool:
    """Tell whether the element holds a picture's caption."""
    if tag.name == "figcaption":
        return True
    name = tag.get("class")
    return bool(name) and _CAPTION.search(name.lower()) is not None


def styles(tag: Tag) -> tuple[EntityKind, ...]:
    """Return the kinds of entity that the attributes of an element ask for."""
    if tag.bare:
        return ()
    found: tuple[EntityKind, ...] = ()
    css = tag.get("style")[:_CSS_LIMIT].lower()
    if "font-" in css or "text-d" in css:
        found = tuple(kind for kind, pattern in _CSS if pattern.search(css))
    return (*found, EntityKind.SPOILER) if "spoiler" in tag.get("class") or tag.has("data-spoiler") else found


def is_unstyled(tag: Tag) -> bool:
    """Tell whether an element of emphasis says itself that it is none, as editors' wrappers do."""
    if tag.bare:
        return False
    css = tag.get("style")
    if css and _PLAIN_CSS.search(css[:_CSS_LIMIT].lower()):
        return True
    return tag.name == "i" and "emoji" in tag.get("class")


def language(tag: Tag, *, box: bool = False) -> str:
    """Return the programming language that ``tag`` names, "" for none.

    ``box``: the tag is not code itself but may be a box around it.
    """
    name = tag.get("class").lower()
    if box and not (name and _CODE_BOX.search(name)):
        return ""
    found = _LANGUAGE.search(name) or _HEXO.fullmatch(name)
    if found:
        return _known(found[1])
    said = ("data-lang", "data-language", "data-enlighter-language", "" if tag.name == "pre" else "lang")
    return "" if box else _known(next((value for one in said if one and (value := tag.get(one))), ""))


def _known(name: str) -> str:
    name = name.strip().lower().rstrip(".")
    return name if name not in _NO_LANGUAGE and re.fullmatch(r"[\w+#.-]{1,32}", name) else ""


def emoji(tag: Tag) -> str:
    """Return the emoji that a picture shows, or its name where we do not know it; "" for other pictures."""
    alt = tag.get("alt")
    if alt and not alt.isascii() and EMOJI.fullmatch(alt):
        return alt
    if not _EMOJI_CLASS.search(tag.get("class")):
        return ""
    file = _EMOJI_FILE.search(tag.get("src"))
    if file:
        return "".join(chr(int(one, 16)) for one in file[1].split("-"))
    name = (alt or tag.get("title")).strip()
    return _by_name(name) if len(name) <= 40 and "<" not in name else ""


def remark(tag: Tag) -> str:
    """Return what a picture says when pointed at; "" where that is but a name."""
    title = tag.get("title")
    return title if len(title) > _REMARK else ""


def _by_name(name: str) -> str:
    key = name.strip(":").lower()
    try:
        found = _NAMED.get(key) or unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return name
    return found if EMOJI.fullmatch(found) else name


def shifted(text: str, where: str) -> str:
    """Return what stands in ``sub``, or raised (any other ``where``), in such digits if it is digits."""
    bare = text.strip("[] ")
    if where != "sub":
        if not bare:
            return ""
        return bare.translate(RAISED) if _RAISABLE.fullmatch(bare) else text
    return text.translate(LOWERED) if _LOWERABLE.fullmatch(text) else text


def numbering(tag: Tag) -> str:
    """Return what of a list's or a point's numbers rich HTML has, as attributes."""
    if tag.name not in {"ol", "li"}:
        return ""
    name = "start" if tag.name == "ol" else "value"
    number = tag.get(name)
    is_number = number.isascii() and number.isdecimal() and len(number) < 7
    numbered = f' {name}="{int(number)}"' if is_number else ""
    kind = tag.get("type") if tag.name == "ol" else ""
    return numbered + (f' type="{kind}"' if kind in {"a", "A", "i", "I"} else "")
