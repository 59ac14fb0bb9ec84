"""joining: the columns of segments end to end, by their ordinals.

What is most of a column is not sorted anew: a commit that adds a small segment costs little.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from khsearch.arrays import Array, distinct, starts_of
from khsearch.columnar.search.doc_values import ORDINAL, DocValues
from khsearch.columnar.segments.columns import FLOAT_EXACT, mixed


class Joined(NamedTuple):
    """Columns of one name end to end; and of each, the ordinals here of its own, (its table,) int32."""

    values: DocValues
    maps: Sequence[Array]


def join(parts: Sequence[DocValues]) -> Joined:
    """Columns of one name end to end; what is most of it is not sorted anew."""
    if len(parts) == 1:
        return Joined(parts[0], [np.arange(len(parts[0].table), dtype=ORDINAL)])
    table, maps = _union([part.table for part in parts])
    text = any(part.text for part in parts)
    if text and any(len(part.table) and not part.text for part in parts):
        raise mixed(parts[0].name)
    # The last place is for those without a value, -1.
    first = np.concatenate([np.append(of, ORDINAL(-1)).take(part.first) for part, of in zip(parts, maps, strict=True)])
    several = None
    if any(part.several is not None for part in parts):
        counts = [(part.first >= 0) if part.several is None else np.diff(part.several[0]) for part in parts]
        every = [part.first[part.first >= 0] if part.several is None else part.several[1] for part in parts]
        ordinals = np.concatenate([of.take(mine) for of, mine in zip(maps, every, strict=True)])
        several = starts_of(np.concatenate(counts)), ordinals
    return Joined(DocValues(parts[0].name, text, table, first, several), maps)


def _union(tables: Sequence[Sequence[Any] | Array]) -> tuple[Sequence[Any] | Array, list[Array]]:
    """The values of some tables, rising, and where in it those of each are."""
    kinds = {table.dtype.kind if isinstance(table, np.ndarray) else "" for table in tables if len(table)}
    whole = [table for table in tables if isinstance(table, np.ndarray) and table.dtype == np.int64 and len(table)]
    if "" not in kinds and (
        len(kinds) < 2 or all(max(-int(table[0]), int(table[-1])) <= FLOAT_EXACT for table in whole)
    ):
        kind = np.float64 if "f" in kinds else np.int64
        arrays = [np.asarray(table, kind) for table in tables]
        table = distinct(np.concatenate(arrays))
        return table, [table.searchsorted(mine).astype(ORDINAL) for mine in arrays]
    lists = [table.tolist() if isinstance(table, np.ndarray) else table for table in tables]
    largest = max(range(len(lists)), key=lambda at: len(lists[at]))
    known = lists[largest]
    fresh = sorted({value for mine in lists if mine is not known for value in mine if not _holds(known, value)})
    if not fresh:
        found: Sequence[Any] = known
        of_known = np.arange(len(known), dtype=ORDINAL)
    else:
        at = [bisect_left(known, value) for value in fresh]
        found = sorted([*known, *fresh])  # of two rising runs, one after the other, that is a merge
        of_known = np.arange(len(known), dtype=ORDINAL)
        of_known += np.array(at).searchsorted(of_known, "right").astype(ORDINAL)
    maps = [
        of_known if mine is known else np.array([bisect_left(found, value) for value in mine], ORDINAL)
        for mine in lists
    ]
    return found, maps


def _holds(table: Sequence[Any], value: Any) -> bool:
    at = bisect_left(table, value)
    return at < len(table) and bool(table[at] == value)
