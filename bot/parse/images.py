"""The pictures of an item, in order of merit. Pure.

What the feed offers as a picture comes before what stands in the body. Counting pixels, share
buttons, avatars and emoticons are no pictures of anything.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from bot.items import Enclosure, Image
from bot.parse.addresses import absolute
from bot.references import unescape

MOST = 10
"""Pictures kept of one item: as many as an album holds."""

BODY_LIMIT = 300_000
"""Characters of a body searched for pictures."""

MOST_TAGS = 200
"""Pictures of a body looked at: what comes after is no lead."""

WIDEST = 2560
"""Wider pictures are offered after narrower ones: Telegram takes no more than 5 MB by address."""


class Rank(IntEnum):
    """Where a picture was offered, the best place first."""

    MEDIA = 1
    ENCLOSURE = 2
    ITEM = 3
    THUMBNAIL = 4
    PODCAST = 5
    ELEMENT = 6
    BODY = 7


class Offer(NamedTuple):
    """A picture offered: its absolute address, where, how large, and in which group of sizes."""

    url: str
    rank: Rank
    width: int | None = None
    height: int | None = None
    group: str = ""


_NO_NEWS = [
    row.split()
    for row in r"""
        feedburner\.com /~
        feeds\.[^/]{1,255} /~(?:ff|f|r|a|4)/
        feedsportal\.com /
        feeds\.wordpress\.com /1\.0/
        (?:pixel|stats)\.wp\.com|stats\.wordpress\.com /
        pheedo\.com|pheedcontent\.com|bluekai\.com|doubleclick\.net /
        googlesyndication\.com|google-analytics\.com /
        medium\.com /_/stat
        scorecardresearch\.com|quantserve\.com|imrworldwide\.com|statcounter\.com|amazon-adsystem\.com /
        assoc-amazon\.[a-z.]+ /
        blogger\.googleusercontent\.com /tracker/
        feeds?blitz\.com|follow\.it|ivwbox\.de|vgwort\.de /
        yadro\.ru|top\.mail\.ru|counter\.rambler\.ru|mc\.yandex\.ru /
        facebook\.com /tr
        bat\.bing\.com|buysellads\.com|adnxs\.com|invitemedia\.com|a2a\.me|addtoany\.com|addthis\.com /
        sharethis\.com|flattr\.com|paypal(?:objects)?\.com|gravatar\.com|creativecommons\.org|shields\.io /
        feedvalidator\.org /
        s\.w\.org /images/core/emoji/
    """.strip().splitlines()
]
"""Hosts, and the beginnings of paths, of addresses that feeds show and that are no pictures of the news."""

_HOST = re.compile(rf"(?:.*\.)?(?:{'|'.join(host for host, _ in _NO_NEWS)})", re.IGNORECASE | re.DOTALL)
_NOT_HOST = re.compile(
    rf"https?://(?:[^/]*\.)?(?:{'|'.join(f'(?:{host}){path}' for host, path in _NO_NEWS)})", re.IGNORECASE
)
_NOT_FILE = re.compile(
    r"""
    /(?:1x1|1px|pixel|spacer|blank|clear|trans|transparent|shim|dot|track(?:er|ing)|beacon|counter|mf|open)
    \.(?:gif|png|php)(?:[?\#]|$)
  | /(?:b|p|e)\.gif\? | /__utm\.gif | /(?:piwik|matomo)\.php | /p\.php\?idsite | /hit[sc]?\.(?:gif|php)
  | /(?:smil(?:ey|ie)s?|emoticons?|emojis?|twemoji|filetypes?|share-?buttons?|social-?icons?|socialmedia)/
  | /(?:icon[-_]?)?
    (?:facebook|twitter|digg|delicious|reddit|stumbleupon|linkedin|pinterest|googleplus|whatsapp|rss|email|print
      |share|like|tweet)
    (?:[-_]?\d+(?:x\d+)?)?\.(?:gif|png|svg|jpg)(?:[?\#]|$)
  | /(?:icon[-_]?)?(?:feed-?icon|share_save)\w*(?:-\d+(?:x\d+)?)?\.(?:gif|png|svg|jpg)(?:[?\#]|$)
  | /avatars?/default
    """,
    re.VERBOSE,
)
"""The same by the names of files, in small letters."""

_IMG = re.compile(
    r"<(?:[iI][mM][gG]|([vV][iI][dD][eE][oO]))(?=[\s/])((?:[^<>\"']++|\"[^\"]{0,4000}\"|'[^']{0,4000}'){0,100}+)"
)
_VIDEO = re.compile(
    r"<(?:video|(?P<source>source))(?=[\s/>])(?P<said>(?:[^<>\"']+|\"[^\"]{0,4000}\"|'[^']{0,4000}'){0,100})"
    r"|(?P<end></video\s*>)",
    re.IGNORECASE,
)
_PLAYS = re.compile("<[vV][iI][dD][eE][oO]")
_ATTRIBUTE = re.compile(r"(?<![\w:-])([\w:-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")
_EXTENSION = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp)(?:$|[?#:!])", re.IGNORECASE)
_NOT_PHOTO = (".svg", ".svgz", ".ico", ".swf", ".mp3", ".mp4", ".m4a", ".m4v", ".webm", ".ogg", ".pdf")
_NUMBER = re.compile(r"\s*(\d{1,5})\s*(?:px)?(?:\.\d+)?\s*$")
_CLASSES = re.compile(
    r"smil(?:ey|ie)|emoji|emoticon|avatar|gravatar|share|social|icon\b|tracking|pixel", re.IGNORECASE
)
_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-original-src",
    "data-orig-file",
    "data-actualsrc",
    "data-url",
)
_CANDIDATE = re.compile(r"(?<![^\s,])([^\s,]\S*[^\s,])(?:\s+([\d.]+)[wx])?\s*(?:,|$)")
_SIZE = re.compile(r"[-_](?:\d{2,4}x\d{2,4}|\d{3,4}w?|scaled|thumb(?:nail)?|small|medium|large)(?=\.|$)")
_WRAPPED = re.compile(r"/(https?(?::|%3A)(?:/|%2F){1,2}.+)$", re.IGNORECASE)
_PROXY = re.compile(r"w(?:eserv|srv)\.nl|rsz\.io|\.wp\.com")
"""What stands in the addresses of proxies that do not name the scheme of what is behind them."""

_PARAMETERS = ("url", "src", "u", "image", "img")


def is_image(url: str, mime: str, medium: str = "") -> bool:
    """Whether an enclosure or media element is a picture, by what it says, else by its address."""
    mime, medium = mime.lower(), medium.lower()
    if mime.startswith("image") or medium == "image":
        return "svg" not in mime
    return not mime and not medium and bool(_EXTENSION.search(url))


def merit(offers: Iterable[Offer], body: str, base: str | None) -> tuple[Image, ...]:
    """Return the pictures among ``offers`` and in the HTML ``body``, the best first.

    Of the places a feed offers pictures at, only the best is heard: the others repeat it smaller.
    Several sizes of one picture become one :class:`Image` with alternatives.
    """
    real = [offer for offer in offers if _is_picture(offer.url, offer.width, offer.height)]
    shown = list(in_body(body, base))
    if len(real) + len(shown) < 2:
        return tuple(_image([offer]) for offer in (*real, *shown))
    best = min([offer.rank for offer in real], default=None)
    chosen = [offer for offer in real if offer.rank == best]
    others = [offer for offer in real if offer.rank != best]
    groups: dict[str, list[Offer]] = {}
    taken: set[str] = set()
    for offer in (*chosen, *shown, *others):
        if offer.url in taken:
            continue
        group = offer.group or _same(offer.url)
        if offer.rank == best or offer.rank is Rank.BODY or group in groups:
            taken.add(offer.url)
            groups.setdefault(group, []).append(offer)
    return tuple(_image(sizes) for sizes in list(groups.values())[:MOST])


def in_body(body: str, base: str | None) -> Iterator[Offer]:
    """Yield the pictures of an HTML body in order.

    Tag by tag, without a tree: building one takes seconds where elements are nested deep enough.
    """
    for tag in islice(_IMG.finditer(body, 0, BODY_LIMIT), MOST_TAGS):
        attributes = _attributes(tag[2])
        if tag[1]:
            attributes = {"src": attributes.get("poster", "")}
        width, height = number(attributes.get("width")), number(attributes.get("height"))
        if "class" in attributes and _CLASSES.search(attributes["class"]):
            continue
        url = absolute(_source(attributes), base)
        if url and _is_picture(url, width, height):
            yield Offer(url, Rank.BODY, width, height)


def videos_in_body(body: str, base: str | None) -> tuple[Enclosure, ...]:
    """Return the videos that an HTML body plays, each by one of its addresses: MP4 if it has that."""
    if not _PLAYS.search(body, 0, BODY_LIMIT):
        return ()
    videos: list[list[Enclosure]] = []
    is_within = False
    for tag in islice(_VIDEO.finditer(body, 0, BODY_LIMIT), MOST_TAGS):
        if tag["end"] or not tag["source"]:
            is_within = not tag["end"]
            videos.append([])
        attributes = _attributes(tag["said"] or "")
        url = absolute(attributes.get("src") or attributes.get("data-src", ""), base)
        if url and is_within:
            videos[-1].append(Enclosure(url, attributes.get("type", "") or _type(url)))
    best = [min(one, key=lambda file: not file.mime.startswith("video/mp4")) for one in videos if one]
    return tuple({one.url: one for one in best}.values())[:MOST]


def _attributes(written: str) -> dict[str, str]:
    attributes = {}
    for name, one, two, bare in _ATTRIBUTE.findall(written):
        value = one or two or bare
        attributes[name.lower()] = unescape(value) if "&" in value else value
    return attributes


def _type(url: str) -> str:
    """Return the type of a video that names none."""
    other = re.search(r"\.(webm|ogv|mov|mkv)$", urlsplit(url).path, re.IGNORECASE)
    return f"video/{other[1].lower()}" if other else "video/mp4"


def unwrap(url: str) -> str | None:
    """Return the address behind an image proxy's address, or None if ``url`` is no proxy's."""
    rest = url[7:].lower()
    is_named = "http" in rest or ("%" in rest and "?" in rest)
    return _unwrapped(url) if is_named or _PROXY.search(rest) else None


@lru_cache(maxsize=256)  # asked for twice of each picture
def _unwrapped(url: str) -> str | None:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host in ("images.weserv.nl", "wsrv.nl", "rsz.io"):
        inner = parse_qs(parts.query).get("url", [""])[0]
        inner = re.sub(r"^ssl:", "https://", inner)
        return (
            absolute(inner if re.match(r"https?:", inner) else f"https://{inner.lstrip('/')}")
            if inner
            else None
        )
    if re.fullmatch(r"i[0-3]\.wp\.com", host):
        return absolute(f"https:/{parts.path}") if parts.path.count("/") > 1 else None
    if found := _WRAPPED.search(parts.path):
        inner = found[1] if "://" in found[1] else unquote(found[1])
        return absolute(re.sub(r"^(https?:)/+", r"\1//", inner))
    parameters = parse_qs(parts.query)
    for name in _PARAMETERS:
        inner = parameters.get(name, [""])[0]
        if re.match(r"https?://", inner) and (_EXTENSION.search(inner) or "image" in parts.path):
            return absolute(inner)
    return None


def _image(sizes: list[Offer]) -> Image:
    """Make one picture of its sizes: the widest that Telegram takes first."""
    first = sizes[0]
    if len(sizes) == 1:
        inner = unwrap(first.url)
        return Image(first.url, (inner,) if inner and inner != first.url else (), first.width, first.height)
    first, *rest = sorted(sizes, key=lambda one: (one.rank, (one.width or 0) > WIDEST, -(one.width or 0)))
    others = [one.url for one in rest]
    behind = [inner for one in (first.url, *others) if (inner := unwrap(one))]
    alternatives = tuple(dict.fromkeys(one for one in (*behind[:1], *others) if one != first.url))[:4]
    return Image(first.url, alternatives, first.width, first.height)


def _source(attributes: Mapping[str, str]) -> str:
    """Return the best address an ``img`` names: lazy loaders keep the true one beside ``src``."""
    for name in _LAZY:
        if value := attributes.get(name):
            return value
    source = attributes.get("src", "")
    if source and not source.startswith("data:"):
        return source
    return _largest(attributes.get("data-srcset") or attributes.get("srcset", ""))


def _largest(srcset: str) -> str:
    """Return the address of the largest picture in a ``srcset``."""
    best, size = "", -1.0
    for url, width in _CANDIDATE.findall(srcset[:8000]):
        if (large := _factor(width)) > size:
            best, size = url, large
    return best


def _factor(written: str) -> float:
    try:
        return float(written or 1)
    except ValueError:  # 1.2.3
        return 1.0


def _is_picture(url: str, width: int | None, height: int | None) -> bool:
    tiny = (width is not None and width < 24) or (height is not None and height < 24)
    if tiny or (_is_suspect(_host(url)) and _NOT_HOST.match(url)) or _NOT_FILE.search(url.lower()):
        return False
    return not _path(url).lower().endswith(_NOT_PHOTO)


def _host(url: str) -> str:
    """Return what stands before the path of an absolute address."""
    return url.split("/", 3)[2]


def _path(url: str) -> str:
    """Return the path of an absolute address."""
    _, slash, path = url.partition("#")[0].partition("?")[0].partition("//")[2].partition("/")
    return slash + path


@lru_cache(maxsize=256)
def _is_suspect(host: str) -> bool:
    """Whether some of the addresses at a host may be no pictures of the news."""
    return _HOST.fullmatch(host) is not None


def _same(url: str) -> str:
    """Return what the sizes of one picture have in common: its file's name without the size."""
    url = unwrap(url) or url
    path = _path(url)
    name = (unquote(path) if "%" in path else path).rpartition("/")[2].lower()
    if "-" in name or "_" in name:
        name = _SIZE.sub("", name)
    if len(name) > 12:
        return name
    return path if _EXTENSION.search(name) else f"{path}?{urlsplit(url).query}"


def number(value: object) -> int | None:
    """Return pixels from an attribute such as ``640`` or ``640px``; None for ``100%`` or nonsense."""
    found = _NUMBER.match(value) if isinstance(value, str) else None
    return int(found[1]) if found else None


def sized(offer: Offer, width: object, height: object) -> Offer:
    """Return ``offer`` with the size that a feed's attributes give."""
    return offer._replace(width=number(width), height=number(height))
