"""What people type behind ``/alerts``: which rule, which of its options, and which value.

Pure. Options and values are understood in every language that we speak.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.chat.commands import first_word, names_chat
from bot.chat.replies import LANGUAGES
from bot.chat.typed import is_off, is_on
from bot.rules import fold

SHORTEST_S = 60
LONGEST_S = 30 * 86_400
"""A cooldown of less changes nothing that anybody hears, one of more is a mute."""

OPTIONS = tuple(LANGUAGES["en"].alerting.option_words)
"""The options by their own names."""

_OPTIONS: Mapping[str, str] = {"edit": "query", "delete": "remove", "title": "brief"} | {
    fold(word): named
    for texts in LANGUAGES.values()
    for named, english in texts.alerting.option_words.items()
    for word in (named, english)
}
_TESTS = {word for word, named in _OPTIONS.items() if named == "test"}
_ME = {fold(texts.alerting.word_me) for texts in LANGUAGES.values()}
_HERE = {fold(texts.alerting.word_here) for texts in LANGUAGES.values()}

_FREE = {"name", "query", "also"}
"""Options whose value may hold a chat's name."""

_UNITS_S = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟"), 60),
    **dict.fromkeys(("h", "hour", "hours", "时", "小时"), 3_600),
    **dict.fromkeys(("d", "day", "days", "日", "天"), 86_400),
}
_NUMBER = re.compile(r"[#№]?(\d{1,20})\.?")
_SPAN = re.compile(r"([0-9]{1,7}) ?([^\W\d_]{1,10})")


@dataclass(frozen=True, slots=True)
class Told:
    """The chat, the rule's number, the option ("" for none, or an unknown one), and what stands behind."""

    chat: str
    number: str
    option: str
    value: str


def read(argument: str) -> Told:
    """Read what stands behind the command: first, in any order, the chat and the rule's number.

    The number may also stand behind the option, and the chat last, as behind other commands, where an
    option's value cannot be one.
    """
    rest, chat, number = argument, "", ""
    while True:
        word, behind = first_word(rest)
        if not chat and names_chat(word):
            chat = word
        elif not number and (found := _NUMBER.fullmatch(word)):
            number = found[1]
        else:
            break
        rest = behind
    option = _OPTIONS.get(fold(word), "")
    value = behind.strip() if option else rest.strip()
    if option and not number and (found := _NUMBER.fullmatch(first_word(value)[0])):
        number, value = found[1], first_word(value)[1].strip()
    if not chat and option not in _FREE:
        before, _, last = value.rpartition(" ")
        if names_chat(last):
            chat, value = last, before.strip()
    return Told(chat, number, option, value)


def is_test(word: str) -> bool:
    """Tell whether the first word behind ``/alert`` asks for a test alone."""
    return fold(word) in _TESTS


def is_me(words: str) -> bool:
    """Tell whether ``words`` mean whoever speaks."""
    return fold(words) in _ME


def is_here(words: str) -> bool:
    """Tell whether ``words`` mean where they are said."""
    return fold(words) in _HERE


def switch(words: str) -> bool | None:
    """Read on or off; None for anything else."""
    return True if is_on(words) else False if is_off(words) else None


def seconds(words: str) -> int | None:
    """Read a cooldown; None for what is no time, or none that makes sense."""
    if is_off(words):
        return 0
    found = _SPAN.fullmatch(fold(words))
    if found is None or found[2] not in _UNITS_S:
        return None
    span_s = int(found[1]) * _UNITS_S[found[2]]
    return span_s if SHORTEST_S <= span_s <= LONGEST_S else None
