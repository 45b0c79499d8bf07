"""Pruned and whole reading find the same new items, whatever a publisher does from look to look."""

from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotAFeed
from bot.identity import Sighting, sight
from bot.items import Document, Feed, FeedId, Item, Key
from bot.parse.document import read
from bot.parse.prune import cut
from tests.test_corpus import CORPUS, FEEDS, name, parsed

URL = "https://news.example/feed"
NOW_MS = 1_800_000_000_000
RSS_1 = "http://purl.org/rss/1.0/"
NAMESPACES = {
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "x": "http://www.w3.org/2005/Atom",
    "r": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


@dataclass
class Memory:
    """What a feed has shown, by the rule of the store: new if no trusted key was seen."""

    url: str = URL
    marks: bytes = b""
    seen: set[Key] = field(default_factory=set)
    pruned: int = 0
    """Documents of which only a rest was read."""
    idle: int = 0
    """Documents of which nothing was read."""

    def __post_init__(self) -> None:
        self.feed = Feed(FeedId("feed"), self.url)

    def whole(self, body: bytes) -> list[Item]:
        """Return the new items of a document that is read as a whole."""
        return self._taken(sight(read(body, url=self.url), self.feed, NOW_MS))

    def prune(self, body: bytes) -> list[Item]:
        """Return the new items of a document of which no more is read than is needed."""
        found = cut(body, self.marks)
        if found is not None and found.fresh == 0:
            self.idle += 1
            self.marks = found.marks
            return []
        if found is not None and found.fresh < found.count:
            rest = read(found.rest, url=self.url)
            sighting = sight(rest, self.feed, NOW_MS)
            is_plain = not any(self.seen.intersection(keys.all) for keys in sighting.keys)
            if len(rest.items) == found.fresh and is_plain:
                self.pruned += 1
                self.marks = found.marks
                return self._taken(sighting)
        document = read(body, url=self.url)
        self.marks = found.marks if found and found.count == len(document.items) else b""
        return self._taken(sight(document, self.feed, NOW_MS))

    def _taken(self, sighting: Sighting) -> list[Item]:
        self.feed = sighting.feed
        new = []
        for item, keys in zip(sighting.items, sighting.keys, strict=True):
            if not self.seen.intersection(keys.trusted):
                new.append(item)
            self.seen.update(keys.all)
        return new


@dataclass(frozen=True)
class Publisher:
    """How a publisher writes its documents."""

    form: str
    encoding: str
    line: str
    guid: bool
    link: bool
    dated: bool
    body: str

    def document(self, items: list[str], dice: Random) -> bytes:
        namespaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
        head, tail = {
            "rss": (f'<rss version="2.0" {namespaces}><channel><title>新聞</title>', "</channel></rss>"),
            "rdf": (
                f'<r:RDF {namespaces} xmlns="{RSS_1}"><channel><title>新聞</title></channel>',
                "</r:RDF>",
            ),
            "atom": (
                f'<feed xmlns="http://www.w3.org/2005/Atom" {namespaces}><title>新聞</title>',
                "</feed>",
            ),
            "x:atom": (f"<x:feed {namespaces}><x:title>新聞</x:title>", "</x:feed>"),
        }[self.form]
        prolog = f'<?xml version="1.0" encoding="{self.encoding}"?>' + dice.choice(
            ["", "<!-- cached -->", "\n"]
        )
        head += dice.choice(
            ["", "<lastBuildDate>x</lastBuildDate>", f"<!-- {dice.random()} -->", "<ttl>9</ttl>"]
        )
        gaps = [dice.choice(["", self.line, self.line + "\t", "<!-- next -->"]) for _ in items]
        inner = "".join(gap + item for gap, item in zip(gaps, items, strict=True))
        text = (
            prolog + head + inner + dice.choice(["", self.line]) + tail + dice.choice(["", "<!-- 0.1 s -->"])
        )
        return text.encode(self.encoding, "xmlcharrefreplace")

    def item(self, number: int, edition: int, count: int) -> str:
        """Return item ``number`` in its ``edition``; ``count`` is what its counter says."""
        tag = {"rss": "item", "rdf": "item", "atom": "entry", "x:atom": "x:entry"}[self.form]
        x = "x:" if self.form == "x:atom" else ""
        is_atom = self.form.endswith("atom")
        address = f"https://news.example/{number}?a=1&amp;b=2"
        body = {
            "escaped": "&lt;p&gt;文 {}&lt;/p&gt;",
            "section": "<![CDATA[<p>文 {} &nbsp; <items> <!-- c --></p>]]>",
            "tricky": "<![CDATA[<p>{} <item>text</item></p>]]>",
            "comment": "文 {} <!-- <b>x</b> -->",
        }[self.body].format(f"{number}.{edition}")
        parts = [f"<{x}title>Title {number}.{edition}</{x}title>"]
        if self.guid:
            parts.append(f"<{x}{'id' if is_atom else 'guid'}>id-{number}</{x}{'id' if is_atom else 'guid'}>")
        if self.link:
            parts.append(f'<{x}link href="{address}"/>' if is_atom else f"<link>{address}</link>")
        if self.dated:
            day = f"2026-{1 + number % 12:02}-{1 + number % 28:02}T12:00:00Z"
            parts.append(f"<{x}published>{day}</{x}published>" if is_atom else f"<pubDate>{day}</pubDate>")
            parts.append(f"<{x}updated>2026-02-02T00:{count % 60:02}:00Z</{x}updated>" if is_atom else "")
        parts.append(
            f"<{x}content type='html'>{body}</{x}content>"
            if is_atom
            else f"<description>{body}</description>"
        )
        parts.append(f"<slash:comments>{count}</slash:comments>")
        return f"<{tag}>{self.line.join(parts)}</{tag}>"


publishers = st.builds(
    Publisher,
    st.sampled_from(["rss", "rdf", "atom", "x:atom"]),
    st.sampled_from(["utf-8", "utf-8", "gbk", "iso-8859-1", "utf-16"]),
    st.sampled_from(["", "\n", "\r\n  "]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["escaped", "section", "section", "comment", "tricky"]),
)
looks = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(1, 9),
        st.sampled_from(["", "", "shuffle", "edit", "count", "twice", "empty"]),
    ),
    min_size=2,
    max_size=6,
)


History = list[tuple[int, int, str]]
"""Of each look: how many items are added, how many are shown at most, and what else is changed."""


@given(publishers, looks, st.integers(0, 2**32))
@settings(max_examples=20)
def test_pruned_and_whole_reading_find_the_same_new_items(
    publisher: Publisher, history: History, seed: int
) -> None:
    """Each look shows some more items, a window that grows or shrinks, and perhaps a change."""
    compare(publisher, history, Random(seed))


@pytest.mark.soak
@given(publishers, looks, st.integers(0, 2**32))
@settings(max_examples=1500)
def test_pruned_and_whole_reading_find_the_same_new_items_for_long(
    publisher: Publisher, history: History, seed: int
) -> None:
    """The same, for minutes."""
    compare(publisher, history, Random(seed))


PIECES = (
    *(
        f"<item><guid>{number}</guid><title>Title {number}</title></item>"
        for number in (1, 1, 2, 2, 3, 3, 4, 5)
    ),
    *(
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?x ",
        "?>",
        "<item>",
        "</item>",
        "<ITEM>",
        "<entry>",
        "</entry>",
        "<item/>",
    ),
    *(
        "<title>",
        "</title>",
        "<title>x</title>",
        "&",
        "<",
        ">",
        '"',
        "\x01",
        "\xe9",
        "\n",
        "</channel>",
        "<guid>9</guid>",
    ),
)
soups = st.lists(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), min_size=2, max_size=4)


@given(soups)
@settings(max_examples=20)
def test_no_soup_of_tags_hides_an_item(documents: list[str]) -> None:
    """Whatever is new to whole reading is found by pruning, in documents that nobody should write."""
    pruning, plain = Memory(), Memory()
    for inner in documents:
        body = f"<rss><channel>{inner}</channel></rss>".encode("latin-1")
        try:
            new = plain.whole(body)
        except NotAFeed:
            continue
        found = {(item.guid, item.title) for item in pruning.prune(body)}
        assert {(item.guid, item.title) for item in new} <= found


def compare(publisher: Publisher, history: History, dice: Random) -> None:
    pruning, plain = Memory(), Memory()
    editions: list[int] = []
    counts: list[int] = []
    for added, window, change in history:
        editions += [0] * added
        counts += [0] * added
        shown = list(range(len(editions)))[-window:][::-1]
        if change == "shuffle":
            dice.shuffle(shown)
        if change == "edit" and shown:
            editions[dice.choice(shown)] += 1
        if change == "count":
            counts = [count + 1 for count in counts]
        if change == "twice":
            shown += shown[:1]
        items = [publisher.item(number, editions[number], counts[number]) for number in shown]
        if change == "empty":
            items.append("<item/>")
        body = publisher.document(items, dice)
        new = pruning.prune(body)
        assert new == plain.whole(body)


def test_a_quiet_publisher_is_hardly_read() -> None:
    publisher = Publisher("rss", "utf-8", "\n", guid=True, link=True, dated=True, body="section")
    memory, dice = Memory(), Random(7)
    for newest in (10, 10, 11, 11, 13, 13):
        items = [publisher.item(number, 0, newest) for number in range(newest, newest - 10, -1)]
        memory.prune(publisher.document(items, dice))
    assert (memory.idle, memory.pruned) == (3, 2)


def without(body: bytes, places: set[int]) -> bytes:
    """Return ``body`` without the items at ``places``, which stand in the simplest of ways."""
    found = cut(body, b"")
    assert found is not None
    end = b"</entry>" if body.count(b"</entry>") == found.count else b"</item>"
    *pieces, tail = body.split(end)
    if len(pieces) != found.count:
        pytest.skip("its items have a prefix")
    opening = end.replace(b"/", b"")[:-1]
    heads = [piece[: piece.rindex(opening)] if piece.count(opening) == 1 else b"" for piece in pieces]
    kept = [heads[at] if at in places else piece + end for at, piece in enumerate(pieces)]
    return b"".join(kept) + tail


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of captured feeds is not here")
@pytest.mark.parametrize("one", FEEDS, ids=name)
def test_captured_feeds_give_the_same_items_pruned_and_whole(one: dict[str, object]) -> None:
    """Each feed after a look at it without two of its items, of which one is its first."""
    body, url = (CORPUS / "feeds" / str(one["file"])).read_bytes(), str(one.get("assumed_feed_url", ""))
    whole: Document = parsed(one)
    found = cut(body, b"")
    if found is None or found.count < 3 or body.lstrip().startswith(b"{"):
        pytest.skip("it is read as a whole")
    assert found.count == len(whole.items)
    places = {0, found.count // 2}
    before = cut(without(body, places), b"")
    assert before is not None
    assert before.count == found.count - len(places)
    after = cut(body, before.marks)
    if after is None:
        pytest.skip("its encoding is guessed")
    if after.fresh == len(places):
        rest = read(after.rest, url=url)
        assert rest.items == tuple(whole.items[place] for place in sorted(places))
        assert replace(rest, items=()) == replace(whole, items=())
    else:
        assert len(set(whole.items)) < len(whole.items)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of captured feeds is not here")
def test_of_two_captured_fetches_of_one_feed_only_the_new_item_is_read() -> None:
    memory = Memory()
    first, second = ((CORPUS / "feeds" / f"macrumors-2014-t{fetch}.rss").read_bytes() for fetch in (1, 2))
    assert len(memory.prune(first)) == 5
    assert [item.title for item in memory.prune(second)] == [
        "Apple Adds Beats Music to App Store List of 'Apps Made by Apple'"
    ]
    assert memory.pruned == 1
