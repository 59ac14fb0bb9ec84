"""inversion: token arrays in, postings ordered by term, document and position out. No Python object per token."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from khsearch.arrays import Array, Interner, narrow, spans, spread, stable_order, starts_of, turns
from khsearch.columnar.postings import layout
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from khsearch.engine import TokenBatch

CHUNK_TOKENS = 1 << 16  # tokens that are encoded together: they stay in the cache
PIECE_TOKENS = 1 << 17  # tokens that are sorted together: they stay in the cache
TF_SHIFT = 18  # bits of a document's number where it shares 32 bits with the frequency
MAX_POSITION = (1 << 24) - (1 << 16)  # of a packed position 24 bits are for it, and slop needs some room


@frozen
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
        self._waiting: list[tuple[Array, Array, Array | None]] = []  # number, document and place of every token
        self._held = 0
        self._pieces: list[_Piece] = []
        self._counts: list[tuple[int, Array]] = []  # first document of a batch, tokens of each

    @property
    def terms(self) -> int:
        """Distinct terms so far."""
        return self._interner.count

    def add(self, batch: TokenBatch, first: int) -> None:
        """Take in a batch whose first document has the number first, and no position MAX_POSITION or more."""
        self._counts.append((first, batch.counts))
        if not len(batch.starts):
            return
        docs = np.repeat(np.arange(first, first + len(batch.counts), dtype=np.uint32), batch.counts)
        numbers = self._interner.intern(batch.codes, batch.starts, batch.ends, batch.term_ids)
        self._waiting.append((numbers, docs, _places(batch) if self.positions else None))
        self._held += len(batch.starts)
        self.tokens += len(batch.starts)
        if self._held >= PIECE_TOKENS:
            self._sort_piece()

    def lengths(self, docs: int) -> Array:
        """Tokens of each document -> (docs,) int64."""
        return lengths_of(self._counts, docs)

    def finish(self) -> Iterator[tuple[Array, Array, Postings]]:
        """Terms in order -> (codes, starts (t + 1,), Postings) of chunks, each a multiple of BLOCK terms."""
        self._sort_piece()
        codes, starts, ends = self._interner.terms()
        if not len(starts):
            return
        order, _ = spans.order(codes, starts, ends)
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order))
        codes, starts = spans.gather(codes, starts[order], ends[order])
        self._interner = Interner()  # its tables are as large as some of what comes now
        runs = _joined(self._pieces)
        ranks = rank.take(runs.numbers)
        at_run = starts_of(np.bincount(ranks, minlength=len(rank)))
        by_rank = stable_order(ranks, len(rank))
        del ranks  # of many megabytes, as by_rank is, and the chunks below take their time
        posting = starts_of(runs.df).take(by_rank)
        token = starts_of(runs.cf).take(by_rank) if self.positions else None
        df, cf = runs.df.take(by_rank), runs.cf.take(by_rank)
        del by_rank
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
            docs = runs.docs.take(index)
            tf = docs >> TF_SHIFT if runs.tf is None else runs.tf.take(index)
            if runs.tf is None:
                docs &= (1 << TF_SHIFT) - 1
            found = Postings(
                np.add.reduceat(df[mine], at_run[at:to] - at_run[at], dtype=np.int64),
                docs.astype(np.int64),
                tf.astype(np.int64),
                places,
            )
            begin, end = int(starts[at]), int(starts[to])
            yield codes[begin:end], starts[at : to + 1] - begin, found
            at = to

    def _sort_piece(self) -> None:
        """Order the waiting tokens by term; they come ordered by document and position already."""
        if not self._waiting:
            return
        numbers, docs = (np.concatenate(column) for column in list(zip(*self._waiting, strict=True))[:2])
        places = [place for _, _, place in self._waiting if place is not None]
        self._waiting.clear()
        self._held = 0
        order = stable_order(numbers, self._interner.count)
        numbers, docs = numbers.take(order), docs.take(order)
        new = turns(numbers)  # where a term begins
        first, term = (new | turns(docs)).nonzero()[0], new.nonzero()[0]  # and where a posting does
        df = np.diff(new.take(first).nonzero()[0], append=len(first))
        cf = np.diff(term, append=len(docs))
        tf = np.diff(first, append=len(docs))
        kept = np.concatenate(places).take(order) if places else None
        self._pieces.append(_Piece(numbers.take(term), narrow(df), narrow(cf), docs.take(first), narrow(tf), kept))


def lengths_of(counts: Sequence[tuple[int, Array]], docs: int) -> Array:
    """Tokens of each document -> (docs,) int64; counts: the first document of some batches, and tokens of each."""
    out = np.zeros(docs, np.int64)
    for first, part in counts:
        out[first : first + len(part)] = part
    return out


def _places(batch: TokenBatch) -> Array:
    """The position of every token in its document."""
    if batch.positions is not None:
        return narrow(batch.positions)
    return narrow(np.arange(len(batch.starts)) - np.repeat(starts_of(batch.counts)[:-1], batch.counts))


@frozen
class _Piece:
    """Postings ordered by term number. One run per term: numbers, df, cf (r,); docs, tf (p,); positions (n,).

    Where tf is None, it stands above the lowest TF_SHIFT bits of docs.
    """

    numbers: Array
    df: Array
    cf: Array
    docs: Array
    tf: Array | None
    positions: Array | None


def _joined(pieces: list[_Piece]) -> _Piece:
    """Pieces end to end, and the list emptied; a term has one run for each that it is in.

    Of the terms 0, 1 and 2, a piece with a run of 0 and one of 2, and another with a run of 0 and one of 1:

        numbers    0 2     | 0   1         the term of each run
        df         2 1     | 1   2         its documents
        cf         3 1     | 2   2         its tokens
        docs       4 7 5   | 9   8 9       run after run
        tf         2 1 1   | 2   1 1
        positions  0 3 1 6 | 2 4 0 1       sum(cf) of them
    """
    # Postings are read in no order of theirs: one look-up for both of a posting's numbers takes half the time.
    if all(_fits(piece) for piece in pieces):
        for number, piece in enumerate(pieces):
            if piece.tf is not None:
                np.bitwise_or(piece.docs, piece.tf.astype(np.uint32) << TF_SHIFT, out=piece.docs)
            pieces[number] = replace(piece, tf=None)
    columns = [
        [getattr(piece, name) for piece in pieces] for name in ("numbers", "df", "cf", "docs", "tf", "positions")
    ]
    pieces.clear()
    joined: list[Any] = []
    for column in columns:  # one after the other, so that only one of them is held twice
        joined.append(None if column[0] is None else np.concatenate(column))
        column.clear()
    return _Piece(*joined)


def _fits(piece: _Piece) -> bool:
    return int(piece.docs.max()) < 1 << TF_SHIFT and (piece.tf is None or int(piece.tf.max()) < 1 << (32 - TF_SHIFT))
