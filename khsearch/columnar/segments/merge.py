"""merge: segments in, one segment of their live documents out, array by array."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch import native
from khsearch.arrays import Array, spread, starts_of
from khsearch.columnar.files.spool import Spool
from khsearch.columnar.postings import compiled, encode
from khsearch.columnar.postings.encode import Coded
from khsearch.columnar.postings.inversion import Postings
from khsearch.columnar.segments import columns, pair_files
from khsearch.columnar.segments.pairs import PairCounter
from khsearch.columnar.segments.segment_writer import SegmentWriter, temporary_paths
from khsearch.columnar.segments.stored import ENOUGH, StoredWriter, sample
from khsearch.columnar.segments.union import MergeSource, Union
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from khsearch.columnar.files.catalog import FileEntry
    from khsearch.columnar.files.disk import Disk

COUNTED_TOKENS = 1 << 21  # of a merged field up to which its pairs are counted anew
BLOBS = 256  # stored documents that are copied together


@frozen
class Pruning:
    """What a merge leaves out of documents: fields and columns by name; and what becomes of their stored blobs."""

    fields: frozenset[str]
    blob: Callable[[bytes], bytes]


class Merger:
    """Writes one segment from others."""

    def __init__(
        self,
        disk: Disk,
        folder: Path,
        name: str,
        sources: Sequence[MergeSource],
        key: str | None,
        form: columns.Form | None = None,
        pruning: Pruning | None = None,
        *,
        pairs: bool = False,
    ) -> None:
        """pairs: whether fields that keep positions get tables of their frequent pairs where no source has one."""
        self.docs = sum(int(source.kept.sum()) for source in sources)
        self._disk = disk
        self._folder = folder
        self._name = name
        self._sources = sources
        self._key = key
        self._form = form
        self._pruning = pruning
        self._pairs = pairs
        self._new_path = temporary_paths(folder, name)

    def write(self) -> FileEntry:
        """Write the merged segment, fsynced -> its file."""
        with SegmentWriter(self._disk, self._folder, self._name, self.docs, self._new_path) as writer:
            self._write_fields(writer)
            if self._key is not None:
                writer.add_ids([source.segment.id_of(doc) for source, doc in self._kept()])
            writer.add_summaries([source.segment.summary(doc) for source, doc in self._kept()])
            self._write_stored(writer)
            self._write_columns(writer)
            writer.add_traits(frozenset().union(*(source.segment.traits for source in self._sources)))
            return writer.finish()

    def _kept(self) -> Iterator[tuple[MergeSource, int]]:
        """Every document of the merged segment, in its order: where it is now, and its number there."""
        for source in self._sources:
            for doc in source.kept.nonzero()[0].tolist():
                yield source, doc

    def _write_fields(self, writer: SegmentWriter) -> None:
        for name in self._names(source.segment.field_names for source in self._sources):
            parts = [(source, field) for source in self._sources if (field := source.segment.field(name)) is not None]
            positions = all(field.positions for _, field in parts)
            lengths = np.concatenate([source.segment.lengths(name)[source.kept] for source in self._sources])
            union = Union(parts)
            chunks = union.merged(positions=positions)
            tokens = int(lengths.sum(dtype=np.int64))
            wanted = self._pairs or any(source.segment.has_pairs(name) for source, _ in parts)
            if not (wanted and positions and tokens >= pair_files.FEWEST_TOKENS):
                writer.add_field(name, self._coded(chunks), lengths, positions=positions)
            elif tokens > COUNTED_TOKENS:
                writer.add_field(name, self._coded(chunks), lengths, positions=positions)
                writer.add_pairs(name, union.pairs(name))
            else:
                counter = PairCounter(lengths, union.count)
                writer.add_field(name, self._coded(counter.watch(chunks)), lengths, positions=positions)
                found = counter.finish()
                if found is not None:
                    writer.add_pairs(name, found)

    def _coded(self, chunks: Iterable[tuple[Array, Array, Postings]]) -> Iterator[Coded]:
        coded = encode.coded if native.core is None else compiled.coded
        return (coded(*chunk, self.docs) for chunk in chunks)

    def _names(self, names: Iterable[Iterable[str]]) -> list[str]:
        """The names of fields or columns of all sources that stay, in order."""
        gone = frozenset[str]() if self._pruning is None else self._pruning.fields
        return sorted({name for some in names for name in some} - gone)

    def _write_stored(self, writer: SegmentWriter) -> None:
        spool = Spool(self._disk, self._new_path)
        try:
            dictionary = self._dictionary()
            compressing = StoredWriter(spool, dictionary)
            for source in self._sources:
                stored = source.segment.stored
                copied = self._pruning is None and stored.dictionary == dictionary
                for start in range(0, source.segment.docs, BLOBS):
                    stop = min(start + BLOBS, source.segment.docs)
                    kept = np.flatnonzero(source.kept[start:stop])
                    if copied:
                        data, sizes = stored.compressed(start, stop)
                        if len(kept) < len(sizes):
                            data = data[spread(starts_of(sizes)[kept], sizes[kept])]
                        compressing.add_compressed(data, sizes[kept])
                    else:
                        blobs = [stored.blob(start + doc) for doc in kept.tolist()]
                        compressing.add(blobs if self._pruning is None else list(map(self._pruning.blob, blobs)))
            writer.add_stored(compressing)
        finally:
            spool.close()

    def _dictionary(self) -> bytes:
        """The dictionary of the largest source that has one, else a new one where it pays, else none."""
        for source in sorted(self._sources, key=lambda source: -source.segment.docs):
            found = source.segment.stored.dictionary
            if found:
                return found
        few = [
            source.segment.stored.blob(doc)
            for source in self._sources
            for doc in np.flatnonzero(source.kept)[:BLOBS].tolist()
        ]
        return sample(few) if sum(map(len, few)) >= ENOUGH else b""

    def _write_columns(self, writer: SegmentWriter) -> None:
        for name in self._names(source.segment.column_names for source in self._sources):
            parts = []
            for source in self._sources:
                column = source.segment.column(name, self._form)
                nothing = columns.empty(np.zeros(int(source.kept.sum()), np.int64))
                parts.append(nothing if column is None else columns.select(column, source.kept))
            writer.add_column(name, columns.join(name, parts))
