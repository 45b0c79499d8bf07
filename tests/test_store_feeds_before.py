"""Feeds as they were kept before their fields were gathered are read, and kept as they are now."""

import json
from typing import Any

import pytest
import pytest_asyncio

from bot.items import Validators
from bot.store import keys
from bot.store.client import Store
from tests.conftest import Clock
from tests.newspaper import Newspaper, Post


@pytest_asyncio.fixture
async def news(store: Store, redis: Any) -> Newspaper:
    made = Newspaper(store, redis)
    await made.follow()
    return made


async def test_a_feed_kept_as_it_was_before_is_read_and_kept_anew(news: Newspaper, clock: Clock) -> None:
    await news.look(Post("old", clock.ms))
    place = keys.feed(news.id)
    await news.redis.hdel(place, "about", "validators", "state", "marks")
    before = {
        "title": "Ünglish News", "link": "https://news.example/", "language": "en", "etag": '"a/b"',
        "modified": "Wed", "body_hash": "00ff", "weak_guid": "1", "weak_link": "0", "looked_ms": "5000",
        "changed_ms": "4000", "ok_ms": "4500", "failures": "2", "trouble": "denied", "interval_s": "600",
        "looks": "77", "rate_per_day": "1.5e-05",
    }  # fmt: skip
    await news.redis.hset(place, mapping=before)
    kept = await news.feed()
    assert (kept.title, kept.link, kept.language) == ("Ünglish News", "https://news.example/", "en")
    assert kept.validators == Validators('"a/b"', "Wed", "00ff")
    assert (kept.weak_guid, kept.weak_link, kept.seeded, kept.trouble) == (True, False, True, "denied")
    assert (kept.looked_ms, kept.changed_ms, kept.ok_ms) == (5000, 4000, 4500)
    assert (kept.failures, kept.looks, kept.interval_s, kept.rate_per_day) == (2, 77, 600, 1.5e-05)
    assert not set(before) & {one.decode() for one in await news.redis.hkeys(place)}
    assert await news.feed() == kept, "once is enough"


@pytest.mark.parametrize("lacking", ["rate_per_day", "weak_link", "looks", "trouble", "etag", "title"])
async def test_what_was_kept_before_may_lack_a_field(news: Newspaper, lacking: str) -> None:
    place = keys.feed(news.id)
    before = {"looked_ms": "5000", "failures": "2", "looks": "7", "trouble": "busy", "rate_per_day": "0.5"}
    before |= {"weak_guid": "1", "weak_link": "1", "title": "News", "etag": "e", "body_hash": "ff"}
    await news.redis.hset(place, mapping={name: told for name, told in before.items() if name != lacking})
    kept = await news.feed()
    assert (kept.looked_ms, kept.failures, kept.weak_guid) == (5000, 2, True)


async def test_a_title_that_is_no_utf8_blinds_nobody(news: Newspaper) -> None:
    place = keys.feed(news.id)
    await news.redis.hset(place, mapping={"looked_ms": "5000", "title": b"\xff", "looks": "1"})
    assert (await news.feed()).looks == 1
    await news.redis.hset(place, mapping={"about": json.dumps({"a": 1}), "state": b"\xff\n\n"})
    assert (await news.feed()).looks == 0
