"""The papers as feeds: RSS, Atom, RDF, JSON Feed and news documents, written by hand."""

import json
import re
from datetime import datetime
from email.utils import format_datetime
from html import escape, unescape

from bot.playground.papers import Form, Paper, Picture, Piece, read_sample
from bot.playground.recordings import sound_size

TYPES = {
    Form.RSS: "application/rss+xml",
    Form.ATOM: "application/atom+xml",
    Form.RDF: "application/rdf+xml",
    Form.JSON: "application/feed+json",
    Form.NEWS: "text/markdown",
}
FILE_TYPES = {"mp3": "audio/mpeg", "mp4": "video/mp4", "gif": "image/gif"}
"""By a file's ending."""
_SEED_PROXY = "https://images.weserv.nl?url="


def write_feed(paper: Paper, base: str) -> bytes:
    """Return a paper's feed as it stands; ``base`` is the newsroom's address, without a slash at the end."""
    writer = {
        Form.RSS: _rss,
        Form.ATOM: _atom,
        Form.RDF: _rdf,
        Form.JSON: _json_feed,
        Form.NEWS: _news,
    }[paper.form]
    return writer(paper, base).encode(paper.encoding, "xmlcharrefreplace")


def article_address(paper: Paper, piece: Piece, base: str) -> str:
    """Return the address of an item's own page."""
    return f"{base}/{paper.key}/{piece.number}"


def picture_address(piece: Piece, base: str) -> str:
    """Return the address of an item's picture, "" for none."""
    if piece.picture is Picture.NONE:
        return ""
    width, height = piece.size
    return f"{base}/pictures/{piece.picture}/{piece.scene}-{width}x{height}.png"


def paragraphs(paper: Paper, piece: Piece, base: str) -> str:
    """Return a piece's text as HTML; ``{base}`` and ``{files}`` in it stand for addresses."""
    text = "".join(text if text.startswith("<") else f"<p>{text}</p>" for text in piece.story.paragraphs)
    return text.replace("{base}", base).replace("{files}", _files(paper, piece, base))


def _files(paper: Paper, piece: Piece, base: str) -> str:
    return f"{base}/files/{paper.key}/{piece.number}"


def _told(paper: Paper, piece: Piece, base: str) -> str:
    return "" if piece.story.told_by_page else paragraphs(paper, piece, base)


def first_words(piece: Piece) -> str:
    """Return the first paragraph as plain text."""
    text = next((text for text in piece.story.paragraphs if not text.startswith("<figure")), "")
    return unescape(re.sub(r"<[^>]+>", "", text))


def _summary(piece: Piece) -> str:
    return "" if piece.story.told_by_page else first_words(piece)


def _enclosures(paper: Paper, piece: Piece, base: str) -> str:
    """Return what comes with a piece, as RSS writes it."""
    lines = []
    for name in piece.story.files:
        mime, size = FILE_TYPES[name.rpartition(".")[2]], 0
        if seconds := seconds_of(name):
            size = sound_size(seconds, piece.story.title, paper.title)
            lines.append(f"<itunes:duration>{seconds // 60}:{seconds % 60:02}</itunes:duration>\n")
        address = f"{_files(paper, piece, base)}/{name}"
        lines.append(f'<enclosure url="{address}" type="{mime}" length="{size}"/>\n')
    return "".join(lines)


def seconds_of(name: str) -> int:
    """Return how long a sound is by its file's name, 0 for what is none."""
    found = re.fullmatch(r"[a-z]+-(\d{1,3})\.mp3", name)
    return int(found[1]) if found else 0


def _tag(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(text, quote=False)}</{name}>\n"


def _rss(paper: Paper, base: str) -> str:
    items = []
    for piece in paper.pieces:
        picture = picture_address(piece, base)
        width, height = piece.size
        media = (
            f'<media:content url="{picture}" medium="image" width="{width}" height="{height}"/>\n'
            if picture
            else ""
        )
        link = article_address(paper, piece, base)
        items.append(
            "<item>\n"
            + _tag("title", piece.title)
            + _tag("link", link)
            + _tag("guid", f"{paper.key}-{piece.number}", ' isPermaLink="false"')
            + _tag("pubDate", format_datetime(piece.published, usegmt=True))
            + "".join(_tag("category", tag) for tag in piece.story.tags)
            + _tag("description", _told(paper, piece, base))
            + (media if not piece.story.told_by_page else "")
            + _enclosures(paper, piece, base)
            + "</item>\n"
        )
    return (
        f'<?xml version="1.0" encoding="{paper.encoding}"?>\n'
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">\n<channel>\n'
        + _tag("title", paper.title)
        + _tag("link", f"{base}/")
        + _tag("description", paper.about)
        + _tag("language", paper.language)
        + "".join(items)
        + "</channel>\n</rss>\n"
    )


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _atom(paper: Paper, base: str) -> str:
    address = f"{base}/feeds/{paper.key}"
    items = []
    for piece in paper.pieces:
        link = article_address(paper, piece, base)
        picture = picture_address(piece, base)
        image = f'<p><img src="{picture}" alt=""/></p>' if picture else ""
        items.append(
            "<entry>\n"
            + _tag("title", piece.title)
            + f'<link rel="alternate" href="{link}"/>\n'
            + _tag("id", f"tag:newsroom.example,2025:{paper.key}/{piece.number}")
            + _tag("published", _iso(piece.published))
            + _tag("updated", _iso(piece.updated))
            + "".join(f'<category term="{escape(tag)}"/>\n' for tag in piece.story.tags)
            + _tag("summary", _summary(piece))
            + _tag("content", image + _told(paper, piece, base), ' type="html"')
            + "</entry>\n"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{paper.language}">\n'
        + _tag("title", paper.title)
        + _tag("subtitle", paper.about)
        + _tag("id", f"tag:newsroom.example,2025:{paper.key}")
        + f'<link href="{base}/"/>\n<link rel="self" href="{address}"/>\n'
        + _tag("updated", _iso(max(piece.updated for piece in paper.pieces)))
        + f"<author><name>{escape(paper.title)}</name></author>\n"
        + "".join(items)
        + "</feed>\n"
    )


def _rdf(paper: Paper, base: str) -> str:
    links = [article_address(paper, piece, base) for piece in paper.pieces]
    items = []
    for piece, link in zip(paper.pieces, links, strict=True):
        picture = picture_address(piece, base)
        image = f'<img src="{picture}">' if picture else ""
        items.append(
            f'<item rdf:about="{link}">\n'
            + _tag("title", piece.title)
            + _tag("link", link)
            + _tag("description", piece.story.paragraphs[0])
            + _tag("dc:date", _iso(piece.published))
            + "".join(_tag("dc:subject", tag) for tag in piece.story.tags)
            + _tag("content:encoded", image + _told(paper, piece, base))
            + "</item>\n"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
        f'<channel rdf:about="{base}/">\n'
        + _tag("title", paper.title)
        + _tag("link", f"{base}/")
        + _tag("description", paper.about)
        + _tag("dc:language", paper.language)
        + "<items><rdf:Seq>"
        + "".join(f'<rdf:li rdf:resource="{link}"/>' for link in links)
        + "</rdf:Seq></items>\n</channel>\n"
        + "".join(items)
        + "</rdf:RDF>\n"
    )


def _json_feed(paper: Paper, base: str) -> str:
    items = []
    for piece in paper.pieces:
        item: dict[str, object] = {
            "id": f"{paper.key}-{piece.number}",
            "url": article_address(paper, piece, base),
            "title": piece.title,
            "content_html": _told(paper, piece, base),
            "summary": _summary(piece),
            "date_published": _iso(piece.published),
            "tags": list(piece.story.tags),
        }
        if picture := picture_address(piece, base):
            item["image"] = picture
        items.append(item)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": paper.title,
        "description": paper.about,
        "language": paper.language,
        "home_page_url": f"{base}/",
        "feed_url": f"{base}/feeds/{paper.key}",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _news(paper: Paper, base: str) -> str:
    """Write the newest piece as a news document; the very first is a real one, with its picture here."""
    piece = paper.pieces[0]
    proxy = f"{base}/proxy?url="
    if piece.number == 0:
        return read_sample("seed.txt").replace(_SEED_PROXY, proxy)
    link = article_address(paper, piece, base)
    picture = picture_address(piece, base).removeprefix("http://")
    image = f'<img src="{proxy}{picture}" width="100%">' if picture else ""
    when = format_datetime(piece.published, usegmt=True)
    noticed_ms = int(piece.published.timestamp() * 1000)
    return (
        f"<!--{noticed_ms}-->\n[{piece.title}]({link})\n------\n\n"
        f"<div><i>{when}</i></div>{image}{_told(paper, piece, base)}\n"
    )
