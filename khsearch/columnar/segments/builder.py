"""builder: documents in memory in, one segment file out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from khsearch import native
from khsearch.arrays import pack
from khsearch.columnar.files.spool import Spool
from khsearch.columnar.postings.compiled import CompiledInverter
from khsearch.columnar.postings.encode import coded
from khsearch.columnar.postings.inversion import MAX_POSITION, Inverter
from khsearch.columnar.segments import pair_files
from khsearch.columnar.segments.beside import Beside
from khsearch.columnar.segments.collected import Collected
from khsearch.columnar.segments.pairs import PairCounter, Pairs
from khsearch.columnar.segments.segment_writer import SegmentWriter, temporary_paths
from khsearch.columnar.segments.stored import MAX_BLOB, StoredWriter
from khsearch.engine import TokenBatch
from khsearch.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from khsearch.columnar.files.catalog import FileEntry
    from khsearch.columnar.files.disk import Disk
    from khsearch.columnar.segments.columns import Column, Form, Texts

MAX_TOKENS = 14 << 20  # held at once, some 20 bytes each while they are put in order
MAX_TERMS = 1 << 22
LARGE = 1 << 14  # tokens of a batch that the core takes in while the caller goes on
MAX_DOCS = 1 << 18


class Builder:
    """Holds the documents of a segment to be. Numbers them from 0 in the order in which they come."""

    def __init__(
        self, disk: Disk, folder: Path, name: str, key: str | None, form: Form | None, *, pairs: bool = False
    ) -> None:
        """form: in which text of columns is compared. pairs: whether fields that keep positions get tables of them."""
        self.docs = 0
        self._disk = disk
        self._folder = folder
        self._name = name
        self._key = key
        self._form = form
        self._pairs = pairs
        self._keys: list[bytes] = []
        self._summaries: list[bytes] = []
        self._fields: dict[str, Inverter | CompiledInverter] = {}
        self._columns: dict[str, Collected] = {}
        self._traits: set[str] = set()
        self._tokens = 0
        self._most_terms = 0  # a field has no more, as far as anybody has looked
        self._beside: Beside[None] | None = None  # what puts the last tokens into their fields
        self._new_path = temporary_paths(folder, name)
        self._spooled = Spool(disk, self._new_path)
        self._stored = StoredWriter(self._spooled)

    @property
    def full(self) -> bool:
        """Whether it is time to write the segment, so that memory stays bounded."""
        if self._tokens >= MAX_TOKENS or self.docs >= MAX_DOCS:
            return True
        if self._most_terms >= MAX_TERMS:
            self._settle()
            self._most_terms = max(field.terms for field in self._fields.values())
        return self._most_terms >= MAX_TERMS

    def add(
        self,
        keys: Sequence[bytes],
        summaries: Sequence[bytes],
        stored: Sequence[bytes],
        tokens: Mapping[str, tuple[TokenBatch, bool]],
        values: Mapping[str, Column | Texts],
        traits: Iterable[str] = (),
    ) -> None:
        """Take in documents: ids (empty for none), blobs, tokens and whether their positions count, columns, traits."""
        first = self.docs
        self._stored.add(stored)
        self._keys += keys
        self._summaries += summaries
        self._add_tokens(tokens, first)
        for name, column in values.items():
            if name not in self._columns:
                self._columns[name] = Collected(self._form)
            self._columns[name].add(first, column)
        self._traits.update(traits)
        self.docs += len(stored)

    def _add_tokens(self, tokens: Mapping[str, tuple[TokenBatch, bool]], first: int) -> None:
        self._settle()
        made = Inverter if native.core is None else CompiledInverter
        for name, (_, positions) in tokens.items():
            if name not in self._fields:
                self._fields[name] = made(positions=positions)
        counts = [len(batch.starts) for batch, _ in tokens.values()]
        self._tokens += sum(counts)
        self._most_terms += max(counts, default=0)
        work = partial(_add_all, [(self._fields[name], batch) for name, (batch, _) in tokens.items()], first)
        if native.core is not None and sum(counts) >= LARGE:
            self._beside = Beside(work)
        else:
            work()

    def _settle(self) -> None:
        """Let all tokens be in their fields."""
        beside, self._beside = self._beside, None
        if beside is not None:
            beside.result()

    def column_kind(self, name: str) -> str | None:
        """Which of columns.DTYPES a column has so far; None where it has no values."""
        return self._columns[name].kind if name in self._columns else None

    def close(self) -> None:
        """Forget everything."""
        self._fields.clear()
        self._spooled.close()

    def write(self) -> FileEntry:
        """Write the segment, fsynced -> its file. The builder is spent."""
        self._settle()
        with SegmentWriter(self._disk, self._folder, self._name, self.docs, self._new_path) as writer:
            for name in sorted(self._fields):
                self._write_field(writer, name, self._fields.pop(name))
            if self._key is not None:
                writer.add_ids(self._keys)
            writer.add_summaries(self._summaries)
            writer.add_traits(self._traits)
            writer.add_stored(self._stored)
            for name in sorted(self._columns):
                writer.add_column(name, self._columns.pop(name).finish(name, self.docs))
            return writer.finish()

    def _write_field(self, writer: SegmentWriter, name: str, inverter: Inverter | CompiledInverter) -> None:
        lengths, positions = inverter.lengths(self.docs), inverter.positions
        paired = self._pairs and positions and inverter.tokens >= pair_files.FEWEST_TOKENS
        found = None
        if isinstance(inverter, CompiledInverter):
            inverted = inverter.finish(self.docs, pair_files.LEAST if paired else None)
            writer.add_field(name, inverted.coded(), lengths, positions=positions)
            frequent = inverted.pairs() if paired else None
            found = None if frequent is None else Pairs(*frequent)
        else:
            counter = PairCounter(lengths, inverter.terms) if paired else None
            chunks = inverter.finish() if counter is None else counter.watch(inverter.finish())
            writer.add_field(name, (coded(*chunk, self.docs) for chunk in chunks), lengths, positions=positions)
            found = None if counter is None else counter.finish()
        if found is not None:
            writer.add_pairs(name, found)


def _add_all(batches: Sequence[tuple[Inverter | CompiledInverter, TokenBatch]], first: int) -> None:
    for field, batch in batches:
        field.add(batch, first)


def check_sizes(stored: Sequence[bytes], tokens: Mapping[str, tuple[TokenBatch, bool]]) -> None:
    """Raise DocumentError for a document that no segment has room for; blobs and tokens as `Builder.add` takes them."""
    if max(map(len, stored), default=0) > MAX_BLOB:
        raise DocumentError(f"a stored document is larger than {MAX_BLOB} bytes; split it")
    for batch, positions in tokens.values():
        top = int((batch.counts if batch.positions is None else batch.positions).max(initial=0)) if positions else 0
        if top >= MAX_POSITION:
            raise DocumentError(f"a document has more than {MAX_POSITION} tokens in one field; split it")


def key_tokens(keys: Sequence[bytes]) -> TokenBatch:
    """Ids as tokens of the key field, one per document that has one."""
    codes, starts = pack(list(keys))
    counts = np.fromiter(map(bool, keys), np.int64, len(keys))
    has = counts > 0
    return TokenBatch(codes, starts[:-1][has], starts[1:][has], counts)
