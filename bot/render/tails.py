"""What feeds append to every item and nobody wants to read: "Read more", "appeared first on" and the like."""

import re
from functools import cache

from bot.render.parts import RichText
from bot.render.rich import part

_MORE = (
    *("read more", "read the full", "read the whole", "read the entire", "read the rest", "read full"),
    *("read the story", "read the article", "read the post", "read on", "continue reading", "keep reading"),
    *(
        "click here to read",
        "view full post",
        "view full article",
        "view entire post",
        "learn more",
        "more…",
        "view full coverage",
    ),
    *("weiterlesen", "mehr lesen", "lire la suite", "en savoir plus", "leer más", "seguir leyendo"),
    *("continuar leyendo", "ler mais", "leia mais", "continua a leggere", "leggi tutto", "lees meer"),
    *("lees verder", "läs mer", "les mer", "læs mere", "číst dál", "czytaj dalej", "czytaj więcej"),
    *("читать далее", "читать дальше", "читать полностью", "подробнее", "читати далі", "devamını oku"),
    *(
        "阅读全文",
        "阅读更多",
        "阅读原文",
        "閱讀全文",
        "閱讀更多",
        "查看全文",
        "查看原文",
        "继续阅读",
        "繼續閱讀",
    ),
    *("続きを読む", "더 보기", "اقرأ المزيد"),
)
"""How feeds invite to read on, in lower case."""

_APPEARED = (
    *("appeared first on", "first appeared on", "was originally published on", "was originally published in"),
    *("est apparu en premier sur", "apareció primero en", "apareceu primeiro em", "erschien zuerst auf"),
    *("erschien zuerst bei", "pochodzi z serwisu", "verscheen eerst op", "впервые появилась на"),
)
_POST = (
    *(
        "the post",
        "this post",
        "the article",
        "this article",
        "this story",
        "l’article",
        "l'article",
        "el post",
    ),
    *("la entrada", "o post", "der beitrag", "artykuł", "het bericht", "запись", "сообщение"),
)
"""How WordPress begins to say where a post comes from, and (above) how it goes on; in lower case."""

_LINES = (
    *("comments", "share this:", "like this:", "related", "tweet", "permalink", "advertisement", "[link]"),
    *("article url:", "comments url:", "points:", "submitted by", "comment]", "comments]", "generated with"),
)
"""What lines that only serve a site are known by, in lower case."""

_SERVICE = (
    *(
        "unsubscribe",
        "unsubscribe here",
        "view in browser",
        "view in your browser",
        "view this email in your browser",
    ),
    *(
        "view online",
        "manage preferences",
        "manage your preferences",
        "update your preferences",
        "email preferences",
    ),
    *("update preferences", "manage subscription", "manage your subscription", "privacy policy"),
    *("abbestellen", "abmelden", "newsletter abbestellen", "im browser ansehen", "im browser anzeigen"),
    *("se désabonner", "se désinscrire", "voir dans le navigateur", "darse de baja", "cancelar suscripción"),
    *("ver en el navegador", "cancelar inscrição", "ver no navegador", "annulla iscrizione", "disiscriviti"),
    *("visualizza nel browser", "afmelden", "bekijk in browser", "отписаться", "открыть в браузере"),
    *(
        "відписатися",
        "退订",
        "取消订阅",
        "取消訂閱",
        "在浏览器中查看",
        "在瀏覽器中檢視",
        "配信停止",
        "ブラウザで見る",
    ),
)
"""Links above and below a newsletter, in lower case: nothing that a chat could do anything with."""

_HINTS = (*_MORE, *_APPEARED, *_LINES, *_SERVICE)


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, words))


_SERVICES = rf"(?:(?:{_any_of(_SERVICE)})(?!\w)[\s|·•/,.–—-]*)+"
_BANNER = re.compile(rf"\W{{0,8}}{_SERVICES}\Z", re.IGNORECASE)
_BANNER_LIMIT = 160
"""Characters of a first line that is looked at."""

_AFTER_SENTENCE = r"(?:\A|(?<=[\n.!?…»”\"。！？\])]))\s*(?:(?:•|\d{1,3}\.)\s)?"
_TAILS = (
    rf"{_AFTER_SENTENCE}(?:{_any_of(_POST)})\b[^\n]{{0,300}}?\b(?:{_any_of(_APPEARED)})\b[^\n]{{0,200}}",
    # After a sentence, or in brackets, anything may follow the invitation; elsewhere an arrow must.
    (
        rf"(?:{_AFTER_SENTENCE}|\s(?=[\[(]))[\[(]?(?:{_any_of(_MORE)})(?![a-z])"
        r"[^\n.!?。！？]{0,120}[→»›>….\])\s]*"
    ),
    rf"\s(?:{_any_of(_MORE)})[^\n.!?。！？]{{0,120}}[→»›>]",
    rf"(?:\A|(?<=\n))[^\w\n]{{0,8}}{_SERVICES}",
    r"(?:\A|\s)submitted by\s+\S+(?:\s+to\s+\S+)?(?:\s*\[(?:link|[\d ]*comments?)\])+",
    r"(?:\A|\s)\[(?:link|[\d ]*comments?)\]",
    r"(?:\A|(?<=\n))(?:comments|share this:?|like this:?|tweet|permalink|advertisement)",
    r"(?:\A|(?<=\n))related(?::[^\n]*)?",
    r"(?:\A|(?<=\n))\(?feed generated with \S+\)?",
    r"(?:\A|(?<=\n))(?:(?:article|comments) url|points|# comments):\s\S+",
)
_TEASER = re.compile(r"\s*(?:[\[(]\s*(?:…|\.{3})\s*[\])]|\.{3,}|…)\s*\Z")
_REACH = 400
"""Characters from the end in which a tail is looked for."""


@cache
def _tails() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?:{tail})\s*\Z", re.IGNORECASE) for tail in _TAILS)


def without_tail(rich: RichText) -> RichText:
    """Return ``rich`` without what its publisher's software appended, however many such lines there are."""
    for _ in range(6):
        start = max(0, len(rich.text) - _REACH)
        end = rich.text[start:]
        lower = end.lower()
        if not any(map(lower.__contains__, _HINTS)):
            break
        found = next((one for tail in _tails() if (one := tail.search(end))), None)
        if found is None or (start and not found.start()):
            break
        rich = part(rich, 0, start + found.start())
    return rich


def without_banner(rich: RichText) -> RichText:
    """Return ``rich`` without a first line of nothing but what newsletters offer above themselves."""
    line, end, _ = rich.text[: _BANNER_LIMIT + 1].partition("\n")
    return part(rich, len(line), len(rich.text)) if end and _BANNER.match(line) else rich


def is_teaser(text: str) -> bool:
    """Tell whether ``text`` breaks off: a feed's shortened form of something longer."""
    return _TEASER.search(text[-20:]) is not None


def without_teaser_mark(rich: RichText) -> RichText:
    """Return ``rich`` without the "[…]" or "..." it may end with."""
    start = max(0, len(rich.text) - 20)
    found = _TEASER.search(rich.text[start:])
    return rich if found is None else part(rich, 0, start + found.start())
