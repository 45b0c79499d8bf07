"""Inline mode of the local Telegram: it takes what Telegram takes, and refuses the rest in its words."""

import pytest

from bot.playground import Playground
from tests.caller import Caller, Clock


def article(name: object = "1", title: str = "A title", **more: object) -> dict[str, object]:
    content = {"message_text": "<b>A title</b> & more", "parse_mode": "HTML"}
    return {"type": "article", "id": name, "title": title, "input_message_content": content} | more


def said(text: str, **more: object) -> dict[str, object]:
    return article(input_message_content={"message_text": text} | more)


async def test_words_come_as_an_update_and_the_cards_are_there_to_choose_from(
    world: Playground, call: Caller
) -> None:
    channel = world.add_channel()
    query = world.seek("etf " + "x" * 300, "20", chat=channel)
    (update,) = await call.updates(allowed_updates=["inline_query"])
    told = update["inline_query"]
    assert (told["id"], told["from"]["id"], told["offset"]) == (query.id, world.user.id, "20")
    assert (len(told["query"]), told["chat_type"]) == (256, "channel")
    button = {"text": "Begin", "start_parameter": "here"}
    card = article(description="Of it", thumbnail_url="https://a.example/1.png")
    await call("answerInlineQuery", inline_query_id=query.id, results=[card], next_offset="40", button=button)
    (shown,) = await world.wait_for_results(query)
    assert (shown.title, shown.description, shown.thumbnail) == (
        "A title",
        "Of it",
        "https://a.example/1.png",
    )
    assert (query.next_offset, query.button) == ("40", button)
    posted = world.choose(query, "1", channel)
    assert (posted.text, posted.content.entities[0].type) == ("A title & more", "bold")
    assert not posted.outgoing


async def test_the_bot_hears_what_was_chosen_among_its_cards(world: Playground, call: Caller) -> None:
    group = world.add_group()
    query = world.seek("etf")
    await call("answerInlineQuery", inline_query_id=query.id, results=[article()])
    world.telegram.updates.clear()
    world.say(group, "hidden from the bot")
    world.choose(query, "1", group)
    (update,) = await call.updates()
    assert update["message"]["via_bot"]["id"] == world.telegram.bot.id
    assert update["message"]["from"]["id"] == world.user.id
    with pytest.raises(LookupError, match="no result '2'"):
        world.choose(query, "2", group)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"results": [article(n) for n in range(51)]}, "too many inline query results specified"),
        ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article("x" * 65)]}, "RESULT_ID_INVALID"),
        ({"results": [article("新" * 22)]}, "RESULT_ID_INVALID"),
        ({"results": [article("")]}, "RESULT_ID_EMPTY"),
        ({"results": [article(title=" ")]}, "ARTICLE_TITLE_EMPTY"),
        ({"results": [said("x" * 4097)]}, "MESSAGE_TOO_LONG"),
        ({"results": [said("")]}, "can't parse inline query result: message text is empty"),
        (
            {"results": [said("<b>", parse_mode="HTML")]},
            "can't parse inline query result: can't parse entities",
        ),
        ({"results": [article(input_message_content=None)]}, "message content is not specified"),
        ({"results": [article(type="")]}, 'type "" is unsupported for the inline query result'),
        ({"results": [article(thumbnail_url="data:image/png,1")]}, "WEBDOCUMENT_URL_INVALID"),
        ({"results": [article(url="http://localhost/")]}, "WEBDOCUMENT_URL_INVALID"),
        ({"results": {}}, "expected an Array of inline query results"),
        ({"results": ["x"]}, "inline query result must be an Object"),
        ({"results": [], "next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"results": [], "button": {"text": "", "start_parameter": "x"}}, "SWITCH_PM_TEXT_EMPTY"),
        ({"results": [], "button": {"text": "Go"}}, "can't use an empty start parameter"),
        ({"results": [], "button": {"text": "Go", "start_parameter": "a b"}}, "unallowed characters"),
        ({"results": [], "button": {"text": "Go", "start_parameter": "a" * 65}}, "too long start parameter"),
    ],
)
async def test_what_telegram_would_refuse_is_refused(
    world: Playground, call: Caller, answer: dict[str, object], words: str
) -> None:
    query = world.seek("etf")
    refusal = await call.refused("answerInlineQuery", inline_query_id=query.id, **answer)
    assert refusal.startswith("Bad Request: ")
    assert words in refusal
    assert not query.answered.is_set()
    await call("answerInlineQuery", inline_query_id=query.id, results=[article()])


async def test_an_answer_comes_once_and_in_time(call: Caller, world: Playground) -> None:
    clock = Clock()
    world.telegram.clock = clock
    late = "query is too old and response timeout expired or query ID is invalid"
    query, other = world.seek("one"), world.seek("other")
    await call("answerInlineQuery", inline_query_id=query.id, results=[])
    assert late in await call.refused("answerInlineQuery", inline_query_id=query.id, results=[])
    assert late in await call.refused("answerInlineQuery", inline_query_id="7", results=[])
    clock.now += 11
    assert late in await call.refused("answerInlineQuery", inline_query_id=other.id, results=[])


async def test_the_bot_is_told_that_inline_mode_is_on(world: Playground, call: Caller) -> None:
    assert (await call.message("getMe"))["supports_inline_queries"] is True
    world.telegram.inline = False
    assert (await call.message("getMe"))["supports_inline_queries"] is False
