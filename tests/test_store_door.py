"""The door: errors by their meaning, deadlines, scripts that come back, and keys that are all on the page."""

import asyncio
import re
import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis.exceptions
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import RedisError

from bot.errors import CorruptRecord, StoreError, StoreUnavailable, StoreUnfit
from bot.items import Alert, ChatId, Enclosure, FeedId, Image, Item, ItemId, StoredItem, Subscription
from bot.store import door, keys, records
from bot.store.client import Store, connect
from bot.store.outbox import Letter

LUA = Path(door.__file__).parent / "lua"


@asynccontextmanager
async def closed(url: str, *, deadline_s: float = door.DEADLINE_S) -> AsyncIterator[Store]:
    """Give a store that is closed at the end, whatever happens."""
    store = Store(connect(url), deadline_s=deadline_s)
    try:
        yield store
    finally:
        await store.close()


@pytest.mark.parametrize("name", [name for name in vars(redis.exceptions) if name.endswith("Error")])
def test_every_error_of_redis_becomes_one_of_ours(name: str) -> None:
    kind = getattr(redis.exceptions, name)
    if issubclass(kind, RedisError):
        assert isinstance(door.translate(Exception.__new__(kind)), StoreError)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("LOADING Redis is loading the dataset in memory", StoreUnavailable),
        ("MASTERDOWN Link with MASTER is down", StoreUnavailable),
        ("BUSY Redis is busy running a script.", StoreUnavailable),
        ("OOM command not allowed when used memory > 'maxmemory'.", StoreUnfit),
        ("READONLY You can't write against a read only replica.", StoreUnfit),
        ("MISCONF Errors writing to the AOF file: No space left on device", StoreUnfit),
        ("NOAUTH Authentication required.", StoreUnfit),
        ("WRONGPASS invalid username-password pair or user is disabled.", StoreUnfit),
        ("NOPERM this user has no permissions to run the 'evalsha' command", StoreUnfit),
    ],
)
async def test_what_redis_answers_is_told_by_its_meaning(text: str, meaning: type[StoreError]) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            words = [await reader.readline() for _ in range(2 * int(head[1:]))]
            writer.write(f"-{text}\r\n".encode() if b"PING\r\n" in words else b"+OK\r\n")
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, closed(f"redis://127.0.0.1:{port}") as store:
        with pytest.raises(meaning):
            await store.ping()


async def test_a_redis_that_says_nothing_is_unavailable_within_the_deadline() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listening = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    silence = closed(f"redis://127.0.0.1:{port}", deadline_s=0.05)
    async with listening, asyncio.timeout(3), silence as store:
        for call in (store.ping, store.chats.all_ids, store.feeds.all_ids, store.claims.health):
            with pytest.raises(StoreUnavailable):
                await call()
        with pytest.raises(StoreUnavailable):
            await store.outbox.claim(1, 1000)
        with pytest.raises(StoreUnavailable):
            await store.alerts.of_many([ChatId(1)])


async def test_scripts_that_redis_forgot_are_brought_again(store: Store, redis: Any) -> None:
    feed = await store.feeds.ensure("https://x.example/")
    await redis.script_flush()
    assert await store.feeds.ensure("https://x.example/") == feed


async def test_a_full_redis_says_so_and_works_again_when_there_is_room(store: Store, redis: Any) -> None:
    await redis.config_set("maxmemory", "1mb")
    try:
        with pytest.raises(StoreUnfit, match="out of memory"):
            await store.feeds.ensure("https://x.example/")
    finally:
        await redis.config_set("maxmemory", "0")
    await store.feeds.ensure("https://x.example/")


async def test_a_store_of_another_version_is_left_alone(store: Store, redis: Any) -> None:
    assert not await store.prepare()
    await redis.hset(keys.META, "schema", "99")
    with pytest.raises(StoreUnfit, match="99"):
        await store.prepare()


@pytest.mark.parametrize("script", sorted(LUA.glob("*.lua")), ids=lambda path: path.stem)
async def test_every_script_compiles(script: Path, redis: Any) -> None:
    text, digest = door.script(script.stem, door.Pace())
    assert await redis.script_load(text) == digest


@pytest.mark.parametrize("script", sorted(LUA.glob("*.lua")), ids=lambda path: path.stem)
def test_every_script_spells_only_keys_of_the_page(script: Path) -> None:
    page = set(re.findall(r"^\| `([a-z]+)", keys.__doc__ or "", re.MULTILINE))
    code = "\n".join(line.split("--")[0] for line in script.read_text(encoding="utf-8").splitlines())
    spelled = set(re.findall(r"'([a-z]+):'", code)) | set(
        re.findall(r"redis\.call\('[A-Z]+', '([a-z]+)[:']", code)
    )
    assert spelled <= page


async def test_every_key_that_a_life_of_the_relay_leaves_is_on_the_page(store: Store, redis: Any) -> None:
    page = re.findall(r"^\| `([^`]+)`", keys.__doc__ or "", re.MULTILINE)
    patterns = [re.compile(re.sub(r"\{\w+\}", r"[\\w.-]+", name)) for name in page]
    feed = await store.feeds.ensure("https://x.example/")
    await store.chats.subscribe(Subscription(ChatId(1), feed.id, 1))
    await store.news.intake(feed, [], due_ms=1, hand_on=True)
    await store.outbox.lay(ItemId("a.1"), 1, [Letter(ChatId(1)), Letter(ChatId(-2))])
    first, second = (await store.outbox.claim(2, 1000)).claims
    await store.outbox.park(first, "no")
    await store.outbox.lay(ItemId("a.2"), 1, [Letter(first.chat)])
    assert await store.outbox.claim(2, 1000)
    await store.outbox.settle(second, 1)
    await store.alerts.add(Alert(0, ChatId(1), "x", None))
    await store.claims.begin_update(1)
    await store.claims.lead("polling", "me", 1000)
    await store.claims.note_health("look")
    await store.outbox.keep_file_id(1, "d", "f")
    await store.news.read("me", 1, 0)
    left = [name.decode() for name in await redis.keys("*")]
    assert len(left) >= 18
    assert [name for name in left if not any(one.fullmatch(name) for one in patterns)] == []


TEXT = st.text(max_size=40)
URL = st.text(string.ascii_letters + "/.:?é", max_size=20)
NUMBER = st.none() | st.integers(0, 2**40)
MOMENT = st.none() | st.integers(-(2**41), 2**42).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
ITEMS = st.builds(
    Item,
    guid=st.none() | TEXT,
    title=TEXT,
    link=st.none() | URL,
    published=MOMENT,
    updated=MOMENT,
    author=TEXT,
    source=TEXT,
    language=TEXT,
    summary_html=TEXT,
    content_html=TEXT,
    images=st.lists(
        st.builds(Image, URL, st.lists(URL, max_size=2).map(tuple), NUMBER, NUMBER), max_size=2
    ).map(tuple),
    enclosures=st.lists(st.builds(Enclosure, URL, TEXT, NUMBER), max_size=2).map(tuple),
    tags=st.lists(TEXT, max_size=3).map(tuple),
    base=st.none() | URL,
)


@given(ITEMS, st.integers(0, 2**42), st.integers(0, 2**42))
def test_an_item_comes_out_of_its_record_as_it_went_in(item: Item, noticed_ms: int, order_ms: int) -> None:
    stored = StoredItem(ItemId("feedfeedfee.itemitemite"), FeedId("feedfeedfee"), item, noticed_ms, order_ms)
    assert records.unpack(records.pack(stored)) == stored


@given(st.binary(max_size=60))
def test_what_is_no_record_is_called_corrupt_and_nothing_else(noise: bytes) -> None:
    for record in (noise, b"\x01" + noise):
        with pytest.raises(CorruptRecord):
            records.unpack(record)


def test_long_html_is_cut_between_tags_and_lone_surrogates_do_no_harm() -> None:
    long = "x" * (records.CONTENT_LIMIT - 3) + "<img src='a'>"
    item = Item(title="a\ud800b", content_html=long, summary_html="<p>short</p>")
    kept = records.unpack(records.pack(StoredItem(ItemId("a.b"), FeedId("a"), item, 1, 2))).item
    assert kept == replace(item, title="a?b", content_html="x" * (records.CONTENT_LIMIT - 3) + records.MORE)
    assert records.as_kept(kept) == kept
