"""columns: the values of documents as Whoosh's columns: what is kept of a value, and a reader of what was kept.

Numbers, dates and truth values are kept as such, everything else as the bytes that the field makes of it; what Whoosh
would pickle is kept as JSON. The methods are those of whoosh.columns.ColumnReader, and mean what they mean there.
"""

# ruff: noqa: D102

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from whoosh import columns, fields
from whoosh.util.numeric import from_sortable, to_sortable

from khsearch.whoosh import values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from khsearch.columnar import Column

_VALUE = "value"


def kept(field: Any, value: Any) -> Any:
    """What a column keeps of a value that a document has in a field: a number, or bytes.

    Raises whatever the field does for a value that does not fit, and DocumentError.
    """
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
    if isinstance(column, columns.NumericColumn | columns.BitColumn):
        return found
    if isinstance(column, columns.StructColumn):
        return values.encode({_VALUE: tuple(found)})
    if not isinstance(found, bytes):
        raise TypeError(f"{type(column).__name__} keeps bytes")
    return found


def default_of(column: columns.Column, *, reverse: bool = False) -> Any:
    """What Whoosh's column of a type has for a document without a value."""
    if column.stores_lists():
        return []
    if isinstance(column, columns.PickleColumn):
        return None
    if isinstance(column, columns.WrappedColumn):
        return default_of(column._child)
    return column.default_value(reverse) if hasattr(column, "_default") else b""  # those that compress say none


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
            return default_of(self._kind, reverse=self._reverse)
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
