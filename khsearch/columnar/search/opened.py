"""opened: one commit, open for reading: its segments as one collection of documents. Deleted ones never show."""

from __future__ import annotations

import functools
import threading
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from khsearch.arrays import DOC, EMPTY, Array, starts_of
from khsearch.columnar.segments import columns
from khsearch.columnar.segments.deletions import read_deletions
from khsearch.columnar.segments.segment import Segment, hashes_of
from khsearch.errors import IndexDamagedError, QueryError
from khsearch.sharing import Lock, cached_property

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from khsearch.columnar.files.catalog import Catalog
    from khsearch.columnar.postings.decode import FieldReader

P = ParamSpec("P")
T = TypeVar("T")


def refusing_damage(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Arrays that pass their checksums but make no sense together were not written by this package: say so."""

    def guarded(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except (ValueError, IndexError, OverflowError) as error:
            message = f"{self.folder}: damaged: {method.__name__} of {args}: {error}; restore or rebuild the index"
            raise IndexDamagedError(message) from error

    functools.update_wrapper(guarded, method)
    return guarded


class Opened:
    """All segments of one commit as one collection. Immutable, safe for threads; scratch memory is a thread's own."""

    def __init__(
        self,
        folder: Path,
        catalog: Catalog,
        key: str | None,
        known: Mapping[str, Segment],
        *,
        deleted: Mapping[str, Array] | None = None,
        form: columns.Form | None = None,
    ) -> None:
        """Open the catalog's segments, taking those already open from `known`, and read what is deleted unless given.

        Raises FileNotFoundError where a later commit removed a file, IndexDamagedError.
        """
        self.folder = folder
        self.catalog = catalog
        self.key = key
        self.form = form
        self.segments = [
            known[entry.file.name]
            if entry.file.name in known and known[entry.file.name].entry.file == entry.file
            else Segment(folder, entry)
            for entry in catalog.segments
        ]
        self.bases: list[int] = starts_of(np.array([entry.docs for entry in catalog.segments], np.int64)).tolist()
        self.doc_count_all = self.bases[-1]
        self.deleted = read_deletions(folder, catalog) if deleted is None else deleted
        self.doc_count = self.doc_count_all - sum(entry.deleted for entry in catalog.segments)
        self.live = self._live()
        self._lock = Lock()
        self._local = threading.local()
        self._columns: dict[str, columns.Column | None] = {}
        self._column_starts: dict[str, Array] = {}

    @cached_property
    def traits(self) -> frozenset[str]:
        """What the terms of the documents depend on: the lines of all segments."""
        return frozenset().union(*(segment.traits for segment in self.segments))

    # Documents

    @refusing_damage
    def stored(self, doc: int) -> bytes:
        """The stored blob of a document."""
        number, inner = self.locate(doc)
        return self.segments[number].stored.blob(inner)

    @refusing_damage
    def head(self, doc: int) -> bytes:
        """The small blob of a document, what a list of hits shows of it; empty where none was given."""
        number, inner = self.locate(doc)
        return self.segments[number].summary(inner)

    def doc_id(self, doc: int) -> str:
        """The id of a document; empty where it has none."""
        return self.doc_key(doc).decode("utf-8", "surrogatepass")

    @refusing_damage
    def doc_key(self, doc: int) -> bytes:
        """The id of a document as bytes; empty where it has none."""
        number, inner = self.locate(doc)
        return self.segments[number].id_of(inner) if self.key is not None else b""

    def docnum(self, name: str) -> int | None:
        """The live document that has the id; None where there is none."""
        found = self.docs_of_ids([name.encode("utf-8", "surrogatepass")])[0]
        return found[-1] if found else None

    @refusing_damage
    def docs_of_ids(self, keys: list[bytes]) -> list[list[int]]:
        """The live documents of each id."""
        out: list[list[int]] = [[] for _ in keys]
        if self.key is None:
            return out
        hashes = hashes_of(keys, len(keys))
        for base, segment in zip(self.bases, self.segments, strict=False):
            for mine, found in zip(out, segment.docs_of_ids(keys, hashes), strict=True):
                mine += [base + doc for doc in found if self.live is None or self.live[base + doc]]
        return out

    def locate(self, doc: int) -> tuple[int, int]:
        """Number of the segment that holds a document, and the document's number in it."""
        if not 0 <= doc < self.doc_count_all:
            raise QueryError(f"no document {doc}; there are {self.doc_count_all}")
        number = bisect_right(self.bases, doc) - 1
        return number, doc - self.bases[number]

    def all_live(self) -> Array:
        """Numbers of all live documents -> (n,) DOC, rising."""
        every = np.arange(self.doc_count_all, dtype=DOC)
        return every if self.live is None else every[self.live]

    # Fields

    def fields(self, name: str) -> Iterator[tuple[int, FieldReader]]:
        """The field in every segment that has it, with the segment's first document number."""
        for base, segment in zip(self.bases, self.segments, strict=False):
            field = segment.field(name)
            if field is not None:
                yield base, field

    def has_field(self, name: str) -> bool:
        """Whether any document has terms in the field."""
        return any(name in segment.field_names for segment in self.segments)

    # Columns

    @refusing_damage
    def column(self, name: str) -> columns.Column | None:
        """A column over all documents; None where no document has a value."""
        if name not in self._columns:
            parts = [segment.column(name, self.form) for segment in self.segments]
            if any(part is not None for part in parts):
                filled = [
                    part or columns.empty(np.zeros(segment.docs, np.int64))
                    for part, segment in zip(parts, self.segments, strict=True)
                ]
                self._columns[name] = columns.join(name, filled)
            else:
                self._columns[name] = None
        return self._columns[name]

    def column_starts(self, name: str) -> Array:
        """Where each document's values begin in a column that exists -> (doc_count_all + 1,) int64."""
        found = self._column_starts.get(name)
        if found is None:
            column = self.column(name)
            found = starts_of(EMPTY if column is None else column.counts)
            self._column_starts[name] = found
        return found

    # Memory of one thread

    def accumulator(self) -> Array:
        """Zeros for every document, (doc_count_all,) float64, this thread's own; whoever writes to it clears it."""
        found: Array | None = getattr(self._local, "accumulator", None)
        if found is None:
            found = self._local.accumulator = np.zeros(self.doc_count_all)
        return found

    def forget_scratch(self) -> None:
        """Give this thread new scratch memory when it next asks."""
        self._local.__dict__.clear()

    def marks(self, size: int) -> Array:
        """A table of False, (size,) bool, this thread's own; whoever writes to it clears it."""
        found: Array | None = getattr(self._local, "marks", None)
        if found is None:
            found = self._local.marks = np.zeros(size, bool)
        return found

    def _live(self) -> Array | None:
        if not self.deleted:
            return None
        live = np.ones(self.doc_count_all, bool)
        for number, segment in enumerate(self.segments):
            gone = self.deleted.get(segment.entry.file.name)
            if gone is not None:
                live[self.bases[number] : self.bases[number + 1]] = ~gone
        return live


def open_segments(opened: Opened | None) -> dict[str, Segment]:
    """The segments of an open commit, by file name; none where there is no commit yet."""
    segments: Sequence[Segment] = opened.segments if opened is not None else ()
    return {segment.entry.file.name: segment for segment in segments}
