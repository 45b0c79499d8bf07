"""What people type behind ``/settings``: whose choice, which one, and which value.

Pure but for the list of time zones. Names and values are understood in every language that we speak.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.chat import zones
from bot.chat.choices import OFF, ON, SETTINGS, USUAL
from bot.chat.replies import LANGUAGES, code, join, say, short
from bot.chat.replies.choosing import Choosing
from bot.chat.sources import NAME_LIMIT
from bot.render.parts import RichText
from bot.rules import fold

LABELS_MOST = 5
LABEL_LIMIT = 32
"""Own hashtags, and letters in one: more would be longer than the news."""

_LANGUAGES = tuple(texts.choosing for texts in LANGUAGES.values())
_ICON = re.compile(r"^\W+")
_SETTINGS: Mapping[str, str] = {"timezone": "zone", "pictures": "images"} | {
    fold(word): named
    for texts in _LANGUAGES
    for named in SETTINGS
    for word in (_ICON.sub("", texts.setting_names[named]), texts.setting_words[named], named)
}
_NAME_WORDS = max(name.count(" ") for name in _SETTINGS) + 1
_SWITCH: Mapping[str, str] = {
    "yes": ON,
    "true": ON,
    "1": ON,
    "no": OFF,
    "false": OFF,
    "0": OFF,
    "none": OFF,
} | {
    fold(word): value
    for texts in _LANGUAGES
    for value in (ON, OFF)
    for word in ("on" if value == ON else "off", texts.setting_values[value])
}
_ON = {word for word, value in _SWITCH.items() if value == ON}
_USUAL = {fold(texts.word_usual) for texts in _LANGUAGES} | {"default", "chat"}
_BETWEEN = re.compile(r"[\s,;，、；]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """``named`` is the setting, "" for none; ``whose`` stands before it and ``value`` behind it."""

    whose: str
    named: str = ""
    value: str = ""


def read(words: str) -> Typed:
    """Divide ``words`` at the first that is a setting's name."""
    each = words.split()
    for place in range(len(each)):
        for end in range(min(place + _NAME_WORDS, len(each)), place, -1):
            if named := _SETTINGS.get(fold(" ".join(each[place:end]))):
                return Typed(" ".join(each[:place]), named, " ".join(each[end:]))
    return Typed(words)


def is_on(words: str) -> bool:
    """Tell whether ``words`` mean: yes."""
    return fold(words) in _ON


def is_off(words: str) -> bool:
    """Tell whether ``words`` mean: none of it."""
    return _SWITCH.get(fold(words)) == OFF


def is_usual(words: str) -> bool:
    """Tell whether ``words`` mean: as it is where nobody chooses."""
    return fold(words) in _USUAL


def value_of(texts: Choosing, named: str, words: str, whose: str) -> str | RichText:
    """Return the value that ``words`` mean, or a sentence that says which there are.

    ``whose`` stands behind the command where it is not about the chat itself.
    """
    if is_usual(words):
        return USUAL
    if named in {"hashtags", "template"} and is_off(words):
        return OFF
    if own := _READERS.get(named):
        return own(texts, words, whose)
    return _one_of(texts, named, words, whose)


def _values(named: str) -> Mapping[str, str]:
    """Return the values of a setting by what they are called anywhere."""
    setting = SETTINGS[named]
    if setting.is_switch:
        return _SWITCH
    return {
        fold(word): value
        for texts in _LANGUAGES
        for value in setting.values
        for word in (value, texts.setting_values[value])
    }


def _one_of(texts: Choosing, named: str, words: str, whose: str) -> str | RichText:
    values = _values(named)
    if (found := values.get(fold(words))) is not None:
        return found
    shown = ", ".join([*(texts.setting_values[one] for one in SETTINGS[named].values), texts.word_usual])
    called = texts.setting_words[named]
    return say(
        texts.setting_wrong,
        name=texts.setting_names[named],
        words=short(words),
        at=whose,
        word=called,
        values=shown,
    )


def _zone(texts: Choosing, words: str, whose: str) -> str | RichText:
    found = zones.find(words)
    if isinstance(found, str):
        return found
    if not found.close:
        return say(texts.zone_unknown, words=short(words), at=whose)
    close = join([code(f"/settings{whose} {texts.setting_words['zone']} {one}") for one in found.close], "\n")
    return say(texts.zone_close, words=short(words), close=close)


def _labels(texts: Choosing, words: str, whose: str) -> str | RichText:
    spelled = unicodedata.normalize("NFC", words).replace("＃", "#").replace("#", " ")
    labels = dict.fromkeys(filter(None, _BETWEEN.split(spelled)))
    wrong = words if is_on(words) else next((one for one in labels if not is_label(one)), None)
    if wrong is not None or not labels or len(labels) > LABELS_MOST:
        shown = texts.setting_words["hashtags"]
        return say(
            texts.hashtags_wrong, words=short(words if wrong is None else wrong), at=whose, word=shown,
            most=LABELS_MOST, letters=LABEL_LIMIT,
        )  # fmt: skip
    return " ".join(labels)


def is_label(word: str) -> bool:
    """Tell whether ``word`` can be a hashtag: letters of any script, digits and "_", and not digits alone."""
    return (
        0 < len(word) <= LABEL_LIMIT
        and all(
            one in "_\u200c\u00b7" or unicodedata.category(one)[0] in "LM" or one.isdecimal() for one in word
        )
        and any(one.isalpha() for one in word)
    )


def _name(texts: Choosing, words: str, whose: str) -> str | RichText:
    if is_off(words):
        return USUAL
    if len(words) > NAME_LIMIT:
        return say(texts.name_long, most=NAME_LIMIT, at=whose)
    return short(words, NAME_LIMIT)


def _elsewhere(texts: Choosing, _words: str, whose: str) -> RichText:
    """Say how a template is set: here its lines would be lost."""
    return say(texts.template_elsewhere, at=whose)


_READERS: Mapping[str, Callable[[Choosing, str, str], str | RichText]] = {
    "zone": _zone,
    "hashtags": _labels,
    "template": _elsewhere,
    "name": _name,
}
