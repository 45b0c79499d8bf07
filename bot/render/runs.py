"""Stretches of text that look alike, and how they are written in Telegram's rich HTML.

Of the named references only those that rich HTML knows are written, and of its tags only the inline ones.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby, pairwise

from bot.render.characters import clean, collapse, is_blank
from bot.render.marks import MARKED_LIMIT, Span, Words
from bot.render.parts import EntityKind, RichText, units

STYLE_LIMIT = 3
"""Styles one within the other: what Telegram counts as depth counts these too."""

_TAG_WEIGHT = 7
"""Characters of a style's two tags."""

_TAG_OF = {
    EntityKind.BOLD: "b",
    EntityKind.ITALIC: "i",
    EntityKind.UNDERLINE: "u",
    EntityKind.STRIKE: "s",
    EntityKind.SPOILER: "tg-spoiler",
    EntityKind.CODE: "code",
}


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one look: ``styles`` are tags, the outer first; a line feed is a line's end."""

    text: str
    styles: tuple[str, ...] = ()
    url: str = ""

    @property
    def formatted(self) -> int:
        """How many formats it has."""
        return len(self.styles) + bool(self.url)


class Writer:
    """Writes runs; white space is held back until something visible follows it.

    Styles and links go on from one block to the next until they are closed, as in HTML.
    """

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._open: dict[str, int] = {}
        self._url = ""
        self._lines = 0
        self._space = False
        self.letters = 0
        """Characters written since the last :meth:`take`."""
        self.weight = 0
        """About how long they are as HTML."""

    def open(self, style: str) -> None:
        """Begin a style."""
        self._open[style] = self._open.get(style, 0) + 1

    def close(self, style: str) -> None:
        """End a style; one that is not open is passed over."""
        left = self._open.get(style, 0) - 1
        if left > 0:
            self._open[style] = left
        else:
            self._open.pop(style, None)

    def is_open(self, style: str) -> bool:
        """Tell whether a style is open."""
        return style in self._open

    def link(self, url: str) -> None:
        """Let what follows lead to ``url``; "" ends a link."""
        self._url = url

    def line_end(self) -> int:
        """End the line; return how many ends are held back now."""
        self._lines += 1
        return self._lines

    def line(self) -> None:
        """Have what follows begin on a new line."""
        self._lines = max(self._lines, 1)

    def write(self, text: str) -> None:
        """Write text in which runs of white space count as one space."""
        text = collapse(clean(text))
        core = text.strip()
        if not core:
            self._space = self._space or bool(text)
            return
        format_ = (tuple(self._open)[:STYLE_LIMIT], self._url) if not is_blank(core) else ((), "")
        if self._runs and (gap := "\n" * min(2, self._lines) or " " * (self._space or text[0].isspace())):
            last = self._runs[-1]
            self._append(gap, *(format_ if (last.styles, last.url) == format_ else ((), "")))
        self._append(core, *format_)
        self._lines, self._space = 0, text[-1].isspace()

    def write_as_is(self, text: str) -> None:
        """Write preformatted text, which has no looks of its own."""
        self._append(clean(text).expandtabs(4), (), "")

    def take(self) -> list[Run]:
        """Return what was written, and begin anew."""
        runs = self._runs
        self._runs, self._lines, self._space, self.letters, self.weight = [], 0, False, 0, 0
        return runs

    def _append(self, text: str, styles: tuple[str, ...], url: str) -> None:
        self.letters += len(text)
        last = self._runs[-1] if self._runs else None
        if last and (last.styles, last.url) == (styles, url) and len(last.text) < len(text) + 2000:
            self._runs[-1] = Run(last.text + text, styles, url)
            self.weight += len(text)
        else:
            self._runs.append(Run(text, styles, url))
            self.weight += len(text) + len(url) + _TAG_WEIGHT * len(styles)


def text_of(runs: Iterable[Run]) -> str:
    """Return the text alone."""
    return "".join(run.text for run in runs)


def html_of(runs: Iterable[Run], line_end: str = "<br>") -> str:
    """Return ``runs`` as inline rich HTML; a link over nothing visible is none."""
    out = []
    for url, group in groupby(runs, key=lambda run: run.url):
        linked = list(group)
        html = "".join(_styled(run, line_end) for run in linked)
        visible = url and not is_blank(text_of(linked))
        out.append(f'<a href="{escape(url)}">{html}</a>' if visible else html)
    return "".join(out)


def _styled(run: Run, line_end: str) -> str:
    html = escape(run.text, quote=False)
    if "\n" in html and line_end != "\n":
        html = html.replace("\n", line_end)
    for style in reversed(run.styles):
        html = f"<{style}>{html}</{style}>"
    return html


def shortened(runs: Sequence[Run], most: int) -> list[Run]:
    """Return the first ``most`` characters of ``runs``, without white space at their end."""
    kept: list[Run] = []
    for run in runs:
        if most <= 0:
            break
        kept.append(replace(run, text=run.text[:most]))
        most -= len(run.text)
    while kept and not (text := kept[-1].text.rstrip()):
        kept.pop()
    if kept:
        kept[-1] = replace(kept[-1], text=text)
    return kept


def trimmed(runs: Sequence[Run]) -> list[Run]:
    """Return preformatted ``runs`` without the empty lines around them."""
    text = text_of(runs)
    kept = text.strip("\n").rstrip()
    return [Run(kept)] if kept.strip() else []


class Marking:
    """Marks words in runs, at most ``most`` of their places in all: each takes of what a message may hold."""

    def __init__(self, words: Words, most: int) -> None:
        self._words = words
        self._left = most

    def marked(self, runs: list[Run]) -> list[Run]:
        """Return ``runs`` with the words marked wherever they stand, from one run into the next too."""
        places = self._words.places(text_of(runs), min(MARKED_LIMIT, self._left)) if self._left else []
        self._left -= len(places)
        return _marked(runs, places) if places else runs


def _marked(runs: Iterable[Run], places: Iterable[Span]) -> list[Run]:
    """Return ``runs`` with the ``places`` in their text marked; those are in order and apart."""
    done: list[Run] = []
    ahead, begins = deque(places), 0
    for run in runs:
        at, ends = begins, begins + len(run.text)
        while ahead and ahead[0][0] < ends:
            start, end = max(ahead[0][0], begins), min(ahead[0][1], ends)
            if start > at:
                done.append(replace(run, text=run.text[at - begins : start - begins]))
            styles = ("mark", *run.styles)[: STYLE_LIMIT + 1]
            done.append(replace(run, text=run.text[start - begins : end - begins], styles=styles))
            at = end
            if ahead[0][1] > ends:
                break
            ahead.popleft()
        if at < ends:
            done.append(replace(run, text=run.text[at - begins :]))
        begins = ends
    return done


def runs_of(rich: RichText) -> list[Run]:
    """Return text with entities as runs."""
    edges = {0, units(rich.text)}
    for one in rich.entities:
        edges |= {one.offset, one.offset + one.length}
    raw = rich.text.encode("utf-16-le", "surrogatepass")
    places = sorted(edges)
    runs = []
    for start, end in pairwise(places):
        over = [one for one in rich.entities if one.offset <= start and end <= one.offset + one.length]
        url = next((one.url for one in over if one.kind is EntityKind.LINK), "")
        styles = tuple(_TAG_OF[one.kind] for one in over if one.kind in _TAG_OF)[:STYLE_LIMIT]
        runs.append(Run(raw[2 * start : 2 * end].decode("utf-16-le", "replace"), styles, url))
    return runs
