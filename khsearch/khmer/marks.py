"""marks: the one order of the marks in a cluster. Codes in; the places that are out of order, and mended clusters, out.

Keyboards let the marks of a cluster be typed in any order, and many orders look alike. The order here is that of the
Khmer Encoding Structure: base, robat, subscripts (RO last), register shifter, vowel, signs. Two subscripts other than
RO stay as typed, since their order is spoken; two vowels or two signs are sorted.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from khsearch.khmer import script
from khsearch.khmer.script import COENG, RO, ROBAT, Codes, Offsets

_AA, _II, _E, _OE, _OO = 0xB6, 0xB8, 0xC1, 0xBE, 0xC4
_SHIFTERS = (0xC9, 0xCA)
# The half vowel E comes first, then what may be its other half: E II is OE, E AA is OO, whichever was typed first.
_VOWELS = (_E, _II, _AA, 0xB7, *range(0xB9, _E), *range(_E + 1, 0xC6))
_SIGNS = (0xC6, 0xC7, 0xC8, 0xCB, *range(ROBAT + 1, COENG), 0xD3, 0xDD)

_RANK_ROBAT, _RANK_SUBSCRIPT, _RANK_RO = 1, 2, 3


def _rank_table() -> bytes:
    table = bytearray(256)
    table[ROBAT], table[COENG] = _RANK_ROBAT, _RANK_SUBSCRIPT
    for rank, code in enumerate((*_SHIFTERS, *_VOWELS, *_SIGNS), start=_RANK_RO + 1):
        table[code] = rank
    return bytes(table)


_RANK = _rank_table()  # 0 begins a cluster; a subscript's rank is its coeng's, raised to _RANK_RO where RO follows
_MARK = rb"(?:\xd2[\x80-\xb3]|[\xb4-\xd1\xd3\xdd])"
_CLUSTER = re.compile(rb"[\x80-\xb3]?" + _MARK + rb"*")
_UNIT = re.compile(_MARK)


def out_of_order(codes: Codes) -> Offsets:
    """Find marks that do not stand in their order, stand twice, or are halves of one vowel: (n,) uint8 -> (k,) rising.

    Every coeng must be followed by the letter that it subscribes; `codes` ends with a separator.
    """
    # A pass over the bytes is quicker than finding the places of the coengs.
    coeng = codes == COENG
    is_coeng = coeng[:-1]
    is_ro = (is_coeng & (codes[1:] == RO)).view(np.uint8)
    ranks = np.frombuffer(bytearray(codes).translate(_RANK), np.uint8)
    here, there = ranks[:-1], ranks[1:]
    here += is_ro
    # One less than its coeng's is the rank of the letter below, so that a subscript may follow one of its own rank.
    there += is_coeng.view(np.uint8)
    there += is_ro
    wrong = there - np.uint8(1) < here  # not above, and not 0
    wrong |= (here == _RANK[_E]) & ((there == _RANK[_II]) | (there == _RANK[_AA]))
    wrong &= ~is_coeng
    wrong[:-2] |= coeng[:-3] & coeng[2:-1] & (codes[1:-2] == codes[3:])
    return np.flatnonzero(wrong)


def cluster_around(codes: bytes, spot: int) -> re.Match[bytes]:
    """Return the cluster that holds place `spot` of codes."""
    start = spot
    while codes[start - 1] == COENG or (
        script.CLASS[codes[start]] == script.MARK and script.CLASS[codes[start - 1]] in (script.BASE, script.MARK)
    ):
        start -= 1
    found = _CLUSTER.match(codes, start)
    assert found is not None
    return found


@lru_cache(maxsize=1 << 16)
def canonical(cluster: bytes) -> tuple[bytes, tuple[int, ...]]:
    """Return a cluster with its marks in order, and for each code of the result the place that it had."""
    base = 1 if script.CLASS[cluster[0]] == script.BASE else 0
    units = _in_order([(found[0], found.start()) for found in _UNIT.finditer(cluster, base)])
    for i in range(len(units) - 1):
        (left, place), (right, _) = units[i : i + 2]
        if left[0] == _E and right[0] in (_II, _AA):
            whole = _OE if right[0] == _II else _OO
            units = _in_order([*units[:i], (bytes([whole]), place), *units[i + 2 :]])
            break
    order = [place + i for mark, place in units for i in range(len(mark))]
    return cluster[:base] + b"".join(mark for mark, _ in units), (*range(base), *order)


def _in_order(units: list[tuple[bytes, int]]) -> list[tuple[bytes, int]]:
    ordered = sorted(units, key=lambda unit: _unit_rank(unit[0]))
    return [unit for i, unit in enumerate(ordered) if i == 0 or unit[0] != ordered[i - 1][0]]


def _unit_rank(mark: bytes) -> int:
    if mark[0] == COENG:
        return _RANK_RO if mark[1] == RO else _RANK_SUBSCRIPT
    return _RANK[mark[0]]
