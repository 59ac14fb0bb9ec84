"""leaves: the segments of one commit end to end, as one numbering of documents. Deleted ones never show."""

from __future__ import annotations

import functools
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from khsearch import arrays
from khsearch.arrays import np
from khsearch.errors import IndexDamagedError, QueryError
from khsearch.sharing import cached_property

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from khsearch.arrays import Array
    from khsearch.columnar.postings.decode import FieldReader
    from khsearch.columnar.segments.segment import Segment

P = ParamSpec("P")
T = TypeVar("T")
_OTHERS = bytes.maketrans(b"\0\1", b"\1\0")


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


class Leaves:
    """What the documents and the terms of a commit are read from. Immutable, safe for threads.

    folder         of the index, which errors name
    segments       in order
    bases          the first document number of each, and last how many documents there are
    doc_count_all  documents, deleted ones included
    doc_count      live documents
    """

    def __init__(self, folder: Path, segments: Sequence[Segment], deleted: Mapping[str, bytes]) -> None:
        """`deleted` has the documents of a segment that are, a byte each that is 0 or 1, by the name of its file."""
        self.folder = folder
        self.segments = segments
        self.bases = list(accumulate((segment.docs for segment in segments), initial=0))
        self.doc_count_all = self.bases[-1]
        self._fields: dict[str, Sequence[tuple[int, FieldReader]]] = {}
        self._gone: dict[int, Array] = {}
        self._deleted = [deleted.get(segment.entry.file.name) for segment in segments]
        self.doc_count = self.doc_count_all - sum(gone.count(1) for gone in self._deleted if gone is not None)

    @property
    def living(self) -> list[bytes | None]:
        """The live documents of each segment, a byte a document that is 0 or 1; None where none is deleted."""
        return [None if gone is None else gone.translate(_OTHERS) for gone in self._deleted]

    @cached_property
    def live(self) -> Array | None:
        """Which documents are live, (doc_count_all,) bool; None where none is deleted."""
        if self._deleted.count(None) == len(self._deleted):
            return None
        live = np.ones(self.doc_count_all, bool)
        for base, flags in zip(self.bases, self.living, strict=False):
            if flags is not None:
                live[base : base + len(flags)] = np.frombuffer(flags, bool)
        return live

    def locate(self, doc: int) -> tuple[Segment, int]:
        """The segment that holds a document, and the document's number in it."""
        if not 0 <= doc < self.doc_count_all:
            raise QueryError(f"no document {doc}; there are {self.doc_count_all}")
        number = bisect_right(self.bases, doc) - 1
        return self.segments[number], doc - self.bases[number]

    def fields(self, name: str) -> Sequence[tuple[int, FieldReader]]:
        """The field in every segment that has it, with the segment's first document number."""
        found = self._fields.get(name)
        if found is None:
            every = [(base, segment.field(name)) for base, segment in zip(self.bases, self.segments, strict=False)]
            found = self._fields[name] = [(base, field) for base, field in every if field is not None]
        return found

    def gone(self, base: int, docs: int) -> Array:
        """The deleted ones of so many documents from one on, less its number -> (n,) DOC, rising."""
        if self.live is None:
            return arrays.EMPTY_DOCS
        found = self._gone.get(base)
        if found is None:
            found = self._gone[base] = (~self.live[base : base + docs]).nonzero()[0].astype(arrays.DOC)
        return found
