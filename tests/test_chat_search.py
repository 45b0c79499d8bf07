"""Search: the newest first, words marked, pages that stay in their place, and what to do where nothing is found."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import pytest

from bot import searching
from bot.chat.replies import LANGUAGES
from bot.items import ChatId, Document
from bot.playground import Message
from bot.playground.playground import Playground
from bot.render.parts import ENTITY_LIMIT, TEXT_LIMIT, units
from bot.store import words
from bot.store.client import Store
from tests.chatting import FEED, Stage, Web, conversation, items
from tests.choosing import follow
from tests.conftest import Clock

EN, ZH = LANGUAGES["en"], LANGUAGES["zh"]


@pytest.fixture
async def stage(store: Store, clock: Clock) -> AsyncIterator[Stage]:
    async with Playground() as world, conversation(store, clock, world=world, web=Web()) as stage:
        yield stage


async def changes(stage: Stage, said: Message, before: str) -> None:
    await stage.world.wait_for(lambda: said.text != before)


def everything(
    sheet: words.Sheet, _sieve: object, since_ms: int, before_ms: int
) -> tuple[list[words.Entry], bool]:
    """Let every signature pass, so that items are read one portion after the other."""
    return words.likely(sheet, words.Everything(), since_ms, before_ms)


async def test_what_is_found_comes_with_source_and_age_and_its_words_marked(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    said = await stage.ask(me, "/search number 2")
    head, _, *lines = said.text.split("\n")
    assert head == "Items with “number 2”"
    assert {line[3:] for line in lines} == {
        "The number 2 · The Gazette · just now",
        "Other number 2 · Other & Sons · just now",
    }
    assert [line[:3] for line in lines] == ["1. ", "2. "]
    kinds = [one.type for one in said.content.entities]
    assert kinds.count("text_link") == 2
    assert kinds.count("underline") == 4
    assert said.buttons == []


async def test_a_word_of_the_body_alone_shows_the_line_around_it(stage: Stage) -> None:
    me = stage.world.user
    body = (
        "<p>" + "Much is said first. " * 20 + "Then the Zebra crosses. " + "And more follows. " * 20 + "</p>"
    )
    stage.web.publish(FEED, "Example News", [replace(items(1)[0], content_html=body)])
    await stage.ask(me, f"/sub {FEED}", more=2)
    said = await stage.ask(me, "/search zebra")
    line = said.text.split("\n")[3]
    assert line.startswith("…")
    assert "Then the Zebra crosses." in line
    assert len(line) <= 141
    marked = next(one for one in said.content.entities if one.type == "underline")
    assert (
        said.text.encode("utf-16-le")[2 * marked.offset :][: 2 * marked.length].decode("utf-16-le") == "Zebra"
    )


async def test_a_word_is_marked_in_a_title_that_says_where_it_may_be_broken(stage: Stage) -> None:
    me = stage.world.user
    stage.web.publish(FEED, "Example News", [replace(items(1)[0], title="Die Zentral\u00adbank tagt")])
    await stage.ask(me, f"/sub {FEED}", more=2)
    for query in ("zentralbank", "zentral\u00adbank"):
        said = await stage.ask(me, f"/search {query}")
        assert underlined(said) == {"Zentral\u00adbank"}


def underlined(said: Message) -> set[str]:
    told = said.text.encode("utf-16-le")
    return {
        told[2 * one.offset :][: 2 * one.length].decode("utf-16-le")
        for one in said.content.entities
        if one.type == "underline"
    }


async def test_the_line_shown_has_the_word_itself_not_one_that_begins_like_it(stage: Stage) -> None:
    body = "<p>In theory they thaw. " + "Much else is said. " * 20 + "Here the river rises.</p>"
    stage.web.publish(FEED, "Example News", [replace(items(1)[0], title="Ice", content_html=body)])
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    said = await stage.ask(stage.world.user, "/search the")
    assert "Here the river rises." in said.text
    assert underlined(said) == {"the"}


async def test_the_line_shown_does_not_tell_a_summary_twice(stage: Stage) -> None:
    story = replace(
        items(1)[0], summary_html="<p>A zebra.</p>", content_html="<p>A zebra.</p><p>It crosses.</p>"
    )
    stage.web.publish(FEED, "Example News", [story])
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    said = await stage.ask(stage.world.user, "/search zebra")
    assert said.text.split("\n")[3] == "A zebra. It crosses."


async def test_a_word_of_the_tags_alone_shows_the_tags(stage: Stage) -> None:
    stage.web.publish(FEED, "Example News", [replace(items(1)[0], tags=("Lake", "Energy policy"))])
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    said = await stage.ask(stage.world.user, "/search energy")
    assert said.text.split("\n")[3] == "# Lake, Energy policy"
    assert underlined(said) == {"Energy"}


@pytest.mark.parametrize("command", ["/list", "/filter", "/alerts", "/latest"])
async def test_lines_with_words_from_right_to_left_keep_their_own_direction(
    stage: Stage, command: str
) -> None:
    port = replace(items(1)[0], title="الميناء")
    stage.web.publish(FEED, "صحيفة المرفأ", [port])
    await stage.ask(stage.world.user, f"/sub {FEED}", more=2)
    await stage.ask(stage.world.user, "/alert البحر")
    (line,) = (
        one for one in (await stage.ask(stage.world.user, command)).text.split("\n") if one.startswith("1. ")
    )
    words, _, rest = line.removeprefix("1. \u200e").partition("\u200e")
    assert words in {"صحيفة المرفأ", "البحر", "الميناء"}
    assert rest.startswith(" · ")


async def test_pages_are_turned_in_place_and_new_items_do_not_shift_them(stage: Stage, clock: Clock) -> None:
    me = stage.world.user
    stage.web.publish(FEED, "Example News", items(12))
    await stage.ask(me, f"/sub {FEED}", more=2)
    said = await stage.ask(me, "/search story")
    assert said.buttons == [EN.older]
    (feed,) = [one.feed for one in await stage.store.chats.subscriptions(me.id)]  # type: ignore[arg-type]
    clock.forward(60_000)
    stage.web.publish(FEED, "Example News", items(14))
    for one in (EN.older, EN.older):
        before = said.text
        await stage.press(said, one)
        await changes(stage, said, before)
    assert "12. Story number 1 " in said.text
    assert said.buttons == [EN.newer]
    await stage.press(said, EN.newer)
    await stage.becomes(said, "6. Story number 7 ")
    await stage.press(said, EN.newer)
    await stage.becomes(said, "1. Story number 12 ")
    assert said.buttons == [EN.finding.search_newest, EN.older]
    await stage.press(said, EN.finding.search_newest)
    await stage.world.wait_for(lambda: said.buttons == [EN.older])
    assert feed


async def test_nothing_found_says_what_else_to_try(stage: Stage) -> None:
    me = stage.world.user
    assert (await stage.ask(me, "/search tea")).text == EN.list_empty
    await follow(stage)
    assert "/search interest rates" in (await stage.ask(me, "/search")).text
    said = (await stage.ask(me, "/search quasar")).text
    assert said.startswith("No item of the last 7 days holds “quasar”.")
    assert "/alert and the same words" in said
    said = (await stage.ask(me, "/search " + "x" * 2000)).text
    assert said.startswith("I can't search for this: This query is too long")


@pytest.mark.parametrize("query", ["the OR quasar", '"the number"', "num* -other", "title:the", "/th[e] nu/"])
async def test_the_whole_language_is_understood(stage: Stage, query: str) -> None:
    await follow(stage)
    said = (await stage.ask(stage.world.user, f"/search {query}")).text
    assert [line for line in said.split("\n") if "The Gazette" in line]
    assert "Other number" not in said


async def test_what_is_wrong_with_a_query_is_said_with_its_place_in_the_language_spoken(stage: Stage) -> None:
    me, ann = stage.world.user, stage.world.add_user("安", language="zh-hans")
    await follow(stage)
    missing = "Missing ) after “c” at 6. Add it, or write \\( for a bracket that is meant.\n\na (b 👉c"
    for command, says in (
        ("/search", "I can't search for this: "),
        ("/filter 1 not", "I can't use this filter, and nothing has changed: "),
        ("/alert", "I can't use this alert: "),
    ):
        assert (await stage.ask(me, f"{command} a (b c")).text == says + missing
    assert "nothing to look for" not in (await stage.ask(me, "/latest (x")).text
    said = (await stage.ask(ann, "/search a (b c")).text
    assert "无法这样搜索" in said
    assert "Missing" not in said


async def test_a_search_that_ran_out_of_time_says_how_far_it_came_and_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = stage.world.user
    stage.web.publish(FEED, "Example News", [*items(1, word="Tea"), *items(30)])
    await stage.ask(me, f"/sub {FEED}", more=2)
    ticks = count(step=0.25)
    monkeypatch.setattr(searching, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    monkeypatch.setattr(searching, "likely", everything)
    said = await stage.ask(me, "/search “story number” 1")
    for _ in range(9):
        if "Story number 1 " in said.text:
            break
        assert EN.finding.search_further in said.buttons
        before = said.text
        await stage.press(said, EN.finding.search_further)
        await changes(stage, said, before)
    assert "Story number 1 " in said.text


async def test_a_search_whose_words_are_forgotten_asks_to_search_again(stage: Stage) -> None:
    me = stage.world.user
    stage.web.publish(FEED, "Example News", items(12))
    await stage.ask(me, f"/sub {FEED}", more=2)
    said = await stage.ask(me, "/search story")
    for key in await stage.store._door.do("KEYS", "draft:*"):
        await stage.store._door.do("DEL", key)
    press = await stage.press(said, EN.older)
    assert (press.answer or {}).get("text") == EN.finding.search_expired


async def test_an_address_that_telegram_links_not_costs_neither_the_other_links_nor_the_buttons(
    stage: Stage,
) -> None:
    me = stage.world.user
    odd = [replace(one, link=f"http://intranet/{n}") for n, one in enumerate(items(6))]
    stage.web.documents[FEED] = replace(
        Document("rss", "Intranet", "http://localhost/"), items=(*odd, *items(6, word="Tale"))
    )
    await stage.ask(me, f"/sub {FEED}", more=2)
    for command, buttons in (("/search number", 1), ("/latest", 1), ("/list", 2)):
        said = await stage.ask(me, command)
        assert len(said.buttons) == buttons, command
    assert "text_link" in [one.type for one in (await stage.ask(me, "/search tale")).content.entities]


async def test_a_forged_button_finds_nothing_by_what_is_no_query(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    said = await stage.ask(me, "/search number")
    draft = await stage.store.drafts.keep(ChatId(me.id), "off\n(tea\n")
    press = stage.world.telegram.press(me, said, f"S:{me.id}:{draft}:0:0:5")
    assert await stage.world.wait_for_answer(press) == EN.finding.search_expired


async def test_in_a_group_everybody_searches_and_a_channel_is_its_administrators(stage: Stage) -> None:
    group, member = stage.world.add_supergroup(), stage.world.add_user("Member")
    stage.web.publish(FEED, "Example News", items(12))
    await stage.ask(group, f"/sub {FEED}", more=2)
    said = await stage.ask(group, "/search story", user=member)
    await stage.press(said, EN.older, user=member)
    await stage.becomes(said, "6. Story number 7 ")
    stage.world.add_channel("Front page", username="front_page")
    await follow(stage, "@front_page", count=1)
    said = await stage.ask(stage.world.user, "/search @front_page number")
    assert said.text.startswith("Items with “number” in Front page")
    assert "administrators of @front_page" in (await stage.ask(member, "/search @front_page number")).text


async def test_latest_takes_words_that_no_source_is_called_as_a_query(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    said = await stage.ask(me, "/latest 1 number 2")
    assert said.text.startswith("No feed here is called “number 2”; these are the items with it.")
    assert len(said.text.split("\n")) == 5
    await stage.press(said, EN.older)
    await stage.becomes(said, "\n2. ")
    said = await stage.ask(me, "/latest quasar")
    assert "no item of the last 7 days holds that" in said.text
    assert "The Gazette, Other & Sons" in said.text


async def test_the_longest_page_is_a_message(stage: Stage) -> None:
    me = stage.world.user
    long = [
        replace(one, title="𠀋 " * 200 + "tea", content_html="<p>" + "𠀋 zebra " * 300)
        for one in items(30)
    ]  # fmt: skip
    stage.web.publish(FEED, "𠀋" * 80, long)
    await stage.ask(me, f"/sub {FEED}", more=2)
    for command in ("/search zebra", "/latest 20 zebra", "/latest 8 zebra"):
        said = await stage.ask(me, command)
        assert units(said.text) <= TEXT_LIMIT
        assert "zebra" in said.text


async def test_links_stay_where_there_are_more_marks_than_a_message_may_hold(stage: Stage) -> None:
    me = stage.world.user
    told = [replace(one, title=f"tea {n} " + "tea " * 20) for n, one in enumerate(items(30))]
    stage.web.publish(FEED, "Example News", told)
    await stage.ask(me, f"/sub {FEED}", more=2)
    said = await stage.ask(me, "/latest 20 tea")
    kinds = [one.type for one in said.content.entities]
    assert (kinds.count("text_link"), len(kinds)) == (20, ENTITY_LIMIT)


async def test_in_chinese_it_finds_within_running_text(stage: Stage) -> None:
    ann = stage.world.add_user("安", language="zh-hans")
    told = [replace(items(1)[0], title="央行宣布下调利率")]
    stage.web.publish(FEED, "公报", told)
    await stage.ask(ann, f"/sub {FEED}", more=2)
    said = await stage.ask(ann, "/search 利率")
    assert said.text.startswith("含“利率”的消息\n\n1. 央行宣布下调利率 · 公报")
    assert "没有含“股票”的消息" in (await stage.ask(ann, "/search 股票")).text
    assert "发送 /search 加要找的内容" in (await stage.ask(ann, "/search")).text


async def test_a_feed_that_there_is_not_is_told_with_the_names_there_are(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    names = "The Gazette, Other & Sons, Work"
    (wish, _) = await stage.store.chats.subscriptions(ChatId(me.id))
    await stage.store.chats.update(wish.chat, wish.feed, lambda now: replace(now, folder="Work"))
    for query in ("in:nosuch number", 'in:"the sons" number', "number (in:gazette OR in:nosuch)"):
        said = await stage.ask(me, f"/search {query}")
        name = "the sons" if "sons" in query else "nosuch"
        assert said.text == EN.finding.place_unknown.format(name=name, names=names, at="")
    for query in ("in:work number", "in:sons number", "number -in:nosuch", "in:other.example number"):
        assert "Items with" in (await stage.ask(me, f"/search {query}")).text
    for n in range(12):
        stage.web.publish(f"https://n.example/{n}", "N" * 90 + str(n), items(1))
        await stage.ask(me, f"/sub https://n.example/{n}", more=2)
    said = await stage.ask(me, "/search in:nosuch number")
    assert "The Gazette, Other & Sons, NNNN" in said.text
    assert len(said.text) < 400
    await stage.ask(me, "/settings language zh")
    assert "“nosuch”" in (await stage.ask(me, "/search in:nosuch number")).text


async def test_latest_points_at_what_is_wrong_with_words_that_no_source_is_called(stage: Stage) -> None:
    me = stage.world.user
    await follow(stage)
    said = await stage.ask(me, "/latest number (x")
    assert said.text.startswith("No feed here is called “number (x”, and I can't search for it: ")
    assert said.text.endswith("\n\nnumber (👉x")
