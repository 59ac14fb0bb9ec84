"""pairs: which terms of a field stand side by side, and in how many documents. Postings in, counted pairs out.

Of a token, the one behind it is looked up in an array that has the documents as they are read:

    document   0       1           2
    tokens     a b a   b b         a          the terms 0 and 1
    numbers    0 1 0 - 1 1 -       0 -        one place a token, and one behind every document
    places     a: 0 2 7   b: 1 4 5            as postings and positions say
    behind     a: 1 - -   b: 0 1 -            numbers.take(places + 1): the pairs ab, ba, bb

So all pairs that begin with some neighbouring terms are found together, and only these are sorted at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import EMPTY, Array, spread, starts_of, turns
from khsearch.columnar.postings.inversion import Postings
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from khsearch.columnar.postings.decode import FieldReader

RANGE_TOKENS = 1 << 21  # of documents whose pairs are counted together: some 10 bytes each
SORTED_TOKENS = 1 << 16  # that are sorted together: they stay in the cache
POSITION_BITS = 24
BESIDE = 64  # tokens at one position that are paired with one before it


@frozen
class Pairs:
    """Pairs of terms, in the order of their numbers: firsts, seconds (p,), and documents that have each: dfs (p,)."""

    firsts: Array
    seconds: Array
    dfs: Array

    def size(self) -> int:
        """Bytes that they take."""
        return int(self.firsts.nbytes + self.seconds.nbytes + self.dfs.nbytes)

    def where(self, kept: Array) -> Pairs:
        """Those that a mask or places name (p,)."""
        return Pairs(self.firsts[kept], self.seconds[kept], self.dfs[kept])


NO_PAIRS = Pairs(EMPTY, EMPTY, EMPTY)


class PairCounter:
    """Counts the pairs of a field whose tokens stand at the positions 0, 1, 2, ... of each document."""

    def __init__(self, lengths: Array, terms: int) -> None:
        """Count in documents of these lengths (docs,), which have so many terms at most."""
        self._begins = starts_of(lengths.astype(np.int64) + 1)
        self._none = terms
        self._numbers = np.full(int(self._begins[-1]), terms, np.uint16 if terms < 1 << 16 else np.uint32)
        self._pieces: list[tuple[int, Array, Array, Array]] = []
        self._terms = self._tokens = 0
        self._dense = True

    def watch(self, chunks: Iterable[tuple[Array, Array, Postings]]) -> Iterator[tuple[Array, Array, Postings]]:
        """Take in terms on their way to somewhere else."""
        for chunk in chunks:
            self.add(chunk[2])
            yield chunk

    def add(self, postings: Postings) -> None:
        """Take in the next terms."""
        docs, tf, positions = postings.docs, postings.tf, postings.positions
        if positions is not None and self._dense and len(docs):
            owners = np.arange(len(docs), dtype=np.uint32).repeat(tf)
            places = self._begins.take(docs).take(owners)
            places += positions
            self._dense = int(places.max()) < len(self._numbers)
            if self._dense:
                tokens = np.diff(starts_of(tf).take(starts_of(postings.df)))
                numbers = np.arange(self._terms, self._terms + len(tokens), dtype=self._numbers.dtype)
                self._numbers[places] = numbers.repeat(tokens)
                self._pieces.append((self._terms, tokens, places.astype(np.uint32), owners))
                self._tokens += len(places)
        self._terms += len(postings.df)

    def finish(self) -> Pairs | None:
        """All pairs; None where tokens stand elsewhere than at 0, 1, 2, ..."""
        # Positions only lead on: if each token has a place of its own, and none is one between documents, all are in
        # their own documents, the last one's first of all.
        filled = self._numbers != self._none
        if not self._dense or self._tokens != np.count_nonzero(filled) or filled.take(self._begins[1:] - 1).any():
            return None
        found = []
        for first, counts, places, owners in self._cut():
            behind = self._numbers.take(places + np.uint32(1))
            found.append(_counted(first, counts, behind, owners))
        every = _joined(found)
        return every.where(every.seconds != self._none)

    def _cut(self) -> Iterator[tuple[int, Array, Array, Array]]:
        """The same pieces, with fewer tokens each where terms have few."""
        for first, counts, places, owners in self._pieces:
            ends = np.cumsum(counts)
            at = 0
            while at < len(counts):
                base = int(ends[at - 1]) if at else 0
                to = max(int(ends.searchsorted(base + SORTED_TOKENS, "right")), at + 1)
                mine = slice(base, int(ends[to - 1]))
                yield first + at, counts[at:to], places[mine], owners[mine]
                at = to


def count(field: FieldReader, lengths: Array, among: Array | None = None) -> Pairs:
    """All pairs of a field whose documents have these lengths (docs,); only in those of a mask, if there is one.

    ValueError, IndexError for lengths or postings that cannot be.
    """
    if int(lengths.sum(dtype=np.int64)) != field.tokens:
        raise ValueError("the lengths of documents differ from their tokens")
    if among is not None:
        lengths = np.where(among, lengths, 0)
    ends = np.cumsum(lengths, dtype=np.int64)
    found, low = [], 0
    while low < len(ends):
        base = int(ends[low - 1]) if low else 0
        high = max(int(ends.searchsorted(base + RANGE_TOKENS, "right")), low + 1)
        wanted = np.zeros(len(ends), np.bool_)
        wanted[low:high] = True if among is None else among[low:high]
        counter = PairCounter(lengths[low:high], field.count)
        for postings in _postings(field, wanted, low):
            counter.add(postings)
        dense = counter.finish()
        found.append(_of_sparse(_postings(field, wanted, low)) if dense is None else dense)
        low = high
    return found[0] if len(found) == 1 else summed(found)


def _postings(field: FieldReader, wanted: Array, low: int) -> Iterator[Postings]:
    """Postings in the wanted documents, which are numbered from low on; as many terms as the field has."""
    every = bool(wanted.all())
    for start, stop in field.chunks():
        df, docs, tf = field.postings(start, stop)
        positions = field.positions_of(start, stop)
        if not every:
            mine = wanted.take(docs)
            positions = positions[mine.repeat(tf)]
            df = np.diff(starts_of(mine).take(starts_of(df)))
            docs, tf = docs[mine] - low, tf[mine]
        yield Postings(df, docs, tf, positions)


def _of_sparse(found: Iterable[Postings]) -> Pairs:
    """The same where positions leave gaps, or several tokens stand at one."""
    numbers, places, terms = [EMPTY], [EMPTY], 0
    for postings in found:
        if postings.positions is None:
            break
        numbers.append(np.arange(terms, terms + len(postings.df)).repeat(postings.df).repeat(postings.tf))
        places.append(postings.docs.repeat(postings.tf) << POSITION_BITS | postings.positions)
        terms += len(postings.df)
    place = np.concatenate(places)
    order = place.argsort(kind="stable")
    place, number = place.take(order), np.concatenate(numbers).take(order)
    begin, end = place.searchsorted(place + 1, "left"), place.searchsorted(place + 1, "right")
    np.minimum(end, begin + BESIDE, out=end)
    firsts, seconds = number.repeat(end - begin), number.take(spread(begin, end - begin))
    docs = (place >> POSITION_BITS).repeat(end - begin)
    order = firsts.argsort(kind="stable")
    counts = np.bincount(firsts, minlength=terms)
    return _counted(0, counts, seconds.take(order), docs.take(order))


def _counted(first: int, counts: Array, seconds: Array, owners: Array) -> Pairs:
    """Count documents by pair: of neighbouring terms, from the number `first` on, (t,) tokens each.

    seconds: (n,) the term behind each token. owners: (n,) a number for each document, or for its posting of the term.
    """
    seconds_bits, owner_bits = int(seconds.max(initial=0)).bit_length(), int(owners.max(initial=0)).bit_length()
    most = 1 << (64 - seconds_bits - owner_bits)  # terms that have a number in a key
    if len(counts) > most:
        cut = int(counts[:most].sum())
        return _joined(
            [
                _counted(first, counts[:most], seconds[:cut], owners[:cut]),
                _counted(first + most, counts[most:], seconds[cut:], owners[cut:]),
            ]
        )
    keys = np.arange(len(counts), dtype=np.uint64).repeat(counts)
    keys <<= np.uint64(seconds_bits)
    keys |= seconds.astype(np.uint64)
    keys <<= np.uint64(owner_bits)
    keys |= owners.astype(np.uint64)
    keys.sort()
    pairs = keys[turns(keys)]
    pairs >>= np.uint64(owner_bits)
    at = np.flatnonzero(turns(pairs))
    pair = pairs.take(at)
    firsts = (pair >> np.uint64(seconds_bits)).astype(np.int64) + first
    return Pairs(firsts, (pair & np.uint64((1 << seconds_bits) - 1)).astype(np.int64), np.diff(at, append=len(pairs)))


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
    dfs = np.add.reduceat(every.dfs.take(order), at) if len(at) else EMPTY
    return Pairs(firsts.take(at), seconds.take(at), dfs)


def less(found: Pairs, gone: Pairs) -> Pairs:
    """Pairs less those in some of the documents; where `found` knows of no document, nothing is left."""
    rest = summed([found, Pairs(gone.firsts, gone.seconds, -gone.dfs)])
    return rest.where(rest.dfs > 0)
