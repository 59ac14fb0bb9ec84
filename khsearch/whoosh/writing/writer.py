"""writer: Whoosh's IndexWriter over an index of arrays: documents field by field, through any analyzer, into batches.

The methods are those of whoosh.writing.IndexWriter and SegmentWriter, and mean what they mean there, but for this:
documents that were added and not committed yet are replaced and deleted, too.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh.fields import Schema
from whoosh.query import Query
from whoosh.writing import IndexWriter

from khsearch.arrays import DOC
from khsearch.columnar import BatchWriter, Pruning, one_at_a_time, written
from khsearch.engine import TokenBatch
from khsearch.errors import IndexStoreError
from khsearch.whoosh import schema as schemas
from khsearch.whoosh import values
from khsearch.whoosh.boosts import boosted_field
from khsearch.whoosh.errors import IndexingError, UnknownFieldError, as_whoosh_has_them
from khsearch.whoosh.reading import characters
from khsearch.whoosh.reading.columns import check_kind
from khsearch.whoosh.reading.matchers import keeps_positions
from khsearch.whoosh.reading.reader import WhooshReader, field_of
from khsearch.whoosh.searching.searcher import ColumnarSearcher, searcher_of
from khsearch.whoosh.writing import analysed as documents
from khsearch.whoosh.writing.analysed import Analysed, analysed, khmer_batch, token_batch
from khsearch.whoosh.writing.copying import documents_of
from khsearch.whoosh.writing.merging import merging_of

if TYPE_CHECKING:
    from pathlib import Path

    from whoosh.fields import FieldType
    from whoosh.reading import IndexReader

    from khsearch.arrays import Array

SchemaOf = Callable[[Mapping[str, str]], tuple[Schema, bool]]
"""The files of a commit -> the schema that counts, and whether it is the one that they keep."""

WAITING = 1000  # documents that are gathered into a batch


class ColumnarWriter(BatchWriter, IndexWriter):  # type: ignore[misc]
    """The writer of an index with a schema.

    schema                       the index's as this writer leaves it
    mergetype, optimize, merge   how to commit unless commit is told otherwise, as in Whoosh
    """

    def __init__(self, folder: Path, key: str | None, schema: SchemaOf, **settings: Any) -> None:
        """As BatchWriter; `key` is the field that holds ids, if any."""
        with as_whoosh_has_them():
            super().__init__(folder, key, **settings)
        try:
            found, self._kept = schema(self._draft.others)
        except BaseException:
            self.cancel()
            raise
        self.schema = copied(found)
        self.mergetype: Callable[..., Any] | None = None
        self.optimize = False
        self.merge = True
        self._added = False
        self._groups = 0
        self._waiting: list[Analysed] = []

    @property
    def is_closed(self) -> bool:
        """Whether it has been committed or cancelled."""
        return self.ended

    def check_open(self) -> None:
        """Raise IndexingError where the writer has ended, or belongs to another process."""
        try:
            super().check_open()
        except IndexStoreError as error:
            raise IndexingError(str(error)) from error

    # The schema

    @one_at_a_time
    def add_field(self, /, fieldname: str, fieldtype: FieldType, **kwargs: Any) -> None:
        """Add a field to the schema, before any document; as Whoosh's."""
        self._check_unchanged()
        schema = copied(self.schema)
        schema.add(fieldname, fieldtype, **kwargs)
        documents.check_schema(schema)
        for name in self._draft.names():
            check_kind(name, field_of(schema, name), self._draft.column_kinds(name))
        self.schema, self._kept = schema, False

    @one_at_a_time
    def remove_field(self, /, fieldname: str, **kwargs: Any) -> None:
        """Take a field out of the schema, before any document; optimizing takes what it held out of the index."""
        self._check_unchanged()
        self.schema.remove(fieldname, **kwargs)
        self._kept = False

    def _check_unchanged(self) -> None:
        self.check_open()
        if self._added:
            raise IndexingError(
                f"{self.folder}: documents have been added; change the schema before, or with a new writer"
            )

    # Documents

    @one_at_a_time
    def add_document(self, /, **given: Any) -> None:
        """Add a document: keywords name fields; `_stored_NAME` stores another value than the one indexed.

        `_boost` and `_NAME_boost` are factors of all weights, and of those in one field. An older document of the same
        id stays; update_document replaces it. DocumentError, and nothing added, where it does not fit.
        """
        self.check_open()
        self._take(analysed(self.schema, self.key, given, replace=False))

    @one_at_a_time
    def update_document(self, /, **given: Any) -> None:
        """Add a document in place of all that have the same value in any unique field."""
        self.check_open()
        document = analysed(self.schema, self.key, given, replace=True)
        others = [
            (name, self._unique_term(name, given[name]))
            for name, field in self.schema.items()
            if field.unique and name != self.key and given.get(name) is not None
        ]
        for name, term in others:
            self.delete_by_term(name, term)
        self._take(document)

    def _take(self, document: Analysed) -> None:
        self._waiting.append(document)
        self._added = True
        self._settle_if_full()

    def _settle_if_full(self) -> None:
        if len(self._waiting) >= WAITING and not self._groups:
            self._settle()

    @one_at_a_time
    def add_reader(self, reader: IndexReader) -> None:
        """Add all documents of a reader of Whoosh's, or of this one, as they were indexed there."""
        self.check_open()
        for document in documents_of(reader, self.schema, self.key):
            self._take(document)

    @one_at_a_time
    def start_group(self) -> None:
        """Keep the documents that follow next to each other, in one segment, until end_group."""
        self.check_open()
        self._groups += 1

    @one_at_a_time
    def end_group(self) -> None:
        """End what start_group began."""
        self.check_open()
        self._groups = max(self._groups - 1, 0)
        self._settle_if_full()

    # Deleting

    @one_at_a_time
    def delete_by_term(self, fieldname: str, text: Any, searcher: Any = None) -> int:
        """Delete all documents that have the term in the field -> how many there were.

        searcher: of Whoosh's interface; the index as this writer has it is searched anyway.
        """
        self._settle()
        term = self._unique_term(fieldname, text)
        with self._cancelled_on_error():
            if fieldname == self.key:
                return self._delete_keys([term])
            return self._draft.delete_docs(self._searcher().terms.docs_of(fieldname, term))

    @one_at_a_time
    def delete_by_query(self, q: Any, searcher: Any = None) -> int:
        """Delete all documents that a Whoosh query or a node matches -> how many there were; `searcher` as above."""
        self._settle()
        return self.delete_found(lambda columns: docs_to_delete(q, searcher_of(columns, self.schema)))

    @one_at_a_time
    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Delete a document of the last commit by its number there, or let it be live again."""
        self._check_number(docnum)
        if not delete:
            self._draft.restore(docnum)
        elif not self._draft.is_deleted(docnum):
            self._draft.delete_docs(np.array([docnum]))

    @one_at_a_time
    def is_deleted(self, docnum: int) -> bool:
        """Whether a document of the last commit is deleted by now."""
        self._check_number(docnum)
        return self._draft.is_deleted(docnum)

    @one_at_a_time
    def has_deletions(self) -> bool:
        """Whether any document of the last commit is deleted by now, and still lies in a segment."""
        return self._draft.deleted > 0

    @one_at_a_time
    def deleted_count(self) -> int:
        """How many documents of the last commit are deleted by now, and still lie in a segment."""
        return self._draft.deleted

    def _check_number(self, docnum: int) -> None:
        self.check_open()
        if not 0 <= docnum < self._draft.docs:
            raise IndexingError(f"{self.folder}: no document of number {docnum!r}; there are {self._draft.docs}")

    @one_at_a_time
    def delete(self, name: str) -> bool:
        """Delete the document of that id -> whether there was one."""
        self._settle()
        return super().delete(name)

    @one_at_a_time
    def delete_all(self) -> None:
        """Delete every document."""
        self._waiting.clear()
        super().delete_all()

    # Reading: the last commit, without what this writer has deleted of it

    @one_at_a_time
    def reader(self, reuse: Any = None) -> WhooshReader:
        """A reader of the last commit, without what this writer deleted."""
        self.check_open()
        return WhooshReader(self._draft.searcher(committed=True).commit, self.schema)

    @one_at_a_time
    def searcher(self, /, **kwargs: Any) -> ColumnarSearcher:
        """A searcher of the last commit, without what this writer deleted."""
        self.check_open()
        return searcher_of(self._draft.searcher(committed=True), self.schema, **kwargs)

    # The end

    @one_at_a_time
    def commit(  # type: ignore[override]
        self,
        mergetype: Callable[..., Any] | None = None,
        optimize: bool | None = None,
        merge: bool | None = None,
    ) -> None:
        """Make everything durable and visible at once.

        mergetype: one of whoosh.writing's NO_MERGE, MERGE_SMALL, OPTIMIZE and CLEAR, which drops all documents of
        earlier commits. merge=False merges no segments; optimize=True leaves one.
        """
        how = merging_of(self, mergetype, optimize, merge)
        self._settle()
        with self._cancelled_on_error():
            if how.clear:
                self._draft.clear_committed()
            if not self._kept:
                files = schemas.encode(self.schema, self.next_name)
                self.replace_others(written(self.folder, files))
            pruning = self._pruning() if how.optimize else None
        super().commit(optimize=how.optimize, merge=how.merge, pruning=pruning)

    def _pruning(self) -> Pruning | None:
        """What segments hold of fields that are not in the schema any more."""
        gone = {name for name in self._draft.names() if field_of(self.schema, boosted_field(name)) is None}
        return Pruning(frozenset(gone), self._without_removed) if gone else None

    def _without_removed(self, blob: bytes) -> bytes:
        stored = values.decode(blob)
        kept = {name: value for name, value in stored.items() if name in self.schema}
        places = {name: place for name, place in stored.get(characters.NAME, {}).items() if name in self.schema}
        return characters.encoded(kept, places)

    def _unique_term(self, name: str, value: Any) -> bytes:
        field = field_of(self.schema, name)
        if field is None:
            raise UnknownFieldError(f"no field {name!r} in the schema; delete by a field that is there")
        return documents.term_of(name, field, value)

    def _settle(self) -> None:
        """Pass the waiting documents on as batches: those that replace older ones, and those that do not."""
        self.check_open()
        waiting, self._waiting = self._waiting, []
        at = 0
        with self._cancelled_on_error():  # of a batch that is refused, documents are lost that were taken before
            while at < len(waiting):
                stop = at + 1
                while stop < len(waiting) and waiting[stop].replace == waiting[at].replace:
                    stop += 1
                self._pass_on(waiting[at:stop], more=stop < len(waiting))
                at = stop

    def _pass_on(self, batch: list[Analysed], *, more: bool) -> None:
        tokens: dict[str, TokenBatch] = {}
        columns: dict[str, list[Any]] = {}
        for name in sorted({name for document in batch for name in (*document.tokens, *document.texts)}):
            field = self.schema[name]
            if any(name in document.tokens for document in batch):
                tokens[name] = token_batch([document.tokens_of(name, field) for document in batch])
            else:
                tokens[name] = khmer_batch(field, [document.texts.get(name, "") for document in batch])
            if keeps_positions(field.format):
                self._positions |= {name}
        for name in sorted({name for document in batch for name in document.columns}):
            columns[name] = [document.columns.get(name) for document in batch]
        keys, blobs = [document.key for document in batch], [document.stored for document in batch]
        # Documents of a group lie in one segment.
        self._add(keys, blobs, tokens, columns, replace=batch[0].replace, more=more)


def copied(schema: Schema) -> Schema:
    """Return a schema with the same fields; Whoosh's own copy lacks patterns and has spelling fields twice."""
    out = copy.copy(schema)
    out._fields, out._dyn_fields = dict(schema._fields), dict(schema._dyn_fields)
    out._subfields = {name: list(names) for name, names in schema._subfields.items()}
    return out


def docs_to_delete(q: Any, searcher: ColumnarSearcher) -> Array:
    """The documents that a Whoosh query or a node deletes -> (n,) DOC, rising."""
    if isinstance(q, Query) and type(q).deletion_docs is not Query.deletion_docs:  # as parents delete their children
        return np.array(sorted(set(q.deletion_docs(searcher))), DOC)
    docs: Array = searcher.columns.matching(searcher.node(q)).docs
    return docs
