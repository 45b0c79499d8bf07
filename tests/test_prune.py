"""What is cut from a document was read before, byte for byte; what leaves a doubt is read as a whole."""

import json
import time

import pytest

from bot.parse.document import read
from bot.parse.prune import MARK, MOST_BETWEEN, MOST_BYTES, MOST_ITEMS, Cut, cut

HEAD = '<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>'
TAIL = "</channel></rss>\n"


def item(number: int, more: str = "") -> str:
    return f"<item><title>Title {number}</title><guid>id-{number}</guid>{more}</item>"


def feed(*items: str, head: str = HEAD, tail: str = TAIL, gap: str = "\n") -> bytes:
    return (head + gap.join(items) + tail).encode()


def one(body: bytes, known: bytes = b"", content_type: str = "") -> Cut:
    found = cut(body, known, content_type)
    assert found is not None
    return found


def titles(body: bytes, content_type: str = "") -> list[str]:
    return [found.title for found in read(body, url="", content_type=content_type).items]


THREE = feed(item(1), item(2), item(3))
KNOWN = one(THREE).marks


def test_the_first_time_all_items_are_fresh_and_the_rest_is_the_whole() -> None:
    assert one(THREE) == Cut(KNOWN, 3, 3, THREE, is_front=True)
    assert len(KNOWN) == 4 * MARK, "of each item, and of the stretch of all"


@pytest.mark.parametrize(
    "later",
    [
        THREE,
        feed(item(3), item(1), item(2)),
        feed(item(2)),
        feed(item(1), item(1), item(2)),
        feed(item(1), item(2), item(3), gap="\r\n\t <!-- cached 12:00 -->\n"),
        feed(item(1), item(2), item(3), head=HEAD + "<lastBuildDate>now</lastBuildDate>"),
        feed(item(1), item(2), item(3), head="<!DOCTYPE rss PUBLIC 'x' 'y'>" + HEAD[21:]),
        feed(item(1), item(2), item(3), tail=TAIL + "<!-- made in 0.2 s -->"),
        feed(item(1), item(2), item(3), gap="<link>https://a.example/</link>"),
        b"\xef\xbb\xbf" + THREE,
    ],
    ids=["same", "order", "fewer", "twice", "gaps", "head", "doctype", "tail", "field between", "mark"],
)
def test_nothing_is_new_where_only_known_items_stand(later: bytes) -> None:
    found = one(later, KNOWN)
    assert (found.fresh, found.rest) == (0, b"")


@pytest.mark.parametrize(
    "changed",
    [
        item(2, "<description>a</description>"),
        item(2).replace("Title 2", "Title 2 (corrected)"),
        item(2).replace("<item>", "<item >"),
        item(2, " "),
        item(2, "<pubDate>Thu, 26 Nov 2026 07:00:00 GMT</pubDate>"),
    ],
)
def test_whatever_changes_in_an_item_makes_it_fresh(changed: str) -> None:
    found = one(feed(item(1), changed, item(3)), KNOWN)
    assert (found.count, found.fresh) == (3, 1)
    assert found.rest == feed("", changed, "")


def test_the_rest_holds_what_stands_around_the_items_as_it_stands() -> None:
    later = feed(
        item(4), item(1), item(5), item(2), gap="\n<ttl>5</ttl>\n", head=HEAD + "<language>de</language>"
    )
    found = one(later, KNOWN)
    assert (found.count, found.fresh) == (4, 2)
    assert titles(found.rest) == ["Title 4", "Title 5"]
    assert read(found.rest, url="").language == "de"
    assert read(found.rest, url="").ttl_s == 300


def test_marks_do_not_hang_on_order_or_repetition() -> None:
    other = one(feed(item(3), item(2), item(1), item(3))).marks
    shared = {KNOWN[at : at + MARK] for at in range(0, len(KNOWN), MARK) if KNOWN[at : at + MARK] in other}
    assert (len(other), len(shared)) == (4 * MARK, 3), "the stretch alone is another"


@pytest.mark.parametrize("known", [KNOWN[:-1], b"\0", KNOWN[1:], b"\xff" * 1000])
def test_marks_that_were_damaged_hide_nothing(known: bytes) -> None:
    assert one(feed(item(4)), known).fresh == 1


@pytest.mark.parametrize(
    ("declared", "before", "after"),
    [
        ("slash", "<slash:comments>1</slash:comments>", "<slash:comments> 22 </slash:comments>"),
        ("slash", "", "<slash:comments>1</slash:comments>"),
        ("thr", "<thr:total>0</thr:total>", "<thr:total>3</thr:total>"),
        ("thr", '<a rel="replies" thr:count="0"/>', '<a rel="replies" thr:count="12"/>'),
        (
            "media",
            '<media:starRating count="1" average="5.00"/><media:statistics views="12"/>',
            '<media:starRating count="2" average="4.50"/><media:statistics views="9999"/>',
        ),
    ],
)
def test_counters_are_no_news(declared: str, before: str, after: str) -> None:
    head = HEAD.replace("<rss ", f'<rss xmlns:{declared}="urn:x" ')
    known = one(feed(item(1, before), item(2), head=head)).marks
    assert one(feed(item(1, after), item(2), head=head), known).fresh == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<slash:comments>1</slash:comments>", "<slash:comments>Late news</slash:comments>"),
        ("<comments>https://a.example/1</comments>", "<comments>https://a.example/2</comments>"),
        ("<updated>2026-01-01T00:00:00Z</updated>", "<updated>2026-01-02T00:00:00Z</updated>"),
    ],
)
def test_what_only_looks_like_a_counter_is_news(before: str, after: str) -> None:
    head = HEAD.replace("<rss ", '<rss xmlns:slash="urn:x" ')
    known = one(feed(item(1, before), head=head)).marks
    assert one(feed(item(1, after), head=head), known).fresh == 1


@pytest.mark.parametrize(
    ("published", "fresh"), [("<published>2026-01-01T00:00:00Z</published>", 0), ("", 1), ("<published/>", 1)]
)
def test_an_update_alone_is_no_news_where_the_publication_is_told(published: str, fresh: int) -> None:
    def atom(updated: str) -> bytes:
        entry = f"<entry><id>1</id><title>One</title>{published}<updated>{updated}</updated></entry>"
        return feed(entry, head='<feed xmlns="http://www.w3.org/2005/Atom">', tail="</feed>")

    known = one(atom("2026-01-01T00:00:00Z")).marks
    assert one(atom("2026-01-05T12:00:00+02:00"), known).fresh == fresh


RESISTING = {
    "nothing": b"",
    "no item": feed(),
    "a page": b"<html><body><p>x</p></body></html>",
    "text": b"an <item> in text</item>",
    "a news document": b"<!--1740674343000-->\n[t](https://a.example/)\n-----\n<item>x</item>",
    "UTF-16": feed(item(1)).decode().encode("utf-16"),
    "UTF-16, unmarked": feed(item(1)).decode().encode("utf-16-le"),
    "UTF-32": feed(item(1)).decode().encode("utf-32"),
    "ISO-2022-JP": feed(item(1, "日本")).decode().encode("iso2022_jp"),
    "HZ": b'<?xml version="1.0" encoding="hz-gb-2312"?>' + THREE[21:],
    "UTF-7 among others": b'<?xml version="1.0" encoding="iso-2022-kr"?>' + THREE[21:],
    "EBCDIC": b'<?xml version="1.0" encoding="cp037"?>' + THREE[21:],
    "an unended comment before": feed(item(1), head=HEAD + "<!-- "),
    "an item in a comment before": feed(item(1), head=HEAD + f"<!-- {item(0)} -->"),
    "an item in a comment between": feed(item(1), f"<!-- {item(0)} -->", item(2)),
    "an unended comment in an item": feed(item(1, "<!-- "), item(2)),
    "an unended section in an item": feed(item(1, "<![CDATA[ "), item(2)),
    "another spelling of a section": feed(item(1, "<![cdata[ "), item(2)),
    "an unended instruction in an item": feed(item(1, "<?x "), item(2)),
    "the end of an item in a section": feed(item(1, "<![CDATA[</item>]]>")),
    "the beginning of one in a section": feed(item(1, "<![CDATA[<item>]]>")),
    "an item in an item": feed(item(1, item(2))),
    "an item in capitals between": feed(item(1), "<ITEM><title>x</title></ITEM>", item(2)),
    "an item in capitals before": feed("<ITEM><title>x</title></ITEM>", item(2)),
    "an entry among items": feed(item(1), "<entry><title>x</title></entry>", item(2)),
    "an item with a prefix after": feed(item(1), "<a:item><title>x</title></a:item>"),
    "an item whose tag a control character breaks": feed(item(1), "<it\x01em><title>x</title></it\x01em>"),
    "an item whose tag a stray character breaks": feed(item(1), "<it\ufffeem><title>x</title></it\ufffeem>"),
    "an item that has no content, before": feed("<item/>", item(1)),
    "an item that has no content, after": feed(item(1), '<item rdf:about="x"/>'),
    "a document that breaks off": feed(item(1), "<item><title>x</ti", tail=""),
    "entities": feed(item(1), head='<!DOCTYPE rss [<!ENTITY a "b">]>' + HEAD[21:]),
    "too many items": feed(*[item(1)] * (MOST_ITEMS + 1)),
    "too long a head": feed(item(1), head=HEAD + " " * MOST_BETWEEN),
    "too long a tail": feed(item(1), tail=TAIL + " " * MOST_BETWEEN),
    "too long gaps": feed(item(1), item(2), gap=" " * (MOST_BETWEEN + 1)),
    "too long": feed(item(1, "x" * MOST_BYTES)),
    "JSON without items": b'{"items": []}',
    "JSON with other items": b'{"items": [{"id": "1"}, 2]}',
    "JSON of another kind": b'{"title": "x"}',
    "JSON, deep": b'{"items":[' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"]}",
    "JSON, broken off": b'{"items":[{"id": "1"}, {"id"',
    "JSON in another encoding": '{"items":[{"id": "é"}]}'.encode("latin-1"),
}


@pytest.mark.parametrize("name", RESISTING)
def test_a_document_that_leaves_a_doubt_is_read_as_a_whole(name: str) -> None:
    assert cut(RESISTING[name], b"") is None


@pytest.mark.parametrize(
    "charset", ["utf-16", "iso-2022-jp", "hz-gb-2312", "cp037", "unicode_escape", "johab"]
)
def test_a_header_that_names_a_treacherous_encoding_is_heeded(charset: str) -> None:
    is_believed = charset not in (
        "utf-16",
        "unicode_escape",
    )  # not of bytes that are plainly not so, or of none
    assert (cut(THREE, b"", f"application/xml; charset={charset}") is None) is is_believed


def test_text_that_looks_like_items_does_no_harm_in_sections() -> None:
    known = one(
        feed(item(1, "<description><![CDATA[<items> <itemscope> &lt;item&gt;]]></description>"))
    ).marks
    later = one(feed(item(2, "<description><![CDATA[a <!-- b --> c]]></description>"), item(1)), known)
    assert (later.count, later.fresh) == (2, 2)


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [("gbk", ""), ("gb18030", ""), ("big5", ""), ("gbk", "text/xml; charset=gb2312")],
)
def test_the_rest_of_a_document_in_another_encoding_reads_as_in_the_whole(
    encoding: str, content_type: str
) -> None:
    head = HEAD if content_type else HEAD.replace("?>", f' encoding="{encoding}"?>')
    words = [item(number, f"<description>联通新聞{number}</description>") for number in range(4)]
    text = [head + "".join(words[start:]) + TAIL for start in (1, 0)]
    before, after = (one.encode(encoding, "ignore") for one in text)
    found = one(after, one(before, b"", content_type).marks, content_type)
    assert found.fresh == 1
    whole = read(after, url="", content_type=content_type).items
    assert read(found.rest, url="", content_type=content_type).items == whole[:1]


def test_where_the_encoding_is_guessed_nothing_is_cut_but_nothing_new_is_seen() -> None:
    words = [item(number, "<description>Olá, não é só isso</description>") for number in range(4)]
    text = [HEAD + "".join(words[start:]) + TAIL for start in (1, 0)]
    before, after = (one.encode("latin-1") for one in text)
    known = one(before).marks
    assert one(before, known).fresh == 0
    assert cut(after, known) is None


def test_json_is_cut_at_its_items() -> None:
    def document(*numbers: int, **more: object) -> bytes:
        items = [{"id": str(number), "title": f"新 {number}", "content_html": "x"} for number in numbers]
        return json.dumps({"version": "https://jsonfeed.org/version/1.1", **more, "items": items}).encode()

    before = one(document(1, 2))
    assert one(document(2, 1, title="Feed"), before.marks).fresh == 0
    later = one(b"\xef\xbb\xbf \n" + document(3, 1, 2, title="Feed"), before.marks)
    assert (later.count, later.fresh) == (3, 1)
    assert read(later.rest, url="") == read(document(3, title="Feed"), url="")


HOSTILE = {
    "open tags": b"<item" * 1_600_000,
    "open items": HEAD.encode() + b"<item>" * 1_300_000,
    "angle brackets": b"<" * 8_000_000,
    "prefixes": b"<a:" * 2_600_000,
    "comments": HEAD.encode() + b"<!--" * 2_000_000,
    "comments in an item": HEAD.encode() + b"<item>" + b"<!--" * 2_000_000 + b"</item>",
    "sections in an item": HEAD.encode() + b"<item>" + b"<![CDATA[" * 800_000 + b"</item>",
    "ends": HEAD.encode() + b"<item>" + b"</item>" * 1_100_000,
    "a head": HEAD.encode() + b"<a>" * 2_600_000 + b"<item></item>",
    "types": b"<rss>" + b"<!DOCTYPE" * 800_000 + b"<item></item>",
    "publications": b"<feed><entry>" + b"<published>" * 700_000 + b"</entry></feed>",
    "counters": b'<rss xmlns:slash="">' + (b"<item>" + b"<slash:comments>" * 90 + b"</item>") * 4999,
    "spaces": b" " * 8_000_000,
    "JSON, deep": b'{"items":' + b"[" * 400_000,
    "JSON, a number": b'{"items":[{"a":' + b"1" * 400_000 + b"}]}",
    "noise": bytes((n * 7919) % 256 for n in range(300_000)) + b"<item></item>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_take_linear_time(name: str) -> None:
    """Some 50 ms on a quiet machine for the worst of these 8 MB; quadratic would be minutes."""
    began = time.process_time()
    found = cut(HOSTILE[name], KNOWN)
    if found is not None:
        assert cut(HOSTILE[name], found.marks) is not None
    assert time.process_time() - began < 2
