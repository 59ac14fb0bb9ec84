"""script: what each character is. Code points in; code bytes, classes, clusters and runs out.

The whole zone works on *codes*: one byte per character, so that tables, comparisons and sorts run over a megabyte of
text at once. The Khmer block (U+1780 to U+17FF) becomes 0x80 to 0xFF, ASCII stays itself in lower case, and the few
control codes that no text needs stand for everything else:

    DELETED  an invisible character: dropped by `normalize`, never seen after it
    LETTER   a letter outside ASCII and the Khmer block; its identity is looked up in the original when it is needed
    END      before the first text of a batch, between texts, after the last
    POINT    the decimal point (or comma) of a number, which is no punctuation
    SPACE    whatever is neither letter, digit, mark nor punctuation that matters here

A *cluster* is what Khmer readers see as one letter group: a base (consonant or independent vowel) with its subscripts
(each written as coeng U+17D2 and a consonant), vowel and signs. A *run* is a stretch of one class: Khmer, letters or
digits.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8]
Offsets = NDArray[np.int64]
Points = NDArray[np.uint32]

DELETED, LETTER, END, POINT, SPACE = 0x00, 0x01, 0x02, 0x03, 0x20
LINE_END = 0x0A

KHMER_FIRST, KHMER_LAST = 0x1780, 0x17FF
COENG = 0xD2  # U+17D2, makes the next consonant a subscript
RO, DA, TA, BA, TO, LLA = 0x9A, 0x8A, 0x8F, 0x94, 0x91, 0xA1
ROBAT = 0xCC

LONGEST_TERM = 64
"""Letters, digits or clusters of the longest word: a longer run is several words, divided from its beginning on."""

SEPARATOR, BASE, MARK, DIGIT, ALPHA = range(5)

_BASES = range(0x80, 0xB4)
_MARKS = (*range(0xB4, 0xD4), 0xDD)
# Khan, bariyoosan and the camnuc pii kuuh of headings end a sentence or a line of thought; so do ? ! and a line end.
_SENTENCE_ENDS = (0xD4, 0xD5, 0xD9, 0xDA, ord("?"), ord("!"), LINE_END, END)


def _class_table() -> bytes:
    table = bytearray(256)
    for code in _BASES:
        table[code] = BASE
    for code in _MARKS:
        table[code] = MARK
    for code in (*range(ord("0"), ord("9") + 1), POINT):
        table[code] = DIGIT
    for code in (*range(ord("a"), ord("z") + 1), LETTER):
        table[code] = ALPHA
    return bytes(table)


def _fold_table() -> bytes:
    table = bytearray(range(256))
    for code in (*range(0x20), 0x7F):
        table[code] = SPACE
    for line_end in "\n\v\f\r":
        table[ord(line_end)] = LINE_END
    for code in range(ord("A"), ord("Z") + 1):
        table[code] = code + 32
    for value in range(10):
        table[0xE0 + value] = ord("0") + value
    table[0xA3] = 0xA2  # U+17A3, deprecated spelling of the letter QA
    table[0xB2] = 0xB1  # U+17B2, a variant shape of U+17B1
    table[0xB4] = table[0xB5] = DELETED  # the inherent vowels are never seen
    return bytes(table)


CLASS = _class_table()
"""Class of every code: SEPARATOR, BASE, MARK, DIGIT or ALPHA."""

FOLD = _fold_table()
"""Code of every low byte of an ASCII or Khmer code point: case, digits and variant shapes folded."""

IS_BASE = np.frombuffer(CLASS, np.uint8) == BASE
"""Whether each code is a base."""

_SOFT, _HARD, _KHMER = 0, 1, 2  # stretches of separators, of sentence ends, of Khmer; others have their class


def _stretch_table() -> bytes:
    table = bytearray(_KHMER if kind in (BASE, MARK) else kind for kind in CLASS)
    for code in _SENTENCE_ENDS:
        table[code] = _HARD
    return bytes(table)


_STRETCH = _stretch_table()


def code_of(char: str) -> int:
    """Return the code of one character of any script (0 to 255)."""
    point = ord(char)
    if point < 0x80 or KHMER_FIRST <= point <= KHMER_LAST:
        return FOLD[point & 0xFF]
    if char in "\x85\u2028\u2029\uff1f\uff01\u3002":
        return LINE_END
    category = unicodedata.category(char)
    if category == "Nd":
        return ord("0") + unicodedata.decimal(char)
    if category == "Cf" or 0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF:
        return DELETED
    return LETTER if category[0] in "LM" else SPACE


_UNKNOWN = 0xFF
_other = np.full(0x110000, _UNKNOWN, np.uint8)  # filled as characters are met: most texts need a few dozen


def codes_of_others(points: Points) -> Codes:
    """Codes of characters outside ASCII and the Khmer block: code points (n,) -> (n,) uint8."""
    codes: Codes = _other.take(points)
    if (codes == _UNKNOWN).any():
        for point in np.unique(points[codes == _UNKNOWN]).tolist():
            _other[point] = code_of(chr(point))
        codes = _other.take(points)
    return codes


def points_of(text: str) -> Points:
    """Code points of a text of one character or more: (n,) uint32."""
    return np.array([text]).view(np.uint32)  # numpy copies a str quicker than Python encodes it


def text_of(points: Points) -> str:
    """Text of some code points, none of them a surrogate."""
    return points.tobytes().decode("utf-32-le")


def others_in(points: Points) -> str:
    """Distinct characters outside ASCII and the Khmer block among some code points, sorted."""
    points = points[(points >= 0x80) & ((points - np.uint32(KHMER_FIRST)) >= 0x80)]
    if not len(points):
        return ""
    met = np.zeros(int(points.max()) + 1, np.bool_)
    met[points] = True
    return "".join(map(chr, np.flatnonzero(met).tolist()))


def classes(codes: bytes) -> Codes:
    """Class of every code: n bytes -> (n,) uint8 of SEPARATOR, BASE, MARK, DIGIT, ALPHA."""
    return np.frombuffer(codes.translate(CLASS), np.uint8)


@dataclass(frozen=True, slots=True)
class Clusters:
    """The Khmer clusters of some codes, in order.

    starts  (c,) int64, place in the codes where each begins
    ends    (c,) int64, place behind the last code of each
    leads   (c,) bool, true where a cluster is the first of its run
    """

    starts: Offsets
    ends: Offsets
    leads: NDArray[np.bool_]


def clusters(codes: Codes, kinds: Codes) -> Clusters:
    """Find the Khmer clusters: codes and their classes, both (n,) uint8, beginning and ending with a separator.

    A base begins a cluster unless a coeng subscribes it; so does a mark that has no base before it.
    """
    khmer = (kinds - np.uint8(BASE)) < 2
    edges = _edges(codes, khmer)
    is_cluster = khmer.take(edges)
    spots = np.flatnonzero(is_cluster)
    starts, ends = edges.take(spots), edges.take(spots + 1)
    return Clusters(starts, ends, ~is_cluster.take(spots - 1) | (spots == 0))


def _edges(codes: Codes, stretches: NDArray[Any]) -> Offsets:
    """Where clusters and stretches begin: (n,), (n,) equal within a stretch -> rising."""
    begins = (codes - np.uint8(_BASES.start)) < len(_BASES)
    begins[1:] &= codes[:-1] != COENG
    begins[1:] |= stretches[1:] != stretches[:-1]
    return np.flatnonzero(begins)


@dataclass(frozen=True, slots=True)
class Units:
    """What words and bigrams are made of, in order: Khmer clusters, whole runs of digits, whole runs of letters.

    starts    (u,) int64, place in the codes where each begins
    ends      (u,) int64, place behind its last code
    khmer     (u,) bool, true for a cluster
    apart     (u,) bool, true where a separator stands before it
    opening   (u,) bool, true where a sentence ends before it
    """

    starts: Offsets
    ends: Offsets
    khmer: NDArray[np.bool_]
    apart: NDArray[np.bool_]
    opening: NDArray[np.bool_]

    def clusters(self) -> tuple[Clusters, Offsets]:
        """Return the clusters among them, and which units they are."""
        which = np.flatnonzero(self.khmer)
        return Clusters(self.starts.take(which), self.ends.take(which), self._leads().take(which)), which

    def all(self) -> Clusters:
        """Return all of them as clusters, each run of digits or letters a run of one."""
        return Clusters(self.starts, self.ends, self._leads())

    def _leads(self) -> NDArray[np.bool_]:
        leads = self.apart | ~self.khmer
        leads[1:] |= ~self.khmer[:-1]
        return leads


def units(codes: bytes) -> tuple[Units, NDArray[np.bool_]]:
    """Find the units of n codes that begin and end with a separator -> them, and (n,) bool, true inside of one."""
    stretches = np.frombuffer(codes.translate(_STRETCH), np.uint8)
    edges = _edges(np.frombuffer(codes, np.uint8), stretches)
    kinds = stretches.take(edges)
    spots = np.flatnonzero(kinds >= _KHMER)
    starts, ends = edges.take(spots), edges.take(spots + 1)
    apart = np.ones(len(spots), np.bool_)
    np.not_equal(starts[1:], ends[:-1], out=apart[1:])
    opening = np.zeros(len(spots) + 1, np.bool_)
    opening[np.searchsorted(spots, np.flatnonzero(kinds == _HARD))] = True
    found = Units(starts, ends, kinds.take(spots) == _KHMER, apart, opening[:-1])
    return _divided(found, codes), stretches >= _KHMER


def _divided(units: Units, codes: bytes) -> Units:
    """Units, those longer than a term may be as several: runs of digits or ASCII letters, since no cluster is.

    One with other letters stays: what its words are is for their scripts to tell (`foreign`).
    """
    sizes = units.ends - units.starts
    if sizes.max(initial=0) <= LONGEST_TERM:
        return units
    times = np.ones(len(sizes), np.int64)
    for at in np.flatnonzero(sizes > LONGEST_TERM).tolist():
        if codes.find(LETTER, int(units.starts[at]), int(units.ends[at])) < 0:
            times[at] = -(-int(sizes[at]) // LONGEST_TERM)
    owner = np.repeat(np.arange(len(sizes)), times)
    number = np.arange(len(owner)) - (np.cumsum(times) - times).take(owner)
    starts = units.starts.take(owner) + number * LONGEST_TERM
    ends = np.where(times.take(owner) > number + 1, starts + LONGEST_TERM, units.ends.take(owner))
    is_first = number == 0
    return Units(
        starts, ends, units.khmer.take(owner), units.apart.take(owner) & is_first, units.opening.take(owner) & is_first
    )


def encode_term(term: str) -> bytes:
    """Return a term as an index keeps it: a code per character, sorted as its characters are.

    A character that has no code of its own is written as LETTER and three bytes of seven bits, so every str has
    exactly one form, and the form of a prefix is the prefix of the form. `decode_term` is the way back.
    """
    if term.isascii() and term.isprintable():
        return term.encode().replace(b".", bytes([POINT]))
    return b"".join(_encode_char(char) for char in term)


def _encode_char(char: str) -> bytes:
    point = ord(char)
    if 0x20 <= point < 0x7F:
        return bytes([POINT if char == "." else point])
    if KHMER_FIRST <= point <= KHMER_LAST:
        return bytes([point & 0xFF])
    return bytes([LETTER, point >> 14, point >> 7 & 0x7F, point & 0x7F])


def encode_all(points: Points) -> tuple[bytes, Offsets]:
    """Encode characters as `encode_term` does: code points (n,) -> forms, and the edges of each in them, (n + 1,)."""
    low = points.astype(np.uint8)
    is_khmer = (points - np.uint32(KHMER_FIRST)) < 0x80
    plain = ((points - np.uint32(0x20)) < 0x5F) | is_khmer
    edges = np.zeros(len(points) + 1, np.int64)
    np.cumsum(np.where(plain, 1, 4), out=edges[1:])
    forms = np.empty(int(edges[-1]), np.uint8)
    low[points == ord(".")] = POINT
    forms[edges[:-1][plain]] = low[plain]
    others = np.flatnonzero(~plain)
    wide, at = points.take(others), edges.take(others)
    forms[at] = LETTER
    for place, shift in enumerate((14, 7, 0), 1):
        forms[at + place] = (wide >> np.uint32(shift)) & np.uint32(0x7F)
    return forms.tobytes(), edges


def decode_term(form: bytes) -> str:
    """Return the term of an `encode_term` form."""
    if form.isalnum():  # ASCII letters and digits, which stay themselves
        return form.decode()
    chars = []
    at = 0
    while at < len(form):
        code = form[at]
        if code == LETTER:
            high, middle, low = form[at + 1 : at + 4]
            chars.append(chr(high << 14 | middle << 7 | low))
            at += 4
            continue
        chars.append("." if code == POINT else chr(KHMER_FIRST + code - 0x80) if code >= 0x80 else chr(code))
        at += 1
    return "".join(chars)
