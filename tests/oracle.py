"""Telegram's own text code as an oracle: what it reads in our HTML, and what it makes of our entities."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from bot.render.parts import Entity, EntityKind, RichText

tdjson = pytest.importorskip("tdjson", reason="Telegram's library (tdjson) has no build for this machine")

_NAMES = {
    EntityKind.BOLD: "textEntityTypeBold",
    EntityKind.ITALIC: "textEntityTypeItalic",
    EntityKind.UNDERLINE: "textEntityTypeUnderline",
    EntityKind.STRIKE: "textEntityTypeStrikethrough",
    EntityKind.SPOILER: "textEntityTypeSpoiler",
    EntityKind.CODE: "textEntityTypeCode",
    EntityKind.PRE: "textEntityTypePre",
    EntityKind.LINK: "textEntityTypeTextUrl",
    EntityKind.QUOTE: "textEntityTypeBlockQuote",
    EntityKind.EXPANDABLE: "textEntityTypeExpandableBlockQuote",
}
_KINDS = {name: kind for kind, name in _NAMES.items()} | {"textEntityTypePreCode": EntityKind.PRE}


class Refused(Exception):
    """Telegram's library refuses the text; the message is its own."""


def _ask(request: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(request).encode()))
    if answer["@type"] == "error":
        raise Refused(answer["message"])
    return answer


_ask({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def parse_html(html: str) -> RichText:
    """Return what Telegram reads in ``html``.

    Raises:
        Refused: with Telegram's reason.
    """
    mode = {"@type": "textParseModeHTML"}
    return _rich(_ask({"@type": "parseTextEntities", "text": html, "parse_mode": mode}))


def as_sent(rich: RichText) -> RichText:
    """Return what Telegram would make of ``rich``, sent as entities.

    The call at hand also looks for Markdown, so that a text with ``*_~|[`` or a back-tick in it
    is not told truly; see :func:`has_marks`.
    """
    text = {"@type": "formattedText", "text": rich.text, "entities": [_told(one) for one in rich.entities]}
    return _rich(_ask({"@type": "parseMarkdown", "text": text}))


def has_marks(text: str) -> bool:
    """Tell whether :func:`as_sent` would take something in ``text`` for Markdown."""
    return any(pair in text for pair in ("**", "__", "~~", "||", "`", "["))


def looks(rich: RichText) -> dict[int, frozenset[tuple[str, str]]]:
    """Return how each UTF-16 unit looks: two forms of the same entities give the same answer."""
    shown: dict[int, set[tuple[str, str]]] = {}
    for one in rich.entities:
        for place in range(one.offset, one.offset + one.length):
            shown.setdefault(place, set()).add((one.kind.value, one.url or one.language))
    return {place: frozenset(kinds) for place, kinds in shown.items()}


def _told(entity: Entity) -> dict[str, Any]:
    kind: dict[str, Any] = {"@type": _NAMES[entity.kind]}
    if entity.kind is EntityKind.LINK:
        kind["url"] = entity.url
    if entity.kind is EntityKind.PRE and entity.language:
        kind = {"@type": "textEntityTypePreCode", "language": entity.language}
    return {"@type": "textEntity", "offset": entity.offset, "length": entity.length, "type": kind}


def _rich(answer: dict[str, Any]) -> RichText:
    return RichText(answer["text"], tuple(_entities(answer["entities"])))


def _entities(told: Iterable[dict[str, Any]]) -> Iterable[Entity]:
    """Yield the entities that are ours; those Telegram finds by itself (addresses, tags) are left out."""
    for one in told:
        kind = _KINDS.get(one["type"]["@type"])
        if kind is not None:
            url, language = one["type"].get("url", ""), one["type"].get("language", "")
            yield Entity(kind, one["offset"], one["length"], url=url, language=language)


def has_hashtag(text: str) -> bool:
    """Tell whether Telegram takes the whole of ``text`` for one hashtag."""
    found = _ask({"@type": "getTextEntities", "text": text})["entities"]
    kinds = [(one["type"]["@type"], one["offset"], one["length"]) for one in found]
    return kinds == [("textEntityTypeHashtag", 0, len(text.encode("utf-16-le")) // 2)]
