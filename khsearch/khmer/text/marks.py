"""marks: the one order of the marks in a cluster. Codes in; the clusters that are out of order, mended, out.

Keyboards let the marks of a cluster be typed in any order, and many orders look alike. The order here is that of the
Khmer Encoding Structure: base, robat, subscripts (RO last), register shifter, vowel, signs. Two subscripts other than
RO stay as typed, since their order is spoken; two vowels or two signs are sorted.

Fonts draw a register shifter as the vowel U where the place above the letter is taken, and many people type that U.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from khsearch.frozen import frozen
from khsearch.khmer.text import script
from khsearch.khmer.text.clusters import IS_BASE, classes
from khsearch.khmer.text.mark_order import (
    AA,
    ABOVE_BEFORE_U,
    ABOVE_BEHIND_U,
    II,
    MOST_SUBSCRIPTS,
    MUUSIKATOAN,
    NIKAHIT,
    OE,
    OO,
    RANK,
    RANK_RO,
    RANK_SUBSCRIPT,
    STRONG,
    TRIISAP,
    E,
    U,
)
from khsearch.khmer.text.points import Codes, Offsets
from khsearch.khmer.text.script import BA, CLUSTER_PATTERN, COENG, MARK_PATTERN, RO

_RANK_OF = np.frombuffer(RANK, np.uint8)
_CLUSTER = re.compile(CLUSTER_PATTERN)
_UNIT = re.compile(MARK_PATTERN)
_FEW = 400
"""Places that are mended one by one: of more, arrays are quicker. Those of a giant cluster are many."""


def _flags(codes: bytes) -> NDArray[np.bool_]:
    flags = np.zeros(256, np.bool_)
    flags[list(codes)] = True
    return flags


_IS_ABOVE_BEFORE, _IS_ABOVE_BEHIND, _IS_STRONG = _flags(ABOVE_BEFORE_U), _flags(ABOVE_BEHIND_U), _flags(STRONG)


def out_of_order(codes: Codes) -> Offsets:
    """Find marks out of their order, doubled, too many, halves of one vowel, or U where it may be a shifter.

    (n,) uint8 -> (k,) rising: where a cluster needs mending, at least one place in it.

    Every coeng must be followed by the letter that it subscribes; `codes` ends with a separator.
    """
    # A pass over the bytes is quicker than finding the places of the coengs.
    coeng = codes == COENG
    is_coeng = coeng[:-1]
    is_ro = (is_coeng & (codes[1:] == RO)).view(np.uint8)
    ranks = np.frombuffer(bytearray(codes).translate(RANK), np.uint8)
    here, there = ranks[:-1], ranks[1:]
    here += is_ro
    # One less than its coeng's is the rank of the letter below, so that a subscript may follow one of its own rank.
    there += is_coeng.view(np.uint8)
    there += is_ro
    wrong = there - np.uint8(1) < here  # not above, and not 0
    wrong |= (here == RANK[E]) & ((there == RANK[II]) | (there == RANK[AA]))
    wrong &= ~is_coeng
    pairs = coeng[:-3] & coeng[2:-1]
    wrong[:-2] |= pairs & (codes[1:-2] == codes[3:])
    four = pairs[:-4] & pairs[4:]
    if four.any():
        wrong[: len(four) - 1] |= four[:-1] & coeng[8:]
    u = np.flatnonzero(codes == U)
    if len(u):
        wrong[u[_stand_for_shifters(codes.take(u - 1), codes.take(u + 1))]] = True
    return np.flatnonzero(wrong)


def _stand_for_shifters(before: Codes, behind: Codes) -> NDArray[np.bool_]:
    """Whether U between two marks, all in order, stands for a shifter."""
    found = _IS_ABOVE_BEFORE.take(before) | _IS_ABOVE_BEHIND.take(behind)
    found |= (before == AA) & (behind == NIKAHIT)
    return found


@frozen
class Mended:
    """What becomes of the clusters around some places.

    targets  (t,) int64, rising: where the codes of their one spelling go
    sources  (t,) int64: the place that each of these has had
    values   (t,) uint8: the codes
    gone     (g,) int64, rising: places behind the shorter spellings
    """

    targets: Offsets
    sources: Offsets
    values: Codes
    gone: Offsets


def mended(codes: Codes, spots: Offsets) -> Mended:
    """Give the clusters that hold some places, rising, their one spelling; `codes` ends with a separator."""
    return _mended_one_by_one(codes, spots) if len(spots) <= _FEW else _mended_together(codes, spots)


def _mended_one_by_one(codes: Codes, spots: Offsets) -> Mended:
    text = codes.tobytes()
    values = bytearray()
    targets: list[int] = []
    sources: list[int] = []
    gone: list[int] = []
    done = 0
    for spot in spots.tolist():
        if spot < done:
            continue
        start = spot
        while text[start - 1] == COENG or (
            script.CLASS[text[start]] == script.MARK and script.CLASS[text[start - 1]] in (script.BASE, script.MARK)
        ):
            start -= 1
        cluster = _CLUSTER.match(text, start)
        assert cluster is not None
        done = cluster.end()
        form, order = _canonical(cluster[0])
        values += form
        targets += range(start, start + len(form))
        sources += [start + place for place in order]
        gone += range(start + len(form), done)
    found = np.frombuffer(values, np.uint8)
    return Mended(np.array(targets, np.int64), np.array(sources, np.int64), found, np.array(gone, np.int64))


_Unit = tuple[bytes, int]  # a mark, a coeng with its letter, and its place


@lru_cache(maxsize=1 << 14)
def _canonical(cluster: bytes) -> tuple[bytes, tuple[int, ...]]:
    """Return a cluster with its marks in order, and for each code of the result the place that it had."""
    base = 1 if script.CLASS[cluster[0]] == script.BASE else 0
    units = [(found[0], found.start()) for found in _UNIT.finditer(cluster, base)]
    marks = {mark[0] for mark, _ in units}
    half, whole = (II, OE) if II in marks else (AA, OO)
    if E in marks and half in marks:
        units = [(bytes([whole]) if mark[0] == E else mark, place) for mark, place in units if mark[0] != half]
    units = _sorted(units)
    order = bytes([0, *(mark[0] for mark, _ in units), 0])
    if U in order and BA not in cluster:
        at = order.index(U)
        before, behind = np.frombuffer(order[at - 1 : at], np.uint8), np.frombuffer(order[at + 1 : at + 2], np.uint8)
        if _stand_for_shifters(before, behind)[0]:
            shifter = TRIISAP if set(cluster).intersection(STRONG) else MUUSIKATOAN
            units[at - 1] = bytes([shifter]), units[at - 1][1]
            units = _sorted(units)
    places = [place + i for mark, place in units for i in range(len(mark))]
    return cluster[:base] + b"".join(mark for mark, _ in units), (*range(base), *places)


def _sorted(units: list[_Unit]) -> list[_Unit]:
    ordered = sorted(units, key=lambda unit: _unit_rank(unit[0]))
    units = [unit for i, unit in enumerate(ordered) if i == 0 or unit[0] != ordered[i - 1][0]]
    subscripts = [unit for unit in units if unit[0][0] == COENG]
    if len(subscripts) > MOST_SUBSCRIPTS:
        plain = [unit for unit in subscripts if unit[0][1] != RO]
        gone = set(plain[MOST_SUBSCRIPTS - len(subscripts) + len(plain) :])
        units = [unit for unit in units if unit not in gone]
    return units


def _unit_rank(mark: bytes) -> int:
    if mark[0] == COENG:
        return RANK_RO if mark[1] == RO else RANK_SUBSCRIPT
    return RANK[mark[0]]


def _mended_together(codes: Codes, spots: Offsets) -> Mended:
    starts, sizes = _clusters_around(codes, spots)
    behind = np.cumsum(sizes)
    owners = np.repeat(np.arange(len(starts)), sizes)
    places = np.arange(int(behind[-1])) + (starts - behind + sizes).take(owners)
    found = codes.take(places)
    below = codes.take(places - 1) == COENG
    bases = starts[IS_BASE.take(codes.take(starts))]
    is_base = np.zeros(len(places), np.bool_)
    is_base[np.searchsorted(places, bases)] = True
    strong, has_ba = _flagged(owners, _IS_STRONG.take(found), len(starts)), _flagged(owners, found == BA, len(starts))
    units = np.flatnonzero(~(below | is_base))
    places, owners, found = places.take(units), owners.take(units), found.take(units)
    kept = _with_whole_vowels(found, owners, len(starts))
    places, owners, found = places[kept], owners[kept], found[kept]
    order = _in_order(codes, places, owners, found)
    places, owners, found = places.take(order), owners.take(order), found.take(order)
    before, after = np.roll(found, 1), np.roll(found, -1)  # of another cluster at its ends: told apart by the owners
    first, last = np.ones((2, len(found)), np.bool_)
    first[1:] = last[:-1] = owners[1:] != owners[:-1]
    before[first] = after[last] = 0
    shifters = np.flatnonzero((found == U) & _stand_for_shifters(before, after) & ~has_ba.take(owners))
    if len(shifters):
        found[shifters] = np.where(strong.take(owners.take(shifters)), TRIISAP, MUUSIKATOAN)
        order = _in_order(codes, places, owners, found)
        places, owners, found = places.take(order), owners.take(order), found.take(order)
    return _laid_out(codes, starts, sizes, places, owners, found)


def _clusters_around(codes: Codes, spots: Offsets) -> tuple[Offsets, Offsets]:
    """Where the clusters that hold some places begin, and how many codes they have: (k,) rising -> (c,), (c,)."""
    kinds = classes(codes.tobytes())
    begins = kinds != script.MARK
    begins[1:] &= codes[:-1] != COENG
    begins[1:] |= (kinds[:-1] != script.MARK) & (kinds[:-1] != script.BASE)
    edges = np.flatnonzero(begins)
    which = np.searchsorted(edges, spots, "right") - 1
    which = which[np.append(True, which[1:] != which[:-1])]
    return edges.take(which), edges.take(which + 1) - edges.take(which)


def _flagged(owners: Offsets, flags: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """Which of so many clusters own something that is flagged."""
    found = np.zeros(count, np.bool_)
    found[owners[flags]] = True
    return found


def _with_whole_vowels(found: Codes, owners: Offsets, count: int) -> NDArray[np.bool_]:
    """Make E of a cluster that has II or AA, too, the vowel that both are halves of -> what is not the other half."""
    kept = np.ones(len(found), np.bool_)
    is_e = found == E
    halved = _flagged(owners, is_e, count)
    for half, whole in ((II, OE), (AA, OO)):
        is_half = found == half
        joined = halved & _flagged(owners, is_half, count)
        if joined.any():
            mine = joined.take(owners)
            found[is_e & mine] = whole
            kept &= ~(is_half & mine)
            halved &= ~joined
    return kept


def _in_order(codes: Codes, places: Offsets, owners: Offsets, found: Codes) -> Offsets:
    """Order of marks, cluster by cluster, each once: their places, clusters and codes -> indexes into these."""
    ranks = _RANK_OF.take(found)
    ro = np.flatnonzero((found == COENG) & (codes.take(places + 1) == RO))
    ranks[ro] = RANK_RO
    order = np.argsort(owners * 64 + ranks, kind="stable")
    letters = np.where(found == COENG, codes.take(places + 1), 0).take(order)
    owners, found = owners.take(order), found.take(order)
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (owners[1:] != owners[:-1]) | (found[1:] != found[:-1]) | (letters[1:] != letters[:-1])
    order, owners, found = order[fresh], owners[fresh], found[fresh]
    is_ro = ranks.take(order) == RANK_RO
    plain = np.flatnonzero((found == COENG) & ~is_ro)
    if len(plain):
        room = MOST_SUBSCRIPTS - _flagged(owners, is_ro, int(owners[-1]) + 1)
        of = owners.take(plain)
        number = np.arange(len(plain)) - np.searchsorted(of, of)
        order = np.delete(order, plain[number >= room.take(of)])
    return order


def _laid_out(codes: Codes, starts: Offsets, sizes: Offsets, places: Offsets, owners: Offsets, found: Codes) -> Mended:
    """Lay out mended clusters: where they begin, their old sizes, and their marks, in order."""
    based = IS_BASE.take(codes.take(starts)).astype(np.int64)
    subscripts = found == COENG
    widths = 1 + subscripts
    behind = np.cumsum(widths)
    lengths = np.bincount(owners, widths, len(starts)).astype(np.int64)
    before = np.cumsum(lengths) - lengths
    first = behind - widths + (starts + based - before).take(owners)
    targets = np.repeat(first, widths)
    sources = np.repeat(places, widths)
    values = np.repeat(found, widths)
    lower = behind[subscripts] - 1
    targets[lower] += 1
    sources[lower] += 1
    values[lower] = codes.take(sources[lower])
    left = sizes - based - lengths
    gone = np.repeat(starts + sizes - np.cumsum(left), left) + np.arange(int(left.sum()))
    return Mended(targets, sources, values, gone)
