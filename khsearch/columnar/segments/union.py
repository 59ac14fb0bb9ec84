"""union: one field of several segments in, its terms with the postings of live documents out, some terms at a time."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, spans, spread, starts_of, turns
from khsearch.columnar.postings import layout
from khsearch.columnar.postings.inversion import Postings
from khsearch.columnar.segments.pairs import Pairs, count, less, summed
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from khsearch.columnar.postings.decode import FieldReader
    from khsearch.columnar.segments.segment import Segment

CHUNK_TOKENS = 1 << 19


@frozen
class MergeSource:
    """A segment to be merged: kept (docs,) bool, numbers (docs,) int64 of the documents in the merged segment."""

    segment: Segment
    kept: Array
    numbers: Array
    whole: bool


def sources_of(segments: Sequence[Segment], gone: Sequence[Array | None]) -> list[MergeSource]:
    """Number the live documents of segments through."""
    out, base = [], 0
    for segment, deleted in zip(segments, gone, strict=True):
        kept = np.ones(segment.docs, bool) if deleted is None else ~deleted
        ranks = np.cumsum(kept)
        out.append(MergeSource(segment, kept, ranks - 1 + base, deleted is None or bool(kept.all())))
        base += int(ranks[-1])
    return out


class Union:
    """The terms of a field in all sources, numbered in order.

    parts  the sources that have the field
    ranks  the numbers of each one's terms
    count  how many terms there are
    left   (count,) bool, those that live documents have; known when all are merged
    """

    def __init__(self, parts: Sequence[tuple[MergeSource, FieldReader]]) -> None:
        self.parts = parts
        codes, starts = zip(*(field.spans(0, field.count) for _, field in parts), strict=True)
        offsets = starts_of(np.array([len(code) for code in codes]))
        begins = np.concatenate([start[:-1] + offset for start, offset in zip(starts, offsets.tolist(), strict=False)])
        stops = np.concatenate([start[1:] + offset for start, offset in zip(starts, offsets.tolist(), strict=False)])
        order, group = spans.order(np.concatenate(codes), begins, stops)
        ranks = np.empty(len(order), np.int64)
        ranks[order] = group
        bounds = starts_of(np.array([field.count for _, field in parts])).tolist()
        self.ranks = [ranks[low:high] for low, high in itertools.pairwise(bounds)]
        self.count = int(group[-1]) + 1 if len(group) else 0
        self.left = np.zeros(self.count, np.bool_)

    def merged(self, *, positions: bool) -> Iterator[tuple[Array, Array, Postings]]:
        """The postings of all terms -> (codes, starts, Postings) of chunks, in order.

        Terms whose documents are all gone are left out; every chunk but the last has a multiple of layout.BLOCK terms.
        """
        cf = np.zeros(self.count, np.int64)
        for mine, (_, field) in zip(self.ranks, self.parts, strict=True):
            cf[mine] += field.cfs()
        ends = np.cumsum(cf)
        held: list[tuple[Array, Array, Postings]] = []
        at = waiting = 0
        while at < len(cf):
            base = int(ends[at - 1]) if at else 0
            to = min(max(int(ends.searchsorted(base + CHUNK_TOKENS, "right")), at + 1), len(cf))
            terms, codes, starts, postings = _merged_chunk(self.parts, self.ranks, at, to, positions=positions)
            self.left[terms] = True
            held.append((codes, starts, postings))
            waiting += len(terms)
            at = to
            if waiting >= layout.BLOCK or at == len(cf):
                whole = waiting if at == len(cf) else waiting - waiting % layout.BLOCK
                done, rest = _cut(_joined(held), whole)
                if whole:
                    yield done
                waiting -= whole
                held = [rest] if waiting else []

    def pairs(self, name: str) -> Pairs:
        """What the tables of the field of this name say together, less what is deleted; asked once all is merged."""
        numbers = np.cumsum(self.left) - 1
        found = []
        for (source, field), rank in zip(self.parts, self.ranks, strict=True):
            mine = source.segment.pairs(name)
            if not source.whole:
                lengths = source.segment.lengths(name)
                if int(lengths[source.kept].sum(dtype=np.int64)) * 2 < source.segment.tokens(name):
                    mine = count(field, lengths, source.kept)
                else:
                    mine = less(mine, count(field, lengths, ~source.kept))
            firsts, seconds = rank.take(mine.firsts), rank.take(mine.seconds)
            found.append(Pairs(numbers.take(firsts), numbers.take(seconds), mine.dfs))
        return summed(found)


def _merged_chunk(
    parts: Sequence[tuple[MergeSource, FieldReader]], rank: Sequence[Array], low: int, high: int, *, positions: bool
) -> tuple[Array, Array, Array, Postings]:
    """Of the terms low to high those that are left: their numbers, codes, starts and live postings."""
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
    return of[at], *_names(names, of[at]), postings


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
