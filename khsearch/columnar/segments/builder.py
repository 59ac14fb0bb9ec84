"""builder: documents in memory in, one segment file out."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from khsearch import version
from khsearch.arrays import EMPTY, narrow, pack
from khsearch.columnar.files.blockfile import BlockFileWriter
from khsearch.columnar.files.catalog import FileEntry
from khsearch.columnar.files.spool import Spool
from khsearch.columnar.postings.encode import FieldEncoder
from khsearch.columnar.postings.inversion import Inverter
from khsearch.columnar.segments import column_files, columns
from khsearch.columnar.segments.segment import write_heads, write_ids, write_traits
from khsearch.columnar.segments.stored import StoredWriter
from khsearch.engine import TokenBatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from khsearch.columnar.files.disk import Disk

MAX_TOKENS = 14 << 20  # held at once, some 20 bytes each while they are put in order
MAX_TERMS = 1 << 22
MAX_DOCS = 1 << 18


class Builder:
    """Holds the documents of a segment to be. Numbers them from 0 in the order in which they come."""

    def __init__(self, disk: Disk, folder: Path, name: str, key: str | None) -> None:
        self.docs = 0
        self._disk = disk
        self._folder = folder
        self._name = name
        self._key = key
        self._keys: list[bytes] = []
        self._heads: list[bytes] = []
        self._fields: dict[str, Inverter] = {}
        self._columns: dict[str, list[tuple[int, columns.Column]]] = {}
        self._traits: set[str] = set()
        self._temporary = itertools.count()
        self._spooled = Spool(disk, self._new_path)
        self._stored = StoredWriter(self._spooled)

    @property
    def full(self) -> bool:
        """Whether it is time to write the segment, so that memory stays bounded."""
        fields = self._fields.values()
        tokens = sum(field.tokens for field in fields)
        return tokens >= MAX_TOKENS or self.docs >= MAX_DOCS or any(field.terms >= MAX_TERMS for field in fields)

    def add(
        self,
        keys: Sequence[bytes],
        heads: Sequence[bytes],
        stored: Sequence[bytes],
        tokens: Mapping[str, tuple[TokenBatch, bool]],
        values: Mapping[str, columns.Column],
        traits: Iterable[str] = (),
    ) -> None:
        """Take in documents: ids (empty for none), blobs, tokens and whether their positions count, columns, traits."""
        first = self.docs
        self._stored.add(stored)
        self._keys += keys
        self._heads += heads
        for name, (batch, positions) in tokens.items():
            if name not in self._fields:
                self._fields[name] = Inverter(positions=positions)
            self._fields[name].add(batch, first)
        for name, column in values.items():
            self._columns.setdefault(name, []).append((first, column))
        self._traits.update(traits)
        self.docs += len(stored)

    def column_kind(self, name: str) -> str | None:
        """Which of columns.DTYPES a column has so far; None where it has no values."""
        return next((column.kind for _, column in self._columns.get(name, []) if len(column.values)), None)

    def close(self) -> None:
        """Forget everything."""
        self._fields.clear()
        self._spooled.close()

    def write(self) -> FileEntry:
        """Write the segment, fsynced -> its file. The builder is spent."""
        file = BlockFileWriter(self._disk, self._folder / self._name)
        try:
            fields: dict[str, Any] = {}
            for number, name in enumerate(sorted(self._fields)):
                inverter = self._fields.pop(name)
                prefix = f"{number}."
                encoder = self._write_field(file, prefix, inverter)
                fields[name] = {"prefix": prefix, "positions": inverter.positions} | encoder.told()
            if self._key is not None:
                write_ids(file, self._keys)
            write_heads(file, self._heads)
            write_traits(file, self._traits)
            self._stored.write(file)
            told = {}
            for number, name in enumerate(sorted(self._columns)):
                column = columns.join(name, list(self._padded(self._columns[name])))
                prefix = f"column{number}."
                told[name] = {"prefix": prefix} | column_files.write(file, prefix, column)
            file.finish({"format": version.NOW, "docs": self.docs, "fields": fields, "columns": told})
        finally:
            file.close()
        return FileEntry(self._name, file.size, file.root)

    def _write_field(self, file: BlockFileWriter, prefix: str, inverter: Inverter) -> FieldEncoder:
        encoder = FieldEncoder(self._disk, self._new_path, self.docs, positions=inverter.positions)
        lengths = inverter.lengths(self.docs)
        try:
            for codes, starts, postings in inverter.finish():
                encoder.add(codes, starts, postings)
            encoder.write(file, prefix)
        finally:
            encoder.close()
        file.add(prefix + "doclens", narrow(lengths))
        return encoder

    def _padded(self, parts: list[tuple[int, columns.Column]]) -> list[columns.Column]:
        """The parts of a column with nothing for the documents between them."""
        out, at = [], 0
        for first, column in [*parts, (self.docs, columns.empty(EMPTY))]:
            out += [columns.empty(np.zeros(first - at, np.int64)), column]
            at = first + len(column.counts)
        return out

    def _new_path(self) -> Path:
        return self._folder / f"{self._name.removesuffix('.seg')}{next(self._temporary):04x}.tmp"


def key_tokens(keys: Sequence[bytes]) -> TokenBatch:
    """Ids as tokens of the key field, one per document that has one."""
    codes, starts = pack(list(keys))
    counts = np.fromiter(map(bool, keys), np.int64, len(keys))
    has = counts > 0
    return TokenBatch(codes, starts[:-1][has], starts[1:][has], counts)
