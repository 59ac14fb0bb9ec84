"""columns: values of documents as they are compared: numbers as numbers, text in the form of keywords."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from khsearch.documents import Compared, compared, written
from khsearch.engine import By, SortKey, Value
from khsearch.errors import QueryError


def shown(value: object) -> object:
    """Return a value as a facet has it: text as it was written, anything else as a number."""
    number = compared(value)
    return written(value).decode("utf-8", "surrogatepass") if isinstance(number, bytes) else number


def ordered(one: Sequence[Value], other: Sequence[Value], sort: Sequence[SortKey]) -> int:
    """Return whether one row of values stands before another, -1, or behind it, 1; None last, whichever way."""
    for mine, its, (column, reverse) in zip(one, other, sort, strict=True):
        if mine == its:
            continue
        if mine is None or its is None:
            return 1 if mine is None else -1
        if isinstance(mine, bytes) != isinstance(its, bytes):
            raise QueryError(f"column {column!r} holds other values than {its!r:.40}; take a place from a search")
        less = cast("Any", mine) < its
        return -1 if less != (reverse or column is None) else 1
    return 0


def bucket(value: object, by: By | None) -> Compared:
    """Return what a value is counted as: itself, or the moment in which its year, month or day begins."""
    number = compared(value)
    if by is None:
        return number
    if not isinstance(number, int):
        raise QueryError(f"{value!r:.40} is no date; only dates are counted by {by}")
    day = (datetime.min + timedelta(microseconds=number)).date()
    return compared(day.replace(month=1, day=1) if by == "year" else day.replace(day=1) if by == "month" else day)


def is_between(value: object, low: object, high: object) -> bool:
    """Return whether a value lies in a range: from low, included, to high, left out; None is open."""
    number: Any = compared(value)
    return (low is None or compared(low) <= number) and (high is None or number < compared(high))
