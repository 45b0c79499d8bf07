"""What a look at an address may bring, as values: nothing here is exceptional."""

from dataclasses import dataclass
from enum import StrEnum


class Failure(StrEnum):
    """Why a look brought no document. The values are stored and shown; never rename them."""

    BAD_ADDRESS = "bad address"
    """Not an http(s) address that could be asked at all."""
    REFUSED = "refused"
    """The address guard forbids it: private, loopback, link-local, metadata, odd port."""
    UNREACHABLE = "unreachable"
    """No name, no connection, TLS failed, or the connection broke."""
    TOO_SLOW = "too slow"
    TOO_BIG = "too big"
    """More bytes than allowed after decompression."""
    TOO_MANY_REDIRECTS = "too many redirects"
    GONE = "gone"
    """410: the publisher says it will not come back."""
    MISSING = "missing"
    """404 and its like."""
    LOGIN = "login"
    """401 or 407: it wants a name and a password."""
    DENIED = "denied"
    """402; before they were told apart, also what the others here mean."""
    FORBIDDEN = "forbidden"
    """403: the host will not have us, or nobody."""
    WITHHELD = "withheld"
    """451: it may not be shown, by law."""
    BUSY = "busy"
    """429 or 503; ``retry_after_s`` may say until when."""
    SERVER_ERROR = "server error"
    """Any other 5xx."""
    BROKEN = "broken"
    """An answer that cannot be read: bad compression, not HTTP, an odd status."""
    NOT_A_FEED = "not a feed"
    """The document arrived and is no feed (said by whoever parses it)."""
    TOO_COMPLEX = "too complex"
    """The document takes more time or memory to read than any feed may."""


SHUT = frozenset({Failure.LOGIN, Failure.DENIED, Failure.FORBIDDEN, Failure.WITHHELD})
"""The server is there and lets us in no further."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document.

    Attributes:
        url: where it was found in the end, after all redirects.
        body: the bytes after decompression, at most the cap.
        content_type: the header as sent, "" for none.
        etag, modified: validators to send next time, "" for none.
        body_hash: hex of a 128-bit hash of ``body``.
        moved_to: the address to use from now on, if every hop up to it was a 301 or 308.
        max_age_s: what Cache-Control or Expires asks for, if anything.
        links: targets of ``Link`` headers by relation (``hub``, ``self``, ``alternate`` for a page's feeds).
        size: bytes of the whole document as its server tells them, None where it does not.
        refresh: the header that sends a page's readers on, "" for none.
        waited_s: for how long its server was kept waiting by us, in seconds.
    """

    url: str
    body: bytes
    content_type: str = ""
    etag: str = ""
    modified: str = ""
    body_hash: str = ""
    moved_to: str | None = None
    max_age_s: int | None = None
    links: tuple[tuple[str, str], ...] = ()
    size: int | None = None
    refresh: str = ""
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True)
class NotModified:
    """304: what we know is still true. ``moved_to`` as in :class:`Fetched`."""

    moved_to: str | None = None
    max_age_s: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """No document, and why; ``detail`` is for logs and owners, in English, and holds no secret."""

    why: Failure
    detail: str = ""
    retry_after_s: int | None = None


Answer = Fetched | NotModified | Failed
