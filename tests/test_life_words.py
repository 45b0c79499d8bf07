"""What is said of feeds and their fate: Telegram takes it, it fits, and it names what can be done."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.fates import FeedWords, failing, now_of, standing
from bot.chat.replies import LANGUAGES
from bot.chat.replies.texts import Texts
from bot.deliver.telling import Told
from bot.fetch.answer import Failure
from bot.items import Chat, ChatId, ChatKind, Feed, FeedId
from bot.life import Event, Notice
from bot.render.parts import TEXT_LIMIT, Message, units
from tests.oracle import as_sent, has_marks, looks

ME = ChatId(7)
NOW_MS = 1_800_000_000_000
DAY_MS = 86_400_000
WORDS = FeedWords(lambda: NOW_MS)
TITLES = ("The <b>news</b> & more", "أخبار اليوم", "新闻" * 200, "a\nb\x00c", "", "\u202eevil")
EVERY = pytest.mark.parametrize("language", LANGUAGES)
LIVES = {
    Event.MOVED: f"o{NOW_MS // 1000},https://user:secret@old.example/feed",
    Event.GONE: "e5,5",
    Event.DEAD: "f5 d1,9",
    Event.BACK: "",
    Event.SILENT: f"s{NOW_MS // 1000 - 9}",
}


def thing(event: Event, title: str = "The news", *, chat: int = 7, beside: Feed | None = None) -> Told:
    fails = event in {Event.GONE, Event.DEAD}
    feed = Feed(
        FeedId("abcdefghijk"),
        "https://me:secret@new.example/feed?x=1&y=<z>",
        title,
        life=LIVES[event],
        failures=9 * fails,
        trouble=Failure.UNREACHABLE.value if fails else "",
        ok_ms=NOW_MS - 4 * DAY_MS,
        changed_ms=NOW_MS - 45 * DAY_MS,
    )
    notice = Notice(feed.id, event, 1, old="https://user:secret@old.example/feed", new=feed.url)
    kind = ChatKind.PRIVATE if chat > 0 else ChatKind.CHANNEL
    return Told(notice, feed, Chat(ChatId(chat), kind, "My <channel>" if chat < 0 else ""), beside)


def taken(message: Message) -> str:
    """Return the text of a message that Telegram takes as it is."""
    text = message.text
    assert units(text.text) <= TEXT_LIMIT
    if not has_marks(text.text):
        sent = as_sent(text)
        assert (sent.text, looks(sent)) == (text.text, looks(text))
    assert "secret" not in text.text
    assert "{" not in text.text
    return text.text


@EVERY
@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("title", TITLES)
def test_telegram_takes_each_notice_whatever_the_feed_is_called(
    language: str, event: Event, title: str
) -> None:
    for chat in (7, -(10**13)):
        message = WORDS.told([thing(event, title, chat=chat)], language, ME)
        text = taken(message)
        assert message.silent
        assert ("My <channel>" in text) == (chat < 0)
    beside = replace(thing(event).feed, title="Another")
    taken(WORDS.told([thing(event, title, beside=beside)], language, ME))


@EVERY
@settings(max_examples=10)
@given(st.lists(st.tuples(st.sampled_from(Event), st.sampled_from(TITLES)), min_size=2, max_size=60))
def test_many_notices_are_one_message_that_fits(language: str, told: list[tuple[Event, str]]) -> None:
    things = [thing(event, title, chat=7 - 8 * (place % 2)) for place, (event, title) in enumerate(told)]
    message = WORDS.told(things, language, ME)
    taken(message)
    labels = [button.text for row in message.buttons for button in row]
    acting = [event for event, _ in told if event is not Event.BACK]
    assert len(labels) == len(set(labels)) <= min(len(acting), 16)
    assert bool(labels) == bool(acting)


@EVERY
def test_the_owner_is_told_of_our_own_network(language: str) -> None:
    assert "12" in taken(WORDS.ours(12, language))


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_each_state_has_its_words_and_its_buttons_wherever_feeds_are_shown(texts: Texts) -> None:
    chat = Chat(ME)
    said = {}
    for event in Event:
        feed = thing(event).feed
        text, buttons = now_of(texts, chat, feed, NOW_MS, "")
        taken(Message(text))
        said[event] = (standing(texts, feed, NOW_MS), len(buttons))
    living = texts.living
    assert said[Event.GONE] == (f"⚠ {living.gone_short}", 2)
    assert said[Event.DEAD] == (f"⚠ {failing(texts, thing(Event.DEAD).feed, NOW_MS)}", 2)
    assert said[Event.SILENT] == (living.silent_short.format(days=45), 1)
    assert said[Event.MOVED] == ("", 1)
    assert said[Event.BACK] == ("", 0)


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_every_event_has_a_heading_and_every_refusal_words_of_its_own(texts: Texts) -> None:
    assert set(texts.living.heads) == {event.value for event in Event}
    shut = [Failure.LOGIN, Failure.DENIED, Failure.FORBIDDEN, Failure.WITHHELD]
    assert len({texts.troubles[why] for why in shut}) == len({texts.failures[why] for why in shut}) == 4
