"""The ordinary elements of items, each with who reads it as feedparser would. Pure.

A reader gets the attributes of its element and an argument of its own (a field, a type, a scheme). In doubt
it returns False, and has changed nothing; then feedparser hears the element. What nobody asks for is dropped.
"""

import re

from feedparser.api import StrictFeedParser
from feedparser.util import FeedParserDict
from lxml import etree

from bot.parse.fields import Attributes, Known, Reading, attributes_of, repaired, said, stripped

MOST_TAGS = 200
"""Tags kept of one item, twice as many as are looked at: each is compared with all before it."""

TEXT, HTML = "text/plain", "text/html"
TYPES = {"text": TEXT, "plain": TEXT, "html": HTML, TEXT: TEXT, HTML: HTML}
_HREF = ("url", "uri", "href")
_REACH = frozenset({"email", "uri", "url"})
_REFERENCE = re.compile("&([A-Za-z0-9_]+);")


def _date(item: Reading, element: etree._Element, _: Attributes, field: str) -> bool:
    item.store(field, said(element))
    return True


def _word(item: Reading, element: etree._Element, attributes: Attributes, field: str) -> bool:
    """Read what feedparser has no handler for: with attributes, it would keep these in place of the text."""
    return not attributes and _date(item, element, attributes, field)


def _address(item: Reading, element: etree._Element, attributes: Attributes, field: str) -> bool:
    if attributes:
        return False
    item.store(field, repaired(item.resolved(stripped(element))))
    return True


def _guid(item: Reading, element: etree._Element, attributes: Attributes, _: str) -> bool:
    guid = stripped(element)
    is_link = attributes.get("ispermalink", "true") == "true"
    guid = repaired(item.resolved(guid) if is_link else guid)
    item.store("id", guid)
    if is_link:
        item.fields.setdefault("link", guid)
    return True


def _title(item: Reading, element: etree._Element, attributes: Attributes, kind: str) -> bool:
    declared = TYPES.get(attributes.get("type", kind))
    if declared is None:
        return False
    title = item.content(element, declared)
    heard = item.heard
    if not -1 < heard.title_depth <= item.depth:  # the first title counts
        item.store("title", title["value"])
        item.fields["title_detail"] = title
    if title["value"]:
        heard.title_depth = item.depth
    return True


def _summary(item: Reading, element: etree._Element, attributes: Attributes, kind: str) -> bool:
    declared = TYPES.get(attributes.get("type", kind))
    if declared is None or ("summary" in item.fields and not item.heard.hasContent):
        return False  # a second summary is taken for the content
    summary = item.content(element, declared)
    item.store("summary", summary["value"])
    item.fields["summary_detail"] = summary
    return True


def _content(item: Reading, element: etree._Element, attributes: Attributes, kind: str) -> bool:
    declared = TYPES.get(attributes.get("type", kind))
    if declared is None or "src" in attributes:
        return False
    item.heard.hasContent = 1
    content = item.content(element, declared)
    item.fields.setdefault("content", []).append(content)
    item.fields.setdefault("summary", content["value"])
    return True


def _with_href(attributes: Attributes) -> Attributes | None:
    """Return ``attributes`` with the address, if any, as ``href``; None where it is empty."""
    if attributes.keys().isdisjoint(_HREF):
        return attributes
    href = next(attributes[name] for name in _HREF if name in attributes)
    others = {name: value for name, value in attributes.items() if name not in _HREF}
    return {**others, "href": href} if href else None


def _link(item: Reading, element: etree._Element, attributes: Attributes, _: str) -> bool:
    link = _with_href(attributes)
    if link is None:
        return False
    rel = link.setdefault("rel", "alternate")
    kind = link.setdefault("type", "application/atom+xml" if rel == "self" else HTML)
    if "href" in link:
        link["href"] = item.resolved(link["href"])
        if rel == "alternate" and kind in ("html", "xhtml", HTML, "application/xhtml+xml"):
            item.fields["link"] = link["href"]
    else:
        address = repaired(item.resolved(stripped(element)))
        if "&" in address:
            address = _REFERENCE.sub(r"&\1", address.replace("&amp;", "&"))
        item.fields["link"] = address
        if address:
            link["href"] = address
    item.fields.setdefault("links", []).append(link)
    return True


def _enclosure(item: Reading, _: etree._Element, attributes: Attributes, __: str) -> bool:
    link = _with_href(attributes)
    if link is None:
        return False
    item.fields.setdefault("links", []).append({**link, "rel": "enclosure"})
    return True


def _tag(item: Reading, term: str | None, scheme: str | None, label: str | None) -> None:
    tags = item.fields.setdefault("tags", [])
    tag = {"term": term, "scheme": scheme, "label": label}
    if (term or scheme or label) and len(tags) < MOST_TAGS and tag not in tags:
        tags.append(tag)


def _category(item: Reading, element: etree._Element, attributes: Attributes, scheme: str) -> bool:
    if attributes or scheme:
        named = attributes.get("scheme", scheme or attributes.get("domain"))
        _tag(item, attributes.get("term"), named, attributes.get("label"))
    else:
        item.fields.setdefault("tags", [])
    if term := said(element):
        tags = item.fields["tags"]
        if tags and not tags[-1]["term"]:
            tags[-1]["term"] = term
        else:
            _tag(item, term, None, None)
    return True


def _keywords(item: Reading, element: etree._Element, attributes: Attributes, scheme: str) -> bool:
    if attributes:
        return False
    for term in said(element).split(","):
        if term.strip():
            _tag(item, term.strip(), scheme or None, None)
    return True


def _author(item: Reading, element: etree._Element, _: Attributes, __: str) -> bool:
    """Read one author; mail addresses within names are left to feedparser, which takes them apart."""
    if len(element):
        return _person(item, element)
    name = said(element)
    if "@" in name or not item.is_allowed("author"):
        return False
    item.store("author", name)
    author: dict[str, str] = {}
    item.fields.setdefault("authors", []).append(author)
    if name:
        author["name"] = name
        item.fields.setdefault("author_detail", author)  # in which the next one's name goes, too
    return True


def _person(item: Reading, author: etree._Element) -> bool:
    """Read an author as Atom has one: the name first, once, then at most where to reach its owner."""
    parts = [(item.heard.name_of(one.tag), stripped(one)) for one in author]
    texts = (author.text, *(one.tail for one in author))
    if parts[0][0] != "name" or any(name not in _REACH for name, _ in parts[1:]):
        return False
    if any(len(one) or attributes_of(one.items()) is None for one in author) or any(map(_says, texts)):
        return False
    if "@" in item.fields.get("author", ""):  # the author before gives what this one lacks
        return False
    name, mail = parts[0][1], dict(parts).get("email", "")
    item.store("author", "")
    if name or mail:
        item.fields["author"] = f"{name} ({mail})" if name and mail else name or mail
    item.fields.setdefault("authors", []).append({"name": name})
    item.fields.setdefault("author_detail", {})["name"] = name
    return True


def _says(text: str | None) -> bool:
    return bool(text and text.strip())


def _source(item: Reading, element: etree._Element, _: Attributes, __: str) -> bool:
    title = said(element)
    item.fields["source"] = {"title": title} if title else {}
    item.heard.title_depth = -1
    return True


def _frame(item: Reading, element: etree._Element, _: Attributes, __: str) -> bool:
    """Read what an element holds that says nothing itself."""
    item.depth += 1
    for child in element:
        item.take(child)
    item.depth -= 1
    return True


def _media(item: Reading, element: etree._Element, attributes: Attributes, _: str) -> bool:
    item.fields.setdefault("media_content", []).append(attributes)
    return _frame(item, element, attributes, "")


def _thumbnail(item: Reading, element: etree._Element, attributes: Attributes, field: str) -> bool:
    url = repaired(item.resolved(stripped(element)))
    item.fields.setdefault(field, []).append({"url": url, **attributes} if url else attributes)
    return True


def _picture(item: Reading, _: etree._Element, attributes: Attributes, __: str) -> bool:
    if href := attributes.get("href") or attributes.get("url"):
        item.fields["image"] = {"href": href}
    return True


def _nothing(_: Reading, __: etree._Element, ___: Attributes, ____: str) -> bool:
    """Read what nobody asks for."""
    return True


READERS: dict[str, Known] = {
    "title": Known(_title, TEXT),
    "dc_title": Known(_title, TEXT),
    "link": Known(_link),
    "guid": Known(_guid),
    "id": Known(_guid),
    "comments": Known(_address, "comments"),
    "description": Known(_summary, HTML),
    "dc_description": Known(_summary, HTML),
    "summary": Known(_summary, TEXT),
    "itunes_summary": Known(_summary, TEXT),
    "content": Known(_content, TEXT),
    "content_encoded": Known(_content, HTML),
    "pubdate": Known(_date, "published"),
    "published": Known(_date, "published"),
    "issued": Known(_date, "published"),
    "dcterms_issued": Known(_date, "published"),
    "updated": Known(_date, "updated"),
    "modified": Known(_date, "updated"),
    "dc_date": Known(_date, "updated"),
    "dcterms_modified": Known(_date, "updated"),
    "created": Known(_date, "created"),
    "dcterms_created": Known(_date, "created"),
    "author": Known(_author, looks=True),
    "dc_creator": Known(_author, looks=True),
    "itunes_author": Known(_author, looks=True),
    "language": Known(_date, "language"),
    "dc_language": Known(_date, "language"),
    "source": Known(_source),
    "category": Known(_category),
    "dc_subject": Known(_category),
    "media_category": Known(_category, "http://search.yahoo.com/mrss/category_schema"),
    "itunes_keywords": Known(_keywords, "http://www.itunes.com/"),
    "media_keywords": Known(_keywords),
    "enclosure": Known(_enclosure),
    "itunes_image": Known(_picture),
    "itunes_duration": Known(_word, "itunes_duration"),
    "media_content": Known(_media, holds=True),
    "media_thumbnail": Known(_thumbnail, "media_thumbnail"),
    "media_group": Known(_frame, holds=True),
    "media_credit": Known(_nothing),
    "media_rating": Known(_nothing),
    "itunes_subtitle": Known(_nothing),
    "itunes_explicit": Known(_nothing),
    "itunes_block": Known(_nothing),
    "rights": Known(_nothing),
    "dc_rights": Known(_nothing),
    "dc_publisher": Known(_nothing),
    "dc_contributor": Known(_nothing),
    "georss_point": Known(_nothing),
}
"""By the names that feedparser has for elements."""

_HANDLED = frozenset(
    name.removeprefix("_start_").removeprefix("_end_")
    for name in dir(StrictFeedParser)
    if name.startswith(("_start_", "_end_"))
)
"""Elements that mean something to feedparser."""

_FIELDS = frozenset(
    {
        *("author_detail", "authors", "contributors", "generator_detail", "license", "links", "publisher"),
        *("publisher_detail", "publishers", "summary_detail", "title_detail"),
        *FeedParserDict.keymap,
    }
)
"""Names under which feedparser, or :mod:`bot.parse.feed`, looks for what other elements said."""

_FRAME = Known(_frame, holds=True)


def known(name: str) -> Known | None:
    """Return how to read elements that feedparser calls ``name``, None where that is feedparser's to say.

    What means nothing to it may still hold what does.
    """
    if found := READERS.get(name):
        return found
    is_meant = name in _HANDLED or name in _FIELDS or name.rpartition("_")[2] in ("svg", "math")
    return None if is_meant or not name else _FRAME
