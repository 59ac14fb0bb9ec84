"""normalize: texts in, NormalText out: one spelling for what looks or reads the same. Every offset leads back.

The steps, in this order:

1. invisible characters go (zero width space and its kin, the never-seen inherent vowels);
2. characters become codes: case, Khmer and full-width digits, deprecated and variant letters folded (`script.FOLD`);
3. a coeng with nothing to subscribe goes; a subscript DA becomes TA, which looks the same;
4. the marks of each cluster take the order of the Khmer Encoding Structure (base, robat, subscripts with RO last,
   register shifter, vowel, signs), doubled marks become one, and a vowel typed in two halves becomes whole;
5. the three spellings of "give" (U+17A2 U+17C4 U+1799 and two more) become one;
6. the thousands separators of a number go; a decimal point becomes part of it.

A batch of texts is normalised as one array. A text in which every character stays in its place (nearly every query)
takes a short way with the same result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from khsearch.khmer.text import marks, script
from khsearch.khmer.text.script import BA, COENG, DA, DELETED, END, LETTER, LLA, POINT, TA, TO, Codes, Offsets, Points
from khsearch.sharing import cached_property

_DA_BELOW, _TA_BELOW, _TO_BA = bytes((COENG, DA)), bytes((COENG, TA)), bytes((TO, COENG, BA))
_U_AND_SIGN, _U_AND_ATTHACAN = b"\xbb\xd0", b"\xbb\xdd"  # U before what stands above: a shifter
_GIVE_PLAIN, _GIVE = b"\xa2\xc4\x99", np.frombuffer(b"\xb1\xd2\x99", np.uint8)
_DOT, _COMMA, _ZERO = ord("."), ord(","), ord("0")
_CLASS = np.frombuffer(script.CLASS, np.uint8)


_Move = Callable[[Offsets], Offsets]
"""One step from the originals to the normal form, told backwards: places after it (k,) -> where they were before."""


_MANY = 64  # spots: for more, a look-up in an array of all places is quicker than a search among them


def _not_above(spots: Offsets, places: Offsets) -> Offsets:
    """How many of some rising spots are at each place or before it."""
    if min(len(spots), len(places)) <= _MANY:
        return np.searchsorted(spots, places, "right")
    top = max(int(places.max()), int(spots[-1])) + 1
    return np.cumsum(np.bincount(spots, minlength=top)).take(places)


def _dropped(gone: Offsets) -> _Move:
    kept_before = gone - np.arange(len(gone))
    return lambda places: places + _not_above(kept_before, places)


def _doubled(second: Offsets) -> _Move:
    return lambda places: places - _not_above(second, places)


def _moved(targets: Offsets, sources: Offsets) -> _Move:
    def back(places: Offsets) -> Offsets:
        if min(len(targets), len(places)) > _MANY:
            before = np.arange(max(int(places.max()), int(targets[-1])) + 1)
            before[targets] = sources
            return before.take(places)
        at = np.searchsorted(targets, places)
        return np.where(targets.take(at, mode="clip") == places, sources.take(at, mode="clip"), places)

    return back


@dataclass(frozen=True)
class NormalText:
    """One text, or a batch of texts, in normal form.

    raw      the originals: one str, with a character of no meaning before, between and after the texts
    firsts   (t,) place in `raw` where each text begins
    codes    the normal form: bytes, one code a character (see `script`), END before, between and after the texts
    moves    what became of the characters, step by step; none where every one was kept in its place
    read     the code points of `raw`, where they were read as an array
    """

    raw: str
    firsts: Sequence[int]
    codes: bytes
    moves: Sequence[_Move] = ()
    read: Points | None = field(default=None, repr=False)

    @cached_property
    def points(self) -> Points:
        """Code points of `raw`: (n,) uint32."""
        return script.points_of(self.raw) if self.read is None else self.read

    def origin_of(self, places: Offsets) -> Offsets:
        """Places in the codes (k,) -> the places in `raw` that they come from, (k,) int64."""
        for move in reversed(self.moves):
            places = move(places)
        return places

    @cached_property
    def origin(self) -> Offsets:
        """Place in `raw` of every code: (n,) int64. Inside a reordered cluster the places are not rising."""
        return self.origin_of(np.arange(len(self.codes)))

    @property
    def places(self) -> Offsets | None:
        """The origin, or None where every character was kept in its place."""
        return self.origin if self.moves else None

    @cached_property
    def array(self) -> Codes:
        """The codes as an array, (n,) uint8."""
        return np.frombuffer(self.codes, np.uint8)

    @property
    def text(self) -> str:
        """The normal form as a str, texts divided by line ends; letters outside ASCII and Khmer as they stand."""
        chars = []
        for code, place in zip(self.codes[1:-1], self.origin[1:-1].tolist(), strict=True):
            if code == LETTER:
                chars.append(self.raw[place])
            else:
                chars.append("\n" if code == END else script.decode_term(bytes([code])))
        return "".join(chars)

    def spans(self, starts: Offsets, ends: Offsets) -> tuple[Offsets, Offsets]:
        """Places in `raw` of stretches of codes: (k,) and (k,), each stretch whole clusters -> the same, in `raw`.

        A stretch ends after the last character that belongs to it: zero width characters behind it do not.
        """
        if not self.moves:
            return starts, ends
        first, last = self.origin.take(starts), self.origin.take(ends)
        if (self.origin.take(ends - 1) != last - 1).any():
            last = self._behind_visible.take(last)
        return first, last

    @cached_property
    def _behind_visible(self) -> Offsets:
        """For every place in `raw`, and behind it: the place behind the last character before it that can be seen."""
        points = self.points
        # The inherent vowels U+17B4 and U+17B5 are dropped too, but they stand in a cluster, so they end with it.
        hidden = (script.codes_of_others(points) == DELETED) & (points - np.uint32(script.KHMER_FIRST) >= 0x80)
        behind = np.arange(1, len(points) + 1)
        behind[hidden] = 0
        return np.append(0, np.maximum.accumulate(behind))


class _CodeTable(dict[int, str]):
    """`str.translate` table of codes as Latin-1 characters, filled as characters are met."""

    def __missing__(self, point: int) -> str:
        self[point] = code = chr(script.code_of(chr(point)))
        return code


_code_table = _CodeTable()

_GIVE_ALONE = re.compile(rb"(?<!\xd2)\xa2\xc4\x99(?![\xb4-\xd3\xdd])")

# Texts that need no more repair: clusters with at most one robat, subscript, RO, shifter, vowel and sign, in this
# order, not the letters of "give"; numbers without separators; anything that is neither.
_CLEAN = re.compile(
    rb"""(?: [\x04-\x2f\x3a-\x7f\xd4-\xdc\xde\xdf\xea-\xff\x01]
           | [0-9](?! [.,] [0-9])
           | (?! \xa2\xc4\x99) [\x80-\xa3\xa5-\xa7\xa9-\xb3]
             \xcc? (?: \xd2 [\x80-\x89\x8b-\x99\x9b-\xa3\xa5-\xa7\xa9-\xb3] )? (?: \xd2\x9a )? [\xc9\xca]? [\xb6-\xc5]?
             [\xc6-\xc8\xcb\xcd-\xd1\xd3\xdd]?
         )*+""",
    re.VERBOSE,
)


def normalize(text: str) -> NormalText:
    """Return one text in normal form. Any str of any length; equal to `normalize_all([text])`."""
    coded = text.translate(_code_table).encode("latin-1").replace(_DA_BELOW, _TA_BELOW)
    if _GIVE_PLAIN in coded:
        coded = _GIVE_ALONE.sub(_GIVE.tobytes(), coded)
    if _TO_BA not in coded and _U_AND_SIGN not in coded and _U_AND_ATTHACAN not in coded and _CLEAN.fullmatch(coded):
        return NormalText(f" {text} ", (1,), b"\x02%b\x02" % coded)
    return normalize_all([text])


def normalize_all(texts: Sequence[str]) -> NormalText:
    """Return a batch of texts in normal form, as one array. Any texts; about a megabyte at a time is fastest."""
    raw = " ".join(["", *texts, ""])
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    firsts = np.cumsum(lengths + 1) - lengths
    moves: list[_Move] = []
    points = script.points_of(raw)
    codes = _drop(_encode(points, np.append(firsts - 1, len(raw) - 1)), moves)
    codes = _expand_ligatures(codes, moves)
    codes = _mend_coengs(codes, moves)
    codes = _order_marks(codes, moves)
    codes = _mend_lla(codes, moves)
    _unify_give(codes)
    codes = _join_numbers(codes, moves)
    return NormalText(raw, firsts.tolist(), codes.tobytes(), moves, points)


def _encode(points: Points, ends: Offsets) -> Codes:
    # The low byte tells ASCII from the Khmer block: the latter has its eighth bit set.
    codes = np.frombuffer(bytearray(points.astype(np.uint8)).translate(script.FOLD), np.uint8)
    others = np.flatnonzero((points >= 0x80) & ((points - np.uint32(script.KHMER_FIRST)) >= 0x80))
    if len(others):
        codes[others] = script.codes_of_others(points[others])
    codes[ends] = END
    return codes


def _drop(codes: Codes, moves: list[_Move]) -> Codes:
    gone = np.flatnonzero(codes == DELETED)
    if not len(gone):
        return codes
    moves.append(_dropped(gone))
    return np.frombuffer(bytearray(codes).replace(bytes([DELETED]), b""), np.uint8)


def _expand_ligatures(codes: Codes, moves: list[_Move]) -> Codes:
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


def _mend_coengs(codes: Codes, moves: list[_Move]) -> Codes:
    is_coeng, below = codes[:-1] == COENG, codes[1:]  # END follows every text
    below[is_coeng & (below == DA)] = TA
    codes[:-1][is_coeng & ((below - np.uint8(0x80)) >= 0x34)] = DELETED
    return _drop(codes, moves)


def _order_marks(codes: Codes, moves: list[_Move]) -> Codes:
    """Rewrite the clusters whose marks are out of order. They are few: some two hundred in a megabyte of news."""
    spots = marks.out_of_order(codes)
    if not len(spots):
        return codes
    mended = marks.mended(codes, spots)
    codes[mended.targets] = mended.values
    codes[mended.gone] = DELETED
    moves.append(_moved(mended.targets, mended.sources))
    return _drop(codes, moves)


def _mend_lla(codes: Codes, moves: list[_Move]) -> Codes:
    """TO with a subscript BA is LLA, which looks the same in most fonts. No word of Khmer has the first."""
    spots = np.flatnonzero((codes[:-2] == TO) & (codes[1:-1] == COENG) & (codes[2:] == BA))
    if not len(spots):
        return codes
    spots = spots[codes.take(spots - 1) != COENG]
    codes[spots] = LLA
    codes[spots[:, None] + (1, 2)] = DELETED
    return _drop(codes, moves)


def _unify_give(codes: Codes) -> None:
    first, second, third = _GIVE_PLAIN
    spots = np.flatnonzero((codes[:-2] == first) & (codes[1:-1] == second) & (codes[2:] == third))
    spots = spots[(codes.take(spots - 1) != COENG) & (_CLASS.take(codes.take(spots + 3)) != script.MARK)]
    codes[spots[:, None] + np.arange(3)] = _GIVE


def _join_numbers(codes: Codes, moves: list[_Move]) -> Codes:
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
