"""What is taken out of a feed's own words leaves all that is asked for as it was."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from bot.errors import NotAFeed
from bot.items import Document
from bot.parse import document
from bot.parse.document import read
from bot.parse.scan import Accepted, scan
from bot.parse.unasked import drop_unasked

SPECIMENS = sorted((Path(__file__).parent / "specimens").glob("*.*"))
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:a="http://www.w3.org/2005/Atom" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)
WORDS = (
    *("<lastBuildDate>x</lastBuildDate>", "<lastBuildDate><b>x</b></lastBuildDate>", "<docs>http://d</docs>"),
    *("<pubDate>1 Jan 2020</pubDate>", "<pubDate/>", '<cloud domain="a"/>', "<dc:date>2020-01-01</dc:date>"),
    *('<generator uri="a">g</generator>', '<generator xml:base="http://z/">g</generator>'),
    "<image><url>http://u</url><title>image</title><link>http://l</link></image>",
    *("<image><title>image</title></image>", "<image/>", '<image rdf:resource="a"/>', "<image><url>u</url></image>t"),
    "<image><item><title>within</title></item></image>",
    "<items><rdf:Seq><rdf:li rdf:resource='a'/></rdf:Seq></items>",
    "<items><rdf:Seq><item><title>within</title></item></rdf:Seq></items>",
    *("<a:updated>2020</a:updated>", "<a:icon>i</a:icon>", '<a:link rel="self" href="http://s/"/>'),
    *("<title>T</title>", "<title/>", "<dc:title>D</dc:title>", "<link>http://x.example/</link>", "<language>de</language>"),
    *("<author>A</author>", "<managingEditor>m@x.example (M)</managingEditor>", "<description>D</description>"),
    *("<ttl>9</ttl>", "<sy:updatePeriod>daily</sy:updatePeriod>", "<category>c</category>", '<itunes:image href="h"/>'),
    "<textInput><title>t</title><link>http://t</link></textInput>",
)  # fmt: skip
ITEM = (
    "<item><title>it</title><link>/1</link><description>x</description><dc:date>2021-01-01</dc:date></item>"
)


def written(dice: Random) -> bytes:
    words = "".join(dice.choices(WORDS, k=dice.randrange(1, 9)))
    later = dice.choice(WORDS) if dice.random() < 0.4 else ""
    form = dice.randrange(3)
    if form == 0:
        return f'<rss version="2.0" {NAMESPACES}><channel>{words}{ITEM}{later}{ITEM}</channel></rss>'.encode()
    if form == 1:
        body = f"{words}{ITEM}{later}{ITEM}".replace("item>", "entry>").replace("lastBuildDate", "updated")
        return f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}>{body}</feed>'.encode()
    head = f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" {NAMESPACES}><channel rdf:about="x">'
    return f"{head}{words}</channel>{later}{ITEM}</rdf:RDF>".encode()


def found(body: bytes) -> Document | str:
    try:
        return read(body, url="http://a.example/f")
    except NotAFeed as error:
        return str(error)


def compare(bodies: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = [found(body) for body in bodies]
    monkeypatch.setattr(document, "drop_unasked", lambda _: None)
    for body, one in zip(bodies, fewer, strict=True):
        assert one == found(body), body


def test_specimens_and_random_heads_are_read_as_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = Random(24)
    compare([*(file.read_bytes() for file in SPECIMENS), *(written(dice) for _ in range(150))], monkeypatch)


@pytest.mark.soak
def test_many_random_heads_are_read_as_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = Random(25)
    compare([written(dice) for _ in range(20_000)], monkeypatch)


def test_what_nobody_asks_for_is_gone_and_no_item_with_it() -> None:
    body = f"<rss {NAMESPACES}><channel><title>T</title>{WORDS[0]}{WORDS[9]}{ITEM}{WORDS[13]}</channel></rss>"
    scanned = scan(body.encode())
    assert isinstance(scanned, Accepted)
    drop_unasked(scanned.root)
    assert [one.tag for one in scanned.root[0]] == ["title", "item", "image"]


@pytest.mark.parametrize(
    "body",
    [
        '<entry xmlns="http://www.w3.org/2005/Atom"><id>urn:1</id><updated>2026-11-26T07:00:00Z</updated></entry>',
        "<item><title>T</title><pubDate>Thu, 26 Nov 2026 07:00:00 GMT</pubDate></item>",
    ],
)
def test_of_a_document_that_is_an_item_nothing_is_dropped(body: str) -> None:
    assert [one.published for one in read(body.encode(), url="").items] == [
        datetime(2026, 11, 26, 7, tzinfo=UTC)
    ]
