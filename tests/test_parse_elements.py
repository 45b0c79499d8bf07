"""Items are read from their trees to the very Documents that feedparser finds in their texts."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bot.parse.decode import to_text
from bot.parse.elements import READERS
from bot.parse.events import tell
from bot.parse.fields import Reading
from bot.parse.mend import mend, root_of, trim
from tests.heard import both

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "feeds"
SPECIMENS = Path(__file__).parent / "specimens"
NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "georss": "http://www.georss.org/georss",
    "atom": "http://www.w3.org/2005/Atom",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "x": "urn:x",
}
ROOTS = {
    "rss": ("<rss version='2.0'", "><channel>", "</channel></rss>", "item"),
    "atom": ("<feed xmlns='http://www.w3.org/2005/Atom'", ">", "</feed>", "entry"),
    "atom 0.3": ("<feed xmlns='http://purl.org/atom/ns#' version='0.3'", ">", "</feed>", "entry"),
    "rdf": ("<rdf:RDF xmlns='http://purl.org/rss/1.0/'", "><channel/>", "</rdf:RDF>", "item"),
}
OWN = tuple(name.replace("_", ":") for name in READERS)
OTHERS = (
    *("slash:comments", "x:title", "x:foo", "atom:link", "atom:title", "media:title", "media:description"),
    *("media:community", "itunes:category", "post-id", "date", "name", "email", "url", "image", "links"),
    *("authors", "abstract", "tags", "p", "div", "keywords", "itunes:owner", "item", "contributor", "body"),
)
ATTRIBUTES = {
    "type": ["html", "text", "xhtml", "HTML", "image/jpeg", "audio/mpeg"],
    "rel": ["alternate", "self", "via", "replies", "enclosure"],
    "href": ["https://a.example/h?a=1&amp;b", "/h", ""],
    "url": ["https://a.example/u.jpg", "u.mp3", ""],
    "isPermaLink": ["true", "false"],
    "term": ["t"],
    "label": ["L, M"],
    "domain": ["urn:d"],
    "medium": ["image"],
    "width": ["640"],
    "mode": ["base64"],
    "src": ["/s"],
    "xml:base": ["https://b.example/x/", "http:odd/"],
    "xml:lang": ["de_AT", ""],
    "lang": ["fr"],
    "x:odd": ["1"],
    "rdf:about": ["https://a.example/about"],
    "xmlns": ["urn:z", "http://www.w3.org/1999/xhtml"],
    "xmlns:dc": ["http://purl.org/dc/elements/1.1/", "http://www.w3.org/2005/Atom"],
}
TEXTS = (
    *("", " ", "x", " a title\n of two lines ", "R&amp;D &lt;b&gt;bold&lt;/b&gt;", "&amp;copy; 2026", "新聞", "Ã©t"),
    *("na\x85me", "2026-01-02T03:04:05Z", "Thu, 26 Nov 2026 10:00:00 GMT", "https://a.example/1?b=1&amp;c", "/rel"),
    *("tag:a.example,2026:1", "Ann Bee", "ann@a.example (Ann)", "a, b", "1:02:03", "<![CDATA[<p>c <img src='/a.jpg'></p>]]>"),
)  # fmt: skip


def written(tag: str, attributes: dict[str, str], inner: str) -> str:
    given = "".join(f" {name}='{value}'" for name, value in attributes.items())
    return f"<{tag}{given}>{inner}</{tag}>"


pairs = st.sampled_from([(name, value) for name, values in ATTRIBUTES.items() for value in values])
attributes: st.SearchStrategy[dict[str, str]] = st.lists(pairs, max_size=2).map(dict)
texts = st.sampled_from(TEXTS)
persons = st.lists(
    st.builds(written, st.sampled_from(["name", "email", "uri"]), st.just({}), texts), max_size=3
)
leaves = st.builds(written, st.sampled_from((*OWN, *OWN, *OTHERS)), attributes, texts)
elements = st.one_of(
    leaves,
    leaves,
    st.builds(written, st.sampled_from(["author", "atom:author"]), st.just({}), persons.map("".join)),
    st.builds(
        written,
        st.sampled_from(["media:group", "media:content", "x:foo", "content", "title", "source"]),
        attributes,
        st.lists(st.one_of(leaves, texts), max_size=3).map("".join),
    ),
)
items = st.lists(elements, max_size=9).map("".join)


@given(
    st.sampled_from(list(ROOTS)),
    items,
    st.lists(st.tuples(attributes, items), min_size=1, max_size=2),
)
@settings(max_examples=120)
def test_ordinary_and_odd_items_are_what_feedparser_makes_of_them(
    form: str, head: str, inner: list[tuple[dict[str, str], str]]
) -> None:
    begin, middle, end, name = ROOTS[form]
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    body = "".join(written(name, given, said) for given, said in inner)
    heard, told = both(
        f"{begin}{declared} xml:base='https://base.example/d/'{middle}{head}{body}{end}".encode()
    )
    assert told == heard


def test_ends_that_feedparser_does_not_count_are_not_counted_by_us() -> None:
    heard, told = both(
        b"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://a.example/'><entry>"
        b"<title type='html'><div>one</div></title><title>two</title></entry></feed>"
    )
    assert told is not None
    assert (told.items[0].title, told) == ("one", heard)


def captured(path: Path) -> None:
    """Compare a file; with a base, since without one feedparser keeps that of an item for all after it."""
    text = to_text(path.read_bytes())
    if (root := root_of(text)) >= 0:
        text = mend(trim(text, root))
        if "xml:base" not in text[: text.find(">")]:
            text = re.sub(r"\A<[\w.:-]+", r"\g<0> xml:base='https://base.example/d/'", text)
        heard, told = both(text.encode())
        assert told == heard


@pytest.mark.parametrize("name", ["broken.rss", "harbour.rss", "library.rdf", "observatory.atom"])
def test_specimens_are_read_as_feedparser_reads_them(name: str) -> None:
    captured(SPECIMENS / name)


def corpus(limit: int) -> list[Path]:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of feeds is not beside this checkout")
    return [path for path in sorted(CORPUS.iterdir()) if path.stat().st_size < limit]


def test_small_captured_feeds_are_read_as_feedparser_reads_them() -> None:
    for path in corpus(9_000):
        captured(path)


@pytest.mark.soak
def test_all_captured_feeds_are_read_as_feedparser_reads_them() -> None:
    for path in corpus(10**9):
        captured(path)


def test_an_ordinary_item_is_not_told_to_feedparser() -> None:
    text = (
        "<rss xmlns:slash='http://purl.org/rss/1.0/modules/slash/'><channel><item><title>a</title>"
        "<link>https://a.example/1</link><description>b</description><slash:comments>3</slash:comments></item></channel></rss>"
    )
    (item,) = tell(etree.fromstring(text)).entries
    assert "slash_comments" not in item
    assert (item["title"], item["link"], item["summary"]) == ("a", "https://a.example/1", "b")


@pytest.mark.parametrize(
    "element",
    [
        "<author><name>Ann</name></author>",
        "<author>\n <name>Ann</name>\n <email>ann@a.example</email>\n <uri>https://a.example/</uri>\n</author>",
        "<content type='html'>&lt;p&gt;c&lt;/p&gt;</content>",
        "<link rel='alternate' href='https://a.example/'/>",
        "<media:group xmlns:media='http://search.yahoo.com/mrss/'><media:content url='/a.jpg'/></media:group>",
        "<x:y xmlns:x='urn:x'><x:z/></x:y>",
    ],
)
def test_ordinary_elements_are_not_told_to_feedparser(element: str) -> None:
    told: list[etree._Element] = []
    heard = tell(etree.fromstring("<feed xmlns='http://www.w3.org/2005/Atom'/>"))
    assert heard.begin_item()
    item = etree.fromstring(f"<entry xmlns='http://www.w3.org/2005/Atom'>{element}</entry>")
    Reading(heard, lambda _, one: told.append(one), heard.entries[-1]).take(item[0])
    assert not told
