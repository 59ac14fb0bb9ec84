"""inversion: token arrays in, postings ordered by term, document and position out. No Python object per token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from khsearch.columnar import layout, spans
from khsearch.columnar.arrays import Array, narrow, spread, starts_of
from khsearch.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
STEP = np.uint64(0xBF58476D1CE4E5B9)
CHUNK_TOKENS = 1 << 16  # tokens that are encoded together: they stay in the cache
PIECE_TOKENS = 1 << 17  # tokens that are sorted together: they stay in the cache
MAX_POSITION = (1 << 24) - (1 << 16)  # a place in a snapshot has 24 bits for it, and slop needs some room
SHORT = 7  # spans up to this many bytes are their own key
LONG_TAG = np.uint64(1 << 63)
KEY_MASKS: Array = np.array([(1 << (8 * n)) - 1 for n in range(SHORT + 1)] + [0], np.uint64)
KEY_TAGS: Array = np.array([(n + 1) << 56 for n in range(SHORT + 2)], np.uint64)


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """One field's tokens of some documents, in reading order, one document after another.

    codes: (m,) uint8, the bytes that terms are spans of. starts, ends: (n,) int64, the span of each token.
    counts: (docs,) int64, tokens of each document. positions: (n,) int64 of each token in its document, rising within
    a document; None where they are just 0, 1, 2, ...
    """

    codes: Array
    starts: Array
    ends: Array
    counts: Array
    positions: Array | None = None

    def __post_init__(self) -> None:
        n = len(self.starts)
        fits = len(self.ends) == n == int(self.counts.sum()) and (self.positions is None or len(self.positions) == n)
        if not fits:
            raise DocumentError("token arrays disagree about the number of tokens; pass one span per counted token")
        if n and (int(self.starts.min()) < 0 or int(self.ends.max()) > len(self.codes)):
            raise DocumentError("a token lies outside of the codes; pass spans of the codes")


class Interner:
    """Gives distinct byte spans dense numbers, in order of first appearance, whatever the hash function makes of them.

    Spans up to SHORT bytes are exact keys of an open-addressing table; longer ones are found by a hash, and their bytes
    compared with the term's. Two long terms with one hash are told apart by a dictionary, slowly but rightly.
    """

    def __init__(self) -> None:
        self.count = 0
        self._bits = 14
        self._slots = np.zeros(2 << self._bits, np.uint64)  # key, number + 1
        self._words = np.zeros(1 << 12, np.uint64)  # bytes of all terms, each filled up to a multiple of 8
        self._at = np.zeros(1 << 12, np.int64)  # first word of each number, and where the next one goes
        self._lengths = np.zeros(1 << 12, np.int64)  # bytes of each number
        self._odd: dict[bytes, int] = {}

    def terms(self) -> tuple[Array, Array, Array]:
        """All spans in the order of their numbers -> (codes uint8, starts (count,), ends (count,))."""
        starts = self._at[: self.count] * 8
        return self._words[: int(self._at[self.count])].view(np.uint8), starts, starts + self._lengths[: self.count]

    def intern(self, codes: Array, starts: Array, ends: Array) -> tuple[Array, Array, Array]:
        """Group spans (n,), (n,) by their numbers.

        -> order (n,) int64: the spans by number, equal ones in their order; numbers (g,) int64, rising; counts (g,):
        spans of each number.
        """
        words = spans.words_of(codes)
        lengths = ends - starts
        keys = _keys(words, starts, lengths)
        # Sorted by 16 bits of a hash, most equal keys are neighbours already: only the first of each run is looked up.
        # It is the hash of the table, too, which is so searched from its beginning to its end.
        order = (_mixed(keys) >> np.uint64(48)).astype(np.uint16).argsort(kind="stable")
        keys = keys.take(order)
        fresh = np.ones(len(keys), bool)
        np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
        first = fresh.nonzero()[0]
        heads = order.take(first)
        numbers = self._numbers_of(keys.take(first), words, starts.take(heads), lengths.take(heads))
        long = (keys >= LONG_TAG).nonzero()[0]
        if len(long):
            taken = numbers.take(fresh.cumsum().take(long) - 1)
            spelt = order.take(long)
            wrong = self._differing(words, starts.take(spelt), lengths.take(spelt), taken)
            if len(wrong):
                numbers = np.repeat(numbers, np.diff(first, append=len(order)))
                first = np.arange(len(order))
                for i in long[wrong].tolist():
                    numbers[i] = self._odd_number(codes, words, starts[order[i]], lengths[order[i]])
        sizes = np.diff(first, append=len(order))
        by_number = stable_order(numbers, self.count)
        numbers, sizes = numbers.take(by_number), sizes.take(by_number)
        order = order.take(spread(first.take(by_number), sizes))
        change = np.ones(len(numbers), bool)
        np.not_equal(numbers[1:], numbers[:-1], out=change[1:])
        at = change.nonzero()[0]
        return order, numbers.take(at), np.add.reduceat(sizes, at)

    def _numbers_of(self, keys: Array, words: Array, starts: Array, lengths: Array) -> Array:
        """The number of every key, given one if it has none: (n,) uint64, its span -> (n,) int64."""
        numbers = self._find(keys)
        missing = (numbers < 0).nonzero()[0]
        if len(missing):
            fresh, first, inverse = np.unique(keys[missing], return_index=True, return_inverse=True)
            at = missing[first]
            numbers[missing] = self._insert(fresh, words, starts[at], lengths[at])[inverse]
        return numbers

    def _home(self, keys: Array) -> Array:
        mixed = _mixed(keys)
        mixed >>= np.uint64(64 - self._bits)
        out = mixed.view(np.int64)
        out <<= 1
        return out

    def _find(self, keys: Array) -> Array:
        """Number of each key, -1 where there is none: (n,) uint64 -> (n,) int64."""
        slots, wrap = self._slots, len(self._slots) - 1
        home = self._home(keys)
        missed = slots.take(home) != keys
        home += 1
        numbers = slots.take(home).view(np.int64)
        numbers -= 1
        rest = missed.nonzero()[0]
        home = home.take(rest)
        while len(rest):
            # A free slot ends the search: its number is 0, hence -1 here.
            going = (numbers.take(rest) >= 0).nonzero()[0]
            rest, home = rest.take(going), (home.take(going) + 1) & wrap
            found = slots.take(home)
            home += 1
            numbers[rest] = slots.take(home).view(np.int64) - 1
            going = (found != keys.take(rest)).nonzero()[0]
            rest, home = rest.take(going), home.take(going)
        return numbers

    def _insert(self, keys: Array, words: Array, starts: Array, lengths: Array) -> Array:
        """Take in distinct keys that the table has not, with their spans -> (n,) int64 numbers."""
        numbers = np.arange(self.count, self.count + len(keys))
        self._keep(words, starts, lengths)
        if self.count * 4 > len(self._slots):
            kept = self._slots.reshape(-1, 2)
            kept = kept[kept[:, 1] > 0]
            self._bits = (self.count * 2).bit_length()
            self._slots = np.zeros(2 << self._bits, np.uint64)
            self._put(kept[:, 0], kept[:, 1])
        self._put(keys, numbers.astype(np.uint64) + np.uint64(1))
        return numbers

    def _put(self, keys: Array, values: Array) -> None:
        slots, wrap = self._slots, len(self._slots) - 1
        home = self._home(keys)
        while len(keys):
            free = slots.take(home + 1) == 0
            at = home[free]
            slots[at + 1] = values[free]  # of several that want one slot the last wins
            won = np.zeros(len(keys), bool)
            won[free] = slots.take(at + 1) == values[free]
            slots[home[won]] = keys[won]
            home, keys, values = (home[~won] + 2) & wrap, keys[~won], values[~won]

    def _differing(self, words: Array, starts: Array, lengths: Array, numbers: Array) -> Array:
        """Which spans are not, byte for byte, the terms of these numbers: (n,) -> their places."""
        theirs = self._at.take(numbers)
        wrong = self._lengths.take(numbers) != lengths
        rest = np.arange(len(numbers))
        shift = 0
        while len(rest):
            count = lengths.take(rest) - 8 * shift
            here = spans.load_part(words, starts.take(rest) + 8 * shift, count)
            wrong[rest] |= here != self._words.take(theirs.take(rest) + shift, mode="clip")
            shift += 1
            rest = rest[count > 8]
        found: Array = wrong.nonzero()[0]
        return found

    def _odd_number(self, codes: Array, words: Array, start: int, length: int) -> int:
        """The number of a long term whose hash another term has."""
        term = codes[start : start + length].tobytes()
        if term not in self._odd:
            self._odd[term] = self.count
            self._keep(words, np.array([start]), np.array([length]))
        return self._odd[term]

    def _keep(self, words: Array, starts: Array, lengths: Array) -> None:
        """Append terms, spans of the codes behind words, to those that have a number."""
        sizes = (lengths + 7) >> 3
        base, count = int(self._at[self.count]), self.count
        self.count += len(starts)
        self._at, self._lengths = _room(self._at, self.count + 1), _room(self._lengths, self.count + 1)
        np.cumsum(sizes, out=self._at[count + 1 : self.count + 1])
        self._at[count + 1 : self.count + 1] += base
        self._lengths[count : self.count] = lengths
        used = int(self._at[self.count])
        self._words = _room(self._words, used)
        index = np.arange(base, used) - np.repeat(self._at[count : self.count], sizes)
        index *= 8
        self._words[base:used] = spans.load_part(
            words, np.repeat(starts, sizes) + index, np.repeat(lengths, sizes) - index
        )


def _mixed(keys: Array) -> Array:
    """A hash of keys whose upper bits depend on all of theirs: (n,) uint64 -> (n,) uint64."""
    mixed: Array = keys ^ (keys >> np.uint64(32))
    mixed *= MULTIPLIER
    return mixed


def _keys(words: Array, starts: Array, lengths: Array) -> Array:
    """Exact keys of short spans, hashes of the long ones: (n,) -> (n,) uint64."""
    keys = spans.load(words, starts)
    keys &= KEY_MASKS.take(lengths, mode="clip")
    keys |= KEY_TAGS.take(lengths, mode="clip")
    long = (lengths > SHORT).nonzero()[0]
    if len(long):
        begin, left = starts.take(long), lengths.take(long)
        mixed = left.astype(np.uint64) * STEP
        rest = np.arange(len(long))
        while len(rest):
            more = spans.load_part(words, begin.take(rest), left.take(rest))
            more ^= mixed.take(rest)
            more *= STEP
            more ^= more >> np.uint64(29)
            mixed[rest] = more * MULTIPLIER
            begin[rest] += 8
            left[rest] -= 8
            rest = rest[left.take(rest) > 0]
        mixed ^= mixed >> np.uint64(32)
        mixed |= LONG_TAG
        keys[long] = mixed
    return keys


@dataclass(frozen=True, slots=True)
class Postings:
    """One field's postings, ordered by term, document, position.

    df: (t,) documents of each term. docs, tf: (p,) int64, per posting. positions: (n,) int64 per token, None where the
    field keeps none.
    """

    df: Array
    docs: Array
    tf: Array
    positions: Array | None


class Inverter:
    """Collects one field's tokens of many documents, sorts them a piece at a time, and puts the pieces together."""

    def __init__(self, *, positions: bool) -> None:
        self.positions = positions
        self.tokens = 0
        self._interner = Interner()
        self._waiting: list[tuple[TokenBatch, int]] = []  # with the number of its first document
        self._held = 0
        self._pieces: list[_Piece] = []
        self._counts: list[tuple[int, Array]] = []  # first document of a batch, tokens of each

    @property
    def terms(self) -> int:
        """Distinct terms so far."""
        return self._interner.count

    def add(self, batch: TokenBatch, first: int) -> None:
        """Take in a batch whose first document has the number first."""
        self._counts.append((first, batch.counts))
        if not len(batch.starts):
            return
        top = int((batch.counts if batch.positions is None else batch.positions).max())
        if self.positions and top >= MAX_POSITION:
            raise DocumentError(f"a document has more than {MAX_POSITION} tokens in one field; split it")
        self._waiting.append((batch, first))
        self._held += len(batch.starts)
        self.tokens += len(batch.starts)
        if self._held >= PIECE_TOKENS:
            self._sort_piece()

    def lengths(self, docs: int) -> Array:
        """Tokens of each document -> (docs,) int64."""
        out = np.zeros(docs, np.int64)
        for first, counts in self._counts:
            out[first : first + len(counts)] = counts
        return out

    def finish(self) -> Iterator[tuple[Array, Array, Postings]]:
        """Terms in order -> (codes, starts (t + 1,), Postings) of chunks, each a multiple of BLOCK terms."""
        self._sort_piece()
        codes, starts, ends = self._interner.terms()
        if not len(starts):
            return
        order, _ = spans.order(codes, starts, ends)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        codes, starts = spans.gather(codes, starts[order], ends[order])
        runs = _joined(self._pieces)
        self._pieces.clear()
        ranks = rank.take(runs.numbers)
        at_run = starts_of(np.bincount(ranks, minlength=len(rank)))
        by_rank = stable_order(ranks, len(rank))
        posting = starts_of(runs.df).take(by_rank)
        token = starts_of(runs.cf).take(by_rank) if self.positions else None
        df, cf = runs.df.take(by_rank), runs.cf.take(by_rank)
        del ranks, by_rank  # of many megabytes, and the chunks below take their time
        ends_by_block = starts_of(cf).take(at_run[:: layout.BLOCK])
        at = 0
        while at < len(rank):
            to = int(ends_by_block.searchsorted(ends_by_block[at // layout.BLOCK] + CHUNK_TOKENS, "right")) - 1
            to = min(max(to * layout.BLOCK, at + layout.BLOCK), len(rank))
            mine = slice(int(at_run[at]), int(at_run[to]))
            index = spread(posting[mine], df[mine])
            places = None
            if runs.positions is not None and token is not None:
                places = runs.positions.take(spread(token[mine], cf[mine])).astype(np.int64)
            found = Postings(
                np.add.reduceat(df[mine], at_run[at:to] - at_run[at], dtype=np.int64),
                runs.docs.take(index).astype(np.int64),
                runs.tf.take(index).astype(np.int64),
                places,
            )
            begin, end = int(starts[at]), int(starts[to])
            yield codes[begin:end], starts[at : to + 1] - begin, found
            at = to

    def _sort_piece(self) -> None:
        """Order the waiting tokens by term; they come ordered by document and position already."""
        if not self._waiting:
            return
        codes, starts, ends = _end_to_end([batch for batch, _ in self._waiting])
        docs = np.concatenate(
            [
                np.repeat(np.arange(first, first + len(batch.counts), dtype=np.uint32), batch.counts)
                for batch, first in self._waiting
            ]
        )
        places = [_places(batch) for batch, _ in self._waiting] if self.positions else []
        self._waiting.clear()
        self._held = 0
        order, numbers, cf = self._interner.intern(codes, starts, ends)
        docs = docs.take(order)
        term = starts_of(cf)
        fresh = np.ones(len(docs), bool)
        np.not_equal(docs[1:], docs[:-1], out=fresh[1:])
        fresh[term[:-1]] = True
        first = fresh.nonzero()[0]
        heads = np.zeros(len(docs), bool)
        heads[term[:-1]] = True
        df = np.diff(heads.take(first).nonzero()[0], append=len(first))
        tf = np.diff(first, append=len(docs))
        kept = np.concatenate(places).take(order) if places else None
        self._pieces.append(
            _Piece(numbers.astype(np.int32), narrow(df), narrow(cf), docs.take(first), narrow(tf), kept)
        )


def _end_to_end(batches: Sequence[TokenBatch]) -> tuple[Array, Array, Array]:
    """The codes of batches one behind the other, and all their spans in them."""
    if len(batches) == 1:
        return batches[0].codes, batches[0].starts, batches[0].ends
    offsets = starts_of(np.array([len(batch.codes) for batch in batches])).tolist()
    return (
        np.concatenate([batch.codes for batch in batches]),
        np.concatenate([batch.starts + offset for batch, offset in zip(batches, offsets, strict=False)]),
        np.concatenate([batch.ends + offset for batch, offset in zip(batches, offsets, strict=False)]),
    )


def _places(batch: TokenBatch) -> Array:
    """The position of every token in its document."""
    if batch.positions is not None:
        return narrow(batch.positions)
    return narrow(np.arange(len(batch.starts)) - np.repeat(starts_of(batch.counts)[:-1], batch.counts))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Postings ordered by term number. One run per term: numbers, df, cf (r,); docs, tf (p,); positions (n,)."""

    numbers: Array
    df: Array
    cf: Array
    docs: Array
    tf: Array
    positions: Array | None


def _joined(pieces: Sequence[_Piece]) -> _Piece:
    """Pieces end to end; a term has one run for each that it is in."""
    places = [piece.positions for piece in pieces if piece.positions is not None]
    return _Piece(
        np.concatenate([piece.numbers for piece in pieces]),
        np.concatenate([piece.df for piece in pieces]),
        np.concatenate([piece.cf for piece in pieces]),
        np.concatenate([piece.docs for piece in pieces]),
        np.concatenate([piece.tf for piece in pieces]),
        np.concatenate(places) if places else None,
    )


def stable_order(values: Array, bound: int) -> Array:
    """What sorts values (n,), all below bound, equal ones in their order: -> (n,) int64.

    Radix sorting 16 bits at a time: numpy does that for this dtype, and only for it.
    """
    if bound <= 1 << 16:
        return values.astype(np.uint16).argsort(kind="stable")
    small = values < 1 << 16
    low, high = small.nonzero()[0], (~small).nonzero()[0]
    low = low.take(values.take(low).astype(np.uint16).argsort(kind="stable"))
    rest = values.take(high)
    shift = 0
    while bound >> shift:
        by_digit = ((rest >> shift) & 0xFFFF).astype(np.uint16).argsort(kind="stable")
        high, rest = high.take(by_digit), rest.take(by_digit)
        shift += 16
    return np.concatenate((low, high))


def _room(array: Array, size: int) -> Array:
    """The array, grown to at least size elements by doubling."""
    if size <= len(array):
        return array
    out = np.zeros(max(size, 2 * len(array)), array.dtype)
    out[: len(array)] = array
    return out
