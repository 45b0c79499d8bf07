"""From bytes to clean text. Pure.

Feeds lie about their encoding, so what the bytes themselves say comes first: a byte order mark,
the zero bytes of UTF-16, strict UTF-8. Then the document's declaration, then the HTTP header,
then a guess. Whatever comes in, some text comes out, and it can be written as UTF-8 and as XML.
"""

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache

BAD_SHARE = 0.02
"""The share of bytes above 0x7f that may be wrong before an encoding is given up."""

GUESS_BYTES = 1_000_000
"""How much of a body the guess looks at; chardet needs about a microsecond a byte."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARK = "\ufeff"
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""What publishers mean when they name a narrow encoding: the superset everyone uses."""

_NAMES = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "ks_c_5601-1987": "cp949",
    "windows-949": "cp949",
    "windows-874": "cp874",
    "x-euc-jp": "euc_jp",
    "x-big5": "big5hkscs",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "unicode": "utf-8",
    "utf8mb4": "utf-8",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-cp1251": "cp1251",
}
_ESCAPED = frozenset({"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_kr", "hz"})
"""Encodings whose bytes are all ASCII, and which strict UTF-8 would therefore swallow."""

_UNUSABLE = frozenset(
    {
        *("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-7"),
        *("punycode", "idna", "unicode-escape", "raw-unicode-escape", "charmap"),
    }
)
"""Claims not to be believed of bytes that are plainly not so (or that nobody uses, but attackers: punycode
takes half a second for 32 KB, and quadratic time)."""

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,60})")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,60})", re.IGNORECASE)
"""Of longer names only the beginnings: Python remembers for good each name that it does not know."""

_HIGH_RUN = re.compile(rb"[\x80-\xff]{4,}")
_HIGH_LETTERS = re.compile("[^\x00-\x7f]+")
_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})
_NO_LETTERS = "\ufffe\uffff"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = re.compile(rb"\x1b[$(]|~\{")


def to_text(body: bytes, content_type: str = "", *, guess_bytes: int = GUESS_BYTES) -> str:
    """Return the text of ``body``, without byte order mark and without unwritable characters.

    ``content_type`` is the HTTP header as sent, "" for none. Where only a guess is left, it looks
    at the first ``guess_bytes``.
    """
    text = told_text(body, content_type)
    if text is None:
        text = _without_mark(body.decode(_guess(body[:guess_bytes]), "replace"))
    return text


def told_text(body: bytes, content_type: str = "") -> str | None:
    """Return what :func:`to_text` does, or None where only a guess is left; a millisecond for 1 MB."""
    text, is_body = _told(body, content_type)
    if text is None or (is_body and _is_clean(text, body) and not text.startswith(_MARK)):
        return text
    return _without_mark(text)


def clean(text: str) -> str:
    """Remove what neither XML nor UTF-8 can carry: control characters and lone surrogates."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return _UNWRITABLE.sub("", text)
    return text if _is_clean(text, raw) else _UNWRITABLE.sub("", text)


def _is_clean(text: str, raw: bytes) -> bool:
    """Whether nothing is to be removed: told by its UTF-8, which is gone through ten times as fast."""
    return len(raw.translate(None, _CONTROLS)) == len(raw) and not any(map(text.__contains__, _NO_LETTERS))


def claims(body: bytes, content_type: str) -> Iterator[str]:
    """Yield the encodings that the document and the header name, as far as we know them."""
    declared = _DECLARED.search(body[:2000])
    header = _CHARSET.search(content_type)
    for name in (declared and declared[1].decode("ascii"), header and header[1]):
        if name and (encoding := _known(name)):
            yield encoding


def _without_mark(text: str) -> str:
    return clean(text.removeprefix(_MARK))


def _told(body: bytes, content_type: str) -> tuple[str | None, bool]:
    """Return the text by what bytes, document or header tell, and whether the body is its very UTF-8."""
    mark, certain = _by_mark(body)
    credible = [claim for claim in claims(body, content_type) if _is_credible(claim, body)]
    if not certain and credible and credible[0] in _ESCAPED and _ESCAPES.search(body):
        certain = credible[0]
    if certain:
        return body[mark:].decode(certain, "replace"), False
    # A stray byte makes UTF-8 fail and nothing makes Latin-1 fail, so both of UTF-8's tries come first.
    for encodings in (("utf-8",), credible):
        for read in (_strictly, _mostly):
            for encoding in encodings:
                if (text := read(body, encoding)) is not None:
                    return text, encoding == "utf-8" and read is _strictly
    return None, False


def _by_mark(body: bytes) -> tuple[int, str]:
    """Return the length of the byte order mark and the encoding that it, or the zeros, prove."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return len(mark), encoding
    return 0, _by_zeros(body)


def _strictly(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def _by_zeros(body: bytes) -> str:
    """Name UTF-16 or UTF-32 by the zero bytes beside the first two letters, or return ""."""
    patterns: dict[tuple[bool, ...], str] = {
        (True, False, True, False): "utf-16-le",
        (False, True, False, True): "utf-16-be",
        (True, False, False, False): "utf-32-le",
        (False, False, False, True): "utf-32-be",
    }
    first, second = (tuple(map(bool, body[at : at + 4])) for at in (0, 4))
    found = next((name for pattern, name in patterns.items() if pattern == first), "")
    return "" if found.startswith("utf-32") and first != second else found


@lru_cache(maxsize=256)
def _known(name: str) -> str:
    """Return Python's name of what publishers mean by ``name``, or "" if it is of no use."""
    name = _NAMES.get(name.lower(), name)
    try:
        info = codecs.lookup(name)
        "".encode(info.name)  # not a text encoding (hex, zip …): LookupError
    except (LookupError, ValueError):
        return ""
    return "" if info.name in _UNUSABLE else _WIDER.get(info.name, info.name)


def _is_credible(encoding: str, body: bytes) -> bool:
    """Whether ``body`` may be ``encoding`` at all.

    Latin-1 is what servers claim when nobody told them, and it fits any bytes. Long runs of high
    bytes are not it: in Western text accented letters stand alone, in Chinese they do not.
    """
    if encoding != "cp1252":
        return True
    high = len(body) - len(body.translate(None, bytes(range(0x80, 0x100))))
    return sum(map(len, _HIGH_RUN.findall(body))) * 2 <= high


def _mostly(body: bytes, encoding: str) -> str | None:
    """Decode with replacements where few bytes are wrong; None where it is not ``encoding``."""
    text = body.decode(encoding, "replace")
    wrong = text.count("\ufffd")
    if encoding == "utf-8" and wrong * 4 <= sum(map(len, _HIGH_LETTERS.findall(text))):
        return text  # letters of several bytes each: no other encoding looks so by chance
    high = len(body) - len(body.translate(None, bytes(range(0x80, 0x100))))
    return text if wrong <= max(1, BAD_SHARE * high) and wrong * 3 <= high else None


def _guess(head: bytes) -> str:
    import chardet  # noqa: PLC0415  its models are dear, and few documents leave anything to guess

    encoding = _known(chardet.detect(head)["encoding"] or "")
    # A feed's tags are ASCII whatever its words are, so a code without ASCII is a bad guess.
    return encoding if encoding and b"<rss>{}".decode(encoding, "replace") == "<rss>{}" else "cp1252"
