import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.decode import clean, to_text

CHINESE = "银行宣布下调存款利率，市场反应平稳。央行表示将继续实施稳健的货币政策，保持流动性合理充裕。" * 3
TAIWAN = "氣象局表示，週末各地多雲到晴，早晚溫差大，請民眾注意保暖。專家說明年的稻米收成將會增加。" * 3
JAPANESE = "政府は新しい経済対策を発表しました。東京の株式市場は大きく値上がりしています。" * 3
KOREAN = "정부는 오늘 새로운 경제 대책을 발표하였다. 서울의 기온은 평년보다 높을 것으로 예상된다. " * 3
RUSSIAN = "Правительство объявило о новых мерах поддержки экономики. Погода в Москве будет тёплой. " * 3
FRENCH = "L’été dernier, les élèves ont préféré la forêt à la mer. Où êtes-vous allés cet été ? " * 3


def feed(words: str, declared: str = "") -> str:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{prolog}<rss><channel><title>{words}</title></channel></rss>"


@pytest.mark.parametrize(
    ("words", "encoding", "declared"),
    [
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE, "gbk", "GBK"),
        (CHINESE, "gb18030", "GB18030"),
        (TAIWAN, "big5hkscs", "big5"),
        (JAPANESE, "cp932", "Shift_JIS"),
        (JAPANESE, "cp932", "x-sjis"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        (KOREAN, "cp949", "euc-kr"),
        (KOREAN, "cp949", "ks_c_5601-1987"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (FRENCH, "cp1252", "ISO-8859-1"),
    ],
)
def test_what_the_document_declares_is_read_as_publishers_mean_it(
    words: str, encoding: str, declared: str
) -> None:
    text = feed(words, declared)
    assert to_text(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("words", "encoding"), [(CHINESE, "gb18030"), (RUSSIAN, "cp1251"), (JAPANESE, "cp932"), (KOREAN, "cp949")]
)
def test_the_header_speaks_where_the_document_is_silent(words: str, encoding: str) -> None:
    text = feed(words)
    assert to_text(text.encode(encoding), f'text/xml; charset="{encoding}"') == text


@pytest.mark.parametrize(
    ("words", "encoding"), [(CHINESE, "gb18030"), (RUSSIAN, "cp1251"), (JAPANESE, "cp932"), (TAIWAN, "big5")]
)
def test_where_nobody_says_it_is_guessed(words: str, encoding: str) -> None:
    text = feed(words)
    assert to_text(text.encode(encoding)) == text


def test_a_server_that_claims_latin_1_of_chinese_is_not_believed() -> None:
    text = feed(CHINESE)
    assert to_text(text.encode("gb18030"), "text/xml; charset=ISO-8859-1") == text


@pytest.mark.parametrize("declared", ["", "iso-8859-1", "utf-16", "gb2312", "no-such-code", "hex", "utf-7"])
def test_utf_8_is_itself_whatever_is_declared(declared: str) -> None:
    text = feed(CHINESE + FRENCH, declared)
    assert to_text(text.encode(), "application/xml; charset=windows-1251") == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_characters_are_known_with_and_without_their_mark(encoding: str) -> None:
    text = feed(RUSSIAN)
    assert to_text(text.encode(encoding)) == text
    assert to_text(("\ufeff" + text).encode(encoding)) == text


def test_the_mark_of_utf_8_goes_and_what_is_declared_after_it_counts_nothing() -> None:
    text = feed(CHINESE, "gb2312")
    assert to_text(codecs.BOM_UTF8 + text.encode()) == text


def test_one_bad_byte_spoils_one_character() -> None:
    body = feed(RUSSIAN, "windows-1251").encode()
    text = to_text(body.replace("экономики".encode(), b"\xe9" + "экономики".encode(), 1))
    assert text == feed(RUSSIAN, "windows-1251").replace("экономики", "\ufffdэкономики", 1)


def test_one_bad_byte_in_big5_spoils_no_more() -> None:
    text = feed(TAIWAN, "big5")
    assert TAIWAN[10:60] in to_text(text.encode("big5hkscs").replace(b"</title>", b"\xff</title>"))


def test_a_single_accent_of_latin_1_is_no_broken_utf_8() -> None:
    assert to_text("<rss><title>café</title></rss>".encode("cp1252")) == "<rss><title>café</title></rss>"


def test_a_guess_leaves_the_tags_readable() -> None:
    body = b"<rss><title>" + bytes(128 + (number * 7919) % 128 for number in range(5000)) + b"</title></rss>"
    assert to_text(body).startswith("<rss><title>")


def test_control_characters_go_and_white_space_stays() -> None:
    assert to_text(b"a\0b\x01\x1f\x7fc\t\r\nd") == "abc\t\r\nd"
    assert clean("a\ud800b\udfffc\ufffe") == "abc"


@given(st.binary(max_size=400), st.text(max_size=30))
def test_some_text_always_comes_out_and_it_can_be_written(body: bytes, content_type: str) -> None:
    text = to_text(body, content_type)
    text.encode()
    assert "\0" not in text


@given(st.text(alphabet=st.characters(min_codepoint=32, blacklist_categories=["Cs", "Cc"]), max_size=200))
def test_clean_utf_8_passes_unchanged(text: str) -> None:
    body = f"<rss>{text}</rss>"
    assert to_text(body.encode()) == clean(body)


def test_summaries_cut_within_a_letter_make_no_latin_1_of_the_rest() -> None:
    text = feed("déjà vu, naïve, café, Zoë, façade")
    cut = text.encode().replace(b"vu", b"v\xc3").replace(b"Zo", b"Z\xe2\x80")
    assert "déjà v\ufffd, naïve, café" in to_text(cut)


def test_a_stray_zero_before_the_document_makes_it_no_wide_one() -> None:
    assert to_text(b"\0\0\0" + feed(FRENCH).encode()) == feed(FRENCH)


@pytest.mark.parametrize("name", ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "charmap"])
def test_what_only_python_calls_an_encoding_is_none(name: str) -> None:
    body = feed(FRENCH).encode("cp1252")
    assert to_text(body, f"text/xml; charset={name}") == to_text(body) == feed(FRENCH)
