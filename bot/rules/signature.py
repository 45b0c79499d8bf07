"""A few hundred bytes that tell of most items that a query does not find them, without reading them.

A Bloom filter of an item's features: each sets four bits, and where one of them is missing the item does
not have it. A signature is kept beside its item; the first byte says how it was made.
"""

from xxhash import xxh3_64_intdigest

from bot.rules.features import Features, is_letter
from bot.rules.needs import needs
from bot.rules.nodes import Node
from bot.rules.searchable import Searchable

_MADE = b"\x01"
"""Which features, hashed how: another number where either changes, and what was made before passes."""

_BITS = 12
"""Bits for each feature, of which it sets four: one feature in 150 seems to be there by chance."""

_STEP = 32
"""Bytes between one size and the next: few sizes, since a query's places are worked out for each."""

_SIGNATURE_LIMIT = 4096
"""Bytes of a signature: the 2,700 features of some ten pages; with more, more seem to be there by chance."""

_FEATURES_LIMIT = 8_000
"""Features that are told, in some 10 ms: of so many one in seven that is not there seems to be."""

_TOLD = {1 << bit: bytes(byte >> bit & 1 for byte in range(256)) for bit in range(8)}
"""By a bit: what each byte becomes, 1 where it has that bit and 0 where it has not."""

_ONE = ord("1")

_Places = tuple[tuple[int, int], ...]
"""Bytes of a signature, each with the bit in it."""


def signature(item: Searchable) -> bytes:
    """Return the signature of ``item``, at most 4 KiB; it tells nothing of one that has too much."""
    features = Features(item)
    has = features.whole() | features.beginnings()
    if len(has) > _FEATURES_LIMIT:
        return _MADE
    steps = -(-len(has) * _BITS // (8 * _STEP))
    size = _STEP * min(max(steps, 1), _SIGNATURE_LIMIT // _STEP - 1)
    bits = 8 * size
    # A digit for each bit, the last one first: half the time of setting bits in bytes.
    digits = bytearray(b"0") * bits
    for feature in has:
        mixed = xxh3_64_intdigest(feature.encode("utf-8", "surrogatepass"))
        digits[-1 - ((mixed & 0xFFFF) * bits >> 16)] = _ONE
        digits[-1 - ((mixed >> 16 & 0xFFFF) * bits >> 16)] = _ONE
        digits[-1 - ((mixed >> 32 & 0xFFFF) * bits >> 16)] = _ONE
        digits[-1 - ((mixed >> 48) * bits >> 16)] = _ONE
    return _MADE + int(digits, 2).to_bytes(size, "little")


class Sieve:
    """Which of many signatures may be of items that ``node`` finds; a microsecond for each."""

    def __init__(self, node: Node) -> None:
        # Letters by themselves are not in signatures: as many again as pairs, and hardly ever looked for.
        self._needs = [one for one in needs(node) if not any(map(is_letter, one))]
        self._asked: dict[int, tuple[tuple[_Places, ...], ...]] = {}

    def passes(self, signature: bytes) -> bool:
        """Tell whether the item of ``signature`` may be found: never False where it is.

        Nothing is known of an item whose signature is empty or of another version: it passes.
        """
        size = len(signature)
        if not signature.startswith(_MADE) or size == len(_MADE):
            return True
        for one in self._asked_of(size):
            for places in one:
                if _are_set(signature, places):
                    break
            else:
                return False
        return True

    def passing(self, raw: bytes, first: int, stride: int, count: int, size: int) -> list[int]:
        """Return which of ``count`` signatures in ``raw`` pass, as :meth:`passes` tells, by number from 0.

        Each has ``size`` bytes, and the next begins ``stride`` bytes after it; the first is at ``first``.
        A byte of all is looked at in one go, so it takes a few microseconds, and little more for more.
        """
        end = first + stride * (count - 1) + 1
        if size <= len(_MADE) or raw[first:end:stride] != _MADE * count:
            at = range(first, end, stride)
            return [number for number, one in enumerate(at) if self.passes(raw[one : one + size])]
        left = int.from_bytes(b"\x01" * count, "little")
        for one in self._asked_of(size):
            may = 0
            for places in one:
                are_set = left
                for place, bit in places:
                    column = raw[first + place : end + place : stride].translate(_TOLD[bit])
                    are_set &= int.from_bytes(column, "little")
                may |= are_set
            left &= may
            if not left:
                return []
        return [number for number, one in enumerate(left.to_bytes(count, "little")) if one]

    def _asked_of(self, size: int) -> tuple[tuple[_Places, ...], ...]:
        """Return where signatures of ``size`` bytes are looked at."""
        if (asked := self._asked.get(size)) is None:
            asked = tuple(tuple(_places(feature, size) for feature in one) for one in self._needs)
            self._asked[size] = asked
        return asked


def _places(feature: str, size: int) -> _Places:
    """Return where ``feature`` stands in a signature of ``size`` bytes, as :func:`signature` sets it."""
    mixed, bits = xxh3_64_intdigest(feature.encode("utf-8", "surrogatepass")), 8 * (size - len(_MADE))
    found = [(mixed >> shift & 0xFFFF) * bits >> 16 for shift in (0, 16, 32, 48)]
    return tuple([(len(_MADE) + (place >> 3), 1 << (place & 7)) for place in found])


def _are_set(signature: bytes, places: _Places) -> bool:
    for place, bit in places:  # noqa: SIM110  four times as fast as all() over a generator
        if not signature[place] & bit:
            return False
    return True
