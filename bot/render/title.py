"""The title of an item: as plain text, and whether it says anything that its text does not."""

import re
import unicodedata
from functools import lru_cache

from bot.items import Item
from bot.references import unescape, without_scripts
from bot.render.characters import CJK, is_blank, width
from bot.render.parts import RichText
from bot.render.rich import plain_text
from bot.render.tails import is_teaser

TITLE_LIMIT = 300
"""Units of a title; a longer one is a text that found itself in the wrong field."""

READ_LIMIT = 2000
"""Characters of a title that are looked at: as many as are read of one."""

_POST = 140
"""Width, in Latin letters, beyond which a title that is all the text is a post, and no headline."""

_WORDS = 10
"""Width of a title that ends within a word of its text by no chance."""

_CJK_TITLE = 36
"""Width of a title without spaces that its text goes on from in one word by no chance."""

_HEADLINE = 80
"""Width of a title whose sentence its text goes on with, and that is no headline."""

_NOT_LETTER = re.compile(r"[\W_]+")
_FOLDED = {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}
_ADDRESS = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/|t\.co/)\S*")
_GOES_ON = re.compile(r"[,;，；、]|\s[\w“\"'(#@]")
_CJK = re.compile(f"[{CJK}]")
_GLANCE = 80
"""Characters of a text that tell whether it may begin like a title at all."""

_DOTS = re.compile(r"[\s\[(]*(?:…|\.{2,})[\s\])]*$")
_TAGGED = re.compile(
    r"</(?:i|b|em|strong|u|s|span|sup|sub|a|p|font|small|code|mark|q|cite)\s*>", re.IGNORECASE
)
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]{0,300})?/?>", re.IGNORECASE)
_ENTITY = re.compile(
    r"&(?:#\d{2,6}|#x[0-9a-f]{2,5}|amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[nm]dash|hellip);", re.IGNORECASE
)
_KIND = r"(?:photos?|pictures?|images?|videos?|gif|status(?:\ update)?|post|toot|note|tweet|link)"
_DONE = "(?:posted|shared|tweeted|tooted|published|uploaded|boosted)"
_BARE = re.compile(
    rf"""(?: \(?(?:no\s?title|untitled|sin\ título|sans\ titre|ohne\ titel|без\ названия|без\ заголовка)\)?
      | 无标题 | 無標題 | 無題 | 제목\ 없음
      | (?:a\ )?(?:new\ )?{_KIND}
      | фото | видео | 图片 | 圖片 | 视频 | 動画 | foto | imagen | bild
    )[.:!…]*""",
    re.VERBOSE | re.IGNORECASE,
)
"""Titles that software gives to what has none."""

_NAMING = re.compile(
    rf"""(?: (?:a\ )?(?:new\ )?{_KIND}\ (?:by|from|on)\ (?P<by>\S.*?)
      | (?P<who>\S.*?)(?:\ has)?\ {_DONE}(?:\ (?:an?|\d{{1,3}}|new|his|her|their|some|this)){{0,3}}\ {_KIND}
    )[.:!…]*""",
    re.VERBOSE | re.IGNORECASE,
)
"""The same with a name; if it is not that of who writes here, this may be the news."""

_GENERIC_LIMIT = 120
"""Characters of such a title."""

_NAMES = re.compile(r"[()\[\]|/•·:–—]|\s-\s")
"""What stands between the names of one: "Mary Doe (@mary)"."""


def title_of(item: Item) -> RichText:
    """Return the title on one line, with nothing of HTML left in it to be seen."""
    text = item.title[:READ_LIMIT]
    if "&" in text and _ENTITY.search(text):
        text = unescape(text)
    if "<" in text:
        text = without_scripts(text)
        text = _TAG.sub("", text) if _TAGGED.search(text) else text
    title = plain_text(text)
    return RichText() if is_blank(title.text) else title


@lru_cache(maxsize=512)
def folded(text: str) -> str:
    """Return the letters and digits of ``text`` alone, case and width folded, to compare by.

    A title is compared several times while its item is set.
    """
    if text.isascii():
        return text.translate(_FOLDED)
    return _NOT_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


def is_generic(title: str, item: Item) -> bool:
    """Tell whether ``title`` says nothing beside a text: a bare kind, or who writes, and that they posted."""
    if len(title) > _GENERIC_LIMIT:
        return False
    if _BARE.fullmatch(title) or is_name(title, item):
        return True
    found = _NAMING.fullmatch(title)
    return found is not None and is_name(found["by"] or found["who"], item)


def is_name(title: str, item: Item) -> bool:
    """Tell whether ``title`` is the name of who writes, or the address."""
    said = folded(title)
    if not said:
        return False
    if said in _names_in(item.source) or said in _names_in(item.author):
        return True
    return ("." in title or "/" in title) and said == folded(item.link or "")


@lru_cache(maxsize=512)
def _names_in(name: str) -> frozenset[str]:
    """Return the names that stand in the name of a source or an author, folded."""
    return frozenset(map(folded, (name, *_NAMES.split(name))))


def tells_title(title: str, text: str) -> bool:
    """Tell whether ``text`` says all that ``title`` does, as posts have it: broken off, or word for word.

    A headline that a text goes on from is left to stand above it.
    """
    has_address = "://" in title or "www." in title
    if not has_address and not folded(text[:_GLANCE]).startswith(folded(title[: _GLANCE // 4])[:6]):
        return False
    bare = _ADDRESS.sub(" ", title)
    cut_off = is_teaser(bare) or bare.endswith("..")
    start = folded(_DOTS.sub("", bare))
    if not start:
        return is_teaser(title) or bare != title
    begins = folded(_ADDRESS.sub(" ", text[: 2 * len(title) + 80]))
    if not begins.startswith(start):
        return False
    if cut_off:
        return len(start) > 10
    if begins == start and len(text) <= 2 * len(title) + 80:
        return width(title) > _POST
    return _is_cut_off(title, text)


def _is_cut_off(title: str, text: str) -> bool:
    """Tell whether ``title`` is the beginning of ``text`` up to some number of letters, and no headline."""
    if not text.lower().startswith(title.lower()) or title[-1:] in ".!?:。！？…":
        return False
    last, after = title[-1:], text[len(title) : len(title) + 2]
    if _CJK.match(last) or _CJK.match(after):
        return width(title) >= _CJK_TITLE
    if last.isalpha() and after[:1].isalpha():
        return width(title) > _WORDS
    return width(title) >= _HEADLINE and bool(_GOES_ON.match(after))
