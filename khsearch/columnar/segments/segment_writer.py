"""segment_writer: the parts of a segment in, its file out. Sections and their names are those of `format`."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from khsearch import version
from khsearch.arrays import Array, narrow, pack
from khsearch.columnar.files.blockfile import BlockFileWriter
from khsearch.columnar.files.catalog import FileEntry
from khsearch.columnar.postings.encode import Coded, FieldEncoder
from khsearch.columnar.segments import column_files, pair_files
from khsearch.columnar.segments.segment import hashes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from khsearch.columnar.files.disk import Disk
    from khsearch.columnar.segments.columns import Column
    from khsearch.columnar.segments.pairs import Pairs
    from khsearch.columnar.segments.stored import StoredWriter


def temporary_paths(folder: Path, name: str) -> Callable[[], Path]:
    """Names for what a segment's writer puts aside meanwhile, another one at each call."""
    numbers = itertools.count()
    return lambda: folder / f"{name.removesuffix('.seg')}{next(numbers):04x}.tmp"


class SegmentWriter:
    """Writes one segment, part after part; readers find the parts by name, so their order is the caller's.

    Used as a context manager: the file is closed at the end, whole if `finish` was called. Every part is given once.
    """

    def __init__(self, disk: Disk, folder: Path, name: str, docs: int, new_path: Callable[[], Path]) -> None:
        """Create the file of a segment of so many documents; new_path as from `temporary_paths`."""
        self._disk = disk
        self._name = name
        self._docs = docs
        self._new_path = new_path
        self._fields: dict[str, Any] = {}
        self._terms: dict[str, int] = {}
        self._columns: dict[str, Any] = {}
        self._file = BlockFileWriter(disk, folder / name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add_field(self, name: str, parts: Iterable[Coded], lengths: Array, *, positions: bool) -> None:
        """Write a field; fields come in the order of their names.

        parts: its postings, in the order of terms; all but the last have a multiple of layout.BLOCK terms. lengths:
        (docs,) tokens of each document.
        """
        prefix = f"{len(self._fields)}."
        encoder = FieldEncoder(self._disk, self._new_path, positions=positions)
        try:
            for part in parts:
                encoder.add(part)
            encoder.write(self._file, prefix)
        finally:
            encoder.close()
        self._file.add(prefix + "doclens", narrow(lengths))
        self._fields[name] = {"prefix": prefix, "positions": positions} | encoder.meta()
        self._terms[name] = encoder.terms

    def add_pairs(self, name: str, found: Pairs) -> None:
        """Write the table of the pairs of a field, which is written already: the frequent ones."""
        pair_files.write(self._file, self._fields[name]["prefix"], pair_files.frequent(found), self._terms[name])
        self._fields[name]["pairs"] = True

    def add_ids(self, keys: Sequence[bytes]) -> None:
        """Write the ids of all documents, empty for none, and the table by which they are looked up."""
        hashes = hashes_of(keys, len(keys))
        docs = np.fromiter(map(bool, keys), np.bool_, len(keys)).nonzero()[0]
        order = docs[np.argsort(hashes[docs], kind="stable")]
        codes, starts = pack(keys)
        self._file.add("ids.hashes", hashes[order])
        self._file.add("ids.docs", narrow(order))
        self._file.add("ids.starts", narrow(starts))
        self._file.add("ids.codes", codes)

    def add_summaries(self, summaries: Sequence[bytes]) -> None:
        """Write the summaries of all documents, end to end."""
        codes, starts = pack(summaries)
        self._file.add("heads.starts", narrow(starts if len(codes) else starts[:0]))
        self._file.add("heads.codes", codes)

    def add_traits(self, traits: Iterable[str]) -> None:
        """Write what the terms of the documents depend on: lines that mean something to whoever made the terms."""
        self._file.add("traits", np.frombuffer("\n".join(sorted(traits)).encode(), np.uint8))

    def add_stored(self, stored: StoredWriter) -> None:
        """Write the stored documents."""
        stored.write(self._file)

    def add_column(self, name: str, column: Column) -> None:
        """Write a column of all documents; columns come in the order of their names."""
        prefix = f"column{len(self._columns)}."
        self._columns[name] = {"prefix": prefix} | column_files.write(self._file, prefix, column)

    def finish(self) -> FileEntry:
        """Write what the parts are, and fsync -> the file."""
        meta = {"format": version.NOW, "docs": self._docs, "fields": self._fields, "columns": self._columns}
        self._file.finish(meta)
        return FileEntry(self._name, self._file.size, self._file.root)
