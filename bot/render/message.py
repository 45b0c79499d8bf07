"""An item becomes a message."""

from dataclasses import replace

from bot.items import Hit, StoredItem, Style
from bot.render.article import rich_of
from bot.render.characters import is_blank
from bot.render.look import Look
from bot.render.markup import read_html
from bot.render.parts import TEXT_LIMIT, Message
from bot.render.styles import Setter
from bot.render.template import TemplateFailed, fill
from bot.render.template_flaws import Flaw, Why


def compose(stored: StoredItem, look: Look, *, hits: tuple[Hit, ...] = ()) -> Message:
    """Return ``stored`` as ``look`` wants it.

    ``hits`` are marked in title and text and named below. The message fits Telegram's limits; its
    text is never empty. Where it goes and how loudly is the caller's to say. A template that fails
    gives way to the style, and the message says so.
    """
    setter = Setter(stored, look, hits)
    trouble = None
    if look.template:
        try:
            return _filled(setter, stored, look, hits)
        except TemplateFailed as error:
            trouble = error.flaw
    message = _styled(setter, stored, look, hits)
    return replace(message, trouble=trouble) if trouble else message


def _styled(setter: Setter, stored: StoredItem, look: Look, hits: tuple[Hit, ...]) -> Message:
    match look.style:
        case Style.HEADLINE:
            return setter.headline()
        case Style.SUMMARY:
            return setter.summary()
        case Style.EXPAND:
            return setter.expand()
        case Style.FULL:
            return setter.full()
        case Style.ARTICLE:
            return replace(setter.full(), rich=rich_of(stored, look, hits))


def _filled(setter: Setter, stored: StoredItem, look: Look, hits: tuple[Hit, ...]) -> Message:
    """Return what the chat's template makes of ``stored``.

    Raises:
        TemplateFailed: it gives nothing, or nothing that can be seen.
    """
    html = fill(look.template, stored, look, hits)
    text = read_html(html, stored.item.base, 2 * TEXT_LIMIT, tails=True)
    if is_blank(text.text):
        raise TemplateFailed(Flaw(Why.CAME_OUT_EMPTY))
    return setter.free(text)
