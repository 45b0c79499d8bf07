"""Telegram's rules for formatted text: cleaning, trimming, and which entities may stand together.

An :class:`Entity`'s offset and length count UTF-16 code units, a text's length code points. This is a
reading of the published behaviour of Telegram's client library and is checked against it by the tests.
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.playground.links import check_link, linked_user
from bot.playground.refusal import bad_request

MAX_ENTITIES = 100
MAX_RAW_BYTES = 32768

SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
PRE = frozenset({"pre", "code"})
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
FOUND = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
"""What Telegram finds by itself; it counts towards no limit."""
_KNOWN = {*SPLITTABLE, *PRE, *QUOTES, *FOUND, "text_link", "text_mention", "custom_emoji", "date_time"}
_PRIORITY = {"pre": 10, "code": 20, "text_link": 49, "text_mention": 49, "custom_emoji": 99} | {
    name: 90 + place for place, name in enumerate(SPLITTABLE)
}
_PRIORITY |= dict.fromkeys(QUOTES, 0)

_REMOVED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_SPACED = re.compile("[\x00-\x09\x0b-\x1f]")
_PAIRS = re.compile("[\U00010000-\U0010ffff]")
"""Letters of two UTF-16 code units."""
_BLANK = (
    " \n\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u202f\u205f\u2800\u3000\ufeff\ufffc"
)


@dataclass(frozen=True, slots=True)
class Entity:
    """One piece of formatting; ``argument`` is its address, language or id where it has one."""

    type: str
    offset: int
    length: int
    argument: str = ""

    @property
    def end(self) -> int:
        """Where it ends, in UTF-16 code units."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, as a message holds them."""

    text: str = ""
    entities: tuple[Entity, ...] = ()


def width(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def by_place(entity: Entity) -> tuple[int, int, int]:
    """Sort key: the earlier, then the longer, then the weightier."""
    return entity.offset, -entity.length, _PRIORITY.get(entity.type, 50)


def read_entities(value: object) -> tuple[Entity, ...]:
    """Read a list of MessageEntity objects; unknown kinds are left out, no list counts as empty.

    Raises:
        ApiError: 400, an object without its fields or with an address that Telegram refuses.
    """
    if not isinstance(value, list):
        return ()
    return tuple(entity for item in value if (entity := _read_entity(item)) is not None)


def _read_entity(item: object) -> Entity | None:
    if not isinstance(item, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    for name in ("offset", "length", "type"):
        if name not in item:
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{name}\"")
    kind = str(item["type"])
    try:
        entity = Entity(kind, int(item["offset"]), int(item["length"]))
    except (TypeError, ValueError):
        raise bad_request('can\'t parse MessageEntity: Field "offset" must be a valid Number') from None
    return _with_argument(entity, item) if kind in _KNOWN else None


def _with_argument(entity: Entity, item: Mapping[str, object]) -> Entity:
    """Add to an entity what its kind needs beyond its place."""
    if entity.type == "text_link":
        url = str(item.get("url", ""))
        if (user := linked_user(url)) is not None:
            return replace(entity, type="text_mention", argument=str(user))
        try:
            return replace(entity, argument=check_link(url))
        except ValueError as trouble:
            raise bad_request(f"entity URL '{url}' is invalid: {trouble}") from None
    if entity.type == "text_mention":
        user_object = item.get("user")
        return replace(
            entity, argument=str(user_object.get("id", "") if isinstance(user_object, dict) else "")
        )
    argument = {"custom_emoji": "custom_emoji_id", "pre": "language"}.get(entity.type)
    return replace(entity, argument=str(item.get(argument, ""))) if argument else entity


def settle(text: str, entities: Iterable[Entity], *, may_be_empty: bool = False) -> Formatted:
    """Bring text and entities into the form a message holds.

    Raises:
        ApiError: 400, entities outside of the text or within a symbol, or nothing visible.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    wanted = sorted((e for e in entities if _is_placed(e)), key=by_place)
    _check_bounds(text, wanted)
    cleaned, wanted = _clean(text, fix_nesting(wanted))
    trimmed = _trim(cleaned, wanted)
    if not trimmed.text and not may_be_empty:
        raise bad_request("text must be non-empty")
    return Formatted(trimmed.text, _limited(trimmed.entities))


def _is_placed(entity: Entity) -> bool:
    if not 0 <= entity.offset <= 1_000_000:
        raise bad_request(f"receive an entity with incorrect offset {entity.offset}")
    if not 0 <= entity.length <= 1_000_000:
        raise bad_request(f"receive an entity with incorrect length {entity.length}")
    return entity.length > 0


def _check_bounds(text: str, entities: Sequence[Entity]) -> None:
    if not entities:
        return
    # In the middle of a letter of two code units nothing begins or ends; each of them moves what follows.
    middles = {found.end() + pairs: found.end() for pairs, found in enumerate(_PAIRS.finditer(text))}
    units = len(text) + len(middles)
    for entity in entities:
        if entity.offset > units:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {entity.offset}")
        if entity.offset in middles:
            place = len(text[: middles[entity.offset]].encode())
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {place}")
        beginning = f"entity beginning at UTF-16 offset {entity.offset} ends"
        if entity.end > units:
            raise bad_request(f"{beginning} after the end of the text at UTF-16 offset {entity.end}")
        if entity.end in middles:
            place = len(text[: middles[entity.end]].encode())
            raise bad_request(f"{beginning} in a middle of a UTF-16 symbol at byte offset {place}")


def is_well_nested(entities: Sequence[Entity]) -> bool:
    """Tell whether sorted entities may stand as they are."""
    open_: list[Entity] = []
    ends: dict[str, int] = {}
    for entity in entities:
        while open_ and entity.offset >= open_[-1].end:
            open_.pop()
        if ends.get(entity.type, -1) >= entity.offset and entity.type in SPLITTABLE:
            return False
        ends[entity.type] = entity.end
        kinds = {outer.type for outer in open_}
        if open_ and entity.end > open_[-1].end:
            return False
        if kinds & PRE or (entity.type in PRE and kinds - QUOTES):
            return False
        if entity.type in QUOTES and kinds & QUOTES:
            return False
        if entity.type not in SPLITTABLE and kinds - set(SPLITTABLE) - QUOTES:
            return False
        open_.append(entity)
    return True


def fix_nesting(entities: Sequence[Entity]) -> list[Entity]:
    """Resolve overlaps as Telegram does; the entities come and go sorted.

    Links, code and the like cannot share a letter: the first, then the longest, then the weightiest
    stays. Bold and its kin are joined, cut where another entity begins or ends, and are not in code.
    """
    if is_well_nested(entities):
        return list(entities)
    quotes = _apart([e for e in entities if e.type in QUOTES])
    whole = [
        e
        for e in _apart([e for e in entities if e.type not in SPLITTABLE and e.type not in QUOTES])
        if not any(q.offset < e.end and e.offset < q.end and not _within(e, q) for q in quotes)
    ]
    fixed = sorted([*quotes, *whole], key=by_place)
    borders = sorted({place for e in fixed for place in (e.offset, e.end)})
    for kind in SPLITTABLE:
        for start, end in _union(e for e in entities if e.type == kind):
            cuts = [start, *(place for place in borders if start < place < end), end]
            fixed += [
                Entity(kind, left, right - left)
                for left, right in itertools.pairwise(cuts)
                if not any(e.type in PRE and e.offset <= left < e.end for e in whole)
            ]
    return sorted(fixed, key=by_place)


def _within(inner: Entity, outer: Entity) -> bool:
    return outer.offset <= inner.offset and inner.end <= outer.end


def _apart(entities: Sequence[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _union(entities: Iterable[Entity]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for entity in entities:
        if spans and entity.offset <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], entity.end))
        else:
            spans.append((entity.offset, entity.end))
    return spans


def _clean(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Turn control characters into spaces and take out what Telegram takes out."""
    text = _SPACED.sub(lambda found: found[0] if found[0] == "\r" else " ", text)
    if not _REMOVED.search(text):
        return text, entities
    gone: list[int] = []
    units = 0
    for letter in text:
        if _REMOVED.match(letter):
            gone.append(units)
        units += 2 if letter > "\uffff" else 1

    def moved(place: int) -> int:
        return place - sum(1 for removed in gone if removed < place)

    shifted = [replace(e, offset=moved(e.offset), length=moved(e.end) - moved(e.offset)) for e in entities]
    return _REMOVED.sub("", text), [e for e in shifted if e.length > 0]


def _trim(text: str, entities: list[Entity]) -> Formatted:
    """Cut the blank edges; an entity that begins at the start keeps the blanks before its text."""
    ended = text.rstrip(_BLANK)
    blank = len(ended) - len(ended.lstrip(_BLANK))
    if entities:
        blank = min(blank, entities[0].offset)
    kept = ended[blank:]
    units = width(kept)
    placed = []
    for entity in entities:
        start = entity.offset - blank
        end = min(entity.end - blank, units)
        if (start, end) == (entity.offset, entity.end):
            placed.append(entity)
        elif start < end:
            placed.append(replace(entity, offset=start, length=end - start))
    return Formatted(kept, tuple(placed))


def _limited(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Drop what goes beyond a hundred in silence: bold and its kin go first."""
    places = MAX_ENTITIES
    kept = []
    for weighty in (True, False):
        for entity in entities:
            if entity.type in FOUND or entity.type == "custom_emoji":
                if weighty:
                    kept.append(entity)
            elif (entity.type not in SPLITTABLE) == weighty and places > 0:
                places -= 1
                kept.append(entity)
    return tuple(sorted(kept, key=by_place))


_FINDERS = (
    ("url", "://", re.compile(r"(?<![\w@/])https?://[^\s<>\"]+", re.IGNORECASE)),
    ("mention", "@", re.compile(r"(?<![\w@/.])@[A-Za-z]\w{2,31}\b", re.ASCII)),
    ("bot_command", "/", re.compile(r"(?<![\w/@<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/@])", re.ASCII)),
    ("hashtag", "#", re.compile(r"(?<!\w)#(?=\w*[^\W\d])\w{1,256}")),
)
"""By kind: letters without which it is not there, and what it looks like."""


def with_found(formatted: Formatted) -> Formatted:
    """Add what Telegram finds by itself outside of links and code: addresses, names, commands, tags."""
    taken = [
        (e.offset, e.end) for e in formatted.entities if e.type not in SPLITTABLE and e.type not in QUOTES
    ]
    entities = list(formatted.entities)
    for kind, mark, pattern in _FINDERS:
        if mark not in formatted.text:
            continue
        for found in pattern.finditer(formatted.text):
            words = found[0].rstrip(".,:;!?)'»”") if kind == "url" else found[0]
            if kind == "url" and not _has_dot(words):
                continue
            start = width(formatted.text[: found.start()])
            end = start + width(words)
            if not any(left < end and start < right for left, right in taken):
                taken.append((start, end))
                entities.append(Entity(kind, start, end - start))
    return Formatted(formatted.text, tuple(sorted(entities, key=by_place)))


def _has_dot(url: str) -> bool:
    try:
        check_link(url)
    except ValueError:
        return False
    return True
