"""Which addresses we ask: how what people type becomes one, and which of them are forbidden. Pure.

The guard proper stands at dial time (:mod:`bot.fetch.dial`), where the address is final: a name may
lead anywhere, and elsewhere the next time. What can be refused by its looks is refused here before.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

import idna

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

LONGEST = 4096
"""Characters of an address; longer ones are data."""

PORTS = frozenset({80, 443, 8080, 8443})
"""Where the web is served; any other port is some other service's."""

PRIVATE = "it leads into a private network; FETCH_ALLOW_NETWORKS can allow that"
ODD_PORT = "only the ports 80, 443, 8080 and 8443 are asked; FETCH_ALLOW_NETWORKS can allow others"

_FORBIDDEN = tuple(
    ip_network(network)
    for network in (
        # What `is_global` of some supported Python versions takes for public, and is not.
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",  # the metadata service of Azure, on a public address
        "192.0.0.0/24",
        "192.88.99.0/24",
        "224.0.0.0/3",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
_NAT64 = ip_network("64:ff9b::/96")

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_FEED_SCHEMES = frozenset({"feed", "itpc", "pcast", "podcast"})
"""What links of feeds and podcasts begin with that are to open a reader; they mean http."""
_FEED_SCHEME = re.compile(rf"\A(?:{'|'.join(sorted(_FEED_SCHEMES))}):(?://)?(?=https?:)", re.IGNORECASE)
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PLAIN = re.compile(
    rf"https?://(?:(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.){{1,3}}[a-z]{{2,40}}|(?:{_BYTE}\.){{3}}{_BYTE})"
    r"(?::(?!443/)(?:[1-9][0-9]{2,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}))?"
    r"/[A-Za-z0-9._~!$&'()*+,;=:@/-]*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@/?-]+)?"
)
"""What most addresses look like, in which there is nothing to mend."""
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")
_SAFE = "%:!$&'()*+,;=~-._"


def normalise(url: str) -> str:
    """Return what a person typed or a server sent as an address that can be asked, in ASCII.

    Without a scheme it becomes https, ``feed:`` and its like are unwrapped, hosts are written as
    resolvers and :mod:`ipaddress` write them (``0x7f.1`` → ``127.0.0.1``), and the fragment goes. What
    has been through here once stays as it is.

    Raises:
        ValueError: with a sentence, if this is no http(s) address.
    """
    text = _UNSEEN.sub("", url.strip().strip("<>").strip())
    if len(text) <= LONGEST and _PLAIN.fullmatch(text):
        return text
    if not text:
        raise ValueError("this is empty; send the address of a feed or of a page")
    if len(text) > LONGEST:
        raise ValueError(f"this address has more than {LONGEST} characters; send a shorter one")
    try:
        parts = urlsplit(_with_scheme(_FEED_SCHEME.sub("", text)))
        port = parts.port
    except ValueError:
        raise ValueError("this is not an address; it should look like https://example.com/feed") from None
    host = _host(parts)
    if port == 0:
        raise ValueError("this address names port 0, where nothing can be asked")
    place = host if port in {None, 80 if parts.scheme == "http" else 443} else f"{host}:{port}"
    user, at, _ = parts.netloc.rpartition("@")
    query = f"?{_quoted(parts.query, '/@?|[]')}" if parts.query else ""
    return f"{parts.scheme}://{_quoted(user)}{at}{place}{_quoted(parts.path, '/@|[]') or '/'}{query}"


def lacks_scheme(url: str) -> bool:
    """Tell whether ``url`` names none, so that the https we gave it was but a guess."""
    text = _UNSEEN.sub("", url.strip().strip("<>").strip())
    return bool(text) and _scheme(text) is None


def follow(url: str, location: str) -> str:
    """Return where ``location``, found in an answer of ``url``, leads.

    The credentials of ``url`` go along only within its own host, and never from https to http.

    Raises:
        ValueError: with a sentence, if this is no http(s) address.
    """
    try:
        target = normalise(urljoin(without_user(url), location.strip()))
    except ValueError as error:
        raise ValueError(f"it redirects to an address that cannot be asked: {error}") from None
    old, new = urlsplit(url), urlsplit(target)
    user, at, place = old.netloc.rpartition("@")
    same = old.scheme == new.scheme and place == new.netloc
    upgraded = (old.scheme, new.scheme) == ("http", "https") and place == new.netloc == old.hostname
    if at and "@" not in new.netloc and (same or upgraded):
        return target.replace("://", f"://{user}@", 1)
    return target


def without_user(url: str) -> str:
    """Return ``url`` without credentials, to be shown or resolved against."""
    if "@" not in url:
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def host_of(url: str) -> str:
    """Return the host of ``url``, to be named in a sentence."""
    return urlsplit(url).hostname or "it"


def is_allowed(ip: Address, port: int, allow: Sequence[Network]) -> bool:
    """Tell whether ``ip`` may be dialled: public and on a port of the web, or in one of ``allow``."""
    return refusal(ip, port, allow) is None


def refusal(ip: Address, port: int, allow: Sequence[Network]) -> str | None:
    """Return why ``ip`` may not be dialled, as the end of a sentence, or None if it may."""
    inner = _unwrapped(ip)
    if any(one in network for one in {ip, inner} for network in allow):
        return None
    if not inner.is_global or inner.is_multicast or inner.is_reserved:
        return PRIVATE
    if any(inner in network for network in _FORBIDDEN):
        return PRIVATE
    return None if port in PORTS else ODD_PORT


def refusal_by_looks(url: str, allow: Sequence[Network], *, proxied: bool) -> str | None:
    """Return why a normalised address is refused before anything is dialled, or None.

    Of a name only the dial can tell where it leads, and whether its port is exempt. Behind a proxy
    we never learn that: names on odd ports are refused, and where names lead is the proxy's to judge.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    try:
        return refusal(ip_address(host), port, allow)
    except ValueError:  # a name
        return ODD_PORT if proxied and port not in PORTS else None


def _unwrapped(ip: Address) -> Address:
    """Return the IPv4 address that a mapped or NAT64 address stands for, else ``ip`` itself."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return ip.ipv4_mapped
        if ip in _NAT64:
            return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip


def _scheme(text: str) -> str | None:
    """Return the scheme that ``text`` names, None for ``example.com:80/`` and the like."""
    found = _SCHEME.match(text)
    if not found or re.match(r"\d+(?:[/?#]|$)", text[found.end() :]):
        return None
    return found[1].lower()


def _with_scheme(text: str) -> str:
    scheme = _scheme(text)
    if scheme is None:
        text = text.lstrip("/\\")
        place = re.split(r"[/?#\\]", text, maxsplit=1)[0]
        if not re.search(r"[.。:]", place):
            raise ValueError(text)
        return f"https://{_slashed(text)}"
    if scheme in _FEED_SCHEMES:  # as readers have always read feed://host
        scheme = "http"
    if scheme not in {"http", "https"}:
        # Said here, since the reason is worth more than "not an address".
        return f"{scheme}:"
    rest = _slashed(text.partition(":")[2])
    return f"{scheme}://{rest.lstrip('/')}"


def _slashed(rest: str) -> str:
    """Return ``rest`` with backslashes turned before the query, as browsers read them."""
    path, mark, query = re.match(r"([^?#]*)([?#]?)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]  # matches all
    return path.replace("\\", "/") + mark + query


def _host(parts: SplitResult) -> str:
    """Return the host as it is dialled; IPv6 in brackets."""
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"{parts.scheme}: addresses are not read; send one that starts with https://")
    try:
        host = _dialled(unquote(parts.hostname or "", errors="replace"))
    except ValueError:
        host = None
    if host is None:
        raise ValueError("this address names no host that could be asked; please check it")
    return host


def _dialled(name: str) -> str | None:
    """Return ``name`` as resolvers are asked for it, None if no host can be called so.

    Raises:
        ValueError: likewise, where a library says it.
    """
    if ":" in name:
        return f"[{IPv6Address(name)}]" if "%" not in name else None
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode("ascii")
    name = name.lower().removesuffix(".")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return str(_ipv4(name))
    return name if len(name) <= 253 and _HOST.fullmatch(name) else None


def _ipv4(name: str) -> IPv4Address:
    """Read an IPv4 address in any of the forms that resolvers take: hex, octal, with parts left out.

    Raises:
        ValueError: if it is none; a name that ends in a number is never a name.
    """
    numbers = []
    for part in name.split("."):
        if not _NUMBER.fullmatch(part) or len(part) > 16:
            raise ValueError(name)
        if part[:2].lower() == "0x":
            numbers.append(int(part[2:] or "0", 16))
        else:
            numbers.append(int(part, 8 if part[0] == "0" else 10))
    *heads, tail = numbers
    if len(numbers) > 4 or any(head > 255 for head in heads) or tail >= 256 ** (5 - len(numbers)):
        raise ValueError(name)
    return IPv4Address(sum(head << 8 * (3 - i) for i, head in enumerate(heads)) + tail)


def _quoted(text: str, also: str = "") -> str:
    """Return ``text`` with whatever a request line cannot hold escaped, and nothing escaped twice."""
    return quote(_LONE_PERCENT.sub("%25", text), safe=_SAFE + also, errors="replace")
