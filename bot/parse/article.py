"""The whole text of a page, freed of its menus and margins. Pure; slow, so for the worker alone.

trafilatura is an extra and is imported when the first text is asked for: it takes 30 MB and 0.2 s.
"""

import re

from bot.parse.page import as_text

LONGEST = 2 * 1024 * 1024
"""Bytes of a page that its text is sought in."""

_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)
_TWICE = re.compile(r"<(/?)pre>(?:\s*<\1pre>)+")


def text_of(body: bytes, url: str, content_type: str = "") -> str:
    """Return the text of the page at ``url`` as HTML with absolute addresses, "" where none is found.

    Raises:
        Exception: whatever the library raises.
    """
    import trafilatura  # noqa: PLC0415  an extra, and dear

    found = trafilatura.extract(
        as_text(body[:LONGEST], content_type),
        url=url,
        fast=True,
        output_format="html",
        include_comments=False,
        include_formatting=True,
        include_images=True,
        include_links=True,
    )
    inside = _BODY.search(found or "")
    return _TWICE.sub(r"<\1pre>", inside[1]).strip() if inside else ""
