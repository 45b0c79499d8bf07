"""Which addresses Telegram takes for a link, and in which spelling it keeps them."""

import re

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_DISALLOWED = re.compile(r'[\x00-\x0c\x0e-\x20"<>\[\\\]^`{|}\x7f]')
_USER = re.compile(r"tg:(?://)?user\?(?:.*&)?id=(\d+)")


def linked_user(url: str) -> int | None:
    """Return the user that a ``tg://user?id=`` address names."""
    found = _USER.match(url.strip())
    return int(found[1]) if found else None


def check_link(url: str) -> str:
    """Return an address as Telegram keeps it: host in lower case, a path at least ``/``.

    Raises:
        ValueError: Telegram will not take it; the message says why, in Telegram's words.
    """
    if re.match(r"(?i)(tg|ton):(//)?\S", url):
        return url
    rest, scheme = url, "http"
    if found := _SCHEME.match(url):
        scheme, rest = found[1].lower(), url[found.end() :]
        if scheme not in {"http", "https"}:
            raise ValueError("Unsupported URL protocol")
    cut = re.search(r"[/?#]", rest)
    authority, tail = (rest[: cut.start()], rest[cut.start() :]) if cut else (rest, "")
    userinfo, at, place = authority.rpartition("@")
    host, colon, port = _split_port(place)
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("Wrong port number specified in the URL")
    if not host:
        raise ValueError("URL host is empty")
    is_numeric = host.startswith("[")
    if not is_numeric and _DISALLOWED.search(host):
        raise ValueError("Disallowed character in URL host")
    if "." not in host and not is_numeric:
        raise ValueError("Wrong HTTP URL")
    if not tail.startswith("/"):
        tail = "/" + tail
    return f"{scheme}://{userinfo}{at}{host.lower()}{colon}{port}{tail}".replace(" ", "%20")


def _split_port(place: str) -> tuple[str, str, str]:
    if place.startswith("[") and "]" in place:
        host, _, after = place.partition("]")
        return host + "]", after[:1], after[1:]
    return place.partition(":")
