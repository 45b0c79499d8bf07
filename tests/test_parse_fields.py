"""Fields that feeds fill in odd ways, and what a careful reader takes them for."""

import pytest

from bot.errors import NotAFeed
from bot.items import Item
from bot.parse.document import read
from bot.parse.text import LONGEST_GUID

NAMES = (
    'version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def rss(inner: str) -> Item:
    body = f"<rss {NAMES}><channel><title>T</title><link>https://a.example/</link><item>{inner}</item></channel></rss>"
    return read(body.encode(), url="https://a.example/feed").items[0]


def atom(inner: str) -> Item:
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><author><name>Ada</name></author><entry>{inner}</entry></feed>'
    return read(body.encode(), url="https://a.example/feed").items[0]


@pytest.mark.parametrize(
    ("inner", "guid", "link"),
    [
        ("<guid>https://a.example/1</guid>", "https://a.example/1", "https://a.example/1"),
        ("<guid isPermaLink='false'>https://a.example/1</guid>", "https://a.example/1", None),
        ("<guid>ep1</guid>", "ep1", None),
        ("<guid isPermaLink='true'>12345</guid>", "12345", None),
        ("<guid>/story/1</guid>", "/story/1", "https://a.example/story/1"),
        ("<guid> </guid><link>/1</link>", None, "https://a.example/1"),
        ("<link/>https://a.example/1<guid>x</guid>", "x", "https://a.example/1"),
        ("<link href='https://a.example/1'/>", None, "https://a.example/1"),
        ("<link>javascript:alert(1)</link>", None, None),
        ("<link>www.a.example/1</link>", None, "https://www.a.example/1"),
    ],
)
def test_an_identity_is_a_link_only_if_it_looks_like_one(
    inner: str, guid: str | None, link: str | None
) -> None:
    item = rss(f"<title>t</title>{inner}")
    assert (item.guid, item.link) == (guid, link)


@pytest.mark.parametrize(
    "body",
    [
        "<rss><channel><item><guid>%s</guid><title>t</title></item></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>%s</id><title>t</title></entry></feed>',
        '{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"%s","title":"t"}]}',
    ],
    ids=["rss", "atom", "json"],
)
def test_what_is_longer_than_any_guid_names_nothing(body: str) -> None:
    def found(guid: str) -> str | None:
        return read((body % guid).encode(), url="https://a.example/feed").items[0].guid

    longest = "urn:" + "g" * (LONGEST_GUID - 4)
    assert found(longest) == longest
    assert found(longest + "1") is None


def test_neither_a_language_nor_a_file_s_type_goes_on_for_ever() -> None:
    item = rss(f"<language>de{'-abcdefgh' * 9}</language><enclosure url='/a' type='audio/{'x' * 9000}'/>")
    assert (item.language, len(item.enclosures[0].mime)) == ("", 255)
    assert rss("<language>zh-Hant-TW</language>").language == "zh-Hant-TW"


@pytest.mark.parametrize("order", [1, -1])
def test_other_vocabularies_do_not_replace_the_description(order: int) -> None:
    fields = ["<description>Told at length</description>", "<itunes:summary>Told</itunes:summary>"]
    item = rss("".join([*fields, "<dc:description>Told again</dc:description>"][::order]))
    assert (item.summary_html, item.content_html) == ("Told at length", "")


def test_what_no_description_tells_another_vocabulary_may() -> None:
    assert rss("<description/><itunes:summary>Told</itunes:summary>").summary_html == "<p>Told</p>"


def test_a_film_s_words_keep_their_lines_and_are_no_markup() -> None:
    item = rss("<media:group><media:description>One\nTwo &lt;3</media:description></media:group>")
    assert item.summary_html == "<p>One<br>Two &lt;3</p>"


@pytest.mark.parametrize(
    "name", ["summary_detail", "title_detail", "content_detail", "source", "tags", "image"]
)
@pytest.mark.parametrize("attribute", ["", " a='1'"])
def test_elements_named_like_what_a_reader_notes_cost_no_item(name: str, attribute: str) -> None:
    assert rss(f"<title>t</title><{name}{attribute}>x</{name}>").title == "t"


def test_a_text_told_once_is_not_a_summary_of_itself() -> None:
    item = atom("<content>plain</content>")
    assert (item.summary_html, item.content_html) == ("", "<p>plain</p>")


def test_a_picture_in_letters_is_no_text() -> None:
    assert atom('<title>t</title><content type="image/png">iVBORw0KGgo=</content>').content_html == ""


def test_an_atom_item_without_author_is_its_feed_s() -> None:
    assert atom("<id>1</id>").author == "Ada"
    assert atom("<id>1</id><author><name>Bo</name></author>").author == "Bo"


def test_empty_elements_of_xhtml_stay_empty() -> None:
    item = atom(
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a<br/>b<hr/></div></content>'
    )
    assert item.content_html == "a<br>b<hr>"


def test_one_picture_offered_twice_is_one() -> None:
    address = "https://a.example/p.jpg"
    item = rss(f'<media:thumbnail url="{address}"/><description>&lt;img src="{address}"&gt;</description>')
    assert [image.url for image in item.images] == [address]


@pytest.mark.parametrize(
    "body",
    [
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description/></rdf:RDF>',
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><item>1</item></s:Body></s:Envelope>',
        '<list><item id="1"/><item id="2"/></list>',
    ],
)
def test_xml_that_merely_resembles_a_feed_is_none(body: str) -> None:
    with pytest.raises(NotAFeed, match="XML of another kind"):
        read(body.encode(), url="")


@pytest.mark.parametrize(
    ("inner", "via"),
    [
        ("<comments>https://talk.example/1</comments>", "https://talk.example/1"),
        ("<comments>https://a.example/1#comments</comments>", None),
        ("<comments>/1</comments>", None),
        ("<comments>12</comments>", None),
        ("<source url='https://b.example/feed'>B</source>", None),
    ],
)
def test_comments_on_a_page_of_their_own_are_another_page_about_an_item(inner: str, via: str | None) -> None:
    assert rss(f"<title>t</title><link>https://a.example/1</link>{inner}").via == via


def test_an_atom_item_names_where_it_was_found_and_where_it_is_talked_of() -> None:
    link = "<id>1</id><title>t</title><link href='https://a.example/1'/>"
    replies = "<link rel='replies' type='text/html' href='https://a.example/1/talk'/>"
    feed = "<link rel='replies' type='application/atom+xml' href='https://a.example/1/feed'/>"
    found = "<link rel='via' href='https://b.example/x'/>"
    assert atom(f"{link}{feed}{replies}{found}").via == "https://b.example/x"
    assert atom(f"{link}{feed}{replies}").via == "https://a.example/1/talk"
    assert atom(f"{link}{feed}").via is None


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("1:02:03", 3723),
        ("62:03", 3723),
        ("3723", 3723),
        ("12.5", 12),
        ("0", None),
        ("an hour", None),
        ("9" * 30, None),
    ],
)
def test_sound_lasts_as_long_as_its_feed_says(said: str, seconds: int | None) -> None:
    file = "<enclosure url='https://a.example/1.mp3' type='audio/mpeg' length='12345'/>"
    (one,) = rss(f"<title>t</title>{file}<itunes:duration>{said}</itunes:duration>").enclosures
    assert (one.length, one.duration_s) == (12345, seconds)


def test_a_film_lasts_as_long_as_it_says_itself() -> None:
    film = "<media:content url='https://a.example/1.mp4' type='video/mp4' duration='200' fileSize='90000'/>"
    assert [(one.length, one.duration_s) for one in rss(f"<title>t</title>{film}").enclosures] == [
        (90000, 200)
    ]
