"""orders: what documents are ordered by in, sorts of OpenSearch out; where a document stands in an order, and back.

A place is what OpenSearch calls the values of a document that it sorted by, then the document's number in the order of
adding, by which equals are ordered, and its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from khsearch.engine import BY_SCORE, Place, SortKey, read_place
from khsearch.remote.mapping import Layout, column_field

Sort = list[dict[str, Any]]


def sort_of(layout: Layout, keys: Sequence[SortKey]) -> Sort:
    """Return the sort for an order; documents without a value come last, equals in the order of adding."""
    found: Sort = []
    for column, reverse in keys or BY_SCORE:
        if column is None:
            found.append({"_score": "desc"})
        else:
            letter = "s" if layout.columns.get(column) == "text" else "n"
            # Of a column that the index does not have, no document has a value.
            how = {"order": "desc" if reverse else "asc", "missing": "_last", "unmapped_type": "long"}
            found.append({column_field(letter, column): how})
    return [*found, {"added": "asc"}]


def write_place(values: Sequence[Any], id: str) -> Place:
    """Return the place of a document by what it was sorted by, its number last."""
    return [*values, id]


def read_after(place: object, keys: Sequence[SortKey]) -> list[Any]:
    """Return what stands before all that is behind a place, as OpenSearch takes it; QueryError for what is no place."""
    read_place(place, keys)
    assert isinstance(place, list | tuple)
    return list(place[:-1])
