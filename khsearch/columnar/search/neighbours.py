"""neighbours: pairs of neighbouring terms of a commit, segment by segment, as an engine tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, spans
from khsearch.columnar.files.blockfile import damaged
from khsearch.columnar.segments.pairs import Pairs
from khsearch.engine import PAIR, TermList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from khsearch.columnar.postings.decode import FieldReader
    from khsearch.columnar.search.commit import Commit
    from khsearch.columnar.segments.segment import Segment


def neighbours(commit: Commit, name: str, segments: Iterable[Segment]) -> Iterator[TermList]:
    """Pairs of a field, one list for each of some segments, as `khsearch.engine.View.pairs` has them."""
    for segment in segments:
        field = segment.field(name)
        if field is not None and field.positions:
            try:
                found = _spelled(field, _pairs_of(commit, segment, name, field))
            except (ValueError, IndexError, OverflowError) as error:
                raise damaged(segment.file.path, f"pairs of field {name} ({error})") from error
            yield found


def _pairs_of(commit: Commit, segment: Segment, name: str, field: FieldReader) -> Pairs:
    if segment.has_pairs(name):
        return segment.pairs(name)
    key = name, segment.entry.file.name
    return commit.memo("pairs", key, lambda: segment.pairs(name), Pairs.size, lasting=True, owner=field)


def _spelled(field: FieldReader, found: Pairs) -> TermList:
    """Pairs as the bytes of their terms, those of terms that hold PAIR left out, in order of these bytes."""
    codes, starts = field.spans(0, field.count)
    ends = starts[1:]
    odd = np.flatnonzero(codes == PAIR[0])
    firsts, seconds, dfs = found.firsts, found.seconds, found.dfs
    if len(odd):
        plain = np.ones(field.count, bool)
        plain[ends.searchsorted(odd, "right")] = False
        kept = plain.take(firsts) & plain.take(seconds)
        firsts, seconds, dfs = firsts[kept], seconds[kept], dfs[kept]
    begin = np.empty((len(firsts), 3), np.int64)
    begin[:, 0], begin[:, 1], begin[:, 2] = starts.take(firsts), len(codes), starts.take(seconds)
    end = np.empty_like(begin)
    end[:, 0], end[:, 1], end[:, 2] = ends.take(firsts), len(codes) + 1, ends.take(seconds)
    joined, at = spans.gather(np.append(codes, np.uint8(PAIR[0])), begin.ravel(), end.ravel())
    at = at[::3]
    if _sorts_otherwise(codes, starts):
        order, _ = spans.order(joined, at[:-1], at[1:])
        joined, at = spans.gather(joined, at.take(order), at.take(order + 1))
        dfs = dfs.take(order)
    return TermList(joined, at, dfs)


def _sorts_otherwise(codes: Array, starts: Array) -> bool:
    """Whether a term goes on, in the next one, with a byte that sorts before PAIR."""
    lengths = np.diff(starts)
    longer = np.flatnonzero(lengths[1:] > lengths[:-1])
    text = codes.tobytes()
    doubtful = longer[codes.take(starts[longer + 1] + lengths[longer]) < PAIR[0]] if len(longer) else longer
    return any(
        text.startswith(text[starts[number] : starts[number + 1]], int(starts[number + 1])) for number in doubtful
    )
