"""The foot of a message: hashtags that Telegram takes whole, times as the chat's language writes them, files."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.items import ChatId, FeedId, Hit, Item, ItemId, StoredItem
from bot.render.alerts import ALERT_LIMIT, ALERTS_LIMIT, alert_lines, merged
from bot.render.foot import BELOW_LIMIT, TAGS_LIMIT, file_line, foot_of
from bot.render.hashtags import LONGEST, MOST, hashtag, hashtags
from bot.render.look import Look
from bot.render.parts import EntityKind, Media, MediaKind, RichText, units
from bot.render.serialise import serialise
from bot.render.times import moment
from tests.oracle import as_sent, tdjson

WHEN = datetime(2025, 2, 27, 16, 19, 43, tzinfo=UTC)
NOTICED_MS = 1740674343000
ITEM = Item(
    published=WHEN, source="The News", author="Ada", link="https://a.example/1", tags=("Rain", "News")
)
LOOK = Look(ZoneInfo("UTC"), "en")


def foot(item: Item, look: Look = LOOK, link: str | None = None, noticed_ms: int = 0) -> str:
    stored = StoredItem(ItemId("f.i"), FeedId("f"), item, noticed_ms, 0)
    return serialise(foot_of(stored, look, (), link).with_files(()))


def found_by_telegram(text: str) -> list[str]:
    """Return the hashtags that Telegram's own library finds in ``text``."""
    answer = json.loads(tdjson.td_execute(json.dumps({"@type": "getTextEntities", "text": text}).encode()))
    raw = text.encode("utf-16-le")
    return [
        raw[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
        for one in answer["entities"]
        if one["type"]["@type"] == "textEntityTypeHashtag"
    ]


@pytest.mark.parametrize(
    ("tag", "made"),
    [
        ("climate change", "ClimateChange"),
        ("New York Times", "NewYorkTimes"),
        ("iOS apps", "iOSApps"),
        ("politics", "politics"),
        ("Women’s rights", "WomensRights"),
        ("C++", "Cpp"),
        ("C#", "Csharp"),
        ("cs.AI", "CsAI"),
        ("R&D", "RD"),
        ("#already", "already"),
        ("Qt 6.5", "Qt6_5"),
        ("人工 智能", "人工智能"),
        ("機械学習", "機械学習"),
        ("Изменение климата", "ИзменениеКлимата"),
        ("تغير المناخ", "تغير_المناخ"),
        ("سَلَام", "سلام"),
        ("שינוי אקלים", "שינוי_אקלים"),
        ("Ελληνικά νέα", "ΕλληνικάΝέα"),
        ("ලංකාව", "ලංකාව"),
        ("हिन्दी", ""),
        ("2024", ""),
        ("x", ""),
        ("!!!", ""),
        ("https://a.example/tag", ""),
        ("a tag that is in truth one whole long sentence", ""),
    ],
)
def test_a_tag_becomes_a_hashtag_or_nothing(tag: str, made: str) -> None:
    assert hashtag(tag) == made


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.text(max_size=20) | st.sampled_from(["a b", "कथा", "Ünïcode x", "中 文", "ไทย", "১২ক"]), max_size=8
    )
)
def test_every_hashtag_is_one_to_telegram_whole_and_once(tags: list[str]) -> None:
    line = hashtags(tags)
    made = line.split()
    assert found_by_telegram(line) == made
    assert len(made) <= MOST
    assert len({one.casefold() for one in made}) == len(made)
    assert all(len(one) <= LONGEST + 1 for one in made)


def test_tags_that_say_nothing_are_left_out_and_the_chats_own_never() -> None:
    assert hashtags(("Uncategorized", "News", "без рубрики", "Rain", "rain", "sun")) == "#Rain #sun"
    assert hashtags(("Rain",), ("news", "RAIN")) == "#news #RAIN"
    assert hashtags(("Rain", "sun"), ("mine",), "It pours! #rain #mine #sunny") == "#sun #mine"


def test_the_foot_names_whom_and_what_the_chat_wants_named() -> None:
    assert foot(ITEM) == "The News · 27 Feb 2025, 16:19 UTC"
    assert foot(ITEM, replace(LOOK, author=True, hashtags=True, labels=("mine",))) == (
        "The News · Ada · 27 Feb 2025, 16:19 UTC\n#Rain #mine"
    )
    assert "·" not in foot(replace(ITEM, author="the NEWS", published=None), replace(LOOK, author=True))


def test_the_source_leads_to_the_item_without_a_title_else_to_where_it_is_talked_of() -> None:
    talked_of = replace(ITEM, via="https://talk.example/1")
    assert foot(talked_of).startswith('<a href="https://talk.example/1">The News</a>')
    assert foot(talked_of, link="https://a.example/1").startswith(
        '<a href="https://a.example/1">The News</a>'
    )


@pytest.mark.parametrize(
    ("language", "zone", "written"),
    [
        ("en", "UTC", "27 Feb 2025, 16:19 UTC"),
        ("en-US", "America/New_York", "Feb 27, 2025, 11:19\u202fAM"),
        ("de", "Europe/Berlin", "27. Feb. 2025, 17:19"),
        ("ru", "Europe/Moscow", "27 февр. 2025\u202fг., 19:19"),
        ("fr_CA", "Europe/Paris", "27 févr. 2025, 17 h 19"),
        ("zh-hans", "Asia/Shanghai", "2025年2月28日 00:19"),
        ("zh-CN", "Asia/Shanghai", "2025年2月28日 00:19"),
        ("ar", "UTC", "27 فبراير 2025، 4:19 م UTC"),
        ("hi", "Asia/Kolkata", "27 फ़र॰ 2025, 9:49 pm"),
        ("tlh", "UTC", "27 Feb 2025, 16:19 UTC"),
        ("", "UTC", "27 Feb 2025, 16:19 UTC"),
        ("de-Qqqq-x", "UTC", "27. Feb. 2025, 16:19 UTC"),
    ],
)
def test_a_time_is_written_as_its_readers_write_it(language: str, zone: str, written: str) -> None:
    assert moment(WHEN, ZoneInfo(zone), language) == written


def test_the_year_in_which_an_item_came_goes_without_saying() -> None:
    assert moment(WHEN, ZoneInfo("UTC"), "en", NOTICED_MS) == "27 Feb, 16:19 UTC"
    assert foot(ITEM, noticed_ms=NOTICED_MS) == "The News · 27 Feb, 16:19 UTC"


def test_a_time_at_the_edge_of_the_calendar_is_written_all_the_same() -> None:
    assert "9999" in moment(datetime.max.replace(tzinfo=UTC), ZoneInfo("Asia/Tokyo"), "en")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (
            Media(MediaKind.AUDIO, "https://a.example/1.mp3", size=58_000_000, duration_s=2520),
            "🎧 42 min · 58 MB",
        ),
        (Media(MediaKind.VIDEO, "https://a.example/1.mp4", duration_s=200), "▶ 3:20"),
        (Media(MediaKind.AUDIO, "https://a.example/1.mp3", duration_s=4320), "🎧 1 h 12 min"),
        (Media(MediaKind.AUDIO, "https://a.example/1.mp3"), "🎧 1.mp3"),
        (Media(MediaKind.DOCUMENT, "https://a.example/paper.pdf?x=1", size=90_500), "📄 PDF · 90 kB"),
    ],
)
def test_a_file_is_led_to_by_what_it_is(file: Media, said: str) -> None:
    assert serialise(file_line(file)) == f'<a href="{file.url}">{said}</a>'


def test_a_bridged_channel_goes_by_its_own_name() -> None:
    assert foot(replace(ITEM, source="Rain - Telegram Channel")).startswith("Rain ·")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_time_behind_words_from_right_to_left_keeps_its_own_direction(language: str) -> None:
    look = replace(LOOK, language=language, author=True)
    when = moment(WHEN, look.zone, language, NOTICED_MS)
    for item in (replace(ITEM, source="صحيفة المرفأ"), replace(ITEM, author="דנה")):
        assert f" · \u200e{when}" in foot(item, look, noticed_ms=NOTICED_MS)
    assert "\u200e" not in foot(ITEM, look, noticed_ms=NOTICED_MS)


def alerts(*hits: Hit) -> list[str]:
    stored = StoredItem(ItemId("f.i"), FeedId("f"), Item(), 0, 0)
    text = foot_of(stored, LOOK, hits, None).with_files(()).text
    assert as_sent(RichText(f"x\n{text}")).text == f"x\n{text}"
    return text.splitlines()


def test_each_alert_that_fired_is_named_on_a_line_with_what_it_found() -> None:
    quakes = Hit(1, "earthquake OR 地震", ("Earthquakes", "地震", "地震"), "Quakes")
    assert alerts(quakes, Hit(2, "cafe", ("Café",)), Hit(3, "rain", ("Rain",)), Hit(4, "-snow")) == [
        "🔔 Quakes: Earthquakes, 地震",
        "🔔 cafe: Café",
        "🔔 rain",
        "🔔 -snow",
    ]


def test_what_an_alert_found_is_told_once_whatever_its_capitals() -> None:
    assert alerts(Hit(1, "the", ("the", "The"))) == ["🔔 the"]
    assert alerts(Hit(1, "isle*", ("Isle", "isles", "ISLE", "Isles"))) == ["🔔 isle*: Isle, isles"]


def test_a_long_query_is_shortened_and_leaves_room_for_the_words() -> None:
    (line,) = alerts(Hit(1, "(storm OR flood OR quake) " * 30, ("Flood", "storms")))
    assert line.startswith("🔔 (storm OR flood OR quake)")
    assert line.endswith("…: Flood, storms")
    assert 100 < units(line) <= ALERT_LIMIT


def test_a_rule_that_reaches_a_chat_in_three_ways_is_named_once_with_all_words() -> None:
    copper = Hit(1, "copper", ("Copper", "copper"))
    ways = (copper, replace(copper, alert=2, owner=ChatId(7)), replace(copper, alert=3, owner=ChatId(-8)))
    assert alerts(*ways) == ["🔔 copper"]
    assert alerts(Hit(1, "a b", ("a",), "Metal"), Hit(2, "c", ("c", "A"), "metal"), Hit(3, "-metal")) == [
        "🔔 Metal: a, c",
        "🔔 -metal",
    ]


def test_a_word_is_told_once_whatever_cannot_be_seen_in_it() -> None:
    bank = ("Zentral\u00adbank", "Zentralbank", "ZENTRAL\u200bBANK", "Zentral\u200cbank")
    assert alerts(Hit(1, "zentralbank", bank)) == ["🔔 zentralbank"]
    assert alerts(Hit(1, "bank*", (*bank, "Banken"))) == ["🔔 bank*: Zentralbank, Banken"]
    assert alerts(Hit(1, "Zentral\u00adbank", bank[1:2])) == ["🔔 Zentralbank"]
    assert alerts(Hit(1, "C*", ("C++", "C#", "Cafe\u0301", "Café"))) == ["🔔 C*: C++, C#, Cafe\u0301"]


def test_of_ten_rules_with_short_names_all_are_named_and_of_more_is_told_how_many_more() -> None:
    hits = [Hit(number, f"rule number {number}", ("copper", "ore")) for number in range(200)]
    lines = alerts(*hits[:10])
    assert [line.partition(":")[0] for line in lines] == [f"🔔 rule number {number}" for number in range(10)]
    lines = alerts(*hits)
    assert len(lines) > 10
    assert lines[-1] == f"… +{201 - len(lines)}"
    assert alerts(*(replace(one, words=()) for one in hits[:30]))[ALERTS_LIMIT:] == ["… +14"]


def test_with_many_hashtags_fewer_alerts_are_told_and_both_keep_to_their_room() -> None:
    stored = StoredItem(ItemId("f.i"), FeedId("f"), replace(ITEM, tags=tuple("abcdefgh" * 3)), 0, 0)
    look = replace(LOOK, labels=tuple(f"label{number}{'x' * 20}" for number in range(9)), hashtags=True)
    hits = tuple(Hit(number, f"rule number {number}", ("copper", "ore")) for number in range(200))
    tags, below = foot_of(stored, look, hits, None).below.text.split("\n", 1)
    assert 100 < units(tags) <= TAGS_LIMIT
    assert 100 < units(below) < BELOW_LIMIT - units(tags)
    assert below.startswith("🔔 rule number 0: copper, ore\n")


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(
            Hit,
            st.just(1),
            st.text(min_size=1, max_size=300),
            st.lists(st.text(max_size=99), max_size=24).map(tuple),
            st.text(max_size=70),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_the_lines_of_any_alerts_fit_and_all_are_named_or_counted(hits: list[Hit]) -> None:
    stored = StoredItem(ItemId("f.i"), FeedId("f"), Item(), 0, 0)
    text = foot_of(stored, LOOK, tuple(hits), None).with_files(()).text
    assert units(text) <= BELOW_LIMIT
    lines = text.split("\n")
    named = [line for line in lines if line.startswith("🔔")]
    assert all(units(line) <= ALERT_LIMIT for line in named)
    told = len(merged(tuple(hits)))
    assert len(named) >= min(told, 9)
    assert lines[len(named) :] == ([f"… +{told - len(named)}"] if told > len(named) else [])


@pytest.mark.parametrize(
    ("label", "word", "mark"),
    [
        ("Wetter", "Regen", ""),
        ("فيضان", "الفيضان", "\u200f"),
        ("floods OR فيضان", "الفيضان", "\u200e"),
        ("floods", "الفيضان", "\u200e"),
        ("גשם", "rain", "\u200f"),
    ],
)
def test_what_follows_a_label_goes_on_in_its_direction(label: str, word: str, mark: str) -> None:
    assert alerts(Hit(1, label, (word,))) == [f"🔔 {label}:{mark} {word}"]


def test_a_regex_names_its_alert_as_code_so_that_no_client_makes_a_command_of_it() -> None:
    line = alert_lines((Hit(1, "/fer+y/", ("ferry",)),), 160)
    assert line.text == "🔔 /fer+y/: ferry"
    assert [(one.kind, one.offset, one.length) for one in line.entities] == [(EntityKind.CODE, 3, 7)]
