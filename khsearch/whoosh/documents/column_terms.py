"""column_terms: the terms of a commit, those that only a column tells of among them: a value, as its field writes it.

An Index keeps keywords, numbers, dates and truth values in columns. Whoosh's matchers, sorting and suggestions ask a
reader for terms and postings: here they are, made of the column when first asked for and kept with the commit. Of three
documents with the keywords b and A, none, and a:

    terms    a b        the distinct values, rising bytewise
    starts   0 2 3      where the documents of each begin
    docs     0 2 0
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

import numpy as np

from khsearch.arrays import DOC, EMPTY, EMPTY_DOCS, Array
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whoosh.fields import Schema

    from khsearch.columnar import Column, Commit


@frozen
class _Inverted:
    """The live documents of each term of a column; a document that has a value twice stands there once."""

    terms: Sequence[bytes]
    starts: Array
    docs: Array

    @property
    def nbytes(self) -> int:
        """Bytes in memory, about."""
        return int(self.starts.nbytes + self.docs.nbytes) + 60 * len(self.terms)


class ColumnTerms:
    """Terms as `Commit.terms` has them, for the fields of a schema that have a column and no postings."""

    def __init__(self, commit: Commit, schema: Schema) -> None:
        self._commit = commit
        self._schema = schema

    def has(self, name: str) -> bool:
        """Whether a field lies in a column alone."""
        known = self._commit
        return name in self._schema and not known.terms.has_field(name) and known.documents.column(name) is not None

    def with_prefix(self, name: str, prefix: bytes = b"") -> list[bytes]:
        """Distinct terms that begin so, in order."""
        terms = self._inverted(name).terms
        first = bisect_left(terms, prefix)
        last = first
        while last < len(terms) and terms[last].startswith(prefix):
            last += 1
        return list(terms[first:last])

    def docs_of(self, name: str, term: bytes) -> Array:
        """Live documents that have the term -> (n,) DOC, rising."""
        known = self._inverted(name)
        at = bisect_left(known.terms, term)
        if at == len(known.terms) or known.terms[at] != term:
            return EMPTY_DOCS
        return known.docs[known.starts[at] : known.starts[at + 1]]

    def postings(self, name: str, term: bytes) -> tuple[Array, Array]:
        """Live postings of a term -> (docs (n,) DOC, tf (n,) int64), each once."""
        docs = self.docs_of(name, term)
        return docs, np.ones(len(docs), np.int64)

    def terms_of(self, name: str, doc: int) -> list[bytes]:
        """The terms of one document, in order."""
        known = self._inverted(name)
        places = np.flatnonzero(known.docs == doc)
        return [known.terms[at] for at in (np.searchsorted(known.starts, places, "right") - 1).tolist()]

    def _inverted(self, name: str) -> _Inverted:
        return self._commit.memo("column terms", name, lambda: self._made(name), lambda made: made.nbytes, lasting=True)

    def _made(self, name: str) -> _Inverted:
        column = self._commit.documents.column(name)
        if column is None or name not in self._schema:
            return _Inverted((), np.zeros(1, np.int64), EMPTY_DOCS)
        live = self._commit.leaves.live
        owners, compared = column.owners(), column.compared
        if live is not None:
            kept = live.take(owners)
            owners, compared = owners[kept], compared[kept]
        values, which = np.unique(compared, return_inverse=True)
        written = [self._term(name, column, value) for value in values.tolist()]
        terms = sorted(set(written))
        place = {term: number for number, term in enumerate(terms)}
        numbers = np.array([place[term] for term in written], np.int64).take(which) if written else EMPTY
        pairs = np.unique(numbers * (len(column.counts) + 1) + owners)
        docs = (pairs % (len(column.counts) + 1)).astype(DOC)
        starts = np.searchsorted(pairs // (len(column.counts) + 1), np.arange(len(terms) + 1))
        return _Inverted(terms, starts, docs)

    def _term(self, name: str, column: Column, value: Any) -> bytes:
        """What a value of `compared` is as a term of its field."""
        if column.kind == "text":
            return bytes(column.forms[value])
        return bytes(self._schema[name].to_bytes(column.names[value] if column.kind == "exact" else value))
