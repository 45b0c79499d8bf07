"""The preview of a channel of Telegram's cut into its messages, as bytes and without reading them. Pure.

No two answers are the same: they tell when they were made and how often each message was seen. What a
message says stands between these.
"""

import re
from dataclasses import dataclass

HISTORY = "tgme_channel_history"
"""By what such a page is told from others."""

MOST_MESSAGES = 100
"""Messages that are read of a page; Telegram shows about twenty."""

_WRAP = b'<div class="tgme_widget_message_wrap'
_OPENING = re.compile(rb'<div class="tgme_widget_message ([^"<>]{0,200})" data-post="(\w{4,32}/\d{1,15})"')
_BUBBLE = b'<div class="tgme_widget_message_bubble'
_COUNTED = re.compile(rb'<div class="tgme_widget_message_(?:reactions|footer)')
"""What a message's reactions, or its views and its date, begin with: whatever stands behind is no news."""

_VOTES = re.compile(
    rb'class="tgme_widget_message_(?:poll_option_(?:percent|value|bar)|poll_votes|voters)[^<>]{0,200}>[^<]*'
)


@dataclass(frozen=True, slots=True)
class Messages:
    """A page cut: what stands before its messages, each of them as it stands, and what each says."""

    head: bytes
    pieces: list[bytes]
    says: list[bytes]


def messages(page: bytes) -> Messages | None:
    """Cut a page into the messages that are news; None where it is no preview, or not like what we know."""
    at = page.find(_WRAP)
    if at < 0 or HISTORY.encode() not in page[:at] or b"data-post" in page[:at]:
        return None
    found = Messages(page[:at], [], [])
    for piece in page[at:].split(_WRAP)[1:]:
        opening, bubble = _OPENING.search(piece), piece.find(_BUBBLE)
        if opening is None or bubble < opening.end() or piece.count(b"data-post=") != 1:
            return None
        if b"service_message" in opening[1].split():
            continue
        counted = _COUNTED.search(piece, bubble)
        said = piece[bubble : counted.start() if counted else len(piece)].rstrip()
        found.pieces.append(_WRAP + piece)
        found.says.append(opening[0] + _VOTES.sub(b"", said))
    return found if 0 < len(found.pieces) <= MOST_MESSAGES else None
