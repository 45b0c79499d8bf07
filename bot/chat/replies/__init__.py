"""What the bot says, in every language it knows, and how a sentence is filled in.

A sentence is filled into text and entities, never into markup: foreign words in it need no escaping.
"""

import unicodedata
from collections.abc import Mapping
from string import Formatter

from bot.chat.replies.en import EN
from bot.chat.replies.texts import Texts
from bot.chat.replies.zh import ZH
from bot.fetch.answer import Failure
from bot.render.links import absolute
from bot.render.parts import Entity, EntityKind, RichText, units

LANGUAGES: Mapping[str, Texts] = {one.language: one for one in (EN, ZH)}
"""By primary subtag; English is what everybody else gets."""

QUOTE_LIMIT = 80
"""Letters of somebody's own words that we repeat to them."""

_HIDDEN = dict.fromkeys([0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Marks that turn the direction of what follows: in a list they would turn our words, too."""

_LEFT_TO_RIGHT = "\u200e"


def texts_for(*languages: str) -> Texts:
    """Return the texts of the first of these IETF tags that we speak."""
    return LANGUAGES[spoken(*languages)]


def spoken(*languages: str) -> str:
    """Return the first of these IETF tags that we speak, as a key of :data:`LANGUAGES`."""
    primary = (language.replace("_", "-").partition("-")[0].lower() for language in languages)
    return next((one for one in primary if one in LANGUAGES), "en")


def say(template: str, /, **values: str | int | RichText) -> RichText:
    """Fill ``template``; a value that is rich text keeps its entities, and no value turns our words."""
    pieces: list[RichText] = []
    for literal, name, _, _ in Formatter().parse(template):
        pieces.append(RichText(literal))
        if name is not None:
            value = values[name]
            pieces.append(level(value if isinstance(value, RichText) else RichText(str(value))))
    return join(pieces)


def join(pieces: list[RichText], between: str = "") -> RichText:
    """Put pieces one behind the other."""
    text, entities, at = [], [], 0
    for place, piece in enumerate(pieces):
        if place and between:
            text.append(between)
            at += units(between)
        text.append(piece.text)
        entities += [Entity(e.kind, e.offset + at, e.length, e.url, e.language) for e in piece.entities]
        at += units(piece.text)
    return RichText("".join(text), tuple(entities))


def level(words: RichText) -> RichText:
    """Return foreign ``words`` so that a line of ours keeps its direction around them.

    Of Arabic or Hebrew as the first letters in it a line is otherwise set from the right, and what is behind
    them backwards: "0 in 7 days" as "in 7 days 0".
    """
    if words.text.isascii() or not any(unicodedata.bidirectional(one) in {"R", "AL"} for one in words.text):
        return words
    # Once each: of two in a row, Telegram makes another character.
    before = "" if words.text.startswith(_LEFT_TO_RIGHT) else _LEFT_TO_RIGHT
    after = "" if words.text.endswith(_LEFT_TO_RIGHT) else _LEFT_TO_RIGHT
    return join([RichText(before), words, RichText(after)])


def bold(text: str) -> RichText:
    """Set ``text`` bold."""
    return _whole(EntityKind.BOLD, text)


def code(text: str) -> RichText:
    """Set ``text`` as code: to be copied, and never linked by a client."""
    return _whole(EntityKind.CODE, text)


def pre(text: str) -> RichText:
    """Set ``text`` as a block of code, its lines as they are."""
    return _whole(EntityKind.PRE, text)


def quote(text: str) -> RichText:
    """Set ``text`` as a quotation."""
    return _whole(EntityKind.QUOTE, text)


def link(text: str, url: str) -> RichText:
    """Link ``text``, if there is an address that Telegram links to: for one other, it refuses the message."""
    address = absolute(url)
    return _whole(EntityKind.LINK, text, address) if address else RichText(text)


def short(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Return foreign ``text`` as one line of at most ``limit`` letters, without direction marks."""
    line = " ".join(text.translate(_HIDDEN).replace("\x00", " ").split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def rate(texts: Texts, per_day: float) -> str:
    """Say how much a feed publishes; 0 means that its times do not tell."""
    if per_day <= 0:
        return texts.rate_unknown
    if per_day >= 0.95:
        return texts.rate_day.format(count=round(per_day))
    per_week = round(per_day * 7)
    return texts.rate_week.format(count=per_week) if per_week >= 1 else texts.rate_rare


def ago(texts: Texts, then_ms: int, now_ms: int) -> str:
    """Say how long ago something was, roughly."""
    minutes = max(0, now_ms - then_ms) // 60_000
    if minutes < 1:
        return texts.just_now
    if minutes < 60:
        return texts.minutes_ago.format(count=minutes)
    if minutes < 48 * 60:
        return texts.hours_ago.format(count=minutes // 60)
    return texts.days_ago.format(count=minutes // 1440)


def span(texts: Texts, ms: int) -> str:
    """Say how long something takes, roughly."""
    finding, seconds = texts.finding, ms // 1000
    for template, one, most in (
        (finding.span_seconds, 1, 120),
        (finding.span_minutes, 60, 7200),
        (finding.span_hours, 3600, 172_800),
    ):
        if seconds < most:
            return template.format(count=seconds // one)
    return finding.span_days.format(count=seconds // 86_400)


def failure(texts: Texts, why: Failure, address: str) -> RichText:
    """Say why an address cannot be followed, and what to do about it."""
    return say(texts.failures[why], address=code(short(address)))


def trouble(texts: Texts, why: str, ok_ms: int, now_ms: int) -> str:
    """Say what is wrong with a feed, by the name of its :class:`Failure`, and since when."""
    known = {one.value: one for one in Failure} | {one.name: one for one in Failure}
    said = texts.troubles[known.get(why, Failure.UNREACHABLE)]
    if not ok_ms:
        return texts.trouble_always.format(why=said)
    return texts.trouble_since.format(why=said, when=ago(texts, ok_ms, now_ms))


def _whole(kind: EntityKind, text: str, url: str = "") -> RichText:
    return RichText(text, (Entity(kind, 0, units(text), url),) if text else ())
