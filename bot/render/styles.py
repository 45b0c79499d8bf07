"""The styles: what of an item goes into a message, and what into the next."""

import re
from dataclasses import replace
from functools import cached_property

from bot.items import Hit, StoredItem
from bot.render.alerts import Glimpse, glimpse_of, unmarked
from bot.render.characters import is_blank, width
from bot.render.cut import ELLIPSIS, broken_off, cut, cut_with_more, sentence_ends, split
from bot.render.foot import foot_of
from bot.render.lead import WIDTHS, Told, told, whole, with_page
from bot.render.links import absolute
from bot.render.look import Look
from bot.render.marks import Words, marked
from bot.render.markup import read_html
from bot.render.media import GALLERY_TEXT, Choice, choose
from bot.render.parts import (
    CAPTION_LIMIT,
    ENTITY_LIMIT,
    TEXT_LIMIT,
    EntityKind,
    Media,
    Message,
    Preview,
    RichText,
    units,
)
from bot.render.read_on import read_on
from bot.render.rich import QUOTES, arrange, join, part, plain_text, styled
from bot.render.tails import is_teaser, without_teaser_mark
from bot.render.title import TITLE_LIMIT, folded, is_generic, is_name, title_of

LEAST_QUOTED = 240
"""Width of a rest that is worth folding away: clients show three lines of what is folded."""

LEAD_ENTITIES = 40
"""Entities of a lead that leave enough for the quotation below it."""

_MOST_BETWEEN = 20
"""Captions and players looked past within a lead."""

READ_FOR_WIDTH = 50_000
"""Characters of HTML that tell whether the text in them is that of a post."""

_TAG = re.compile(r"<[^<>]*+>")
_GAP = "\n\n"


class Setter:
    """One item, being set as one chat wants it. Every form fits its limits and has something to see."""

    def __init__(self, stored: StoredItem, look: Look, hits: tuple[Hit, ...] = ()) -> None:
        self._stored = stored
        self._look = look
        self._hits = hits
        self._item = with_page(stored)
        self._link = absolute(self._item.link) if self._item.link else None
        self._title = title_of(self._item)
        self._words = Words(hits)

    def headline(self) -> Message:
        """Return title and source."""
        head, foot = self._frame(Told(), (), is_part=True)
        return Message(self._text(head, RichText(), foot), preview=self._link_preview)

    def summary(self) -> Message:
        """Return picture, title and lead."""
        opening = self._opening()
        media = self._choice.shown
        head, foot = self._frame(opening, self._choice.led_to, media, is_part=True)
        body = cut(opening.text, _room(CAPTION_LIMIT if media else TEXT_LIMIT, head, foot))
        return Message(self._text(head, body, foot), media, self._link_preview)

    def full(self) -> Message:
        """Return all that the feed says, in one message or, where the chat wants it so, in several."""
        return self._full(self._or_title(whole(self._item, self._title.text, self._most)))

    def _full(self, text: Told) -> Message:
        """Return all of ``text``."""
        if not text.text.text:
            return self.summary()
        body = self._ended(text.text)
        if captioned := self._captioned(text, body):
            return captioned
        head, foot = self._frame(text, self._choice.all_led_to)
        room = _room(TEXT_LIMIT, head, foot)
        short = self._short(text, body)
        if self._is_split and units(body.text) > room:
            first, *rest, last = self._pieces(body, room, _room(TEXT_LIMIT, foot))
            first = self._text(head, first, RichText())
            rest = [marked(one, self._words) for one in rest]
            rest.append(self._text(RichText(), last, foot))
            return Message(first, preview=self._large_preview, rest=tuple(rest), short=short)
        body = cut_with_more(body, room, self._read_on)
        return Message(self._text(head, body, foot), preview=self._large_preview, short=short)

    def expand(self) -> Message:
        """Return the lead, and the rest in a quotation that unfolds."""
        opening = self._opening()
        lead = _sparing(opening.text, LEAD_ENTITIES)
        text = self._or_title(whole(self._item, self._title.text, 2 * TEXT_LIMIT))
        rest = _unquoted(_after(lead, text.text))
        if width(rest.text) < LEAST_QUOTED:
            return self._full(text) if rest.text or is_teaser(text.text.text) else self.summary()
        rest = self._ended(rest)
        if units(lead.text) + units(rest.text) < CAPTION_LIMIT:
            captioned = self._captioned(opening, _folding(lead, rest))
            if captioned:
                return captioned
        head, foot = self._frame(opening, self._choice.all_led_to)
        rest = cut_with_more(rest, _room(TEXT_LIMIT, head, lead, foot), self._read_on)
        folding = self._text(head, _folding(lead, rest), foot)
        short = self._short(text, self._ended(text.text))
        return Message(folding, preview=self._large_preview, short=short)

    def free(self, text: RichText) -> Message:
        """Return ``text``, which is all there is to say, below the media of a summary where it fits."""
        if self._choice.shown and units(text.text) <= CAPTION_LIMIT:
            return Message(marked(text, self._words), self._choice.shown, self._link_preview)
        body = cut_with_more(text, TEXT_LIMIT, self._read_on)
        short = None
        if self._choice.shown:
            short = marked(cut_with_more(text, CAPTION_LIMIT, self._read_on), self._words)
        return Message(marked(body, self._words), preview=self._large_preview, short=short)

    def _opening(self) -> Told:
        """Return the lead."""
        wide = WIDTHS[self._look.length]
        opening = self._or_title(told(self._item, self._title.text, wide))
        return replace(opening, text=cut(opening.text, TEXT_LIMIT, wide)) if opening.repeats else opening

    def _or_title(self, text: Told) -> Told:
        """Return ``text``, or where there is none the title, if that is a text in the wrong field."""
        is_text = not text.text.text and units(self._title.text) > TITLE_LIMIT
        return Told(self._title, repeats=True) if is_text else text

    @cached_property
    def _choice(self) -> Choice:
        choice = choose(self._item, self._look.image_proxy, self._text_width)
        return choice if self._look.images else Choice(led_to=choice.all_led_to)

    def _text_width(self) -> int | None:
        html = self._item.content_html or self._item.summary_html
        if len(_TAG.sub("", html[:READ_FOR_WIDTH])) > 3 * GALLERY_TEXT:  # far too long: no need to read it
            return None
        text = read_html(html, self._item.base, 2 * GALLERY_TEXT, captions=False).text
        return None if is_teaser(text) else width(text)

    @property
    def _is_split(self) -> bool:
        return self._look.split and self._look.messages > 1

    @property
    def _most(self) -> int:
        return 2 * TEXT_LIMIT * (self._look.messages if self._is_split else 1)

    @property
    def _read_on(self) -> RichText:
        return read_on(self._look.language, self._link)

    @property
    def _link_preview(self) -> Preview:
        return Preview(self._link if self._link and self._look.preview else "")

    @property
    def _large_preview(self) -> Preview:
        """The picture, large above the text, for a text that is too long to stand below it."""
        picture = self._choice.picture
        return Preview(picture.url, large=True, above=True) if picture else self._link_preview

    def _captioned(self, text: Told, body: RichText) -> Message | None:
        """Return ``body`` below the media, if there are any and all of it fits."""
        if not self._choice.shown:
            return None
        linked = {one.url for one in body.entities}
        files = tuple(one for one in self._choice.led_to if one.url not in linked)
        head, foot = self._frame(text, files, self._choice.shown)
        if units(body.text) > _room(CAPTION_LIMIT, head, foot):
            return None
        return Message(self._text(head, body, foot), self._choice.shown, self._link_preview)

    def _short(self, text: Told, body: RichText) -> RichText | None:
        """Return what of ``body`` stands below the media, if there are any and it does not fit."""
        if not self._choice.shown:
            return None
        head, foot = self._frame(text, self._choice.led_to, self._choice.shown)
        return self._text(head, cut_with_more(body, _room(CAPTION_LIMIT, head, foot), self._read_on), foot)

    def _ended(self, text: RichText) -> RichText:
        """Return ``text``, and where it breaks off as its feed or our store had it, the link to read on."""
        if not self._read_on.text or not is_teaser(text.text):
            return text
        bare = without_teaser_mark(text)
        *_, end = (0, *sentence_ends(bare.text))
        return join(_GAP, (bare if end == len(bare.text) else broken_off(bare), self._read_on))

    def _frame(
        self, text: Told, files: tuple[Media, ...], shown: tuple[Media, ...] = (), *, is_part: bool = False
    ) -> tuple[RichText, RichText]:
        """Return title and foot of ``text``; one that says nothing more than what it heads is left out.

        Where ``text`` is only a part of what the item says, the foot may show what an alert found beyond it.
        """
        title = self._title
        says_nothing = is_generic if text.text.text else is_name
        if text.repeats or ((text.text.text or shown) and says_nothing(title.text, self._item)):
            title = RichText()
        titled = bool(title.text)
        link = None if titled else self._link
        glimpse = self._glimpse(text.text.text) if is_part and self._words else None
        foot = foot_of(self._stored, self._look, self._hits, link, text.text.text, glimpse)
        says_enough = text.text.text or (foot.line.text and (shown or not self._link))
        if not titled and not says_enough:
            title = self._stand_in()
            foot = foot_of(self._stored, self._look, self._hits, None, glimpse=glimpse)
        head = styled(cut(title, TITLE_LIMIT), EntityKind.BOLD)
        if self._link:
            head = styled(head, EntityKind.LINK, self._link)
        return head, foot.with_files(files)

    def _glimpse(self, text: str) -> Glimpse | None:
        """Return what an alert found beyond title and ``text``, as far as an unfolded text is read."""
        hits = unmarked(self._hits, f"{cut(self._title, TITLE_LIMIT).text}\n{text}")
        if not hits:
            return None
        return glimpse_of(hits, whole(self._item, self._title.text, 2 * TEXT_LIMIT).text.text)

    def _stand_in(self) -> RichText:
        """Return something to open the item by, where there is neither title nor text."""
        site = (self._link or "").partition("://")[2].removeprefix("www.").rstrip("/")
        stand_in = plain_text(site or self._item.source)
        return RichText(ELLIPSIS) if is_blank(stand_in.text) else stand_in

    def _text(self, head: RichText, body: RichText, foot: RichText) -> RichText:
        """Return the three as one text, the matched words marked in the first two."""
        most = ENTITY_LIMIT - len(foot.entities)
        above = join(_GAP, (head, _sparing(body, most - len(head.entities))))
        return join(_GAP, (marked(above, self._words, most), foot))

    def _pieces(self, text: RichText, first_room: int, room: int) -> list[RichText]:
        """Return ``text`` in pieces for as many messages as one item may take."""
        pieces = list(split(text, first_room, room))
        most = self._look.messages
        if len(pieces) > most:
            more = self._read_on if self._read_on.text else RichText(ELLIPSIS)
            last = cut(pieces[most - 1], room - units(more.text) - len(_GAP))
            pieces = [*pieces[: most - 1], join(_GAP, (last, more))]
        return pieces


def _room(limit: int, *parts: RichText) -> int:
    """Return how many units are left for a body beside ``parts``."""
    return limit - sum(units(one.text) + len(_GAP) for one in parts if one.text)


def _sparing(rich: RichText, most: int) -> RichText:
    """Return ``rich`` with at most ``most`` entities: styles go first, then what comes last.

    A link that ends the text, to read on, stays.
    """
    if len(rich.entities) <= most:
        return rich
    end = units(rich.text)
    last = [one for one in rich.entities if one.kind is EntityKind.LINK and one.offset + one.length == end]
    others = (one for one in rich.entities if one not in last)
    return replace(rich, entities=arrange((*arrange(others, most - len(last)), *last)))


def _folding(lead: RichText, rest: RichText) -> RichText:
    """Return ``lead`` and, below it, ``rest`` in a quotation that unfolds."""
    quoted = styled(_sparing(rest, ENTITY_LIMIT - len(lead.entities) - 1), EntityKind.EXPANDABLE)
    return join(_GAP, (lead, quoted))


def _unquoted(rich: RichText) -> RichText:
    """Return ``rich`` as it may stand in a quotation, which holds no other."""
    return RichText(rich.text, tuple(one for one in rich.entities if one.kind not in QUOTES))


def _after(opening: RichText, text: RichText) -> RichText:
    """Return what ``text`` says after ``opening``; all of it where it does not begin so."""
    begun = opening.text.removesuffix(ELLIPSIS)
    if text.text.startswith(begun):
        return part(text, len(begun), len(text.text))
    letters = folded(begun)
    if not folded(text.text[: 2 * len(begun)]).startswith(letters):
        return _beside(begun, text)
    end = left = 0
    while end < len(text.text) and left < len(letters):
        left += len(folded(text.text[end]))
        end += 1
    while end < len(text.text) and not text.text[end].isspace() and not text.text[end].isalnum():
        end += 1
    return part(text, end, len(text.text))


def _beside(begun: str, text: RichText) -> RichText:
    """Return ``text`` without the lines of ``begun``, where it has them and captions between; else all."""
    lines = [line for line in begun.split("\n") if line]
    between: list[tuple[int, int]] = []
    at = end = 0
    for line in text.text.split("\n"):
        if not lines or len(between) > _MOST_BETWEEN:
            break
        if line == lines[0] or (len(lines) == 1 and line.startswith(lines[0])):
            end = at + len(lines.pop(0))
        elif line:
            between.append((at, at + len(line)))
        at += len(line) + 1
    if lines:
        return text
    return join(_GAP, (*(part(text, *one) for one in between), part(text, end, len(text.text))))
