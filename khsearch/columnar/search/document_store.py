"""document_store: what one commit keeps of its documents: ids, summaries, stored blobs, columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import DOC, Array
from khsearch.columnar.search.doc_values import DocValues, doc_values
from khsearch.columnar.search.leaves import refusing_damage
from khsearch.columnar.segments import columns
from khsearch.columnar.segments.segment import hashes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.columnar.search.cache import Cache
    from khsearch.columnar.search.leaves import Leaves
    from khsearch.engine import By


class DocumentStore:
    """The documents of all segments as one collection. Immutable, safe for threads."""

    def __init__(self, leaves: Leaves, key: str | None, form: columns.Form | None, cache: Cache) -> None:
        """key: the field of ids, None where documents have none. form: in which text of columns is compared."""
        self.folder = leaves.folder
        self.doc_count_all = leaves.doc_count_all
        self._leaves = leaves
        self._key = key
        self._form = form
        self._cache = cache

    def all_live(self) -> Array:
        """Numbers of all live documents -> (n,) DOC, rising."""
        every = np.arange(self._leaves.doc_count_all, dtype=DOC)
        return every if self._leaves.live is None else every[self._leaves.live]

    @refusing_damage
    def stored(self, doc: int) -> bytes:
        """The stored blob of a document."""
        segment, inner = self._leaves.locate(doc)
        return segment.stored.blob(inner)

    @refusing_damage
    def summary(self, doc: int) -> bytes:
        """The small blob of a document, what a list of hits shows of it; empty where none was given."""
        segment, inner = self._leaves.locate(doc)
        return segment.summary(inner)

    @refusing_damage
    def id_of(self, doc: int) -> bytes:
        """The id of a document; empty where it has none."""
        segment, inner = self._leaves.locate(doc)
        return segment.id_of(inner) if self._key is not None else b""

    def docnum(self, name: str) -> int | None:
        """The live document that has the id; None where there is none."""
        return self.docnums([name])[0]

    def docnums(self, names: Sequence[str]) -> list[int | None]:
        """The same for many ids."""
        found = self.docs_of_ids([name.encode("utf-8", "surrogatepass") for name in names])
        return [docs[-1] if docs else None for docs in found]

    @refusing_damage
    def docs_of_ids(self, ids: list[bytes]) -> list[list[int]]:
        """The live documents of each id."""
        leaves, live = self._leaves, self._leaves.live
        out: list[list[int]] = [[] for _ in ids]
        if self._key is None:
            return out
        hashes = hashes_of(ids, len(ids))
        for base, segment in zip(leaves.bases, leaves.segments, strict=False):
            for mine, found in zip(out, segment.docs_of_ids(ids, hashes), strict=True):
                mine += [base + doc for doc in found if live is None or live[base + doc]]
        return out

    def compared(self, text: bytes) -> bytes:
        """The form in which columns compare a text."""
        return text if self._form is None else self._form(text)

    def column(self, name: str) -> columns.Column | None:
        """A column over all documents; None where no document has a value."""
        return self._cache.memo("columns", name, lambda: self._joined(name), _size_of, lasting=True)

    def values(self, name: str, by: By | None = None) -> DocValues:
        """A column over all documents as ordinals; of dates, by year, month or day."""
        return self._cache.memo("values", (name, by), lambda: self._values(name, by), _bytes_of, lasting=True)

    def written(self, name: str, ordinals: Array) -> list[str]:
        """Texts of a column as a live document has them first, by the ordinals of their forms, (n,)."""
        column = self.column(name)
        assert column is not None
        firsts = self._cache.memo("written", name, lambda: self._written(column), _size, lasting=True)
        return [column.shown(number) for number in firsts.take(ordinals).tolist()]

    @refusing_damage
    def _values(self, name: str, by: By | None) -> DocValues:
        if by is not None:
            return self.values(name).by(by)
        return doc_values(name, self.column(name), self._leaves.doc_count_all)

    def _written(self, column: columns.Column) -> Array:
        """The name by which each form shows -> (forms,) int64."""
        live, values = self._leaves.live, column.values
        if live is not None:
            values = values[live.repeat(column.counts)]
        found = np.zeros(len(column.forms), np.int64)
        found[column.form_of.take(values[::-1])] = values[::-1]  # of several for one place, the last one stays
        return found

    @refusing_damage
    def _joined(self, name: str) -> columns.Column | None:
        segments = self._leaves.segments
        parts = [segment.column(name, self._form) for segment in segments]
        if all(part is None for part in parts):
            return None
        filled = [
            part or columns.empty(np.zeros(segment.docs, np.int64))
            for part, segment in zip(parts, segments, strict=True)
        ]
        return columns.join(name, filled)


def _size_of(column: columns.Column | None) -> int:
    return 0 if column is None else column.nbytes


def _bytes_of(values: DocValues) -> int:
    return values.nbytes


def _size(array: Array) -> int:
    return array.nbytes
