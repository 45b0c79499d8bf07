"""What a query finds, and how it is told."""

import re
import time
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules import Heard, Rule, Searchable, parse, printed
from bot.rules.checks import WORD_TOLD, WORDS_TOLD
from bot.rules.nodes import Either, Every, Node, Not
from tests import queries

ENGLISH = (
    "The Fed raised interest rates on Tuesday; markets (and Wall St.) fell. U.S. bank CEOs said: “no cuts”."
)
GERMAN = "Die EZB erhöht den Leitzins: Banken in Österreich und der Schweiz warnen vor den Folgen."
FRENCH = "La Banque de France relève ses prévisions ; l’État dépense trop, dit-on à l'Élysée."
RUSSIAN = "Банк России повысил ключевую ставку. Курс рубля вырос, сообщает «Коммерсантъ»."
CHINESE = "中国人民银行宣布下调存款准备金率，A股三大指数集体上涨。王和平表示，AI芯片需求强劲。"
JAPANESE = "日本銀行は政策金利を据え置いた。ソニーの新型プレイステーション5、11月に発売。"
KOREAN = "한국은행이 기준금리를 동결했다. 삼성전자의 주가는 올랐다."
THAI = "ธนาคารแห่งประเทศไทยคงอัตราดอกเบี้ยไว้ที่ร้อยละ 2.5"

FOUND = [
    (ENGLISH, "fed rates", ("Fed", "rates")),
    (ENGLISH, '"interest rates"', ("interest rates",)),
    (ENGLISH, '"markets and wall st fell"', ("markets (and Wall St.) fell",)),
    (ENGLISH, '"wall st" -"rates interest"', ("Wall St",)),
    (ENGLISH, '"U.S. bank"', ("U.S. bank",)),
    (ENGLISH, '"said no cuts"', ("said: “no cuts",)),
    (ENGLISH, '"rates tuesday"', None),
    (ENGLISH, "cut OR hike OR market", ("markets", "cuts")),
    (ENGLISH, '"cut"', None),
    (ENGLISH, "near/1(rates tuesday)", ("rates", "Tuesday")),
    (ENGLISH, "near/0(tuesday rates)", None),
    (ENGLISH, 'near/2(tuesday "fed raised")', None),
    (ENGLISH, 'near/3(tuesday "fed raised")', ("Fed raised", "Tuesday")),
    (ENGLISH, "rais* mark*", ("raised", "markets")),
    (ENGLISH, "aise*", None),
    (ENGLISH, "fed -(ecb OR boj)", ("Fed",)),
    (ENGLISH, "fed -(ecb OR bank)", None),
    (ENGLISH, r"/r\w+ed/ /\$\d/", None),
    (ENGLISH, r"/R\w+ED/", ("raised",)),
    ("One category: catalogues, concatenated.", "cat", None),
    ("One category: catalogues, concatenated.", "cat*", ("category", "catalogues")),
    ("A cat's life", "cat", ("cat",)),
    (GERMAN, "ezb leitzins", ("EZB", "Leitzins")),
    (GERMAN, "zins", None),
    (GERMAN, "leit*", ("Leitzins",)),
    (GERMAN, "bank", None),
    (GERMAN, '"österreich und der schweiz"', ("Österreich und der Schweiz",)),
    (GERMAN, "near/4(schweiz österreich)", ("Österreich", "Schweiz")),
    ("Die Straße", "strasse", ("Straße",)),
    (FRENCH, '"banque de france" prévisions', ("Banque de France", "prévisions")),
    (FRENCH, "état", ("État",)),
    (FRENCH, "elysee", ("Élysée",)),
    (FRENCH, "preview*", None),
    (RUSSIAN, '"банк россии" ставку', ("Банк России", "ставку")),
    (RUSSIAN, "ставк*", ("ставку",)),
    (RUSSIAN, "ставка", None),
    (RUSSIAN, "рубл* OR доллар*", ("рубля",)),
    (RUSSIAN, "«коммерсантъ»", ("Коммерсантъ",)),
    (CHINESE, "银行 指数", ("银行", "指数")),
    (CHINESE, "“下调存款”", ("下调存款",)),
    (CHINESE, "“下调 存款”", ("下调存款",)),
    (CHINESE, "“下调 准备金”", None),
    (CHINESE, "near/2(下调 准备金)", ("下调", "准备金")),
    (CHINESE, "near/1(下调 准备金)", None),
    (CHINESE, "芯片，ai", ("芯片", "AI")),
    (CHINESE, "（港股｜A股） －下跌", ("A股",)),
    (CHINESE, "“王和 美国”", None),
    (CHINESE, "“和 表示”", None),
    ("王和美国人", "“和 美国”", ("和美国",)),
    (CHINESE, "/准备.率/", ("准备金率",)),
    (JAPANESE, "日本銀行 金利", ("日本銀行", "金利")),
    (JAPANESE, "「プレイステーション 5」", ("プレイステーション5",)),
    (JAPANESE, "任天堂 OR ソニー", ("ソニー",)),
    (JAPANESE, "5月", None),
    (KOREAN, "기준금리 삼성전자", ("기준금리", "삼성전자")),
    (KOREAN, '"기준금리를 동결했다"', ("기준금리를 동결했다",)),
    (KOREAN, "현대차 OR 주가", ("주가",)),
    (KOREAN, "환율", None),
    (THAI, "ดอกเบี้ย ไทย", ("ดอกเบี้ย", "ไทย")),
    (THAI, '"อัตรา ดอกเบี้ย" 2.5', ("อัตราดอกเบี้ย", "2.5")),
    (THAI, "ญี่ปุ่น", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "query", "words"), FOUND)
def test_words_are_found_and_told_as_they_stand(text: str, query: str, words: tuple[str, ...] | None) -> None:
    for item in (Searchable(title=text), Searchable(body=text), Searchable(tags=("x", text))):
        found = parse(query).hit(item)
        assert found == words or sorted(found or ()) == sorted(words or ("",))


HEADLINES = [
    "Fed holds rates (again) — what's next? | The Daily Post",
    "U.S. & China: “a new era” of AI-chip talks...",
    "5 things to know about GPT-5's “mini” model [updated]",
    "$TSLA up 3.5% after Q2; C++ jobs at R&D labs",
    "Haushalt: „Kein Spielraum“ – Minister warnt vor 20-Mrd.-Loch",
    "L'Élysée dément : « aucune réforme » avant l’été",
    "Банк России: ставка — 16%, «впервые с 2022 года»",
    "央行：下调存款准备金率0.5个百分点（附全文）——解读",
    "《三体》续集“首播”，豆瓣9.1分！",
    "日銀、金利を据え置き「当面は緩和」【速報】",
    "금리 동결…“물가 안정”이 먼저",
    "แบงก์ชาติคงดอกเบี้ย 2.5% “ตามคาด”",
]


@pytest.mark.parametrize("headline", HEADLINES)
def test_a_headline_that_is_pasted_finds_its_item(headline: str) -> None:
    item = Searchable(title=headline)
    assert parse(headline).hit(item)
    assert parse(f"title:({headline})").hit(item)


@pytest.mark.parametrize("headline", HEADLINES)
def test_a_passage_that_is_pasted_in_quotes_finds_its_item(headline: str) -> None:
    for mark in "“”„«»「」":
        headline = headline.replace(mark, "'")
    assert parse(f"“{headline}”").hit(Searchable(body=f"Today: {headline} More."))


ITEM = Searchable(
    title="Apple opens a shop",
    body="Said Tim Cook in Paris. APPLE, apple!",
    author="Jane Doe",
    source="Example News",
    tags=("big tech", "retail"),
    link="https://news.example.com/2026/apple-shop?id=12",
    language="en-GB",
)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("title:apple", ("Apple",)),
        ("body:apple", ("APPLE", "apple")),
        ("apple", ("Apple", "APPLE", "apple")),
        ("title:(shop paris)", None),
        ("shop paris", ("shop", "Paris")),
        ("title:(shop OR paris)", ("shop",)),
        ("-title:paris shop", ("shop",)),
        ("title:-paris shop", ("shop",)),
        ("paris title:(apple -paris)", ("Apple", "Paris")),
        ('title:"opens a shop"', ("opens a shop",)),
        ('"shop said tim"', None),
        ("near(shop tim)", None),
        ("title:near/1(opens shop)", ("opens", "shop")),
        ("title:/O.../", ("open",)),
        ("author:jane shop", ("shop", "Jane")),
        ("jane", None),
        ("author:shop", None),
        ("source:example", ("Example",)),
        ("example", None),
        ("tag:retail", ("retail",)),
        ("retail", ("retail",)),
        ("tag:(tech retail)", ("tech", "retail")),
        ('tag:"tech retail"', None),
        ("tag:tec", None),
        ("link:example.com", ("example.com",)),
        ("link:apple shop", ("shop", "apple")),
        ("link:2026/apple", ("2026/apple",)),
        ("link:exam", None),
        ("link:exam*", ("example",)),
        (r"link:/id=\d+/", ("id=12",)),
        ("lang:en shop", ("shop",)),
        ("lang:en-gb shop", ("shop",)),
        ("lang:EN_GB shop", ("shop",)),
        ("lang:gb shop", None),
        ("lang:eng shop", None),
        ("lang:en* shop", ("shop",)),
        ("lang:(de OR en) shop", ("shop",)),
        ("shop -lang:en", None),
        ("shop -lang:de", ("shop",)),
    ],
)  # fmt: skip
def test_a_field_is_looked_into_alone(query: str, words: tuple[str, ...] | None) -> None:
    assert parse(query).hit(ITEM) == words


@pytest.mark.parametrize(
    ("name", "is_heard"),
    [
        ("bbc", True),
        ("BBC wor", True),
        ("world bbc", True),
        ("orld", False),
        ("bbci.co.uk", True),
        ("体育", True),
        ("every sport", True),
        ("bbc every", False),
        ("reuters", False),
    ],
)
def test_a_feed_or_folder_is_called_as_in_the_list(name: str, is_heard: bool) -> None:  # noqa: FBT001
    heard = Heard(("Meine 体育", "BBC World", "https://feeds.bbci.co.uk/rss"), "Every Sport")
    rule = parse(f'in:"{name}" apple')
    assert rule.hit(ITEM, heard) == (("Apple", "APPLE", "apple") if is_heard else None)
    assert rule.hit(ITEM) is None
    assert parse(f'apple -in:"{name}"').hit(ITEM, heard) == (
        None if is_heard else ("Apple", "APPLE", "apple")
    )


def test_what_is_excluded_or_a_place_tells_no_word() -> None:
    for query in ("-pear", "lang:en", "-(-apple)", "-lang:de -in:bbc"):
        assert parse(query, negative=True).hit(ITEM) == ()
    assert parse("shop (paris OR -pear)").hit(ITEM) == ("shop", "Paris")
    assert parse("shop (london OR -pear)").hit(ITEM) == ("shop",)
    assert parse("shop (paris -cook OR tech)").hit(ITEM) == ("shop", "tech")


def test_the_words_of_the_title_are_told_first_and_not_too_many() -> None:
    many = Searchable(title="zz9", body=" ".join(f"zz{number}" for number in range(100)))
    words = parse("zz*").hit(many)
    assert words is not None
    assert words[:3] == ("zz9", "zz0", "zz1")
    assert len(words) == len(set(words)) == WORDS_TOLD


def test_a_match_too_long_to_be_marked_is_not_told() -> None:
    item = Searchable(body=f"a{'b' * WORD_TOLD}c abc")
    assert parse("/ab+c/").hit(item) == ("abc",)
    assert parse("/ab+c a/").hit(item) == ()


def test_nothing_is_found_in_nothing() -> None:
    for query in ("a", '"a b"', "near(a b)", "/a/", "title:a", "lang:en a"):
        assert parse(query).hit(Searchable()) is None


def _is_hit(node: Node, item: Searchable) -> bool:
    return Rule("", node).hit(item, HEARD) is not None


HEARD = Heard(("BBC World", "example.com"), "体育")
items = st.builds(
    Searchable,
    title=queries.texts,
    body=queries.texts,
    author=queries.texts,
    source=queries.texts,
    tags=st.lists(queries.texts, max_size=2).map(tuple),
    link=queries.texts,
    language=st.sampled_from(("", "en", "de-AT", "zh-Hans")),
)


@settings(max_examples=60)
@given(st.lists(queries.nodes, min_size=2, max_size=3), items)
def test_queries_are_boolean(nodes: list[Node], item: Searchable) -> None:
    each = [_is_hit(node, item) for node in nodes]
    every, either = Every(tuple(nodes)), Either(tuple(nodes))
    denied = tuple(Not(node) for node in nodes)
    assert [_is_hit(node, item) for node in denied] == [not hit for hit in each]
    assert _is_hit(every, item) == all(each) == _is_hit(Not(Either(denied)), item)
    assert _is_hit(either, item) == any(each) == _is_hit(Not(Every(denied)), item)


@settings(max_examples=60)
@given(queries.nodes, items)
def test_what_is_told_stands_in_the_item(node: Node, item: Searchable) -> None:
    words = Rule(printed(node), node).hit(item, HEARD) or ()
    assert len(words) == len(set(words)) <= WORDS_TOLD
    whole = [item.title, item.body, item.author, item.source, *item.tags, item.link]
    for word in words:
        assert any(word in text for text in whole)


@given(
    st.lists(st.sampled_from("abcx"), max_size=14),
    st.integers(0, 3),
    st.permutations("abc"),
    st.integers(2, 3),
)
def test_near_is_a_chain_of_places(text: list[str], distance: int, terms: list[str], count: int) -> None:
    terms = terms[:count]
    places = {place for place, word in enumerate(text) if word in terms}
    found = False
    while places:
        chain = {places.pop()}
        while more := {one for one, other in product(places, chain) if abs(one - other) - 1 <= distance}:
            chain |= more
            places -= more
        found |= {text[place] for place in chain} == set(terms)
    rule = parse(f"near/{distance}({' '.join(terms)})")
    assert (rule.hit(Searchable(body=" ".join(text))) is not None) == found


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from((" ", "-", ", ", " – ", "! ", " (", " x "))),
        max_size=12,
    ),
    st.lists(st.sampled_from("abc"), min_size=2, max_size=3),
)
def test_a_phrase_is_its_words_with_little_between(text: list[tuple[str, str]], words: list[str]) -> None:
    written = "".join(word + gap for word, gap in text)
    found = re.search(r"\b" + "[ ,–!(-]+".join(words) + r"\b", written)
    rule = parse('"' + " ".join(words) + '"')
    assert (rule.hit(Searchable(body=written)) is not None) == bool(found)


LONG = 10_000


@pytest.mark.parametrize(
    ("piece", "query"),
    [
        ("a ", '"a a a a zz"'),
        ("a b ", '"a b b" OR "b a a"'),
        ("a-", '"a zz" OR "zz a"'),
        ("a" + "." * 99, '"a zz" OR "a b"'),
        ("a ", "near/0(a a a zz)"),
        ("a b ", "near/100(a b zz) -a"),
        ("a a's ", "near/2(a zz)"),
        ("aa", "aa* -b"),
        ("aa", "ab* OR aaa"),
        ("a ", "a -b"),
        ("利", "“利 利 率”"),
        ("利", "near/3(利 利利 zz)"),
        ("éé ", "éé OR b"),
        ("ee ", "éé OR b"),
        ("a'", 'a\'s OR "a b"'),
        ("A a ", "a"),
        ("ab ", "/ab/ ab"),
        ("à a ", "á OR â OR ã OR ä OR å OR ā OR ą OR ǎ OR ạ OR ả"),
        ("à b ", '"á zz" OR "â zz" OR "ã b b" OR "à a"'),
        ("xab yab ", " OR ".join("ab"[:1] + "b" * more for more in range(40))),
        ("a x b x ", "near/0(a b)"),
    ],
)
def test_no_rule_takes_long_at_a_long_item(piece: str, query: str) -> None:
    rule = parse(query)
    taken = []
    for length in (LONG // 5, LONG):
        best = 9.0
        for _ in range(4):
            item = Searchable(body=(piece * length)[:length] + " x y w v u zz")
            assert item.texts[0].folded  # folding has its own tests
            began = time.thread_time()
            rule.hit(item)
            best = min(best, time.thread_time() - began)
        taken.append(best)
    print(f"{query}: {taken[1] * 1000:.1f} ms")
    assert taken[1] < 15 * taken[0] + 0.02, "five times the text takes about five times as long"
    assert taken[1] < 0.2, "ten times what an idle machine takes"


def test_an_ordinary_rule_is_answered_in_microseconds() -> None:
    body = "Markets fell again on Tuesday as the European Central Bank left its key rate where it is. " * 22
    item = Searchable(title="ECB holds rates", body=body)
    for query in ("ecb rates -fed", "fed OR boj", '"central bank" inflation', "title:(ecb OR fed) markets"):
        rule = parse(query)
        rule.hit(item)
        best = 9.0
        for _ in range(5):
            began = time.thread_time()
            for _ in range(100):
                rule.matches(item, HEARD)
            best = min(best, (time.thread_time() - began) / 100)
        print(f"{query}: {best * 1e6:.1f} µs")
        assert best < 100e-6, "ten times what is measured on an idle machine"


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("climate", ()),
        ("climate in:bbc in:work", ()),
        ('climate in:"world bbc"', ()),
        ("climate in:nosuch", ("nosuch",)),
        ('climate (in:bbc OR in:nosuch OR in:"bbc sport") in:nosuch', ("nosuch", "bbc sport")),
        ("climate -in:nosuch -(a in:other)", ()),
    ],
)
def test_places_that_no_feed_is_called_are_told(query: str, unknown: tuple[str, ...]) -> None:
    feeds = [Heard(("BBC World", "https://bbc.example/feed"), "Work"), Heard(("The Gazette",))]
    assert parse(query).unknown_places(feeds) == unknown
