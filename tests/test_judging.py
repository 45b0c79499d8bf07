"""What is to be done with an address, by the beginning of what it holds."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deliver import picture
from bot.deliver.judging import MOST_BYTES, Fit, Head, facts_of, judge
from bot.render.parts import Media, MediaKind
from tests.drawn import drawn
from tests.test_picture import JPEG, png

MB = 1024 * 1024
MP4 = b"\0\0\0\x20ftypisom" + bytes(100)
HEIC = b"\0\0\0\x18ftypheic" + bytes(100)
SVG = b"\xef\xbb\xbf <?xml version='1.0'?>\n<!-- drawn by hand -->\n<SVG xmlns='http://www.w3.org/2000/svg'>"
LATE = b"\xff\xd8\xff\xe1\xff\xff" + bytes(65530)
"""As much as is seen of a JPEG whose EXIF takes more."""
PAGE = b"<!DOCTYPE html><html><body>Just a moment <svg/>"

PHOTOS: dict[str, tuple[Head, Fit]] = {
    "png": (Head(png(800, 600), 1000, "image/png"), Fit.GOOD),
    "jpeg": (Head(JPEG, 5 * MB, "image/jpeg; charset=binary"), Fit.GOOD),
    "webp": (Head(drawn("WEBP"), None, "IMAGE/WEBP"), Fit.GOOD),
    "gif": (Head(drawn("GIF"), 1000, "image/gif"), Fit.GOOD),
    "of another kind than its type": (Head(JPEG, 1000, "image/png"), Fit.GOOD),
    "just too large": (Head(JPEG, 5 * MB + 1, "image/jpeg"), Fit.COPY),
    "too large for anybody": (Head(JPEG, 20 * MB + 1, "image/jpeg"), Fit.NEVER),
    "sides of ten thousand": (Head(png(5000, 5000), 1000, "image/png"), Fit.GOOD),
    "sides of more": (Head(png(5001, 5000), 1000, "image/png"), Fit.COPY),
    "a strip": (Head(png(2100, 100), 1000, "image/png"), Fit.NEVER),
    "nearly a strip": (Head(png(2000, 100), 1000, "image/png"), Fit.GOOD),
    "an icon": (Head(png(99, 99), 1000, "image/png"), Fit.NEVER),
    "a pixel": (Head(png(1, 1), 1000, "image/png"), Fit.NEVER),
    "a line": (Head(png(400, 31), 1000, "image/png"), Fit.NEVER),
    "small": (Head(png(100, 32), 1000, "image/png"), Fit.GOOD),
    "empty": (Head(png(0, 600), 1000, "image/png"), Fit.NEVER),
    "ico": (Head(b"\0\0\1\0\1\0\x10\x10", 1000, "image/x-icon"), Fit.NEVER),
    "avif": (Head(drawn("AVIF"), 1000, "image/avif"), Fit.COPY),
    "avif called jpeg": (Head(drawn("AVIF"), 1000, "image/jpeg"), Fit.COPY),
    "bmp": (Head(drawn("BMP"), 1000, "image/bmp"), Fit.COPY),
    "tiff": (Head(drawn("TIFF"), 1000, "image/tiff"), Fit.COPY),
    "heic": (Head(HEIC, 1000, "image/heic"), Fit.NEVER),
    "svg": (Head(SVG, 1000, "image/svg+xml"), Fit.NEVER),
    "a moving webp": (Head(drawn("WEBP", moving=True), 1000, "image/webp"), Fit.COPY),
    "called bytes": (Head(JPEG, 1000, "application/octet-stream"), Fit.COPY),
    "called nothing": (Head(JPEG, 1000, ""), Fit.COPY),
    "a shape further behind": (Head(LATE, 1000, "image/jpeg"), Fit.UNKNOWN),
    "a shape further behind, too large": (Head(LATE, 6 * MB, "image/jpeg"), Fit.COPY),
    "a page": (Head(PAGE, 1000, "text/html"), Fit.UNKNOWN),
    "nothing": (Head(b"", 0, "image/png"), Fit.UNKNOWN),
}


@pytest.mark.parametrize(("head", "fit"), PHOTOS.values(), ids=PHOTOS)
def test_what_is_done_with_a_photo(head: Head, fit: Fit) -> None:
    verdict = judge(Media(MediaKind.PHOTO, "https://a.org/a"), facts_of(head))
    assert verdict.fit is fit
    assert bool(verdict.why) == (fit in {Fit.COPY, Fit.NEVER})


FILES: list[tuple[str, Media, Head | None, Fit]] = [
    (name, Media(kind, "https://a.org/a", mime=mime, size=size), head, fit)
    for name, kind, mime, size, head, fit in (
        ("good", MediaKind.VIDEO, "", None, Head(MP4, 20 * MB, "video/mp4"), Fit.GOOD),
        ("large", MediaKind.VIDEO, "", 10, Head(MP4, 20 * MB + 1, "video/mp4"), Fit.NEVER),
        ("webm", MediaKind.VIDEO, "video/mp4", 10, Head(b"\x1aE\xdf\xa3" + bytes(90), 10, "video/webm"), Fit.NEVER),
        ("of no size", MediaKind.VIDEO, "video/mp4", None, Head(MP4, None, "video/mp4"), Fit.NEVER),
        ("told its size", MediaKind.VIDEO, "video/mp4", 9, Head(MP4, None, "video/mp4"), Fit.GOOD),
        ("unseen", MediaKind.VIDEO, "video/mp4", 9, None, Fit.UNKNOWN),
        ("unseen, of no size", MediaKind.VIDEO, "video/mp4", None, None, Fit.NEVER),
        ("unseen webm", MediaKind.VIDEO, "video/webm", 9, None, Fit.NEVER),
        ("a page", MediaKind.VIDEO, "video/mp4", 9, Head(PAGE, 90, "text/html"), Fit.NEVER),
        ("gif", MediaKind.ANIMATION, "", None, Head(drawn("GIF"), 20 * MB, "image/gif"), Fit.GOOD),
        ("large gif", MediaKind.ANIMATION, "", None, Head(drawn("GIF"), 21 * MB, "image/gif"), Fit.NEVER),
        ("a dot", MediaKind.ANIMATION, "", None, Head(drawn("GIF", 1, 1), 40, "image/gif"), Fit.NEVER),
        ("silent video", MediaKind.ANIMATION, "", None, Head(MP4, 90, "video/mp4"), Fit.GOOD),
        ("a png", MediaKind.ANIMATION, "", None, Head(png(800, 600), 90, "image/gif"), Fit.NEVER),
        ("unseen gif", MediaKind.ANIMATION, "image/gif", None, None, Fit.UNKNOWN),
        ("mp3", MediaKind.AUDIO, "", None, Head(b"ID3" + bytes(90), 9 * MB, "audio/mpeg"), Fit.GOOD),
        ("long mp3", MediaKind.AUDIO, "", 9, Head(b"ID3" + bytes(90), 50 * MB, "audio/mpeg"), Fit.NEVER),
        ("mp3 called bytes", MediaKind.AUDIO, "", 9, Head(b"ID3", 9, "application/octet-stream"), Fit.NEVER),
        ("unseen", MediaKind.AUDIO, "audio/mpeg", 9 * MB, None, Fit.UNKNOWN),
        ("unseen, long", MediaKind.AUDIO, "audio/mpeg", 50 * MB, None, Fit.NEVER),
        ("pdf", MediaKind.DOCUMENT, "", None, Head(b"%PDF-1.7", 90, "application/pdf"), Fit.GOOD),
        ("large pdf", MediaKind.DOCUMENT, "", None, Head(b"%PDF-1.7", 21 * MB, "application/pdf"), Fit.NEVER),
        ("word", MediaKind.DOCUMENT, "", None, Head(b"PK", 90, "application/msword"), Fit.NEVER),
        ("unseen zip", MediaKind.DOCUMENT, "application/zip", None, None, Fit.UNKNOWN),
        ("unseen", MediaKind.DOCUMENT, "", None, None, Fit.NEVER),
    )
]  # fmt: skip


@pytest.mark.parametrize(
    ("media", "head", "fit"), [one[1:] for one in FILES], ids=[f"{one[1].kind}, {one[0]}" for one in FILES]
)
def test_what_is_done_with_another_file(media: Media, head: Head | None, fit: Fit) -> None:
    assert judge(media, None if head is None else facts_of(head)).fit is fit


def test_of_a_photo_that_nobody_has_seen_telegram_is_asked() -> None:
    assert judge(Media(MediaKind.PHOTO, "https://a.org/a", size=50 * MB), None).fit is Fit.UNKNOWN


STARTS = st.sampled_from(
    [b"", JPEG, MP4, HEIC, SVG, LATE[:9], b"BM", b"II*\0", b"RIFF\0\0\0\0WEBPVP8X", b"GIF89a", b"\x89PNG\r\n\x1a\n"]
)  # fmt: skip


@given(
    STARTS,
    st.binary(max_size=60),
    st.none() | st.integers(0, 30 * MB),
    st.sampled_from(["image/png", "video/mp4", "audio/ogg", "text/html", "", ";", "é"]),
    st.sampled_from(list(MediaKind)),
)
def test_no_bytes_upset_the_judgement_and_nothing_too_large_is_tried(
    start: bytes, more: bytes, size: int | None, mime: str, kind: MediaKind
) -> None:
    facts = facts_of(Head(start + more, size, mime))
    fit = judge(Media(kind, "https://a.org/a"), facts).fit
    if size is not None and size > MOST_BYTES:
        assert fit is Fit.NEVER
    if fit is Fit.GOOD and kind is MediaKind.PHOTO:
        assert facts.shape is not None
        assert picture.hopeless(facts.shape) == ""


def test_a_jpeg_of_nothing_but_fill_bytes_is_left_soon() -> None:
    assert picture.shape_of(b"\xff\xd8" + b"\xff" * (20 * MB)) is None


def test_an_avif_of_the_general_brand_is_one() -> None:
    assert picture.shape_of(b"\0\0\0\x20ftypmif1\0\0\0\0avifmif1miaf") == picture.Shape("avif")
    assert picture.shape_of(b"\0\0\0\x20ftypmif1\0\0\0\0heicmif1miaf") == picture.Shape("heic")
    assert picture.shape_of(struct.pack(">I", 32) + b"ftypmp42") is None
