"""What the conversation reads and says, without a network: updates, commands, buttons, sentences, access."""

import dataclasses
import re
import string
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import commands, menus, replies, updates
from bot.chat.access import is_welcome
from bot.chat.ledger import Ledger
from bot.chat.menus import Verb
from bot.chat.replies import LANGUAGES
from bot.chat.replies.texts import Texts
from bot.chat.service import COMMANDS, NOT_IN_THE_MENU, PRESSES
from bot.chat.updates import Membership, Moved, Person, Posted, Sought, Spoken
from bot.fetch.answer import Failure
from bot.items import ChatId, UserId
from bot.render.parts import TEXT_LIMIT, units
from bot.settings import Access, Settings

PRIVATE = {"id": 7, "type": "private", "first_name": "Ann", "last_name": "Lee", "username": "ann"}
GROUP = {"id": -1007, "type": "supergroup", "title": "Circle"}
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "zh-hans"}


def message(**more: Any) -> dict[str, Any]:
    return {
        "update_id": 1,
        "message": {"message_id": 5, "date": 1, "chat": PRIVATE, "from": ANN, "text": "/list"} | more,
    }


def test_a_text_is_read_with_its_chat_and_person() -> None:
    read = updates.read(message())
    assert isinstance(read, Spoken)
    assert (read.place.chat, read.place.kind, read.place.title, read.place.username) == (
        7,
        "private",
        "Ann Lee",
        "ann",
    )
    assert read.person == Person(UserId(7), "Ann", "zh-hans")
    assert (read.text, read.message, read.as_chat) == ("/list", 5, None)


def test_a_topic_counts_only_where_the_message_says_it_is_in_one() -> None:
    reply = updates.read(message(chat=GROUP, message_thread_id=3))
    topic = updates.read(message(chat=GROUP, message_thread_id=3, is_topic_message=True))
    assert isinstance(reply, Spoken)
    assert isinstance(topic, Spoken)
    assert (reply.place.topic, topic.place.topic) == (None, 3)


def test_the_message_that_is_replied_to_is_known_but_not_the_one_that_began_a_topic() -> None:
    ours = {"message_id": 4, "from": {"id": 1, "is_bot": True, "first_name": "Bot"}, "text": "News"}
    read = updates.read(message(reply_to_message=ours))
    began = updates.read(message(reply_to_message={"message_id": 3, "forum_topic_created": {"name": "x"}}))
    assert isinstance(read, Spoken)
    assert isinstance(began, Spoken)
    assert (read.replied_to, read.replied, began.replied_to) == (4, "", None)


def test_whoever_writes_in_a_chats_name_is_no_person() -> None:
    read = updates.read(
        message(
            chat=GROUP,
            sender_chat=GROUP,
            **{"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}},
        )
    )
    assert isinstance(read, Spoken)
    assert (read.person, read.as_chat) == (None, -1007)


def test_addresses_behind_words_are_found() -> None:
    entities = [
        {"type": "text_link", "offset": 0, "length": 3, "url": "https://a.example/"},
        {"type": "bold"},
        3,
    ]
    read = updates.read(message(entities=entities))
    assert isinstance(read, Spoken)
    assert read.links == ("https://a.example/",)


def test_what_somebody_chose_among_a_bots_results_is_not_said_by_them() -> None:
    bot = {"id": 9, "is_bot": True, "first_name": "Bot"}
    read = updates.read(message(text="https://a.example/", via_bot=bot))
    assert isinstance(read, Posted)
    assert read.message == 5


def test_what_is_typed_behind_our_name_is_read_whatever_is_missing() -> None:
    query: dict[str, Any] = {"id": "77", "from": ANN, "query": "etf", "offset": "20"}
    ann = Person(UserId(7), "Ann", "zh-hans")
    assert updates.read({"update_id": 3, "inline_query": query}) == Sought(3, ann, "77", "etf", "20")
    bare = {"id": "77", "from": ANN}
    assert updates.read({"update_id": 3, "inline_query": bare}) == Sought(3, ann, "77", "")
    for odd in ({"id": "77"}, {"from": ANN}, {"id": 7, "from": ANN}, {"id": "", "from": ANN}):
        assert updates.read({"update_id": 3, "inline_query": odd}) is None


def test_migration_is_read_from_either_side() -> None:
    assert updates.read(message(chat=GROUP, migrate_from_chat_id=-4)) == Moved(1, ChatId(-4), ChatId(-1007))
    old = {"id": -4, "type": "group", "title": "Circle"}
    assert updates.read(message(chat=old, migrate_to_chat_id=-1007)) == Moved(1, ChatId(-4), ChatId(-1007))


def change(old: dict[str, Any], new: dict[str, Any], chat: Mapping[str, Any] = GROUP) -> Membership:
    read = updates.read(
        {
            "update_id": 2,
            "my_chat_member": {
                "chat": chat,
                "from": ANN,
                "date": 1,
                "old_chat_member": old,
                "new_chat_member": new,
            },
        }
    )
    assert isinstance(read, Membership)
    return read


def test_membership_tells_whether_we_are_in_and_may_post() -> None:
    channel = {"id": -1009, "type": "channel", "title": "News"}
    added = change({"status": "left"}, {"status": "member"})
    assert (added.was_in, added.is_in, added.may_post) == (False, True, True)
    mute = change({"status": "left"}, {"status": "administrator", "can_post_messages": False}, channel)
    assert (mute.is_in, mute.may_post) == (True, False)
    assert change(
        {"status": "member"}, {"status": "administrator", "can_post_messages": True}, channel
    ).may_post
    assert not change({"status": "member"}, {"status": "restricted", "is_member": False}).is_in
    assert change({"status": "member"}, {"status": "kicked"}).status == "kicked"


def test_a_picture_in_private_is_something_said_an_album_or_a_pin_is_not() -> None:
    said = updates.read(message(text=None, photo=[], caption="/sub https://a.example"))
    assert isinstance(said, Spoken)
    assert said.text == ""
    assert isinstance(updates.read(message(text=None, photo=[], media_group_id="7")), Posted)
    assert isinstance(updates.read(message(text=None, pinned_message={})), Posted)
    assert isinstance(updates.read(message(text=None, photo=[], chat=GROUP)), Posted)


def test_what_is_not_a_text_tells_only_what_the_chat_is_called() -> None:
    assert isinstance(updates.read(message(text=None)), Posted)
    assert isinstance(
        updates.read({"update_id": 1, "channel_post": {"chat": GROUP, "text": "/sub x"}}), Posted
    )


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["update_id", "message", "callback_query", "my_chat_member", "channel_post", "chat", "from", "id", "type",
             "text", "entities", "old_chat_member", "new_chat_member", "status", "data", "title", "sender_chat"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(json)
def test_no_json_whatever_breaks_the_reading(raw: Any) -> None:
    updates.number(raw)
    updates.read(raw)
    updates.read({"update_id": 1, "message": raw})
    updates.read({"update_id": 1, "callback_query": raw, "my_chat_member": raw})


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/list", "list", ""),
        ("/LIST", "list", ""),
        ("/list@NewsRelayBot 2", "list", "2"),
        ("/sub\nhttps://a.example", "sub", "https://a.example"),
        ("/sub  \x00 a\u00a0b\t", "sub", "a b"),
        ("/alert 利率 央行", "alert", "利率 央行"),
        ("/sub " + "x" * 5000, "sub", "x" * commands.ARGUMENT_LIMIT),
    ],
)
def test_commands_are_read(text: str, name: str, argument: str) -> None:
    assert commands.read(text, "newsrelaybot") == commands.Command(name, argument)


@pytest.mark.parametrize(
    "text", ["list", "", "/", "/list@otherbot", " /list", "/li-st", "//", "/" + "x" * 40, "/列表"]
)
def test_other_texts_are_no_command(text: str) -> None:
    assert commands.read(text, "newsrelaybot") is None


@pytest.mark.parametrize(
    ("argument", "target", "words"),
    [
        ("https://a.example @news_now", "@news_now", "https://a.example"),
        ("@news_now https://a.example", "@news_now", "https://a.example"),
        ("-1001234567890 a", "-1001234567890", "a"),
        ("https://a.example/@someone", "", "https://a.example/@someone"),
        ("a@b.example -5 x", "", "a@b.example -5 x"),
        ("https://a.example @Ä", "@Ä", "https://a.example"),
        ("https://a.example -123456", "-123456", "https://a.example"),
    ],
)
def test_a_channel_may_stand_anywhere(argument: str, target: str, words: str) -> None:
    assert commands.split_target(argument) == (target, words)


def test_words_that_look_like_addresses_are_found() -> None:
    said = "see a.example/x?y and HTTP://B.example:8080, or rsshub://a/b 127.0.0.1/f 5.5 feed: x"
    assert commands.addresses(said) == ("a.example/x?y", "HTTP://B.example:8080", "rsshub://a/b")


def test_a_number_beyond_all_sense_is_none() -> None:
    assert menus.whole("9" * 5000) is None
    assert menus.whole("-") is None
    assert menus.whole("²") is None
    assert menus.whole("１２") == 12


def test_every_button_and_every_command_of_the_menu_has_its_handler() -> None:
    assert set(PRESSES) == set(Verb)
    for texts in LANGUAGES.values():
        assert set(texts.commands) == set(COMMANDS) - NOT_IN_THE_MENU
        named = set(re.findall("/([a-z]+)", texts.help))
        assert named == set(texts.commands) - {"start", "help"}
        assert all(
            re.fullmatch("[a-z]{1,32}", name) and 1 <= len(says) <= 256
            for name, says in texts.commands.items()
        )
        assert len(texts.description) <= 512
        assert len(texts.short_description) <= 120


def flat(texts: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in dataclasses.fields(texts):
        value = getattr(texts, field.name)
        if isinstance(value, str):
            found[field.name] = value
        elif dataclasses.is_dataclass(value):
            found |= {f"{field.name}.{key}": one for key, one in flat(value).items()}
        elif isinstance(value, Mapping):
            found |= {f"{field.name}.{key}": one for key, one in value.items()}
    return found


def holes(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_says_the_same_with_the_same_holes(language: str) -> None:
    english, other = flat(LANGUAGES["en"]), flat(LANGUAGES[language])
    assert set(english) == set(other)
    for name, template in english.items():
        # The note on a channel may use fewer: it serves where no name is needed.
        assert holes(template) == holes(other[name]), name
        assert other[name].strip(), name
        assert units(other[name]) < TEXT_LIMIT, name


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_every_way_to_fail_has_its_words(texts: Texts) -> None:
    assert set(texts.failures) == set(texts.troubles) == set(Failure)


def test_the_language_is_the_first_that_we_speak() -> None:
    assert replies.texts_for("", "zh-Hant-TW", "en") is LANGUAGES["zh"]
    assert replies.texts_for("xx", "EN_gb") is LANGUAGES["en"]
    assert replies.texts_for("xx", "") is LANGUAGES["en"]


def test_what_is_filled_in_keeps_its_entities_in_their_place() -> None:
    said = replies.say("😀 {a} und {b}", a=replies.link("Ä{x}", "https://a.example/"), b=replies.bold("fett"))
    assert said.text == "😀 Ä{x} und fett"
    whole = said.text.encode("utf-16-le")
    parts = [whole[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le") for e in said.entities]
    assert parts == ["Ä{x}", "fett"]
    assert said.entities[0].url == "https://a.example/"


def test_foreign_words_are_one_short_line_without_direction_marks() -> None:
    assert replies.short("a\u202eb\n\x00c", 10) == "ab c"
    assert replies.short("x" * 20, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("per_day", "said"),
    [(12.4, "about 12 a day"), (1, "about 1 a day"), (0.5, "about 4 a week"), (0.01, "less than one a week"), (0, "how often it publishes will show")],
)  # fmt: skip
def test_a_rate_is_said_in_words(per_day: float, said: str) -> None:
    assert replies.rate(LANGUAGES["en"], per_day) == said


def test_trouble_is_said_by_name_or_value_and_since_when() -> None:
    english = LANGUAGES["en"]
    assert replies.trouble(english, Failure.TOO_SLOW.name, 0, 5) == "too slow to answer so far"
    assert (
        replies.trouble(english, "unreachable", 1000, 1000 + 3 * 3_600_000)
        == "not reachable, last read 3 h ago"
    )


@pytest.mark.parametrize(
    ("access", "chat", "person", "welcome"),
    [
        (Access.OPEN, 5, 6, True),
        (Access.OWNERS, 5, 1, True),
        (Access.OWNERS, 5, 2, False),
        (Access.OWNERS, 2, None, False),
        (Access.ALLOWLIST, 5, 1, True),
        (Access.ALLOWLIST, 5, 2, True),
        (Access.ALLOWLIST, 2, 9, True),
        (Access.ALLOWLIST, 2, None, True),
        (Access.ALLOWLIST, 5, 9, False),
    ],
)
def test_access_lets_in_whom_it_names(access: Access, chat: int, person: int | None, welcome: bool) -> None:  # noqa: FBT001  a case's expectation
    settings = Settings(access=access, owner_ids=frozenset({1}), allowed_ids=frozenset({2}))
    assert is_welcome(settings, ChatId(chat), None if person is None else UserId(person)) is welcome


def state(ledger: Ledger) -> tuple[int | None, int]:
    return ledger.offset, len(ledger)


def test_the_offset_never_passes_an_update_in_hand() -> None:
    ledger = Ledger()
    assert state(ledger) == (None, 0)
    assert all(ledger.take(one) for one in (5, 6, 7))
    ledger.done(6)
    ledger.done(7)
    assert state(ledger) == (5, 1)
    assert not ledger.take(5)
    assert not ledger.take(6)
    ledger.done(5)
    assert state(ledger) == (8, 0)
    assert not ledger.take(7)


def test_one_that_stays_in_hand_does_not_hide_what_comes_after() -> None:
    ledger = Ledger()
    assert all(ledger.take(one) for one in (5, 6, 7))
    ledger.done(6)
    assert (ledger.offset, ledger.shown) == (5, 3)
    ledger.let_go()
    assert (ledger.offset, ledger.shown) == (8, 0)
    assert ledger.take(8)
    assert state(ledger) == (8, 3)
    for one in (5, 7, 8):
        ledger.done(one)
    assert state(ledger) == (9, 0)


def test_half_a_letter_becomes_a_mark() -> None:
    read = updates.read({"update_id": 1, "message": {"chat": PRIVATE, "from": ANN, "text": "/list\ud83d 😀"}})
    assert isinstance(read, Spoken)
    assert read.text == "/list\ufffd 😀"


def test_numbers_that_begin_again_from_below_are_confirmed_too() -> None:
    ledger = Ledger()
    for update in (900, 20):
        assert ledger.take(update)
        ledger.done(update)
    assert ledger.offset == 21


@given(st.data())
def test_in_any_order_of_endings_nothing_is_forgotten_or_taken_twice(data: st.DataObject) -> None:
    ledger, waiting, taken = Ledger(), list(range(1, 30)), list[int]()
    done: set[int] = set()
    while len(done) < 29:
        start = ledger.offset or 0
        taken += [update for update in waiting[max(0, start - 1) :][:10] if ledger.take(update)]
        in_hand = [one for one in taken if one not in done]
        finished = data.draw(st.sampled_from(in_hand))
        ledger.done(finished)
        done.add(finished)
        assert all(one in done for one in range(1, ledger.offset or 1))
    assert sorted(taken) == list(range(1, 30))
