"""inversion: token arrays in, postings ordered by term, document and position out. No Python object per token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from khsearch.columnar import layout, spans
from khsearch.columnar.arrays import Array, narrow, spread, stable_order, starts_of
from khsearch.columnar.interning import Interner
from khsearch.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHUNK_TOKENS = 1 << 16  # tokens that are encoded together: they stay in the cache
PIECE_TOKENS = 1 << 17  # tokens that are sorted together: they stay in the cache
MAX_POSITION = (1 << 24) - (1 << 16)  # a place in a snapshot has 24 bits for it, and slop needs some room


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
