"""columns: values per document, to sort, filter and count by. Numbers as they are, text by ordinals.

A column has one kind of value, whatever segment it is in, but not one kind of array: numbers are kept in the smallest
that compares them exactly.

    int     whole numbers that fit 64 bits with a sign; truth values, dates and times (microseconds from year 1)
    float   numbers of which some are fractions, and no whole one is beyond what a float holds exactly
    exact   all other mixtures: ordinals into the distinct numbers
    text    ordinals into the distinct values as they were written; they are compared in a form that the caller gives

A column without values has no kind: it goes with any other. NaN is no value.
"""

from __future__ import annotations

import datetime
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from khsearch.arrays import EMPTY, Array, spread, starts_of
from khsearch.columnar.files.format import COLUMN_KINDS
from khsearch.errors import DocumentError
from khsearch.frozen import frozen
from khsearch.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Form = Callable[[bytes], bytes]
"""A value of a text column as it was written -> the form in which it is compared."""

MICROSECOND = datetime.timedelta(microseconds=1)
START = datetime.datetime.min
FLOAT_EXACT = 1 << 53  # whole numbers up to here are exact as floats


@dataclass(frozen=True, slots=True)
class Column:
    """The values of some documents.

    Of three documents with the values b and A, none, and a, compared in lower case:

        counts   2 0 1
        values   2 0 1      the numbers of b, A and a among the names
        names    A a b
        forms    a b
        form_of  0 0 1

    kind: one of COLUMN_KINDS. counts: (docs,) values of each document. values: (sum(counts),) int64 or float64; of
    "exact" and "text", int64 ordinals into names. names: distinct values, rising. forms: of text, the distinct forms in
    which names are compared, bytewise rising. form_of: (len(names),) int64, the form of each name.
    """

    kind: str
    counts: Array
    values: Array
    names: tuple[Any, ...] = ()
    forms: tuple[bytes, ...] = ()
    form_of: Array = field(default_factory=lambda: EMPTY)

    @property
    def nbytes(self) -> int:
        """Bytes in memory, about."""
        arrays = self.counts.nbytes + self.values.nbytes + self.form_of.nbytes
        return arrays + sum(map(sys.getsizeof, self.names)) + sum(map(sys.getsizeof, self.forms))

    @property
    def compared(self) -> Array:
        """What orders the values, (len(values),): numbers, or ordinals of numbers or forms."""
        return self.form_of.take(self.values) if self.kind == "text" else self.values

    def first_places(self) -> tuple[Array, Array]:
        """Where in `values` the first value of each document is -> (docs,) int64, has one (docs,) bool."""
        has = self.counts > 0
        if len(self.values) == len(has) and has.all():  # one each
            return np.arange(len(has)), has
        return starts_of(self.counts)[:-1] * has, has

    def first(self) -> tuple[Array, Array]:
        """What orders the documents, by the first value of each -> (docs,), has one (docs,) bool; 0 where none."""
        places, has = self.first_places()
        compared = self.compared
        if bool(has.all()) and len(compared) == len(has):
            return compared, has
        return compared.take(places, mode="clip") * has if len(compared) else np.zeros(len(has), compared.dtype), has

    def owners(self) -> Array:
        """The document of every value -> (len(values),) int64."""
        return np.arange(len(self.counts)).repeat(self.counts)

    def shown(self, value: Any) -> Any:
        """A member of `values` as a Python value: text as it was written as str, numbers as int or float."""
        if self.kind == "text":
            return self.names[int(value)].decode("utf-8", "replace")
        return self.names[int(value)] if self.kind == "exact" else value.item()


@frozen
class Texts:
    """The texts of some documents as they came: counts (docs,) of each, and all values as they are kept, end to end."""

    counts: Array
    values: Sequence[bytes]
    kind: str = "text"


def number_of(value: Any) -> int | float | None:
    """A number, truth value, date or time as a number; None for what is text. Times count microseconds from year 1.

    A time with a time zone counts as what the clocks there show: its day is the day of whoever wrote it.
    """
    if isinstance(value, datetime.datetime):
        return int((value.replace(tzinfo=None) - START) // MICROSECOND)
    if isinstance(value, datetime.date):
        return int((datetime.datetime(value.year, value.month, value.day) - START) // MICROSECOND)
    if isinstance(value, bool | np.bool_):
        return int(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, Decimal):
        whole = value.is_finite() and value.adjusted() < 20 and value == value.to_integral_value()
        return int(value) if whole else float(value)
    return float(value) if isinstance(value, float | np.floating) else None


def text_of(value: Any) -> bytes:
    """Text as it is kept in a column."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def given(name: str, rows: Sequence[Any], kind: Kind | None = None) -> Column | Texts:
    """What a column has of Python values, one row per document: None, a value, or a list of values; else DocumentError.

    kind: what the values are, None where they tell it themselves.
    """
    counts, flat = _flat(rows)
    if not flat:
        return empty(counts)
    numbers = [] if kind == "text" else [number_of(value) for value in flat]
    if numbers and all(number is not None for number in numbers):
        return _of_numbers(counts, [number for number in numbers if number is not None])
    if kind == "number" or any(number is not None for number in numbers):
        raise mixed(name)
    if set(map(type, flat)) == {str}:
        return Texts(counts, [value.encode("utf-8", "surrogatepass") for value in flat])
    return Texts(counts, [text_of(value) for value in flat])


def _flat(rows: Sequence[Any]) -> tuple[Array, list[Any]]:
    """How many values each row has (docs,), and all values."""
    flat = [row for row in rows if row is not None]
    if not any(issubclass(kind, list | tuple) for kind in set(map(type, flat))):  # no list each: there may be a million
        return np.fromiter((row is not None for row in rows), np.int64, len(rows)), flat
    lists = [[] if row is None else row if isinstance(row, list | tuple) else [row] for row in rows]
    return np.fromiter(map(len, lists), np.int64, len(lists)), [value for values in lists for value in values]


def empty(counts: Array) -> Column:
    """A column without values, of documents whose counts (docs,) are all 0."""
    return Column("int", counts, EMPTY)


def less(counts: Array, gone: Array) -> Array:
    """Return the counts (docs,) of a column's values when those that are gone, (sum(counts),) bool, are left out."""
    owners = np.arange(len(counts)).repeat(counts)
    return counts - np.bincount(owners[gone], minlength=len(counts))


def _of_numbers(counts: Array, numbers: Sequence[int | float]) -> Column:
    gone = [isinstance(number, float) and math.isnan(number) for number in numbers]
    if any(gone):
        counts = less(counts, np.array(gone))
        numbers = [number for number, is_gone in zip(numbers, gone, strict=True) if not is_gone]
    whole = [number for number in numbers if isinstance(number, int)]
    low, high = min(whole, default=0), max(whole, default=0)
    if len(whole) == len(numbers) and low >= -(1 << 63) and high < 1 << 63:
        return Column("int", counts, np.array(numbers, np.int64))
    if low >= -FLOAT_EXACT and high <= FLOAT_EXACT:
        return Column("float", counts, np.array(numbers, np.float64))
    names = sorted(set(numbers))
    place = {number: i for i, number in enumerate(names)}
    return Column("exact", counts, np.fromiter((place[n] for n in numbers), np.int64, len(numbers)), tuple(names))


def of_texts(counts: Array, values: Array, names: Sequence[bytes], form_of_name: Sequence[bytes]) -> Column:
    """A column of texts: counts, values and names as it has them, and the form of each name."""
    if form_of_name == names:
        return Column("text", counts, values, tuple(names), tuple(names), np.arange(len(names)))
    forms = sorted(set(form_of_name))
    place = {form: i for i, form in enumerate(forms)}
    form_of = np.fromiter(map(place.__getitem__, form_of_name), np.int64, len(names))
    return Column("text", counts, values, tuple(names), tuple(forms), form_of)


def mixed(name: str) -> DocumentError:
    """What is wrong with a column that holds two kinds of values."""
    return DocumentError(f"column {name!r} holds numbers and text at once; give each column one kind of value")


def join(name: str, columns: Sequence[Column]) -> Column:
    """Columns of one name end to end."""
    filled = [column for column in columns if len(column.values)]
    counts = np.concatenate([np.zeros(0, np.int64), *(column.counts for column in columns)])
    kinds = {column.kind for column in filled}
    if "text" in kinds and len(kinds) > 1:
        raise mixed(name)
    if not filled:
        return empty(counts)
    if "text" in kinds:
        forms = {text: column.forms[form] for column in filled for text, form in _pairs(column)}
        names = sorted(forms)
        return of_texts(counts, _renumbered(filled, names), names, [forms[name] for name in names])
    whole = [column.values for column in filled if column.kind == "int"]
    if "exact" in kinds or (
        len(kinds) > 1 and any(int(values.min()) < -FLOAT_EXACT or int(values.max()) > FLOAT_EXACT for values in whole)
    ):
        tables = [_tabled(column) for column in filled]
        numbers = sorted({number for table in tables for number in table.names})
        return Column("exact", counts, _renumbered(tables, numbers), tuple(numbers))
    kind = "float" if "float" in kinds else "int"
    return Column(kind, counts, np.concatenate([column.values.astype(COLUMN_KINDS[kind]) for column in filled]))


def _pairs(column: Column) -> Iterable[tuple[bytes, int]]:
    return zip(column.names, column.form_of.tolist(), strict=True)


def _tabled(column: Column) -> Column:
    """A column of numbers as ordinals into its distinct ones."""
    if column.kind == "exact":
        return column
    names, values = np.unique(column.values, return_inverse=True)
    return Column("exact", column.counts, values.astype(np.int64), tuple(names.tolist()))


def _renumbered(columns: Sequence[Column], names: Sequence[Any]) -> Array:
    """Values of columns end to end, as ordinals into the distinct names of all."""
    place = {name: i for i, name in enumerate(names)}
    numbers = [np.fromiter((place[name] for name in column.names), np.int64, len(column.names)) for column in columns]
    return np.concatenate([mine.take(column.values) for mine, column in zip(numbers, columns, strict=True)])


def select(column: Column, kept: Array) -> Column:
    """The column of the documents kept, (docs,) bool, alone."""
    at = np.flatnonzero(kept)
    counts = column.counts[at]
    values = column.values[spread(starts_of(column.counts)[at], counts)]
    return replace(column, counts=counts, values=values)
