"""Cutting text short where a reader would: after a paragraph, a sentence, a clause, a word."""

import re
from collections.abc import Iterator

from bot.render.characters import CJK, is_seam, seam_before, within_width
from bot.render.parts import EntityKind, RichText, units
from bot.render.rich import concat, part

ELLIPSIS = "…"

_CLOSERS = "\"'”’»›)\\]）」』】》〉〕］"
_QUOTE_ENDS = frozenset("\"'”’»›」』")
_SENTENCE_END = re.compile(
    f"(?P<latin>[.!?…‥؟۔।॥]+[{_CLOSERS}]*)(?=\\s|$)"
    f"|[。！？｡．]+[…!?]*[{_CLOSERS}]*|(?:……|…)(?=[{_CLOSERS}{CJK}])[{_CLOSERS}]*"
)
_CLAUSE_END = re.compile(
    f"[,;:،؛][{_CLOSERS}]*(?=\\s)|[，；：、][{_CLOSERS}]*|\\s[—–-](?=\\s)|(?<=\\w)——?(?=\\w)"
)
_WORD_END = re.compile(f"(?=\\s)|(?<=[{CJK}\u3001-\u303f\uff01-\uff60])|(?=[{CJK}])")
_NO_LINE_START = frozenset(
    "\u3001\u3002，。！？；：、）」』】》〉〕］”’…—·々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_NO_LINE_END = frozenset("（「『【《〈〔［“‘([{«")
_LAST_WORD = re.compile(r"[^\W_][\w.]*$")

_ABBREVIATIONS = frozenset(
    (
        *(
            "mr",
            "mrs",
            "ms",
            "dr",
            "prof",
            "st",
            "sr",
            "jr",
            "vs",
            "etc",
            "no",
            "nr",
            "inc",
            "ltd",
            "corp",
            "bros",
        ),
        *(
            "dept",
            "est",
            "approx",
            "fig",
            "gen",
            "sen",
            "rep",
            "gov",
            "lt",
            "col",
            "capt",
            "sgt",
            "rev",
            "hon",
        ),
        *(
            "maj",
            "pres",
            "mt",
            "ave",
            "vol",
            "pp",
            "ed",
            "eds",
            "al",
            "cf",
            "viz",
            "jan",
            "feb",
            "mar",
            "apr",
        ),
        *("jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "ca", "bzw", "usw", "evtl", "ggf", "inkl"),
        *("zzgl", "tel", "str", "abs", "mme", "mlle", "sra", "srta", "ud", "uds", "dra", "av", "art", "núm"),
        *("им", "ул", "гг", "др", "тыс", "млн", "млрд", "руб", "стр", "см"),
    )
)
"""Words whose full stop ends no sentence; where one does, the cut is only made elsewhere."""


def fits(text: str, limit: int) -> int:
    """Return how many characters of ``text`` fit into ``limit`` UTF-16 units."""
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
        return part(rich, 0, whole)
    room = most - 1
    end = _within_sentence(rich, room) if room > 0 else 0
    return broken_off(part(rich, 0, end))


def cut_with_more(rich: RichText, limit: int, more: RichText) -> RichText:
    """Return ``rich`` in at most ``limit`` units; where it was cut, with ``more`` behind it."""
    if not more.text or units(rich.text) <= limit:
        return cut(rich, limit)
    return concat(cut(rich, limit - units(more.text) - 1), RichText(" "), more)


def split(rich: RichText, first_limit: int, limit: int) -> tuple[RichText, ...]:
    """Return ``rich`` in pieces, the first of at most ``first_limit`` units, the others of ``limit``."""
    pieces: list[RichText] = []
    while rich.text:
        piece = cut(rich, limit if pieces else first_limit)
        length = len(piece.text)
        if not rich.text.startswith(piece.text):
            length -= 1
            piece = part(rich, 0, length)
        pieces.append(piece)
        rich = part(rich, max(1, length), len(rich.text))
    return tuple(pieces)


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
    paragraph = text.rfind("\n\n", 0, most + 2)
    if paragraph >= most // 2:
        return paragraph
    kept = _kept_whole(rich)
    floor = most // 6
    best = 0
    for end in sentence_ends(text[: most + 8]):
        if floor <= end <= most and not _inside(kept, end):
            best = end
    line = text.rfind("\n", floor, most + 1)
    return max(best, line if line > 0 and not _inside(kept, line) else 0)


def _within_sentence(rich: RichText, most: int) -> int:
    """Return where to cut within a sentence: after a clause, a word, or between two characters."""
    text = rich.text
    kept = _kept_whole(rich)
    for pattern, floor in ((_CLAUSE_END, most * 2 // 3), (_WORD_END, most // 2)):
        ends = [found.end() for found in pattern.finditer(text, floor, most + 1)]
        for end in reversed(ends):
            if floor < end <= most and not _inside(kept, end) and _may_break(text, end):
                return end
    return seam_before(text, most)


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at : at + 1]
    return after not in _NO_LINE_START and before not in _NO_LINE_END and is_seam(text, at)


def _kept_whole(rich: RichText) -> list[tuple[int, int]]:
    """Return the stretches, in characters, in which one should not cut."""
    text = rich.text
    spans = [
        (one.offset, one.offset + one.length)
        for one in rich.entities
        if one.kind in {EntityKind.LINK, EntityKind.CODE}
    ]
    if not spans or len(text) == units(text):
        return spans
    return [(fits(text, first), fits(text, last)) for first, last in spans]


def _inside(spans: list[tuple[int, int]], at: int) -> bool:
    return any(first < at < last for first, last in spans)
