"""Public channels of Telegram as their preview on the web shows them: ``t.me/s/NAME`` as a feed. Pure.

Telegram serves no feeds. The page holds the newest twenty messages or so, the oldest first; what is
service ("pinned a photo"), reactions and counts of views are no news. Its marks are those of Telegram's
own widget, which have stood for years; where none is found, the document has no items.
"""

import re
from collections.abc import Iterator
from html import escape

from lxml import etree
from lxml import html as markup

from bot.items import Document, Enclosure, Image, Item
from bot.parse.addresses import absolute
from bot.parse.dates import duration, read_date
from bot.parse.telegram_cut import HISTORY, MOST_MESSAGES
from bot.parse.text import plain

_PREVIEW = re.compile(r"https?://t\.me/s/(\w{4,32})/?(?:\?q=[^&#]*)?", re.ASCII | re.IGNORECASE)
"""Also what is found in a channel by words; not what came before some message: that never changes."""

_POST = re.compile(r"\w{4,32}/\d{1,15}", re.ASCII)
_LINE_END = re.compile(r"<br[^>]{0,20}>|</?(?:div|p|pre|blockquote)\b[^>]{0,100}>|\n")
_PICTURE = re.compile(r"background-image:\s*url\(\s*['\"]?([^'\")]{1,2000})")

_READ = 4 * 1024 * 1024
"""Characters of a page that are read; Telegram's have a few hundred thousand."""

_PHOTO = "tgme_widget_message_photo_wrap"
_STILLS = ("tgme_widget_message_video_thumb", "tgme_widget_message_roundvideo_thumb")
_QUOTED = frozenset({"tgme_widget_message_reply", "tgme_widget_message_link_preview"})
"""What shows something else than the message itself: what it answers, the page that it links to."""


def matches(text: str, url: str) -> bool:
    """Tell whether ``text``, found at ``url``, is the preview of a channel."""
    return _PREVIEW.fullmatch(url) is not None and HISTORY in text


def read(text: str, url: str) -> Document:
    """Read a page for which :func:`matches` holds."""
    parser = markup.HTMLParser(encoding="utf-8", no_network=True)
    tree = markup.document_fromstring(text[:_READ].encode("utf-8", "replace"), parser=parser)
    named = {one.get("property"): one.get("content", "") for one in tree.iter("meta")}
    found = _PREVIEW.fullmatch(url)
    channel = found[1] if found else ""
    title = plain(named.get("og:title", "")) or channel
    messages = [one for one in _of_class(tree, "tgme_widget_message") if _is_news(one)][-MOST_MESSAGES:]
    return Document(
        format="telegram",
        title=title,
        link=f"https://t.me/{channel}",
        description=plain(named.get("og:description", "")),
        items=tuple(_item(one, title, url) for one in messages),
    )


def _is_news(message: markup.HtmlElement) -> bool:
    known = _POST.fullmatch(message.get("data-post", ""))
    return known is not None and "service_message" not in _classes(message)


def _item(message: markup.HtmlElement, source: str, url: str) -> Item:
    link = f"https://t.me/{message.get('data-post')}"
    times = [
        one.get("datetime") for date in _own(message, "tgme_widget_message_date") for one in date.iter("time")
    ]
    told = "".join(_told(message))
    return Item(
        guid=link,
        title=_title(message),
        link=link,
        published=read_date(times[0]) if times else None,
        source=source,
        content_html=told,
        images=tuple(_images(message)),
        enclosures=tuple(_recordings(message)),
        base=url,
    )


def _title(message: markup.HtmlElement) -> str:
    """Return the first line of a message, "" where it says nothing: messages have no titles of their own."""
    text = next((_inner(one) for one in _own(message, "js-message_text")), "")
    return next((line for piece in _LINE_END.split(text) if (line := plain(piece))), "")


def _told(message: markup.HtmlElement) -> Iterator[str]:
    """Yield what a message says, as HTML: from whom it is handed on, its text, its files, its poll."""
    for one in _own(message, "tgme_widget_message_forwarded_from"):
        yield f"<p>{_inner(one)}</p>"
    outer: markup.HtmlElement | None = None
    for one in _own(message, "js-message_text"):
        if outer is None or outer not in one.iterancestors():  # some stand within another one
            outer = one
            yield f"<div>{_inner(one)}</div>"
    for one in _own(message, "tgme_widget_message_document_title"):
        yield f"<p>📎 {escape(_words(one))}</p>"
    for one in _own(message, "tgme_widget_message_poll_question"):
        yield f"<p>📊 {escape(_words(one))}</p>"
    options = [
        f"<li>{escape(_words(one))}</li>" for one in _own(message, "tgme_widget_message_poll_option_text")
    ]
    if options:
        yield f"<ul>{''.join(options)}</ul>"


def _images(message: markup.HtmlElement) -> Iterator[Image]:
    """Yield the photos of a message, and the stills of films that the page does not play."""
    films = bool(list(message.iter("video")))
    for named in (_PHOTO, *(() if films else _STILLS)):
        for one in _own(message, named):
            if (found := _PICTURE.search(one.get("style", ""))) and (
                address := absolute(found[1], "https://t.me")
            ):
                yield Image(address)


def _recordings(message: markup.HtmlElement) -> Iterator[Enclosure]:
    for name, mime in (("video", "video/mp4"), ("audio", "audio/ogg")):
        for one in message.iter(name):
            if address := absolute(one.get("src"), "https://t.me"):
                times = [time for time in message.iter("time") if "duration" in time.get("class", "")]
                yield Enclosure(address, mime, duration_s=duration(_words(times[0])) if times else None)


def _own(message: markup.HtmlElement, name: str) -> Iterator[markup.HtmlElement]:
    """Yield the elements of a class that are the message's own, in order."""
    for one in _of_class(message, name):
        if not any(_QUOTED & _classes(above) for above in one.iterancestors() if above is not message):
            yield one


def _of_class(tree: markup.HtmlElement, name: str) -> Iterator[markup.HtmlElement]:
    return (one for one in tree.iter(etree.Element) if name in _classes(one))


def _classes(element: markup.HtmlElement) -> set[str]:
    return set((element.get("class") or "").split())


def _words(element: markup.HtmlElement) -> str:
    return plain(escape(element.text_content()))


def _inner(element: markup.HtmlElement) -> str:
    """Return what stands in an element as HTML, without pictures of emoji and links to searches here."""
    dropped = []
    for one in element.iter("i", "b", "a", "tg-emoji"):
        above = one.getparent()
        is_emoji = "emoji" in _classes(one) or (above is not None and "emoji" in _classes(above))
        if one is not element and (is_emoji or one.tag == "tg-emoji" or one.get("href", "").startswith("?")):
            dropped.append(one)
    for one in dropped:
        one.drop_tag()
    pieces = (etree.tostring(one, encoding="unicode", method="html") for one in element)
    return escape(element.text or "", quote=False) + "".join(pieces)
