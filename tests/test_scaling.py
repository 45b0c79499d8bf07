"""Pictures drawn anew: upright, on white, no larger than needed, and whatever they are made to do ends there."""

import asyncio
import os
import signal
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot.deliver import picture, redraw, scaling
from bot.deliver.scaling import Scaling
from tests.drawn import drawn, opened, saved
from tests.staging import drawn_anew


async def anew(data: bytes) -> Image.Image:
    made = await Scaling().redraw(data)
    assert made is not None
    assert picture.unfit(made) == ""
    image = opened(made)
    assert (image.format, image.mode) == ("JPEG", "RGB")
    return image


def colour(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The colour at a place of 0…1, as nearly as a JPEG tells it."""
    found = image.getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(found, tuple)
    return tuple(round(one / 255) for one in found)


RED, BLUE, WHITE = (1, 0, 0), (0, 0, 1), (1, 1, 1)


async def test_a_picture_that_is_too_large_comes_out_smaller_and_the_same() -> None:
    image = await anew(drawn("JPEG", 3200, 2400))
    assert image.size == (redraw.SIDE, redraw.SIDE * 3 // 4)
    assert (colour(image, 0.1, 0.1), colour(image, 0.9, 0.1)) == (RED, BLUE)


@pytest.mark.parametrize("kind", ["AVIF", "BMP", "TIFF", "WEBP", "GIF"])
def test_every_kind_that_is_told_to_be_drawn_is_drawn(kind: str) -> None:
    data = drawn(kind)
    shape = picture.shape_of(data)
    assert shape is not None
    assert shape.kind in picture.REDRAWN
    image = opened(redraw.redraw(data))
    assert image.size == (800, 600)
    assert (colour(image, 0.1, 0.1), colour(image, 0.9, 0.9)) == (RED, BLUE)


def test_what_moves_stands_at_its_first_frame() -> None:
    for kind in ("WEBP", "GIF"):
        image = opened(redraw.redraw(drawn(kind, moving=True)))
        assert colour(image, 0.1, 0.1) == RED


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_comes_out_upright(turn: int) -> None:
    upright = opened(drawn("PNG"))
    exif = Image.Exif()
    exif[0x0112] = turn
    back = {5: 5, 6: 8, 7: 7, 8: 6}.get(turn, turn)
    laid = upright.transpose(redraw._UPRIGHT[back]) if turn > 1 else upright
    image = opened(redraw.redraw(saved(laid, "JPEG", exif=exif)))
    assert image.size == upright.size
    corners = [colour(image, x, y) for x, y in ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9))]
    assert corners == [RED, BLUE, BLUE, BLUE]


def test_what_is_transparent_is_white_and_grey_stays_grey() -> None:
    clear = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 100, 100))
    palette = clear.convert("P")
    palette.info["transparency"] = palette.getpixel((150, 150))
    for image in (clear, palette):
        made = opened(redraw.redraw(saved(image, "PNG")))
        assert (colour(made, 0.1, 0.1), colour(made, 0.9, 0.9)) == (RED, WHITE)
    for mode, level in (("I;16", 40_000), ("L", 156), ("LA", 156), ("1", 1), ("CMYK", 0)):
        made = opened(redraw.redraw(saved(Image.new(mode, (200, 200), level), "TIFF")))
        found = made.getpixel((100, 100))
        assert isinstance(found, tuple)
        assert mode not in {"I;16", "L"} or abs(found[0] - 156) < 3


async def test_a_photo_of_sixty_megapixels_is_drawn() -> None:
    image = await anew(drawn("JPEG", 10_000, 6_000))
    assert image.size == (2560, 1536)


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that unpacks to ``side`` squared pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = zlib.compress(bytes(1 + side // 8), 9)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


HOPELESS = {
    "bomb": bomb(60_000),
    "torn": drawn("JPEG")[:4000],
    "torn avif": drawn("AVIF")[:300],
    "drawing": b"<svg/>",
    "nothing": b"",
    "rubbish": b"\xff\xd8\xff" + bytes(900),
}


@pytest.mark.parametrize("data", HOPELESS.values(), ids=HOPELESS)
async def test_what_cannot_be_drawn_is_none(data: bytes) -> None:
    assert await drawn_anew(data) is None


@pytest.mark.parametrize("what", ["bomb", "torn"])
async def test_nor_is_it_by_a_process_of_its_own(what: str) -> None:
    assert await Scaling().redraw(HOPELESS[what]) is None


def children() -> set[int]:
    """The processes of ours that draw."""
    found = set()
    for one in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = one.read_text()
            line = (one.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if told.rpartition(")")[2].split()[1] == str(os.getpid()) and b"bot.deliver.redraw" in line:
            found.add(int(one.parent.name))
    return found


async def test_what_takes_too_long_is_ended() -> None:
    assert await Scaling(seconds=0.01).redraw(drawn("JPEG", 10_000, 6_000)) is None
    assert children() == set()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found by /proc")
@pytest.mark.parametrize("end", ["killed", "cancelled"])
async def test_a_process_that_dies_or_is_given_up_takes_nothing_along(end: str) -> None:
    task = asyncio.create_task(Scaling().redraw(drawn("JPEG", 10_000, 6_000)))
    async with asyncio.timeout(10):
        while not (found := children()):  # noqa: ASYNC110  a process that begins tells nobody
            await asyncio.sleep(0.005)
    if end == "killed":
        os.kill(found.pop(), signal.SIGKILL)
        assert await task is None
    else:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert children() == set()


def test_a_process_of_ours_hears_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:secret")
    assert not [one for one in scaling._environment().values() if "secret" in one]
