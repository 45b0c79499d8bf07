"""Players within a body: what they play becomes a link, since nothing plays inside of a text."""

import re
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit

from bot.render.links import absolute

_PLAYERS = (
    (
        r"(?:www\.)?youtube(?:-nocookie)?\.com/(?:embed|v|shorts)/(?!videoseries)([\w-]{6,20})",
        "https://www.youtube.com/watch?v={}",
    ),
    (r"player\.vimeo\.com/video/(\d+)", "https://vimeo.com/{}"),
    (r"open\.spotify\.com/embed(?:-podcast)?/(\w+/\w+)", "https://open.spotify.com/{}"),
    (r"embed\.(podcasts|music)\.apple\.com/([^?\s]+)", "https://{}.apple.com/{}"),
    (r"(?:www\.|geo\.)?dailymotion\.com/embed/video/(\w+)", "https://www.dailymotion.com/video/{}"),
    (r"player\.bilibili\.com/player\.html\?(?:[^#]*&)?bvid=(\w+)", "https://www.bilibili.com/video/{}"),
    (r"rutube\.ru/(?:play|video)/embed/(\w+)", "https://rutube.ru/video/{}/"),
    (r"archive\.org/embed/([\w.-]+)", "https://archive.org/details/{}"),
    (
        r"www\.ted\.com/?/embed\.ted\.com/talks/(\w+)|embed\.ted\.com/talks/(\w+)",
        "https://www.ted.com/talks/{}",
    ),
    (r"(?:www\.)?tiktok\.com/(?:embed(?:/v2)?|player/v1)/(\d+)", "https://www.tiktok.com/embed/{}"),
    (r"([\w.-]+\.\w+)/videos/embed/([\w-]{20,40})", "https://{}/videos/watch/{}"),
    (r"(?:www\.)?loom\.com/embed/(\w+)", "https://www.loom.com/share/{}"),
    (r"odysee\.com/\$/embed/([^?\s]+)", "https://odysee.com/{}"),
    (r"codepen\.io/([\w-]+)/embed/(?:preview/)?(\w+)", "https://codepen.io/{}/pen/{}"),
)
_NAMES = {
    "youtube.com": "YouTube", "vimeo.com": "Vimeo", "open.spotify.com": "Spotify",
    "soundcloud.com": "SoundCloud",
    "podcasts.apple.com": "Apple Podcasts", "dailymotion.com": "Dailymotion", "bilibili.com": "bilibili",
    "ted.com": "TED", "tiktok.com": "TikTok", "codepen.io": "CodePen",
}  # fmt: skip
_DULL = re.compile(
    r"(?:(?:youtube|vimeo|spotify|embed(?:ded)?|video|audio|media|content|player|iframe)[\s:-]*)*",
    re.IGNORECASE,
)
_LONGEST_TITLE = 120


def player(src: str, title: str, base: str | None) -> tuple[str, str] | None:
    """Return the page of what a frame of ``src`` plays, and its name; None if it is no known player."""
    address = absolute(src, base)
    if address is None:
        return None
    for pattern, page in _known():
        found = pattern.match(address)
        if found:
            return _named(page.format(*(one for one in found.groups() if one)), title)
    if address.startswith("https://w.soundcloud.com/player"):
        track = _asked(address, "url")
        link = absolute(unquote(track)) if track else None
        return _named(link, title or "SoundCloud") if link else None
    if "bandcamp.com/EmbeddedPlayer" in address:
        return _named(address, title or "Bandcamp")
    return None


def file(src: str, base: str | None) -> tuple[str, str] | None:
    """Return the address of a sound or film that stands in a body, and a name for it."""
    address = absolute(src, base)
    if address is None:
        return None
    name = unquote(urlsplit(address).path.rpartition("/")[2])
    return address, _site(address) if not name or "<" in name else name[-_LONGEST_TITLE:]


@cache
def _known() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(f"https?://{address}", re.IGNORECASE), page) for address, page in _PLAYERS)


def _named(page: str, title: str) -> tuple[str, str] | None:
    link = absolute(page)
    title = " ".join(title[: 2 * _LONGEST_TITLE].split())
    if link is None:
        return None
    telling = len(title) <= _LONGEST_TITLE and "<" not in title and not _DULL.fullmatch(title)
    return link, title if telling else _site(link)


def _site(address: str) -> str:
    host = address.partition("://")[2].partition("/")[0].removeprefix("www.")
    return _NAMES.get(host, host)


def _asked(address: str, name: str) -> str:
    try:
        return parse_qs(urlsplit(address).query).get(name, [""])[0]
    except ValueError:
        return ""
