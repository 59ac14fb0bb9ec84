"""near_terms: the terms of an index, ready to be asked which are near a word. A reader in, a TermTable out.

Two words that are near differ in the skeleton of one cluster at most (`nearness`). So every term is filed under the
hashes of its skeleton and of its skeleton less each of its clusters; a word asks for the same hashes of its own, and
whatever is within `nearness.MOST` of it is among what it gets. Only these are measured.

The terms are those of the words of texts and titles that are one run of Khmer, or of the letters a to z.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, repeat
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from khsearch import nearness
from khsearch.columnar.decode import FieldReader
from khsearch.columnar.snapshot import Snapshot
from khsearch.khmer import script
from khsearch.ranking import TEXT, TITLE

Hashes = NDArray[np.uint64]

_LONGEST = 8  # codes of a cluster; a longer one is hardly text
_ORDINARY = re.compile(rb"[\x80-\xb3][\x80-\xd3\xdd]*|[a-z]+")
_OVERLONG = re.compile(rb"[\x80-\xb3](?:\xd2[\x80-\xb3]|[\xb4-\xd1\xd3\xdd]){%d}" % _LONGEST)
_MANY = 4096  # terms that are measured for one word; of more, the most frequent
_KEPT = 20  # terms near one word that are kept
_REMEMBERED = 4096  # words whose nearest terms are remembered
_SLACK = 1e-4  # costs are float32
_DISTANCE_WEIGHT = 6.0
"""One cluster of distance is as unlikely as being e^6, some 400, times rarer."""

_STEP = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
_INVERSE = pow(_STEP, -1, 1 << 64)
_FULL = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Near:
    """A term near a word: its distance in clusters (`nearness`), and how many documents have it."""

    term: bytes
    distance: float
    df: int

    @property
    def likelihood(self) -> float:
        """How likely it was meant: logarithmic, to compare the terms near one word with."""
        return math.log(self.df + 1) - _DISTANCE_WEIGHT * self.distance


class TermTable:
    """The terms of one snapshot, immutable; safe for threads.

    terms  in order
    dfs    (t,) int64, documents that have each, deleted ones included; in title and text is twice
    """

    def __init__(self, counts: Sequence[Mapping[bytes, int]], documents: int) -> None:
        """`counts` are documents by term, to be added up."""
        self.documents = documents
        self.terms = sorted(filter(_is_ordinary, set().union(*counts)))
        self.dfs = np.zeros(len(self.terms), np.int64)
        for dfs in counts:
            self.dfs += np.fromiter(map(dfs.get, self.terms, repeat(0)), np.int64, len(self.terms))
        self._known: dict[bytes, list[Near]] = {}

    def df(self, term: bytes) -> int:
        """How many documents have a term."""
        at = bisect_left(self.terms, term)
        return int(self.dfs[at]) if at < len(self.terms) and self.terms[at] == term else 0

    def nearest(self, word: bytes, limit: int = 5) -> list[Near]:
        """Other terms that may have been meant by a word, likeliest first; at most limit."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[word] = self._measured(word)
        return list(found[:limit])

    def alike(self, word: bytes, at_least: int = 0) -> list[Near]:
        """Other terms of the same skeleton that may have been meant and are in so many documents, likeliest first.

        Quick: most words have none.
        """
        units = _units_of(word)
        if not units or not self.terms:
            return []
        found = self._files.of_skeleton(units, at_least)
        found = found[self.dfs[found] >= at_least]
        return self._near(word, units, found) if len(found) else []

    def holding(self, word: bytes, limit: int) -> list[Near]:
        """The most frequent longer terms that hold a Khmer word of two clusters or more, whole clusters of theirs.

        The distance is 0.
        """
        if len(_units_of(word)) < 2 or script.CLASS[word[0]] != script.BASE or not self.terms:
            return []
        data, at, places = self._units.data, 0, []
        while (at := data.find(word, at + 1)) >= 0:
            if data[at - 1] != script.COENG and script.CLASS[data[at + len(word)]] != script.MARK:
                places.append(at)
        owners = np.searchsorted(self._units.borders, np.array(places, np.int64)) - 1
        found = [Near(self.terms[owner], 0.0, int(self.dfs[owner])) for owner in dict.fromkeys(owners.tolist())]
        longer = [near for near in found if near.term != word]
        return sorted(longer, key=lambda near: (-near.df, near.term))[:limit]

    def popular(self, prefix: bytes, limit: int) -> list[Near]:
        """The most frequent terms that begin so and go on, most frequent first; the distance is 0."""
        if limit < 1:
            return []
        first = bisect_left(self.terms, prefix)
        last = bisect_left(self.terms, prefix + b"\xff\xff", first)
        if first < last and self.terms[first] == prefix:
            first += 1
        dfs = self.dfs[first:last]
        if len(dfs) > 8 * limit:
            places = np.flatnonzero(dfs >= np.partition(dfs, len(dfs) - limit)[len(dfs) - limit])
        else:
            places = np.arange(len(dfs))
        best = places[np.argsort(-dfs[places], kind="stable")[:limit]]
        return [Near(self.terms[first + place], 0.0, int(dfs[place])) for place in best.tolist()]

    def _measured(self, word: bytes) -> list[Near]:
        units = _units_of(word)
        if not units or not nearness.farthest(units) or not self.terms:
            return []
        lengths = self._units.lengths
        found = self._files.sharing(units)
        found = found[np.abs(lengths[found] - len(units)) <= 1]
        if len(found) > _MANY:
            found = found[np.argpartition(-self.dfs[found], _MANY)[:_MANY]]
        return self._near(word, units, found)[:_KEPT]

    def _near(self, word: bytes, units: list[bytes], found: NDArray[np.int64]) -> list[Near]:
        """Those of some terms that are near enough to a word, likeliest first."""
        table, near = self._units, []
        farthest = nearness.farthest(units) + _SLACK
        for length in sorted(set(table.lengths[found].tolist())):
            same = found[table.lengths[found] == length]
            others = table.numbers[table.firsts[same][None, :] + np.arange(length)[:, None]]
            far = table.inventory.distances(units, others)
            for place in np.flatnonzero(far <= farthest).tolist():
                term = self.terms[int(same[place])]
                if term != word:
                    near.append(Near(term, float(far[place]), int(self.dfs[same[place]])))
        return sorted(near, key=lambda item: (-item.likelihood, item.term))

    @cached_property
    def _units(self) -> _Units:
        return _Units(self.terms)

    @cached_property
    def _files(self) -> _Files:
        return _Files(self._units, self.dfs)


class _Units:
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
        kinds = script.classes(data)
        clusters = script.clusters(codes, kinds)
        letters = np.flatnonzero(kinds == script.ALPHA)
        starts = np.concatenate([clusters.starts, letters])
        ends = np.concatenate([clusters.ends, letters + 1])
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], ends[order]
        eights = np.ndarray((len(data),), "<u8", data + bytes(8), strides=(1,))
        masks = np.array([(1 << 8 * n) - 1 for n in range(_LONGEST + 1)], np.uint64)
        keys = eights.take(starts) & masks.take(ends - starts, mode="clip")
        named, numbers = np.unique(keys, return_inverse=True)
        self.inventory = nearness.Inventory([key.to_bytes(8, "little").rstrip(b"\0") for key in named.tolist()])
        self.numbers = numbers.astype(np.int32)
        borders = np.flatnonzero(codes == script.END)
        self.data, self.borders = data, borders
        self.firsts = np.searchsorted(starts, borders[:-1])
        self.lengths = np.diff(np.searchsorted(starts, borders))


class _Files:
    """Hashes of the skeletons of all terms, whole and less one unit, sorted, each with the term's number."""

    def __init__(self, units: _Units, dfs: NDArray[np.int64]) -> None:
        skeletons = [nearness.parts(name).skeleton for name in units.inventory.names]
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
        self._skeletons, firsts = np.unique(whole[self._alike], return_index=True)
        self._bounds = np.append(firsts, len(whole))
        self._tops = np.maximum.reduceat(dfs[self._alike], firsts) if len(firsts) else dfs

    def of_skeleton(self, word: list[bytes], at_least: int) -> NDArray[np.int64]:
        """Terms of a word's skeleton; none where no term of it is in so many documents."""
        hashed = self._hashed(tuple(nearness.parts(unit).skeleton for unit in word))
        at = 0 if hashed is None else int(np.searchsorted(self._skeletons, np.uint64(hashed)))
        if hashed is None or at == len(self._skeletons) or self._skeletons[at] != hashed or self._tops[at] < at_least:
            return np.zeros(0, np.int64)
        return self._alike[self._bounds[at] : self._bounds[at + 1]]

    def sharing(self, word: list[bytes]) -> NDArray[np.int64]:
        """Terms that share a hash with a word, rising."""
        hashes = [self._hashed(skeleton) for skeleton in nearness.skeletons(word)]
        wanted = np.array(sorted({hashed for hashed in hashes if hashed is not None}), np.uint64)
        low, high = np.searchsorted(self._keys, wanted), np.searchsorted(self._keys, wanted, "right")
        found = [self._owners[a:b] for a, b in zip(low.tolist(), high.tolist(), strict=True)]
        # Not numpy.unique: its first call takes some 15 ms, as it imports all of numpy.ma.
        owners = np.sort(np.concatenate([np.zeros(0, np.int32), *found]))
        first = np.ones(len(owners), np.bool_)
        np.not_equal(owners[1:], owners[:-1], out=first[1:])
        return owners[first].astype(np.int64)

    def _hashed(self, skeleton: tuple[bytes, ...]) -> int | None:
        """Hash of a skeleton; None where it is empty or has a cluster that no term has."""
        numbers = [self._numbers.get(unit, 0) for unit in skeleton]
        if not numbers or not all(numbers):
            return None
        values = _mixed(np.array(numbers, np.uint64)) * _powers(_STEP, len(numbers))
        return int(values.sum(dtype=np.uint64))


def _units_of(word: bytes) -> list[bytes]:
    """Units of a word that may be in the table; none of another."""
    return nearness.units(word) if _is_ordinary(word) else []


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


def _is_ordinary(term: bytes) -> bool:
    """Whether a term is Khmer clusters, none of them overlong, or letters a to z."""
    return _ORDINARY.fullmatch(term) is not None and not _OVERLONG.search(term)


_tables: WeakKeyDictionary[Snapshot, TermTable] = WeakKeyDictionary()


def term_table(reader: Snapshot) -> TermTable:
    """The table of a snapshot's terms, made when first asked for."""
    table = _tables.get(reader)
    if table is None:
        fields = (field for name in (TEXT, TITLE) for _, field in reader.fields(name))
        table = _tables[reader] = TermTable([_counts(field) for field in fields], reader.doc_count)
    return table


def _counts(field: FieldReader) -> dict[bytes, int]:
    """Documents by term, of one field of one segment."""
    codes, starts = field.spans(0, field.count)
    text = codes.tobytes()
    return dict(zip((text[a:b] for a, b in pairwise(starts.tolist())), field.dfs().tolist(), strict=True))
