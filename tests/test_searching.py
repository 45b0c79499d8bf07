"""Search and back-test over stored items: all that match are found, the newest first, and in time."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import searching
from bot.items import Feed, FeedId, Item, ItemId, StoredItem
from bot.matching import searchable, sign
from bot.rules import Heard, Searchable, Sieve, parse, signature
from bot.searching import Match, Searcher
from bot.store import keys, words
from bot.store.client import Store
from bot.store.words import Everything, Sheet, entry
from tests.archiving import feed_of, publish, take_in
from tests.conftest import Clock

HOUR_MS = 3_600_000


def heard(*feeds: Feed) -> dict[FeedId, Heard]:
    return {one.id: Heard((one.url,)) for one in feeds}


async def titles(store: Store, query: str, *feeds: Feed, limit: int = 5, **how: int) -> list[str]:
    page = await Searcher(store).search(parse(query), heard(*feeds), limit=limit, **how)
    return [one.stored.item.title for one in page.matches]


async def test_what_matches_in_any_of_the_feeds_is_found_the_newest_first(store: Store, clock: Clock) -> None:
    one, two, foreign = [await feed_of(store, number) for number in (1, 2, 3)]
    await publish(store, clock, one, "Tea at five", "Coffee", "Old tea")
    await publish(store, clock, two, "Rain", "Tea in the rain", hours=0.5)
    await publish(store, clock, foreign, "Tea elsewhere")
    assert await titles(store, "tea", one, two) == ["Tea at five", "Tea in the rain", "Old tea"]
    assert await titles(store, "coffee tea", one, two) == []
    assert await titles(store, "tea") == []


async def test_pages_follow_each_other_without_gap_or_repetition(store: Store, clock: Clock) -> None:
    feeds = [await feed_of(store, number) for number in range(25)]
    for feed in feeds:
        await publish(store, clock, feed, "Tea", "Coffee", "Tea again")
    searcher, found = Searcher(store), list[str]()
    for offset in range(0, 60, 7):
        page = await searcher.search(parse("tea"), heard(*feeds), offset=offset, limit=7)
        found += [one.stored.id for one in page.matches]
        assert page.more is (offset + 7 < 50)
    assert len(found) == len(set(found)) == 50


async def test_where_most_items_may_match_they_are_found_in_rounds(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "LIKELY_MOST", 5)
    monkeypatch.setattr(store.archive, "feeds_at_once", 2)
    feeds = [await feed_of(store, number) for number in range(5)]
    for feed in feeds:
        await publish(store, clock, feed, *["Tea", "Coffee"] * 6)
    everything = await Searcher(store).search(parse("tea"), heard(*feeds), limit=99)
    assert len(everything.matches) == 30
    orders = [one.stored.order_ms for one in everything.matches]
    assert orders == sorted(orders, reverse=True)
    monkeypatch.setattr("bot.searching.Sieve", lambda _: Everything())
    again = await Searcher(store).search(parse("tea"), heard(*feeds), limit=99)
    assert {one.stored.id for one in again.matches} == {one.stored.id for one in everything.matches}
    assert not again.until_ms


async def test_a_search_that_takes_too_long_tells_how_far_it_came_and_goes_on_from_there(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SEARCH_S", 0.0)
    feed = await feed_of(store)
    await publish(store, clock, feed, *[f"Tea {n}" for n in range(60)], hours=0.1)
    rule = parse("tea 59")
    monkeypatch.setattr("bot.searching.Sieve", lambda _: Everything())
    searcher, before_ms, rounds = Searcher(store), 0, 0
    found: list[Match] = []
    while not found:
        page = await searcher.search(rule, heard(feed), limit=5, before_ms=before_ms)
        found, rounds = list(page.matches), rounds + 1
        assert found or 0 < page.until_ms < (before_ms or searching.LATEST_MS)
        before_ms = page.until_ms
    assert [one.stored.item.title for one in found] == ["Tea 59"]
    assert rounds >= 2


async def test_a_search_of_items_each_of_which_takes_long_ends_in_time_and_signs_what_it_saw(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await feed_of(store)
    await publish(store, clock, feed, *[f"Tea {n}" for n in range(20)], hours=0.1)
    await store._door.do("DEL", keys.words_young(feed.id), keys.words_old(feed.id))
    now_s, looked_at = [0.0], list[str]()

    def slowly(stored: StoredItem) -> bytes:
        now_s[0] += 0.5
        looked_at.append(stored.item.title)
        return sign(stored)

    with monkeypatch.context() as slow:
        slow.setattr(searching, "sign", slowly)
        slow.setattr(searching, "time", SimpleNamespace(monotonic=lambda: now_s[0]))
        page = await Searcher(store).search(parse("tea 19"), heard(feed), limit=50)
    assert looked_at == [f"Tea {n}" for n in range(5)], "two seconds and what is begun"
    assert not page.matches
    (sheet,) = await store.archive.sheets([feed.id])
    assert len(await store.archive.unsigned(sheet)) == 15
    rest = await Searcher(store).search(parse("tea"), heard(feed), limit=50, before_ms=page.until_ms)
    assert [one.stored.item.title for one in rest.matches] == [f"Tea {n}" for n in range(5, 20)]


async def test_what_is_before_a_moment_is_found_alone(store: Store, clock: Clock) -> None:
    feed = await feed_of(store)
    await publish(store, clock, feed, "Tea now", "Tea before", "Tea long before")
    assert await titles(store, "tea", feed, before_ms=clock.ms) == ["Tea before", "Tea long before"]


async def test_items_without_a_record_are_found_and_get_one(store: Store, clock: Clock) -> None:
    feed = await feed_of(store)
    await publish(store, clock, feed, "Tea", "Coffee")
    await store._door.do("DEL", keys.words_young(feed.id), keys.words_old(feed.id))
    assert await titles(store, "tea", feed) == ["Tea"]
    (sheet,) = await store.archive.sheets([feed.id])
    assert sheet.kept == len(words.recorded(sheet)) == 2
    assert await store.archive.unsigned(sheet) == []
    assert await titles(store, "tea", feed) == ["Tea"]


async def test_an_item_with_two_records_hides_none_that_has_none(store: Store, clock: Clock) -> None:
    feed = await feed_of(store)
    await publish(store, clock, feed, "Tea", "Coffee")
    await store._door.do("DEL", keys.words_young(feed.id), keys.words_old(feed.id))
    (_, coffee) = await store.archive.latest([feed.id], offset=0, limit=2)
    for _ in range(2):
        await store.archive.sign([(coffee, b"")])
    assert await titles(store, "tea", feed) == ["Tea"]


async def test_an_item_without_a_record_is_found_where_those_of_trimmed_items_are_not_merged_yet(
    store: Store, clock: Clock
) -> None:
    feed = await feed_of(store)
    await publish(store, clock, feed, *[f"Coffee {n}" for n in range(60)])
    clock.forward(HOUR_MS)
    await publish(store, clock, feed, "Tea", signed=False)
    (sheet,) = await store.archive.sheets([feed.id])
    assert sheet.kept == len(words.recorded(sheet)) == 60, (
        "one of them is not kept, and one kept is none of them"
    )
    assert await titles(store, "tea", feed) == ["Tea"]


async def test_records_are_merged_and_those_of_trimmed_items_go(store: Store, clock: Clock) -> None:
    feed = await feed_of(store)
    for n in range(16):
        clock.forward(HOUR_MS)
        await publish(store, clock, feed, *[f"Tea {n} {m} " + "long " * 150 for m in range(60)], hours=0.001)
    (sheet,) = await store.archive.sheets([feed.id])
    old = await store._door.do("GET", keys.words_old(feed.id))
    assert sheet.kept == 60
    assert old
    assert len(words.recorded(sheet)) < 900, "what was taken in is more"
    assert await store.archive.unsigned(sheet) == []
    assert all(one.startswith("Tea 15 ") for one in await titles(store, "tea", feed, limit=60))


async def test_a_backtest_counts_the_days_that_are_kept_and_shows_samples(store: Store, clock: Clock) -> None:
    feed = await feed_of(store)
    await publish(store, clock, feed, *["Tea", "Coffee"] * 5, hours=24)
    test = await Searcher(store).test(parse("tea"), heard(feed))
    assert (test.fired, test.days, test.more) == (4, 7.0, False)
    assert len(test.samples) == 3


async def test_no_more_than_a_few_search_at_once(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await feed_of(store)
    await publish(store, clock, feed, "Tea")
    going, most, gate, begun = 0, 0, asyncio.Event(), asyncio.Event()
    sheets = store.archive.sheets

    async def slow(feeds: Sequence[FeedId]) -> list[Sheet]:
        nonlocal going, most
        going, most = going + 1, max(most, going + 1)
        if going == searching.SEARCHES_AT_ONCE:
            begun.set()
        await gate.wait()
        going -= 1
        return await sheets(feeds)

    monkeypatch.setattr(store.archive, "sheets", slow)
    searcher = Searcher(store)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(searcher.search(parse("tea"), heard(feed), limit=5)) for _ in range(7)]
        await begun.wait()
        gate.set()
    assert most == searching.SEARCHES_AT_ONCE
    assert [len(one.result().matches) for one in tasks] == [1] * 7


async def test_an_item_is_found_by_its_link_in_every_feed_that_has_it(store: Store, clock: Clock) -> None:
    feeds = [await feed_of(store, number) for number in range(3)]
    for feed in feeds[:2]:
        await publish(store, clock, feed, "Tea", "Coffee")
    ids = [one.id for one in feeds]
    found = await Searcher(store).by_link("http://www.x.example/1/?utm_source=a", ids)
    assert [one.stored.item.title for one in found.matches] == ["Coffee", "Coffee"]
    for link in ("https://x.example/9", "https://x.example/", "x", ""):
        assert await Searcher(store).by_link(link, ids) == searching.Page()


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("https://n.example/foo_bar/2026/tea-time.html?b=1&a=2", "https://n.example/foo_bar/2026/tea-time.html?a=2&b=1"),
        ("https://例え.jp/a1b2c3", "https://xn--r8jz45g.jp/a1b2c3/"),
        ("https://ex.example/café/中文/tea", "https://ex.example/caf%c3%a9/%E4%B8%AD%E6%96%87/tea"),
        ("https://ex.example/AbC_dEf9/T1tle;jsessionid=9?utm_source=x", "https://ex.example/AbC_dEf9/T1tle"),
        ("https://ex.example/p/7", "http://www.ex.example/p/7"),
        ("https://ex.example/?p=7", "http://ex.example?p=7"),
    ],
)  # fmt: skip
async def test_a_link_is_found_however_both_are_spelled(
    store: Store, clock: Clock, link: str, asked: str
) -> None:
    feed = await feed_of(store)
    await take_in(store, clock, feed, [Item(guid="1", title="Tea", link=link)])
    found = await Searcher(store).by_link(asked, [feed.id])
    assert [one.stored.item.link for one in found.matches] == [link]


async def test_an_item_that_cannot_be_searched_hides_no_other(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await feed_of(store)
    await publish(store, clock, feed, "Tea", "Odd tea", "Old tea")

    def read(stored: StoredItem) -> Searchable:
        if stored.item.title == "Odd tea":
            raise RuntimeError("odd")
        return searchable(stored)

    monkeypatch.setattr("bot.searching.searchable", read)
    assert await titles(store, "tea", feed) == ["Tea", "Old tea"]


records = st.lists(
    st.tuples(
        st.integers(0, 2**44), st.text("abcABC012-_", min_size=11, max_size=11), st.binary(max_size=99)
    ),
    max_size=20,
    unique_by=lambda one: one[1],
)


class Even:
    """Lets signatures of an even sum pass."""

    def passes(self, signature: bytes) -> bool:
        return sum(signature) % 2 == 0

    def passing(self, raw: bytes, first: int, stride: int, count: int, size: int) -> list[int]:
        each = [raw[first + stride * number :][:size] for number in range(count)]
        return [number for number, one in enumerate(each) if self.passes(one)]


@given(records, st.booleans(), st.integers(0, 2**44), st.integers(0, 2**44))
def test_records_are_read_as_they_were_written(
    rows: list[tuple[int, str, bytes]],
    merged: bool,  # noqa: FBT001  as Redis has them
    since_ms: int,
    before_ms: int,
) -> None:
    feed = FeedId("abcdefghijk")
    rows = sorted(rows, key=lambda row: len(row[2])) if merged else rows
    raw = b"".join(words.record(ItemId(f"{feed}.{half}"), order, sign) for order, half, sign in rows)
    assert all(entry(ItemId(f"{feed}.{half}"), order).item == f"{feed}.{half}" for order, half, _ in rows)
    cut = sum(19 + len(sign) for _, _, sign in rows[: len(rows) // 2])
    found, whole = words.likely(Sheet(feed, raw[:cut], raw[cut:], len(rows)), Even(), since_ms, before_ms)
    assert found == [
        entry(ItemId(f"{feed}.{half}"), order)
        for order, half, sign in rows
        if sum(sign) % 2 == 0 and since_ms <= order < before_ms
    ]
    assert whole
    assert not words.likely(Sheet(feed, b"", raw, len(rows) + 1), Everything(), 0, 1)[1]


@given(st.binary(max_size=200))
def test_a_damaged_sheet_is_read_to_its_end(raw: bytes) -> None:
    words.likely(Sheet(FeedId("f"), raw, raw, 1), Even(), 0, 1 << 48)


english = st.sampled_from(["tea", "coffee", "milk", "sugar", "water", "rain", "snow", "ice", "wine", "beer"])
bodies = st.lists(english, max_size=6).map(" ".join)


@given(
    st.lists(st.tuples(bodies, st.integers(1, 3)), min_size=1, max_size=30),
    st.sampled_from(["tea", "tea coffee", "tea OR rain", "(tea OR ice) milk", '"wine beer"', "te* -rain"]),
)
def test_many_signatures_pass_together_as_each_by_itself(given: list[tuple[str, int]], query: str) -> None:
    made = [sign for body, times in given for sign in [signature(Searchable(title=body))] * times]
    size = max(map(len, made))
    alike = [one for one in made if len(one) == size]
    sieve = Sieve(parse(query).node)
    raw = b"head".join([b"", *alike])
    expected = [number for number, one in enumerate(alike) if sieve.passes(one)]
    assert sieve.passing(raw, 4, size + 4, len(alike), size) == expected
    old = [b"\x00" + one[1:] for one in alike]
    assert sieve.passing(b"".join(old), 0, size, len(old), size) == list(range(len(old)))


@pytest.mark.parametrize(
    ("rate", "titles", "expected"),
    [
        (240.0, ["tea"] * 10 + ["milk"] * 10, 120),  # a young or a busy feed: what is kept is of some hours
        (0.0, ["tea"] * 14 + ["milk"] * 14, 2),  # a feed whose times tell nothing
        (240.0, ["tea"], 48),  # one item tells little
        (240.0, ["milk"] * 10, 0),
    ],
)
async def test_how_often_a_rule_fires_goes_by_how_much_a_feed_brings(
    store: Store, clock: Clock, rate: float, titles: list[str], expected: float
) -> None:
    feed = replace(await feed_of(store), rate_per_day=rate)
    await publish(store, clock, feed, *titles, hours=0.1)
    found = await Searcher(store).test(parse("tea"), {feed.id: Heard()})
    assert found.fired == titles.count("tea")
    assert found.per_day == pytest.approx(expected)
