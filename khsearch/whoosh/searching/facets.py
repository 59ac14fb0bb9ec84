"""facets: documents in the order of columns, and in groups by them, as Whoosh's collectors have them, by arrays.

What is no FieldFacet over a column is left to Whoosh's collectors.
"""

# ruff: noqa: D102

from __future__ import annotations

import math
from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import columns, sorting

from khsearch.arrays import turns
from khsearch.whoosh.reading.columns import sortable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.arrays import Array
    from khsearch.whoosh.reading.reader import WhooshReader

_LISTS = (sorting.OrderedList, sorting.UnorderedList, sorting.Count)


class Groups(sorting.FacetMap):  # type: ignore[misc]
    """Groups that are there already, whatever they hold."""

    def __init__(self, groups: dict[Any, Any]) -> None:
        self.dict = groups

    def as_dict(self) -> dict[Any, Any]:
        return self.dict


def field_facets(reader: WhooshReader, facets: Sequence[Any]) -> list[sorting.FieldFacet] | None:
    """Facets, if all of them are those of fields with a column whose values can be ordered; else None."""
    found = [sorting.FieldFacet(facet) if isinstance(facet, str) else facet for facet in facets]
    return found if found and all(_is_plain(reader, facet) for facet in found) else None


def _is_plain(reader: WhooshReader, facet: Any) -> bool:
    if type(facet) is not sorting.FieldFacet or facet.allow_overlap or facet.fieldname not in reader.schema:
        return False
    if not reader.has_column(facet.fieldname):
        return False
    kind = reader.schema[facet.fieldname].column_type
    return not kind.stores_lists() and not isinstance(kind, columns.PickleColumn | columns.StructColumn)


def ranks_of(reader: WhooshReader, name: str) -> Array:
    """The documents of a commit by the column of a field -> (docs,) int64, equal where values are, lower where less.

    A document without a value has the rank of the column's default.
    """
    commit, field = reader.commit, reader.schema[name]
    column = commit.documents.column(name)
    assert column is not None

    def ranks() -> Array:
        first, has = column.first()
        if column.kind == "text":
            table, at = column.forms, first
        else:
            distinct, at = np.unique(first[has], return_inverse=True)
            table = tuple(column.names[number] if column.names else number for number in distinct.tolist())
            full = np.zeros(len(has), np.int64)
            full[has] = at
            at = full
        default = field.column_type.default_value()
        raw = partial(sortable, field)
        if isinstance(default, float) and math.isnan(default):  # as that of fractions is
            default = math.inf
        place = bisect_left(table, default, key=raw)
        missing = 2 * place if place < len(table) and raw(table[place]) == default else 2 * place - 1
        return np.unique(np.where(has, 2 * at, missing), return_inverse=True)[1]

    return commit.memo("ranks", name, ranks, lambda array: array.nbytes, lasting=True)


def sorted_docs(reader: WhooshReader, docs: Array, facets: Sequence[sorting.FieldFacet], *, reverse: bool) -> Array:
    """Documents (n,), rising, in the order of facets -> (n,). Equal ones rise, or fall where all is reversed."""
    keys = []
    for facet in reversed(facets):
        ranks = ranks_of(reader, facet.fieldname).take(docs)
        keys.append(-ranks if facet.reverse else ranks)
    order = np.lexsort(keys)  # which leaves equal ones as they are
    return docs.take(order[::-1] if reverse else order)


def sort_keys(reader: WhooshReader, docs: Array, facets: Sequence[sorting.FieldFacet]) -> list[Any]:
    """What Whoosh sorts each document (n,) by, and shows as its score."""
    keys = []
    for facet in facets:
        if facet.reverse and not reader.schema[facet.fieldname].column_type.reversible:
            keys.append((-ranks_of(reader, facet.fieldname).take(docs)).tolist())
            continue
        found = reader.column_reader(facet.fieldname, reverse=facet.reverse, translate=False)
        keys.append([found.sort_key(doc) for doc in docs.tolist()])
    return keys[0] if len(keys) == 1 else list(zip(*keys, strict=True))


def grouped(reader: WhooshReader, docs: Array, facet: sorting.FieldFacet, maptype: Any) -> Groups:
    """Documents (n,), in the order of the results, in groups by a facet; maptype: one of _LISTS."""
    if not len(docs):
        return Groups({})
    ranks = ranks_of(reader, facet.fieldname).take(docs)
    by_group = np.argsort(ranks, kind="stable")
    starts = np.flatnonzero(turns(ranks.take(by_group)))
    members, ends = docs.take(by_group), [*starts[1:].tolist(), len(docs)]
    listed, values = members.tolist(), reader.column_reader(facet.fieldname)
    groups: dict[Any, Any] = {}
    # In the order in which Whoosh meets them.
    for number in np.argsort(np.minimum.reduceat(members, starts)).tolist():
        start, end = int(starts[number]), ends[number]
        name = values[listed[start]]
        if maptype is sorting.Count:
            groups[name] = end - start
        else:
            groups[name] = listed[start:end] if maptype is sorting.OrderedList else sorted(listed[start:end])
    return Groups(groups)


def plain_groups(reader: WhooshReader, groupedby: Any, maptype: Any) -> dict[str, tuple[Any, Any]] | None:
    """The facets of `groupedby` by name, each with how its groups are kept; None where Whoosh's collectors have to."""
    found: dict[str, tuple[Any, Any]] = {}
    for name, facet in sorting.Facets.from_groupedby(groupedby).items():
        kept = getattr(facet, "maptype", None) or maptype or sorting.OrderedList
        if kept not in _LISTS or field_facets(reader, [facet]) is None or facet.reverse:
            return None
        found[name] = facet, kept
    return found
