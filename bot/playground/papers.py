"""The newsroom's papers: their stories, and how they come out one after the other without end."""

import math
import random
import re
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.resources import files

KEPT = 15
"""How many items a feed shows."""
SIZES = ((1280, 720), (960, 640), (800, 800), (640, 960), (1200, 500))


class Form(StrEnum):
    """How a paper publishes its feed."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"
    JSON = "json"
    NEWS = "news"
    """A single news document, as the project's user keeps them: always the newest item."""


class Picture(StrEnum):
    """What is with an item's picture."""

    FINE = "fine"
    MISTYPED = "mistyped"
    """A good picture that its server calls a stream of bytes: not to be sent by address."""
    GONE = "gone"
    """The address answers 404."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Story:
    """A text as its author wrote it; paragraphs may hold simple HTML."""

    title: str
    tags: tuple[str, ...]
    paragraphs: tuple[str, ...]
    wrong: str = ""
    """The title under which it comes out first, to be corrected; "" where nobody made a mistake."""
    picture: str = ""
    """What its picture must show, a name of :mod:`bot.playground.pictures`; "" for whatever comes."""
    size: tuple[int, int] | None = None
    files: tuple[str, ...] = ()
    """What comes with it: names of files such as ``snow-40.mp3``."""
    told_by_page: bool = False
    """The feed gives title and link alone, its page the rest."""

    @property
    def brings_its_own(self) -> bool:
        """Whether its text or its files show something already."""
        return bool(self.files) or any("<img" in text for text in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Piece:
    """A story that came out; ``number`` counts up within its paper and is the picture's seed, too."""

    number: int
    title: str
    story: Story
    published: datetime
    picture: Picture
    scene: str
    size: tuple[int, int]
    updated: datetime

    @property
    def is_wrong(self) -> bool:
        """Whether its title waits to be corrected."""
        return bool(self.story.wrong) and self.title == self.story.wrong


@dataclass(slots=True)
class Paper:
    """A paper, its stock of stories and what it has published, the newest first."""

    key: str
    form: Form
    title: str
    language: str
    about: str
    later: tuple[str, ...]
    """Titles for a story's second coming out; ``{}`` stands for the first."""
    stock: tuple[Story, ...]
    encoding: str = "utf-8"
    moody: bool = False
    """Its server fails now and then."""
    pieces: deque[Piece] = field(default_factory=lambda: deque(maxlen=KEPT))
    printed: int = 0
    asked: int = 0
    """How often the feed was asked for."""
    asked_s: float = -math.inf
    """When it was last, by the monotonic clock."""

    def publish(self, now: datetime) -> Piece:
        """Bring out the next story; after the last the first comes again under a new title."""
        number, self.printed = self.printed, self.printed + 1
        turn, place = divmod(number, len(self.stock))
        story = self.stock[place]
        title = (
            self.later[(turn - 1) % len(self.later)].format(story.title)
            if turn
            else story.wrong or story.title
        )
        if turn > len(self.later):
            title = f"{title} ({turn})"
        dice = random.Random(f"{self.key}{number}")  # noqa: S311  a picture, not a secret
        picture = dice.choices(list(Picture), (7, 2, 1, 2))[0]
        if story.picture:
            picture = Picture.FINE
        elif story.brings_its_own:
            picture = Picture.NONE
        scene = story.picture or f"{self.key}-{number}"
        piece = Piece(number, title, story, now, picture, scene, story.size or dice.choice(SIZES), now)
        self.pieces.appendleft(piece)
        return piece

    def correct(self, now: datetime, after: timedelta) -> Piece | None:
        """Put right the title of a piece that came out wrong so long ago; None if there is none."""
        for place, piece in enumerate(self.pieces):
            if piece.is_wrong and now - piece.published >= after:
                self.pieces[place] = replace(piece, title=piece.story.title, updated=now)
                return self.pieces[place]
        return None

    def find(self, number: int) -> Piece | None:
        """Return a piece that the feed still shows."""
        return next((piece for piece in self.pieces if piece.number == number), None)


_PAPERS = (
    ("herald", Form.RSS, "utf-8", False),
    ("lens", Form.RSS, "utf-8", False),
    ("craft", Form.JSON, "utf-8", False),
    ("tagblatt", Form.ATOM, "utf-8", False),
    ("chenbao", Form.RDF, "utf-8", False),
    ("gangwan", Form.RSS, "utf-8", False),
    ("minato", Form.ATOM, "utf-8", False),
    ("polar", Form.RSS, "windows-1251", False),
    ("marfa", Form.ATOM, "utf-8", False),
    ("subah", Form.ATOM, "utf-8", False),
    ("weather", Form.RSS, "utf-8", True),
)


def read_sample(name: str) -> str:
    """Return a sample text of this package."""
    return files("bot.playground").joinpath("samples", name).read_text(encoding="utf-8")


def open_papers(now: datetime | None = None) -> dict[str, Paper]:
    """Return all papers, each with a few items out already."""
    papers = {key: _read_paper(key, form, encoding, moody=moody) for key, form, encoding, moody in _PAPERS}
    chenbao = papers["chenbao"]
    papers["wire"] = Paper(
        "wire", Form.NEWS, "电讯", "zh", chenbao.about, chenbao.later, (_seed_story(), *chenbao.stock)
    )
    start = (now or datetime.now(UTC)).timestamp()
    for paper in papers.values():
        shown = 1 if paper.form is Form.NEWS else 4
        for back in range(shown, 0, -1):
            paper.publish(datetime.fromtimestamp(int(start) - 1500 * back, UTC))
    return papers


def _read_paper(key: str, form: Form, encoding: str, *, moody: bool) -> Paper:
    head, *stories = read_sample(f"{key}.txt").split("\n## ")
    title, language, about, later = head.strip().splitlines()
    titles = tuple(later.split(" | "))
    stock = tuple(_read_story(raw) for raw in stories)
    return Paper(key, form, title.removeprefix("# "), language, about, titles, stock, encoding, moody)


def _read_story(raw: str) -> Story:
    """Read title, tags and paragraphs; lines within ``<pre>`` stay together.

    A line of the form ``@what value`` before the paragraphs says what comes with it: ``@wrong`` a title,
    ``@picture`` and its width × height, ``@files``, or ``@page`` for what only its page tells.
    """
    title, tags, *lines = raw.strip().split("\n")
    told: dict[str, str] = {}
    while lines and lines[0].startswith("@"):
        what, _, value = lines.pop(0).removeprefix("@").partition(" ")
        told[what] = value
    whole = re.split(r"\n(?![^<]*</pre>|[^<]*</code>)", "\n".join(lines))
    picture, _, size = told.get("picture", "").partition(" ")
    width, _, height = size.partition("x")
    return Story(
        title,
        tuple(tags.split()),
        tuple(whole),
        wrong=told.get("wrong", ""),
        picture=picture,
        size=(int(width), int(height)) if size else None,
        files=tuple(told.get("files", "").split()),
        told_by_page="page" in told,
    )


def _seed_story() -> Story:
    """Stand for the first news document, which is served as it was written."""
    return Story("美俄外交官举行工作级别会谈，将考验双方重启双边关系能力", (), ())
