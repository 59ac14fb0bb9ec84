"""steps: the steps of `normalize` for a batch of texts, as arrays. Texts in, NormalText out.

Every step that adds, drops or moves characters leaves a *move*: what leads from the places after it back to those
before it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from khsearch.khmer.text import marks, script
from khsearch.khmer.text.normal_text import GIVE, GIVE_PLAIN, Move, NormalText
from khsearch.khmer.text.points import Codes, Offsets, Points, codes_of_others, points_of
from khsearch.khmer.text.script import BA, COENG, DA, DELETED, END, LLA, POINT, TA, TO

_DOT, _COMMA, _ZERO = ord("."), ord(","), ord("0")
_CLASS = np.frombuffer(script.CLASS, np.uint8)
_GIVE = np.frombuffer(GIVE, np.uint8)

_MANY = 64  # spots: for more, a look-up in an array of all places may be quicker than a search among them
_SEARCHED = 32  # places that are counted in the time in which one is searched for


def _not_above(spots: Offsets, places: Offsets) -> Offsets:
    """How many of some rising spots are at each place or before it."""
    if min(len(spots), len(places)) <= _MANY or len(places) * _SEARCHED < int(spots[-1]):
        return np.searchsorted(spots, places, "right")
    top = max(int(places.max()), int(spots[-1])) + 1
    return np.cumsum(np.bincount(spots, minlength=top)).take(places)


def without(gone: Offsets) -> Move:
    """Return the step that drops what is at some places, rising."""
    kept_before = gone - np.arange(len(gone))
    return lambda places: places + _not_above(kept_before, places)


def _doubled(second: Offsets) -> Move:
    return lambda places: places - _not_above(second, places)


def _moved(targets: Offsets, sources: Offsets) -> Move:
    def back(places: Offsets) -> Offsets:
        if min(len(targets), len(places)) > _MANY:
            before = np.arange(max(int(places.max()), int(targets[-1])) + 1)
            before[targets] = sources
            return before.take(places)
        at = np.searchsorted(targets, places)
        return np.where(targets.take(at, mode="clip") == places, sources.take(at, mode="clip"), places)

    return back


def through_all(texts: Sequence[str]) -> NormalText:
    """Return a batch of texts in normal form, as one array."""
    raw, firsts, points, codes, moves = _in_order(texts)
    _unify_give(codes)
    codes = _join_numbers(codes, moves)
    return NormalText(raw, firsts, codes.tobytes(), moves, points)


def in_order(text: str) -> NormalText:
    """Return a text of which the clusters are in normal form: words and numbers are spelt as they were."""
    raw, firsts, points, codes, moves = _in_order([text])
    return NormalText(raw, firsts, codes.tobytes(), moves, points)


def _in_order(texts: Sequence[str]) -> tuple[str, list[int], Points, Codes, list[Move]]:
    raw = " ".join(["", *texts, ""])
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    firsts = np.cumsum(lengths + 1) - lengths
    moves: list[Move] = []
    points = points_of(raw)
    codes = _drop(_encode(points, np.append(firsts - 1, len(raw) - 1)), moves)
    codes = _expand_ligatures(codes, moves)
    codes = _mend_coengs(codes, moves)
    codes = _order_marks(codes, moves)
    codes = _mend_lla(codes, moves)
    return raw, firsts.tolist(), points, codes, moves


def _encode(points: Points, ends: Offsets) -> Codes:
    # The low byte tells ASCII from the Khmer block: the latter has its eighth bit set.
    codes = np.frombuffer(bytearray(points.astype(np.uint8)).translate(script.FOLD), np.uint8)
    others = np.flatnonzero((points >= 0x80) & ((points - np.uint32(script.KHMER_FIRST)) >= 0x80))
    if len(others):
        codes[others] = codes_of_others(points[others])
    codes[ends] = END
    return codes


def _drop(codes: Codes, moves: list[Move]) -> Codes:
    gone = np.flatnonzero(codes == DELETED)
    if not len(gone):
        return codes
    moves.append(without(gone))
    return np.frombuffer(bytearray(codes).replace(bytes([DELETED]), b""), np.uint8)


def _expand_ligatures(codes: Codes, moves: list[Move]) -> Codes:
    """U+17A4 is U+17A2 U+17B6, U+17A8 is U+17A7 U+1780: one place, two codes."""
    spots = np.flatnonzero((codes == 0xA4) | (codes == 0xA8))
    if not len(spots):
        return codes
    is_aa = codes[spots] == 0xA4
    codes[spots] = np.where(is_aa, 0xA2, 0xA7)
    second = spots + np.arange(1, len(spots) + 1)
    moves.append(_doubled(second))
    times = np.ones(len(codes), np.uint8)
    times[spots] = 2
    codes = np.repeat(codes, times)
    codes[second] = np.where(is_aa, 0xB6, 0x80)
    return codes


def _mend_coengs(codes: Codes, moves: list[Move]) -> Codes:
    is_coeng, below = codes[:-1] == COENG, codes[1:]  # END follows every text
    below[is_coeng & (below == DA)] = TA
    codes[:-1][is_coeng & ((below - np.uint8(0x80)) >= 0x34)] = DELETED
    return _drop(codes, moves)


def _order_marks(codes: Codes, moves: list[Move]) -> Codes:
    """Rewrite the clusters whose marks are out of order. They are few: some two hundred in a megabyte of news."""
    spots = marks.out_of_order(codes)
    if not len(spots):
        return codes
    mended = marks.mended(codes, spots)
    codes[mended.targets] = mended.values
    codes[mended.gone] = DELETED
    moves.append(_moved(mended.targets, mended.sources))
    return _drop(codes, moves)


def _mend_lla(codes: Codes, moves: list[Move]) -> Codes:
    """TO with a subscript BA is LLA, which looks the same in most fonts. No word of Khmer has the first."""
    spots = np.flatnonzero((codes[:-2] == TO) & (codes[1:-1] == COENG) & (codes[2:] == BA))
    if not len(spots):
        return codes
    spots = spots[codes.take(spots - 1) != COENG]
    codes[spots] = LLA
    codes[spots[:, None] + (1, 2)] = DELETED
    return _drop(codes, moves)


def _unify_give(codes: Codes) -> None:
    first, second, third = GIVE_PLAIN
    spots = np.flatnonzero((codes[:-2] == first) & (codes[1:-1] == second) & (codes[2:] == third))
    spots = spots[(codes.take(spots - 1) != COENG) & (_CLASS.take(codes.take(spots + 3)) != script.MARK)]
    codes[spots[:, None] + np.arange(3)] = _GIVE


def _join_numbers(codes: Codes, moves: list[Move]) -> Codes:
    """150.000 and 150,000 are 150000; 1.5 and 1,5 are one number; 1,500.50 is 1500.5; 11.05.2021 is three numbers.

    Separators go where every later group has three digits (but 0.125 is a fraction).
    """
    marks = np.flatnonzero((codes == _DOT) | (codes == _COMMA))
    ten, zero = np.uint8(10), np.uint8(_ZERO)
    marks = marks[(codes.take(marks - 1) - zero < ten) & (codes.take(marks + 1) - zero < ten)]
    if not len(marks):
        return codes
    is_digit = codes - zero < ten
    edges = np.flatnonzero(is_digit[1:] != is_digit[:-1]) + 1  # where groups of digits begin and end, in turn
    group = np.searchsorted(edges, marks) // 2  # the group that ends at each mark
    first = np.append(True, group[1:] != group[:-1] + 1)  # marks of one number follow one another
    last = np.append(first[1:], True)
    number = np.cumsum(first) - 1
    count = int(number[-1]) + 1
    in_threes = edges[2 * group + 3] - edges[2 * group + 2] == 3
    others = np.bincount(number, ~in_threes, count)  # groups of a number that have not three digits
    begins = edges[2 * group[first]]
    zero_first = (codes.take(begins) == _ZERO) & (marks[first] - begins == 1)
    thousands = (others == 0) & ~zero_first
    kinds = codes.take(marks)
    as_last = np.bincount(number, kinds == kinds[last].take(number), count)
    point = ~thousands & (others - ~in_threes[last] == 0) & (as_last == 1)
    codes[marks[(thousands | point).take(number) & ~(point.take(number) & last)]] = DELETED
    codes[marks[last][point]] = POINT
    return _drop(codes, moves)
