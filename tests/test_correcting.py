"""Corrections reach the messages that were sent; one story comes once."""

import asyncio
from dataclasses import replace

import pytest

from bot.deliver import courier
from bot.deliver.correcting import Corrector
from bot.deliver.letters import Letters
from bot.deliver.outcome import ChatLost, Down, Edited, Halt, NotOurs, Sent, Unchanged, Unclear, Wait
from bot.deliver.standing import Standing
from bot.items import Chat, ChatId, ChatKind, Hit, Item, ItemId, StoredItem, Style, Subscription, Taste
from bot.store.client import Store
from bot.store.outbox import Letter
from tests.conftest import Clock
from tests.posting import ANN, GROUP, MINUTE, SETTINGS, Post


@pytest.fixture
async def post(store: Store, clock: Clock) -> Post:
    """A post that has sent one item to two chats, and whose feed has corrected its title since."""
    made = Post(store, clock)
    await made.subscribe(ANN, GROUP)
    for chat in (ANN, GROUP):
        await store.chats.save(Chat(chat, corrections=True))
    item = await made.lay(1, ANN, GROUP)
    await made.turn()
    stored = made.news.items[item]
    made.news.items[item] = replace(stored, item=replace(stored.item, title="Item one, corrected"))
    made.sender.edit_reply = lambda _, message_id: Sent(message_id)
    await made.store.edits.lay(item, "text", [ANN, GROUP])
    return made


def corrector(post: Post, refused: list[str] | None = None, *, standing: Standing | None = None) -> Corrector:
    async def halt(why: str) -> None:
        if refused is not None:
            refused.append(why)

    letters = Letters(post.news, post.store.outbox, SETTINGS)
    standing = post.standing if standing is None else standing
    return Corrector(post.store.edits, post.store.outbox, letters, post.sender, halt, standing)


async def correct(post: Post, *, for_ms: int = 0, standing: Standing | None = None) -> None:
    """Edit whatever may be edited, for so long, by a worker that knows what is ``standing``."""
    made, end_ms = corrector(post, standing=standing), post.clock.ms + for_ms
    while True:
        for claim in await made.claim(10):
            await made.correct(claim)
        if post.clock.ms >= end_ms:
            return
        post.clock.forward(1_000)


async def test_a_correction_is_edited_into_every_message_once(post: Post) -> None:
    await correct(post, for_ms=5 * MINUTE)
    assert {(chat, message.text.text.splitlines()[0]) for chat, _, message, _ in post.sender.edited} == {
        (ANN, "Item one, corrected"),
        (GROUP, "Item one, corrected"),
    }
    assert len(post.sender.edited) == 2


async def told(post: Post, title: str, summary: str = "") -> None:
    """Let the feed tell its item so, and what was sent follow."""
    item, stored = next(iter(post.news.items.items()))
    summary = summary and f"<p>{summary}</p>"
    post.news.items[item] = replace(stored, item=replace(stored.item, title=title, summary_html=summary))
    await post.store.edits.lay(item, "text", [ANN, GROUP])


async def test_what_stands_already_is_not_edited_again(post: Post) -> None:
    await post.store.chats.save(Chat(ANN, corrections=True, taste=Taste(Style.HEADLINE)))
    await correct(post, for_ms=MINUTE)
    assert len(post.sender.edited) == 2
    await told(post, "Item one, corrected", "Another lead, which only one of the two chats shows.")
    await correct(post, for_ms=MINUTE)
    assert [chat for chat, *_ in post.sender.edited[2:]] == [GROUP]
    assert await post.store.edits.claim(9, 1) == ()


async def test_a_correction_that_is_taken_back_before_its_edit_changes_nothing(post: Post) -> None:
    await told(post, "Item 1")
    await correct(post, for_ms=MINUTE)
    assert post.sender.edited == []


async def test_what_another_worker_has_edited_or_tried_to_is_edited_back(post: Post) -> None:
    post.sender.edit_reply = lambda chat, at: Sent(at) if chat == ANN else Unclear("no answer")
    await correct(post, standing=Standing())
    await told(post, "Item 1")
    post.sender.edit_reply = lambda _, at: Sent(at)
    await correct(post, for_ms=MINUTE)
    assert sorted(
        (chat, message.text.text.splitlines()[0]) for chat, _, message, _ in post.sender.edited[2:]
    ) == [
        (GROUP, "Item 1"),
        (ANN, "Item 1"),
    ]


async def test_a_new_picture_is_put_in_whatever_the_words(post: Post) -> None:
    await told(post, "Item 1")
    await post.store.edits.lay(next(iter(post.news.items)), "media", [ANN])
    await correct(post, for_ms=MINUTE)
    assert [(chat, new_picture) for chat, _, _, new_picture in post.sender.edited] == [(ANN, True)]


async def test_of_an_item_of_several_messages_those_are_edited_that_say_something_else(
    store: Store, clock: Clock
) -> None:
    post = Post(store, clock)
    await post.subscribe(ANN)
    await store.chats.save(Chat(ANN, corrections=True, taste=Taste(Style.FULL, split=True)))
    item = await post.lay(1, ANN)
    text = [f"<p>Paragraph {number} has some words. {'And more of them. ' * 40}</p>" for number in range(20)]
    stored = post.news.items[item]
    post.news.items[item] = replace(stored, item=replace(stored.item, content_html="".join(text)))
    await post.work(MINUTE)
    count = len(post.sender.arrived)
    assert count > 2
    post.sender.edit_reply = lambda _, message_id: Sent(message_id)
    await told(post, "Item 2")
    await correct(post, for_ms=MINUTE)
    assert [message_id for _, message_id, *_ in post.sender.edited] == [1]


@pytest.mark.parametrize("trouble", [Wait(90), Down("no route"), Unclear("no answer")])
async def test_an_edit_that_met_trouble_is_tried_again(post: Post, trouble: Edited) -> None:
    post.sender.edit_reply = lambda *_: trouble
    await correct(post)
    post.sender.edit_reply = lambda _, message_id: Sent(message_id)
    await correct(post, for_ms=5 * MINUTE)
    assert [chat for chat, *_ in post.sender.edited[2:]] == [chat for chat, *_ in post.sender.edited[:2]]


async def test_an_edit_that_never_gets_an_answer_is_tried_ever_later_and_soon_without_its_picture(
    post: Post,
) -> None:
    await post.store.edits.lay(next(iter(post.news.items)), "media", [ANN])
    post.sender.edit_reply = lambda *_: Unclear("no answer")
    await correct(post, for_ms=60 * MINUTE)
    pictures = [new_picture for chat, _, _, new_picture in post.sender.edited if chat == ANN]
    assert 5 <= len(pictures) <= 9
    assert pictures == [True, True] + [False] * (len(pictures) - 2)
    post.sender.edit_reply = lambda _, message_id: Sent(message_id)
    await correct(post, for_ms=60 * MINUTE)
    assert await post.store.edits.claim(9, 1) == ()


async def test_during_a_flood_wait_nothing_is_sent_to_the_chat_either(post: Post) -> None:
    post.sender.edit_reply = lambda *_: Wait(90)
    await correct(post)
    await post.lay(2, ANN)
    await post.work(85_000)
    assert post.sender.titles(ANN) == ["Item 1"]
    await post.work(10_000)
    assert post.sender.titles(ANN) == ["Item 1", "Item 2"]


@pytest.mark.parametrize(
    "answer", [Unchanged(), NotOurs("message to edit not found", missing=True), ChatLost("kicked")]
)
async def test_an_edit_that_comes_to_nothing_is_over(post: Post, answer: Edited) -> None:
    post.sender.edit_reply = lambda *_: answer
    await correct(post, for_ms=5 * MINUTE)
    assert len(post.sender.edited) == 2


async def test_an_expired_item_and_an_ended_subscription_are_left_as_they_stand(post: Post) -> None:
    await post.store.chats.unsubscribe(ANN, (await post.store.feeds.ensure("https://example.org/feed")).id)
    await correct(post)
    assert [chat for chat, *_ in post.sender.edited] == [GROUP]
    post.news.items.clear()
    await post.store.edits.lay(ItemId("x.y"), "text", [GROUP])
    await correct(post)
    assert len(post.sender.edited) == 1


async def test_a_refused_token_is_told(post: Post) -> None:
    refused: list[str] = []
    post.sender.edit_reply = lambda *_: Halt("Unauthorized")
    made = corrector(post, refused)
    for claim in await made.claim(1):
        await made.correct(claim)
    assert refused == ["Unauthorized"]


async def test_the_alert_that_was_fired_stays_marked(post: Post) -> None:
    hit, told = Hit(1, "corrected", ("corrected",)), ChatId(78)
    await post.store.chats.save(Chat(told, corrections=True))
    item = next(iter(post.news.items))
    await post.store.outbox.lay(item, 1, [Letter(told, (hit,))])
    await post.work(MINUTE)
    await post.store.edits.lay(item, "media", [ANN, told])
    await correct(post, for_ms=MINUTE)
    by_chat = {chat: (message, new_picture) for chat, _, message, new_picture in post.sender.edited}
    message, new_picture = by_chat[told]
    assert "🔔 corrected" in message.text.text
    assert new_picture
    assert "🔔" not in by_chat[ANN][0].text.text, "what an alert did not tell then, it does not tell now"


async def test_the_loop_edits_beside_sending(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "IDLE_S", 0.005)
    stop = asyncio.Event()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(post.a_courier().run(stop))
        while len(post.sender.edited) < 2:  # noqa: ASYNC110  what is awaited has no event of its own
            await asyncio.sleep(0.002)
        stop.set()
    assert (await post.store.outbox.claim(9, 1)).edit_ms is None


TITLE = "Parliament passes the harbour bill"


async def lay_from(post: Post, feed: str, number: int, item: Item, *hits: Hit) -> ItemId:
    """Lay an item of a feed that Ann hears."""
    known = await post.store.feeds.ensure(f"https://{feed}.example/feed")
    await post.store.chats.subscribe(Subscription(ANN, known.id, post.clock.ms))
    item_id = ItemId(f"{known.id}.{number:011d}")
    post.news.items[item_id] = StoredItem(item_id, known.id, item, post.clock.ms, number)
    await post.store.outbox.lay(item_id, number, [Letter(ANN, hits)])
    return item_id


async def a_reader(store: Store, clock: Clock, **choices: bool) -> Post:
    post = Post(store, clock)
    await store.chats.save(Chat(ANN, ChatKind.PRIVATE, **choices))  # type: ignore[arg-type]  # by name
    return post


def sent(post: Post) -> int:
    return len(post.sender.arrived)


async def test_one_story_of_two_feeds_comes_once_by_its_link(store: Store, clock: Clock) -> None:
    post = await a_reader(store, clock)
    await lay_from(post, "one", 1, Item(title="Told by one", link="https://news.example/a?utm_source=one"))
    again = await lay_from(post, "two", 2, Item(title="Told by two", link="http://www.news.example/a/"))
    await post.work(MINUTE)
    assert sent(post) == 1
    assert "another feed" in (await store.outbox.parked(ANN))[again]


async def test_one_story_of_two_feeds_comes_once_by_its_title_for_two_days(
    store: Store, clock: Clock
) -> None:
    post = await a_reader(store, clock)
    await lay_from(post, "one", 1, Item(title=TITLE, link="https://one.example/1"))
    await lay_from(post, "two", 2, Item(title=f"{TITLE.upper()}!", link="https://two.example/2"))
    await post.work(MINUTE)
    assert sent(post) == 1
    clock.forward(49 * 3_600_000)
    await lay_from(post, "two", 3, Item(title=TITLE, link="https://two.example/3"))
    await post.work(MINUTE)
    assert sent(post) == 2


async def test_a_chat_that_wants_all_gets_all(store: Store, clock: Clock) -> None:
    post = await a_reader(store, clock, once=False)
    await lay_from(post, "one", 1, Item(title=TITLE, link="https://one.example/1"))
    await lay_from(post, "two", 2, Item(title=TITLE, link="https://one.example/1"))
    await post.work(MINUTE)
    assert sent(post) == 2


async def test_what_one_feed_tells_twice_is_its_own_affair(store: Store, clock: Clock) -> None:
    post = await a_reader(store, clock)
    await lay_from(post, "two", 0, Item(title="Something else, long enough", link="https://two.example/0"))
    await lay_from(post, "one", 1, Item(title=TITLE, link="https://one.example/live"))
    await lay_from(post, "one", 2, Item(title=TITLE, link="https://one.example/live"))
    await post.work(MINUTE)
    assert sent(post) == 3


@pytest.mark.parametrize(
    ("title", "link"), [("Weather", "https://{}.example/w"), (TITLE[:9], "https://site/")]
)
async def test_short_titles_and_home_pages_tell_no_story(
    store: Store, clock: Clock, title: str, link: str
) -> None:
    post = await a_reader(store, clock)
    for number, feed in enumerate(("one", "two")):
        await lay_from(post, feed, number, Item(title=title, link=link.format(feed)))
    await post.work(MINUTE)
    assert sent(post) == 2


async def test_a_story_that_was_not_sent_hides_none(store: Store, clock: Clock) -> None:
    post = await a_reader(store, clock)
    lost = await lay_from(post, "one", 1, Item(title=TITLE, link="https://one.example/1"))
    await lay_from(post, "two", 2, Item(title=TITLE, link="https://two.example/2"))
    del post.news.items[lost]
    await post.work(MINUTE)
    assert post.sender.titles(ANN) == [TITLE]


async def test_an_alert_is_heard_though_the_story_came_quietly_before(store: Store, clock: Clock) -> None:
    post = await a_reader(store, clock)
    hit = Hit(1, "harbour", ("harbour",))
    await lay_from(post, "one", 1, Item(title=TITLE, link="https://one.example/1"))
    await lay_from(post, "two", 2, Item(title=TITLE, link="https://two.example/2"), hit)
    await lay_from(post, "three", 3, Item(title=TITLE, link="https://three.example/3"), hit)
    await post.work(MINUTE)
    assert sent(post) == 2, "once quietly, once loudly"


async def test_a_story_that_an_alert_told_does_not_come_again_without_it(store: Store, clock: Clock) -> None:
    """As where the alert is to be quiet for a while, or for one of the feeds alone."""
    post = await a_reader(store, clock)
    await lay_from(post, "one", 1, Item(title=TITLE, link="https://one.example/1"), Hit(1, "harbour"))
    await lay_from(post, "two", 2, Item(title=TITLE, link="https://two.example/2"))
    await post.work(MINUTE)
    assert sent(post) == 1


async def test_links_of_a_feed_that_repeats_its_links_tell_no_story(store: Store, clock: Clock) -> None:
    post = await a_reader(store, clock)
    await lay_from(post, "one", 1, Item(title="First of one", link="https://one.example/list"))
    two = await store.feeds.ensure("https://two.example/feed")
    await store.feeds.finish(replace(two, weak_link=True), clock.ms)
    await lay_from(post, "two", 2, Item(title="First of two", link="https://one.example/list"))
    await post.work(MINUTE)
    assert sent(post) == 2


async def test_what_an_alert_of_another_chat_found_comes_once_however_many_feeds_tell_it(
    store: Store, clock: Clock
) -> None:
    post = Post(store, clock)
    await store.chats.save(Chat(ANN, ChatKind.PRIVATE, taste=Taste(Style.HEADLINE, silent=True)))
    hit = Hit(1, "harbour", ("harbour",))
    for number, feed in enumerate(("one", "two")):
        known = await store.feeds.ensure(f"https://{feed}.example/feed")
        item_id = ItemId(f"{known.id}.{number:011d}")
        item = Item(title=TITLE, link=f"https://{feed}.example/1", summary_html="<p>A lead.</p>")
        post.news.items[item_id] = StoredItem(item_id, known.id, item, clock.ms, number)
        await store.outbox.lay(item_id, number, [Letter(ANN, (hit,), alone=True)])
    await post.work(MINUTE)
    ((_, message),) = post.sender.arrived
    assert not message.silent
    assert "lead" not in message.text.text, "in the chat's own taste"
    assert list((await store.outbox.parked(ANN)).values()) == ["the same story came from another feed"]


async def test_what_an_alert_of_another_chat_found_follows_its_corrections(post: Post) -> None:
    other, hit = ChatId(77), Hit(1, "one", ("one",), brief=True)
    await post.store.chats.save(Chat(other, corrections=True))
    item, stored = next(iter(post.news.items.items()))
    await post.store.outbox.lay(item, 1, [Letter(other, (hit,), alone=True)])
    await post.work(MINUTE)
    assert post.sender.titles(other) == ["Item one, corrected"]
    summary = replace(stored.item, title="Item one, corrected again", summary_html="<p>A lead.</p>")
    post.news.items[item] = replace(stored, item=summary)
    await post.store.edits.lay(item, "text", [other])
    await correct(post, for_ms=MINUTE)
    (edited,) = [message.text.text for chat, _, message, _ in post.sender.edited if chat == other]
    assert edited.startswith("Item one, corrected again")
    assert "lead" not in edited, "an alert that wants titles alone has them corrected alone"
    assert edited.endswith("🔔 one")
