"""points: the characters of many texts as arrays of code points; their codes, and the terms that they spell, out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from khsearch.arrays import np
from khsearch.khmer.text.script import DELETED, KHMER_FIRST, LETTER, POINT, code_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

Codes: TypeAlias = "NDArray[np.uint8]"
Offsets: TypeAlias = "NDArray[np.int64]"
Points: TypeAlias = "NDArray[np.uint32]"

_UNKNOWN = 0xFF


@cache
def _others() -> Codes:
    """Codes by code point, filled as characters are met: most texts need a few dozen."""
    return np.full(0x110000, _UNKNOWN, np.uint8)


def codes_of_others(points: Points) -> Codes:
    """Codes of characters outside ASCII and the Khmer block: code points (n,) -> (n,) uint8."""
    table = _others()
    codes: Codes = table.take(points)
    if (codes == _UNKNOWN).any():
        for point in set(points[codes == _UNKNOWN].tolist()):
            table[point] = code_of(chr(point))
        codes = table.take(points)
    return codes


def points_of(text: str) -> Points:
    """Code points of a text of one character or more: (n,) uint32."""
    return np.array([text]).view(np.uint32)  # numpy copies a str quicker than Python encodes it


def text_of(points: Points) -> str:
    """Text of some code points, none of them a surrogate."""
    return points.tobytes().decode("utf-32-le")


def codes_of(codes: bytes) -> Codes:
    """Codes as an array: n bytes -> (n,) uint8."""
    return np.frombuffer(codes, np.uint8)


def offsets(places: Sequence[int]) -> Offsets:
    """Places as an array: (k,) int64."""
    return np.array(places, np.int64)


def offsets_of(origin: memoryview, places: Offsets) -> Offsets:
    """What the core tells of places as uint32, at some of them (k,) -> (k,) int64."""
    return np.frombuffer(origin, np.uint32).take(places).astype(np.int64)


def range_of(codes: bytes) -> Offsets:
    """The place of every code: n bytes -> (n,) int64."""
    return np.arange(len(codes))


def behind_visible(points: Points) -> Offsets:
    """Find the place behind the last visible character before each place, and before the end: (n,) -> (n + 1,).

    The inherent vowels U+17B4 and U+17B5 are not, either, but they stand in a cluster, so they end with it.
    """
    hidden = (codes_of_others(points) == DELETED) & (points - np.uint32(KHMER_FIRST) >= 0x80)
    behind = np.arange(1, len(points) + 1)
    behind[hidden] = 0
    return np.append(0, np.maximum.accumulate(behind))


def others_in(points: Points) -> str:
    """Distinct characters outside ASCII and the Khmer block among some code points, sorted."""
    points = points[(points >= 0x80) & ((points - np.uint32(KHMER_FIRST)) >= 0x80)]
    if not len(points):
        return ""
    met = np.zeros(int(points.max()) + 1, np.bool_)
    met[points] = True
    return "".join(map(chr, np.flatnonzero(met).tolist()))


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
