"""What people type behind ``/alerts`` is read as they mean it, in every language that we speak."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import alert_words
from bot.chat.alert_changes import _READERS
from bot.chat.alert_words import Told
from bot.chat.replies import LANGUAGES


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("", Told("", "", "", "")),
        ("3", Told("", "3", "", "")),
        ("３", Told("", "３", "", "")),
        ("@news", Told("@news", "", "", "")),
        ("@news 3", Told("@news", "3", "", "")),
        ("3 @news mute", Told("@news", "3", "mute", "")),
        ("3 mute @news", Told("@news", "3", "mute", "")),
        ("3 cooldown 2 h -1001234567", Told("-1001234567", "3", "cooldown", "2 h")),
        ("3 also @news", Told("", "3", "also", "@news")),
        ("-1001234567 3 also @news", Told("-1001234567", "3", "also", "@news")),
        ("3 query rates @news", Told("", "3", "query", "rates @news")),
        ("3 name 4 rates", Told("", "3", "name", "4 rates")),
        ("3 query 12 monkeys", Told("", "3", "query", "12 monkeys")),
        ("3 Delete", Told("", "3", "remove", "")),
        ("3 静音", Told("", "3", "mute", "")),
        ("3 也发 我", Told("", "3", "also", "我")),
        ("3 4 mute", Told("", "3", "", "4 mute")),
        ("#3 mute", Told("", "3", "mute", "")),
        ("3. mute", Told("", "3", "mute", "")),
        ("mute 3", Told("", "3", "mute", "")),
        ("@news cooldown 3 2h", Told("@news", "3", "cooldown", "2h")),
        ("remove 3 @news", Told("@news", "3", "remove", "")),
        ("test apple", Told("", "", "test", "apple")),
        ("help me", Told("", "", "", "help me")),
    ],
)
def test_the_chat_the_number_and_the_option_are_found(argument: str, told: Told) -> None:
    assert alert_words.read(argument) == told


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("10m", 600),
        ("10 min", 600),
        ("1 Hour", 3_600),
        ("２ｈ", 7_200),
        ("2小时", 7_200),
        ("30 分钟", 1_800),
        ("1d", 86_400),
        ("30d", 2_592_000),
        ("off", 0),
        ("关", 0),
        ("31d", None),
        ("0m", None),
        ("5", None),
        ("h", None),
        ("-1h", None),
        ("2 hours ago", None),
        ("9999999999d", None),
        ("", None),
    ],
)
def test_a_cooldown_is_read_as_people_write_times(words: str, seconds: int | None) -> None:
    assert alert_words.seconds(words) == seconds


def test_every_option_has_its_word_in_every_language_and_what_reads_its_value() -> None:
    for texts in LANGUAGES.values():
        words = texts.alerting.option_words
        assert tuple(words) == alert_words.OPTIONS
        assert [alert_words.read(f"3 {word}").option for word in words.values()] == list(words)
        assert all(" " not in word for word in words.values()), "an option is one word"
        assert set(words) - set(texts.alerting.option_examples) == {"unmute"}
        examples = texts.alerting.option_examples.items()
        assert [alert_words.read(f"3 {example}").option for _, example in examples] == [
            one for one, _ in examples
        ]
    assert set(_READERS) == set(alert_words.OPTIONS) - {"test", "remove"}


@given(st.text(max_size=80))
def test_nothing_that_is_typed_trips_the_reading(text: str) -> None:
    told = alert_words.read(text)
    assert not told.number or told.number.isdecimal()
    assert alert_words.seconds(text) in {None, 0} or alert_words.seconds(text)
    for reader in _READERS.values():
        reader(told.value)
