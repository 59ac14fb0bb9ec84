"""neighbourhood: the terms of an index filed under the hashes of their skeletons, whole and less one unit.

Two words whose skeletons differ in one unit at most share a hash (`edits` tells what skeletons and units are).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import distinct, numbered, spans, turns
from khsearch.khmer.spelling import edits
from khsearch.khmer.text import script
from khsearch.khmer.text.clusters import classes, clusters

LONGEST = 8  # codes of a cluster; a longer one is hardly text

_STEP = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
_INVERSE = pow(_STEP, -1, 1 << 64)
_FULL = (1 << 64) - 1

Hashes = NDArray[np.uint64]


class Units:
    """The units of all terms, numbered.

    data       all terms, an END before, between and behind them
    borders    (t + 1,) where in `data` those are
    inventory  unit of every number
    numbers    (u,) int32, all terms' units in order
    firsts     (t,) where in `numbers` each term begins
    lengths    (t,) how many units it has
    """

    def __init__(self, terms: list[bytes]) -> None:
        data = b"\x02" + b"\x02".join(terms) + b"\x02"
        codes = np.frombuffer(data, np.uint8)
        kinds = classes(data)
        found = clusters(codes, kinds)
        borders = np.cumsum([0, *(len(term) + 1 for term in terms)])
        letter_starts, letter_ends = _letters(terms, kinds, borders)
        starts = np.concatenate([found.starts, letter_starts])
        ends = np.concatenate([found.ends, letter_ends])
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], ends[order]
        keys = spans.load_part(spans.eights(codes), starts, ends - starts)
        named, numbers = numbered(keys)
        self.inventory = edits.Inventory([_unit(key) for key in named.tolist()])
        self.numbers = numbers.astype(np.int32)
        self.data, self.borders = data, borders
        self.firsts = np.searchsorted(starts, borders[:-1])
        self.lengths = np.diff(np.searchsorted(starts, borders))


def _letters(
    terms: list[bytes], kinds: NDArray[np.uint8], borders: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the letters of all terms begin and end: one byte each, or four outside ASCII (`script.encode_term`)."""
    letters = np.flatnonzero(kinds == script.ALPHA)
    foreign = [number for number, term in enumerate(terms) if script.LETTER in term]
    if not foreign:
        return letters, letters + 1
    within = np.isin(np.searchsorted(borders, letters) - 1, foreign)
    firsts = borders.take(foreign).tolist()
    found = [
        (first + 1 + letter.start(), first + 1 + letter.end())
        for number, first in zip(foreign, firsts, strict=True)
        for letter in edits.UNIT.finditer(terms[number])
    ]
    edges = np.array(found, np.int64)
    plain = letters[~within]
    return np.concatenate([plain, edges[:, 0]]), np.concatenate([plain + 1, edges[:, 1]])


def _unit(key: int) -> bytes:
    """Return the unit of a key; only the last byte of a letter of four bytes may be 0."""
    unit = key.to_bytes(8, "little").rstrip(b"\0")
    return unit.ljust(4, b"\0") if unit[0] == script.LETTER else unit


class Files:
    """Hashes of the skeletons of all terms, whole and less one unit, sorted, each with the term's number."""

    def __init__(self, units: Units, dfs: NDArray[np.int64]) -> None:
        skeletons = [edits.parts(name).skeleton for name in units.inventory.names]
        self._numbers = {skeleton: number for number, skeleton in enumerate(dict.fromkeys(skeletons), 1)}
        values = _mixed(np.array([self._numbers[skeleton] for skeleton in skeletons], np.uint64)).take(units.numbers)
        lengths, firsts = units.lengths, units.firsts
        owners = np.repeat(np.arange(len(lengths)), lengths)
        places = np.arange(len(values)) - firsts[owners]
        steps = _powers(_STEP, int(lengths.max(initial=0)) + 1)
        sums = np.zeros(len(values) + 1, np.uint64)
        np.cumsum(values * steps.take(places), out=sums[1:])
        whole = sums.take(firsts + lengths) - sums.take(firsts)
        before = sums.take(np.arange(len(values))) - sums.take(firsts[owners])
        after = sums.take((firsts + lengths)[owners]) - sums.take(np.arange(1, len(values) + 1))
        less_one = before + after * np.uint64(_INVERSE)
        several = lengths[owners] > 1  # nothing is left of a term of one unit
        keys = np.concatenate([whole, less_one[several]])
        owners = np.concatenate([np.arange(len(lengths)), owners[several]])
        order = np.argsort(keys)
        self._keys = keys[order]
        self._owners = owners[order].astype(np.int32)
        # Terms of one skeleton lie together, with the highest of their document frequencies.
        self._alike = np.argsort(whole, kind="stable")
        ordered = whole[self._alike]
        firsts = np.flatnonzero(turns(ordered))
        self._skeletons = ordered[firsts]
        self._bounds = np.append(firsts, len(whole))
        self._tops = np.maximum.reduceat(dfs[self._alike], firsts) if len(firsts) else dfs

    def of_skeleton(self, word: list[bytes], at_least: int) -> NDArray[np.int64]:
        """Terms of a word's skeleton; none where no term of it is in so many documents."""
        hashed = self._hashed(tuple(edits.parts(unit).skeleton for unit in word))
        at = 0 if hashed is None else int(np.searchsorted(self._skeletons, np.uint64(hashed)))
        if hashed is None or at == len(self._skeletons) or self._skeletons[at] != hashed or self._tops[at] < at_least:
            return np.zeros(0, np.int64)
        return self._alike[self._bounds[at] : self._bounds[at + 1]]

    def sharing(self, word: list[bytes]) -> NDArray[np.int64]:
        """Terms that share a hash with a word, rising."""
        hashes = [self._hashed(skeleton) for skeleton in edits.skeletons(word)]
        wanted = np.array(sorted({hashed for hashed in hashes if hashed is not None}), np.uint64)
        low, high = np.searchsorted(self._keys, wanted), np.searchsorted(self._keys, wanted, "right")
        found = [self._owners[a:b] for a, b in zip(low.tolist(), high.tolist(), strict=True)]
        return distinct(np.concatenate([np.zeros(0, np.int32), *found])).astype(np.int64)

    def _hashed(self, skeleton: tuple[bytes, ...]) -> int | None:
        """Hash of a skeleton; None where it is empty or has a cluster that no term has."""
        numbers = [self._numbers.get(unit, 0) for unit in skeleton]
        if not numbers or not all(numbers):
            return None
        values = _mixed(np.array(numbers, np.uint64)) * _powers(_STEP, len(numbers))
        return int(values.sum(dtype=np.uint64))


def _powers(base: int, count: int) -> Hashes:
    powers, power = [], 1
    for _ in range(count):
        powers.append(power)
        power = power * base & _FULL
    return np.array(powers, np.uint64)


def _mixed(numbers: Hashes) -> Hashes:
    """Well-mixed hashes of small numbers (Steele, Lea and Flood's splitmix64)."""
    mixed = numbers * np.uint64(_STEP)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
