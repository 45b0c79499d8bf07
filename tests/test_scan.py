import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parse.mend import first_items, may_stand, mend, root_of, trim
from bot.parse.scan import ATTRIBUTES, DEPTH, ELEMENTS, LONGEST_NAME, NAMESPACES, Accepted, scan
from bot.parse.verdict import Refused


def test_an_ordinary_feed_is_accepted_with_its_items_in_order() -> None:
    scanned = scan(b"<rss><channel><item><title>a</title></item><item/></channel></rss>")
    assert isinstance(scanned, Accepted)
    assert [item.tag for item in scanned.items] == ["item", "item"]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<rss><channel></rss>", "not well-formed"),
        (b"<rss>" + b"<a>" * DEPTH + b"</a>" * DEPTH + b"</rss>", "depth"),
        (b"<rss " + b" ".join(b'a%d=""' % n for n in range(ATTRIBUTES + 1)) + b"/>", "attributes"),
        (b"<rss>" + b"<a/>" * (ELEMENTS + 1) + b"</rss>", "elements"),
        (b"<rss>" + b"<a></a>" * ELEMENTS + b"</rss>", "elements"),
        (
            b"<rss>" + b"".join(b"<a xmlns='%d'/>" % n for n in range(NAMESPACES + 1)) + b"</rss>",
            "namespaces",
        ),
        (b"<rss><" + b"a" * (LONGEST_NAME + 1) + b"/></rss>", "name of more"),
        (b"<rss><a xmlns='" + b"a" * LONGEST_NAME + b"'/></rss>", "name of more"),
        (b"", "not well-formed"),
    ],
    ids=["broken", "deep", "wide", "many", "many-ended", "namespaces", "long", "long-namespace", "empty"],
)
def test_what_no_feed_needs_is_refused_with_its_reason(document: bytes, reason: str) -> None:
    scanned = scan(document)
    assert isinstance(scanned, Refused)
    assert reason in scanned.reason.lower()


def test_entities_are_neither_expanded_nor_looked_up() -> None:
    scanned = scan(b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r><item>&x;</item></r>')
    assert isinstance(scanned, Accepted)
    assert not scanned.items[0].text


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("<r>R&D</r>", "<r>R&amp;D</r>"),
        ("<r>a &amp; b &lt; &#38;</r>", "<r>a &amp; b &lt; &#38;</r>"),
        ("<r>&nbsp;&eacute;&unknown;</r>", "<r>\xa0é&amp;unknown;</r>"),
        ("<r>&#0;&#31;&#xD800;&#x1F600;</r>", "<r>&#x1F600;</r>"),
        ("<r>1 < 2, x <- y</r>", "<r>1 &lt; 2, x &lt;- y</r>"),
        ("<r><![CDATA[R&D <b>]]></r>", "<r><![CDATA[R&D <b>]]></r>"),
        ("<r><!-- & --><?php & ?>a ]]> b</r>", "<r>a ]]&gt; b</r>"),
        ('<r ?xml version="2.0"></r>', '<r version="2.0"></r>'),
        (
            "<r><dc:date>x</dc:date></r>",
            '<r xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:date>x</dc:date></r>',
        ),
    ],
)
def test_single_characters_are_mended(broken: str, mended: str) -> None:
    assert mend(broken) == mended
    assert isinstance(scan(mended.encode()), Accepted)


stretches = st.lists(
    st.sampled_from(
        (
            *("a", "&lt;", "&#65;", "&#00000065;", "&#x0000041;", "&amp;#x0000041;", "<b>x</b>", "<é>x</é>", "<!-- c -->"),
            *("<?p i?>", "<![CDATA[<3 & <o:p> </b>]]>", "<![CDATA[<atom:link>]]>", "<b c='&gt;]]&gt;'/>", "]]", "é", "\x85"),
        )
    ),
    max_size=8,
).map("".join)  # fmt: skip


@given(stretches)
def test_what_may_stand_is_what_mending_would_make_of_it(inner: str) -> None:
    text = f"<rss xmlns:x='urn:x'><channel><item><title>{inner}</title></item></channel></rss>"
    unmended, mended = scan(text.encode()), scan(mend(text).encode())
    if may_stand(text) and isinstance(unmended, Accepted):
        assert isinstance(mended, Accepted)
        assert [(one.tag, one.text, one.tail, one.items()) for one in unmended.root.iter()] == [
            (one.tag, one.text, one.tail, one.items()) for one in mended.root.iter()
        ]


@pytest.mark.parametrize("inner", ["<é>x</é>", "<:a>x</:a>", "<![CDATA[<atom:link>]]>"])
def test_what_mending_changes_may_not_stand(inner: str) -> None:
    assert not may_stand(f"<rss>{inner}</rss>")


@pytest.mark.parametrize("reference", ["&#00000065;", "&#x0000041;", "&#65;"])
def test_a_reference_may_have_as_many_zeros_as_it_likes(reference: str) -> None:
    assert mend(f"<r>{reference}</r>") == f"<r>{reference}</r>"


def test_entities_of_the_document_s_own_count_if_they_are_short_text() -> None:
    prolog = "<!DOCTYPE r [<!ENTITY shop \"Tom &#38; Co\"><!ENTITY deep '&shop;&shop;'>]>"
    assert mend("<r>&shop;</r>", prolog) == "<r>Tom &amp; Co</r>"
    assert mend("<r>&deep;</r>", prolog) == "<r>&amp;shop;&amp;shop;</r>"


def test_what_stands_around_the_root_goes() -> None:
    text = '\n<?xml version="1.0"?><!-- <rss> --><rss><channel/></rss><script>x</script>'
    assert trim(text, root_of(text)) == "<rss><channel/></rss>"
    assert root_of("<html><p>about rss and feeds</p></html>") == -1


def test_only_the_first_items_are_kept_and_the_end_of_the_document() -> None:
    assert first_items("<c><item>1</item><item/><item>3</item></c>", 2) == "<c><item>1</item><item/></c>"
    assert first_items("<c><item>1</item></c>", 2) == "<c><item>1</item></c>"
