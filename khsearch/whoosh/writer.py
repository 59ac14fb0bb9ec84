"""writer: documents as Whoosh takes them, field by field, through any Whoosh analyzer, into batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import fields, formats

from khsearch.arrays import pack
from khsearch.columnar import BatchWriter, one_at_a_time
from khsearch.engine import TokenBatch, nodes
from khsearch.errors import DocumentError
from khsearch.whoosh import values
from khsearch.whoosh.queries import Translator
from khsearch.whoosh.reader import boost_column

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from whoosh.fields import FieldType, Schema


WAITING = 1000  # documents that are gathered into a batch
Tokens = list[tuple[bytes, int]]  # term, position


class ColumnarWriter(BatchWriter):
    """The writer of an index with a schema: batches of arrays, or documents one by one as Whoosh takes them."""

    def __init__(self, folder: Path, schema: Schema, key: str | None, **settings: Any) -> None:
        """As BatchWriter; `key` is the field that holds ids, if any."""
        self.schema = schema
        self._waiting: list[_Document] = []
        positions = [str(name) for name, field in schema.items() if keeps_positions(field)]
        super().__init__(folder, key, positions, **settings)

    @one_at_a_time
    def add_document(self, /, **given: Any) -> None:
        """Add a document: keywords name fields; `_stored_NAME` stores another value than the one indexed.

        An older document of the same id stays; update_document replaces it.
        """
        self.check_open()
        self._waiting.append(self._document(given, replace=False))
        if len(self._waiting) >= WAITING:
            self._settle()

    @one_at_a_time
    def update_document(self, /, **given: Any) -> None:
        """Add a document in place of all that have the same value in any unique field."""
        self.check_open()
        document = self._document(given, replace=True)
        others = [
            (name, self._unique_term(name, given[name]))
            for name, field in self.schema.items()
            if field.unique and name != self.key and given.get(name) is not None
        ]
        for name, term in others:
            self.delete_by_term(name, term)
        self._waiting.append(document)
        if len(self._waiting) >= WAITING:
            self._settle()

    @one_at_a_time
    def delete_by_term(self, fieldname: str, text: Any) -> int:
        """Delete all documents that have the term in the field -> how many there were."""
        self._settle()
        term = self._unique_term(fieldname, text)
        with self._cancelled_on_error():
            if fieldname == self.key:
                return self._delete_keys([term])
            return self._delete_docs(self._searcher().terms.docs_of(fieldname, term))

    @one_at_a_time
    def delete_by_query(self, q: Any) -> int:
        """Delete all documents that a Whoosh query or a node matches -> how many there were."""
        self._settle()
        with self._cancelled_on_error():
            searcher = self._searcher()
            node = q if isinstance(q, nodes.Node) else Translator(searcher.commit, self.schema).node(q)
            return self._delete_docs(searcher.matching(node).docs)

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

    @one_at_a_time
    def add_batch(self, *args: Any, **kwargs: Any) -> None:
        """As BatchWriter.add_batch."""
        self._settle()
        super().add_batch(*args, **kwargs)

    @one_at_a_time
    def commit(self, *, optimize: bool = False, merge: bool = True) -> None:
        """As BatchWriter.commit."""
        self._settle()
        super().commit(optimize=optimize, merge=merge)

    def _unique_term(self, name: str, value: Any) -> bytes:
        if name not in self.schema:
            raise DocumentError(f"no field {name!r} in the schema; add it there, or drop it from the document")
        if isinstance(value, bytes):
            return value
        try:
            return bytes(self.schema[name].to_bytes(value))
        except (ValueError, TypeError, OverflowError) as error:
            raise DocumentError(f"field {name!r}: {value!r} does not fit: {error}") from error

    def _document(self, given: dict[str, Any], *, replace: bool) -> _Document:
        document = _Document(replace)
        stored: dict[str, Any] = {}
        for name in sorted(given):
            if name.startswith("_"):
                continue
            if name not in self.schema:
                raise DocumentError(f"no field {name!r} in the schema; add it there, or drop it from the document")
            field, value = self.schema[name], given[name]
            if value is not None:
                self._take(document, name, field, value)
            if field.stored and (value is not None or f"_stored_{name}" in given):
                stored[name] = given.get(f"_stored_{name}", value)
            boost = given.get(boost_column(name), given.get("_boost", 1.0))
            if value is not None and field.indexed and boost != 1:
                document.columns[boost_column(name)] = float(boost)
        document.stored = values.encode(stored)
        return document

    def _take(self, document: _Document, name: str, field: FieldType, value: Any) -> None:
        try:
            if field.indexed:
                document.tokens[name] = list(tokens_of(field, value))
                if name == self.key:
                    document.key = bytes(field.to_bytes(value))
        except (
            ValueError,
            TypeError,
            OverflowError,
            AssertionError,
            AttributeError,
            fields.FieldConfigurationError,
        ) as e:
            raise DocumentError(f"field {name!r}: {value!r} cannot be indexed: {e}") from e
        if field.column_type is not None:
            document.columns[name] = value

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
                self._pass_on(waiting[at:stop], replace=waiting[at].replace)
                at = stop

    def _pass_on(self, documents: list[_Document], *, replace: bool) -> None:
        tokens, columns = {}, {}
        for name in sorted({name for document in documents for name in document.tokens}):
            rows = [document.tokens.get(name, []) for document in documents]
            flat = [token for row in rows for token in row]
            codes, starts = pack([term for term, _ in flat])
            counts = np.fromiter(map(len, rows), np.int64, len(rows))
            positions = np.fromiter((position for _, position in flat), np.int64, len(flat))
            tokens[name] = TokenBatch(codes, starts[:-1], starts[1:], counts, positions)
        for name in sorted({name for document in documents for name in document.columns}):
            columns[name] = [document.columns.get(name) for document in documents]
        keys, blobs = [document.key for document in documents], [document.stored for document in documents]
        self._add(keys, blobs, tokens, columns, replace=replace)

    def _delete_docs(self, docs: Any) -> int:
        count = 0
        bases = [0]
        for entry in self._draft.entries:
            bases.append(bases[-1] + entry.docs)
        for number in range(len(self._draft.entries)):
            low, high = np.searchsorted(docs, [bases[number], bases[number + 1]]).tolist()
            count += self._draft.mark(number, docs[low:high] - bases[number])
        return count


class _Document:
    """One analysed document that waits for its batch."""

    __slots__ = ("columns", "key", "replace", "stored", "tokens")

    def __init__(self, replace: bool) -> None:
        self.replace = replace
        self.key = b""
        self.stored = b""
        self.tokens: dict[str, Tokens] = {}
        self.columns: dict[str, Any] = {}


def keeps_positions(field: FieldType) -> bool:
    """Whether a field's tokens are kept with their positions."""
    return isinstance(field.format, formats.Positions)


def tokens_of(field: FieldType, value: Any) -> Iterator[tuple[bytes, int]]:
    """The terms of a value as the field indexes it, each as often as it occurs, with its position."""
    if keeps_positions(field) and field.analyzer is not None:
        if isinstance(value, list | tuple):
            yield from ((bytes(field.to_bytes(word)), position) for position, word in enumerate(value))
            return
        for token in field.analyzer(value, positions=True, mode="index"):
            yield bytes(field.to_bytes(token.text)), token.pos
        return
    place = 0
    for term, frequency, _, _ in field.index(value):
        for _ in range(int(frequency)):
            yield bytes(term), place
            place += 1
