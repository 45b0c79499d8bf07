"""Broken HTML of every kind: what comes out fits, holds no markup, and is read by Telegram as it was written."""

import random
import re
import time
from collections.abc import Sequence
from html import unescape

import pytest

from bot.render import tails
from bot.render.characters import is_blank, one_line
from bot.render.cut import split
from bot.render.markup import read_html
from bot.render.parts import ENTITY_LIMIT, EntityKind, RichText, units
from bot.render.serialise import serialise
from tests.mutating import broken, from_corpus, own, surely_shown
from tests.oracle import as_sent, has_marks, looks, parse_html

BASE = "https://news.example.org/a/b.html"
LIMITS = (17, 120, 1024, 4096)
SEED = int.from_bytes(b"relay")
QUICK = 1500
MANY = 100_000
_ALONE = re.compile(r"<(?![a-zA-Z/!?])|&lt;?(?=<)")
"""A "<" that is text, escaped or not; with what follows on the next tag it may look like another."""

_MARKUP = re.compile(r"</?[a-z]+[^<>]*>")


def outside_code(rich: RichText) -> str:
    raw = rich.text.encode("utf-16-le", "surrogatepass")
    kept, at = b"", 0
    for one in rich.entities:
        if one.kind in {EntityKind.CODE, EntityKind.PRE}:
            kept += raw[2 * at : 2 * one.offset] + "\n".encode("utf-16-le")
            at = one.offset + one.length
    return (kept + raw[2 * at :]).decode("utf-16-le")


def check(source: str, limit: int) -> RichText:
    """Read ``source`` and hold the result to all that is promised of it."""
    rich = read_html(source, BASE, limit)
    assert units(rich.text) <= limit
    assert len(rich.entities) <= ENTITY_LIMIT
    assert parse_html(serialise(rich)) == rich
    if rich.text and not is_blank(rich.text) and not has_marks(rich.text):
        sent = as_sent(rich)
        assert sent.text == rich.text
        assert looks(sent) == looks(rich)
    for found in _MARKUP.finditer(outside_code(rich)):
        name = found[0].split()[0].rstrip(">")
        escaped = unescape(source).count(name) > source.count(name)
        pieced = found[0] not in " ".join(source.split()) or _ALONE.search(source)
        assert escaped or pieced, f"{found[0]} is read as text"
    if limit > 17 and is_blank(rich.text):
        words = one_line(unescape(re.sub(r"<[^<>]*>", "", source))).lower()
        dropped = any(hint in words for hint in tails._HINTS)
        assert dropped or not surely_shown(source), "nothing is left"
    return rich


def run(bodies: Sequence[str], seed: int, count: int) -> None:
    print(f"seed {seed}, {len(bodies)} bodies")
    dice = random.Random(seed)
    for number in range(count):
        source = broken(bodies, dice)
        limit = dice.choice(LIMITS)
        try:
            check(source, limit)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, number {number}, limit {limit}: {source!r}") from error


@pytest.mark.parametrize("limit", [*LIMITS, 24_000])
def test_whole_bodies_fit_and_are_read_back_as_they_were_written(limit: int) -> None:
    for source in own():
        rich = check(source, min(limit, 4096))
        assert rich.text
        parts = split(read_html(source, BASE, limit), 120, 300)
        assert "".join("".join(one.text for one in parts).split()) == "".join(
            read_html(source, BASE, limit).text.split()
        )


def test_broken_bodies_fit_and_are_read_back_as_they_were_written() -> None:
    run(own(), SEED, QUICK)


@pytest.mark.soak
def test_a_hundred_thousand_broken_bodies_do_too() -> None:
    run([*own(), *from_corpus()], time.time_ns() % 1_000_000_007, MANY)
