"""counting: how many of some documents have each value of a column, each year, or each of some ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from khsearch.arrays import Array

if TYPE_CHECKING:
    from khsearch.columnar.search.document_store import DocumentStore
    from khsearch.engine import Counted


def facets(documents: DocumentStore, docs: Array, wanted: Counted) -> dict[Any, int]:
    """What is wanted of some live documents, docs (n,), as `View.facets` has it."""
    if wanted.ranges:
        return _ranges(documents, docs, wanted)
    values = documents.values(wanted.column, wanted.by)
    counts = values.counts(docs)
    order = _most(counts, wanted.most)
    names = documents.written(wanted.column, order) if values.text else values.listed(order)
    return dict(zip(names, counts.take(order).tolist(), strict=True))


def _most(counts: Array, most: int | None) -> Array:
    """Which counts, (n,), are the highest, at most so many, equals in their order -> (m,); none that is 0."""
    some = counts.nonzero()[0]
    packed = (int(counts.max(initial=0)) - counts.take(some)) * len(counts) + some
    if most is not None and most < len(packed):
        packed = np.partition(packed, most)[:most]
    packed.sort()
    found: Array = packed % max(len(counts), 1)
    return found


def _ranges(documents: DocumentStore, docs: Array, wanted: Counted) -> dict[Any, int]:
    values = documents.values(wanted.column)
    spans = [values.span(low, high, with_high=False) for low, high in wanted.ranges]
    if values.several is None:
        below = np.concatenate([[0], values.counts(docs).cumsum()])
        found = [int(below[stop] - below[start]) for start, stop in spans]
    else:
        found = [int(np.count_nonzero(values.docs(start, stop).take(docs))) for start, stop in spans]
    return dict(zip(wanted.ranges, found, strict=True))
