"""What feeds say of themselves is read from their trees to what feedparser finds in their texts."""

import pytest
from feedparser.api import StrictFeedParser
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bot.parse.events import tell
from tests.heard import both
from tests.test_parse_elements import NAMESPACES, ROOTS, attributes, texts, written

SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
WORDS = (
    *("title", "link", "description", "subtitle", "tagline", "id", "guid", "language", "dc:language", "ttl"),
    *("sy:updatePeriod", "sy:updateFrequency", "atom:link", "atom:title", "atom:id", "dc:title", "summary"),
    *("itunes:summary", "category", "copyright", "managingEditor", "x:title", "x:foo", "media:title", "info"),
)
DECLARED = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in {**NAMESPACES, "sy": SYNDICATION}.items())

values = st.one_of(
    texts, st.sampled_from(["en-us", "de_AT", "60", "hourly", "2", "<b>x</b>", "&lt;i&gt;y&lt;/i&gt;"])
)
words = st.builds(
    lambda word, behind: word + behind,
    st.builds(written, st.sampled_from(WORDS), attributes, values),
    st.sampled_from(["", "\n", "tail"]),
)
heads = st.lists(words, max_size=6).map("".join)


@given(st.sampled_from(list(ROOTS)), heads, heads)
@settings(max_examples=100)
def test_ordinary_and_odd_words_are_what_feedparser_makes_of_them(form: str, head: str, foot: str) -> None:
    begin, middle, end, name = ROOTS[form]
    within, behind = (head, "") if form != "rdf" else ("", head)
    middle = middle.replace("<channel/>", f"<channel>{behind}</channel>")
    item = f"<{name}><title>t</title><link>https://a.example/1</link></{name}>"
    heard, told = both(
        f"{begin}{DECLARED} xml:base='https://base.example/d/'{middle}{within}{item}{foot}{end}".encode()
    )
    assert told == heard


def test_ordinary_words_are_not_told_to_feedparser(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    plain = StrictFeedParser.unknown_starttag

    def note(heard: StrictFeedParser, tag: str, given: object) -> None:
        told.append(tag)
        plain(heard, tag, given)

    text = (
        f"<rss version='2.0'{DECLARED}><channel><title>a</title><link>https://a.example/</link>"
        "<atom:link href='https://a.example/f' rel='self'/><description>b</description><language>en</language>"
        "<ttl>60</ttl><sy:updatePeriod>hourly</sy:updatePeriod><copyright>c</copyright></channel></rss>"
    )
    monkeypatch.setattr(StrictFeedParser, "unknown_starttag", note)
    found = tell(etree.fromstring(text)).feeddata
    assert told == ["rss", "channel", "copyright"]
    assert (found["title"], found["language"], found["ttl"]) == ("a", "en", "60")
    assert [link["href"] for link in found["links"]] == ["https://a.example/", "https://a.example/f"]


@pytest.mark.parametrize("word", ["description", "ttl", "language", "link", "guid"])
def test_of_what_a_feed_says_twice_the_last_counts_however_deep(word: str) -> None:
    heard, told = both(
        f"<rss version='2.0'><channel><{word}>1</{word}><channel><{word}>2</{word}></channel>"
        "<item><title>t</title></item></channel></rss>".encode()
    )
    assert told == heard
