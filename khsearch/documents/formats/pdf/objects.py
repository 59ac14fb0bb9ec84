"""objects: a page that pdfium has in memory in, its pieces of text out.

Where the producer of a file says what a stretch of glyphs stands for (ActualText), that is the text: LibreOffice and
Chromium write Khmer so, and the glyphs alone would give junk. Pieces come in the order in which the page draws them:
sorted by place, parts of clusters would change places.

A page has thousands of objects and characters, and each is asked several things: functions of pdfium are
called with addresses as numbers here, which takes half of the time that pointers as objects take.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator
from ctypes import c_char_p, c_float, c_int, c_size_t, c_ubyte, c_ulong, c_void_p
from typing import Any

from khsearch.documents.formats.pdf.pieces import Page, Piece

MOST_CHARACTERS = 1_000_000
"""Characters of a page that is read."""

_DEEPEST = 12  # forms in forms
_LONGEST_VALUE = 1 << 16  # bytes of a name or of what a stretch stands for
_PICTURED = 0.05  # of a page's area, from which on pictures may hold text
_DRAWN = 40  # shapes, from which on they may be letters
_WIDE = 1.0  # heights between two characters of Khmer, from which on there is a space: clusters are drawn with holes
_UNKNOWN = "\ufffd"
_COENG = 0x17D2
_TEXT, _IMAGE, _FORM = 1, 3, 5  # kinds of objects

_Matrix = tuple[float, float, float, float, float, float]
_SAME: _Matrix = (1, 0, 0, 1, 0, 0)


class TooLargeError(Exception):
    """A page with more text than any page has."""


class Calls:
    """The functions of pdfium that are asked of every object."""

    def __init__(self, raw: Any) -> None:
        def call(name: str, gives: Any, *takes: Any) -> Callable[..., Any]:
            return ctypes.CFUNCTYPE(gives, *takes)(ctypes.cast(getattr(raw, name), c_void_p).value)  # type: ignore[arg-type]

        self.matrix, self.box = raw.FS_MATRIX, raw.FS_RECTF
        self.page_width = call("FPDF_GetPageWidthF", c_float, c_void_p)
        self.page_height = call("FPDF_GetPageHeightF", c_float, c_void_p)
        self.objects = call("FPDFPage_CountObjects", c_int, c_void_p)
        self.object_at = call("FPDFPage_GetObject", c_void_p, c_void_p, c_int)
        self.objects_of_form = call("FPDFFormObj_CountObjects", c_int, c_void_p)
        self.object_of_form = call("FPDFFormObj_GetObject", c_void_p, c_void_p, c_ulong)
        self.kind = call("FPDFPageObj_GetType", c_int, c_void_p)
        self.matrix_of = call("FPDFPageObj_GetMatrix", c_int, c_void_p, c_void_p)
        self.bounds = call("FPDFPageObj_GetBounds", c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
        self.size = call("FPDFTextObj_GetFontSize", c_int, c_void_p, c_void_p)
        self.font = call("FPDFTextObj_GetFont", c_void_p, c_void_p)
        self.name_of_font = call("FPDFFont_GetBaseFontName", c_size_t, c_void_p, c_char_p, c_size_t)
        self.marks = call("FPDFPageObj_CountMarks", c_int, c_void_p)
        self.mark = call("FPDFPageObj_GetMark", c_void_p, c_void_p, c_ulong)
        self.value = call("FPDFPageObjMark_GetParamBlobValue", c_int, c_void_p, c_char_p, c_void_p, c_ulong, c_void_p)
        self.characters = call("FPDFText_CountChars", c_int, c_void_p)
        self.character = call("FPDFText_GetUnicode", c_int, c_void_p, c_int)
        self.drawn_by = call("FPDFText_GetTextObject", c_void_p, c_void_p, c_int)
        self.is_generated = call("FPDFText_IsGenerated", c_int, c_void_p, c_int)
        self.is_unknown = call("FPDFText_HasUnicodeMapError", c_int, c_void_p, c_int)
        self.is_hyphen = call("FPDFText_IsHyphen", c_int, c_void_p, c_int)
        self.box_of = call("FPDFText_GetLooseCharBox", c_int, c_void_p, c_int, c_void_p)


class Reading:
    """The reading of one page."""

    def __init__(self, calls: Calls, page: int, text: int) -> None:
        """Read a page, given by its address and that of what pdfium made of its text."""
        self._calls, self._page, self._text = calls, page, text
        self._said: set[int] = set()  # marks whose ActualText is among the pieces
        self._fonts: dict[int, str] = {}
        self._lone: dict[int, int] = {}  # coengs of an object that are a glyph of their own
        self._says_khmer, self._torn = False, 0
        self._area = 0.0  # of pictures
        self._shapes = 0
        self._matrix, self._box = calls.matrix(), calls.box()
        self._sides = tuple(c_float() for _ in range(4))
        self._size, self._length = c_float(), c_ulong()
        self._value = (c_ubyte * _LONGEST_VALUE)()
        self._to_matrix, self._to_box = ctypes.addressof(self._matrix), ctypes.addressof(self._box)
        self._to_sides = tuple(map(ctypes.addressof, self._sides))
        self._to_size, self._to_length = ctypes.addressof(self._size), ctypes.addressof(self._length)
        self._to_value = ctypes.addressof(self._value)

    def page(self) -> Page:
        """Return the page; TooLargeError."""
        calls, page = self._calls, self._page
        count = calls.characters(self._text)
        if count > MOST_CHARACTERS:
            raise TooLargeError
        self._characters, self._last = self._by_object(count)
        pieces = tuple(self._pieces(calls.object_at, calls.objects, page, _SAME, 0))
        whole = calls.page_width(page) * calls.page_height(page)
        covered = self._area / whole if whole > 0 else 0.0
        torn = self._torn if self._says_khmer else 0
        return Page(pieces, covered, covered > _PICTURED or self._shapes >= _DRAWN, torn)

    def _by_object(self, count: int) -> tuple[dict[int, str], dict[int, int]]:
        """What each object says by its glyphs, and the number of its last character."""
        calls, text = self._calls, self._text
        found: dict[int, list[str]] = {}
        ends: dict[int, int] = {}
        last = before = 0  # the object of the last character, and its number
        gap = False  # whether pdfium saw a space behind it that is not drawn
        parts: list[str] = []
        for place in range(count):
            if calls.is_generated(text, place) == 1:
                gap = True
                continue
            mine = calls.drawn_by(text, place) or 0
            if mine != last:
                if parts:
                    ends[last] = before
                last, parts, gap = mine, found.setdefault(mine, []), False
            char = self._character(place)
            if ord(char) == _COENG and self._is_lone(place):
                self._lone[mine] = self._lone.get(mine, 0) + 1
            if gap and parts and not (_is_khmer(parts[-1]) and _is_khmer(char) and not self._is_wide(before, place)):
                parts.append(" ")
            gap, before = False, place
            parts.append(char)
        if parts:
            ends[last] = before
        return {mine: _whole("".join(parts)) for mine, parts in found.items()}, ends

    def _character(self, place: int) -> str:
        calls, text = self._calls, self._text
        code = calls.character(text, place)
        if not 0 < code < 0x110000:
            return _UNKNOWN
        # What no table of a font has is told as its number in the font. Programs that write what they read of pictures
        # number letters as Unicode does; no font has so many glyphs that another's number looks like Khmer.
        if calls.is_unknown(text, place) == 1 and not _is_khmer(chr(code)):
            return _UNKNOWN
        if code in (2, 0xFFFE) and calls.is_hyphen(text, place) == 1:
            return "\u00ad"
        return chr(code)

    def _is_lone(self, place: int) -> bool:
        """Whether a character has a glyph of its own: those of one glyph have one box."""
        calls, box = self._calls, self._box
        if not calls.box_of(self._text, place, self._to_box):
            return False
        left, right = box.left, box.right
        return not calls.box_of(self._text, place + 1, self._to_box) or (left, right) != (box.left, box.right)

    def _is_wide(self, before: int, place: int) -> bool:
        """Whether two characters are far apart."""
        calls, box = self._calls, self._box
        if not calls.box_of(self._text, before, self._to_box):
            return False
        right, height = box.right, abs(box.top - box.bottom)
        return bool(calls.box_of(self._text, place, self._to_box)) and box.left - right > _WIDE * height

    def _pieces(self, at: Any, count: Any, holder: int, matrix: _Matrix, depth: int) -> Iterator[Piece]:
        calls = self._calls
        for number in range(count(holder)):
            one = at(holder, number)
            kind = calls.kind(one)
            if kind == _TEXT:
                yield self._piece(one, matrix)
            elif kind == _FORM and depth < _DEEPEST:
                inner = _times(self._matrix_of(one), matrix)
                yield from self._pieces(calls.object_of_form, calls.objects_of_form, one, inner, depth + 1)
            elif kind == _IMAGE:
                wide, tall = (max(way) - min(way) for way in zip(*self._corners(one, matrix), strict=True))
                self._area += wide * tall  # which may be more than there is, where pictures lie on each other
            else:
                self._shapes += 1

    def _piece(self, one: int, matrix: _Matrix) -> Piece:
        calls = self._calls
        a, b, c, d, x, y = self._matrix_of(one)
        if matrix is not _SAME:
            a, b, c, d, x, y = _times((a, b, c, d, x, y), matrix)
        calls.size(one, self._to_size)
        size = abs(self._size.value)
        if b == 0 and c == 0 and a > 0 and matrix is _SAME:  # as nearly all of a page is
            angle, start, base, height = 0, x, y, size * abs(d)
            end = max(self._sides[2].value if calls.bounds(one, *self._to_sides) else x, x)
            last = self._last.get(one)
            if last is not None and calls.box_of(self._text, last, self._to_box):
                end = max(end, self._box.right)
        else:
            length = math.hypot(a, b)
            along, up = (a / length, b / length) if length > 0 else (1.0, 0.0)
            start, base, height = x * along + y * up, y * along - x * up, size * math.hypot(c, d)
            end = max(start, *(right * along + top * up for right, top in self._corners(one, matrix)))
            angle = round(math.degrees(math.atan2(up, along))) if math.isfinite(length) else 0
        if not math.isfinite(start + end + base + height):
            start = end = base = 0.0
            height = 1.0
        return Piece(self._says(one), start, end, base, height or 1.0, angle, self._font(one))

    def _says(self, one: int) -> str:
        calls = self._calls
        for number in range(calls.marks(one)):
            mark = calls.mark(one, number)  # the outermost first, and the outermost counts
            if calls.value(mark, b"ActualText", self._to_value, _LONGEST_VALUE, self._to_length):
                if mark in self._said:
                    return ""
                self._said.add(mark)
                text = decoded(bytes(self._value[: min(self._length.value, _LONGEST_VALUE)]))
                self._says_khmer = self._says_khmer or any(map(_is_khmer, text))
                return text
        self._torn += self._lone.get(one, 0)
        return self._characters.get(one, " ")  # pdfium leaves out what draws nothing but spaces

    def _font(self, one: int) -> str:
        font = self._calls.font(one) or 0
        if font not in self._fonts:
            name = ctypes.create_string_buffer(256)
            size = self._calls.name_of_font(font, name, 256) if font else 0
            self._fonts[font] = name.value.decode("utf-8", "replace") if 0 < size <= 256 else ""
        return self._fonts[font]

    def _matrix_of(self, one: int) -> _Matrix:
        if not self._calls.matrix_of(one, self._to_matrix):
            return _SAME
        found = self._matrix
        return found.a, found.b, found.c, found.d, found.e, found.f

    def _corners(self, one: int, matrix: _Matrix) -> list[tuple[float, float]]:
        """The corners of what an object covers of the page: of a text, up to where the next would begin."""
        corners: list[tuple[float, float]] = [(0.0, 0.0)]
        if self._calls.bounds(one, *self._to_sides):
            left, bottom, right, top = (side.value for side in self._sides)
            a, b, c, d, e, f = matrix
            corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
        last = self._last.get(one)
        if last is not None and self._calls.box_of(self._text, last, self._to_box):
            box = self._box
            corners += [(x, y) for x in (box.left, box.right) for y in (box.bottom, box.top)]
        return corners


def decoded(value: bytes) -> str:
    """Decode a string of a PDF: UTF-16 or UTF-8 by its mark, else what is nearly Latin-1."""
    for mark, codec in ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8")):
        if value.startswith(mark):
            return value[len(mark) :].decode(codec, "replace")
    return value.decode("latin-1")


def _is_khmer(char: str) -> bool:
    return "\u1780" <= char <= "\u17f9"


def _whole(text: str) -> str:
    """Put halves of characters together."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _times(first: _Matrix, second: _Matrix) -> _Matrix:
    """What one matrix does, and then another."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u
