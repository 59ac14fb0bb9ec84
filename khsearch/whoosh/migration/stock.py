"""stock: a folder of Whoosh's, as it is: its schema, and its documents in batches of bounded size.

Whoosh keeps postings term by term. A segment that is too large to be turned round at once is read several times, for a
range of documents each time.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import index as stock_index
from whoosh.columns import VarBytesColumn
from whoosh.fields import IDLIST, SpellField

from khsearch import columnar, descriptors
from khsearch.errors import (
    DocumentError,
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    IndexNotFoundError,
    IndexStoreError,
)
from khsearch.frozen import frozen
from khsearch.whoosh import values
from khsearch.whoosh.boosts import boost_column
from khsearch.whoosh.index import key_field
from khsearch.whoosh.migration.pickles import UntrustedError
from khsearch.whoosh.migration.postings import Tokens, UnevenError, tokens_of
from khsearch.whoosh.reading import characters, columns
from khsearch.whoosh.reading.reader import field_of
from khsearch.whoosh.schema.names import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whoosh.fields import FieldType, Schema
    from whoosh.reading import IndexReader, SegmentReader

    from khsearch.arrays import Array

MAX_TOKENS = 1 << 22  # of a batch, about; some 60 bytes each while they are put in order
MAX_STORED = 1 << 25  # bytes of stored fields of a batch, as Whoosh compresses them, about
MAX_DOCS = 1 << 16  # of a batch
MAX_PASSES = 1 << 12  # over a segment, whatever its files say
_SPARE = 64  # documents in a byte of a folder, at most
_RETRY = "nothing was imported; retry when its writers rest"


@frozen
class Batch:
    """Some documents, in order: their ids, empty for none; blobs of stored fields; tokens by field; rows by column."""

    keys: list[bytes]
    stored: list[bytes]
    tokens: dict[str, Tokens]
    columns: dict[str, list[Any]]


class StockIndex:
    """One index of a folder of Whoosh's, at its latest commit."""

    def __init__(self, folder: str, indexname: str) -> None:
        """Open it.

        IndexNotFoundError; IndexLockedError where somebody is writing; IndexMismatchError for a format of other
        Whooshes, or a pickle that names what is not on the list; IndexDamagedError.
        """
        self.folder = folder
        self._name = indexname
        self._lock = self._locked()
        with self._told("the table of contents"):
            try:
                index = stock_index.open_dir(folder, indexname, readonly=True)
            except stock_index.EmptyIndexError:
                raise IndexNotFoundError(self._absent()) from None
            except stock_index.IndexVersionError as problem:
                raise IndexMismatchError(
                    f"{folder}: its format is {problem.version}, and Whoosh 2.7's is "
                    f"{stock_index._CURRENT_TOC_VERSION}; index the documents again, or optimize it with Whoosh 2.7.4"
                ) from None
            self.generation: int = index.latest_generation()
            self.schema: Schema = index.schema
            _renew(self.schema)
            self.key = key_field(self.schema)
            self._reader: IndexReader = index.reader()
        self._index = index

    def close(self) -> None:
        """Let others write again."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def documents(self) -> int:
        """Live documents."""
        return int(self._reader.doc_count())

    @property
    def segments(self) -> int:
        """How many segments it has."""
        return sum(1 for _ in self._segments())

    def batches(self) -> Iterator[Batch]:
        """Yield all live documents, in their order; DocumentError for one that cannot be kept, and as above."""
        for segment, base in self._segments():
            with self._told(f"segment {base}"):
                self._check_size(segment)
                fields = self._fields(segment)
                sortable = self._columns(segment)
                live = np.array(
                    [doc for doc in range(segment.doc_count_all()) if not segment.is_deleted(doc)], np.int64
                )
                passes = self._passes(segment, len(live))
            low = 0
            for docs in np.array_split(live, passes) if len(live) else ():
                yield self._batch(segment, base, docs, low, fields, sortable)
                low = int(docs[-1]) + 1
        with self._told("the table of contents"):
            if self._index.latest_generation() != self.generation:
                raise IndexStoreError(f"{self.folder}: somebody wrote to it while it was read; {_RETRY}")

    def _segments(self) -> Iterator[tuple[SegmentReader, int]]:
        return (leaf for leaf in self._reader.leaf_readers() if leaf[0].doc_count_all())

    def _check_size(self, segment: SegmentReader) -> None:
        """ValueError for a number of documents that no such files hold."""
        total = sum(file.stat().st_size for file in Path(self.folder).iterdir() if file.is_file())
        if not 0 <= segment.doc_count_all() <= _SPARE * (total + 1):
            raise ValueError(f"{segment.doc_count_all()} documents in {total} bytes")

    def _fields(self, segment: SegmentReader) -> dict[str, FieldType]:
        """The fields of a segment that have postings and that the schema still has."""
        found = ((str(name), field_of(self.schema, name)) for name in segment.indexed_field_names())
        return {name: field for name, field in sorted(found) if field is not None and field.format is not None}

    def _columns(self, segment: SegmentReader) -> dict[str, FieldType]:
        """The fields that have columns, or would have them if they were written now."""
        pattern = re.compile(rf"{re.escape(segment.segment().segment_id())}\.(.+)\.col")
        files = (pattern.fullmatch(str(file)) for file in segment.storage().list())
        names = {*self.schema.names(), *(found[1] for found in files if found)}
        fields = ((name, field_of(self.schema, name)) for name in sorted(names) if not name.startswith("_"))
        return {name: field for name, field in fields if field is not None and field.column_type}

    def _passes(self, segment: SegmentReader, docs: int) -> int:
        """In how many ranges to read a segment, so that each fits into memory; damaged weights make no more of them."""
        tokens = sum(info.weight() for _, info in segment)
        file = f"{segment.segment().segment_id()}._stored.col"
        stored = segment.storage().file_length(file) if segment.storage().file_exists(file) else 0
        shares = ((tokens, MAX_TOKENS), (stored, MAX_STORED), (docs, MAX_DOCS))
        return min(max(1, *(-(-int(size) // most) for size, most in shares)), max(docs, 1), MAX_PASSES)

    def _batch(
        self,
        segment: SegmentReader,
        base: int,
        docs: Array,
        low: int,
        fields: dict[str, FieldType],
        sortable: dict[str, FieldType],
    ) -> Batch:
        numbers = np.full(segment.doc_count_all(), -1, np.int32)
        numbers[docs] = np.arange(len(docs), dtype=np.int32)
        tokens, rows = {}, {}
        for name, field in fields.items():
            mine, uneven = numbers, -1
            if isinstance(field, SpellField) and not low:
                mine = numbers.copy()
                mine[0] = 0  # Whoosh gives all words of a segment to its first document, be that deleted
            with self._told(f"segment {base}, field {name!r}"):
                try:
                    found = tokens_of(name, field, segment, low, int(docs[-1]) + 1, mine)
                except UnevenError as problem:
                    uneven = base + problem.number
            if uneven >= 0:
                raise DocumentError(
                    f"{self.folder}: field {name!r}, document {uneven}: its tokens have weights, which cannot be kept; "
                    "index it anew, with the words of each weight in a field of its own"
                )
            tokens[name] = found
            if bool((found.boosts != 1.0).any()):
                rows[boost_column(name)] = [None if boost == 1.0 else boost for boost in found.boosts.tolist()]
        stored = []
        for doc in docs.tolist():
            with self._told(f"document {base + doc}"):
                stored.append(segment.stored_fields(doc))
        for name, field in sortable.items():
            with self._told(f"segment {base}, column {name!r}"):
                rows[name] = self._rows(segment, base, name, field, docs.tolist(), stored)
        for name, found in tokens.items():
            if found.places is not None:
                for given, places in zip(stored, _characters(found), strict=True):
                    if places:
                        given.setdefault(characters.NAME, {})[name] = places
        blobs = []
        for doc, given in zip(docs.tolist(), stored, strict=True):
            try:
                blobs.append(values.encode(given))
            except DocumentError as problem:
                raise DocumentError(f"{self.folder}: document {base + doc}: {problem}") from None
        keys = self._keys(tokens, stored) if self.key in tokens else [b""] * len(blobs)
        return Batch(
            keys, blobs, tokens, {name: row for name, row in rows.items() if any(value is not None for value in row)}
        )

    def _keys(self, tokens: dict[str, Tokens], stored: list[dict[str, Any]]) -> list[bytes]:
        """The id of each document, as writers make it of what is given for the field."""
        assert self.key is not None
        field, found = self.schema[self.key], tokens[self.key]
        ends = found.counts.cumsum().tolist()
        keys = []
        for start, end, given in zip([0, *ends], ends, stored, strict=False):
            key = found.terms[found.ids[end - 1]] if end > start else b""
            value = given.get(self.key)
            if isinstance(value, str):
                raw = bytes(field.to_bytes(value))
                # Another value may have been stored than the one indexed.
                if raw != key and key in (term for term, *_ in field.index(value)):
                    key = raw
            keys.append(key)
        return keys

    def _rows(
        self,
        segment: SegmentReader,
        base: int,
        name: str,
        field: FieldType,
        docs: list[int],
        stored: list[dict[str, Any]],
    ) -> list[Any]:
        """What the column of a field has for some documents; from what is stored where the segment has no column."""
        if segment.has_column(name):
            reader, default = segment.column_reader(name, translate=False), columns.default_of(field.column_type)
            found = (reader[doc] for doc in docs)
            # A value that is the default is as good as none.
            return [None if raw == default else columns.kept_raw(field, raw) for raw in found]
        rows = []
        for doc, given in zip(docs, stored, strict=True):
            try:
                rows.append(None if given.get(name) is None else columns.kept(field, given[name]))
            except Exception as problem:  # whatever a field has against a value
                raise DocumentError(
                    f"{self.folder}: field {name!r}, document {base + doc}: it was made sortable, and "
                    f"{given[name]!r:.100} cannot be sorted by ({problem}); index the document again with Whoosh"
                ) from None
        return rows

    def _locked(self) -> int | None:
        """Keep others from writing, by Whoosh's lock -> its descriptor; None where nobody ever wrote."""
        try:
            lock = os.open(f"{self.folder}/{self._name}_WRITELOCK", descriptors.READ)
        except OSError:
            return None
        try:
            is_free = descriptors.lock_shared(lock)
        except OSError:  # a file system without locks
            is_free = True
        if not is_free:
            os.close(lock)
            raise IndexLockedError(f"{self.folder}: a writer of Whoosh's is at work; {_RETRY}")
        return lock

    def _absent(self) -> str:
        found = []
        with suppress(OSError):
            names = (re.fullmatch(r"_(.+)_\d+\.toc", path.name) for path in Path(self.folder).iterdir())
            found = sorted({name[1] for name in names if name})
        if found:
            return f"{self.folder}: no index {self._name} here, but {', '.join(found)}; name one with --indexname"
        if columnar.exists(Path(self.folder)):
            return f"{self.folder}: an index of khsearch, not of Whoosh; open it as it is"
        return f"{self.folder}: no index of Whoosh's here; name the folder that whoosh.index.open_dir opens"

    @contextmanager
    def _told(self, part: str) -> Iterator[None]:
        """Raise what Whoosh, or reading a file, raises as an error that says where."""
        try:
            yield
        except IndexStoreError:
            raise
        except DocumentError as problem:
            raise DocumentError(f"{self.folder}: {part}: {problem}") from None
        except UntrustedError as problem:
            raise IndexMismatchError(
                f"{self.folder}: {part}: its pickles name {problem}, which is none of Whoosh's classes and no plain "
                "value; if you trust whoever wrote the folder, add --trust-pickles"
            ) from None
        except UnavailableError as problem:
            raise IndexMismatchError(
                f"{self.folder}: {part}: its pickles need {problem}; install the package that brings it"
            ) from None
        except Exception as problem:  # Whoosh checks little of what it reads
            raise IndexDamagedError(
                f"{self.folder}: {part}: damaged ({type(problem).__name__}: {problem!s:.200}); restore it from a "
                "backup, or index the documents again"
            ) from problem


def _renew(schema: Schema) -> None:
    """Give the fields of a schema what the first Whooshes of 2.7 did not know of."""
    for field in [*schema, *(field for _, field in schema._dyn_fields.values())]:
        if isinstance(field, IDLIST):
            vars(field).setdefault("analyzer", IDLIST().analyzer)
        column = field.column_type
        while column is not None:
            if isinstance(column, VarBytesColumn):
                vars(column).update(vars(VarBytesColumn()) | vars(column))
            column = getattr(column, "_child", None)


def _characters(tokens: Tokens) -> Iterator[dict[str, list[int]]]:
    """What is kept of where the tokens of each document stand in its text."""
    assert tokens.positions is not None
    assert tokens.places is not None
    start = 0
    for end in tokens.counts.cumsum().tolist():
        terms = (tokens.terms[number] for number in tokens.ids[start:end].tolist())
        places = tokens.places[start:end].tolist()
        yield characters.places_of(
            (term, position, *place)
            for term, position, place in zip(terms, tokens.positions[start:end].tolist(), places, strict=True)
        )
        start = end
