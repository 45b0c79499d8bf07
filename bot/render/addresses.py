"""Addresses that a rich message may name: where links lead, and which ``img`` is a picture of the news.

One that Telegram cannot read or load costs the whole message, so doubtful ones are left out.
"""

import re
from urllib.parse import quote, unquote, urlsplit

from bot.render.links import absolute
from bot.render.tags import Tag

ICON = 48
"""Pixels: what is no larger on either side is an icon."""

_MAIL = re.compile(r"mailto:[\w.+-]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,}", re.ASCII | re.IGNORECASE)
_PHONE = re.compile(r"tel:\+?[\d-]{3,20}", re.ASCII | re.IGNORECASE)
_ODD = re.compile(r"[\s\"<>\\^`{|}]")
"""What no address holds as it is."""

_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-original-src",
    "data-orig-file",
    "data-actualsrc",
)
"""Where lazy loaders keep the true address, beside a ``src`` that shows nothing."""

_CLASSES = re.compile(r"smil(?:ey|ie)|emoji|emoticon|avatar|gravatar|share|social|icon\b|tracking|pixel")
_NO_PICTURE = re.compile(
    r"""
    ^https?://[^/]*(?:
        feedburner\.com/~ | pheedo\.com/ | pheedcontent\.com/ | feeds?blitz\.com/ | bluekai\.com/ | yadro\.ru/
      | imrworldwide\.com/ | counter\.rambler\.ru/ | bat\.bing\.com/ | adnxs\.com/ | buysellads\.com/
      | paypal(?:objects)?\.com/ | feedsportal\.com/ | feeds\.wordpress\.com/1\.0/ | (?:pixel|stats)\.wp\.com/
      | doubleclick\.net/ | googlesyndication\.com/ | google-analytics\.com/ | medium\.com/_/stat
      | scorecardresearch\.com/ | quantserve\.com/ | statcounter\.com/ | amazon-adsystem\.com/
      | assoc-amazon\. | vgwort\.de/ | ivwbox\.de/ | facebook\.com/tr | mc\.yandex\.ru/ | top\.mail\.ru/
      | addtoany\.com/ | addthis\.com/ | sharethis\.com/ | flattr\.com/ | gravatar\.com/ | shields\.io/
      | s\.w\.org/images/core/emoji/ | creativecommons\.org/ | follow\.it/ | a2a\.me/
    )
  | /(?:1x1|1px|pixel|spacer|blank|clear|trans|transparent|shim|dot|track(?:er|ing)|beacon|counter|open)
    \.(?:gif|png|php)(?:[?\#]|$)
  | /(?:apple-touch-icon|favicon)[\w.-]*$ | //avatars\d*\.githubusercontent\.com/
  | /(?:b|p|e)\.gif\? | /p\.php\?idsite | /(?:piwik|matomo)\.php | /__utm\.gif | /hit[sc]?\.(?:gif|php)
  | /(?:smil(?:ey|ie)s?|emoticons?|emojis?|twemoji|share-?buttons?|social-?icons?|avatars?)/
  | /(?:icon[-_]?)?
    (?:facebook|twitter|digg|delicious|reddit|stumbleupon|linkedin|pinterest|googleplus|whatsapp|rss|email|print
      |feed-?icon\d*\w*|share|share_save\w*|like|tweet)
    (?:[-_]?\d+(?:x\d+)?)?\.(?:gif|png)(?:[?\#]|$)
  | \.(?:svgz?|ico|avif|swf|mp[34]|m4[av]|webm|ogg|pdf)(?:[?\#]|$)
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Addresses of counters, buttons and emoticons, and of files that Telegram takes for no picture."""

_PIXELS = re.compile(r"\s*(\d{1,5})\s*(?:px)?(?:\.\d+)?\s*")
_SIZE = re.compile(r"[-_](?:\d{2,4}x\d{2,4}|\d{3,4}w?|scaled|thumb(?:nail)?|small|medium|large)(?=\.|$)")
_SOURCE = re.compile(r"([^\s,]\S*[^\s,])(?:\s+([\d.]+)[wx])?\s*(?:,|$)")


def link(href: str, base: str | None = None) -> str:
    """Return where ``href`` leads, as a rich message may say it: web, mail or phone; "" for nowhere."""
    href = href.strip()
    plain = href.partition("?")[0]
    if _MAIL.fullmatch(plain) or _PHONE.fullmatch(plain):
        return plain
    url = absolute(href, base)
    return _ODD.sub(lambda one: quote(one[0]), url) if url and url.startswith("http") else ""


def picture(tag: Tag, base: str | None) -> str | None:
    """Return where the picture that ``tag`` shows is to be had, absolute http(s); None if it shows none."""
    if _CLASSES.search(tag.get("class").lower()):
        return None
    sides = [int(found[1]) for name in ("width", "height") if (found := _PIXELS.fullmatch(tag.get(name)))]
    if any(side <= ICON // 2 for side in sides) or (len(sides) == 2 and max(sides) <= ICON):
        return None
    url = link(_source(tag), base)
    return url if is_picture(url) else None


def is_picture(url: str) -> bool:
    """Tell whether there may be a picture of the news at ``url``, by its look."""
    return url.startswith("http") and not _NO_PICTURE.search(url)


def _source(tag: Tag) -> str:
    for name in _LAZY:
        if value := tag.get(name):
            return value
    source = tag.get("src")
    if source and not source.startswith("data:"):
        return source
    return _largest(tag.get("data-srcset") or tag.get("srcset"))


def _largest(srcset: str) -> str:
    """Return the address of the largest picture in a ``srcset``."""
    best, size = "", -1.0
    for url, width in _SOURCE.findall(srcset[:4000]):
        try:
            wide = float(width or 1)
        except ValueError:
            continue
        if wide > size:
            best, size = url, wide
    return best


def likeness(url: str) -> str:
    """Return what the sizes and mirrors of one picture have in common: its file's name without a size."""
    try:
        path = unquote(urlsplit(url).path).lower()
    except ValueError:
        return url
    name = _SIZE.sub("", path.rpartition("/")[2])
    return name if len(name) > 12 else url.partition("://")[2]
