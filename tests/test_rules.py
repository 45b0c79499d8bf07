"""What a query finds, and how it is told."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.rules import QUERY_LIMIT, WORDS_LIMIT, Searchable, fold, matches, parse
from bot.rules.text import Needle, Text

STORY = Searchable(
    title="OpenAI stellt GPT-5 vor: Ärger in Brüssel",
    body="The SAID firm’s AI芯片 plan; C++ and ＦＵＬＬ width. 人工智能改变世界。Naïve résumé café.",
    author="Jane Doe",
    source="Example News",
    tags=("künstliche Intelligenz", "EU"),
)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("openai", ("OpenAI",)),
        ("BRÜSSEL ärger", ("Brüssel", "Ärger")),
        ("brüssel", ("Brüssel",)),
        ("ai", ("AI",)),
        ("人工", ("人工",)),
        ("智能改", ("智能改",)),
        ("芯片", ("芯片",)),
        ("full", ("ＦＵＬＬ",)),
        ("ｗｉｄｔｈ", ("width",)),
        ("gpt-5", ("GPT-5",)),
        ("gpt", ("GPT",)),
        ("c++", ("C++",)),
        ("firm", ("firm",)),
        ("intelligenz eu", ("Intelligenz", "EU")),
        ('"openai", vor', ("OpenAI", "vor")),
        ("résumé", ("résumé",)),
        ("re\u0301sume\u0301", ("résumé",)),
    ],
)
def test_words_are_found_and_told_as_they_stand(query: str, words: tuple[str, ...]) -> None:
    assert parse(query).hit(STORY) == words == matches(query, STORY)


@pytest.mark.parametrize(
    "query",
    [
        "open",
        "aid",
        "sai",
        "openai google",
        "bruss",
        "tell",
        "pt-5",
        "jane",
        "example",
        "工人",
        "full5",
    ],
)
def test_parts_of_words_and_missing_words_do_not_match(query: str) -> None:
    assert matches(query, STORY) is None


@pytest.mark.parametrize(
    ("body", "query", "words"),
    [
        ("Straße", "STRASSE", ("Straße",)),
        ("ΟΔΥΣΣΕΎΣ", "οδυσσεύς", ("ΟΔΥΣΣΕΎΣ",)),
        ("Президент России", "россии", ("России",)),
        ("e\u0301tude", "étude", ("e\u0301tude",)),
        ("ｶﾞｽ", "ガス", ("ｶﾞｽ",)),
        ("정부는 오늘", "정부", ("정부",)),
        ("\u1112\u1161\u11ab국", "한국", ("\u1112\u1161\u11ab국",)),
        ("รัฐบาลไทยแถลง", "ไทย", ("ไทย",)),
        ("Tru\u00admp", "trump", ("Tru\u00admp",)),
        ("🚀 launch", "🚀", ("🚀",)),
        ("①②", "12", ("①②",)),
        ("a1 1a", "1a", ("1a",)),
        ("हिन्दी में", "हिन्दी", ("हिन्दी",)),
    ],
)
def test_every_script_is_matched_in_its_own_way(body: str, query: str, words: tuple[str, ...]) -> None:
    assert matches(query, Searchable(body=body)) == words


def test_a_vowel_sign_is_part_of_its_word() -> None:
    assert matches("हिन्द", Searchable(body="हिन्दी")) is None


def test_a_later_place_counts_where_the_first_is_within_a_word() -> None:
    assert matches("ai", Searchable(title="Rain, said", body="SAID: AI")) == ("AI",)


@pytest.mark.parametrize("query", ["", "  ", '""', "“ ”", " , ; "])
def test_a_query_without_words_is_refused_with_a_sentence(query: str) -> None:
    with pytest.raises(ValueError, match="empty: name at least one word"):
        parse(query)


def test_a_query_that_is_too_long_is_refused_with_a_sentence() -> None:
    assert parse("x" * QUERY_LIMIT)
    with pytest.raises(ValueError, match=f"at most {QUERY_LIMIT}"):
        parse("x" * (QUERY_LIMIT + 1))
    with pytest.raises(ValueError, match=f"at most {WORDS_LIMIT}"):
        parse(" ".join(f"w{number}" for number in range(WORDS_LIMIT + 1)))


def test_a_rule_keeps_its_query_tidy_and_each_word_once() -> None:
    rule = parse("  Apple   APPLE\tpear ")
    assert (rule.query, rule.words) == ("Apple APPLE pear", ("apple", "pear"))


@given(st.text())
def test_folding_is_stable(text: str) -> None:
    # The one combining letter that Unicode folds to a spacing one makes no word of a news item.
    assume("\u0345" not in unicodedata.normalize("NFKD", text))
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text(min_size=1), st.text())
def test_what_is_told_is_a_part_of_the_text_and_folds_to_the_word(before: str, word: str, after: str) -> None:
    text = Text(f"{before} {word} {after}")
    for place in text.places(Needle.of(word)):
        told = text.original(*place)
        assert told in text.raw
        assert Needle.of(word).stem in text.folded[slice(*place)]


@given(st.lists(st.from_regex(r"[a-zäöüA-Z0-9]{1,8}", fullmatch=True), min_size=1, max_size=10), st.data())
def test_any_whole_word_of_a_text_is_found_in_it(words: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(words))
    (told,) = matches(word, Searchable(body=", ".join(words))) or ("",)
    assert fold(told) == fold(word)


@given(st.text(max_size=50))
def test_no_query_breaks_anything(query: str) -> None:
    try:
        rule = parse(query)
    except ValueError as error:
        assert str(error).endswith(".")
        return
    found = rule.hit(STORY)
    assert found is None or len(found) == len(rule.words)
