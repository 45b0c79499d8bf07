"""The way of one item: by its link or by our message of it, whatever became of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import searching
from bot.chat.replies import LANGUAGES
from bot.fetch.answer import Failure
from bot.items import Alert, ChatId, FeedId, Hit, Item, ItemId, StoredItem
from bot.pacing import Why
from bot.pacing.rhythm import Rhythm, pack, write
from bot.playground.playground import Playground
from bot.store import fields, keys
from bot.store.client import Store
from bot.store.outbox import Letter
from bot.store.words import Everything
from tests.archiving import take_in
from tests.chatting import FEED, NOW, Stage, Web, conversation, items
from tests.choosing import follow
from tests.conftest import Clock

HOUR, DAY = 3600, 86_400
HOUR_MS, DAY_MS = HOUR * 1000, DAY * 1000
WRITTEN = NOW + timedelta(seconds=20)
EN, ZH = LANGUAGES["en"].finding, LANGUAGES["zh"].finding


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


async def news(stage: Stage, clock: Clock, **how: Any) -> StoredItem:
    """Publish an item in the first feed that the reader follows, two minutes after it was written."""
    (wish, *_) = await stage.store.chats.subscriptions(ChatId(stage.world.user.id))
    feed = await stage.store.feeds.get(wish.feed)
    assert feed
    clock.forward(200_000)
    item = Item(
        guid="n", title="Tea is served", link="https://www.news.example/tea?utm_source=rss", published=WRITTEN
    )
    await take_in(stage.store, clock, replace(feed, seeded=True), [replace(item, **how)])
    (stored,) = await stage.store.archive.latest([wish.feed], offset=0, limit=1)
    return stored


async def lay(stage: Stage, stored: StoredItem, chat: int | None = None) -> None:
    await stage.store.outbox.lay(stored.id, stored.order_ms, [Letter(ChatId(chat or stage.world.user.id))])


@pytest.mark.parametrize(
    "link",
    [
        "https://news.example/tea",
        "http://www.news.example/tea/",
        "news.example/tea?utm_campaign=x&fbclid=1",
        "https://www.news.example/tea?utm_source=rss#utm_source=mail",
    ],
)
async def test_an_item_is_found_by_its_link_however_it_is_written(
    stage: Stage, clock: Clock, link: str
) -> None:
    await follow(stage, count=1)
    stored = await news(stage, clock)
    await lay(stage, stored)
    said = (await stage.ask(stage.world.user, f"/why {link}")).text.split("\n")
    assert said == [
        "Tea is served",
        "From The Gazette.",
        f"Published {WRITTEN:%Y-%m-%d %H:%M:%S} UTC, noticed {_noticed(stored)} UTC: 3 min later.",
        "It waits to be sent, as number 1 of 1. Telegram sets the pace; no need to act.",
    ]


def _noticed(stored: StoredItem) -> str:
    assert stored.item.published
    late = stored.noticed_ms / 1000 - WRITTEN.timestamp()
    return f"{WRITTEN.fromtimestamp(WRITTEN.timestamp() + late, WRITTEN.tzinfo):%Y-%m-%d %H:%M:%S}"


async def test_a_reply_to_our_message_tells_the_way_of_its_item(stage: Stage, clock: Clock) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    sample = stage.world.messages(me)[-1]
    said = await stage.ask(me, "/why", reply_to=sample.id)
    assert f"Sent as message {sample.id}." in said.text
    assert said.text.startswith("The number 2\nFrom The Gazette.")
    answer = await stage.ask(me, "/why", reply_to=said.id)
    assert answer.text.startswith("I know of no item behind that message")
    assert "/why and the link of an item" in (await stage.ask(me, "/why")).text
    feed = (await stage.store.chats.subscriptions(ChatId(me.id)))[0].feed
    await stage.store._door.do("HSET", keys.pieces(ChatId(me.id)), f"{feed}.abcdefghijk", "77777 88888")
    assert await stage.store.traces.item_of(ChatId(me.id), 88888) == f"{feed}.abcdefghijk"
    assert await stage.store.traces.item_of(ChatId(me.id), 0) is None


async def test_an_alert_of_another_chat_that_is_told_here_can_be_ended_here(
    stage: Stage, clock: Clock
) -> None:
    me, hall = stage.world.user, stage.world.add_supergroup("Hall")
    await follow(stage, count=1)
    stored = await news(stage, clock)
    here, there = ChatId(me.id), ChatId(hall.id)
    for also in (here, None):
        await stage.store.alerts.add(Alert(0, there, "served", name="Tea time", also=also, topic=7))
    hit = Hit(1, "served", ("served",), "Tea time", owner=there)
    await stage.store._door.do("HSET", keys.hits(here), stored.id, f"[{fields.of_hit(hit)}]")
    said = await stage.ask(me, "/why https://news.example/tea")
    assert "Told here for an alert of another chat: “Tea time”." in said.text
    assert "Hall" not in said.text
    forged = stage.world.telegram.press(me, said, f"E:{here}:{there}:2")
    assert await stage.world.wait_for_answer(forged) == EN.why_untold
    assert [one.topic for one in await stage.store.alerts.of(there)] == [7, 7]
    for _ in range(2):
        press = await stage.press(said, EN.why_untell.format(alert="Tea time"))
        assert (press.answer or {}).get("text") == EN.why_untold
    first, second = await stage.store.alerts.of(there)
    assert (first.also, first.topic, second.topic) == (None, None, 7)


async def test_alerts_and_the_filter_that_kept_it_back_are_told(stage: Stage, clock: Clock) -> None:
    me = ChatId(stage.world.user.id)
    await follow(stage, count=1)
    await stage.ask(stage.world.user, "/filter not tea")
    stored = await news(stage, clock)
    await stage.store.alerts.add(Alert(0, me, "served"))
    await stage.store.filtered.note(stored.id, [(me, "not")])
    said = (await stage.ask(stage.world.user, "/why https://news.example/tea")).text
    assert "Alerts that it matches: “served”." in said
    assert "Kept back by the filter not “tea”. /filter changes that." in said
    assert "1 kept back in 7 days" in (await stage.ask(stage.world.user, "/filter")).text
    await stage.store.outbox.note_sent(me, stored.id, 99)
    said = (await stage.ask(stage.world.user, "/why https://news.example/tea")).text
    assert said.endswith("Kept back by the filter not “tea”. /filter changes that.\nSent as message 99.")
    await stage.store.alerts.remove(me, 1)
    await stage.store.alerts.add(Alert(0, me, "coffee"))
    said = (await stage.ask(stage.world.user, "/why https://news.example/tea")).text
    assert "It matches no alert of the 1 here." in said


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ("unsubscribed", "the feed was left before it was its turn"),
        ("the same story came from another feed", "another feed had told the same story"),
        ("Telegram refuses it: message is odd", "Telegram refuses it: message is odd."),
        (
            "given up after 8 attempts that ended without a word",
            "Telegram gave no answer, however often it was tried",
        ),
        ("something of a later day", "something of a later day."),
    ],
)
async def test_why_an_item_was_parked_is_told(stage: Stage, clock: Clock, why: str, says: str) -> None:
    me = ChatId(stage.world.user.id)
    await follow(stage, count=1)
    stored = await news(stage, clock)
    await stage.store._door.do("HSET", keys.parked(me), stored.id, why)
    said = (await stage.ask(stage.world.user, "/why https://news.example/tea")).text
    assert f"Not sent: {says}" in said


async def test_what_was_there_before_or_is_on_its_way_or_forgotten_is_told_apart(
    stage: Stage, clock: Clock
) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    (wish,) = await stage.store.chats.subscriptions(ChatId(me.id))
    later = wish.created_ms + 1
    await stage.store.chats.update(wish.chat, wish.feed, lambda now: replace(now, created_ms=later))
    said = (await stage.ask(me, "/why https://news.example/the/1")).text
    assert "it was there before this chat followed the feed" in said
    await news(stage, clock)
    assert "It is on its way" in (await stage.ask(me, "/why news.example/tea")).text
    clock.forward(500_000)
    assert "I have no note of what became of it" in (await stage.ask(me, "/why news.example/tea")).text
    await stage.store.chats.update(wish.chat, wish.feed, lambda now: replace(now, paused=True))
    assert "this feed is paused here" in (await stage.ask(me, "/why news.example/tea")).text


async def test_an_item_without_a_time_and_one_at_once_are_told_so(stage: Stage, clock: Clock) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    await news(stage, clock, published=None)
    assert "Its feed tells no time; noticed " in (await stage.ask(me, "/why news.example/tea")).text


async def test_an_item_that_was_not_seen_tells_how_its_feed_does(stage: Stage, clock: Clock) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    said = (await stage.ask(me, "/why https://news.example/never-seen")).text
    assert said.startswith("I have no item with the link https://news.example/never-seen")
    assert said.endswith("\n\nOf that site:\nThe Gazette · looked at just now · next look within a minute")
    feed = await stage.store.feeds.find(FEED)
    assert feed
    ill = replace(feed, failures=3, trouble=Failure.TOO_SLOW.value, ok_ms=clock.ms - 7_200_000)
    await stage.store.feeds.finish(ill, due_ms=clock.ms + 600_000)
    said = (await stage.ask(me, "/why https://news.example/never-seen")).text
    assert said.endswith(" · ⚠ too slow to answer, last read 2 h ago · next look in 10 min")
    said = (await stage.ask(me, "/why https://elsewhere.example/x")).text
    assert "None of the feeds here is of that site. /sub https://elsewhere.example/x" in said


async def test_of_a_site_with_many_feeds_five_are_told_of_in_a_line_each(stage: Stage) -> None:
    me = stage.world.user
    for n in range(7):
        stage.web.publish(f"https://news.example/feed/{n}", f"Part {n}", items(1))
        await stage.ask(me, f"/sub https://news.example/feed/{n}", more=2)
    said = (await stage.ask(me, "/why https://news.example/never-seen")).text
    head, _, lines = said.partition("\n\n")
    assert head.startswith("I have no item")
    site, *feeds, more = lines.split("\n")
    assert (site, len(feeds), more) == ("Of that site:", 5, "… and 2 more; /list shows how all feeds are.")
    assert all(" · looked at just now · next look " in one for one in feeds)


async def test_where_time_ran_out_it_is_said_that_not_all_was_looked_at(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = stage.world.user
    stage.web.publish(FEED, "The Gazette", items(20))
    await stage.ask(me, f"/sub {FEED}", more=2)
    monkeypatch.setattr(searching, "SEARCH_S", 0.0)
    said = (await stage.ask(me, "/why https://news.example/story/99")).text
    assert said.startswith("I have no item with the link")
    monkeypatch.setattr("bot.searching.Sieve", lambda _: Everything())
    said = (await stage.ask(me, "/why https://news.example/story/99")).text
    assert "there are more than I can look through. Reply with /why to its message" in said


async def test_a_channels_message_is_linked_and_its_way_told_to_its_administrators(
    stage: Stage, clock: Clock
) -> None:
    me, channel = stage.world.user, stage.world.add_channel("Front page", username="front_page")
    closed = stage.world.add_channel("Closed")
    for chat, name in ((channel, "@front_page"), (closed, str(closed.id))):
        await follow(stage, name, count=1)
        (wish,) = await stage.store.chats.subscriptions(ChatId(chat.id))
        (stored, *_) = await stage.store.archive.latest([wish.feed], offset=0, limit=1)
        await stage.store.outbox.note_sent(ChatId(chat.id), stored.id, 17)
        said = await stage.ask(me, f"/why {name} {stored.item.link}")
        place = "front_page" if chat is channel else f"c/{-1_000_000_000_000 - chat.id}"
        assert f"Sent as t.me/{place}/17." in said.text
    other = stage.world.add_user("Other")
    said = await stage.ask(other, "/why @front_page https://news.example/the/2")
    assert "administrators of @front_page" in said.text
    group = stage.world.add_supergroup()
    await stage.ask(group, f"/sub {FEED}", more=2)
    assert "From The Gazette." in (await stage.ask(group, "/why news.example/the/2", user=other)).text


async def test_in_chinese_too(stage: Stage, clock: Clock) -> None:
    ann = stage.world.add_user("安", language="zh-hans")
    assert "/why 加消息的链接" in (await stage.ask(ann, "/why")).text
    assert "还没有订阅" in (await stage.ask(ann, "/why https://news.example/x")).text
    stage.web.publish(FEED, "公报", items(2))
    await stage.ask(ann, f"/sub {FEED}", more=2)
    assert "属于该网站的订阅：\n公报 · 上次查看：刚刚" in (await stage.ask(ann, "/why news.example/x")).text
    said = (await stage.ask(ann, "/why news.example/story/2")).text
    assert said.startswith("Story number 2\n来自 公报。\n发布于 ")
    assert "已送出，消息编号" in said


async def test_nothing_odd_breaks_it(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage, count=1)
    for text in ("/why http://", "/why https://x.example/" + "a" * 3900, "/why ☃.example", "/why x"):
        assert (await stage.ask(me, text)).text
    assert await stage.store.traces.of(ChatId(1), ItemId("a.b")) == replace(
        await stage.store.traces.of(ChatId(2), ItemId("a.b"))
    )
    assert await stage.store.traces.next_look_ms(FeedId("none")) is None


@pytest.mark.parametrize("named", ["1", "gazette", FEED])
async def test_a_feed_tells_its_rhythm_and_why_it_is_looked_at_when_it_is(
    stage: Stage, clock: Clock, named: str
) -> None:
    me = stage.world.user
    await follow(stage)
    (wish, *_) = await stage.store.chats.subscriptions(ChatId(me.id))
    feed = await stage.store.feeds.get(wish.feed)
    assert feed
    now_ms = await stage.store.now_ms()
    hours = Rhythm(newest=1, last=1, since_h=now_ms // HOUR_MS - 500)
    for day in range(30):
        for hour in (8, 9, 10):
            hours.count((now_ms // DAY_MS - day) * DAY + hour * HOUR + 300)
    feed = replace(feed, rhythm=write(pack(hours)), rate_per_day=3.0, wait_why=Why.CALM.value)
    await stage.store.feeds.finish(feed, now_ms + 40 * 60_000)
    said = (await stage.ask(me, f"/why {named}")).text.split("\n")
    assert said[0] == "The Gazette"
    assert said[2] == "It publishes: about 3 a day, mostly 8–11 h, about minute :04."
    assert said[-1].startswith("Next look at ")
    assert said[-1].endswith(" min, because it seldom has news until then.")
    answer = await stage.ask(me, "/why no such paper")
    assert answer.text.startswith("No feed here is called “no such paper”. Send /why and a number of /list,")


def test_every_reason_of_a_look_is_told_in_every_language() -> None:
    for texts in LANGUAGES.values():
        assert set(texts.finding.why_feed_reasons) == {one.value for one in Why}
