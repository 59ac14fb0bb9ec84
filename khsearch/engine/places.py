"""places: where a document stands in an order, as values that JSON knows, and back.

One value for each key of the order (a number; text in the form in which it is compared; None where there is none; or
the score), then what the engine calls the document by, and its id. An order without keys is by score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from khsearch.engine.view import Place, SortKey
from khsearch.errors import QueryError

BY_SCORE = (SortKey(None),)
"""The order of a search that says none."""

Value = int | float | bytes | None
"""What orders documents: a number, or text in the form in which it is compared."""


class Placed(NamedTuple):
    """A place that was read: the value for each key, the number that the document had then, and its id."""

    values: tuple[Value, ...]
    number: int
    id: str


def write_place(values: Sequence[Value], number: int, id: str) -> Place:
    """Return the place of a document."""
    told = [value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value for value in values]
    return [*told, number, id]


def read_place(place: object, sort: Sequence[SortKey]) -> Placed:
    """Read a place in an order, wherever it comes from; QueryError for what no `write_place` made."""
    keys = sort or BY_SCORE
    if not isinstance(place, list | tuple) or len(place) != len(keys) + 2:
        raise _wrong(place)
    *values, number, id = place
    if isinstance(number, bool) or not isinstance(number, int) or number < 0 or not isinstance(id, str):
        raise _wrong(place)
    return Placed(tuple(_value(place, value, key) for value, key in zip(values, keys, strict=True)), number, id)


def _value(place: object, value: object, key: SortKey) -> Value:
    if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        return value
    if key.column is not None:
        if value is None:
            return None
        if isinstance(value, str):
            return value.encode("utf-8", "surrogatepass")
    raise _wrong(place)


def _wrong(place: object) -> QueryError:
    return QueryError(f"{place!r:.80} is no place in this order; take it from a search in the same order")
