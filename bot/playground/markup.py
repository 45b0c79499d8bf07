"""``parse_mode=HTML`` as Telegram reads it: few tags, four named references, byte offsets in errors."""

import re
from dataclasses import dataclass, replace

from bot.playground.links import check_link, linked_user
from bot.playground.refusal import bad_request
from bot.playground.text import Entity, by_place, width

_KINDS = {
    "b": "bold", "strong": "bold",
    "i": "italic", "em": "italic",
    "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler",
    "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji", "tg-time": "date_time",
}  # fmt: skip
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}))|(lt|gt|amp|quot)(?![A-Za-z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPACES = " \t\r\n\x00\x0b"


@dataclass(slots=True)
class _Open:
    """A tag that waits for its end; ``text_from`` is its place among the pieces of text."""

    name: str
    offset: int
    text_from: int
    argument: str = ""
    expandable: bool = False


class _Reader:
    """One pass over a source; ``at`` is the reading position in code points."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.pieces: list[str] = []
        self.units = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def octets(self, place: int) -> int:
        return len(self.source[:place].encode())

    def error(self, message: str, place: int) -> Exception:
        return bad_request(f"can't parse entities: {message} at byte offset {self.octets(place)}")

    def read(self) -> None:
        while self.at < len(self.source):
            sign = self.source[self.at]
            if sign == "<":
                if self.source.startswith("</", self.at):
                    self.read_end_tag()
                else:
                    self.read_start_tag()
            else:
                self.read_text(sign)
        if self.open:
            name = self.open[-1].name
            raise bad_request(
                f"can't parse entities: Can't find end tag corresponding to start tag \"{name}\""
            )

    def read_text(self, sign: str) -> None:
        if sign == "&":
            text, self.at = _reference(self.source, self.at)
        else:
            end = min(p for p in (self.source.find("<", self.at), self.source.find("&", self.at),
                                  len(self.source)) if p >= 0)  # fmt: skip
            text, self.at = self.source[self.at : end], end
        self.pieces.append(text)
        self.units += width(text)

    def read_start_tag(self) -> None:
        begin = self.at
        self.at += 1
        name = self.take_until(_SPACES + ">").lower()
        if self.at >= len(self.source):
            raise self.error("Unclosed start tag", begin)
        if name not in _KINDS:
            raise self.error(f'Unsupported start tag "{name}"', begin)
        tag = _Open(name, self.units, len(self.pieces))
        seen_class = ""
        while self.next_sign() != ">":
            attribute = self.take_until(_SPACES + "=>/\"'").lower()
            if not attribute:
                raise self.error(f'Empty attribute name in the tag "{name}"', begin)
            value = self.read_value(begin)
            if (name, attribute) in {("a", "href"), ("tg-emoji", "emoji-id"), ("tg-time", "unix")}:
                tag.argument = value
            elif (name, attribute) == ("code", "class") and value.startswith("language-"):
                tag.argument = value.removeprefix("language-")
            elif (name, attribute) == ("span", "class"):
                seen_class = value
            elif (name, attribute) == ("blockquote", "expandable"):
                tag.expandable = True
        self.at += 1
        if name == "span" and seen_class != "tg-spoiler":
            raise self.error('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(tag)

    def next_sign(self) -> str:
        """Skip spaces and return the sign that follows, "" at the end."""
        while self.at < len(self.source) and self.source[self.at] in _SPACES:
            self.at += 1
        return self.source[self.at] if self.at < len(self.source) else ""

    def take_until(self, ends: str) -> str:
        begin = self.at
        while self.at < len(self.source) and self.source[self.at] not in ends:
            self.at += 1
        return self.source[begin : self.at]

    def read_value(self, tag_begin: int) -> str:
        """Read ``= value`` after an attribute's name; "" where there is none."""
        if self.next_sign() != "=":
            return ""
        self.at += 1
        quote = self.next_sign()
        if quote not in {'"', "'"}:
            return self.take_until(_SPACES + ">").lower()
        self.at += 1
        end = self.source.find(quote, self.at)
        if end < 0:
            raise self.error("Unclosed start tag", tag_begin)
        raw, self.at = self.source[self.at : end], end + 1
        return _decoded(raw)

    def read_end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self.error("Unexpected end tag", begin)
        self.at += 2
        name = self.take_until(_SPACES + ">").lower()
        if self.next_sign() != ">":
            raise self.error("Unclosed end tag", begin)
        self.at += 1
        tag = self.open.pop()
        if name and name != tag.name:
            found = f'expected "</{tag.name}>", found "</{name}>"'
            place = self.octets(begin)
            raise bad_request(f"can't parse entities: Unmatched end tag at byte offset {place}, {found}")
        if self.units > tag.offset:
            self.close(tag)

    def close(self, tag: _Open) -> None:
        entity = Entity(_KINDS[tag.name], tag.offset, self.units - tag.offset, tag.argument)
        inner = self.entities[-1] if self.entities else None
        same = inner is not None and (inner.offset, inner.length) == (entity.offset, entity.length)
        if tag.name == "a":
            self.add_link(entity, tag)
        elif inner and same and tag.name == "pre" and inner.type == "code" and inner.argument:
            self.entities[-1] = replace(inner, type="pre")
        elif inner and same and tag.name == "code" and inner.type == "pre" and tag.argument:
            self.entities[-1] = replace(inner, argument=tag.argument)
        elif tag.expandable:
            self.entities.append(replace(entity, type="expandable_blockquote"))
        elif tag.name == "tg-emoji" and not tag.argument.isdecimal():
            raise bad_request("can't parse entities: Invalid custom emoji identifier specified")
        else:
            self.entities.append(entity)

    def add_link(self, entity: Entity, tag: _Open) -> None:
        url = tag.argument or "".join(self.pieces[tag.text_from :])
        if (user := linked_user(url)) is not None:
            self.entities.append(replace(entity, type="text_mention", argument=str(user)))
            return
        try:
            self.entities.append(replace(entity, argument=check_link(url)))
        except ValueError:
            return  # Telegram leaves the text and says nothing


def _reference(source: str, at: int) -> tuple[str, int]:
    """Decode the reference at ``at``; an unknown one stays, sign by sign."""
    found = _REFERENCE.match(source, at)
    if found is None:
        return "&", at + 1
    if found[3]:
        return _NAMED[found[3]], found.end()
    number = int(found[1], 16) if found[1] else int(found[2])
    if not 0 < number < 0x110000:
        return "&", at + 1
    return chr(number), found.end()


def _decoded(raw: str) -> str:
    pieces, at = [], 0
    while (sign := raw.find("&", at)) >= 0:
        pieces.append(raw[at:sign])
        text, at = _reference(raw, sign)
        pieces.append(text)
    return "".join([*pieces, raw[at:]])


def read_html(source: str) -> tuple[str, list[Entity]]:
    """Return the text and the entities of Telegram HTML, not yet settled.

    Raises:
        ApiError: 400 ``can't parse entities: …``.
    """
    reader = _Reader(source)
    reader.read()
    text = "".join(reader.pieces)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request(
            "can't parse entities: Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        ) from None
    entities = [replace(e, argument="") if e.type == "code" else e for e in reader.entities]
    return text, sorted(entities, key=by_place)
