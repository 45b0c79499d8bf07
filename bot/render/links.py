"""Addresses in foreign HTML: made absolute, and in the form that Telegram itself would give them."""

import re
from urllib.parse import quote, unquote, urljoin

LONGEST = 2048
"""Characters; an address beyond is data in disguise and its link is dropped."""

_EDGES = "".join(map(chr, range(0x21)))
_DROPPED = str.maketrans("", "", "\t\n\r")
_HTTP = re.compile(
    r"(?P<scheme>https?)://(?P<host>(?:[\w-]+\.)+[\w-]+)\.?(?::0*(?P<port>\d{1,5}))?(?P<rest>[/?#].*)?",
    re.IGNORECASE,
)
_TG = re.compile(r"tg://(?!user\b)[a-z]+\?[!-~]*")
_MAIL = re.compile(r"mailto:([\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)(?:\?.*)?", re.IGNORECASE | re.DOTALL)
_PHONE = re.compile(r"tel:(?://)?(\+?[\d\s().-]{3,24})", re.IGNORECASE)
_UNSEEN = re.compile(
    "[^!-~\u00a1-\u00ac\u00ae-\u1fff\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\ue000-\ufdcf\ufdf0-\ufeff]"
)


def absolute(href: str, base: str | None = None) -> str | None:
    """Return where ``href`` leads from ``base``, or None where Telegram would not make it a link.

    Telegram links ``http``, ``https`` and ``tg`` only, and hosts with a dot only. It makes a web
    address of ``mailto:``, so that goes too: clients find mail addresses by themselves. What only
    moves within the page (``#note``) leads nowhere in a chat.
    """
    href = href.strip(_EDGES)
    if not href.isprintable():
        href = href.translate(_DROPPED)
    if not href or href[0] == "#" or len(href) > LONGEST:
        return None
    lower = href[:8].lower()
    if lower.startswith("www."):
        href = "http://" + href
    elif not lower.startswith(("http://", "https://", "tg://")):
        try:
            href = urljoin(base or "", href)
        except ValueError:
            return None
    return _normal(href)


def contact(href: str) -> str:
    """Return the mail address or the telephone number that ``href`` leads to; "" for none."""
    found = _MAIL.fullmatch(unquote(href)) or _PHONE.fullmatch(href)
    return found[1].strip() if found else ""


def is_named(address: str, text: str) -> bool:
    """Tell whether ``text`` holds ``address``, however it is spaced."""
    return _bare(address) in _bare(text)


def _bare(text: str) -> str:
    return re.sub(r"[^\w@]", "", text).lower()


def _normal(address: str) -> str | None:
    """Return ``address`` as Telegram writes it: host in lower case, a path, nothing unseen."""
    if _TG.fullmatch(address):
        return address
    found = _HTTP.fullmatch(address)
    if found is None:
        return None
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 0 < port <= 65535:
        return None
    rest = found["rest"] or "/"
    if rest[0] != "/":
        rest = "/" + rest
    rest = _UNSEEN.sub(lambda one: quote(one[0], errors="replace"), rest)
    written_port = f":{port}" if port is not None else ""
    return f"{found['scheme'].lower()}://{found['host'].lower()}{written_port}{rest}"
