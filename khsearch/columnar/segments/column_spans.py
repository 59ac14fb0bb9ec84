"""column_spans: a column and many spans of values in, which of its values lie in any of them out.

One look at each value, by bisection, however many spans there are.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

import numpy as np

from khsearch.arrays import Array
from khsearch.columnar.segments.columns import Column, bound_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def in_spans(name: str, column: Column, spans: Sequence[tuple[Any, Any]]) -> Array:
    """Which values lie in any of some spans, from first to last, both included -> (len(values),) bool, exactly.

    Text is compared with the forms. QueryError for a bound of another kind than the column's.
    """
    values = column.compared
    if not len(values) or not spans:
        return np.zeros(len(values), np.bool_)
    bounds = [(bound_of(name, column, low), bound_of(name, column, high)) for low, high in spans]
    if column.kind != "text":
        bounds = [both for both in bounds if not any(map(math.isnan, both))]
    if column.kind in ("text", "exact"):
        return _of_ordinals(column.forms if column.kind == "text" else column.names, bounds).take(values)
    fit = [_whole(*both) for both in bounds] if column.kind == "int" else [_floats(*both) for both in bounds]
    some = sorted(both for both in fit if both is not None)
    if not some:
        return np.zeros(len(values), np.bool_)
    lows, highs = np.array(some, values.dtype).T
    highs = np.maximum.accumulate(highs)  # spans may overlap
    before = lows.searchsorted(values, "right")
    found: Array = (before > 0) & (values <= highs.take(before - 1, mode="clip"))
    return found


def _of_ordinals(names: Sequence[Any], bounds: Sequence[tuple[Any, Any]]) -> Array:
    """Which of some names, rising, lie in any of some spans -> (len(names),) bool."""
    begun = np.zeros(len(names) + 1, np.int64)  # spans that begin less those that have ended, name by name
    for low, high in bounds:
        first, behind = bisect_left(names, low), bisect_right(names, high)
        if first < behind:
            begun[first] += 1
            begun[behind] -= 1
    return begun[:-1].cumsum() > 0


def _whole(low: int | float, high: int | float) -> tuple[int, int] | None:
    """The whole numbers of 64 bits from one number to another; None where there is none."""
    least = max(low, -(1 << 63))
    most = min(high, (1 << 63) - 1)
    first, last = math.ceil(least), math.floor(most)
    return (first, last) if first <= last else None


def _floats(low: int | float, high: int | float) -> tuple[float, float] | None:
    """The floats from one number to another; None where there is none."""
    first, last = _nearest(low), _nearest(high)
    if first < low:
        first = math.nextafter(first, math.inf)
    if last > high:
        last = math.nextafter(last, -math.inf)
    return (first, last) if first <= last else None


def _nearest(number: int | float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)
