"""Real pictures for tests, of any kind and size."""

from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image


@lru_cache(maxsize=64)
def drawn(kind: str, width: int = 800, height: int = 600, *, moving: bool = False) -> bytes:
    """Return a picture: red in its upper left quarter, blue elsewhere."""
    image = Image.new("RGB", (width, height), (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, width // 2, height // 2))
    more: dict[str, Any] = {"save_all": True, "append_images": [image.rotate(180)]} if moving else {}
    return saved(image, kind, **more)


def saved(image: Image.Image, kind: str, **more: Any) -> bytes:
    """Return ``image`` as a file."""
    made = BytesIO()
    image.save(made, kind, **more)
    return made.getvalue()


def opened(data: bytes) -> Image.Image:
    """Return the picture in ``data``, decoded."""
    with Image.open(BytesIO(data)) as image:
        image.load()
        return image
