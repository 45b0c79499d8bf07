"""Which bytes Telegram takes as a photo, told from their header alone."""

import struct

import pytest

from bot.deliver import picture


def png(width: int, height: int, tail: bytes = b"") -> bytes:
    """As much of a PNG as anybody reads who only wants its shape."""
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02" + tail


JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xff\xfe\x00\x04ab\xff\xc2\x00\x11\x08" + struct.pack(">HH", 480, 640)
)
SHAPES = {
    "png": (png(640, 480), ("png", 640, 480)),
    "jpeg": (JPEG, ("jpg", 640, 480)),
    "gif": (b"GIF89a" + struct.pack("<HH", 640, 480), ("gif", 640, 480)),
    "webp lossy": (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 640, 480), ("webp", 640, 480)),
    "webp lossless": (
        b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 639 | 479 << 14) + bytes(9),
        ("webp", 640, 480),
    ),
    "webp extended": (
        b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little"),
        ("webp", 640, 480),
    ),
}


@pytest.mark.parametrize(("data", "expected"), SHAPES.values(), ids=SHAPES)
def test_a_pictures_shape_is_read_from_its_header_and_a_torn_one_is_none(
    data: bytes, expected: tuple[str, int, int]
) -> None:
    shape = picture.shape_of(data)
    assert shape is not None
    assert (shape.kind, shape.width, shape.height) == expected
    assert picture.unfit(data) == ""
    for end in range(len(data) - 1 if expected[0] != "png" else 24):
        torn = picture.shape_of(data[:end])
        assert torn is None or torn == shape


def test_a_jpeg_without_a_frame_ends_the_walk() -> None:
    assert picture.shape_of(b"\xff\xd8" + b"\xff\xe0\x00\x00" * 100_000) is None
    assert picture.shape_of(b"\xff\xd8" + b"\xff" * 100_000) is None


def test_the_limits_of_shape_are_telegrams() -> None:
    assert picture.unfit(png(5000, 5000)) == ""
    assert picture.unfit(png(5001, 5000))
    assert picture.unfit(png(2000, 100)) == ""
    assert picture.unfit(png(2001, 100))
