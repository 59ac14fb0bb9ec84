"""field_lengths: how long the fields of documents are, and what BM25 makes of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array
from khsearch.columnar.search import bm25
from khsearch.columnar.search.leaves import refusing_damage
from khsearch.engine import FieldScale, boosts_of
from khsearch.errors import QueryError

if TYPE_CHECKING:
    from khsearch.columnar.search.cache import Cache
    from khsearch.columnar.search.document_store import DocumentStore
    from khsearch.columnar.search.leaves import Leaves
    from khsearch.columnar.segments.segment import Segment


class FieldLengths:
    """The lengths of fields in the documents of one commit. Immutable, safe for threads."""

    def __init__(self, leaves: Leaves, cache: Cache, documents: DocumentStore) -> None:
        self.folder = leaves.folder
        self._leaves = leaves
        self._cache = cache
        self._documents = documents

    def lengths(self, name: str) -> Array:
        """Tokens of a field in each document, deleted ones included -> (doc_count_all,)."""
        return self._cache.memo("lengths", name, lambda: self._all_lengths(name), _size_of, lasting=True)

    @refusing_damage
    def _all_lengths(self, name: str) -> Array:
        parts = [self._own_lengths(segment, name) for segment in self._leaves.segments]
        return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, np.uint8), *parts])

    def _own_lengths(self, segment: Segment, name: str) -> Array:
        """Those of one segment, which the next commit may have, too; they lie in its file."""
        return self._cache.memo(
            "lengths of a segment",
            (segment, name),
            lambda: segment.lengths(name),
            _nothing,
            lasting=True,
            owner=segment,
        )

    def total_length(self, name: str) -> int:
        """Tokens of a field in all live documents."""
        return self._cache.memo("total length", name, lambda: self._sum_of_lengths(name), _nothing)

    def _sum_of_lengths(self, name: str) -> int:
        total = 0
        for base, segment in zip(self._leaves.bases, self._leaves.segments, strict=False):
            gone = self._leaves.gone(base, segment.docs)
            lost = self._own_lengths(segment, name).take(gone).sum(dtype=np.int64) if len(gone) else 0
            total += segment.tokens(name) - int(lost)
        return total

    def average_length(self, name: str) -> float:
        """Mean tokens of a field over all live documents."""
        return self.total_length(name) / self._leaves.doc_count if self._leaves.doc_count else 0.0

    def norms(self, name: str, scale: FieldScale) -> Array:
        """bm25.norms of every document, boosted as the scale says -> (doc_count_all,) float32."""
        boost, column = boosts_of(scale)

        def make() -> Array:
            plain = bm25.norms(self.lengths(name), self.average_length(name), scale)
            return bm25.boosted(plain, self.boosts(column) * boost) if column or boost != 1 else plain

        return self._cache.memo("norms", (name, scale.k1, scale.b, boost, column), make, _size_of)

    def boosts(self, column: str) -> Array:
        """What the documents say in a column of boosts -> (doc_count_all,) float64; (1,) if none says anything."""
        return self._cache.memo("boosts", column, lambda: self._boosts(column), _size_of)

    def _boosts(self, column: str) -> Array:
        found = self._documents.column(column) if column else None
        if found is None:
            return np.ones(1)
        if found.kind == "text":
            raise QueryError(f"column {column!r} holds text; boosts are numbers")
        places, has = found.first_places()
        values = np.array(found.names)[found.values] if found.kind == "exact" else found.values
        return np.where(has, values.take(places, mode="clip") if len(values) else 1.0, 1.0).astype(np.float64)


def _size_of(array: Array) -> int:
    return array.nbytes


def _nothing(_: object) -> int:
    return 0
