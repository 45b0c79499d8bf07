"""What corrects an item and what is only its feed's unrest: told by tables, and by properties."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.corrections import correction, said
from bot.errors import NotAFeed
from bot.items import Edit, FeedId, Image, Item, ItemId, StoredItem
from bot.parse.document import read
from bot.store import records
from bot.store.prints import raw_print

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "feeds"

LEAD = "The council met on Monday, and voted late. Nobody left early, as far as anyone is able to tell."
CONTENT = LEAD + " What it decided will be told on Tuesday. Its members were tired."
ITEM = Item(
    guid="g",
    title="Council votes for the bridge",
    link="https://news.example/1",
    summary_html=f"<p>{LEAD}</p>",
    images=(Image("https://img.example/1.jpg?w=600&sig=a1"),),
)

UNREST = [
    ("{} comments", "12", "13"),
    ("1 comment", "", ""),
    ("{} Comments", "1,012", "1,013"),
    ("Views: {}", "5,001", "6,112"),
    ("{} views", "1.2K", "1.3k"),
    ("Comments ({})", "3", "12"),
    ("Comments {}", "3", "12"),
    ("# Comments: {}", "0", "7"),
    ("({})", "3", "4"),
    ("[{}]", "3", "4"),
    ("{} points by ann | 45 comments", "123", "150"),
    ("Points: {}", "12", "15"),
    ("Score: {}", "12", "15"),
    ("{} votes, 30 shares", "50", "51"),
    ("{} likes · 3 replies", "50", "51"),
    ("{} ago", "5 minutes", "2 hours"),
    ("{} ago", "an hour", "3 days"),
    ("{} ago", "1 day, 2 hours", "5h"),
    ("{}-min read", "5", "7"),
    ("vor {}", "5 Minuten", "einer Stunde"),
    ("il y a {}", "5 minutes", "une heure"),
    ("hace {}", "5 minutos", "2 horas"),
    ("há {}", "5 minutos", "2 horas"),
    ("{} fa", "5 minuti", "2 ore"),
    ("{} назад", "5 минут", "2 часа"),
    ("{} temu", "5 minut", "2 godziny"),
    ("{} önce", "5 dakika", "2 saat"),
    ("{} geleden", "5 minuten", "2 uur"),
    ("for {} siden", "5 minutter", "2 timer"),
    ("{}前", "5 分钟", "2小时"),
    ("{}前", "5分", "2時間"),
    ("{} 전", "5분", "2시간"),
    ("منذ {}", "5 دقائق", "3 ساعات"),
    ("{} Kommentare", "12", "13"),
    ("{} commentaires", "12", "13"),
    ("{} comentarios", "12", "13"),
    ("{} visualizzazioni", "12", "13"),
    ("{} просмотров", "12", "13"),
    ("Просмотров: {}", "12", "13"),
    ("{}", "1 комментарий", "5 комментариев"),
    ("{} yorum", "12", "13"),
    ("阅读 {}", "123", "456"),
    ("阅读（{}） 评论：3", "1.2万", "1.3万"),
    ("{} 次阅读", "123", "1245"),
    ("{}条评论", "3", "5"),
    ("点赞{}", "3", "5"),
    ("浏览量：{}", "3", "5"),
    ("转发 {}", "3", "5"),
    ("回复 {}", "3", "5"),
    ("コメント{}件", "3", "5"),
    ("{}件のコメント", "3", "4"),
    ("댓글 {}", "3", "12"),
    ("조회수 {}회", "1,234", "2,234"),
    ("Updated {}", "10:45 GMT", "11:07 GMT"),
    ("Last updated: {}", "Nov 25, 2026 at 10:45 pm", "November 26, 2026 at 1:05 am"),
    ("Stand: {}", "10.45 Uhr", "11.45 Uhr"),
    ("Mis à jour le {}", "25/11/2026 à 10h45", "26/11/2026 à 9h05"),
    ("更新时间：{}", "2026-11-25 10:45", "2026年11月26日 11:45"),
]

NEWS = [
    ("{} dead in the flood", "5", "7"),
    ("{} dead in the flood", "5", "five"),
    ("Rate rises to {} %", "3.2", "3.3"),
    ("Rate rises to {} %", "3.2", "32"),
    ("Rate moves to {} %", "3", "-3"),
    ("第 {} 名", "3", "4"),
    ("Score: {}", "3-1", "3-2"),
    ("Dow rises {} points", "200", "300"),
    ("The index rose {} points, or little", "9.27", "9.31"),
    ("John ({}) is missing", "34", "43"),
    ("Bill lost by {} votes", "20", "21"),
    ("She buys {} shares of it", "5", "50"),
    ("Update: {} dead", "3", "5"),
    ("The match begins at {}", "10:45", "11:45"),
    ("Film ({}) shown again", "2024", "2025"),
    ("{}5 for a coffee", "$", "€"),
    ("点赞{}名英雄", "3", "5"),
    ("死亡{}人", "3", "5"),
    ("Число погибших выросло до {}", "5", "7"),
    ("पाँच की {}", "की", "का"),
    ("{} 21", "1", "12"),
    ("Minister {}", "resigns", "stays"),
]


@pytest.mark.parametrize(("frame", "one", "two"), UNREST)
@pytest.mark.parametrize(
    "around", ["{}", "Council votes late\n{}", "The council votes late. {}", "{} | News"]
)
def test_counters_and_clocks_say_nothing(frame: str, one: str, two: str, around: str) -> None:
    assert said(around.format(frame.format(one))) == said(around.format(frame.format(two)))


@pytest.mark.parametrize(("frame", "one", "two"), NEWS)
@pytest.mark.parametrize("around", ["{}", "{}. 12 comments", "Views: 3 | {}"])
def test_a_number_or_a_word_that_is_news_says_something(frame: str, one: str, two: str, around: str) -> None:
    assert said(around.format(frame.format(one))) != said(around.format(frame.format(two)))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Council votes – “late”!", "COUNCIL   votes, 'late'"),
        ("Ｃｏｕｎｃｉｌ", "council"),
        ("5,001 dead", "5001 dead"),
        ("5 001 dead", "5.001 dead"),
        ("3,2 %", "3.2%"),
        ("e-mail", "email"),
        ("市议会 周一 开会。", "市议会周一开会"),
        ("🔴 Council", "Council"),
        ("Council\u200b votes\ufe0f", "Council votes"),
    ],
)
def test_the_way_of_writing_says_nothing(one: str, two: str) -> None:
    assert said(one) == said(two)


CORRECTED: list[dict[str, object]] = [
    {"title": "Council votes against the bridge"},
    {"summary_html": f"<p>{LEAD.replace('Monday', 'Tuesday')}</p>"},
    {"summary_html": f"<p>{LEAD} It will meet again.</p>"},
    {
        "title": "",
        "summary_html": "<p>Nothing of what was told is true; the council did not meet at all.</p>",
    },
]

NOT_CORRECTED: list[dict[str, object]] = [
    {},
    {"title": ""},
    {"title": "COUNCIL votes  for the bridge!"},
    {"title": "Council votes…"},
    {"title": "Council votes for the bridge (3)"},
    {"summary_html": ""},
    {"summary_html": f"<div><b>{LEAD}</b></div>"},
    {"summary_html": f"<p>{LEAD}</p><p>12 comments</p>"},
    {"summary_html": "<p>The council met on Monday, and voted late.</p>"},
    {"summary_html": f"<p>{LEAD[:60]}…</p>"},
    {"summary_html": "", "content_html": f"<p>{LEAD}</p>"},
    {"link": "https://news.example/other"},
    {"images": (Image("https://img.example/2.jpg"),)},
    {"guid": "other", "author": "Ann", "tags": ("a",), "source": "S", "language": "de"},
]


@pytest.mark.parametrize("told", CORRECTED)
def test_what_says_something_else_corrects(told: dict[str, object]) -> None:
    new = replace(ITEM, **told)  # type: ignore[arg-type]  # fields by name
    assert correction(ITEM, new) is Edit.TEXT
    assert raw_print(new) != raw_print(ITEM)


@pytest.mark.parametrize("told", NOT_CORRECTED)
def test_what_says_the_same_or_less_does_not_correct(told: dict[str, object]) -> None:
    new = replace(ITEM, **told)  # type: ignore[arg-type]  # fields by name
    assert correction(ITEM, new) is Edit.NONE


def test_a_lead_that_was_broken_off_and_is_whole_now_corrects_nothing() -> None:
    teased = replace(ITEM, summary_html=f"<p>{LEAD[:60]} […]</p>")
    assert correction(teased, ITEM) is Edit.NONE
    assert correction(replace(ITEM, title="Council votes…"), ITEM) is Edit.NONE
    assert correction(teased, replace(teased, summary_html=f"<p>{LEAD[:30]} nobody voted.</p>")) is Edit.TEXT


def test_a_lead_that_a_longer_counter_makes_shorter_corrects_nothing() -> None:
    sentences = "".join(f" Sentence {chr(97 + n)} has words." for n in range(26)) * 2
    for pad in range(40):
        few, many = (
            replace(ITEM, summary_html=f"<p>{n} comments. A{'b' * pad}.{sentences}</p>")
            for n in ("9", "10,000")
        )
        assert correction(few, many) is Edit.NONE
        assert correction(many, few) is Edit.NONE


def test_a_lead_that_comes_late_corrects() -> None:
    assert correction(replace(ITEM, summary_html=""), ITEM) is Edit.TEXT
    assert correction(replace(ITEM, title=""), ITEM) is Edit.TEXT


def test_a_feed_that_gives_now_summary_now_content_corrects_nothing() -> None:
    both = replace(ITEM, summary_html="<p>In short: it voted.</p>", content_html=f"<p>{CONTENT}</p>")
    assert correction(both, replace(both, content_html="")) is Edit.NONE
    assert correction(both, replace(both, summary_html="")) is Edit.NONE


def test_a_text_that_moves_between_title_and_lead_corrects_nothing() -> None:
    whole = Item(summary_html="<p>It rains. Nobody minds.</p>")
    split = Item(title="It rains", summary_html="<p>Nobody minds.</p>")
    assert correction(whole, split) is Edit.NONE
    assert correction(split, whole) is Edit.NONE
    assert correction(Item(title="It rains."), Item(summary_html="<p>It rains.</p>")) is Edit.NONE


@pytest.mark.parametrize(
    ("picture", "edit"),
    [
        ("https://img.example/1.jpg?w=1200&sig=b2", Edit.TEXT),
        ("http://www.img.example/1.jpg#x", Edit.TEXT),
        ("https://img.example/2.jpg?w=600&sig=a1", Edit.MEDIA),
        (None, Edit.TEXT),
    ],
)
def test_a_correction_says_whether_the_picture_is_another_one(picture: str | None, edit: Edit) -> None:
    images = (Image(picture),) if picture else ()
    assert correction(ITEM, replace(ITEM, title="Council votes against it", images=images)) is edit


def test_a_first_picture_comes_with_a_correction() -> None:
    bare = replace(ITEM, images=())
    assert correction(bare, replace(ITEM, title="Council votes against it")) is Edit.MEDIA


html = st.text(st.sampled_from("<>p/ab&;…. 12:()|") | st.characters(), max_size=200)
items = st.builds(Item, title=html, summary_html=html, content_html=html)


@given(items, items)
def test_any_two_items_are_compared_and_equal_prints_are_no_correction(one: Item, two: Item) -> None:
    assert correction(one, two) in Edit
    assert correction(one, one) is Edit.NONE
    if raw_print(one) == raw_print(two):
        assert correction(one, two) is Edit.NONE
    assert correction(one, replace(two, title="", summary_html="", content_html="")) is Edit.NONE


words = st.lists(st.text("bcdxéßхця市議", min_size=1, max_size=8), min_size=1, max_size=8)


@given(
    words, st.sampled_from([" ", "\n", " - ", ", ", "… ", "_"]), st.sampled_from([str.upper, str.title, str])
)
def test_neither_space_nor_case_nor_punctuation_says_anything(
    told: list[str], between: str, written: Callable[[str], str]
) -> None:
    assert said(written(between.join(told))) == said("".join(told))


@pytest.mark.parametrize(
    "hostile",
    [
        "1",
        "1,",
        "1 ",
        "(1",
        "1 comments ",
        "1.",
        "update 1 ",
        "1 m ",
        "阅读 1",
        "\ufdfa",
        "1000 ",
        "5 points ",
        "+",
    ],
)
def test_no_text_takes_long(hostile: str) -> None:
    begun = time.process_time()
    long = Item(title=hostile * 100_000, summary_html=hostile * 10_000)
    correction(long, replace(long, summary_html=f"{long.summary_html}x"))
    assert time.process_time() - begun < 0.5


def test_real_items_read_back_from_their_records_correct_nothing() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of captured feeds is not here")
    for path in sorted(CORPUS.iterdir()):
        if path.stat().st_size > 60_000:
            continue
        try:
            document = read(path.read_bytes(), url="https://feeds.example/rss")
        except NotAFeed:
            continue
        for item in document.items[:20]:
            stored = StoredItem(ItemId("feed.item"), FeedId("feed"), item, 0, 0)
            kept = records.unpack(records.pack(stored)).item
            assert correction(kept, records.as_kept(item)) is Edit.NONE, (path.name, item.title)
