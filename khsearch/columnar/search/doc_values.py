"""doc_values: the values of one column as ordinals, which is how documents are ordered, counted and picked by them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from sys import getsizeof
from typing import TYPE_CHECKING, Any

import numpy as np

from khsearch.arrays import EMPTY, Array, distinct, numbered, spread, starts_of, turns
from khsearch.columnar.segments.columns import Column, number_of, text_of
from khsearch.errors import QueryError
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.engine import By

ORDINAL = np.int32
_UNITS = {"year": "M8[Y]", "month": "M8[M]", "day": "M8[D]"}
_YEAR_1 = np.datetime64("0001-01-01", "us")
_DAYS = (np.datetime64("9999-12-31", "D") - np.datetime64("0001-01-01", "D")).astype(int).item() + 1
_END = _DAYS * 86_400_000_000  # microseconds of all years


@frozen
class DocValues:
    """The values of some documents in a column.

    Of three documents with the values b and A, none, and a, compared in lower case:

        table    a b
        first    1 -1 0
        several  starts 0 2 2 3, ordinals 0 1 0

    name: of the column. table: distinct values as they are compared, rising: numbers or forms. text: whether they are
    forms. first: (docs,) int32, the ordinal in the table of each document's first value; -1 where it has none.
    several: None where no document has more than one value; else where those of each begin, (docs + 1,) int64, and
    their ordinals, int32, rising in each document and none twice.
    """

    name: str
    text: bool
    table: Sequence[Any] | Array
    first: Array
    several: tuple[Array, Array] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes in memory, without the texts or numbers that a table of Python values refers to."""
        arrays = self.first.nbytes + (sum(part.nbytes for part in self.several) if self.several else 0)
        return arrays + (self.table.nbytes if isinstance(self.table, np.ndarray) else 8 * len(self.table))

    @property
    def nbytes_of_table(self) -> int:
        """Bytes of those."""
        return 0 if isinstance(self.table, np.ndarray) else sum(map(getsizeof, self.table))

    def value(self, ordinal: int) -> Any:
        """A value as it is compared: a number or a form."""
        found = self.table[ordinal]
        return found.item() if isinstance(found, np.generic) else found

    def listed(self, ordinals: Array) -> list[Any]:
        """Values as they are compared, by their ordinals (n,)."""
        if isinstance(self.table, np.ndarray):
            found: list[Any] = self.table.take(ordinals).tolist()
            return found
        return [self.table[at] for at in ordinals.tolist()]

    def find(self, value: Any, *, behind: bool = False) -> int:
        """Where a value, as it is compared, stands in the table or would; `behind` it, where it is there."""
        find = bisect_right if behind else bisect_left
        if not isinstance(self.table, np.ndarray):
            return find(self.table, value)
        if self.table.dtype == np.int64 and isinstance(value, int) and -(1 << 63) <= value < 1 << 63:
            return int(self.table.searchsorted(value, "right" if behind else "left"))
        return find(range(len(self.table)), value, key=self.value)  # as exactly as Python compares

    def span(self, low: Any, high: Any, *, with_low: bool = True, with_high: bool = True) -> tuple[int, int]:
        """The ordinals between two bounds, None for open, each included or not: the first, and the one behind the last.

        QueryError for a bound of another kind than the column's.
        """
        if not self.text and any(isinstance(bound, float) and math.isnan(bound) for bound in (low, high)):
            return 0, 0
        start = 0 if low is None else self.find(self._bound(low), behind=not with_low)
        stop = len(self.table) if high is None else self.find(self._bound(high), behind=with_high)
        return start, max(start, stop)

    def docs(self, start: int, stop: int, among: Array | None = None) -> Array:
        """Whether each document, or each of some (n,), has a value of these ordinals -> (docs,) or (n,) bool."""
        if self.several is None:
            first = self.first if among is None else self.first.take(among)
            # As unsigned numbers, those below the first are far above the last.
            inside: Array = (first - ORDINAL(start)).view(np.uint32) < np.uint32(stop - start)
            return inside
        _, ordinals = self.several
        has = np.zeros(len(self.first), np.bool_)
        has[self._owners()[(ordinals >= start) & (ordinals < stop)]] = True
        return has if among is None else has.take(among)

    def docs_in(self, spans: Sequence[tuple[Any, Any]], among: Array | None = None) -> Array:
        """The same of documents that have a value in any of some spans, each from its first to its last, or open."""
        begun = np.zeros(len(self.table) + 1, np.int64)  # spans that begin less those that have ended, value by value
        for low, high in spans:
            start, stop = self.span(low, high)
            begun[start] += 1
            begun[stop] -= 1
        wanted = np.append(begun[:-1].cumsum() > 0, False)  # the last is for those without a value, -1
        if self.several is None:
            inside: Array = wanted.take(self.first if among is None else self.first.take(among))
            return inside
        has = np.zeros(len(self.first), np.bool_)
        has[self._owners()[wanted.take(self.several[1])]] = True
        return has if among is None else has.take(among)

    def counts(self, docs: Array) -> Array:
        """How many of some documents have each value -> (len(table),) int64."""
        if self.several is None:
            return np.bincount(self.first.take(docs) + 1, minlength=len(self.table) + 1)[1:]
        return np.bincount(self._ordinals_of(docs), minlength=len(self.table))

    def by(self, unit: By) -> DocValues:
        """The values as the moments in which their years, months or days begin, none twice in a document."""
        table = np.array(self.table, np.int64) if _are_dates(self.table) else None
        if self.text or table is None:
            raise QueryError(f"column {self.name!r} holds no dates; only dates are counted by {unit}")
        begins = ((_YEAR_1 + table.astype("m8[us]")).astype(_UNITS[unit]).astype("M8[us]") - _YEAR_1).astype(np.int64)
        fresh = turns(begins)
        return self._mapped(begins[fresh], (np.cumsum(fresh) - 1).astype(ORDINAL))

    def _mapped(self, table: Array, of: Array) -> DocValues:
        first = np.where(self.first < 0, ORDINAL(-1), of.take(self.first, mode="clip")) if len(of) else self.first
        if self.several is None:
            return DocValues(self.name, self.text, table, first)
        return DocValues(
            self.name, self.text, table, first, _sets(self._owners(), of.take(self.several[1]), len(first))
        )

    def _owners(self) -> Array:
        assert self.several is not None
        return np.arange(len(self.first)).repeat(np.diff(self.several[0]))

    def _ordinals_of(self, docs: Array) -> Array:
        assert self.several is not None
        starts, ordinals = self.several
        begins = starts.take(docs)
        return ordinals.take(spread(begins, starts.take(docs + 1) - begins))

    def _bound(self, bound: Any) -> Any:
        if self.text:
            return text_of(bound)
        number = number_of(bound)
        if number is None and len(self.table):
            raise QueryError(
                f"column {self.name!r} holds numbers; compare it with a number or a date, not {bound!r:.80}"
            )
        return number


def doc_values(name: str, column: Column) -> DocValues:
    """The values of the documents of a column."""
    docs = len(column.counts)
    if not len(column.values):
        return no_values(name, docs)
    table: Sequence[Any] | Array
    if column.kind == "text":
        table, ordinals = column.forms, column.compared
    elif column.kind == "exact":
        table, ordinals = column.names, column.values
    else:
        table, ordinals = numbered(column.values)
    ordinals = ordinals.astype(ORDINAL)
    places, has = column.first_places()
    first = np.where(has, ordinals.take(places, mode="clip"), ORDINAL(-1))
    several = _sets(column.owners(), ordinals, docs) if int(column.counts.max()) > 1 else None
    return DocValues(name, column.kind == "text", table, first, several)


def no_values(name: str, docs: int) -> DocValues:
    """A column in which none of so many documents has a value."""
    return DocValues(name, False, EMPTY, np.full(docs, -1, ORDINAL))


def _sets(owners: Array, ordinals: Array, docs: int) -> tuple[Array, Array]:
    """The different ordinals of each document: owners (n,) rising, ordinals (n,) -> starts (docs + 1,), ordinals."""
    pairs = distinct(owners.astype(np.int64) << 32 | ordinals)
    return starts_of(np.bincount(pairs >> 32, minlength=docs)), (pairs & 0xFFFFFFFF).astype(ORDINAL)


def _are_dates(table: Sequence[Any] | Array) -> bool:
    """Whether all numbers are whole ones of microseconds in years that a calendar has."""
    if not isinstance(table, np.ndarray) or table.dtype != np.int64:
        return not len(table)
    return not len(table) or (int(table[0]) >= 0 and int(table[-1]) < _END)
