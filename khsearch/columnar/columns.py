"""columns: values per document, to sort, filter and count by. Numbers as they are, text by ordinals."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from khsearch.columnar.arrays import Array, narrow, spread, starts_of
from khsearch.columnar.spans import pack
from khsearch.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.columnar.blockfile import BlockFile, BlockFileWriter

KINDS = ("int", "float", "text")
MICROSECOND = datetime.timedelta(microseconds=1)
START = datetime.datetime.min
SINGULAR = {"int": np.int64, "float": np.float64, "text": np.int64}


@dataclass(frozen=True, slots=True)
class Column:
    """The values of some documents.

    kind: one of KINDS. counts: (docs,) values of each document. values: (sum(counts),) int64, float64, or int64
    ordinals into names. names: distinct values of a text column in bytewise order.
    """

    kind: str
    counts: Array
    values: Array
    names: tuple[bytes, ...] = ()

    def first(self) -> tuple[Array, Array]:
        """The first value of each document -> (values (docs,), has one (docs,) bool); 0 where there is none."""
        has = self.counts > 0
        if bool(has.all()) and len(self.values) == len(has):
            return self.values, has
        out = np.zeros(len(has), self.values.dtype)
        out[has] = self.values[starts_of(self.counts)[:-1][has]]
        return out, has

    def owners(self) -> Array:
        """The document of every value -> (len(values),) int64."""
        return np.arange(len(self.counts)).repeat(self.counts)


def number_of(value: Any) -> int | float | None:
    """A number, truth value, date or time as a number; None for what is text. Times count microseconds from year 1."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.UTC).replace(tzinfo=None)
        return int((value - START) // MICROSECOND)
    if isinstance(value, datetime.date):
        return int((datetime.datetime(value.year, value.month, value.day) - START) // MICROSECOND)
    if isinstance(value, np.integer | np.floating):
        return int(value) if isinstance(value, np.integer) else float(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, int | float) else None


def text_of(value: Any) -> bytes:
    """Text as it is kept in a column."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def build(name: str, rows: Sequence[Any]) -> Column:
    """A column of Python values, one row per document: None, a value, or a list of values; else DocumentError."""
    lists = [[] if row is None else row if isinstance(row, list | tuple) else [row] for row in rows]
    counts = np.fromiter(map(len, lists), np.int64, len(lists))
    flat = [value for values in lists for value in values]
    numbers = [number_of(value) for value in flat]
    if numbers and all(number is not None for number in numbers):
        whole = all(isinstance(number, int) and -(1 << 63) <= number < 1 << 63 for number in numbers)
        return Column("int" if whole else "float", counts, np.array(numbers, np.int64 if whole else np.float64))
    if any(number is not None for number in numbers):
        raise DocumentError(f"column {name!r} holds numbers and text at once; give each column one kind of value")
    texts = [text_of(value) for value in flat]
    names = tuple(sorted(set(texts)))
    ordinal = {text: i for i, text in enumerate(names)}
    return Column("text", counts, np.fromiter((ordinal[text] for text in texts), np.int64, len(texts)), names)


def join(name: str, columns: Sequence[Column]) -> Column:
    """Columns of one name end to end."""
    filled = [column for column in columns if len(column.values)]
    counts = np.concatenate([np.zeros(0, np.int64), *(column.counts for column in columns)])
    kinds = {column.kind for column in filled}
    if "text" in kinds and len(kinds) > 1:
        raise DocumentError(f"column {name!r} holds numbers and text at once; give each column one kind of value")
    if "text" not in kinds:
        kind = "float" if "float" in kinds else "int" if kinds else "text"
        values = [column.values.astype(SINGULAR[kind]) for column in filled]
        return Column(kind, counts, np.concatenate([np.zeros(0, SINGULAR[kind]), *values]))
    names = tuple(sorted({text for column in filled for text in column.names}))
    ordinal = {text: i for i, text in enumerate(names)}
    values = [
        np.fromiter((ordinal[text] for text in column.names), np.int64, len(column.names))[column.values]
        for column in filled
    ]
    return Column("text", counts, np.concatenate(values), names)


def select(column: Column, kept: Array) -> Column:
    """The column of the documents kept, (docs,) bool, alone."""
    at = np.flatnonzero(kept)
    counts = column.counts[at]
    return Column(column.kind, counts, column.values[spread(starts_of(column.counts)[at], counts)], column.names)


def write(file: BlockFileWriter, prefix: str, column: Column) -> dict[str, Any]:
    """Write a column's sections -> what read() must be told."""
    used, values = np.unique(column.values, return_inverse=True) if column.kind == "text" else (None, column.values)
    low = int(values.min()) if column.kind == "int" and len(values) else 0
    if column.kind == "int" and low >= -(1 << 62) and (not len(values) or int(values.max()) < 1 << 62):
        values = values - low
    else:
        low = 0
    file.add(prefix + "counts", narrow(column.counts))
    negative = column.kind == "int" and len(values) > 0 and int(values.min()) < 0
    file.add(prefix + "values", values if column.kind == "float" or negative else narrow(values))
    if used is not None:
        codes, starts = pack([column.names[i] for i in used.tolist()])
        file.add(prefix + "names", codes)
        file.add(prefix + "ends", narrow(starts[1:]))
    return {"kind": column.kind, "low": low}


def read(file: BlockFile, prefix: str, told: dict[str, Any], docs: int) -> Column:
    """Read a column back, verified."""
    kind, low = told.get("kind"), told.get("low")
    counts = file.section(prefix + "counts").whole().astype(np.int64)
    section = file.section(prefix + "values")
    if kind not in KINDS or type(low) is not int or len(counts) != docs or int(counts.sum()) != len(section):
        raise section.damage("a column does not fit its documents")
    values = section.whole().astype(SINGULAR[kind]) + (low if kind == "int" else 0)
    if kind != "text":
        return Column(kind, counts, values)
    ends = file.section(prefix + "ends").whole().tolist()
    blob = file.section(prefix + "names").whole().tobytes()
    if (len(values) and int(values.max()) >= len(ends)) or (ends and ends[-1] != len(blob)) or ends != sorted(ends):
        raise section.damage("a column does not fit its values")
    names = tuple(blob[start:end] for start, end in zip([0, *ends], ends, strict=False))
    return Column(kind, counts, values, names)
