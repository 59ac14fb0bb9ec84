"""compiled: a field's tokens put in order and coded by the compiled core, as `inversion` and `encode` do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch import native
from khsearch.columnar.postings import layout
from khsearch.columnar.postings.encode import STREAMS, Coded
from khsearch.columnar.postings.inversion import lengths_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from khsearch.arrays import Array
    from khsearch.columnar.postings.inversion import Postings
    from khsearch.engine import TokenBatch


class CompiledInverter:
    """Collects one field's tokens of many documents, as `inversion.Inverter` does."""

    def __init__(self, *, positions: bool) -> None:
        assert native.core is not None
        self.positions = positions
        self._inner = native.core.Inverter(positions)
        self._counts: list[tuple[int, Array]] = []  # first document of a batch, tokens of each

    @property
    def tokens(self) -> int:
        """Tokens so far."""
        return int(self._inner.tokens)

    @property
    def terms(self) -> int:
        """Distinct terms so far."""
        return int(self._inner.terms)

    def add(self, batch: TokenBatch, first: int) -> None:
        """Take in a batch whose first document has the number first, and no position MAX_POSITION or more."""
        self._counts.append((first, batch.counts))
        positions = batch.positions if self.positions else None
        self._inner.add(
            _contiguous(batch.codes, np.uint8),
            _contiguous(batch.starts, np.int64),
            _contiguous(batch.ends, np.int64),
            _contiguous(batch.counts, np.int64),
            None if positions is None else _contiguous(positions, np.int64),
            None if batch.term_ids is None else _contiguous(batch.term_ids, np.int32),
            first,
        )

    def lengths(self, docs: int) -> Array:
        """Tokens of each document -> (docs,) int64."""
        return lengths_of(self._counts, docs)

    def finish(self, docs: int, least: int | None) -> CompiledPostings:
        """All that was added, in the order of terms, for a segment of so many documents. The inverter is spent.

        least: documents of the pairs of neighbours that are counted; None for no pairs.
        """
        return CompiledPostings(self._inner.finish(docs, least))


class CompiledPostings:
    """One field's postings, in the order of terms."""

    def __init__(self, inner: native.Inverted) -> None:
        self._inner = inner

    def coded(self) -> Iterator[Coded]:
        """All of them, part after part, as `FieldEncoder.add` takes them."""
        while parts := self._inner.coded():
            yield from map(_of, parts)

    def pairs(self) -> tuple[Array, Array, Array] | None:
        """Pairs of neighbouring terms, once all is coded -> firsts, seconds, dfs (p,).

        None where tokens stand elsewhere than at 0, 1, 2, ...
        """
        found = self._inner.pairs()
        if found is None:
            return None
        firsts, seconds, dfs = (np.frombuffer(part, np.uint32).astype(np.int64) for part in found)
        return firsts, seconds, dfs


def coded(codes: Array, starts: Array, postings: Postings, docs: int) -> Coded:
    """What `encode.coded` gives."""
    assert native.core is not None
    places = postings.positions
    arrays = (starts, postings.df, postings.docs, postings.tf)
    return _of(
        native.core.coded(
            _contiguous(codes, np.uint8),
            *(_contiguous(array, np.int64) for array in arrays),
            None if places is None else _contiguous(places, np.int64),
            docs,
        )
    )


def _of(part: native.Coded) -> Coded:
    streams = dict(zip(STREAMS, (np.frombuffer(stream, np.uint8) for stream in part.streams), strict=True))
    *counts, rests = part.counts
    df, extra, lengths = (np.frombuffer(count, np.uint32) for count in counts)
    rows = np.frombuffer(part.rows, np.int64).reshape(-1, layout.COLUMNS)
    keys = np.frombuffer(part.keys, np.uint64)
    return Coded(streams, df, extra, lengths, np.frombuffer(rests, np.uint8), rows, keys, part.top)


def _contiguous(array: Array, dtype: type[np.generic]) -> Array:
    return np.ascontiguousarray(array, dtype)
