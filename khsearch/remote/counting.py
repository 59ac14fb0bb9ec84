"""counting: tokens of documents in; the distinct terms of each stream, and pairs of neighbours, counted, out.

What OpenSearch keeps of terms cannot be listed; so whoever writes counts them on the way, and the tables are kept
beside the documents: to complete what is typed, to correct it, to see which words go together.

    terms    a  b  c         codes, end to end, with where each starts, in order of their bytes
    dfs      9  2  5         documents that have each
    firsts   0  0  2         pairs of neighbours, by the places of their terms, in order
    seconds  1  2  0
    together 2  4  1         documents that have each pair
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from khsearch.arrays import EMPTY, Array, Interner, narrow, spans, stable_order, starts_of, turns
from khsearch.engine import PAIR, TermList, TokenBatch
from khsearch.engine import pairs as rule

MOST_PAIRS = 2_000_000
"""Pairs that a table has at most: 24 MB. Beyond, those of the fewest documents go; rare ones are then told too low."""

_WAITING = 1 << 20  # pairs that are counted together
_HALF = np.uint64(32)
_LOW = np.uint64((1 << 32) - 1)
_TYPES = {"u1", "u2", "u4", "u8"}
_ARRAYS = ("codes", "lengths", "dfs", "firsts", "seconds", "together")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The terms of one stream with their document frequencies, and its pairs, as the room has it; int64 but codes."""

    codes: Array
    starts: Array
    dfs: Array
    firsts: Array
    seconds: Array
    together: Array

    def terms(self) -> TermList:
        """The terms."""
        return TermList(self.codes, self.starts, self.dfs)

    def told(self) -> TermList:
        """The pairs that an engine tells (`engine.pairs`), spelled."""
        return self.pairs(rule.told(self.together))

    def pairs(self, kept: Array | None = None) -> TermList:
        """The pairs, or those at some places, spelled."""
        firsts, seconds, together = self.firsts, self.seconds, self.together
        if kept is not None:
            firsts, seconds, together = firsts.take(kept), seconds.take(kept), together.take(kept)
        codes = np.append(self.codes, np.uint8(PAIR[0]))
        begin = np.empty((len(firsts), 3), np.int64)
        end = np.empty_like(begin)
        for column, places in ((0, firsts), (2, seconds)):
            begin[:, column], end[:, column] = self.starts.take(places), self.starts.take(places + 1)
        begin[:, 1], end[:, 1] = len(self.codes), len(codes)
        joined, at = spans.gather(codes, begin.ravel(), end.ravel())
        at, dfs = at[::3], together
        if np.any(self.codes < PAIR[0]):  # a term may go on, in another one, with a byte that sorts before PAIR
            order, _ = spans.order(joined, at[:-1], at[1:])
            joined, at = spans.gather(joined, at.take(order), at.take(order + 1))
            dfs = dfs.take(order)
        return TermList(joined, at, dfs)


class Collector:
    """Counts the tokens of batches of documents."""

    def __init__(self, with_pairs: Collection[str]) -> None:
        """with_pairs: the streams of which neighbours are counted."""
        self.documents = 0
        self._with_pairs = with_pairs
        self._streams: dict[str, _Counter] = {}

    def add(self, tokens: Mapping[str, TokenBatch], documents: int) -> None:
        """Take in the tokens of so many documents."""
        self.documents += documents
        for name, batch in tokens.items():
            counter = self._streams.get(name)
            if counter is None:
                counter = self._streams[name] = _Counter(pairs=name in self._with_pairs)
            counter.add(batch)

    def tables(self) -> dict[str, Table]:
        """Return what was counted, by stream."""
        return {name: counter.table() for name, counter in self._streams.items()}


class _Counter:
    """Counts one stream."""

    def __init__(self, *, pairs: bool) -> None:
        self._terms = Interner()
        self._dfs = np.zeros(1 << 10, np.int64)
        self._pairs = _Pairs() if pairs else None

    def add(self, batch: TokenBatch) -> None:
        numbers = self._terms.intern(batch.codes, batch.starts, batch.ends, batch.term_ids)
        if not len(numbers):
            return
        count = self._terms.count
        if count > len(self._dfs):
            self._dfs = np.append(self._dfs, np.zeros(max(count, len(self._dfs)), np.int64))
        documents = np.repeat(np.arange(len(batch.counts), dtype=np.int32), batch.counts)
        order = stable_order(numbers, count)
        ordered = numbers.take(order)
        fresh = turns(ordered) | turns(documents.take(order))
        self._dfs[:count] += np.bincount(ordered[fresh], minlength=count)
        if self._pairs is not None:
            beside = documents[1:] == documents[:-1]
            if batch.positions is not None:
                beside &= np.diff(batch.positions) == 1
            places = np.flatnonzero(beside)
            keys = _keys(numbers.take(places), numbers.take(places + 1))
            by_key = keys.argsort(kind="stable")  # of equal ones, documents still rise
            keys, owners = keys.take(by_key), documents.take(places).take(by_key)
            keys = keys[turns(keys) | turns(owners)]
            at = np.flatnonzero(turns(keys))
            self._pairs.add(keys.take(at), np.diff(at, append=len(keys)))

    def table(self) -> Table:
        codes, starts, ends = self._terms.terms()
        order, _ = spans.order(codes, starts, ends)
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(len(order))
        packed, at = spans.gather(codes, starts.take(order), ends.take(order))
        dfs = self._dfs[: self._terms.count].take(order)
        if self._pairs is None:
            return Table(packed, at, dfs, EMPTY, EMPTY, EMPTY)
        keys, together = self._pairs.counted()
        return _table(packed, at, dfs, places, keys, together)


class _Pairs:
    """Pairs of numbers of terms, each as one number, and how many documents have them."""

    def __init__(self) -> None:
        self._keys: list[Array] = []
        self._counts: list[Array] = []
        self._waiting = 0

    def add(self, keys: Array, counts: Array) -> None:
        self._keys.append(keys)
        self._counts.append(counts)
        self._waiting += len(keys)
        if self._waiting > _WAITING:
            keys, counts = self.counted()
            self._keys, self._counts, self._waiting = [keys], [counts], 0

    def counted(self) -> tuple[Array, Array]:
        if not self._keys:
            return np.zeros(0, np.uint64), EMPTY
        keys = np.concatenate(self._keys)
        order = keys.argsort(kind="stable")  # what is sorted already stays so, which this one makes use of
        keys = keys.take(order)
        at = np.flatnonzero(turns(keys))
        counts = np.add.reduceat(np.concatenate(self._counts).take(order), at) if len(at) else EMPTY
        return _frequent(keys.take(at), counts)


def _frequent(keys: Array, counts: Array) -> tuple[Array, Array]:
    """The pairs of the most documents, as many as a table has; of equally many all go."""
    least = 1
    while len(keys) > MOST_PAIRS:
        kept = counts > least
        keys, counts, least = keys[kept], counts[kept], least + 1
    return keys, counts


def _keys(firsts: Array, seconds: Array) -> Array:
    return (firsts.astype(np.uint64) << _HALF) | seconds.astype(np.uint64)


def _table(codes: Array, starts: Array, dfs: Array, places: Array, keys: Array, together: Array) -> Table:
    """A table of terms in order. places: of each number of a term; keys: pairs of numbers."""
    firsts = places.take((keys >> _HALF).astype(np.int64))
    seconds = places.take((keys & _LOW).astype(np.int64))
    odd = np.flatnonzero(codes == PAIR[0])
    if len(odd):
        plain = np.ones(len(dfs), np.bool_)
        plain[starts[1:].searchsorted(odd, "right")] = False
        kept = plain.take(firsts) & plain.take(seconds)
        firsts, seconds, together = firsts[kept], seconds[kept], together[kept]
    order = np.lexsort((seconds, firsts))
    return Table(codes, starts, dfs, firsts.take(order), seconds.take(order), together.take(order))


def joined(tables: Sequence[Table]) -> Table:
    """Return the table of all documents of some tables, which have none in common."""
    codes = np.concatenate([table.codes for table in tables])
    lengths = np.concatenate([np.diff(table.starts) for table in tables])
    starts = starts_of(lengths)
    order, groups = spans.order(codes, starts[:-1], starts[1:])
    places = np.empty(len(order), np.int64)  # of every term of every table: its place among those of all
    places[order] = groups
    first = np.flatnonzero(turns(groups)) if len(groups) else EMPTY
    heads = order.take(first)
    packed, at = spans.gather(codes, starts.take(heads), starts.take(heads + 1))
    every = np.concatenate([table.dfs for table in tables]).take(order)
    dfs = np.add.reduceat(every, first) if len(first) else EMPTY
    pairs = _Pairs()
    before = 0
    for table in tables:
        mine = places[before : before + len(table.dfs)]
        pairs.add(_keys(mine.take(table.firsts), mine.take(table.seconds)), table.together)
        before += len(table.dfs)
    keys, together = pairs.counted()
    return _table(packed, at, dfs, np.arange(len(dfs)), keys, together)


def written(table: Table) -> bytes:
    """Return a table as bytes: a line of JSON that says types and sizes of the arrays, and these."""
    narrowed = _narrowed(table)
    head = orjson.dumps([[array.dtype.str[1:], len(array)] for array in narrowed])
    return b"\n".join([head, b"".join(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in narrowed)])


def _narrowed(table: Table) -> Iterable[Array]:
    lengths, firsts = np.diff(table.starts), np.diff(table.firsts, prepend=0)  # small numbers need little room
    numbers = (lengths, table.dfs, firsts, table.seconds, table.together)
    return [table.codes, *map(narrow, numbers)]


def read(content: bytes) -> Table:
    """Read a table; ValueError for what is none."""
    head, _, rest = content.partition(b"\n")
    arrays: list[Array] = []
    at = 0
    told = orjson.loads(head)
    if not isinstance(told, list) or len(told) != len(_ARRAYS):
        raise ValueError("no table of terms")
    for kind, size in told:
        if kind not in _TYPES or not isinstance(size, int) or size < 0:
            raise ValueError("no arrays of numbers")
        found = np.frombuffer(rest, f"<{kind}", size, at)
        at += found.nbytes
        arrays.append(found)
    codes, *numbers = arrays
    lengths, dfs, steps, seconds, together = (array.astype(np.int64) for array in numbers)
    starts, firsts = starts_of(lengths), np.cumsum(steps)
    sizes_agree = len(lengths) == len(dfs) and len(firsts) == len(seconds) == len(together)
    if not sizes_agree or codes.dtype != np.uint8 or int(starts[-1]) != len(codes):
        raise ValueError("arrays that do not belong together")
    if len(firsts) and max(int(firsts.max()), int(seconds.max())) >= len(dfs):
        raise ValueError("pairs of terms that there are not")
    return Table(codes, starts, dfs, firsts, seconds, together)
