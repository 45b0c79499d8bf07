"""What buttons carry, and what is said over them: read as foreign text, since anybody may forge it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import menus
from bot.chat.desk import TOAST_LIMIT
from bot.chat.menus import Press, Verb
from bot.chat.replies import LANGUAGES
from bot.chat.replies.texts import Texts
from bot.items import ChatId


@given(
    st.sampled_from(Verb), st.integers(-(10**16), 10**16), st.integers(0, 5000), st.integers(1, 20), st.text()
)
def test_buttons_carry_whatever_words_within_64_bytes(
    verb: Verb, chat: int, offset: int, count: int, words: str
) -> None:
    data = menus.pack(Verb.LATEST, ChatId(chat), offset, count, menus.fit(words))
    press = menus.unpack(data)
    assert press == Press(Verb.LATEST, ChatId(chat), (str(offset), str(count), menus.fit(words)))
    assert menus.unpack(menus.pack(verb, ChatId(chat), "abcdefghijk")) is not None


@pytest.mark.parametrize("data", ["l:7:1", "u:7:feed:1", "x:7:feed:1", "b:7:feed:1", "s:7:feed", "a:7:0", "r:7:1:0", "A:7:draft:3", "B:7:draft", "C:7:3:test:1", "D:7:3:cooldown:3600:1", "c:7:once:0", "f:7:feed:silent:0", "o:7:style:feed", "w:7:style:full:feed", "t:7:draft:feed", "d:7:draft:feed", "S:7:draft:0:0:5", "T:7:0", "U:7:draft:0", "V:7:draft:feed", "W:7:feed:0", "E:7:-1:3", "F:7:feed", "G:7:feed", "H:7:feed", "I:7:feed:other"])  # fmt: skip
def test_a_button_with_more_than_its_verb_carries_is_not_ours(data: str) -> None:
    assert menus.unpack(data) is not None
    assert menus.unpack(f"{data}:1") is None
    assert menus.unpack(f"{data}:") is None


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_what_is_said_over_a_button_is_not_cut(texts: Texts) -> None:
    over = (texts.only_admins_toast, texts.stale_button, texts.button_not_yours)
    failed = (texts.no_memory, texts.broken, texts.too_slow, texts.telegram_down)
    alert = texts.alerting
    alerts = (alert.alert_removed, alert.alert_gone, alert.alert_expired, alert.alert_same, alert.alert_full, alert.alert_unknown, alert.also_unknown, alert.also_nobody, alert.also_same)  # fmt: skip
    assert max(map(len, over + failed + alerts)) <= TOAST_LIMIT


def test_an_address_in_a_button_keeps_its_colons() -> None:
    press = menus.unpack(menus.pack(Verb.SUGGESTED, ChatId(7), "https://a.example:81/x"))
    assert press == Press(Verb.SUGGESTED, ChatId(7), ("https://a.example:81/x",))


def test_every_suggested_address_fits_its_button() -> None:
    for texts in LANGUAGES.values():
        for _, url in texts.suggestions:
            assert menus.pack(Verb.SUGGESTED, ChatId(-(10**15)), url)


@given(st.text(max_size=70))
def test_forged_buttons_are_read_without_harm(data: str) -> None:
    for text in (data, f"n:7:{data}", f"l:{data}", f"x:-5:{data}"):
        press = menus.unpack(text)
        if press is not None:
            assert isinstance(press.count(0), int)
            assert isinstance(press.feed(), str)
