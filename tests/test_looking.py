"""A look reads of a document what is new alone, wherever that tells as much as the whole does."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from bot.fetch.answer import Answer
from bot.items import Validators
from bot.looks import Look, Outcome
from bot.parse.prune import MARK
from bot.store import keys
from bot.store.client import Store
from tests.collecting import NOTHING
from tests.conftest import Clock
from tests.newspaper import HOUR_MS, Newspaper, Post, old, paper

MINUTE = 60_000
HUB = "https://hub.example/"


@pytest_asyncio.fixture
async def news(store: Store, redis: Any) -> Newspaper:
    made = Newspaper(store, redis)
    await made.follow()
    return made


async def test_one_new_of_many_is_read_alone_and_handed_on_once(news: Newspaper, clock: Clock) -> None:
    posts = old(clock, 20)
    await news.look(*posts)
    assert news.reader.sizes == [20]
    posts = [Post("new", clock.ms), *posts]
    assert await news.look(*posts) == Look(news.id, Outcome.CHANGED, 1)
    assert news.reader.sizes == [20, 1]
    assert await news.handed() == ["Title new"]
    assert (await news.look(*posts, note="later")).outcome is Outcome.UNCHANGED
    assert news.reader.sizes == [20, 1]
    assert await news.handed() == []


async def test_what_changes_and_is_no_news_parses_nothing(news: Newspaper, clock: Clock) -> None:
    posts = old(clock)
    await news.look(*posts)
    for number in range(3):
        assert (await news.look(*posts, note=str(number))).outcome is Outcome.UNCHANGED
        assert (await news.look(*posts[::-1], note=str(number))).outcome is Outcome.UNCHANGED
    assert (await news.look(*posts[:3])).outcome is Outcome.UNCHANGED
    assert (await news.look(*posts)).outcome is Outcome.UNCHANGED, "what is shown again was not forgotten"
    assert len(news.reader.sizes) == 1


async def test_a_corrected_item_is_corrected(news: Newspaper, clock: Clock) -> None:
    posts = [replace(one, text="The council has voted against the bridge today. " * 3) for one in old(clock)]
    await news.look(*posts)
    new = Post("new", clock.ms, text="Twelve people were hurt in a fire. " * 4)
    await news.look(new, *posts)
    clock.forward(MINUTE)
    await news.look(replace(new, text=new.text.replace("Twelve", "Two")), *posts)
    assert await news.handed() == ["Title new", "Title new*"]


async def test_one_guid_suddenly_on_two_items_loses_neither(news: Newspaper, clock: Clock) -> None:
    posts = old(clock)
    await news.look(*posts)
    await news.look(Post("one", clock.ms - 9, guid="same"), Post("two", clock.ms, guid="same"), *posts)
    assert await news.handed() == ["Title one", "Title two"]
    await news.look(Post("three", clock.ms, guid="id-old1"), *posts)
    assert await news.handed() == ["Title three"]


async def test_items_that_only_their_neighbours_tell_apart_are_not_read_alone(
    news: Newspaper, clock: Clock
) -> None:
    """Of these two alone, dated together, the dates might be made up at the fetch: then they were one."""
    posts = old(clock)
    await news.look(*posts)
    same = Post("x", title="Nothing to report", link="https://elsewhere.example/", text="All is calm.")
    twins = [replace(same, guid=f"g{number}", at_ms=clock.ms - number * 1000) for number in range(2)]
    await news.look(*twins, *posts)
    assert await news.handed() == ["Nothing to report", "Nothing to report"]


@pytest.mark.parametrize("rises", [False, True])
@pytest.mark.parametrize(
    "ages",
    [
        (None, None, None),
        (0, 0, 0),
        (0, None, 0),
        (-MINUTE, -2 * MINUTE, -3 * MINUTE),
        (-3 * MINUTE, -2 * MINUTE, -MINUTE),
        (0.4, 0.6, 0.1),
    ],
    ids=["undated", "tied", "partly dated", "to come", "to come, in order", "within a millisecond"],
)
async def test_items_that_dates_do_not_put_in_order_keep_that_of_the_whole(
    news: Newspaper, clock: Clock, ages: tuple[float | None, ...], *, rises: bool
) -> None:
    """The document shows the newest first, or last; of these items alone, that could not be told."""
    posts = old(clock)
    await news.look(*posts)
    dates = [None if age is None else clock.ms - age for age in ages]
    posts = [*(Post(name, at) for name, at in zip("cba", dates, strict=True)), *posts]
    await news.look(*posts[:: -1 if rises else 1])
    assert await news.handed() == ["Title a", "Title b", "Title c"]


async def test_new_items_of_one_second_are_read_alone_where_they_stand_in_front(
    news: Newspaper, clock: Clock
) -> None:
    posts = old(clock)
    await news.look(*posts)
    posts = [Post("b", clock.ms), Post("a", clock.ms), *posts]
    await news.look(*posts)
    await news.look(*posts, Post("d", clock.ms - 30 * HOUR_MS), Post("c", clock.ms - 30 * HOUR_MS))
    assert news.reader.sizes == [len(posts) - 2, 2, 2, len(posts) + 2]
    assert await news.handed() == ["Title a", "Title b", "Title c", "Title d"]


async def test_a_document_is_read_whole_again_after_most_of_a_day(news: Newspaper, clock: Clock) -> None:
    posts = old(clock)
    await news.look(*posts)
    for number, hours in enumerate((1, 18, 2, 1)):
        clock.forward(hours * HOUR_MS)
        posts.insert(0, Post(f"new{number}", clock.ms))
        await news.look(*posts)
    assert news.reader.sizes == [6, 1, 1, 9, 1]


async def test_what_was_shown_within_a_day_is_never_forgotten(
    news: Newspaper, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However soon after a whole reading it goes, and however much else comes: a thousand items a day."""
    monkeypatch.setattr("bot.looking.PAGES_MOST", 0)
    flickering = Post("flickering", clock.ms - HOUR_MS)
    count, posts = 0, old(clock, 3)

    def more(new: int) -> list[Post]:
        nonlocal count
        count += new
        names = range(count, count - new, -1)
        return [Post(f"n{number}", clock.ms - 1000 * (count - number)) for number in names]

    await news.look(flickering, *posts)
    places = keys.seen_young(news.id), keys.seen_old(news.id)
    await news.redis.sadd(places[0], *range(1, 4100))
    clock.forward(25 * HOUR_MS)
    posts = more(4)
    await news.look(flickering, *posts)
    assert await news.redis.exists(*places) == 1, "the generations have changed places"
    await news.handed()
    for _ in range(3):
        clock.forward(6 * HOUR_MS)
        posts = [*more(3), *posts]
        await news.look(flickering, *posts)
    await news.redis.sadd(places[0], *range(1, 4100))
    clock.forward(7 * HOUR_MS)
    posts = [*more(3), *posts]
    await news.look(*posts)
    assert news.reader.sizes[-1] == len(posts), "read whole, without it"
    await news.handed()
    clock.forward(MINUTE)
    await news.look(flickering, *posts)
    assert await news.handed() == []


async def test_lost_memory_floods_nobody(news: Newspaper, clock: Clock) -> None:
    posts = old(clock)
    await news.look(*posts)
    await news.redis.delete(keys.seen_young(news.id), keys.seen_old(news.id))
    posts = [Post("new", clock.ms), *posts]
    assert (await news.look(*posts)).new_items == 0
    assert [one.id for one in news.lost] == [news.id]
    assert news.reader.sizes == [6, 1, 7], "a part is no first look"
    posts = [Post("newer", clock.ms + 1), *posts]
    assert (await news.look(*posts)).new_items == 1
    assert await news.handed() == ["Title newer"]


Meanwhile = Callable[[], Any]


def between(news: Newspaper, meanwhile: Meanwhile) -> None:
    """Let something happen while the web answers, once."""
    get = news.web.get

    async def slowly(url: str, validators: Validators = NOTHING) -> Answer:
        news.web.get = get  # type: ignore[method-assign]
        answer = await get(url, validators)
        await meanwhile()
        return answer

    news.web.get = slowly  # type: ignore[assignment]  # it is asked for feeds alone


async def again(news: Newspaper) -> None:
    await news.leave()
    await news.follow()


@pytest.mark.parametrize("new", [0, 1, 9])
async def test_a_feed_left_and_followed_again_in_the_middle_of_a_look_begins_anew(
    news: Newspaper, clock: Clock, new: int
) -> None:
    """Nothing from before is handed on, and nothing from after waits for a look that is hours away."""
    posts = old(clock)
    await news.look(*posts)
    posts = [*(Post(f"new{number}", clock.ms - number) for number in range(new)), *posts]
    between(news, lambda: again(news))
    await news.look(*posts, note="later")
    assert await news.handed() == []
    if not (await news.feed()).seeded:
        assert await news.store.feeds.next_due_ms() == clock.ms
        await news.look(*posts)
    assert await news.handed() == []
    await news.look(Post("newest", clock.ms + 1), *posts)
    assert await news.handed() == ["Title newest"]


async def test_a_feed_left_in_the_middle_of_a_look_hands_nothing_on_and_is_due_no_more(
    news: Newspaper, clock: Clock
) -> None:
    posts = old(clock)
    await news.look(*posts)
    between(news, news.leave)
    await news.look(Post("new", clock.ms), *posts)
    assert await news.handed() == []
    assert await news.store.feeds.next_due_ms() is None


async def test_a_look_that_breaks_forgets_what_would_hide_the_document(news: Newspaper, clock: Clock) -> None:
    posts = old(clock)
    await news.look(*posts)
    read = news.reader.read

    async def stumble(*_: object) -> Any:
        raise RuntimeError("a bug")

    news.reader.read = stumble  # type: ignore[assignment, method-assign]
    assert (await news.look(Post("new", clock.ms), *posts)).outcome is Outcome.FAILED
    assert (await news.feed()).validators == Validators()
    news.reader.read = read  # type: ignore[method-assign]
    assert (await news.looker.look(news.id)).new_items == 1


async def test_a_cancelled_look_is_taken_again_in_full(news: Newspaper, clock: Clock) -> None:
    posts = old(clock)
    await news.look(*posts)
    before = await news.feed()
    read, reading = news.reader.read, asyncio.Event()

    async def hang(*_: object) -> Any:
        reading.set()
        await asyncio.Event().wait()

    news.reader.read = hang  # type: ignore[assignment, method-assign]
    look = asyncio.create_task(news.look(Post("new", clock.ms), *posts))
    await reading.wait()
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    assert await news.feed() == before
    news.reader.read = read  # type: ignore[method-assign]
    await news.looker.look(news.id)
    assert await news.handed() == ["Title new"]


# What hubs push


async def test_a_pushed_item_is_handed_on_once_and_not_again_by_the_next_poll(
    news: Newspaper, clock: Clock
) -> None:
    posts = old(clock)
    await news.look(*posts)
    new = Post("new", clock.ms)
    assert (await news.push(new)).new_items == 1
    assert await news.handed() == ["Title new"]
    assert (await news.push(new)).outcome is Outcome.UNCHANGED
    assert (await news.look(new, *posts)).outcome is Outcome.UNCHANGED
    respelled = replace(new, guid="id-new", text="new ")
    assert (await news.look(respelled, *posts)).new_items == 0
    assert await news.handed() == []
    assert len(news.web.asked) == 3, "no push made us ask"


async def test_of_a_push_of_known_and_new_items_the_new_are_handed_on(news: Newspaper, clock: Clock) -> None:
    posts = old(clock)
    await news.look(*posts)
    asked = len(news.web.asked)
    assert (await news.push(Post("new", clock.ms), *posts[:2])).new_items == 1
    assert len(news.web.asked) == asked
    edited = replace(posts[0], text="another text")
    news.publish(Post("newer", clock.ms), Post("new", clock.ms), edited, *posts[1:])
    assert (await news.push(Post("newer", clock.ms), edited)).new_items == 1
    assert len(news.web.asked) == asked + 1, "an item that was changed is judged by the whole document"
    assert await news.handed() == ["Title new", "Title newer", "Title old0*"]


@pytest.mark.parametrize(
    "body", [b"", b"<html><title>Oops</title></html>", paper([]), b"{", b"<rss><channel><item>"]
)
async def test_a_push_that_tells_nothing_makes_us_ask(news: Newspaper, clock: Clock, body: bytes) -> None:
    posts = old(clock)
    await news.look(*posts)
    news.publish(Post("new", clock.ms), *posts)
    assert (await news.push(body=body)).new_items == 1
    assert await news.handed() == ["Title new"]


async def test_an_item_that_the_parser_does_not_find_in_a_push_is_not_taken_for_known(
    news: Newspaper, clock: Clock
) -> None:
    posts = old(clock)
    await news.look(*posts)
    new = [Post("one", clock.ms - 9), Post("two", clock.ms)]
    read = news.reader.read

    async def half(*told: Any) -> Any:
        document = await read(*told)
        return replace(document, items=document.items[:1])

    news.reader.read = half  # type: ignore[assignment, method-assign]
    news.publish(*posts)
    await news.push(*new)
    news.reader.read = read  # type: ignore[method-assign]
    await news.look(*new, *posts)
    assert sorted(await news.handed()) == ["Title one", "Title two"]


async def test_a_push_for_a_feed_that_is_not_seeded_or_gone(news: Newspaper, clock: Clock) -> None:
    posts = old(clock)
    news.publish(*posts)
    assert (await news.push(Post("new", clock.ms))).new_items == 0
    assert news.reader.sizes == [6], "the first look is at the feed itself"
    await news.store.feeds.forget(news.id)
    assert (await news.push(Post("new", clock.ms))).outcome is Outcome.FORGOTTEN


async def test_a_hub_that_pushes_for_ever_leaves_no_heap_of_marks(
    news: Newspaper, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.looking.STALE_TIMES", 3)
    monkeypatch.setattr("bot.looking.STALE_MOST", 10)
    posts = old(clock)
    await news.look(*posts)
    most = 0
    for number in range(10):
        posts = [Post(f"new{number}", clock.ms), *posts[:5]]
        # Some hubs push what is new, and others the whole document.
        assert (await news.push(*posts[: 1 + number % 2 * 5])).new_items == 1
        assert (await news.look(*posts, note=str(number))).new_items == 0
        most = max(most, len((await news.feed()).marks))
        clock.forward(MINUTE)
    assert most <= MARK * (3 * 6 + 10)
    assert len(await news.handed()) == 10


async def test_a_feeds_hub_is_offered_when_it_is_named_and_withdrawn_when_it_is_not(
    news: Newspaper, clock: Clock
) -> None:
    posts = old(clock)
    await news.look(*posts)
    assert await news.store.pushes.claim(8, MINUTE) == []
    for number in range(2):
        posts.insert(0, Post(f"new{number}", clock.ms + number))
        await news.look(*posts, hub=HUB)
    assert news.reader.sizes[1:] == [1, 1], "a part tells of it, too"
    (push,) = await news.store.pushes.claim(8, MINUTE)
    assert (push.feed, push.hub, push.topic) == (news.id, HUB, news.url)
    await news.look(Post("last", clock.ms + 9), *posts)
    assert not await news.redis.exists(keys.push(news.id))
    assert (await news.feed()).hub == ""
