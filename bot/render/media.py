"""Which of an item's pictures and files a message shows, and which it only leads to.

A video before its still, sound before the cover, an album where the pictures are the news and not
its decoration, a document where there is nothing to see.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from bot.items import Enclosure, Image, Item
from bot.render.links import absolute
from bot.render.parts import ALBUM_LIMIT, Media, MediaKind

FETCHED_LIMIT = 20_000_000
"""Bytes of a file that Telegram loads from an address."""

LEAST_SIZE = 1000
"""Bytes; feeds that do not know a size write 0 or 1."""

LONGEST_UNSIZED_S = 40 * 60
"""Seconds of sound taken without knowing its size: 64 kbit/s, as low as podcasts go, make 20 MB of these."""

SMALLEST = 100
"""Pixels; a picture known to be smaller both ways is an icon."""

GALLERY_TEXT = 600
"""Width, in Latin letters, of a text that its pictures do not only decorate: a post's, some to spare."""

_NOT_SHOWN = re.compile(
    r"shields\.io|badge|/avatars?[/_-]|gravatar|emoji|emoticon|smil(?:ey|ie)|/favicon|feedburner|/icons?[/_-]"
    r"|[/_-](?:logo|icon|button|spacer|pixel|sigline|signature)[\w-]{0,16}\.(?:png|gif|jpe?g|webp)|/math/"
    r"|mathtex",
    re.IGNORECASE,
)
_NO_PHOTO = re.compile(r"\.(?:svgz?|ico|swf|pdf|html?)$", re.IGNORECASE)
_SIZE = re.compile(r"[-_](?:\d{2,4}x\d{2,4}|\d{3,4}[wp]?|scaled|thumb(?:nail)?|small|medium|large)$")
_KINDS: tuple[tuple[MediaKind, re.Pattern[str], re.Pattern[str]], ...] = (
    (MediaKind.VIDEO, re.compile(r"video/(?:mp4|x-m4v)"), re.compile(r"\.(?:mp4|m4v)$")),
    (MediaKind.ANIMATION, re.compile(r"image/gif"), re.compile(r"\.gifv?$")),
    (
        MediaKind.AUDIO,
        re.compile(r"audio/(?:mpeg|mp3|mp4|x-m4a|m4a|aac|ogg|opus)"),
        re.compile(r"\.(?:mp3|m4a|ogg|oga|opus)$"),
    ),
    (MediaKind.DOCUMENT, re.compile(r"application/(?:pdf|zip)"), re.compile(r"\.(?:pdf|zip)$")),
)
"""What Telegram takes by address as which kind: by its type, and where that says nothing, by its name."""

_SAYS_NO_TYPE = re.compile(r"(?:application/octet-stream|binary/.*|unknown|\*/\*|[^/]*)")
_LED_TO = re.compile(r"(?:audio|video)/|application/(?:pdf|zip|epub|x-bittorrent|vnd|msword|x-mpegurl)")
"""Files that are worth a line of their own, where they cannot be shown."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a message shows, what it leads to, and the picture for a text without media.

    It leads to what it does not show, and to videos of which nobody says whether Telegram takes them.
    """

    shown: tuple[Media, ...] = ()
    led_to: tuple[Media, ...] = ()
    picture: Media | None = None

    @property
    def all_led_to(self) -> tuple[Media, ...]:
        """The files to lead to where the message shows none itself, but a picture."""
        return tuple(dict.fromkeys((*(one for one in self.shown if one.kind not in _SEEN), *self.led_to)))


_SEEN = frozenset({MediaKind.PHOTO, MediaKind.ANIMATION})


def choose(item: Item, image_proxy: str, text_width: Callable[[], int | None]) -> Choice:
    """Return what to show of ``item``.

    ``text_width`` is asked only where there are several pictures or videos: how wide all the text
    is, None where it is not all there. The address behind ``image_proxy`` is each picture's last.
    """
    photos = _photos(item.images, image_proxy)
    picture = photos[0] if photos else None
    files = _files(item) if item.enclosures else ()
    fit = [one for one in files if _fits(one)]
    led_to = tuple(one for one in files if one not in fit)
    videos = [one for one in fit if one.kind is MediaKind.VIDEO]
    audio = [one for one in fit if one.kind is MediaKind.AUDIO]
    if videos:
        distinct = _distinct(videos)
        shown = _album(distinct) if len(distinct) > 1 and _is_gallery(text_width()) else distinct[:1]
    elif audio:
        shown = audio[:1]
    else:
        shown = _pictures(photos, text_width) or [one for one in fit if one.kind is MediaKind.ANIMATION][:1]
        shown = shown or fit[:1]
    kept = [one for one in fit if one not in shown and one.kind is not MediaKind.VIDEO]
    if still := next((one for one in photos if one.kind is MediaKind.PHOTO), None):
        poster = (still.url, *still.alternatives)
        shown = [one if one.kind is MediaKind.PHOTO else replace(one, poster=poster) for one in shown]
    unsure = [one for one in shown if one.kind is MediaKind.VIDEO and one.size is None]
    return Choice(tuple(shown), (*unsure, *kept, *led_to), picture)


def _pictures(photos: list[Media], text_width: Callable[[], int | None]) -> list[Media]:
    """Return the pictures to show: the first, or an album."""
    if not photos:
        return []
    if len(photos) > 1:
        still = _distinct([one for one in photos if one.kind is MediaKind.PHOTO])
        if len(still) > 1 and _is_gallery(text_width()):
            return _album(still)
    return photos[:1]


def _is_gallery(width: int | None) -> bool:
    return width is not None and width <= GALLERY_TEXT


def _album(media: list[Media]) -> list[Media]:
    return media[:ALBUM_LIMIT]


def _photos(images: Iterable[Image], image_proxy: str) -> list[Media]:
    """Return the pictures that are worth showing."""
    found = []
    for image in images:
        small = image.width is not None and image.width < SMALLEST
        if small and image.height is not None and image.height < SMALLEST:
            continue
        given = (image.url, *image.alternatives)
        addresses = [one for one in given if one.startswith(("http://", "https://"))]
        if not addresses or _NOT_SHOWN.search(addresses[0]) or _NO_PHOTO.search(_path(addresses[0])):
            continue
        kind = MediaKind.ANIMATION if _path(addresses[0]).endswith(".gif") else MediaKind.PHOTO
        if image_proxy and kind is MediaKind.PHOTO:
            addresses.append(proxied(addresses[0], image_proxy))
        first, *rest = dict.fromkeys(addresses)
        found.append(Media(kind, first, tuple(rest), width=image.width, height=image.height))
    return found


def proxied(url: str, image_proxy: str) -> str:
    """Return where ``image_proxy`` shows what ``url`` holds."""
    return image_proxy.replace("{url}", quote(url, safe=""))


def _files(item: Item) -> tuple[Media, ...]:
    """Return the files of ``item`` that may be shown or led to, each once."""
    found = {}
    for one in item.enclosures:
        kind = kind_of(one)
        if kind is None or one.url in found or absolute(one.url) is None:
            continue
        is_audio = kind is MediaKind.AUDIO
        found[one.url] = Media(
            kind,
            one.url,
            mime=one.mime,
            size=one.length if one.length and one.length >= LEAST_SIZE else None,
            duration_s=one.duration_s or None,
            title=item.title[:200] if is_audio else "",
            performer=(item.source or item.author)[:200] if is_audio else "",
        )
    return tuple(found.values())


def kind_of(file: Enclosure) -> MediaKind | None:
    """Return what ``file`` is to Telegram; None for what nobody need be told of."""
    mime = file.mime.lower().partition(";")[0].strip()
    path = _path(file.url)
    unsaid = _SAYS_NO_TYPE.fullmatch(mime) is not None
    for kind, types, names in _KINDS:
        if types.fullmatch(mime) or (unsaid and names.search(path)):
            return kind
    return MediaKind.DOCUMENT if _LED_TO.match(mime) else None


def _fits(file: Media) -> bool:
    """Tell whether Telegram would take ``file`` from its address, as far as is known."""
    if file.kind is MediaKind.AUDIO and file.size is None and (file.duration_s or 0) > LONGEST_UNSIZED_S:
        return False
    if not any(
        kind is file.kind and (types.fullmatch(file.mime.lower()) or names.search(_path(file.url)))
        for kind, types, names in _KINDS
    ):
        return False
    return file.size is None or file.size <= FETCHED_LIMIT


def _distinct(media: list[Media]) -> list[Media]:
    """Return ``media`` without other sizes of what is there already."""
    found: dict[str, Media] = {}
    for one in media:
        name = _path(one.url).rpartition("/")[2].rpartition(".")[0]
        stem = _SIZE.sub("", name)
        found.setdefault(stem if len(stem) > 2 else one.url, one)
    return list(found.values())


@lru_cache(maxsize=256)
def _path(url: str) -> str:
    """Return the path of ``url`` in lower case; "" where it is no address."""
    try:
        return unquote(urlsplit(url).path).lower()
    except ValueError:
        return ""
