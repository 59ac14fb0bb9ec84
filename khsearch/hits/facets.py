"""facets: what is to be counted of the documents found in; counts by value, year, month, day or range out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

from khsearch import documents
from khsearch.arguments import COUNT, TEXT, Kind, one_of, optional
from khsearch.documents import column_of, shown
from khsearch.engine import By, Counted
from khsearch.errors import QueryError

if TYPE_CHECKING:
    from khsearch.hits.search import Search

Value = str | int | float | bool | date | tuple[Any, Any]
"""What is counted: a value of a field, a year as int, a month as "2021-05", a day as date, a range as it was given."""

_BY, _LIMIT = optional(one_of(*get_args(By))), optional(COUNT)
_RANGES = Kind(
    "pairs (low, high) in a list, None for open",
    lambda given: tuple((low, high) for low, high in given),
)


@dataclass(frozen=True, slots=True)
class Facet:
    """What is counted of the documents found: how many have each value of a field, most frequent first.

    by      of dates: each "year", "month" or "day" instead
    ranges  each of these ranges instead, from low, included, to high, left out, None for open; those without documents,
            too, in their order
    limit   at most so many values; None: all

    ValueError for what is none of these, or by and ranges at once.
    """

    field: str
    by: By | None = None
    ranges: Sequence[tuple[Any, Any]] = ()
    limit: int | None = None

    def __post_init__(self) -> None:
        TEXT.of("field", self.field)
        _BY.of("by", self.by)
        _LIMIT.of("limit", self.limit)
        object.__setattr__(self, "ranges", _RANGES.of("ranges", self.ranges))
        if self.by and self.ranges:
            raise ValueError(f"the facet of {self.field!r} counts by {self.by} or by ranges; leave one of them out")


def count(search: Search, facets: Sequence[Facet]) -> list[dict[Value, int]]:
    """Count what is asked for of all that counts as found; QueryError for what does not go with its field."""
    if not facets:
        return []
    asked = [_asked(facet, search.fields) for facet in facets]
    found = search.view.facets(search.settled[0], asked)
    return [
        _told(counts, facet, one, search.fields[one.column])
        for counts, facet, one in zip(found, facets, asked, strict=True)
    ]


def _asked(facet: Facet, fields: Mapping[str, str]) -> Counted:
    """What an engine is asked for a facet."""
    column = column_of(fields, facet.field)
    kind = fields[column]
    if facet.by and kind != "date":
        raise QueryError(f"the field {column!r} holds a {kind}, which has no {facet.by}; count its values, or a date")
    if facet.ranges and kind == "boolean":
        raise QueryError(f"the field {column!r} holds a boolean, which has no ranges; count its values")
    try:
        ranges = tuple((_bound(low, kind), _bound(high, kind)) for low, high in facet.ranges)
    except ValueError as wrong:
        raise QueryError(f"the ranges of the facet {column!r}, which holds a {kind}: {wrong}") from None
    return Counted(column, facet.by, ranges, facet.limit)


def _told(counts: Mapping[Any, int], facet: Facet, asked: Counted, kind: str) -> dict[Value, int]:
    """The counts of an engine by values as people know them."""
    if facet.ranges:
        return {given: counts[pair] for given, pair in zip(facet.ranges, asked.ranges, strict=True)}
    if facet.by:
        name = _NAMES[facet.by]
        return {name(value): count for value, count in counts.items()}
    return {shown(value, kind): count for value, count in counts.items()} if kind in _SHOWN else dict(counts)


_SHOWN = ("date", "boolean")
"""Kinds whose values are others than an engine counts."""


def _bound(given: object, kind: str) -> object:
    """A bound of a range as an engine compares it; of a date that names more than a moment, its first."""
    return None if given is None else documents.span(given, kind)[0]


def _day(microseconds: int) -> date:
    return (datetime.min + timedelta(microseconds=microseconds)).date()


_NAMES: dict[By, Callable[[int], Value]] = {
    "year": lambda microseconds: _day(microseconds).year,
    "month": lambda microseconds: _day(microseconds).isoformat()[:7],
    "day": _day,
}
