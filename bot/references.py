"""What is read alike wherever HTML is: its character references, and where its scripts are."""

import html
import re
from functools import lru_cache

_REFERENCE = re.compile(r"(&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[^\t\n\f <&#;]{1,32});?)")
"""What may be a character reference, by HTML's rules; that of a number ends where its digits do."""

_TOO_LONG = re.compile("&#[0-9]{8,};?")
"""Numbers that no character has. Python refuses to read those of more than 4300 digits."""

_ORDINARY = 40
"""Longer than any name; only numbers with needless zeros are longer, and not worth remembering."""

_SCRIPT = re.compile(r"<(/?)(script|style)\b[^<>]*>", re.IGNORECASE)


def unescape(text: str) -> str:
    """Return ``text`` with its references decoded. Never raises, as ``html.unescape`` may."""
    if "&" not in text:
        return text
    parts = _REFERENCE.split(text)
    # Few are written again and again: to remember them takes a quarter of the time of decoding each.
    parts[1::2] = [_known(one) if len(one) < _ORDINARY else _decoded(one) for one in parts[1::2]]
    return "".join(parts)


def _decoded(reference: str) -> str:
    return "\ufffd" if len(reference) > 9 and _TOO_LONG.fullmatch(reference) else html.unescape(reference)


_known = lru_cache(1024)(_decoded)


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
