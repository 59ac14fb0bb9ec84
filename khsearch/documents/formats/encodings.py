"""encodings: bytes in, text out: UTF-8 wherever it can be read so, then by its mark, then as the content itself says.

Never a guess: Khmer in UTF-8 passes for half a dozen encodings of bytes, and what a detector takes it for is noise. An
error (ValueError) says what to do, and goes on from the name of the file.
"""

from __future__ import annotations

import codecs
import encodings.aliases
import re
from collections.abc import Iterator

from khsearch.sharing import loading

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_OF_FILES = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7", "mbcs", "oem"}
"""Encodings of Python that no file is in, whatever it says."""
_HIGH_BYTES = frozenset(b"\0\x17\x20")  # of UTF-16: ASCII, Khmer, and the marks that are not seen
_BLOCK = 1 << 16
_NO_TEXTS = {
    b"PK\x03\x04": "a zip, or a document of an office program,",
    b"\xd0\xcf\x11\xe0": "a document of an old office program",
    b"%PDF-": "a PDF",
    b"\x1f\x8b": "a .gz",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
"""What files of other kinds begin with."""
_AGAIN = "save it again as UTF-8, in Excel as 'CSV UTF-8'"
_DAMAGES = {
    re.compile(r"\?{3,}"): f"its letters are question marks, as a program saved it without Khmer; {_AGAIN}",
    re.compile("\u00e1[\u017e\u0178].?"): f"its Khmer was UTF-8, and a program took it for Windows-1252; {_AGAIN}",
}
"""Signs that letters are lost, and what to say."""
_MANY, _MOST_LOST = 8, 0.2  # characters of such signs, and how many of all they are


def damage(text: str) -> str:
    """Say what was done to the letters of a text before it was saved; "" for nothing."""
    beginning = text[:_BLOCK]
    for signs, told in _DAMAGES.items():
        lost = sum(map(len, signs.findall(beginning)))
        if lost > _MANY and lost > _MOST_LOST * len("".join(beginning.split())):
            return told
    return ""


def marked(data: bytes) -> str | None:
    """Name the encoding of a byte order mark at the beginning, other than that of UTF-8; None without one."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def decoded(data: bytes, declared: str | None = None) -> str:
    """Decode the whole of a text, without its mark; declared: the encoding that it says it is in. ValueError."""
    mark = marked(data)
    if mark:
        try:
            return data.decode(mark)
        except UnicodeDecodeError as problem:
            raise ValueError(
                f"not {mark.upper()} at byte {problem.start}, as its mark says; save it as UTF-8"
            ) from None
    told = disguised(data) or _without_mark(data)
    if not told:
        try:
            return data.decode().removeprefix("\ufeff")
        except UnicodeDecodeError as problem:
            told = not_utf8(problem.start)
    if declared and (name := _codec(declared)):
        try:
            text = data.decode(name).removeprefix("\ufeff")
            text.encode()  # some decode to halves of characters
        except LookupError:  # one of bytes, such as "hex"
            pass
        except UnicodeError:
            told = f"neither UTF-8 nor {declared[:40]!r}, which it says it is in; save it as UTF-8"
        else:
            return text
    raise ValueError(told)


def disguised(data: bytes) -> str | None:
    """Tell what is no text at all, by how it begins; None for what may be one."""
    kind = next((kind for sign, kind in _NO_TEXTS.items() if data.startswith(sign)), None)
    return kind and f"{kind} under another name; give it the ending that it should have"


def not_utf8(offset: int) -> str:
    """Say where bytes are no UTF-8, and what to do."""
    return f"not UTF-8 at byte {offset}; save it as UTF-8 (iconv converts)"


def utf16_lines(first: bytes, rest: Iterator[bytes]) -> Iterator[tuple[int, str | None]]:
    """Decode UTF-16 or UTF-32 that begins with its mark -> bytes read and a line, or None for what is none.

    first, rest: its bytes, in pieces of any length.
    """
    decoder = codecs.getincrementaldecoder(marked(first) or "utf-16")("surrogatepass")
    kept, size = "", 0
    for piece in _chain(first, rest):
        size += len(piece)
        try:
            text = kept + decoder.decode(piece, not piece)
        except UnicodeDecodeError:
            yield size, None
            return
        *whole, kept = text.split("\n")
        for line in whole:
            yield size, _sound(line + "\n")
            size = 0
    if kept or size:
        yield size, _sound(kept)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
    yield b""


def _sound(line: str) -> str | None:
    try:
        line.encode()
    except UnicodeEncodeError:
        return None
    return line


def _without_mark(data: bytes) -> str | None:
    """Tell UTF-16 that has no mark: every other byte of it is one of a few, and most of the others are not."""
    start = data[:4096]
    pairs = len(start) // 2
    if pairs < 2:
        return None
    even, odd = (sum(byte in _HIGH_BYTES for byte in start[at : pairs * 2 : 2]) / pairs for at in (0, 1))
    if max(even, odd) > 0.95 and min(even, odd) < 0.5:
        return "looks like UTF-16 without a mark; save it as UTF-8"
    return None


def _codec(name: str) -> str | None:
    """Find an encoding as Python calls it; None for a name that is none."""
    plain = encodings.normalize_encoding(name.strip().lower()) if name.isascii() else ""
    module = encodings.aliases.aliases.get(plain, plain)
    if not module.replace("_", "").isalnum() or module in _NOT_OF_FILES:
        return None
    loading(f"encodings.{module}")
    try:
        codecs.lookup(module)
    except (LookupError, ValueError):
        return None
    return module
