"""Corrections of items that were taken in: handed on as edits, once and seldom, on a real server."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NotAFeed
from bot.identity import Keys, item_id, sight
from bot.items import Feed, Image, Item, ItemId, Key, Page, StoredItem
from bot.parse.document import read
from bot.store import door, keys, news, prints, records
from bot.store.candidates import Candidate
from bot.store.client import Store
from bot.store.news import NewsEntry, Taken
from tests.conftest import Clock
from tests.test_store_news import Cut, candidate, heard_feed, known, seeded_feed, take

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "feeds"


def told(number: int, title: object, **given: object) -> Candidate:
    """Return candidate ``number`` with another title, or more."""
    one = candidate(number, title=str(title))
    return replace(one, item=replace(one.item, **given))  # type: ignore[arg-type]  # fields by name


def id_of(feed: Feed, number: int) -> ItemId:
    return item_id(feed.id, candidate(number).keys)


async def entries(store: Store) -> list[NewsEntry]:
    """Return what was handed on, and acknowledge it."""
    found = await store.news.read("test", 10_000, 0)
    await store.news.ack([one.entry_id for one in found])
    return found


async def edits(store: Store) -> list[tuple[ItemId, str]]:
    return [(one.item_id, one.edit) for one in await entries(store)]


async def feed_with(store: Store, *numbers: int) -> Feed:
    """Return a feed that showed these items, one look after its first."""
    feed = await seeded_feed(store)
    await take(store, feed, [candidate(number) for number in numbers])
    await entries(store)
    return await known(store, feed)


async def title(store: Store, feed: Feed, number: int) -> str:
    stored = await store.news.get(id_of(feed, number))
    assert stored is not None
    return stored.item.title


@pytest.mark.parametrize("long", ["a correction", "a page"])
async def test_what_takes_long_to_sign_or_to_pack_is_packed_in_a_thread(
    store: Store, monkeypatch: pytest.MonkeyPatch, long: str
) -> None:
    feed, inline = await feed_with(store, 1), list[bool]()
    pack = records.pack

    def noted(stored: StoredItem) -> bytes:
        inline.append(threading.current_thread() is threading.main_thread())
        return pack(stored)

    monkeypatch.setattr(records, "pack", noted)
    await take(store, feed, [candidate(2), told(1, "Another title")])
    assert inline == [True, True], "what is short is packed at once"
    text = "<p>Four people were hurt in a fire in the old town.</p>" * 1000
    other = told(1, "A third title", content_html=text)
    if long == "a page":
        other = replace(candidate(3), page=Page(lead_html=text, text_html=text))
    await take(store, feed, [other])
    assert inline[2:] == [False]


async def test_a_corrected_title_is_handed_on_once_as_an_edit_and_kept(
    store: Store, redis: Any, clock: Clock
) -> None:
    feed = await feed_with(store, 1, 2, 3)
    before = await store.news.get(id_of(feed, 2))
    lifetime = await redis.pttl(keys.item(id_of(feed, 2)))
    clock.forward(60_000)
    document = [told(2, "Corrected"), candidate(1), candidate(3)]
    assert await take(store, feed, document) == Taken(corrected=1)
    assert await edits(store) == [(id_of(feed, 2), "text")]
    after = await store.news.get(id_of(feed, 2))
    assert before
    assert after == replace(before, item=replace(before.item, title="Corrected"))
    assert lifetime - 5000 < await redis.pttl(keys.item(id_of(feed, 2))) <= lifetime
    assert await take(store, feed, document) == Taken()
    assert await edits(store) == []


async def test_new_items_and_corrections_of_one_document_are_told_apart(store: Store) -> None:
    feed = await feed_with(store, 1, 2)
    taken = await take(store, feed, [candidate(3), told(2, "Corrected"), candidate(1)])
    assert (taken.new, taken.handed_on, taken.corrected) == ((id_of(feed, 3),), 1, 1)
    assert await edits(store) == [(id_of(feed, 3), ""), (id_of(feed, 2), "text")]


async def test_another_picture_is_told(store: Store) -> None:
    feed = await feed_with(store, 1)
    await take(store, feed, [told(1, "Corrected", images=(Image("https://img.example/1.jpg"),))])
    assert await edits(store) == [(id_of(feed, 1), "media")]


@pytest.mark.parametrize(
    "change",
    [
        {"title": " ITEM  1."},
        {"title": "Item 1 (12)"},
        {"summary_html": "<p>12 comments</p>"},
        {"images": (Image("https://img.example/1.jpg?signature=b"),)},
        {"link": "https://news.example/1?session=2"},
    ],
)
async def test_what_says_the_same_is_not_handed_on_and_not_looked_at_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    feed = await feed_with(store, 1)
    document = [told(1, **{"title": "Item 1", **change})]
    assert await take(store, feed, document) == Taken()
    judged: list[object] = []
    monkeypatch.setattr(prints, "judge", lambda *given: judged.append(given))
    assert await take(store, feed, document) == Taken()
    assert (await edits(store), judged) == ([], [])
    assert await title(store, feed, 1) == "Item 1"


async def test_of_many_corrections_the_first_few_are_handed_on(store: Store) -> None:
    feed = await feed_with(store, 1)
    corrected = [(await take(store, feed, [told(1, f"Version {n} of it")])).corrected for n in "abcdef"]
    assert corrected == [1, 1, 1, 0, 0, 0]
    assert len(await edits(store)) == prints.EDITS_MOST
    assert await title(store, feed, 1) == "Version c of it"
    assert not (await take(store, feed, [told(1, "Version a of it")])).corrected


@pytest.mark.parametrize(
    ("shown", "changed", "handed"),
    [(1, 1, 1), (2, 2, 2), (3, 3, 0), (8, 3, 0), (9, 3, 3), (30, 10, 10), (30, 11, 0), (30, 30, 0)],
)
async def test_a_feed_that_changes_as_a_whole_corrects_nothing(
    store: Store, caplog: pytest.LogCaptureFixture, shown: int, changed: int, handed: int
) -> None:
    feed = await feed_with(store, *range(1, shown + 1))
    document = [told(n, f"Buy item {n}" if n <= changed else f"Item {n}") for n in range(1, shown + 1)]
    with caplog.at_level(logging.INFO, "bot.store.changes"):
        assert (await take(store, feed, document)).corrected == handed
        assert not (await take(store, feed, document)).corrected, "what was no correction stays none"
    storms = [one for one in caplog.messages if "changed at once" in one]
    assert len(storms) == (handed == 0)
    assert len(await edits(store)) == handed


async def test_after_a_storm_a_single_correction_is_handed_on(store: Store) -> None:
    feed = await feed_with(store, 1, 2, 3)
    document = [told(n, f"Buy item {n}") for n in (1, 2, 3)]
    await take(store, feed, document)
    await take(store, feed, [told(1, "Corrected"), *document[1:]])
    assert await edits(store) == [(id_of(feed, 1), "text")]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_leaves_print_record_and_edit_or_none_of_them(
    store: Store, redis: Any, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    feed = await feed_with(store, 1)
    run = door.Door.run

    async def cut(self: door.Door, name: str, *args: door.Argument, keys: Sequence[str] = ()) -> object:
        if when == "after":
            await run(self, name, *args, keys=keys)
        raise Cut

    before = await redis.hgetall(keys.feed_prints(feed.id))
    with monkeypatch.context() as patched:
        patched.setattr(door.Door, "run", cut)
        with pytest.raises(Cut):
            await take(store, feed, [told(1, "Corrected")])
    done = when == "after"
    assert (await redis.hgetall(keys.feed_prints(feed.id)) != before) == done
    assert await title(store, feed, 1) == ("Corrected" if done else "Item 1")
    assert (await take(store, feed, [told(1, "Corrected")])).corrected == (not done)
    assert await edits(store) == [(id_of(feed, 1), "text")]


async def test_a_correction_that_another_look_has_handed_on_is_not_repeated(
    store: Store, redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await feed_with(store, 1)
    document = [told(1, "Corrected")]
    compared = prints.compare(
        feed.id, [(document[0].keys, document[0].item)], await redis.hgetall(keys.feed_prints(feed.id))
    )
    judged = prints.judge(compared, [await redis.get(keys.item(id_of(feed, 1)))])
    await take(store, feed, document)
    assert judged
    assert judged[0].edit

    async def changes(*_: object, **__: object) -> tuple[prints.Change, ...]:
        return judged

    monkeypatch.setattr(news, "changes", changes)
    assert await take(store, feed, document) == Taken()
    assert len(await edits(store)) == 1


async def test_prints_are_those_of_the_items_that_are_kept(store: Store, redis: Any) -> None:
    feed = await feed_with(store, *range(1, 200))
    await take(store, feed, [candidate(number) for number in range(200, 230)])
    kept = await redis.zrange(keys.feed_items(feed.id), 0, -1)
    halves = await redis.hgetall(keys.feed_prints(feed.id))
    assert sorted(halves) == sorted(item.split(b".", 1)[1] for item in kept)
    assert {len(one) for one in halves.values()} == {9}
    assert len(kept) == 60
    lifetimes = [await redis.pttl(one(feed.id)) for one in (keys.feed_prints, keys.feed_items)]
    assert 0 <= lifetimes[0] - lifetimes[1] < 5000


async def test_an_item_that_is_no_longer_kept_is_not_corrected(store: Store, redis: Any) -> None:
    feed = await feed_with(store, *range(1, 60 + 3))
    assert await take(store, feed, [told(1, "Corrected"), told(3, "Item three")]) == Taken(corrected=1)
    assert await title(store, feed, 1) == "Item 1"
    await redis.delete(keys.feed_prints(feed.id))
    assert await take(store, feed, [told(3, "Item 3 again")]) == Taken()
    assert not await redis.exists(keys.feed_prints(feed.id)), "nothing without a lifetime is made"


@pytest.mark.parametrize("when", ["before it is judged", "after"])
async def test_a_record_that_has_expired_stays_gone(
    store: Store, redis: Any, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    feed = await feed_with(store, 1)
    record = keys.item(id_of(feed, 1))
    if when == "after":
        judge = prints.judge
        found = await redis.get(record)
        monkeypatch.setattr(prints, "judge", lambda changes, _: judge(changes, [found]))
    await redis.delete(record)
    assert await take(store, feed, [told(1, "Corrected")]) == Taken()
    assert await edits(store) == []
    assert not await redis.exists(record)


async def test_a_record_that_cannot_be_read_is_left_as_it_is(store: Store, redis: Any) -> None:
    feed = await feed_with(store, 1)
    await redis.set(keys.item(id_of(feed, 1)), b"nonsense")
    assert await take(store, feed, [told(1, "Corrected")]) == Taken()
    assert await redis.get(keys.item(id_of(feed, 1))) == b"nonsense"


async def test_a_first_look_and_one_that_nobody_hears_hand_nothing_on(store: Store) -> None:
    feed = await heard_feed(store)
    await take(store, feed, [candidate(1), candidate(2), told(1, "Item 1, twice told")])
    unheard = await take(store, await known(store, feed), [told(1, "Corrected"), candidate(2)], hand_on=False)
    assert not unheard.corrected
    await store.chats.unsubscribe((await store.feeds.subscribers(feed.id))[0].chat, feed.id)
    again = await heard_feed(store)
    assert not again.seeded
    assert (await take(store, again, [told(1, "Corrected again"), candidate(2)])).seeded_now
    assert not (
        await take(store, await known(store, feed), [told(1, "Corrected again"), candidate(2)])
    ).corrected
    assert await edits(store) == []


async def test_a_look_that_turns_out_to_be_a_first_one_hands_nothing_on(store: Store) -> None:
    stale = await feed_with(store, 1)
    (subscription,) = await store.feeds.subscribers(stale.id)
    await store.chats.unsubscribe(subscription.chat, stale.id)
    await heard_feed(store)
    assert await take(store, stale, [told(1, "Corrected")]) == Taken(seeded_now=True)
    assert await edits(store) == []


async def test_shuffled_and_shortened_documents_correct_nothing(store: Store) -> None:
    feed = await feed_with(store, *range(1, 21))
    document = [candidate(number) for number in range(1, 21)]
    for window in (document[::-1], document[5:], document[:2], document[::3], []):
        assert await take(store, feed, window) == Taken()


async def test_an_item_told_twice_in_a_document_is_corrected_only_when_neither_is_as_it_was(
    store: Store,
) -> None:
    feed = await feed_with(store, 1)
    twice = [candidate(1), told(1, "The other telling")]
    assert await take(store, feed, twice) == Taken()
    assert await take(store, feed, twice[::-1]) == Taken()
    assert (await take(store, feed, twice[1:])).corrected == 1
    assert await take(store, feed, twice) == Taken()


async def test_an_item_is_found_by_any_key_that_is_trusted(store: Store) -> None:
    feed = await feed_with(store, 1)
    weak = Candidate(Keys((Key(77), Key(1)), (Key(77), Key(1))), Item(guid="new", title="Corrected"), 1)
    assert (await take(store, feed, [weak])).corrected == 1
    assert await edits(store) == [(id_of(feed, 1), "text")]


async def test_long_items_are_compared_as_their_records_have_them(store: Store) -> None:
    feed = await seeded_feed(store)
    styled = "".join(f'<span style="color: #{n:06}"></span>' for n in range(2000))
    long = f"{styled}<p>The council met on Monday.</p>"
    await take(store, feed, [told(1, "Item 1", content_html=long)])
    assert not (await take(store, feed, [told(1, "Item 1!", content_html=f"{long}<p>More.</p>")])).corrected


async def test_forgetting_a_feed_drops_its_prints(store: Store, redis: Any) -> None:
    feed = await feed_with(store, 1)
    await store.feeds.forget(feed.id)
    assert await redis.keys(f"feed:{feed.id}*") == []


async def test_a_document_that_brings_nothing_costs_one_command_more(store: Store, redis: Any) -> None:
    feed = await feed_with(store, *range(1, 61))
    document = [candidate(number) for number in range(1, 61)]
    await redis.execute_command("CONFIG", "RESETSTAT")
    await take(store, feed, document)
    stats = await redis.execute_command("INFO", "commandstats")
    calls = {name.removeprefix("cmdstat_"): told["calls"] for name, told in stats.items()}
    assert calls["evalsha"] == 1
    assert "mget" not in calls
    assert calls["smismember"] == 4, "asked beforehand, and in the step"
    assert calls["hgetall"] == 1


async def test_real_feeds_taken_in_twice_are_not_corrected(store: Store) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of captured feeds is not here")
    looked = 0
    for path in sorted(CORPUS.iterdir()):
        if path.stat().st_size > 200_000:
            continue
        try:
            document = read(path.read_bytes(), url=f"https://feeds.example/{path.name}")
        except NotAFeed:
            continue
        feed = await seeded_feed(store, f"https://feeds.example/{path.name}")
        for items in (
            document.items,
            document.items,
            document.items[::-1],
            document.items[: len(document.items) // 2],
        ):
            seen = sight(replace(document, items=items), feed, 1_800_000_000_000)
            several = [Candidate(*one) for one in zip(seen.keys, seen.items, seen.order_ms, strict=True)]
            assert not (await take(store, seen.feed, several)).corrected, path.name
            feed = await known(store, feed)
        looked += 1
    assert looked > 50


async def test_of_two_fetches_of_a_real_feed_nothing_is_corrected(store: Store) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of captured feeds is not here")
    feed = await seeded_feed(store)
    taken = Taken()
    for name in ("macrumors-2014-t1.rss", "macrumors-2014-t2.rss"):
        seen = sight(read((CORPUS / name).read_bytes(), url=feed.url), feed, 1_800_000_000_000)
        several = [Candidate(*one) for one in zip(seen.keys, seen.items, seen.order_ms, strict=True)]
        taken = await take(store, seen.feed, several)
        feed = await known(store, feed)
    assert (taken.handed_on, taken.corrected) == (1, 0)
