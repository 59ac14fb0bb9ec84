"""own_fields: a clause on an index's own field that is no text in; the node for its values, or a range of them, out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from khsearch.documents import values
from khsearch.engine import nodes
from khsearch.query.clauses import Group, Item, Like, Pattern, Range

_EXAMPLES = {"number": "[10 TO *]", "date": "[2021-05 TO 2021-06-15]", "keyword": '["from here" TO "to here"]'}
_MICROSECOND = timedelta(microseconds=1)


class NotForFieldError(ValueError):
    """What a clause asks for does not go with its field."""


def of_column(item: Item, kind: str) -> nodes.Node:
    """Return the node for values of a field of some kind.

    ValueError for what is none, or asks for something else; it names the field, its kind, and what to write.
    """
    assert not isinstance(item, Group)
    assert item.field is not None
    try:
        return _range(item, kind) if isinstance(item, Range) else _value(item, kind)
    except ValueError as wrong:
        ranged = f"; a range is {item.field}:{_EXAMPLES[kind]}" if kind in _EXAMPLES else ""
        raise NotForFieldError(f"the field {item.field!r} holds a {kind}, and {wrong}{ranged}") from None


def _value(item: Item, kind: str) -> nodes.Node:
    assert not isinstance(item, Group | Range)
    assert item.field is not None
    if kind == "date":
        return nodes.Between(item.field, *values.days(item.text))
    if isinstance(item, Pattern | Like):
        raise NotForFieldError(f"{item.text!r} is a pattern; ask for a whole value, in quotes if it has such signs")
    value = _READ[kind](item.text)
    return nodes.Between(item.field, value, value)


def _range(item: Range, kind: str) -> nodes.Node:
    """Return the node for a range."""
    if kind == "date":
        return _dates(item)
    if kind == "boolean":
        raise ValueError("truth values have no range; write true or false")
    low, high = (None if bound is None else _READ[kind](bound) for bound in (item.low, item.high))
    return nodes.Between(item.field, low, high, with_low=item.with_low, with_high=item.with_high)


def _dates(item: Range) -> nodes.Node:
    """Return the node for a range of dates; a bound is all of its day, month or year, kept or left out."""
    low: datetime | None = None
    high: datetime | None = None
    if item.low is not None:
        first, last = values.days(item.low)
        if not item.with_low and last == datetime.max:
            return nodes.Nothing()
        low = first if item.with_low else last + _MICROSECOND
    if item.high is not None:
        first, last = values.days(item.high)
        if not item.with_high and first == datetime.min:
            return nodes.Nothing()
        high = last if item.with_high else first - _MICROSECOND
    return nodes.Between(item.field, low, high)


_READ: dict[str, Callable[[str], object]] = {
    "keyword": values.keyword,
    "number": values.number,
    "boolean": values.truth,
}
