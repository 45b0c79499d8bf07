"""Cutting text short where a reader would: after a paragraph, a sentence, a clause, a word."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from bot.render.characters import CJK, is_seam, seam_before, splits_syllable, width, within_width
from bot.render.parts import ENTITY_LIMIT, EntityKind, RichText, units
from bot.render.rich import arrange, concat, part, stretch

ELLIPSIS = "…"

_CLOSERS = "\"'”’»›)\\]）」』】》〉〕］"
_QUOTE_ENDS = frozenset("\"'”’»›」』")
_SENTENCE_END = re.compile(
    f"(?P<latin>[.!?…‥؟۔।॥։።៕။]+[{_CLOSERS}]*)(?=\\s|$)"
    f"|[。！？｡．។]+[…!?]*[{_CLOSERS}]*|(?:……|…)(?=[{_CLOSERS}{CJK}])[{_CLOSERS}]*"
)
_CLAUSE_END = re.compile(
    f"[,;:،؛][{_CLOSERS}]*(?=\\s)|[，；：、][{_CLOSERS}]*|\\s[—–-](?=\\s)|(?<=\\w)——?(?=\\w)"
)
_WORD_END = re.compile(f"(?=\\s)|(?<=[{CJK}\u3001-\u303f\uff01-\uff60])|(?=[{CJK}])")
_NO_LINE_START = frozenset(
    "\u3001\u3002，。！？；：、）」』】》〉〕］”’…—·々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_NO_LINE_END = frozenset("（「『【《〈〔［“‘([{«")
_LONGEST_SYLLABLE = 8
"""Characters within which a script without spaces is looked through for the beginning of a syllable."""

_LAST_WORD = re.compile(r"[^\W_][\w.]*$")

_ABBREVIATED = (
    "mr mrs ms dr prof st sr jr vs etc no nr inc ltd corp bros dept est approx fig gen sen rep gov lt col "
    "capt sgt rev hon maj pres mt ave vol pp ed eds al cf viz jan feb mar apr jun jul aug sep sept oct nov "
    "dec ca bzw usw evtl ggf inkl zzgl tel str abs mme mlle sra srta ud uds dra av art núm "
    "им ул гг др тыс млн млрд руб стр см"
)
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
"""Words whose full stop ends no sentence; where one does, the cut is only made elsewhere."""


def fits(text: str, limit: int) -> int:
    """Return how many characters of ``text`` fit into ``limit`` UTF-16 units: none if that is below one."""
    if limit <= 0:
        return 0
    if len(text) * 2 <= limit or text.isascii():
        return min(len(text), limit)
    end = min(len(text), limit)
    while (over := units(text[:end]) - limit) > 0:
        end -= (over + 1) // 2
    return end


def cut(rich: RichText, limit: int, wide: int | None = None) -> RichText:
    """Return ``rich`` in at most ``limit`` units (and ``wide`` Latin letters' width, if given).

    Cut after a paragraph if that leaves half of what fits, else after a sentence or line if that
    leaves a sixth, else after a clause or word, or at last between two characters; where a
    sentence was cut, an ellipsis says so. Links and code are cut only if nothing else is left.
    """
    text = rich.text
    most = fits(text, limit) if wide is None else min(fits(text, limit), within_width(text, wide))
    if most >= len(text) or limit <= 0:
        return rich if limit > 0 else RichText()
    whole = _after_sentence(rich, most)
    if whole:
        return part(rich, 0, _before_headings(rich, whole, most // 3))
    room = most - 1
    end = _within_sentence(rich, room) if room > 0 else 0
    return broken_off(part(rich, 0, end))


_GAP = "\n\n"

_HEADING = 100
"""Width of a bold line that may be a heading."""

_HEADINGS = 2
"""Headings in a row, one for what the other names."""


def cut_with_more(rich: RichText, limit: int, more: RichText) -> RichText:
    """Return ``rich`` if it fits into ``limit`` units, else as much of it as leaves room for ``more``.

    ``more`` (the link to read on) stands at the end, on a line of its own, and keeps its entities
    whatever those of ``rich``. Where there is only room for itself, it stands alone, and where
    there is not even that, ``rich`` is cut without it. Where ``more`` is empty, an ellipsis is there
    in its stead.
    """
    if units(rich.text) <= limit:
        return rich
    room = limit - units(more.text)
    if not more.text:
        short = cut(rich, limit - len(ELLIPSIS) - 1)
        return (
            short
            if not short.text or short.text.endswith(ELLIPSIS)
            else concat(short, RichText(f" {ELLIPSIS}"))
        )
    if room < 0:
        return cut(rich, limit)
    short = cut(rich, room - len(_GAP))
    if not short.text:
        return more
    fewer = arrange(short.entities, ENTITY_LIMIT - len(more.entities))
    return concat(RichText(short.text, fewer), RichText(_GAP), more)


def split(rich: RichText, first: int, limit: int) -> tuple[RichText, ...]:
    """Return ``rich`` as parts that follow each other: at most ``first`` units, then ``limit`` each.

    Cut where :func:`cut` would, but nothing is lost, and nothing added: only the white space where
    one part ends and the next begins is left out. Code and quotes that are cut go on in the next
    part. The first part is empty where ``first`` is too little for the first character; ``limit``
    must be enough for any. No parts are made of no text.
    """
    parts: list[RichText] = []
    room, rest = first, rich
    while rest.text:
        most = fits(rest.text, room)
        end = len(rest.text) if most >= len(rest.text) else _parting(rest, most)
        if not parts and (end <= 0 or not is_seam(rest.text, end)):
            parts.append(RichText())
            room = limit
            continue
        done = stretch(rest, 0, len(rest.text[:end].rstrip()))
        if done.text:
            parts.append(done)
            room = limit
        rest = stretch(rest, _next_start(rest, max(end, 1)), len(rest.text))
    return tuple(parts)


def _parting(rich: RichText, most: int) -> int:
    """Return where to end a part of at most ``most`` characters."""
    whole = _after_sentence(rich, most)
    return _before_headings(rich, whole, most // 3) if whole else _within_sentence(rich, most)


def _before_headings(rich: RichText, end: int, floor: int) -> int:
    """Return ``end``, or where the headings begin that would stand there without what they head."""
    if rich.text.startswith(_GAP, end):
        start = rich.text.rfind(_GAP, 0, end)
        for _ in range(_HEADINGS):
            if start <= floor or not _is_heading(rich, start + len(_GAP), end):
                break
            end, start = start, rich.text.rfind(_GAP, 0, start)
    return end


def _is_heading(rich: RichText, start: int, end: int) -> bool:
    """Tell whether the paragraph from ``start`` to ``end`` is one short bold line."""
    line = rich.text[start:end]
    if "\n" in line or width(line) > _HEADING:
        return False
    first, last = units(rich.text[:start]), units(rich.text[:end])
    return any(
        one.kind is EntityKind.BOLD and one.offset <= first and last <= one.offset + one.length
        for one in rich.entities
    )


def _next_start(rich: RichText, end: int) -> int:
    """Return where the text goes on after ``end``: at what is visible; in code, with its indent."""
    text = rich.text
    start = end + len(text[end:]) - len(text[end:].lstrip())
    line = text.rfind("\n", end, start) + 1
    if not line or line == start:
        return start
    at = units(text[:line])
    indented = any(
        one.kind is EntityKind.PRE and one.offset <= at < one.offset + one.length for one in rich.entities
    )
    return line if indented else start


def broken_off(rich: RichText) -> RichText:
    """Return ``rich`` with an ellipsis for what is missing, instead of the comma or dash it ends with."""
    text = rich.text.rstrip(" ,;:，；：、،؛—–-")
    return concat(part(rich, 0, len(text)), RichText(ELLIPSIS))


def sentence_ends(text: str) -> Iterator[int]:
    """Yield the index after each sentence, its closing quotes and brackets included."""
    for found in _SENTENCE_END.finditer(text):
        if found["latin"] is None or _ends_sentence(text, found.start(), found.end()):
            yield found.end()


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """Tell whether the stop at ``start`` ends a sentence: not in "e.g.", "U.S.", "Dr. X", "27. Mai"."""
    after = text[end : end + 8].lstrip()
    if after[:1].islower():
        return False
    if text[start] != "." or text[start : start + 2] == ".." or not after or text[end - 1] in _QUOTE_ENDS:
        return True
    before = _LAST_WORD.search(text, max(0, start - 24), start)
    if before is None:
        return True
    word = before[0].lower()
    short = len(word) == 1 or (word.isdigit() and len(word) <= 2) or word[-2:-1] == "."
    return not short and word not in _ABBREVIATIONS


def _after_sentence(rich: RichText, most: int) -> int:
    """Return where to cut after a paragraph, sentence or line within ``most`` characters; 0 for nowhere."""
    text = rich.text
    paragraph = text.rfind(_GAP, 0, most + 2)
    if paragraph >= most // 2:
        return paragraph
    kept = _Kept(rich)
    floor = most // 6
    best = 0
    for end in sentence_ends(text[: most + 8]):
        if floor <= end <= most and not kept.holds(end):
            best = end
    line = text.rfind("\n", floor, most + 1)
    return max(best, line if line > 0 and not kept.holds(line) else 0)


def _within_sentence(rich: RichText, most: int) -> int:
    """Return where to cut within a sentence: after a clause, a word, or between two characters."""
    text = rich.text
    kept = _Kept(rich)
    for pattern, floor in ((_CLAUSE_END, most * 2 // 3), (_WORD_END, most // 2)):
        ends = [found.end() for found in pattern.finditer(text, floor, most + 1)]
        for end in reversed(ends):
            if floor < end <= most and not kept.holds(end) and _may_break(text, end):
                return end
    end = seam_before(text, most)
    whole = end
    while whole > max(end - _LONGEST_SYLLABLE, 0) and (
        splits_syllable(text, whole) or not is_seam(text, whole)
    ):
        whole -= 1
    return whole if whole > max(end - _LONGEST_SYLLABLE, 0) else end


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at : at + 1]
    return after not in _NO_LINE_START and before not in _NO_LINE_END and is_seam(text, at)


class _Kept:
    """The stretches in which one should not cut: links, words of code, lines of preformatted text."""

    def __init__(self, rich: RichText) -> None:
        text = rich.text
        spans: list[tuple[int, int]] = []
        narrow = len(text) == units(text)
        for one in rich.entities:
            if one.kind not in {EntityKind.LINK, EntityKind.CODE, EntityKind.PRE}:
                continue
            first, last = one.offset, one.offset + one.length
            if not narrow:
                first, last = fits(text, first), fits(text, last)
            if one.kind is EntityKind.PRE:
                spans.extend(_lines(text, first, last))
            else:
                spans.append((first, last))
        self._spans = spans

    def holds(self, at: int) -> bool:
        """Tell whether a cut at ``at`` would go through one of them."""
        before = bisect_left(self._spans, (at, at)) - 1
        return before >= 0 and self._spans[before][0] < at < self._spans[before][1]


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1
