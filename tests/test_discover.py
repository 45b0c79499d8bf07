"""Which feeds a page leads to, and that no page can hold us up."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fetch.discover import GUESSES, MOST_CANDIDATES, MOST_VAGUE, Candidate, feeds_of, onward

URL = "https://site.example/blog/"


def named(page: str | bytes, url: str = URL) -> list[Candidate]:
    body = page if isinstance(page, bytes) else page.encode()
    return [one for one in feeds_of(body, url) if not one.guessed]


def link(href: str, kind: str = "application/rss+xml", title: str = "", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" title="{title}" href="{href}">'


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("application/rss+xml", "rss"),
        ("application/atom+xml", "atom"),
        ("application/rdf+xml", "rdf"),
        ("application/feed+json", "json"),
        ("Application/RSS+XML; charset=utf-8", "rss"),
    ],
)
def test_every_type_of_feed_that_a_page_names_is_found(kind: str, expected: str) -> None:
    assert named(link("/f", kind, "News")) == [Candidate("https://site.example/f", "News", expected)]


def test_feeds_come_in_the_order_of_the_page_each_once_and_absolute() -> None:
    page = link("b.xml") + link("/a") + link("//other.example/ü") + link("https://site.example/blog/b.xml#x")
    assert [one.url for one in named(page)] == [
        "https://site.example/blog/b.xml",
        "https://site.example/a",
        "https://other.example/%C3%BC",
    ]


def test_base_href_moves_relative_addresses() -> None:
    page = f'<base href="/elsewhere/">{link("f")}<base href="/second/">'
    assert named(page)[0].url == "https://site.example/elsewhere/f"
    assert named(f'<base href="javascript:x">{link("f")}')[0].url == "https://site.example/blog/f"


def test_vague_types_count_only_where_something_says_feed() -> None:
    assert not named(link("/wp-json/wp/v2/feed/1", "application/json", "JSON"))
    assert not named(link("/data", "application/json", "Data"))
    assert named(link("/data", "application/json", "JSON Feed"))[0].kind == "json"
    assert named(link("/rss", "text/xml"))[0].kind == "feed"


def test_what_a_page_names_with_a_vague_type_alone_is_guessed_before_any_usual_address() -> None:
    page = "".join(
        [
            link("/data", "application/json", "The Site"),
            link("/wp-json/wp/v2/posts/1", "application/json", "JSON"),
            link("/oembed?url=x", "text/xml"),
            link("/index", "text/xml"),
            *(link(f"/api/{number}", "application/json") for number in range(MOST_CANDIDATES)),
            link("/real"),
        ]
    )
    first, *rest = feeds_of(page.encode(), URL)
    assert (first.url, first.guessed) == ("https://site.example/real", False)
    assert rest[0] == Candidate("https://site.example/data", "The Site", "json", guessed=True)
    assert rest[1] == Candidate("https://site.example/index", "", "feed", guessed=True)
    vague = [one.url for one in rest if "/api/" in one.url or "json/" in one.url or "oembed" in one.url]
    assert vague == [f"https://site.example/api/{number}" for number in range(MOST_VAGUE - 2)]
    assert rest[MOST_VAGUE].url == "https://site.example/blog/feed"
    shared = feeds_of(link("/data", "application/json").encode(), "https://medium.com/x")
    assert "https://medium.com/data" in [one.url for one in shared], "it is the page's word, if a weak one"


def test_links_that_are_no_feeds_are_not_offered() -> None:
    page = (
        link("/style.css", "text/css", rel="alternate stylesheet")
        + link("/de", "text/html")
        + link("/f", rel="preload")
        + link("mailto:a@b.example")
        + link("file:///etc/passwd")
        + '<link rel="alternate" type="application/rss+xml">'
    )
    assert not named(page)


@pytest.mark.parametrize(
    "href",
    [
        "/feed/",
        "/rss",
        "/blog/atom.xml",
        "x.rss",
        "index.xml",
        "/feed.json",
        "/?feed=rss2",
        "/q?format=atom",
        "/index.rdf",
    ],
)
def test_links_to_what_looks_like_a_feed_are_offered(href: str) -> None:
    found = named(f'<p><a href="/about">About</a> <a href="{href}"> All\n <b>news</b> </a></p>')
    assert [one.title for one in found] == ["All news"]


@pytest.mark.parametrize(
    "href", ["/about", "/feedback", "/newsfeed-design", "/rss-explained.html", "mailto:rss", "/x.xml"]
)
def test_links_to_other_things_are_not(href: str) -> None:
    assert not named(f'<a href="{href}">more</a>')


def test_what_a_page_says_comes_before_what_is_guessed() -> None:
    found = feeds_of(link("/rss.xml").encode(), "https://site.example/")
    assert [one.guessed for one in found] == [False] + [True] * (len(GUESSES) - 1)
    assert [one.url for one in feeds_of(b"", "https://site.example/blog?x=1")][:2] == [
        "https://site.example/blog/feed",
        "https://site.example/feed",
    ]


def test_a_page_is_no_feed_of_itself() -> None:
    assert URL not in [one.url for one in feeds_of(link(URL).encode(), URL)]


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        (
            "https://www.youtube.com/channel/UCabcdefghijk_-lmnopqrst/videos",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijk_-lmnopqrst",
        ),
        (
            "https://youtube.com/playlist?list=PLabcdefghijkl&x=1",
            "https://www.youtube.com/feeds/videos.xml?playlist_id=PLabcdefghijkl",
        ),
        ("https://github.com/owner/some.repo/releases", "https://github.com/owner/some.repo/releases.atom"),
        ("https://github.com/owner/repo", "https://github.com/owner/repo/releases.atom"),
        ("https://old.reddit.com/r/python/", "https://www.reddit.com/r/python/.rss"),
    ],
)
def test_sites_that_do_not_name_their_feeds_are_known(page: str, feed: str) -> None:
    assert feeds_of(b"", page)[0] == Candidate(feed)


def test_what_stands_in_comments_scripts_and_titles_is_no_link() -> None:
    page = f"<!-- {link('/a')} --><script>'{link('/b')}'</script ><title>{link('/c')}</title>"
    assert not named(page)
    assert [one.url[-2:] for one in named(page + link("/f"))] == ["/f"]
    assert not named("<!-- " + link("/g"))


def test_tags_are_read_as_browsers_read_them() -> None:
    page = "<LINK/REL='alternate'\nTYPE=application/rss+xml title=don't HREF=/f?a=1&amp;b=2 href=/no><a\nhref=/rss>It&#39;s"
    assert named(page) == [
        Candidate("https://site.example/f?a=1&b=2", "don't", "rss"),
        Candidate("https://site.example/rss", "It's"),
    ]


def test_titles_are_read_in_the_encoding_of_the_page() -> None:
    page = f'<meta charset="gb18030">{link("/f", title="新闻")}'
    assert named(page.encode("gb18030"))[0].title == "新闻"
    assert named(link("/f", title="Жук").encode())[0].title == "Жук"
    assert named(link("/f", title="café").encode("windows-1252"))[0].title == "café"
    assert named(b'<meta charset="punycode">\xff' + link("/f", title="x").encode())[0].title == "x"


def test_titles_are_read_in_the_encoding_that_the_server_tells() -> None:
    page = (link("/a", title="Новости") + " " * 5000).encode("windows-1251")
    found = feeds_of(page, URL, 'text/html; charset="windows-1251"')
    assert found[0] == Candidate("https://site.example/a", "Новости", "rss")
    wide = ("\ufeff" + link("/a", title="新闻")).encode("utf-16-le")
    assert named(wide) == [Candidate("https://site.example/a", "新闻", "rss")]


def test_feeds_of_other_sites_that_a_page_links_to_come_last_and_are_marked() -> None:
    page = '<a href="https://friend.example/rss">Friend</a><a href="https://feeds.site.example/rss">Ours</a>'
    page += link("https://host.example/podcast.rss", title="Podcast")
    assert [(one.title, one.distant) for one in named(page)] == [
        ("Podcast", False), ("Ours", False), ("Friend", True),
    ]  # fmt: skip


def test_only_the_beginning_of_a_page_is_read_and_only_so_many_feeds_offered() -> None:
    assert not named(b" " * 600_000 + link("/f").encode())
    assert len(named("".join(link(f"/{number}") for number in range(500)))) == MOST_CANDIDATES


@pytest.mark.parametrize(
    "hostile",
    [
        b"<div>" * 200_000,
        b"<a href=/feed>" * 60_000,
        b"<b><a href=/x>" * 60_000,
        b"<table><a href=/feed>" * 30_000,
        b"<!--" * 200_000,
        b"<link rel=alternate type=application/rss+xml href=" + b"a/" * 300_000,
        b"<p " + b"a=b " * 200_000,
        b"<svg><a>" * 80_000,
        b"<select><option>" * 50_000,
        b'<link href="' + b"x" * 400_000 + b'" rel="' + b"y " * 60_000 + b'">',
        b"\x00\xff\xfe" * 200_000,
        b"<a href='\"" * 60_000,
        b'<a x="' * 60_000 + b"'",
        b"<a " * 180_000,
        b"<a\n=" * 120_000,
        b"<a href=/feed>" + b"<" * 500_000,
        b"<script>" * 60_000,
        b"<base href=/><a href=/feed" * 20_000,
        b"<link rel=feed href=" + b"&amp;" * 100_000,
    ],
    ids=range(19),
)
def test_no_page_holds_us_up(hostile: bytes) -> None:
    begin = time.process_time()
    feeds_of(hostile, URL)
    assert time.process_time() - begin < 3


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(alphabet='<>/"=ablinkhrefsp &;#x', max_size=300).map(str.encode))
def test_any_bytes_are_a_page(page: bytes) -> None:
    assert len(feeds_of(page, URL)) >= len(GUESSES)


def test_a_character_of_thousands_of_digits_hurts_nobody() -> None:
    endless = f"&#{'9' * 5000};"
    page = link("/feed", title=endless) + f'<a href="/rss">{endless}</a>'
    assert [one.url for one in named(page)] == ["https://site.example/feed", "https://site.example/rss"]


def test_an_anchor_that_says_rss_is_asked_after_those_whose_address_says_so() -> None:
    page = b"""<a href="/about">About</a><a href="/news"><b>RSS</b></a><a href="#feed">Feed</a>
        <a href="/words">RSS readers compared</a><a href="/feed.xml">Subscribe</a>"""
    found = [one.url for one in feeds_of(page, "https://a.example/") if not one.guessed]
    assert found == ["https://a.example/feed.xml", "https://a.example/news"]


@pytest.mark.parametrize(
    ("content", "to"),
    [
        ("0; url=/blog/", "https://site.example/blog/"),
        (" 3;URL='https://other.example/'", "https://other.example/"),
        ("0.5, other", "https://site.example/start/other"),
        ("0;url=http://[", ""),
        ("300; url=/later", ""),
        ("5", ""),
        ("0; url=javascript:x", ""),
        ("soon; url=/x", ""),
        ("0;url=", ""),
        ("0; url=/start/", ""),
    ],
)
def test_where_a_page_sends_its_readers_at_once(content: str, to: str) -> None:
    page = f'<title>Moved</title><META http-equiv="Refresh" content="{content}"><p>Moved'
    assert onward(page.encode(), "https://site.example/start/") == to
    assert not onward(page.replace("Refresh", "x").encode(), "https://site.example/start/")
    assert onward(b"<p>Moved", "https://site.example/start/", refresh=content) == to


def test_what_a_pages_headers_name_comes_first_and_once() -> None:
    found = feeds_of(link("/b").encode() + link("/f").encode(), URL, links=("https://site.example/f",))
    assert [one.url for one in found if not one.guessed] == [
        "https://site.example/f",
        "https://site.example/b",
    ]
