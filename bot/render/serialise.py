"""Text with entities as Telegram's HTML, for ``preview`` and its readers; messages go out as entities."""

import re
from html import escape

from bot.render.parts import Entity, EntityKind, RichText
from bot.render.rich import arrange, entities_for

_TAGS = {
    EntityKind.BOLD: "b",
    EntityKind.ITALIC: "i",
    EntityKind.UNDERLINE: "u",
    EntityKind.STRIKE: "s",
    EntityKind.SPOILER: "tg-spoiler",
    EntityKind.CODE: "code",
    EntityKind.PRE: "pre",
    EntityKind.LINK: "a",
    EntityKind.QUOTE: "blockquote",
    EntityKind.EXPANDABLE: "blockquote",
}
_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")


def serialise(rich: RichText) -> str:
    """Return HTML of which Telegram's parser makes the same text and entities again."""
    raw = rich.text.encode("utf-16-le", "surrogatepass")
    out: list[str] = []
    open_now: list[tuple[int, str]] = []
    at = 0

    def write_to(end: int) -> int:
        out.append(escape(raw[2 * at : 2 * end].decode("utf-16-le", "replace"), quote=False))
        return end

    for one in sorted(arrange(rich.entities, entities_for(len(raw) // 2)), key=_outermost):
        while open_now and open_now[-1][0] <= one.offset:
            end, closing = open_now.pop()
            at = write_to(end)
            out.append(closing)
        at = write_to(one.offset)
        opening, closing = _tags(one)
        out.append(opening)
        open_now.append((one.offset + one.length, closing))
    while open_now:
        end, closing = open_now.pop()
        at = write_to(end)
        out.append(closing)
    write_to(len(raw) // 2)
    return "".join(out)


def _outermost(entity: Entity) -> tuple[int, int, bool]:
    """Order like :func:`bot.render.rich.arrange`, but with a link inside the styles of the same words.

    Either way Telegram reads the same; a bold link is what the title of an item is.
    """
    return entity.offset, -entity.length, entity.kind is EntityKind.LINK


def _tags(entity: Entity) -> tuple[str, str]:
    """Return the tags that stand for ``entity``."""
    name = _TAGS[entity.kind]
    if entity.kind is EntityKind.LINK:
        return f'<a href="{escape(entity.url)}">'.replace("&#x27;", "'"), "</a>"
    if entity.kind is EntityKind.PRE and _LANGUAGE.fullmatch(entity.language):
        return f'<pre><code class="language-{entity.language}">', "</code></pre>"
    if entity.kind is EntityKind.EXPANDABLE:
        return "<blockquote expandable>", "</blockquote>"
    return f"<{name}>", f"</{name}>"
