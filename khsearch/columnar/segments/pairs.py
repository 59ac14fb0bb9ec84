"""pairs: which terms of a field stand side by side, and in how many documents. Postings in, counted pairs out.

Of a token, the one behind it is looked up in an array that has the documents as they are read:

    document   0       1           2
    tokens     a b a   b b         a          the terms 0 and 1
    numbers    0 1 0 - 1 1 -       0 -        one place a token, and one behind every document
    place of   a: 0 2 7   b: 1 4 5            what postings and positions say
    behind     a: 1 - -   b: 0 1 -            numbers.take(place + 1): the pairs ab, ba, bb

So the pairs of some neighbouring terms are all found together, and only these are sorted at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import EMPTY, Array, spread, starts_of, turns
from khsearch.columnar.postings.inversion import Postings
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from khsearch.columnar.postings.decode import FieldReader

TOKENS = 1 << 16  # that are sorted together: they stay in the cache
SPARSE_TOKENS = 1 << 20  # of documents whose pairs are counted together, where positions leave gaps
POSITION_BITS = 24


@frozen
class Pairs:
    """Pairs of terms, in the order of their numbers: firsts, seconds (p,), documents that have each (p,), int64."""

    firsts: Array
    seconds: Array
    dfs: Array

    def size(self) -> int:
        """Bytes that they take."""
        return int(self.firsts.nbytes + self.seconds.nbytes + self.dfs.nbytes)


NO_PAIRS = Pairs(EMPTY, EMPTY, EMPTY)


class PairCounter:
    """Counts the pairs of a field whose tokens stand at the positions 0, 1, 2, ... of each document."""

    def __init__(self, lengths: Array, terms: int) -> None:
        """Count in documents of these lengths (docs,), which have so many terms at most."""
        self._lengths = lengths
        self._places = starts_of(lengths.astype(np.int64) + 1)
        self._none = terms
        kind = np.uint16 if terms < 1 << 16 else np.uint32
        self._numbers = np.full(int(self._places[-1]), terms, kind)
        self._waiting: list[tuple[Array, Array]] = []  # tokens of some terms, and the place of each token
        self._dense = True

    def add(self, postings: Postings) -> None:
        """Take in the next terms."""
        if postings.positions is None or not self._dense:
            return
        tokens = np.diff(starts_of(postings.tf).take(starts_of(postings.df)))
        docs, positions = postings.docs.repeat(postings.tf), postings.positions
        self._dense = bool((positions < self._lengths.take(docs)).all())
        if self._dense:
            first = sum(len(counts) for counts, _ in self._waiting)
            places = self._places.take(docs) + positions
            self._numbers[places] = np.arange(first, first + len(tokens)).repeat(tokens)
            self._waiting.append((tokens, places.astype(np.uint32)))

    def finish(self) -> Pairs | None:
        """All pairs; None where tokens stand elsewhere than at 0, 1, 2, ..."""
        tokens = sum(len(places) for _, places in self._waiting)
        if not self._dense or tokens != int(np.count_nonzero(self._numbers != self._none)):
            return None
        owners = np.arange(len(self._lengths), dtype=np.uint32).repeat(self._lengths.astype(np.int64) + 1)
        found = []
        for number, counts, places in self._pieces():
            behind = self._numbers.take(places + np.uint32(1), mode="clip")
            firsts = np.arange(number, number + len(counts)).repeat(counts)
            paired = np.flatnonzero(behind != self._none)
            found.append(_counted(firsts.take(paired), behind.take(paired), owners.take(places.take(paired))))
        return _joined(found)

    def _pieces(self) -> Iterator[tuple[int, Array, Array]]:
        """Neighbouring terms, some tokens at once: number of the first, tokens of each, places."""
        number = 0
        for counts, places in self._waiting:
            ends = np.cumsum(counts)
            at = 0
            while at < len(counts):
                base = int(ends[at - 1]) if at else 0
                to = max(int(ends.searchsorted(base + TOKENS, "right")), at + 1)
                yield number + at, counts[at:to], places[base : int(ends[to - 1])]
                at = to
            number += len(counts)


def count(field: FieldReader, lengths: Array) -> Pairs:
    """All pairs of a field whose documents have these lengths (docs,)."""
    counter = PairCounter(lengths, field.count)
    for start, stop in field.chunks():
        counter.add(Postings(*field.postings(start, stop), field.positions_of(start, stop)))
    found = counter.finish()
    return _of_sparse(field, lengths) if found is None else found


def _of_sparse(field: FieldReader, lengths: Array) -> Pairs:
    """The same where positions leave gaps, or several tokens stand at one; some documents at a time."""
    ends = np.cumsum(lengths, dtype=np.int64)
    found, at = [], 0
    while at < len(ends):
        base = int(ends[at - 1]) if at else 0
        to = max(int(ends.searchsorted(base + SPARSE_TOKENS, "right")), at + 1)
        found.append(_between(field, at, to))
        at = to
    return summed(found)


def _between(field: FieldReader, low: int, high: int) -> Pairs:
    """Pairs in the documents low to high."""
    numbers, places = [EMPTY], [EMPTY]
    for start, stop in field.chunks():
        df, docs, tf = field.postings(start, stop)
        of = np.arange(start, stop).repeat(df).repeat(tf)
        docs = docs.repeat(tf)
        mine = np.flatnonzero((docs >= low) & (docs < high))
        numbers.append(of.take(mine))
        places.append(docs.take(mine) << POSITION_BITS | field.positions_of(start, stop).take(mine))
    place = np.concatenate(places)
    order = place.argsort(kind="stable")
    place, number = place.take(order), np.concatenate(numbers).take(order)
    begin, end = place.searchsorted(place + 1, "left"), place.searchsorted(place + 1, "right")
    return _joined(
        [
            _counted(
                number.repeat(end - begin),
                number.take(spread(begin, end - begin)),
                (place >> POSITION_BITS).repeat(end - begin),
            )
        ]
    )


def _counted(firsts: Array, seconds: Array, docs: Array) -> Pairs:
    """Count the documents of pairs that stand in them: (n,) each."""
    if not len(firsts):
        return NO_PAIRS
    base = int(firsts.min())
    first_bits, second_bits, doc_bits = (
        int(values.max() - low).bit_length() for values, low in ((firsts, base), (seconds, 0), (docs, 0))
    )
    keys = (firsts - base).astype(np.uint64)
    if first_bits + second_bits + doc_bits > 64:
        low = firsts < base + (1 << (first_bits - 1))  # fewer terms have shorter numbers
        high = ~low
        return _joined(
            [_counted(firsts[low], seconds[low], docs[low]), _counted(firsts[high], seconds[high], docs[high])]
        )
    for values, bits in ((seconds, second_bits), (docs, doc_bits)):
        keys <<= np.uint64(bits)
        keys |= values.astype(np.uint64)
    keys.sort()
    pairs = keys[turns(keys)] >> np.uint64(doc_bits)
    at = np.flatnonzero(turns(pairs))
    pair = pairs.take(at).astype(np.int64)
    return Pairs((pair >> second_bits) + base, pair & ((1 << second_bits) - 1), np.diff(at, append=len(pairs)))


def _joined(found: list[Pairs]) -> Pairs:
    """Pairs of rising first terms, end to end."""
    if not found:
        return NO_PAIRS
    return Pairs(*(np.concatenate([getattr(each, name) for each in found]) for name in ("firsts", "seconds", "dfs")))


def summed(found: list[Pairs]) -> Pairs:
    """Pairs of the same terms in different documents, added up."""
    every = _joined(found)
    order = np.lexsort((every.seconds, every.firsts))
    firsts, seconds = every.firsts.take(order), every.seconds.take(order)
    at = np.flatnonzero(turns(firsts) | turns(seconds))
    if not len(at):
        return NO_PAIRS
    return Pairs(firsts.take(at), seconds.take(at), np.add.reduceat(every.dfs.take(order), at))
