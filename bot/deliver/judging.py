"""Whether Telegram would take what is at an address, by the beginning of what is there: deciding, not asking.

The limits are Telegram's (https://core.telegram.org/bots/api#sending-files): by address a photo of 5 MB
and anything else of 20, and a type that its server names rightly.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.deliver.picture import BY_ADDRESS, TAKEN, Shape, hopeless, shape_of
from bot.render.parts import Media, MediaKind

MOST_BYTES = 20 * 1024 * 1024
"""Of any file but a photo by address; and of what we load ourselves."""

_PHOTOS = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_DOCUMENTS = frozenset({"application/pdf", "application/zip", "image/gif"})


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of what an address holds; ``size`` of the whole, None where its server does not tell."""

    data: bytes
    size: int | None = None
    mime: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is to be remembered of a :class:`Head`."""

    mime: str = ""
    """In lower case, without parameters."""
    size: int | None = None
    shape: Shape | None = None
    is_mp4: bool = False


class Fit(StrEnum):
    """What is to be done with an address."""

    GOOD = "good"
    UNKNOWN = "unknown"
    """Nobody can tell: Telegram may be asked."""
    COPY = "copy"
    """Telegram would refuse it, and take a copy of ours."""
    NEVER = "never"
    """There is nothing there to show."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done, and why where that is not to ask Telegram."""

    fit: Fit
    why: str = ""


_GOOD, _UNKNOWN = Verdict(Fit.GOOD), Verdict(Fit.UNKNOWN)


def facts_of(head: Head) -> Facts:
    """Return what ``head`` tells."""
    mime = head.mime.partition(";")[0].strip().lower()
    return Facts(mime, head.size, shape_of(head.data), head.data[4:8] == b"ftyp")


def judge(media: Media, facts: Facts | None) -> Verdict:
    """Return what is to be done with an address of ``media``, of which ``facts`` are known, if any are."""
    match media.kind:
        case MediaKind.PHOTO:
            return _UNKNOWN if facts is None else _photo(facts)
        case MediaKind.VIDEO:
            return _video(media, facts)
        case MediaKind.ANIMATION:
            return _animation(media, facts)
        case MediaKind.AUDIO:
            return _file(media, facts, fits=facts is None or facts.mime.startswith("audio/"))
        case MediaKind.DOCUMENT:
            mime = media.mime.lower() if facts is None else facts.mime
            return _file(media, facts, fits=mime in _DOCUMENTS)


def _photo(facts: Facts) -> Verdict:  # noqa: PLR0911  one return for each reason reads as a table
    shape, size = facts.shape, facts.size or 0
    if size > MOST_BYTES:
        return Verdict(Fit.NEVER, f"the picture has {size} bytes")
    if shape is not None and (why := hopeless(shape)):
        return Verdict(Fit.NEVER, why)
    if size > BY_ADDRESS:
        return Verdict(Fit.COPY, f"the picture has {size} bytes")
    if shape is None:
        return _UNKNOWN
    if shape.kind not in TAKEN or shape.moves:
        return Verdict(Fit.COPY, f"a picture of kind {shape.kind}" + (", moving" if shape.moves else ""))
    if shape.is_wide:
        return Verdict(Fit.COPY, f"the picture's shape is {shape.width}x{shape.height}")
    return (
        _GOOD if facts.mime in _PHOTOS else Verdict(Fit.COPY, f"a picture called {facts.mime or 'nothing'}")
    )


def _video(media: Media, facts: Facts | None) -> Verdict:
    """Judge a video: one whose size nobody knows is likely to be too large."""
    if _size(media, facts) is None:
        return Verdict(Fit.NEVER, "a video of unknown size")
    if facts is None:
        return _file(media, facts, fits=media.mime.lower() == "video/mp4")
    return _file(media, facts, fits=facts.is_mp4 and facts.mime == "video/mp4")


def _animation(media: Media, facts: Facts | None) -> Verdict:
    """Judge an animation: a GIF, or a video without sound."""
    if facts is None or (facts.shape is None and facts.is_mp4):
        return _file(media, facts, fits=facts is None or facts.mime == "video/mp4")
    is_gif = facts.shape is not None and facts.shape.kind == "gif" and not hopeless(facts.shape)
    return _file(media, facts, fits=is_gif and facts.mime == "image/gif")


def _file(media: Media, facts: Facts | None, *, fits: bool) -> Verdict:
    size = _size(media, facts) or 0
    if size > MOST_BYTES:
        return Verdict(Fit.NEVER, f"the {media.kind} has {size} bytes")
    if not fits:
        return Verdict(Fit.NEVER, f"no {media.kind} that Telegram takes by address")
    return _UNKNOWN if facts is None else _GOOD


def _size(media: Media, facts: Facts | None) -> int | None:
    """Return a file's size: as its server tells it, else as its feed does."""
    told = media.size if facts is None or facts.size is None else facts.size
    return told or None
