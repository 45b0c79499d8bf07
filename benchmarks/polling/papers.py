"""The feeds of the origin: the same in every run, with formats, sizes and habits as feeds have them.

A paper is a feed with its newest items in a row. Time passes for it in three ways: it is built anew
(a new build date, and with some a counter of comments that has moved on), something is published
(the oldest item falls out at the end), or nothing happens.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from enum import StrEnum
from html import escape
from json import dumps

from polling.words import SEED, Piece, phrase, pieces, title

_MIDDLE_BYTES = 51_000
"""What half of the feeds exceed before escaping and last paragraphs make it 60 KB."""
_LEAST, _MOST = 2_500, 1_200_000
_SPREAD = 1.0
"""Standard deviation of the logarithm of sizes: one feed in ten has more than 220 KB."""

_OVER = 200
"""About half a paragraph: by so much a body may be longer than wanted, and as much shorter."""

_COUNTS = ((8, 5), (10, 27), (15, 12), (20, 18), (25, 8), (30, 10), (50, 12), (100, 8))
"""Items in a document, and of a hundred feeds how many have so many."""


class Format(StrEnum):
    """How a feed is written."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"
    JSON = "json"


_SHARES = (
    (Format.RSS, "", 62), (Format.ATOM, "", 23), (Format.JSON, "", 6), (Format.RDF, "", 5),
    (Format.RSS, "gbk", 2), (Format.RSS, "malformed", 2),
)  # fmt: skip
"""Of a hundred feeds so many are of this format; the second word says what is odd about them."""

TYPES = {
    Format.RSS: "application/rss+xml; charset=UTF-8",
    Format.ATOM: "application/atom+xml; charset=utf-8",
    Format.RDF: "application/rdf+xml",
    Format.JSON: "application/feed+json",
}


@dataclass(slots=True)
class Paper:
    """One feed; ``site`` is its address without a slash at the end, times are seconds since 1970."""

    number: int
    site: str
    now: float
    size: float = 1.0
    """A factor of what its items hold."""
    format: Format = Format.RSS
    odd: str = ""
    language: str = "en"
    count: int = 20
    item_bytes: int = 3000
    every_s: float = 3600.0
    is_cdata: bool = True
    has_counters: bool = False
    has_media: bool = False
    has_comment: bool = False
    published: int = 0
    """How many items there have been; the next one's number."""
    builds: int = 0
    items: list[bytes] = field(default_factory=list)
    """The newest one first."""
    comments: int = 0
    """How often a counter of comments has moved."""

    def __post_init__(self) -> None:
        dice = random.Random(f"{SEED} paper {self.number}")
        shares = [share for *_, share in _SHARES]
        self.format, self.odd, _ = dice.choices(_SHARES, shares)[0]
        self.language = (
            "zh" if self.odd == "gbk" else dice.choices(("en", "de", "ru", "zh"), (72, 9, 7, 12))[0]
        )
        self.count = dice.choices([count for count, _ in _COUNTS], [share for _, share in _COUNTS])[0]
        size = min(max(dice.lognormvariate(0, _SPREAD) * _MIDDLE_BYTES, _LEAST), _MOST)
        self.item_bytes = int(size * self.size / self.count)
        self.every_s = min(max(dice.lognormvariate(0, 1.5) * 14_400, 120), 7 * 86_400)
        self.is_cdata = dice.random() < 0.6
        self.has_counters = self.format is Format.RSS and dice.random() < 0.35
        self.has_media = dice.random() < 0.4
        self.has_comment = dice.random() < 0.2
        for age in range(self.count, 0, -1):
            self._add(self.now - age * self.every_s - 60)

    @property
    def content_type(self) -> str:
        """What its server says it is."""
        return "text/xml; charset=gb2312" if self.odd == "gbk" else TYPES[self.format]

    def build(self) -> None:
        """Write the same items anew: the build date is another, and now and then a counter."""
        self.builds += 1
        if self.has_counters and self.builds % 4 == 1:
            self.comments += 1
            before = b"<slash:comments>"
            place = self.number % min(self.count, 5)
            head, mark, tail = self.items[place].partition(before)
            number, end, rest = tail.partition(b"<")
            self.items[place] = head + mark + str(int(number) + 1).encode() + end + rest

    def publish(self, count: int, now: float) -> None:
        """Publish so many items."""
        self.builds += 1
        for _ in range(count):
            self._add(now)
            self.items.pop()

    def document(self) -> bytes:
        """Return the feed as it is now."""
        built = self.now + 61 * self.builds
        text = {
            Format.RSS: self._rss,
            Format.ATOM: self._atom,
            Format.RDF: self._rdf,
            Format.JSON: self._json,
        }[self.format](built)
        return text.decode().encode("gbk", "xmlcharrefreplace") if self.odd == "gbk" else text

    def _add(self, at: float) -> None:
        number, self.published = self.published, self.published + 1
        item = _Item(self, number, at)
        self.items.insert(0, item.written())

    def _name(self) -> str:
        return f"{phrase(random.Random(self.number), self.language, 1, 3)} {self.number}".title()

    def _rss(self, built: float) -> bytes:
        charset = "gb2312" if self.odd == "gbk" else "UTF-8"
        head = f"""<?xml version="1.0" encoding="{charset}"?><rss version="2.0"
\txmlns:content="http://purl.org/rss/1.0/modules/content/"
\txmlns:wfw="http://wellformedweb.org/CommentAPI/"
\txmlns:dc="http://purl.org/dc/elements/1.1/"
\txmlns:atom="http://www.w3.org/2005/Atom"
\txmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
\txmlns:slash="http://purl.org/rss/1.0/modules/slash/"
\txmlns:media="http://search.yahoo.com/mrss/"
\t>

<channel>
\t<title>{self._name()}</title>
\t<atom:link href="{self.site}/{self.number}.xml" rel="self" type="application/rss+xml" />
\t<link>{self.site}/</link>
\t<description>{self._name()}</description>
\t<lastBuildDate>{formatdate(built)}</lastBuildDate>
\t<language>{self.language}</language>
\t<sy:updatePeriod>hourly</sy:updatePeriod>
\t<sy:updateFrequency>1</sy:updateFrequency>
\t<generator>https://wordpress.org/?v=6.9</generator>
"""
        # What browsers forgive: a name of HTML's, and an ampersand that begins nothing.
        slip = "\t<webMaster>Tom &amp; Ann&nbsp;& Co</webMaster>\n" if self.odd == "malformed" else ""
        tail = "</channel>\n</rss>\n" + self._comment(built)
        return b"".join([head.encode(), slip.encode(), *self.items, tail.encode()])

    def _atom(self, built: float) -> bytes:
        head = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"
 xml:lang="{self.language}">
  <title type="text">{self._name()}</title>
  <link href="{self.site}/{self.number}.xml" rel="self"/>
  <link href="{self.site}/"/>
  <id>tag:{self.number}.example,2026:feed</id>
  <generator uri="https://jekyllrb.com/" version="4.4">Jekyll</generator>
  <updated>{_iso(built)}</updated>
"""
        return b"".join([head.encode(), *self.items, b"</feed>\n", self._comment(built).encode()])

    def _rdf(self, built: float) -> bytes:
        rows = "".join(
            f'    <rdf:li rdf:resource="{self.link(self.published - 1 - age)}"/>\n'
            for age in range(self.count)
        )
        head = f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel rdf:about="{self.site}/">
  <title>{self._name()}</title>
  <link>{self.site}/</link>
  <description>{self._name()}</description>
  <dc:date>{_iso(built)}</dc:date>
  <items><rdf:Seq>
{rows}  </rdf:Seq></items>
</channel>
"""
        return b"".join([head.encode(), *self.items, b"</rdf:RDF>\n", self._comment(built).encode()])

    def _json(self, built: float) -> bytes:
        head = dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": self._name(),
                "home_page_url": f"{self.site}/",
                "feed_url": f"{self.site}/{self.number}.xml",
                "language": self.language,
                "_built": {"at": _iso(built)},
            },
            ensure_ascii=False,
        )
        return head[:-1].encode() + b', "items": [' + b",\n".join(self.items) + b"]}\n"

    def link(self, number: int) -> str:
        """Return the address of an item's page."""
        return f"{self.site}/{self.number}/{number}/"

    def _comment(self, built: float) -> str:
        if not self.has_comment:
            return ""
        took = (built * 7 % 1000) / 1000
        return (
            f"<!-- Dynamic page generated in {took:.3f} seconds. -->\n<!-- Cached page of {_iso(built)} -->\n"
        )


class _Item:
    """An item that is being written: its texts by a dice of its own."""

    def __init__(self, paper: Paper, number: int, at: float) -> None:
        self.paper, self.number, self.at = paper, number, at
        self.dice = dice = random.Random(f"{SEED} {paper.number} {number}")
        self.title = title(dice, paper.language)
        self.lead = phrase(dice, paper.language, 20, 50)
        self.tags = [phrase(dice, paper.language, 1, 2) for _ in range(dice.randint(0, 5))]
        self.author = f"{phrase(dice, 'en', 1, 1)} {phrase(dice, 'en', 1, 1)}".title()
        self.link = paper.link(number)
        self.picture = f"https://cdn.example/{paper.number}/{number}/1200x630.jpg"
        self.is_short = paper.item_bytes < 900

    def written(self) -> bytes:
        """Return it in the format of its paper."""
        return {
            Format.RSS: self._rss,
            Format.ATOM: self._atom,
            Format.RDF: self._rdf,
            Format.JSON: self._json,
        }[self.paper.format]()

    def _body(self, room: int, form: str) -> bytes:
        """Return paragraphs of about ``room`` bytes."""
        own, left, found = pieces(self.paper.language), room, list[Piece]()
        while left > _OVER:
            piece = own[int(self.dice.random() * len(own))]
            found.append(piece)
            left -= len(piece.raw)
        parts: list[bytes] = [getattr(piece, form) for piece in found]
        return b"".join(parts)

    def _xml_body(self, room: int) -> bytes:
        if self.paper.is_cdata:
            return b"<![CDATA[" + self._body(room, "raw") + b"]]>"
        return self._body(room, "escaped")

    def _rss(self) -> bytes:
        paper = self.paper
        tags = "".join(f"\t\t<category><![CDATA[{tag}]]></category>\n" for tag in self.tags)
        lead = f"<p>{self.lead}</p>"
        head = f"""\t<item>
\t\t<title>{escape(self.title)}</title>
\t\t<link>{self.link}</link>
\t\t<dc:creator><![CDATA[{self.author}]]></dc:creator>
\t\t<pubDate>{formatdate(self.at)}</pubDate>
{tags}\t\t<guid isPermaLink="false">{paper.site}/?p={self.number + 1000}</guid>
\t\t<description>{f"<![CDATA[{lead}]]>" if paper.is_cdata else escape(lead)}</description>
"""
        tail = ""
        if paper.has_counters:
            tail += f"\t\t<slash:comments>{self.dice.randint(0, 90)}</slash:comments>\n"
        if paper.has_media:
            tail += f'\t\t<media:content url="{self.picture}" medium="image" width="1200" height="630" />\n'
        tail += "\t</item>\n"
        if self.is_short:
            return (head + tail).encode()
        body = self._xml_body(paper.item_bytes - len(head) - len(tail))
        return b"".join(
            [head.encode(), b"\t\t<content:encoded>", body, b"</content:encoded>\n", tail.encode()]
        )

    def _atom(self) -> bytes:
        paper = self.paper
        tags = "".join(f'    <category term="{escape(tag)}"/>\n' for tag in self.tags)
        media = f'    <media:thumbnail url="{self.picture}"/>\n' if paper.has_media else ""
        head = f"""  <entry>
    <title type="html">{escape(self.title)}</title>
    <link rel="alternate" type="text/html" href="{self.link}"/>
    <id>tag:{paper.number}.example,2026:{self.number}</id>
    <published>{_iso(self.at)}</published>
    <updated>{_iso(self.at + 30)}</updated>
    <author><name>{self.author}</name></author>
{tags}{media}    <summary>{escape(self.lead)}</summary>
"""
        if self.is_short:
            return (head + "  </entry>\n").encode()
        body = self._xml_body(paper.item_bytes - len(head))
        return b"".join([head.encode(), b'    <content type="html">', body, b"</content>\n  </entry>\n"])

    def _rdf(self) -> bytes:
        head = f"""<item rdf:about="{self.link}">
  <title>{escape(self.title)}</title>
  <link>{self.link}</link>
  <description>{escape(self.lead)}</description>
  <dc:creator>{self.author}</dc:creator>
  <dc:date>{_iso(self.at)}</dc:date>
  <dc:subject>{escape(" ".join(self.tags))}</dc:subject>
"""
        if self.is_short:
            return (head + "</item>\n").encode()
        body = self._xml_body(self.paper.item_bytes - len(head))
        return b"".join([head.encode(), b"  <content:encoded>", body, b"</content:encoded>\n</item>\n"])

    def _json(self) -> bytes:
        told = {
            "id": f"{self.paper.number}-{self.number}",
            "url": self.link,
            "title": self.title,
            "summary": self.lead,
            "date_published": _iso(self.at),
            "authors": [{"name": self.author}],
            "tags": self.tags,
        }
        if self.paper.has_media:
            told["image"] = self.picture
        head = dumps(told, ensure_ascii=False)[:-1].encode()
        body = self._body(self.paper.item_bytes - len(head), "quoted")
        return head + b', "content_html": "' + body + b'"}'


def _iso(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
