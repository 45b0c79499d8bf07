"""Character references of HTML and XML, decoded whatever they say."""

import html
import re

_TOO_LONG = re.compile("&#[0-9]{8,};?")
"""Numbers that no character has. Python refuses to read those of more than 4300 digits."""


def unescape(text: str) -> str:
    """Return ``text`` with its references decoded. Never raises, as ``html.unescape`` may."""
    if "&" not in text:
        return text
    return html.unescape(_TOO_LONG.sub("\ufffd", text) if "&#" in text else text)
