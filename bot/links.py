"""Addresses in a form that is equal for those of the same page, or of the same feed. Pure.

Only for comparing, never for asking.
"""

import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import quote, urlsplit

_TRACKING = re.compile(
    r"(utm_|at_|at:|mtm_|matomo_|piwik_|hsa_|oly_|vero_|sfmc_|guce_|_hs|wt[._]z?mc|aspsessionid)\w*|"
    r"pk_(campaign|kwd|keyword|source|medium|content|cid|cpn)|ns_(campaign|mchannel|source|linkname|fee)|"
    r"sc_c(id|ampaign|hannel)|s_cid|ncid|cmpid|(fb|g|d|y|ms|mc|tw|tt|gb)clid|gclsrc|[gw]braid|li_fat_id|mc_[ce]id|"
    r"igshid?|xtor|ito|ocid|ftag|smid|mkt_tok|_ga|_gl|dm_i|epik|srsltid|guccounter|__twitter_impression|spm|"
    r"phpsessid|jsessionid|sessionid|session_id|cfid|cftoken",
    re.IGNORECASE,
)
"""Names of parameters that tell how one came to a page, or who one is.

None that a publisher may use to say which page it is: one name too few repeats an item, one too
many loses some.
"""

_FROM_FEED = re.compile(
    r"(ref|source|src|from|via|partner|emc|mod|feature)=(rss|atom|feed)\w*|rss=(1|true|yes)", re.IGNORECASE
)
_PHPBB_SESSION = re.compile(r"sid=[0-9a-f]{32}", re.IGNORECASE)
_PATH_SESSION = re.compile(r";(jsessionid|phpsessid|sid)=[^/;?]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_HTTP = re.compile(r"\s*https?://", re.IGNORECASE)
_HOME = re.compile(r"//[^/?#]*")
_ORDINARY = re.compile(
    r"https?://(?:www\.)?([a-z0-9.-]*[a-z0-9-](?::(?!(?:80|443)(?![0-9]))(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}))?)"
    r"(/[!\"$&-:<->@-~]*)?(?:\?([!\"$&-~]*))?"
)
"""Addresses of which nothing is to be respelled: (host and port, path, query), no fragment."""


LONGEST_HOST = 253
"""Letters; longer names cannot be asked, nor can those with longer parts than :data:`_LONG_PART`."""

_LONG_PART = re.compile("[^.\u3002\uff0e\uff61]{64}")
"""To spell parts takes the square of their length: 10 ms for 240 letters. The dots are those of IDNA."""

_REMEMBERED = 4000
"""Letters of the longest address that is remembered: most guids are their item's link, some hold anything."""


def canonical_link(url: str) -> str:
    """Return ``url`` in a form that is equal for addresses of the same page.

    Only for comparing, never for fetching: the scheme is gone, and so are ``www.``, a default
    port, a trailing slash, and parameters and fragments that only track; parameters are sorted.
    Other fragments stay, since some feeds tell their items apart by them. What is not http(s)
    is only stripped.
    """
    return _known(url) if len(url) <= _REMEMBERED else _canonical(url)


def _canonical(url: str) -> str:
    text = "".join(url.split())
    if found := _ORDINARY.fullmatch(text):
        host, path, query = found.groups("")
        where, fragment = f"//{host}{path.rstrip('/')}", ""
        if not query:
            return where
    elif place := _place(text):
        where, query, fragment = place
    else:
        return text
    kept = sorted(one for one in query.split("&") if one and not _tracks(one))
    if fragment and all(_tracks(one) for one in fragment.split("&")):
        fragment = ""
    return where + ("?" + "&".join(kept) if kept else "") + ("#" + fragment if fragment else "")


_known = lru_cache(1024)(_canonical)


def feed_address(url: str) -> str:
    """Return ``url`` in a form that is equal for addresses of the same feed.

    As :func:`canonical_link`, but every parameter is kept where it stands: in a feed's address
    each may choose what it holds. The fragment never does.
    """
    text = "".join(url.split())
    if not (place := _place(text)):
        return text
    where, query, _ = place
    return where + ("?" + query if query else "")


def is_home(link: str) -> bool:
    """Tell whether a canonical link is that of a bare home page."""
    return _HOME.fullmatch(link) is not None


def is_http(url: str) -> bool:
    """Tell whether this begins as an http(s) address does."""
    return _HTTP.match(url) is not None


def _place(url: str) -> tuple[str, str, str] | None:
    """Return (``//host:port/path``, query, fragment) of an http(s) address, else None."""
    if not _HTTP.match(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if not host.isascii() and len(host) <= LONGEST_HOST and not _LONG_PART.search(host):
        with suppress(UnicodeError):  # such a name cannot be asked; it is compared as it stands
            host = host.encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host.removeprefix("www.")
    where = f"//{host}" + (f":{port}" if port not in {None, 80, 443} else "")
    path = _PATH_SESSION.sub("", _escaped(parts.path)).rstrip("/")
    return where + path, _escaped(parts.query), _escaped(parts.fragment)


def _escaped(part: str) -> str:
    """Return ``part`` with one spelling for each character: needless escapes undone, the rest in capitals."""

    def respell(found: re.Match[str]) -> str:
        letter = chr(int(found[0][1:], 16))
        plain = letter.isascii() and (letter.isalnum() or letter in "-._~")
        return letter if plain else found[0].upper()

    text = _ESCAPE.sub(respell, part) if "%" in part else part
    return text if text.isascii() else quote(text, safe="%/:?#[]@!$&'()*+,;=|", errors="replace")


def _tracks(parameter: str) -> bool:
    name = parameter.partition("=")[0]
    return bool(
        _TRACKING.fullmatch(name) or _FROM_FEED.fullmatch(parameter) or _PHPBB_SESSION.fullmatch(parameter)
    )
