"""An address taken to pieces, for the rules of :mod:`bot.fetch.sites`. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is, and the page as far as it is known.

    ``host`` is without ``www.``, ``root`` with it and the scheme; ``parts`` are those of the path, as they
    stand, empty ones left out. ``query`` has the first of each name.
    """

    host: str
    root: str
    parts: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    page: bytes = b""

    @classmethod
    def of(cls, url: str, page: bytes = b"") -> Self:
        """Take a normalised address to pieces."""
        parts = urlsplit(url)
        query: dict[str, str] = {}
        for name, value in parse_qsl(parts.query):
            query.setdefault(name, value)
        return cls(
            host=(parts.hostname or "").removeprefix("www."),
            root=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
            parts=tuple(filter(None, parts.path.split("/"))),
            query=query,
            page=page,
        )
