"""Writes `bot/rules/han.py` anew from OpenCC's data: `python -m tests.han`."""

from pathlib import Path

import opencc

from bot.rules import han

FILE = Path(han.__file__)

BY_HAND = {"著": "着", "瞭": "了", "覆": "复", "乾": "干"}
"""Characters that OpenCC leaves to the words they stand in; for comparing, one of the two is enough."""

PLANES = ((0x3400, 0xA000), (0x20000, 0x323B0))
"""Where Han characters stand."""

WIDTH = 50
"""Characters in a line of the file."""


def table() -> dict[str, str]:
    """Return each traditional character with the simplified one it is compared as."""
    convert = opencc.OpenCC("t2s").convert
    letters = [chr(point) for begin, end in PLANES for point in range(begin, end)]
    simple = dict(zip(letters, convert("\n".join(letters)).split("\n"), strict=True)) | BY_HAND
    # A chain (a character whose simplified form is itself simplified) would need folding twice.
    while chained := {old: simple[new] for old, new in simple.items() if simple.get(new, new) != new}:
        simple |= chained
    return {old: new for old, new in simple.items() if old != new and len(new) == 1}


def source() -> str:
    """Return the text of the file."""
    pairs = table()
    head = FILE.read_text(encoding="utf-8").split("TRADITIONAL", 1)[0]
    return head + _named("TRADITIONAL", "".join(pairs)) + "\n" + _named("SIMPLIFIED", "".join(pairs.values()))


def _named(name: str, text: str) -> str:
    lines = [f'    "{text[start : start + WIDTH]}"\n' for start in range(0, len(text), WIDTH)]
    return f"{name} = (\n{''.join(lines)})\n"


if __name__ == "__main__":
    FILE.write_text(source(), encoding="utf-8")
