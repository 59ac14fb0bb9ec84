"""merge: segments in, one segment of their live documents out, array by array and a chunk of terms at a time."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, spans, spread, starts_of, turns
from khsearch.columnar.files.spool import Spool
from khsearch.columnar.postings import layout
from khsearch.columnar.postings.inversion import Postings
from khsearch.columnar.segments import columns
from khsearch.columnar.segments.segment_writer import SegmentWriter, temporary_paths
from khsearch.columnar.segments.stored import ENOUGH, StoredWriter, sample
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from khsearch.columnar.files.catalog import FileEntry
    from khsearch.columnar.files.disk import Disk
    from khsearch.columnar.postings.decode import FieldReader
    from khsearch.columnar.segments.segment import Segment

CHUNK_TOKENS = 1 << 19
BLOBS = 256  # stored documents that are copied together


@frozen
class MergeSource:
    """A segment to be merged: kept (docs,) bool, numbers (docs,) int64 of the documents in the merged segment."""

    segment: Segment
    kept: Array
    numbers: Array
    whole: bool


@frozen
class Pruning:
    """What a merge leaves out of documents: fields and columns by name; and what becomes of their stored blobs."""

    fields: frozenset[str]
    blob: Callable[[bytes], bytes]


def sources_of(segments: Sequence[Segment], gone: Sequence[Array | None]) -> list[MergeSource]:
    """Number the live documents of segments through."""
    out, base = [], 0
    for segment, deleted in zip(segments, gone, strict=True):
        kept = np.ones(segment.docs, bool) if deleted is None else ~deleted
        ranks = np.cumsum(kept)
        out.append(MergeSource(segment, kept, ranks - 1 + base, deleted is None or bool(kept.all())))
        base += int(ranks[-1])
    return out


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
    ) -> None:
        self.docs = sum(int(source.kept.sum()) for source in sources)
        self._disk = disk
        self._folder = folder
        self._name = name
        self._sources = sources
        self._key = key
        self._form = form
        self._pruning = pruning
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
            lengths = [source.segment.lengths(name)[source.kept] for source in self._sources]
            merged = merged_field(parts, positions=positions)
            writer.add_field(name, merged, np.concatenate(lengths), positions=positions)

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


def merged_field(
    parts: Sequence[tuple[MergeSource, FieldReader]], *, positions: bool
) -> Iterator[tuple[Array, Array, Postings]]:
    """The union of a field's terms -> (codes, starts, Postings) of chunks, in order.

    Terms whose documents are all gone are left out; every chunk but the last has a multiple of layout.BLOCK terms.
    """
    rank, cf = _ranked_terms(parts)
    ends = np.cumsum(cf)
    held: list[tuple[Array, Array, Postings]] = []
    at = waiting = 0
    while at < len(cf):
        base = int(ends[at - 1]) if at else 0
        to = min(max(int(ends.searchsorted(base + CHUNK_TOKENS, "right")), at + 1), len(cf))
        chunk = _merged_chunk(parts, rank, at, to, positions=positions)
        held.append(chunk)
        waiting += len(chunk[2].df)
        at = to
        if waiting >= layout.BLOCK or at == len(cf):
            whole = waiting if at == len(cf) else waiting - waiting % layout.BLOCK
            done, rest = _cut(_joined(held), whole)
            if whole:
                yield done
            waiting -= whole
            held = [rest] if waiting else []


def _ranked_terms(parts: Sequence[tuple[MergeSource, FieldReader]]) -> tuple[list[Array], Array]:
    """Number the distinct terms of all parts in order -> (numbers of each part's terms, tokens of each number)."""
    codes, starts = zip(*(field.spans(0, field.count) for _, field in parts), strict=True)
    offsets = starts_of(np.array([len(code) for code in codes]))
    begins = np.concatenate([start[:-1] + offset for start, offset in zip(starts, offsets.tolist(), strict=False)])
    stops = np.concatenate([start[1:] + offset for start, offset in zip(starts, offsets.tolist(), strict=False)])
    order, group = spans.order(np.concatenate(codes), begins, stops)
    ranks = np.empty(len(order), np.int64)
    ranks[order] = group
    bounds = starts_of(np.array([field.count for _, field in parts])).tolist()
    rank = [ranks[low:high] for low, high in itertools.pairwise(bounds)]
    cf = np.zeros(int(group[-1]) + 1 if len(group) else 0, np.int64)
    for mine, (_, field) in zip(rank, parts, strict=True):
        cf[mine] += field.cfs()
    return rank, cf


def _merged_chunk(
    parts: Sequence[tuple[MergeSource, FieldReader]], rank: Sequence[Array], low: int, high: int, *, positions: bool
) -> tuple[Array, Array, Postings]:
    """Distinct terms low to high: their codes, starts and live postings."""
    ranks, docs, tfs, places = [], [], [], []
    names: list[tuple[Array, Array, Array]] = []
    for (source, field), mine in zip(parts, rank, strict=True):
        start, stop = np.searchsorted(mine, [low, high]).tolist()
        if start == stop:
            continue
        df, found, tf = field.postings(start, stop)
        of = mine[start:stop].repeat(df)
        where = field.positions_of(start, stop) if positions else None
        names.append((mine[start:stop], *field.spans(start, stop)))
        if not source.whole:
            kept = source.kept.take(found)
            where = None if where is None else where[kept.repeat(tf)]
            of, found, tf = of[kept], found[kept], tf[kept]
        ranks.append(of)
        docs.append(source.numbers.take(found))
        tfs.append(tf)
        places.append(where)
    of, tf = np.concatenate(ranks), np.concatenate(tfs)
    # Sources come in order of their documents: a stable sort by term keeps documents rising.
    order = np.argsort(of, kind="stable")
    of = of.take(order)
    moved = None
    if positions:
        first = starts_of(tf)[:-1]
        moved = np.concatenate([where for where in places if where is not None])
        moved = moved[spread(first[order], tf[order])]
    at = np.flatnonzero(turns(of))
    postings = Postings(np.diff(at, append=len(of)), np.concatenate(docs)[order], tf[order], moved)
    return *_names(names, of[at]), postings


def _names(names: Sequence[tuple[Array, Array, Array]], wanted: Array) -> tuple[Array, Array]:
    """The bytes of the distinct terms `wanted`, rising -> (codes, starts)."""
    begins, ends = np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.int64)
    offset = 0
    for mine, codes, starts in names:
        at = mine.searchsorted(wanted)
        hit = mine.take(at, mode="clip") == wanted
        at = at[hit]
        begins[hit] = starts[at] + offset
        ends[hit] = starts[at + 1] + offset
        offset += len(codes)
    return spans.gather(np.concatenate([codes for _, codes, _ in names]), begins, ends)


def _joined(chunks: Sequence[tuple[Array, Array, Postings]]) -> tuple[Array, Array, Postings]:
    if len(chunks) == 1:
        return chunks[0]
    codes = np.concatenate([codes for codes, _, _ in chunks])
    starts = starts_of(np.concatenate([np.diff(starts) for _, starts, _ in chunks]))
    found = [postings for _, _, postings in chunks]
    places = [postings.positions for postings in found if postings.positions is not None]
    return (
        codes,
        starts,
        Postings(
            np.concatenate([postings.df for postings in found]),
            np.concatenate([postings.docs for postings in found]),
            np.concatenate([postings.tf for postings in found]),
            np.concatenate(places) if places else None,
        ),
    )


def _cut(
    chunk: tuple[Array, Array, Postings], terms: int
) -> tuple[tuple[Array, Array, Postings], tuple[Array, Array, Postings]]:
    """The first `terms` terms of a chunk, and the others."""
    codes, starts, found = chunk
    posting = int(found.df[:terms].sum())
    token = int(found.tf[:posting].sum())
    byte = int(starts[terms])
    places = found.positions
    first = Postings(
        found.df[:terms], found.docs[:posting], found.tf[:posting], None if places is None else places[:token]
    )
    rest = Postings(
        found.df[terms:], found.docs[posting:], found.tf[posting:], None if places is None else places[token:]
    )
    return (codes[:byte], starts[: terms + 1], first), (codes[byte:], starts[terms:] - byte, rest)
