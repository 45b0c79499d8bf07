"""Drawing a picture anew, as a JPEG that Telegram takes: the child's side of :mod:`bot.deliver.scaling`.

It is run with ``python -m bot.deliver.redraw BYTES SECONDS``, holds itself to that much memory and
computing, reads one picture from its input and writes another, or fails. Pictures are foreign and
decoders are C: nothing that decodes is loaded in the relay's own process.
"""

import contextlib
import os
import sys
from io import BytesIO
from pathlib import Path

from PIL import AvifImagePlugin, Image

if sys.platform != "win32":
    import resource

SIDE = 2560
"""Pixels of the longer side: as much as Telegram keeps of a photo."""

QUALITY = 87

MOST_PIXELS = 50_000_000
"""Of what is decoded, which takes four bytes each. A JPEG is decoded at an eighth of its size if need be."""

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By the orientation of EXIF: what turns the picture upright."""


class TooLarge(Exception):
    """More pixels than may be decoded."""


def redraw(data: bytes) -> bytes:
    """Return the picture in ``data`` as a JPEG: its first frame, upright, on white, scaled down to fit.

    Raises:
        Exception: whatever the library raises for what it cannot read, and TooLarge.
    """
    Image.MAX_IMAGE_PIXELS = None  # ours is asked for below, once a JPEG has said at which scale it comes
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # the memory that each would reserve counts as taken
    with Image.open(BytesIO(data), formats=FORMATS) as found:
        found.draft("RGB", (SIDE, SIDE))
        if found.width * found.height > MOST_PIXELS:
            raise TooLarge(f"{found.width}x{found.height}")
        found.load()
        turn = _UPRIGHT.get(found.getexif().get(_ORIENTATION, 1))
        image = _opaque(found)
    image.thumbnail((SIDE, SIDE))
    if turn is not None:
        image = image.transpose(turn)
    made = BytesIO()
    image.convert("RGB").save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


def _opaque(image: Image.Image) -> Image.Image:
    """Return ``image`` in a mode that can be scaled, what is transparent on white."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    if image.mode.startswith("I"):  # sixteen bits of grey
        return image.point(lambda grey: grey * (1 / 256)).convert("L")
    return image.copy() if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def _limit(memory_bytes: int, seconds: int) -> None:
    """Hold this process to so much, where the system can; and be the first to go where memory runs out."""
    if sys.platform != "win32":
        for what, most in (
            (resource.RLIMIT_AS, memory_bytes),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(what, (most, most))
        with contextlib.suppress(OSError):
            os.nice(5)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def main() -> None:
    """Draw what comes in; end with 1 if that cannot be drawn."""
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    try:
        made = redraw(sys.stdin.buffer.read())
    except Exception as error:  # noqa: BLE001  whatever a decoder raises, there is no picture
        sys.exit(f"it cannot be drawn: {error!r:.200}")
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
