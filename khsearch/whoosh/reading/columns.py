"""columns: the values of documents as Whoosh's columns: what is kept of a value, and a reader of what was kept.

Numbers, dates and truth values are kept as such, everything else as the bytes that the field makes of it; what Whoosh
would pickle is kept as JSON. The methods are those of whoosh.columns.ColumnReader, and mean what they mean there.
"""

# ruff: noqa: D102

from __future__ import annotations

import math
import struct
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from whoosh import columns, fields
from whoosh.util.numeric import from_sortable, to_sortable

from khsearch.whoosh import values
from khsearch.whoosh.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from khsearch.columnar import Column

_VALUE = "value"


def kept(field: Any, value: Any) -> Any:
    """What a column keeps of a value that a document has in a field: a number, or bytes; None for an empty list.

    Raises whatever the field does for a value that does not fit, and DocumentError.
    """
    if isinstance(value, list | tuple) and not value and not isinstance(field.column_type, columns.PickleColumn):
        return None
    if isinstance(field, fields.NUMERIC):
        return _number(field, value[0] if isinstance(value, list | tuple) else value)
    return kept_raw(field, field.to_column_value(value))


def kept_raw(field: Any, found: Any) -> Any:
    """What a column keeps of a value as Whoosh's column of the field has it. Raises as `kept`."""
    column = field.column_type
    if isinstance(field, fields.DATETIME):
        return found
    if isinstance(field, fields.NUMERIC):
        number = from_sortable(field.numtype, field.bits, field.signed, found)
        return Decimal(number).scaleb(-field.decimal_places) if field.decimal_places else number
    if isinstance(column, columns.PickleColumn):
        return values.encode({_VALUE: found})
    if column.stores_lists():
        return [bytes(item) for item in (found if isinstance(found, list | tuple) else [found])]
    if isinstance(column, columns.BitColumn):
        return bool(found)
    if isinstance(column, columns.NumericColumn):
        return _fitting(column, found)
    if isinstance(column, columns.StructColumn):
        return values.encode({_VALUE: tuple(found)})
    if not isinstance(found, bytes):
        raise TypeError(f"{type(column).__name__} keeps bytes")
    return found


def check_kind(name: str, field: Any, kinds: Set[str]) -> None:
    """Raise SchemaError where a column has values that the field cannot add to, those of a field that was removed.

    kinds: of the column's parts, as Column has them. Columns that are no field's, of boosts, fit any.
    """
    if not kinds or not field or not field.column_type or name.startswith("_"):
        return
    is_number = isinstance(field, fields.NUMERIC) or isinstance(
        field.column_type, columns.NumericColumn | columns.BitColumn
    )
    if is_number == ("text" in kinds):
        held = "text" if is_number else "numbers"
        raise SchemaError(
            f"field {name!r}: the index still has {held} of a removed field of that name; take them out, with the "
            "index's optimize(), and then add the field"
        )


def default_of(column: columns.Column, *, reverse: bool = False) -> Any:
    """What Whoosh's column of a type has for a document without a value."""
    if column.stores_lists():
        return []
    if isinstance(column, columns.PickleColumn):
        return None
    if isinstance(column, columns.WrappedColumn):
        return default_of(column._child)
    return column.default_value(reverse) if hasattr(column, "_default") else b""  # those that compress say none


def missing_of(field: Any, column: columns.Column, *, reverse: bool = False) -> Any:
    """What a reader of the column has for a document without a value, before it is translated.

    Whoosh's own default for fractions, NaN, is none of the numbers that they are sorted by: here it is the greatest.
    """
    default = default_of(column, reverse=reverse)
    if isinstance(field, fields.NUMERIC) and isinstance(default, float) and math.isnan(default):
        number = to_sortable(field.numtype, field.bits, field.signed, math.nan)
        return 0 - number if reverse else number
    return default


def shown(field: Any, raw: Any) -> Any:
    """The value of what a reader of the field's column has; None for a fraction that a document has not."""
    value = field.from_column_value(raw)
    return None if isinstance(value, float) and math.isnan(value) else value


class ColumnValues(columns.ColumnReader):  # type: ignore[misc]
    """A column as Whoosh's sorting and faceting read it: a raw value for each document, or the column's default."""

    def __init__(self, column: Column | None, docs: int, field: Any, kind: columns.Column) -> None:
        """`column` is None where no document has a value; kind: Whoosh's type of the column."""
        self._doccount = docs
        self._column = column
        self._field = field
        self._kind = kind
        self._reverse = False
        if column is not None:
            self._places, self._has = column.first_places()

    def set_reverse(self) -> None:
        self._reverse = True

    def __len__(self) -> int:
        return self._doccount

    def __iter__(self) -> Iterator[Any]:
        return map(self.__getitem__, range(self._doccount))

    def load(self) -> list[Any]:
        return list(self)

    def __getitem__(self, docnum: int) -> Any:
        if self._column is None or not self._has[docnum]:
            return missing_of(self._field, self._kind, reverse=self._reverse)
        place = self._places[docnum]
        if self._kind.stores_lists():
            return [self._raw(number) for number in range(place, place + self._column.counts[docnum])]
        return self._raw(place)

    def _raw(self, place: int) -> Any:
        assert self._column is not None
        value = self._column.values[place]
        found = self._column.names[int(value)] if self._column.names else value.item()
        if isinstance(self._field, fields.NUMERIC):
            return sortable(self._field, found)
        if isinstance(self._kind, columns.PickleColumn | columns.StructColumn):
            return values.decode(found)[_VALUE]
        return bool(found) if isinstance(self._kind, columns.BitColumn) else found

    def sort_key(self, docnum: int) -> Any:
        value = self[docnum]
        if not self._reverse or self._column is None or not self._has[docnum]:
            return value
        return value ^ 1 if isinstance(self._kind, columns.BitColumn) else 0 - value


def _fitting(column: columns.NumericColumn, number: Any) -> Any:
    """A number as its column takes it; ValueError where it takes no such number."""
    try:
        struct.pack("!" + column._typecode, number)
    except struct.error as error:
        raise ValueError(f"the column takes numbers of the type {column._typecode!r} of struct: {error}") from error
    return number


def _number(field: Any, value: Any) -> Any:
    """A value of a field of numbers or dates as a number; dates as microseconds from year 1."""
    if isinstance(field, fields.DATETIME):
        return field.prepare_datetime(value)
    number = field.prepare_number(value)
    return Decimal(number).scaleb(-field.decimal_places) if field.decimal_places else number


def sortable(field: Any, number: Any) -> Any:
    """Return a number that is kept as Whoosh's column of the field has it; of fields of other values, it as it is."""
    if not isinstance(field, fields.NUMERIC):
        return number
    if isinstance(field, fields.DATETIME):
        return int(number)
    prepared = round(number * 10**field.decimal_places) if field.decimal_places else field.numtype(number)
    return to_sortable(field.numtype, field.bits, field.signed, prepared)
