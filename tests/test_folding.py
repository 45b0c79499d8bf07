"""What counts as the same writing."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.folding import fold, marked
from bot.rules.han import SIMPLIFIED, TRADITIONAL
from tests import han

LETTERS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aéßıİÆŒøđ’“—… \u00a0\u3000\n\u00ad\u200d\ufe0f\u0301\u0308\u0323\u0345"),
        st.sampled_from("ЁёЙйїґ\u0306ΣςΆᾳ\u0651\u064eآأ\u0654ىيةهـ١۴ﷲﹷ\u05b0\ufb2a"),
        st.sampled_from("カガｶﾞﾟは\u3099\u309aヷー臺著乾頋﹏，Ａ①㍿ㅎㅏﾡ\u1112\u1161\u11ab한"),
        st.sampled_from(
            "นํำ้िक\u093c\u094d\u0958\u09c7\u09be\U0001d15e\U0001d165\U0001d538\U00011099\U000110ba"
        ),
    )
)
"""Texts of what is hard to fold."""


BLOCKS = ((0, 0x3400), (0xA000, 0xAC00), (0xD7B0, 0x20000), (0x2F800, 0x2FA20), (0xE0000, 0xE1000))
"""Every character but Han, of which a table is made, and Hangul syllables."""


@pytest.mark.parametrize(
    "spellings",
    [
        "café CAFÉ cafe\u0301 ＣＡＦＥ cafe ca\u00adfé",
        "straße STRASSE STRAẞE strasse",
        "łódź Łódź LODZ lodz",
        "Ærø ærø aero",
        "cœur CŒUR coeur",
        "Þór thor",
        "Đặng đặng Đa\u0323\u0306ng dang",
        "İstanbul ISTANBUL istanbul ıstanbul",
        "ﬁnal FINAL final",
        "don’t don't donʼt don＇t",
        "co‑op co–op co−op co-op",
        "ΑΘΗΝΑ Αθήνα αθηνα",
        "ΟΔΥΣΣΕΎΣ οδυσσεύς οδυσσευσ",
        "Ещё ЕЩЕ еще еще\u0308",
        "за\u0301мок замок",
        "Київ КИЇВ Киі\u0308в",
        "٢٠٢٤ ۲۰۲۴ २०२४ ２０２４ 2024",
        "أحمد احمد إحمد",
        "علي على علی",
        "مدرسة مدرسه",
        "كتاب کتاب كـتـاب كِتَابٌ",
        "שָׁלוֹם שלום",
        "臺灣 台湾 台灣",
        "軟體 软体",
        "乾淨 干净",
        "カタカナ かたかな ｶﾀｶﾅ",
        "ガス ｶﾞｽ がす カ\u3099ス",
        "パン ﾊﾟﾝ ぱん",
        "한국 \u1112\u1161\u11ab국",
        "क़लम \u0915\u093cलम",
        "น้ำ น้\u0e4dา",
        "❤️ ❤",
        "①② 12",
    ],
)
def test_these_are_one_word(spellings: str) -> None:
    assert len({fold(spelling) for spelling in spellings.split(" ")}) == 1


@pytest.mark.parametrize(
    "others",
    [
        "мой мои",
        "їжа іжа",
        "кузуў кузуу",
        "がき かき",
        "ぱん はん ばん",
        "हिन्दी हिन्द हन्द",
        "ไทย ไท ทย",
        "क़ क",
        "说 話",
        "≠ =",
        "windows™ windowstm",
        "3½ 31/2 312",
        "ㅋㅋ ㅋ",
    ],
)
def test_these_are_different_words(others: str) -> None:
    words = others.split(" ")
    assert len({fold(word) for word in words}) == len(words)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Plain ASCII – “quoted” text…", 'plain ascii - "quoted" text...'),
        ("國務院總理，李強！", "国务院总理,李强!"),
        ("Tru\u00admp\u200b \u200eВремя", "trump время"),
        ("１２日、デジタル庁", "12日、でじたる庁"),
        ("a\u00a0b\u3000c\u2028d", "a b c d"),
        ("it´s 5 ½ ™", "it's 5 ½ ™"),
        ("\u0301x", "x"),
        ("", ""),
    ],
)
def test_a_text_is_folded_to_this(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_no_character_folds_to_what_would_fold_again_or_to_space() -> None:
    letters = [chr(point) for first, end in BLOCKS for point in range(first, end) if point != ord("\n")]
    folded = fold("\n".join(letters))
    assert fold(folded) == folded
    for letter, spelling in zip(letters, folded.split("\n"), strict=True):
        assert letter.isspace() or spelling == spelling.strip(), hex(ord(letter))


def test_every_decimal_digit_is_compared_as_ascii() -> None:
    for letter in filter(str.isdecimal, map(chr, range(0x20000))):
        assert fold(letter) == str(unicodedata.decimal(letter)), hex(ord(letter))


@given(LETTERS)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(LETTERS)
def test_normal_forms_of_a_text_fold_to_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == fold(text)


@pytest.mark.parametrize(
    ("letter", "spelling"),
    [
        ("é", "é"),
        ("E\u0301", "é"),
        ("Ｅ\u0301", "é"),
        ("Ü", "ü"),
        ("đ", "đ"),
        ("Ё", "ё"),
        ("е\u0308", "ё"),
        ("o\u0302\u0323", "ộ"),
        ("e", ""),
        ("Ｅ", ""),
        ("е\u0301", ""),
        ("İ", ""),
        ("ı", ""),
        ("ß", ""),
        ("æ", ""),
        ("ή", ""),
        ("й", ""),
        ("が", ""),
        ("أ", ""),
    ],
)
def test_only_some_marks_count(letter: str, spelling: str) -> None:
    assert marked(letter) == spelling


@pytest.mark.parametrize(
    "text",
    [
        "a" + "\u0301\u0323" * 50_000,
        "\U0001d165\U0001d16d" * 25_000,
        "e\u0301" * 50_000,
        "\u1112\u1161\u0301\u11ab" * 20_000,
        "\u1161" * 100_000,
        "\ud800\udfff\udc00" * 30_000,
        "\u200d\u00ad" * 50_000,
        "ﷺ" * 20_000,
        "ｶﾞ" * 50_000,
    ],
)
def test_a_hostile_text_is_folded_in_no_time(text: str) -> None:
    started = time.thread_time()
    assert fold(fold(text)) == fold(text)
    assert time.thread_time() - started < 1  # what is quadratic takes ten


def test_the_table_of_characters_is_what_its_source_makes() -> None:
    assert han.FILE.read_text(encoding="utf-8") == han.source()


def test_the_table_of_characters_is_sound() -> None:
    assert len(TRADITIONAL) == len(SIMPLIFIED) == len(set(TRADITIONAL))
    assert not set(TRADITIONAL) & set(SIMPLIFIED)
