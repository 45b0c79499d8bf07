"""Which feeds a page leads to: those it names, those it links to, and where feeds usually are. Pure.

A page is foreign and may be made to hurt: only its beginning is read, in linear time.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from urllib.parse import urljoin, urlsplit

from bot.fetch.address import normalise
from bot.fetch.head import FEED_TYPES
from bot.fetch.sites import engine_feeds, feeds_of_site, is_personal, is_shared, profile_feeds
from bot.fetch.tags import Tag, tags_of

READ_BYTES = 512 * 1024
MOST_CANDIDATES = 20
"""Feeds named by the page itself; more are never offered."""

MOST_VAGUE = 4
"""How many are taken from a page that may be feeds by their types and by nothing else."""

_LONGEST_TITLE = 200
_MOST_ANCHORS = 500
_MOST_TAGS = 10_000
"""Tags that are looked at: feeds are named in a page's head, or linked to from its foot."""

_VAGUE_KINDS = {"application/json": "json", "application/xml": "feed", "text/xml": "feed"}
"""Types that say "feed" only where the title or the address says so too; else they are a guess."""

_HINT = re.compile(r"feed|rss|atom", re.IGNORECASE)
_NOT_A_FEED = re.compile(r"/wp-json/|/oembed", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"/(?:feed|rss|atom|rdf)2?/?$|\.(?:rss|atom|rdf)$|/(?:feed|rss2?|atom|index|feeds?/[\w-]+)\.xml$|/feed\.json$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(r"(?:^|&)(?:feed|format|type|output)=(?:rss2?|atom|rdf|feed)(?:&|$)", re.IGNORECASE)
_CHARSET = re.compile(
    # Of Python's codecs only those of the web: some of the others take quadratic time.
    rb"""charset\s*=\s*["']?\s*((?:utf|gb|big5|euc|shift|sjis|iso|windows|cp|koi8|latin|mac|tis)[\w.:-]{0,20})""",
    re.IGNORECASE,
)

GUESSES = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/feed.json")

_OF_COMMENTS = re.compile(r"/comments(?:[/.-]|$)|[?&]feed=comments", re.IGNORECASE)
_CALLED_COMMENTS = re.compile(
    r"\bcomments\b|kommentar|commentaires|comentarios|comentários|commenti\b|комментари|评论|評論|留言|コメント",
    re.IGNORECASE,
)

_SAYS_NOTHING = re.compile(
    r"(?:(?:rss|atom|xml|json|news)?[ -]?(?:feed|rss|atom|xml)s?(?: ?[012]\.\d+)?|subscribe|订阅|訂閱)",
    re.IGNORECASE,
)

_CALLED_FEED = re.compile(
    r"(?:rss|atom)(?: ?[012]\.\d+)?(?:[ -]?feeds?)?|(?:news[ -]?)?feeds?", re.IGNORECASE
)
"""All of an anchor's text where that says what it leads to."""

_HEAD = 50_000
"""Characters of a page in which it names the software that has made it, and where it sends its readers."""

_REFRESH = re.compile(
    r"""\s*([0-9]{1,2})(?:\.[0-9]*)?\s*[;,]\s*(?:url\s*=\s*)?+["']?([^"']+)""", re.IGNORECASE
)
_SOON_S = 10
"""A page that sends its readers on later than this has something to be read."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address where a feed may be.

    ``title`` is the page's own name for it, "" for none or one that says no more than "RSS"; ``kind`` is
    ``rss``, ``atom``, ``rdf``, ``json``, or ``feed`` where nothing tells. A guess is what
    the page does not say, or vaguely. What is ``distant`` is merely linked to, at another site: that may
    be anybody's.
    """

    url: str
    title: str = ""
    kind: str = "feed"
    guessed: bool = False
    distant: bool = False


def feeds_of(
    page: bytes, url: str, content_type: str = "", *, links: Iterable[str] = ()
) -> tuple[Candidate, ...]:
    """Return the feeds that ``page``, found at ``url``, may have: the surest first, guesses last.

    Among those that are no guesses, feeds of comments come behind, and what is distant after these.
    ``page`` may be empty, where only its address is known; ``content_type`` is the header as sent, and
    ``links`` are the feeds that headers name.
    """
    text = _decoded(page[:READ_BYTES], content_type)
    named = map(Candidate, [*feeds_of_site(url, page), *links])
    found: dict[str, Candidate] = {}
    vague: dict[str, Candidate] = {}
    for candidate in chain(named, _named(text, url)):
        (vague if candidate.guessed else found).setdefault(candidate.url, candidate)
        if len(found) == MOST_CANDIDATES:
            break
    ranked = sorted(found.values(), key=lambda one: (one.distant, is_of_comments(one.url, one.title)))
    found = {one.url: one for one in ranked}
    for candidate in chain(islice(vague.values(), MOST_VAGUE), _guesses(url, text)):
        found.setdefault(candidate.url, candidate)
    return tuple(one for one in found.values() if one.url != url)


def is_of_comments(url: str, title: str) -> bool:
    """Tell whether a feed is of comments, by its address and by what it is called."""
    return bool(_OF_COMMENTS.search(url) or _CALLED_COMMENTS.search(title[:_LONGEST_TITLE]))


def onward(page: bytes, url: str, content_type: str = "", *, refresh: str = "") -> str:
    """Return where a page sends its readers by itself within seconds, "" for nowhere else.

    ``refresh`` is the header that says so; the page itself is asked where there is none.
    """
    metas = tags_of(_decoded(page[:_HEAD], content_type), ("meta",))
    contents = (
        tag.attributes.get("content", "")
        for tag in metas
        if tag.attributes.get("http-equiv", "").lower() == "refresh"
    )
    told = _REFRESH.match((refresh or next(contents, ""))[:2000])
    target = _absolute(told[2], url) if told and int(told[1]) <= _SOON_S else ""
    return target if target != url else ""


def _named(text: str, url: str) -> Iterator[Candidate]:
    base = ""
    anchors: list[Tag] = []
    for tag in islice(tags_of(text), _MOST_TAGS):
        href = tag.attributes.get("href", "")
        if tag.name == "base":
            base = base or _absolute(href, url)
        elif (
            tag.name == "a" and len(anchors) < _MOST_ANCHORS and (_may_be_feed(href) or _is_called_feed(tag))
        ):
            anchors.append(tag)
        elif tag.name == "link" and (kind := _kind(tag)) and (target := _absolute(href, base or url)):
            yield Candidate(
                target, _clean(tag.attributes.get("title", "")), kind, guessed=not _says_feed(tag)
            )
    linked = [
        Candidate(
            target, _clean(tag.attributes.get("title") or tag.text), distant=_site(target) != _site(url)
        )
        for tag in anchors
        if (target := _absolute(tag.attributes["href"], base or url)) and _looks_like_feed(target)
    ]
    yield from sorted(linked, key=lambda one: one.distant)
    for tag in anchors:  # their addresses say nothing, so they come last
        target = _absolute(tag.attributes["href"], base or url)
        if target and not _looks_like_feed(target) and _is_called_feed(tag) and _site(target) == _site(url):
            yield Candidate(target, _clean(tag.attributes.get("title", "")))


def _site(url: str) -> str:
    """Return the end of a host, by which one of its parts is told from another's site: roughly."""
    return ".".join((urlsplit(url).hostname or "").split(".")[-2:])


def _kind(link: Tag) -> str | None:
    """Return which kind of feed a ``<link>`` names, None for none."""
    attributes = link.attributes
    relations = attributes.get("rel", "").lower().split()
    mime = attributes.get("type", "").partition(";")[0].strip().lower()
    href = attributes.get("href")
    if not href or not {"alternate", "feed"}.intersection(relations):
        return None
    if mime in FEED_TYPES:
        return FEED_TYPES[mime]
    if "feed" in relations and not mime:
        return "feed"
    return None if _NOT_A_FEED.search(href) else _VAGUE_KINDS.get(mime)


def _says_feed(link: Tag) -> bool:
    """Tell whether a ``<link>`` that names a kind of feed says by more than a vague type that it is one."""
    attributes = link.attributes
    mime = attributes.get("type", "").partition(";")[0].strip().lower()
    hint = f"{attributes.get('rel', '')} {attributes.get('title', '')} {attributes.get('href', '')}"
    return mime not in _VAGUE_KINDS or _HINT.search(hint) is not None


def _may_be_feed(href: str) -> bool:
    """Tell cheaply whether to look closer: most links of a page are nothing like it."""
    return len(href) <= 2000 and (
        "index.xml" in href or _HINT.search(href) is not None or "rdf" in href.lower()
    )


def _is_called_feed(anchor: Tag) -> bool:
    """Tell whether an anchor leads somewhere, and its text says no more than that it is a feed."""
    href = anchor.attributes.get("href", "")
    if not href or href.startswith("#") or len(href) > 2000 or not _HINT.search(anchor.after[:100]):
        return False
    return _CALLED_FEED.fullmatch(" ".join(anchor.text.split())) is not None


def _looks_like_feed(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_FEED_PATH.search(parts.path) or _FEED_QUERY.search(parts.query))


def _guesses(url: str, text: str) -> Iterator[Candidate]:
    """Yield the usual addresses: of the page itself, of what has made it, then below the root of its site.

    None where the site's own feed would be another one's: at sites of many people, and on their pages.
    """
    if is_shared(url):
        return
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    usual = [*profile_feeds(url)]
    if path and "." not in path.rpartition("/")[2] and not _looks_like_feed(url):
        usual.append(parts._replace(path=f"{path}/feed", query="").geturl())
    if not is_personal(url):
        usual += engine_feeds(_generator(text), url)
        usual += (parts._replace(path=guess, query="").geturl() for guess in GUESSES)
    for one in usual:
        yield Candidate(one, kind="json" if one.endswith("json") else "feed", guessed=True)


def _generator(text: str) -> str:
    """Return what a page says it was made with, "" for nothing."""
    for tag in tags_of(text[:_HEAD], ("meta",)):
        if tag.attributes.get("name", "").lower() == "generator":
            return tag.attributes.get("content", "")
    return ""


def _absolute(href: str, base: str) -> str:
    """Return ``href`` as an address, "" if it is none."""
    try:
        return normalise(urljoin(base, href.strip())) if href else ""
    except ValueError:
        return ""


def _clean(title: str) -> str:
    words = " ".join(title[: 2 * _LONGEST_TITLE].split())[:_LONGEST_TITLE]
    return "" if _SAYS_NOTHING.fullmatch(words) else words


def _decoded(page: bytes, content_type: str) -> str:
    """Return the page as text: UTF-8 if it is, else what its server or it says, else as browsers guess."""
    if page.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return page.decode("utf-16", "replace")
    try:
        return page.decode()
    except UnicodeDecodeError as error:
        if error.start >= len(page) - 3:  # cut within a character
            return page.decode(errors="ignore")
    declared = _CHARSET.search(content_type[:200].encode("ascii", "replace")) or _CHARSET.search(page[:4096])
    try:
        return page.decode(declared[1].decode("ascii") if declared else "windows-1252", "replace")
    except LookupError:
        return page.decode(errors="replace")
