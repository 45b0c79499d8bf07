"""Where words stand in a text of any language, and what stands there."""

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.folding import fold
from bot.rules.text import _WHOLE, Needle, Text, runs, words
from tests.test_folding import LETTERS


def found(query: str, text: str, *, prefix: bool = False, exact: bool = False) -> list[str]:
    searched = Text(text)
    needle = Needle.of(query, prefix=prefix, exact=exact)
    return [searched.original(*span) for span in searched.places(needle)]


ENGLISH = (
    "Cats in this category: the cat’s café, AT&T and C++; SAID’s AI-driven co‑op. Companies’ news: NEW cafés."
)
GERMAN = "Die Straße führt über Köln; „Maßnahmen“ der STRASSENBAHN kosten Ärger, sagt Fußball-Chef Müller (für FC Köln)."
FRENCH = "L’Élysée a confirmé : l’État n’aidera pas les œuvres d’été, déjà élues. ETAT, etat."
VIETNAMESE = "Thủ tướng nói tại Hà Nội rằng Đà Nẵng và TP.HCM phát triển; ha noi, đa phương."
RUSSIAN = "Ещё один полёт: Королёв и королев обсудили за\u0301мок. Мой ИИ-центр, войны и мир."
UKRAINIAN = "Київ і Харків: їжа, Ґудзик, об’єднання; кияни в Києві."
TURKISH = "İSTANBUL’da ışık: Isparta, Iğdır ve Şişli’de seçim; DİYARBAKIR ile Diyarbakır."
ARABIC = "قالَ الرئيسُ إنّ الحكومة في القاهرة أعلنت ٢٥ خطّة؛ وزير الكهربـــاء على رأس الوفد."
PERSIAN = "رئیس‌جمهور ایران گفت کتاب‌ها و ۲۵ برنامه؛ علی در تهران است."
SIMPLIFIED_CHINESE = "国务院总理李强会见OpenAI代表，讨论人工智能芯片。和平与发展，2024年12月Ａ股。"
TRADITIONAL_CHINESE = "臺灣的軟體業者發佈AI晶片，總統府說「乾淨能源」著眼未來；後面皇后。"
JAPANESE = "トヨタは１２日、東京でデジタル化の計画を発表。ｶﾞｿﾘﾝ価格、きょうの国会とＡＩ。"
THAI = "นายกรัฐมนตรีไทยแถลงที่กรุงเทพฯ เรื่องน้ำท่วม AI และเศรษฐกิจ"
KOREAN = "정부는 서울에서 인공지능 AI를 발표했다. 삼성전자의 반도체, 서울시."
HINDI = "प्रधानमंत्री ने हिन्दी में कहा; हिन्द महासागर, भारतीय और भारत।"
GREEK = "Η ΕΛΛΆΔΑ και η Ελλάδα: ΑΘΗΝΑ, Αθήνα, Αθηνών."


@pytest.mark.parametrize(
    ("text", "query", "told"),
    [
        (ENGLISH, "cat", ["Cats", "cat"]),
        (ENGLISH, "cats", ["Cats"]),
        (ENGLISH, "cafe", ["café", "cafés"]),
        (ENGLISH, "café", ["café", "cafés"]),
        (ENGLISH, "company", ["Companies"]),
        (ENGLISH, "new", ["NEW"]),
        (ENGLISH, "news", ["news"]),
        (ENGLISH, "ai", ["AI"]),
        (ENGLISH, "said", ["SAID"]),
        (ENGLISH, "at&t", ["AT&T"]),
        (ENGLISH, "c++", ["C++"]),
        (ENGLISH, "c", ["C"]),
        (ENGLISH, "co-op", ["co‑op"]),
        (ENGLISH, "cat's", ["cat’s"]),
        (ENGLISH, "the cat", ["the cat"]),
        (GERMAN, "strasse", ["Straße"]),
        (GERMAN, "Straße", ["Straße"]),
        (GERMAN, "köln", ["Köln", "Köln"]),
        (GERMAN, "koln", ["Köln", "Köln"]),
        (GERMAN, "massnahmen", ["Maßnahmen"]),
        (GERMAN, "für", ["für"]),
        (GERMAN, "FUẞBALL", ["Fußball"]),
        (GERMAN, "a\u0308rger", ["Ärger"]),
        (FRENCH, "état", ["État"]),
        (FRENCH, "etat", ["État", "ETAT", "etat"]),
        (FRENCH, "élysée", ["Élysée"]),
        (FRENCH, "elysée", ["Élysée"]),
        (FRENCH, "oeuvres", ["œuvres"]),
        (FRENCH, "œuvre", ["œuvres"]),
        (FRENCH, "n'aidera", ["n’aidera"]),
        (VIETNAMESE, "hà nội", ["Hà Nội"]),
        (VIETNAMESE, "ha noi", ["Hà Nội", "ha noi"]),
        (VIETNAMESE, "đà nẵng", ["Đà Nẵng"]),
        (VIETNAMESE, "da nang", ["Đà Nẵng"]),
        (VIETNAMESE, "đa", ["Đà", "đa"]),
        (RUSSIAN, "королев", ["Королёв", "королев"]),
        (RUSSIAN, "королёв", ["Королёв"]),
        (RUSSIAN, "еще", ["Ещё"]),
        (RUSSIAN, "замок", ["за\u0301мок"]),
        (RUSSIAN, "за\u0301мок", ["за\u0301мок"]),
        (RUSSIAN, "мой", ["Мой"]),
        (RUSSIAN, "ии", ["ИИ"]),
        (UKRAINIAN, "київ", ["Київ"]),
        (UKRAINIAN, "їжа", ["їжа"]),
        (UKRAINIAN, "об'єднання", ["об’єднання"]),
        (TURKISH, "istanbul", ["İSTANBUL"]),
        (TURKISH, "İstanbul", ["İSTANBUL"]),
        (TURKISH, "ışık", ["ışık"]),
        (TURKISH, "isparta", ["Isparta"]),
        (TURKISH, "diyarbakır", ["DİYARBAKIR", "Diyarbakır"]),
        (TURKISH, "şişli", ["Şişli"]),
        (ARABIC, "الرئيس", ["الرئيسُ"]),
        (ARABIC, "قال", ["قالَ"]),
        (ARABIC, "الحكومه", ["الحكومة"]),
        (ARABIC, "اعلنت", ["أعلنت"]),
        (ARABIC, "الكهرباء", ["الكهربـــاء"]),
        (ARABIC, "25", ["٢٥"]),
        (ARABIC, "علي", ["على"]),
        (PERSIAN, "كتابها", ["کتاب‌ها"]),
        (PERSIAN, "علي", ["علی"]),
        (PERSIAN, "رئیس‌جمهور", ["رئیس‌جمهور"]),
        (PERSIAN, "25", ["۲۵"]),
        (SIMPLIFIED_CHINESE, "國務院", ["国务院"]),
        (SIMPLIFIED_CHINESE, "智能芯片", ["智能芯片"]),
        (SIMPLIFIED_CHINESE, "openai", ["OpenAI"]),
        (SIMPLIFIED_CHINESE, "a股", ["Ａ股"]),
        (SIMPLIFIED_CHINESE, "2024", ["2024"]),
        (SIMPLIFIED_CHINESE, "和平", ["和平"]),
        (TRADITIONAL_CHINESE, "台湾", ["臺灣"]),
        (TRADITIONAL_CHINESE, "软体", ["軟體"]),
        (TRADITIONAL_CHINESE, "ai", ["AI"]),
        (TRADITIONAL_CHINESE, "干净", ["乾淨"]),
        (TRADITIONAL_CHINESE, "着眼", ["著眼"]),
        (TRADITIONAL_CHINESE, "后", ["後", "后"]),
        (JAPANESE, "とよた", ["トヨタ"]),
        (JAPANESE, "ガソリン", ["ｶﾞｿﾘﾝ"]),
        (JAPANESE, "12", ["１２"]),
        (JAPANESE, "デジタル", ["デジタル"]),
        (JAPANESE, "ai", ["ＡＩ"]),
        (JAPANESE, "ｋ化", []),
        (THAI, "ไทย", ["ไทย"]),
        (THAI, "น้ำท่วม", ["น้ำท่วม"]),
        (THAI, "กรุงเทพ", ["กรุงเทพ"]),
        (THAI, "ai", ["AI"]),
        (KOREAN, "정부", ["정부"]),
        (KOREAN, "서울", ["서울", "서울"]),
        (KOREAN, "ai", ["AI"]),
        (KOREAN, unicodedata.normalize("NFD", "반도체"), ["반도체"]),
        (HINDI, "हिन्दी", ["हिन्दी"]),
        (HINDI, "हिन्द", ["हिन्द"]),
        (HINDI, "भारत", ["भारत"]),
        (GREEK, "ελλαδα", ["ΕΛΛΆΔΑ", "Ελλάδα"]),
        (GREEK, "Αθήνα", ["ΑΘΗΝΑ", "Αθήνα"]),
        ("🔥 hot, $TSLA on ASP.NET ❤️", "🔥", ["🔥"]),
        ("🔥 hot, $TSLA on ASP.NET ❤️", "$tsla", ["$TSLA"]),
        ("🔥 hot, $TSLA on ASP.NET ❤️", ".net", [".NET"]),
        ("🔥 hot, $TSLA on ASP.NET ❤️", "❤", ["❤️"]),
        ("New\n \tYork, new\u00a0york", "new york", ["New\n \tYork", "new\u00a0york"]),
        ("#open_source", "source", ["source"]),
        ("GPT-5, C++", "gpt", ["GPT"]),
        ("\u2067Tru\u00admp\u200b\u200f!\u2069", "trump", ["Tru\u00admp"]),
        ("№5 Windows™ 3½", "5", ["5"]),
        ("№5 Windows™ 3½", "windows", ["Windows"]),
        ("GPT-5, C++", "c", ["C"]),
        ("国会 國會 気 ②⑤", "國", ["国", "國"]),
        ("国会 國會 気 ②⑤", "25", ["②⑤"]),
    ],
)
def test_a_word_is_found_and_told_as_it_stands(text: str, query: str, told: list[str]) -> None:
    assert found(query, text) == told


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        (ENGLISH, "ca|categor|sai|ews|c+++|driv|compan|cät|the cats|AT T|opp|ategory"),
        (GERMAN, "stras|bahn|straßen|öln|fürs|mül|maß|ball|argér|arger in|fúr|strassen"),
        (FRENCH, "lysée|œuv|ètat|étât|été déjà|tat|etats|lues|élu"),
        (VIETNAMESE, "hà nôi|hạ noi|đã nang|da nẳng|phat triên|trien thu|hà noí"),
        (RUSSIAN, "корол|полет в|мои|война|замо|олёв|центры|мой война"),
        (UKRAINIAN, "киів|харкив|ижа|кия|їж|єднання х|кии"),
        (TURKISH, "stanbul|isparto|sparta|sişlî|diyar|secîm"),
        (ARABIC, "رئيس|حكومة|حاكم|قا|خط|كهرباء|وفد|2"),
        (PERSIAN, "کت|ایرا|جمهوری|5|تهرا"),
        (SIMPLIFIED_CHINESE, "open|务总|024|股a|国院|pena|工人|a芯"),
        (TRADITIONAL_CHINESE, "台软|i|片总|a|后皇"),
        (JAPANESE, "カソリン|1|てしたる|きよう|a|とよだ"),
        (THAI, "นำท่วม|a|ทยไ|ไทยา"),
        (KOREAN, "정보|부정|a|삼송"),
        (HINDI, "हिन्|हन्दी|भार|महा|तीय"),
        (GREEK, "ελλαδ|αθην|θήνα"),
        ("والحكومة في الخليج", "الحكومة|حكومة|خليج"),
        ("軟體 気", "软件|氣"),
        ("C# 🔥❤️", "c++|🔥🔥|❤🔥"),
    ],
)
def test_another_word_is_not_found(text: str, queries: str) -> None:
    assert {query: told for query in queries.split("|") if (told := found(query, text))} == {}


@pytest.mark.parametrize(
    ("query", "text", "told"),
    [
        ("elect", "Elections, electric: re-elect; select", ["Elections", "electric", "elect"]),
        ("élec", "electric Électricité", ["Électricité"]),
        ("c+", "C++ C+", ["C+", "C+"]),
        ("人工", "人工智能", ["人工"]),
        ("new yor", "New Yorkers", ["New Yorkers"]),
        ("हिन्", "हिन्दी", ["हिन्दी"]),
    ],
)
def test_a_beginning_finds_the_whole_word(query: str, text: str, told: list[str]) -> None:
    assert found(query, text, prefix=True) == told


@pytest.mark.parametrize(
    ("query", "text", "told"),
    [
        ("box", "box boxes boxs", ["box", "boxes"]),
        ("party", "party parties party's partys", ["party", "parties", "party", "partys"]),
        ("day", "days daies", ["days"]),
        ("princes", "princess", []),
        ("hero", "heroes photos heros", ["heroes", "heros"]),
        ("ai", "ais", []),
        ("gpt4", "gpt4s", []),
        ("good", "goods", []),
        ("new york company", "New York companies", ["New York companies"]),
    ],
)
def test_the_english_plural_is_found_by_the_singular(query: str, text: str, told: list[str]) -> None:
    assert found(query, text) == told


def test_an_exact_word_has_no_plural() -> None:
    assert found("cat", "cats Cat cat's", exact=True) == ["Cat", "cat"]


@pytest.mark.parametrize("query", ["", " ", "\u200b", "\u0301", " \u00ad "])
def test_nothing_is_found_by_nothing(query: str) -> None:
    assert Needle.of(query).folded == ""
    assert found(query, f"a {query} b") == []


def test_a_mark_counts_where_the_query_has_it() -> None:
    text = "résumé resume résume resumé re\u0301sume\u0301"
    assert found("resume", text) == text.split()
    assert found("résume", text) == ["résumé", "résume", "re\u0301sume\u0301"]
    assert found(" \u200b résumé", text) == ["résumé", "re\u0301sume\u0301"]


def test_words_are_counted_up_to_a_place() -> None:
    text = Text("One two-three, 人工智能 한국어 AI를 ไทย")
    places = [
        text.ordinal(text.folded.index(word)) for word in ("one", "two", "three", "人", "能", "한", "ai")
    ]
    assert places == [0, 1, 2, 3, 6, 7, 8]
    assert text.ordinal(len(text.folded)) == 12


def test_words_and_runs_part_a_text() -> None:
    text = fold("The C++ of AI芯片, भारत’s $5.")
    assert words(text) == ["the", "c", "of", "ai", "भारत", "s", "5"]
    assert runs(text) == ["++", "芯片,", "'", "$", "."]


FORMS = st.sampled_from(["", "s", "es", " ", "-", "x", "的", "\u0301", "\u200d", ". "])


@given(before=LETTERS, query=LETTERS, after=LETTERS, form=FORMS, prefix=st.booleans(), exact=st.booleans())
def test_what_is_found_is_there(
    before: str, query: str, after: str, form: str, *, prefix: bool, exact: bool
) -> None:
    text = Text(f"{before} {query}{form} {query}{after}")
    needle = Needle.of(query, prefix=prefix, exact=exact)
    last = 0
    for start, end in text.places(needle):
        assert last <= start < end <= len(text.folded)
        last = end
        told = text.folded[start:end]
        assert told.startswith(needle.forms) if prefix else told in needle.forms
        assert Text(text.original(start, end)).folded.strip() != ""
        assert told.strip() in Text(text.original(start, end)).folded
        assert text.original(start, end) in text.raw


@given(before=LETTERS, query=LETTERS, after=LETTERS, prefix=st.booleans())
def test_what_is_found_is_made_of_whole_words_and_parts_of_runs(
    before: str, query: str, after: str, *, prefix: bool
) -> None:
    text = Text(before + query + after)
    needle = Needle.of(query, prefix=prefix)
    for start, end in text.places(needle):
        told = text.folded[start:end]
        assert set(words(told)) <= set(words(text.folded))
        assert all(any(run in other for other in runs(text.folded)) for run in runs(told))
        assert prefix or told in needle.forms


@given(before=LETTERS, query=LETTERS, after=LETTERS, prefix=st.booleans())
def test_what_is_at_a_place_is_what_is_found_there(
    before: str, query: str, after: str, *, prefix: bool
) -> None:
    text = Text(before + query + after)
    needle = Needle.of(query, prefix=prefix)
    spans = dict(text.places(needle))
    assert {start: text.at(needle, start) for start in spans} == spans
    apart = set(range(-1, len(text.folded) + 2)).difference(*(range(*span) for span in spans.items()))
    assert all(text.at(needle, start) == -1 for start in apart)


@given(LETTERS)
def test_words_and_runs_are_all_of_a_text_but_its_spaces(text: str) -> None:
    folded = fold(text)
    assert sorted("".join(words(folded) + runs(folded))) == sorted("".join(folded.split()))


@given(LETTERS)
def test_every_place_of_a_folded_text_has_the_letter_it_comes_from(raw: str) -> None:
    text = Text(raw)
    letters = [(Text(letter[0]).folded, letter.span()) for letter in _WHOLE.finditer(raw)]
    assert "".join(folded for folded, _ in letters) == text.folded
    if text.folded == raw:  # each is its own
        spans = [(place, place + 1) for place in range(len(raw))]
    else:
        spans = [span for folded, span in letters for _ in folded]
    assert [text._letters.at(place) for place in range(len(text.folded))] == spans


@given(LETTERS, st.data())
def test_no_letter_is_cut_from_its_marks(raw: str, data: st.DataObject) -> None:
    text = Text(raw)
    start = data.draw(st.integers(0, len(text.folded)))
    told = text.original(start, data.draw(st.integers(start, len(text.folded))))
    if told and raw.count(told) == 1:
        after = raw[raw.index(told) + len(told) :][:1]
        assert not unicodedata.combining(after or " ")
        assert not unicodedata.combining(told[0]) or raw.startswith(told)


@given(st.lists(st.from_regex(r"[a-zäöüßA-Zё0-9]{1,8}", fullmatch=True), min_size=1, max_size=10), st.data())
def test_any_word_of_a_text_is_found_in_it(some: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(some))
    assert word in found(word, ", ".join(some))


@given(st.text("a人b1 -ไ한", max_size=40))
def test_the_count_of_words_grows_by_one_at_most(raw: str) -> None:
    text = Text(raw)
    counts = [text.ordinal(place) for place in range(len(text.folded) + 1)]
    assert counts[:1] == [0]
    assert all(0 <= later - earlier <= 1 for earlier, later in pairwise(counts))


@pytest.mark.parametrize(
    ("raw", "query"),
    [
        ("a" * 50_000, "a" * 30),
        ("a" * 50_000, "a" * 29 + "b"),
        ("a " * 25_000, "a " * 60 + "b"),
        ("-a" * 25_000, "-"),
        ("aé" * 25_000, "é"),
        ("é " * 25_000, "é"),
        ("e " * 25_000, "é"),
        ("人" * 50_000, "人人"),
        ("ि" * 50_000, "ि"),
        ("e" + "\u0301\u0323" * 50_000, "é"),
        ("\ud800" * 50_000, "\ud800"),
        ("\n" * 50_000 + "x", "x"),
        ("!" * 50_000, "!!a"),
        ("\u0301 " * 25_000, "x"),
    ],
)
@pytest.mark.parametrize("prefix", [False, True])
def test_a_hostile_text_is_searched_in_no_time(raw: str, query: str, *, prefix: bool) -> None:
    started = time.thread_time()
    text = Text(raw)
    for number, span in enumerate(text.places(Needle.of(query, prefix=prefix))):
        if number % 100 == 0:
            text.original(*span)
    text.ordinal(40_000)
    assert time.thread_time() - started < 3  # what is quadratic takes a minute


def test_a_long_text_is_looked_through_only_as_far_as_is_asked() -> None:
    text = Text("Ünïcode, ﬁne “text” 人 … " * 3_000)
    assert text.original(0, 7) == "Ünïcode"
    assert len(text._letters._starts) == 1
    assert text.original(len(text.folded) - 6, len(text.folded)) == "人 … "
