"""reader: a commit of an Index as Whoosh's IndexReader and Searcher.

The methods are those of whoosh.reading.IndexReader and whoosh.searching.Searcher, and mean what they mean there.
"""

# ruff: noqa: D102

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from whoosh.query import Query

from khsearch.agreement import Agreement
from khsearch.documents import Document, document_of
from khsearch.schema import ID, TEXT, TITLE
from khsearch.whoosh.documents.column_terms import ColumnTerms
from khsearch.whoosh.documents.fields import DateField, form_of, moment_of
from khsearch.whoosh.fields import KHMER
from khsearch.whoosh.queries.column_queries import is_near
from khsearch.whoosh.reading.reader import WhooshReader, field_of
from khsearch.whoosh.searching.searcher import ColumnarSearcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whoosh.fields import Schema

    from khsearch.arrays import Array
    from khsearch.columnar import Commit
    from khsearch.engine import Node
    from khsearch.whoosh.reading.matchers import Positions


class DocumentReader(WhooshReader):
    """A commit of an Index: stored fields are those of its documents; values of columns are terms, too."""

    def __init__(self, commit: Commit, schema: Schema) -> None:
        super().__init__(commit, schema)
        self._columns = ColumnTerms(commit, schema)

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        documents = self.commit.documents
        return fields_of(document_of(documents.summary(docnum), documents.stored(docnum)), self.schema)

    def indexed_field_names(self) -> list[str]:
        own = [name for name in self.schema.names() if self._columns.has(name)]
        return sorted([*super().indexed_field_names(), *own])

    def terms_of_field(self, name: str, prefix: bytes = b"") -> list[bytes]:
        return (
            self._columns.with_prefix(name, prefix) if self._columns.has(name) else super().terms_of_field(name, prefix)
        )

    def terms_within(self, fieldname: str, text: str, maxdist: int, prefix: int = 0) -> Iterator[str]:
        if not self._columns.has(fieldname):
            return super().terms_within(fieldname, text, maxdist, prefix)
        field = self.schema[fieldname]
        word = form_of(text)
        every = (field.from_bytes(term) for term in self.terms_of_field(fieldname))
        return (term for term in every if isinstance(term, str) and is_near(term, word, int(maxdist), prefix))

    def weighed(self, name: str, term: bytes) -> tuple[Array, Array, Array]:
        if not self._columns.has(name):
            return super().weighed(name, term)
        docs, tf = self._columns.postings(name, term)
        return docs, tf * 1.0, tf

    def positions_of(self, name: str, term: bytes, tf: Array) -> Positions:
        return (lambda _: []) if self._columns.has(name) else super().positions_of(name, term, tf)

    def doc_frequency(self, fieldname: str, text: Any) -> int:
        if not self._columns.has(fieldname):
            return super().doc_frequency(fieldname, text)
        return len(self._columns.docs_of(fieldname, self.term_bytes(fieldname, text)))


class DocumentSearcher(ColumnarSearcher):
    """A Searcher of an Index, which refuses what its texts were broken otherwise for."""

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        """`agreement` is that of the commit; other arguments as ColumnarSearcher takes them."""
        self._agreement = agreement
        super().__init__(*args, **kwargs)

    def node(self, q: Any, *, scored: bool = True) -> Node:
        self._check(q)
        return super().node(q, scored=scored)

    def search_with_collector(self, q: Any, collector: Any, context: Any = None) -> None:
        self._check(q)
        super().search_with_collector(q, collector, context)

    def docs_for_query(self, q: Any, for_deletion: bool = False) -> Iterator[int]:
        self._check(q)
        found: Iterator[int] = super().docs_for_query(q, for_deletion)
        return found

    def _check(self, q: Any) -> None:
        if isinstance(q, Query):
            self._agreement.check(" ".join(texts_of(q, self.schema)))


def texts_of(q: Query, schema: Schema) -> list[str]:
    """The words and beginnings of words that a query looks for in fields of Khmer."""
    found: list[str] = []
    for leaf in q.leaves():
        name = leaf.field()
        if name in schema and isinstance(schema[name], KHMER):
            words = [getattr(leaf, "text", None), *getattr(leaf, "words", ())]
            found += [schema[name].from_bytes(word) if isinstance(word, bytes) else word for word in words if word]
    return found


def fields_of(document: Document, schema: Schema) -> dict[str, Any]:
    """What Whoosh shows of a document: id, title and text, and its own fields, days as their first moments."""
    own = {name: _shown(name, value, schema) for name, value in document.fields.items()}
    return {**own, ID: document.id, TITLE: document.title, TEXT: document.text}


def _shown(name: str, value: object, schema: Schema) -> object:
    if isinstance(value, date) and not isinstance(value, datetime) and isinstance(field_of(schema, name), DateField):
        return moment_of(value)
    return value
