"""Bodies freed of their codings: all that is whole, nothing that is broken, never more than allowed."""

import contextlib
import gzip
import time
import tracemalloc
import zlib
from collections import deque
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # it has no stubs
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fetch.answer import Failure
from bot.fetch.client import Client
from bot.fetch.codings import BadCodingError, Body, TooMuchError
from tests import fetching
from tests.fetching import failed, fetched, site_on

FEED = b"<rss>" + b"".join(b"<item>%d</item>" % number for number in range(20_000)) + b"</rss>"
MB = 1_000_000


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "br": lambda data: bytes(brotli.compress(data, quality=3)),
    "zstd": zstd.compress,
}


def decoded(codings: str, data: bytes, *, most: int = 8 * MB, step: int = 1000) -> bytes:
    body = Body(codings, most)
    found = b"".join(piece for at in range(0, len(data), step) for piece in body.feed(data[at : at + step]))
    body.finish()
    return found


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("step", [1, 7, 1000, 10 * MB])
def test_every_coding_is_undone_however_the_bytes_arrive(coding: str, step: int) -> None:
    data = FEED[:5000] if step == 1 else FEED
    assert decoded(coding, CODINGS[coding](data), step=step) == data
    assert decoded(coding, CODINGS[coding](b""), step=step) == b""


@settings(deadline=None)
@given(st.binary(max_size=2000), st.lists(st.sampled_from(sorted(CODINGS)), max_size=3), st.integers(1, 500))
def test_codings_upon_codings_are_undone_in_turn(data: bytes, names: list[str], step: int) -> None:
    coded = data
    for name in names:
        coded = CODINGS[name](coded)
    assert decoded(" , ".join(names), coded, step=step) == data


def test_more_than_three_codings_are_refused() -> None:
    with pytest.raises(BadCodingError):
        Body("gzip, br, gzip, gzip", MB)


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize(
    "plain", [FEED, b"\xef\xbb\xbf \n<rss/>", "\ufeff<rss/>".encode("utf-16-le"), b'{"a": 1}' * 50]
)
def test_a_document_that_is_not_coded_at_all_is_read_as_it_stands(coding: str, plain: bytes) -> None:
    assert decoded(coding, plain) == plain


@pytest.mark.parametrize("name", ["", "identity", "none", "utf-8", "sdch"])
def test_names_of_no_coding_are_passed_over(name: str) -> None:
    assert decoded(name, FEED) == FEED


@pytest.mark.parametrize("coding", CODINGS)
def test_what_breaks_off_is_broken_wherever_it_does(coding: str) -> None:
    whole = CODINGS[coding](FEED)
    for cut in (1, 2, 10, len(whole) // 2, len(whole) - 1):
        with pytest.raises(BadCodingError):
            decoded(coding, whole[:cut])
    assert decoded(coding, b"") == b"", "nothing at all is an empty document"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_does_not_fit_its_checksum_is_broken(coding: str) -> None:
    whole = bytearray(CODINGS[coding](FEED))
    whole[-3] ^= 0xFF
    with pytest.raises(BadCodingError):
        decoded(coding, bytes(whole))


@settings(deadline=None)
@given(st.sampled_from(sorted(CODINGS)), st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_end_in_a_document_or_an_error_of_ours(coding: str, data: bytes, step: int) -> None:
    with contextlib.suppress(BadCodingError, TooMuchError):
        assert len(decoded(coding, data, most=MB, step=step)) <= MB


def test_gzip_in_several_parts_is_one_document_and_what_follows_is_ignored() -> None:
    parts = gzip.compress(b"<a>") + gzip.compress(b"</a>")
    for after in (b"", b"\0" * 512, b"garbage", b"\x1f"):
        for step in (1, 5, 1000):
            assert decoded("gzip", parts + after, step=step) == b"<a></a>"
    assert decoded("zstd", zstd.compress(b"<a>") + zstd.compress(b"</a>")) == b"<a></a>"


BOMBS = {
    "gzip": gzip.compress(b"\0" * 200 * MB, 9),
    "deflate": zlib.compress(b"\0" * 200 * MB, 9),
    "br": bytes(brotli.compress(b"\0" * 200 * MB, quality=5)),
    "zstd": zstd.compress(b"\0" * 200 * MB),
}
BOMBS["gzip, gzip"] = gzip.compress(BOMBS["gzip"])
BOMBS["zstd, br"] = CODINGS["br"](BOMBS["zstd"])


@pytest.mark.parametrize("codings", BOMBS)
def test_a_bomb_is_defused_in_little_memory_and_time(codings: str) -> None:
    pieces, begin = Body(codings, 8 * MB).feed(BOMBS[codings]), time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(TooMuchError):
            deque(pieces, maxlen=0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * MB + 2 * len(BOMBS[codings])
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("codings", "nothing"),
    [
        ("gzip", gzip.compress(b"", mtime=0)),
        ("zstd", zstd.compress(b"")),
        ("zstd", b"\x50\x2a\x4d\x18\x04\0\0\0abcd"),
    ],
)
def test_endless_parts_with_nothing_in_them_end(codings: str, nothing: bytes) -> None:
    with pytest.raises(BadCodingError):
        decoded(codings, nothing * 100_000, step=65536)


def test_a_bomb_between_two_codings_is_counted_too() -> None:
    filler = gzip.compress(gzip.compress(b"x") + b"\0" * 50 * MB)
    with pytest.raises(TooMuchError):
        decoded("gzip, gzip", filler, step=65536)


def test_a_zstd_window_beyond_what_the_web_allows_is_refused() -> None:
    frame = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    streamed = frame.compress(FEED) + frame.flush()
    with pytest.raises(BadCodingError):
        decoded("zstd", streamed)


@pytest.mark.parametrize("coding", BOMBS)
async def test_the_client_survives_a_bomb(coding: str) -> None:
    async with site_on() as site, Client(fetching.settings()) as client:
        url = site.put("/feed", BOMBS[coding], Content_Encoding=coding)
        tracemalloc.start()
        try:
            assert failed(await client.get(url)).why is Failure.TOO_BIG
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 24 * MB, "the cap, what a growing bytearray takes meanwhile, and the sender's own copy"


@pytest.mark.parametrize("coding", CODINGS)
async def test_the_client_reads_every_coding(coding: str) -> None:
    async with site_on() as site, Client(fetching.settings()) as client:
        url = site.put("/feed", CODINGS[coding](FEED), Content_Encoding=coding.lower())
        assert fetched(await client.get(url)).body == FEED
