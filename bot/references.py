"""What is read alike wherever HTML is: its character references, and where its scripts are."""

import html
import re

_TOO_LONG = re.compile("&#[0-9]{8,};?")
"""Numbers that no character has. Python refuses to read those of more than 4300 digits."""

_SCRIPT = re.compile(r"<(/?)(script|style)\b[^<>]*>", re.IGNORECASE)


def unescape(text: str) -> str:
    """Return ``text`` with its references decoded. Never raises, as ``html.unescape`` may."""
    if "&" not in text:
        return text
    return html.unescape(_TOO_LONG.sub("\ufffd", text) if "&#" in text else text)


def without_scripts(text: str) -> str:
    """Return ``text`` without its scripts and styles; what begins one and does not end it stays."""
    kept: list[str] = []
    at, begun, name = 0, -1, ""
    for tag in _SCRIPT.finditer(text):
        if begun < 0 and not tag[1]:
            begun, name = tag.start(), tag[2].lower()
        elif begun >= 0 and tag[1] and tag[2].lower() == name:
            kept.append(text[at:begun])
            at, begun = tag.end(), -1
    return "".join((*kept, text[at:])) if kept else text
