"""A rich message being filled, block by block, until it is full.

Whatever is begun here ends, nothing is empty, and no limit is overstepped: what would, is cut at
the end of a sentence, or left out with all that follows.
"""

from collections import Counter
from dataclasses import dataclass, replace

from bot.render.blocks import (
    BLOCK_LIMIT,
    DEPTH_LIMIT,
    LETTER_LIMIT,
    MEDIA_LIMIT,
    SOURCE_LIMIT,
    Block,
    Cell,
    Group,
    Leaf,
    Picture,
    Size,
    Table,
    row_size,
    size,
)
from bot.render.characters import seam_before
from bot.render.cut import sentence_ends
from bot.render.parts import RichText
from bot.render.runs import STYLE_LIMIT, Run, shortened, text_of
from bot.render.tails import without_tail

LISTS = frozenset({"ul", "ol"})

_CUT_FROM = 1500
"""Bytes that must be left for a paragraph to be cut rather than left out."""

_TAILS = 6
"""Paragraphs at the end that may all be a publisher's."""


@dataclass(slots=True)
class _Place:
    """An element that is open, and too deep to be a group."""

    tag: str


@dataclass(slots=True)
class _RealPlace(_Place):
    """An element that is open and a group; ``is_counted`` once it holds something."""

    group: Group
    is_counted: bool = False


class Sheet:
    """What was put so far, and the groups that are open.

    Attributes:
        blocks: the outermost blocks.
        pictures: the addresses of the pictures that found a place, in order.
        size: what they take, with what was ``taken`` from the beginning.
        is_cut: whether there was more than a message holds; then nothing more is taken.
        last: the block put last.
    """

    def __init__(self, taken: Size) -> None:
        self.blocks: list[Block] = []
        self.pictures: list[str] = []
        self.size = taken
        self.is_cut = False
        self.last: Block | None = None
        self._places: list[_Place] = []
        self._real: list[_RealPlace] = []
        self._opened: Counter[str] = Counter()

    def open(self, name: str, attributes: str = "") -> bool:
        """Begin a group; False where it is none: too deep, or a point outside of a list."""
        if name == "li" and self._places and self._places[-1].tag == "li":
            self.close("li")
        if name != "li":
            self._point()
        elif not self._is_in_list():
            return False
        if len(self._real) < DEPTH_LIMIT - (name in LISTS):
            self._enter(Group(name, attributes))
            return True
        self._places.append(_Place(name))
        self._opened[name] += 1
        return False

    def close(self, name: str) -> None:
        """End a group and what is open in it; one that is not open is passed over."""
        while self._opened[name]:
            place = self._places.pop()
            self._opened[place.tag] -= 1
            if isinstance(place, _RealPlace):
                self._real.pop()
                if not place.group.children and not place.group.summary:
                    self._siblings().pop()
            if place.tag == name:
                break

    def put(self, block: Block) -> bool:
        """Put a block where it belongs, if it fits; else as much of it as does, and no more after it."""
        self._point()
        around = self._with_places(self.size)
        taken = around.plus(size(block))
        if not taken.fits:
            self.is_cut = True
            short = _fitting(block, around)
            if short is None:
                return False
            block, taken = short, around.plus(size(short))
        self._settle(taken)
        self._siblings().append(block)
        self.last = block
        return True

    def put_picture(self, picture: Picture) -> bool:
        """Put a picture, unless it has just been shown or there are too many."""
        again = isinstance(self.last, Picture) and self.last.url == picture.url
        if again or self.size.media >= MEDIA_LIMIT or not self.put(picture):
            return False
        self.pictures.append(picture.url)
        return True

    def put_row(self, table: Table, row: list[Cell]) -> None:
        """Put a row, and with the first one its table."""
        if not table.rows and not self.put(table):
            return
        taken = self.size.plus(row_size(row))
        if taken.fits:
            self.size = taken
            table.rows.append(row)
        else:
            self.is_cut = True

    def put_caption(self, picture: Picture, runs: list[Run]) -> None:
        """Add to what stands under ``picture``, if that was the last block put."""
        if picture is not self.last:
            return
        before, had = size(picture), picture.caption
        picture.caption = [*had, Run("\n"), *runs] if had else runs
        after = size(picture)
        grown = Size(
            after.source - before.source, after.letters - before.letters, 0, after.runs - before.runs
        )
        taken = self.size.plus(grown)
        if taken.fits:
            self.size = taken
        else:
            picture.caption = had

    def put_summary(self, runs: list[Run]) -> None:
        """Make ``runs`` what can be seen of the details at hand; elsewhere they are a bold line."""
        group = self._real[-1].group if self._real else None
        if group is None or group.tag != "details" or group.summary or group.children:
            self.put(Leaf("p", [replace(run, styles=("b", *run.styles)[:STYLE_LIMIT]) for run in runs]))
            return
        group.summary = runs
        taken = self._with_places(self.size)
        if taken.fits:
            self._settle(taken)
        else:
            group.summary = []
            self.is_cut = True

    def finish(self) -> None:
        """Take off what the publisher's software appended, and rules at the edges."""
        blocks = self.blocks
        while blocks and _is_rule(blocks[0]):
            blocks.pop(0)
        if not self.is_cut:
            for _ in range(_TAILS):
                if not _drop_tail(blocks):
                    break
        while blocks and _is_rule(blocks[-1]):
            blocks.pop()

    def _is_in_list(self) -> bool:
        return bool(self._real) and self._real[-1].group.tag in LISTS

    def _point(self) -> None:
        """See to it that what comes next stands in a point, where it stands in a list."""
        if self._is_in_list():
            points = self._real[-1].group.children
            last = points[-1] if points else None
            self._enter(last if isinstance(last, Group) else Group("li"))

    def _enter(self, group: Group) -> None:
        place = _RealPlace(group.tag, group, is_counted=bool(group.children))
        siblings = self._siblings()
        if not siblings or siblings[-1] is not group:
            siblings.append(group)
        self._places.append(place)
        self._real.append(place)
        self._opened[group.tag] += 1

    def _siblings(self) -> list[Block]:
        """Return the list that the next block goes into."""
        return self._real[-1].group.children if self._real else self.blocks

    def _with_places(self, taken: Size) -> Size:
        """Return ``taken`` with the groups around that hold nothing yet."""
        for place in self._real:
            if not place.is_counted:
                taken = taken.plus(size(place.group))
        return taken

    def _settle(self, taken: Size) -> None:
        self.size = taken
        for place in self._real:
            place.is_counted = True


def _is_rule(block: Block) -> bool:
    return isinstance(block, Leaf) and block.tag == "hr"


def _fitting(block: Block, around: Size) -> Leaf | None:
    """Return as much of a long paragraph as fits, up to the end of a sentence; None for what is not cut."""
    if not isinstance(block, Leaf) or block.tag not in {"p", "pre"}:
        return None
    if SOURCE_LIMIT - around.source < _CUT_FROM or around.blocks >= BLOCK_LIMIT:
        return None
    text = text_of(block.runs)
    most = min(len(text) - 1, LETTER_LIMIT - around.letters)
    while most > _CUT_FROM // 8:
        short = Leaf(block.tag, shortened(block.runs, _parting(text, most)), block.language)
        taken = around.plus(size(short))
        if taken.fits:
            return short
        room = (SOURCE_LIMIT - around.source) / (taken.source - around.source)
        most = int(most * min(0.95, room))
    return None


def _parting(text: str, most: int) -> int:
    """Return where to end a text of at most ``most`` characters: after a sentence, or a word."""
    start = most * 2 // 3
    ends = list(sentence_ends(text[start:most]))
    if ends:
        return start + ends[-1]
    space = text.rfind(" ", start, most)
    return space if space > 0 else seam_before(text, most)


def _drop_tail(blocks: list[Block]) -> bool:
    """Drop what the publisher's software appended to the last paragraph; tell whether all of it went."""
    last = blocks[-1] if blocks else None
    if isinstance(last, Group) and last.tag != "details":
        gone = _drop_tail(last.children)
        if not last.children:
            blocks.pop()
        return gone
    if isinstance(last, Leaf) and last.tag == "hr":
        blocks.pop()
        return True
    if not isinstance(last, Leaf) or last.tag != "p":
        return False
    text = text_of(last.runs)
    kept = without_tail(RichText(text)).text
    if not kept:
        blocks.pop()
        return True
    if kept != text:
        last.runs = shortened(last.runs, len(kept))
    return False
