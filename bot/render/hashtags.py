"""Hashtags of an item's tags: what Telegram takes for one, whole, in any script that it can."""

import re
import unicodedata
from collections.abc import Iterable

from bot.render.characters import CJK

MOST = 5
"""Tags of an item that are shown."""

LONGEST = 32
"""Letters of a tag; what is longer is a sentence."""

_SAYS_NOTHING = frozenset(
    (
        *(
            "uncategorized",
            "uncategorised",
            "general",
            "news",
            "topnews",
            "latestnews",
            "latest",
            "blog",
            "blogs",
        ),
        *(
            "blogpost",
            "blogposts",
            "post",
            "posts",
            "article",
            "articles",
            "other",
            "others",
            "misc",
            "default",
        ),
        *("miscellaneous", "featured", "home", "homepage", "all", "main", "frontpage", "rss", "feed", "none"),
        *("untagged", "category", "tag", "tags", "story", "stories", "page", "notitle", "null"),
        *("allgemein", "unkategorisiert", "nachrichten", "aktuelles", "nonclassé", "actualités", "actualité"),
        *("sincategoría", "sincategoria", "noticias", "geral", "semcategoria", "notícias"),
        *("senzacategoria", "notizie", "geencategorie", "nieuws", "okategoriserade", "nyheter", "nyheder"),
        *(
            "безрубрики",
            "новости",
            "новини",
            "безкатегорії",
            "aktualności",
            "bezkategorii",
            "haberler",
            "genel",
        ),
        *(
            "未分类",
            "未分類",
            "新闻",
            "新聞",
            "ニュース",
            "その他",
            "默认分类",
            "미분류",
            "أخبار",
            "غيرمصنف",
            "חדשות",
        ),
    )
)
"""Tags that every item of a feed has, or none should; folded."""

_APOSTROPHE = re.compile("(?<=\\w)['’ʼ](?=\\w)")
_SHARP = re.compile(r"(?<=\b[A-Za-z])#(?!\w)")
_CJK = re.compile(f"[{CJK}]")
_STRIPPED = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u0652\u0670]")
"""Marks that a word may lose and be read all the same: accents that have no letter of their own, and vowels
of Hebrew and Arabic.
"""

_SAID = re.compile(r"#(\w{1,32})")
_VERSION = re.compile(r"(?<=\d) (?=\d)")
_SINHALA = re.compile("[\u0d80-\u0dff]")
_JOINER = "\u200c"


def hashtags(tags: Iterable[str], labels: Iterable[str] = (), said: str = "") -> str:
    """Return the line of hashtags: of an item's ``tags`` those that say something, then the ``labels``.

    None twice, whatever the case, and none of ``tags`` that stands in ``said``. "" where there are none.
    """
    own = dict.fromkeys(filter(None, map(hashtag, labels)))
    taken = {one.casefold() for one in own} | {one.casefold() for one in _SAID.findall(said)}
    shown: list[str] = []
    for tag in tags:
        made = hashtag(tag)
        folded = made.casefold()
        if made and folded not in taken and folded.replace("_", "") not in _SAYS_NOTHING:
            taken.add(folded)
            shown.append(made)
            if len(shown) == MOST:
                break
    return " ".join(f"#{one}" for one in (*shown, *own))


def hashtag(tag: str) -> str:
    """Return ``tag`` as Telegram takes it for a hashtag, without "#"; "" where it would not, or not whole.

    Words are joined: each with a capital where the script has some, at once in Chinese, Japanese
    and Korean, else with an underscore. Of scripts written with marks that Telegram ends a hashtag
    at, only words without them can be tags.
    """
    if len(tag) > 4 * LONGEST or "://" in tag:
        return ""
    text = _STRIPPED.sub("", unicodedata.normalize("NFKC", tag).strip().removeprefix("#"))
    text = _APOSTROPHE.sub("", _SHARP.sub("sharp", text.replace("++", "pp")))
    words = _words(text)
    if words is None:
        return ""
    joined = _joined(words)
    if len(joined) > LONGEST or not any(one.isalpha() for one in joined):
        return ""
    return joined if len(joined) > 1 or _CJK.match(joined) else ""


def _words(text: str) -> list[str] | None:
    """Return the words of ``text``; None where one holds a mark that Telegram ends a hashtag at."""
    words, word = [], ""
    for one in text:
        category = unicodedata.category(one)
        if category[0] == "L" or category == "Nd" or one in {"_", _JOINER} or _SINHALA.match(one):
            word += one
        elif category[0] == "M":
            return None
        elif word:
            words.append(word)
            word = ""
    return [*words, word] if word else words


def _joined(words: list[str]) -> str:
    words = [one for word in words if (one := word.strip("_" + _JOINER))]
    if len(words) < 2:
        return "".join(words)
    if all(_CJK.search(one) or one.isdecimal() for one in words):
        return "".join(words)
    if not any(one.upper() != one.lower() for one in words):
        return "_".join(words)
    capital = [one[0].upper() + one[1:] if one.islower() else one for one in words]
    return _VERSION.sub("_", " ".join(capital)).replace(" ", "")
