"""own_fields: a clause on an index's own field that is no text in; the node for its values, or a range of them, out."""

from __future__ import annotations

import math
from datetime import timedelta

from khsearch.columnar import nodes
from khsearch.query import values
from khsearch.query.language import Group, Item, Like, Pattern, Range


class NotForFieldError(ValueError):
    """What a clause asks for does not go with its field."""


def of_column(item: Item, kind: str) -> nodes.Node:
    """Return the node for values of a field of some kind; ValueError for what is none, or asks for something else."""
    assert not isinstance(item, Group)
    name = item.field
    assert name is not None
    if isinstance(item, Range):
        low, high = _bounds(item, kind)
        return nodes.Between(name, low, high)
    if isinstance(item, Pattern | Like):
        raise NotForFieldError(f"{name} holds {kind} values, which have no patterns; ask for a value or a range")
    if kind == "date":
        low, high = values.days(item.text)
        return nodes.Between(name, low, high)
    value: object = item.text
    if kind == "number":
        value = values.number(item.text)
    elif kind == "boolean":
        value = values.truth(item.text)
    return nodes.Between(name, value, value)


def _bounds(item: Range, kind: str) -> tuple[object, object]:
    low, high = item.low, item.high
    if kind == "date":
        first = None if low is None else values.days(low)[0 if item.with_low else 1] + _step(with_bound=item.with_low)
        last = (
            None if high is None else values.days(high)[1 if item.with_high else 0] - _step(with_bound=item.with_high)
        )
        return first, last
    if kind == "number":
        first_number = None if low is None else values.number(low)
        last_number = None if high is None else values.number(high)
        if not item.with_low and first_number is not None:
            first_number = math.nextafter(first_number, math.inf)
        if not item.with_high and last_number is not None:
            last_number = math.nextafter(last_number, -math.inf)
        return first_number, last_number
    if kind == "keyword" and item.with_low and item.with_high:
        return low, high
    raise ValueError(f"{item.field} holds {kind} values, which have no such range")


def _step(*, with_bound: bool) -> timedelta:
    return timedelta(microseconds=0 if with_bound else 1)
