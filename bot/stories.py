"""By which keys a story is known again that several feeds tell. Pure.

Losing is worse than repeating: a title alone tells a story only where it is long, and no heading
that comes again and again ("Letters to the editor", "Live: follow the latest updates").
"""

import re
import unicodedata

from xxhash import xxh3_64_intdigest

from bot.items import FeedId, Item
from bot.links import canonical_link, is_home

TELLING_TITLE = 16
"""How wide a title must be to tell a story by: letters and digits, those of CJK count two."""

_HEADING = re.compile(
    r"\b(today|tomorrow|tonight|yesterday|this (week|month|weekend)|of the (day|week|month|year)|daily|"
    r"weekly|monthly|morning|evening|weekend|(mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|"
    r"june|july|august|september|october|november|december|briefing|newsletter|digest|round-?up|recap|"
    r"headlines|letters to|corrections|clarifications|obituar(y|ies)|weather|forecast|horoscopes?|"
    r"crosswords?|wordle|sudoku|quiz|puzzles?|lottery|listings|in pictures|photos of|gallery|podcast|"
    r"need to know|(open|discussion) thread|questions answered|(the )?latest updates|live updates|"
    r"(episode|season|issue|part|week|day|no|nr|vol|ep)\.? ?\d+|"
    r"heute|woche|wetter|leserbriefe|aujourd'hui|semaine|météo|hoy|semana|oggi|settimana|meteo|"
    r"сегодня|неделя|недели|погода|дайджест|обзор)\b|^(live|watch|listen)\b"
    r"|今日|今天|昨日|昨天|明日|明天|本周|本週|每日|每周|每週|早报|早報|晚报|晚報|日报|日報|周报|週報|简报|簡報|快讯|快訊|"
    r"天气|天氣|[一二三四五六七八九十\d]+月|星期|周[一二三四五六日]|ニュース|まとめ|天気|社説"
    r"|\b\d{1,4}[./-]\d{1,2}([./-]\d{1,4})?\b|#\s?\d|\bv?\d+\.\d+",
    re.IGNORECASE,
)
"""What stands in headings that recur: days and dates, rubrics, numbers of parts and versions."""


def stories(item: Item, feed: FeedId, *, weak_link: bool = False, loud: bool = False) -> tuple[int, ...]:
    """Return the keys by which a chat that hears several feeds knows what another of them has told.

    Two for each way to tell: one of any feed's, then one of this feed's own, since what one feed
    tells twice is its own affair (:func:`bot.identity.recognise`). By the link, unless it is a home
    page or ``weak_link`` (its feed repeats links); by the title, unless that may recur. ``loud``
    stories, which an alert matched, are known from loud ones only.
    """
    link, title = canonical_link(item.link or ""), _folded(item.title)
    ways = [("link", link)] if link and not weak_link and not is_home(link) else []
    ways += [("title", title)] if _width(title) >= TELLING_TITLE and not _HEADING.search(item.title) else []
    volume = "loud" if loud else "quiet"
    return tuple(_key(volume, *way, whose) for way in ways for whose in ("", feed))


def _folded(title: str) -> str:
    """Return the letters and digits of a title, case and width folded."""
    return "".join(one for one in unicodedata.normalize("NFKC", title).casefold() if one.isalnum())


def _width(text: str) -> int:
    return sum(1 if one < "\u1100" else 2 for one in text)


def _key(*parts: str) -> int:
    return xxh3_64_intdigest("\0".join(parts).encode("utf-8", "surrogatepass"))
