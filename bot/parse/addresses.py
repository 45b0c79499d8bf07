"""Addresses in documents: made absolute, or dropped where they lead nowhere. Pure."""

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

LONGEST = 4000
"""Longer addresses are data, not addresses."""

_ORDINARY = re.compile(r"https?://[A-Za-z0-9.-]{1,250}(?:[/?#][!-~]*)?")
"""Addresses that stay as they are; asked first, it halves the time that a feed's addresses take."""

_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")
_NO_HOST = re.compile(r"[\s<>\"{}|\\^`]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST_FIRST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,24})(?=[/?#:]|$)", re.IGNORECASE
)
_FILES = re.compile(
    "x?html?|shtml|php|aspx?|jsp|cgi|xml|rss|rdf|atom|json|txt|pdf|jpe?g|png|gif|webp|svg|avif|mp[34]|m4a|ogg|zip|js|css"
)
"""What looks like a top-level domain in ``page.html`` and is none."""


def absolute(address: object, *bases: str | None) -> str | None:
    """Return ``address`` as an absolute http(s) address, or None if it cannot be one.

    A relative address is resolved against the first of ``bases`` that is itself absolute. A host
    without a scheme (``example.org/page``) gets https, as its author meant it.
    """
    if not isinstance(address, str):
        return None
    if len(address) <= LONGEST and _ORDINARY.fullmatch(address) and "&amp;" not in address:
        return address
    address = _UNWRITABLE.sub("", address).strip().replace("&amp;", "&")
    if not address or len(address) > LONGEST:
        return None
    if not _SCHEME.match(address) or _HOST_FIRST.match(address):
        address = _resolved(address, bases)
    return _checked(address)


def _resolved(address: str, bases: tuple[str | None, ...]) -> str:
    base = next((base for base in bases if base and _checked(base)), None)
    if address.startswith("//"):
        return f"{urlsplit(base).scheme if base else 'https'}:{address}"
    host = _HOST_FIRST.match(address)
    if host and not _FILES.fullmatch(host[1].lower()):
        return f"https://{address}"
    if base is None or (" " in address and "/" not in address):  # the latter is prose
        return ""
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


@lru_cache(maxsize=1024)  # a feed's own address is asked for with each of its items
def _checked(address: str) -> str | None:
    """Return ``address`` with a lower-case scheme if it is http(s) and names a host."""
    scheme, colon, rest = address.partition(":")
    if not colon or scheme.lower() not in ("http", "https"):
        return None
    address = (f"{scheme.lower()}:{rest}").replace(" ", "%20")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or not rest.startswith("//") or _NO_HOST.search(parts.netloc):
        return None
    return address
