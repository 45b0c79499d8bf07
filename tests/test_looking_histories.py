"""Whoever reads of documents what is new alone hands on what whoever reads all does, in the same order."""

from dataclasses import dataclass, field, replace
from itertools import groupby
from random import Random
from typing import Any

import pytest

from bot.looking import WHOLE_MS
from bot.store.client import Store
from tests.conftest import Clock
from tests.newspaper import HOUR_MS, Newspaper, Post, whole

MINUTE = 60_000
LOOKS = 12
SHOWN = 16
"""Items in a document at most."""


@dataclass
class Publisher:
    """Somebody who publishes with little care: guids, links and dates are what they are."""

    dice: Random
    posts: list[Post] = field(default_factory=list)
    gone: list[Post] = field(default_factory=list)
    count: int = 0
    twice: set[str] = field(default_factory=set)
    """Guids of posts that were shown twice in one document."""

    def write(self, now_ms: int) -> Post:
        """Return one more post, odd in some way or other."""
        dice = self.dice
        self.count += 1
        age_ms = dice.choice([0, 1, 999, MINUTE, 2 * MINUTE, 5 * MINUTE, HOUR_MS, -5 * MINUTE, -HOUR_MS])
        post = Post(str(self.count), now_ms - age_ms + dice.choice([0, 0, 0.5, 500]))
        for odd in (
            {"at_ms": None},
            {"guid": f"g{dice.randrange(4)}"},
            {"guid": ""},
            {"link": f"https://elsewhere.example/l{dice.randrange(3)}"},
            {"link": ""},
            {"title": "Daily report"},
            {"title": "Daily report", "link": "https://elsewhere.example/", "text": "All is calm."},
        ):
            if dice.random() < 0.1:
                post = replace(post, **odd)
        return post

    def edition(self, now_ms: int) -> list[Post]:
        """Return the posts of the next document."""
        dice, posts = self.dice, self.posts
        new = [self.write(now_ms) for _ in range(dice.choice([0, 1, 1, 1, 2, 3]))]
        at = dice.choice([0, 0, 0, 0, 2, len(posts)])
        posts[at:at] = new
        place = dice.randrange(len(posts)) if posts else 0
        match dice.randrange(16) if posts else 0:
            case 1:
                posts[place] = replace(posts[place], text="What was told here before was not true at all.")
            case 2:
                posts[place] = replace(posts[place], title=f"Renamed {self.count}")
            case 3:
                posts[place] = replace(posts[place], at_ms=now_ms)
            case 4:
                dice.shuffle(posts)
            case 5:
                posts.append(posts[place])
                self.twice.add(f"id-{posts[place].name}")
            case 6:
                self.gone.append(posts.pop(place))
            case 7 if self.gone:
                posts.insert(0, self.gone.pop(dice.randrange(len(self.gone))))
            case 8:
                posts.reverse()
        self.gone += posts[SHOWN:]
        del posts[SHOWN:]
        return list(posts)


def new_of(handed: list[str]) -> list[str]:
    """Return what is new of it, without corrections.

    Where one guid stands on two items, either may be taken for a correction of the other once that is
    shown no more. Nothing that is shown has changed then: whoever reads what is new alone corrects
    nothing yet, and waits for the next reading of the whole.
    """
    return [title for title in handed if not title.endswith("*")]


def calm(handed: list[str], seconds: dict[str, set[float]]) -> list[list[str]]:
    """Return all that is new, then in its order what is of one second alone, those of the same in any."""
    new = new_of(handed)
    clear = [title for title in new if len(seconds[title]) == 1]
    groups = groupby(clear, key=lambda title: min(seconds[title]))
    return [sorted(new), *(sorted(group) for _, group in groups)]


async def compare(store: Store, redis: Any, clock: Clock, seed: int) -> int:
    """Let two relays look at one history; return by how many items the frugal one read less."""
    frugal = Newspaper(store, redis, f"https://frugal{seed}.example/feed")
    thorough = Newspaper(store, redis, f"https://thorough{seed}.example/feed")
    for one in (frugal, thorough):
        await one.follow()
    publisher = Publisher(Random(seed))
    publisher.posts = [publisher.write(clock.ms - 3 * HOUR_MS) for _ in range(8)]
    seconds: dict[str, set[float]] = {}
    for number in range(LOOKS):
        posts = publisher.edition(clock.ms)
        for place, post in enumerate(posts):
            second = -place if post.at_ms is None else min(post.at_ms, clock.ms) // 1000
            seconds.setdefault(post.shown, set()).add(second)
        await frugal.look(*posts)
        with whole():
            await thorough.look(*posts)
        handed = [calm(await one.handed(), seconds) for one in (frugal, thorough)]
        assert handed[0] == handed[1], f"seed {seed}, look {number}"
        clock.forward(publisher.dice.choice([MINUTE, 5 * MINUTE, HOUR_MS, 8 * HOUR_MS]))
    clock.forward(WHOLE_MS)
    posts = [Post("the last", clock.ms), *publisher.posts]
    for one in (frugal, thorough):
        await one.look(*posts)
    heard = [
        [one for one in await paper.told() if one[0].startswith("id-") and one[0] not in publisher.twice]
        for paper in (frugal, thorough)
    ]
    assert heard[0] == heard[1], f"seed {seed}: corrections of what has a guid of its own"
    return sum(thorough.reader.sizes) - sum(frugal.reader.sizes)


async def test_a_frugal_relay_hands_on_what_a_thorough_one_does(
    store: Store, redis: Any, clock: Clock
) -> None:
    spared = [await compare(store, redis, clock, seed) for seed in range(4)]
    assert all(one > 0 for one in spared)


@pytest.mark.soak
@pytest.mark.parametrize("start", range(1000, 1200, 20))
async def test_it_does_so_whatever_is_published(store: Store, redis: Any, clock: Clock, start: int) -> None:
    for seed in range(start, start + 20):
        await compare(store, redis, clock, seed)
