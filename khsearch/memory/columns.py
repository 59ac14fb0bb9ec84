"""columns: values of documents as they are compared: numbers as numbers, text in the form of keywords."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from khsearch.documents import keyword_form, values

Compared = int | float | bytes


def values_of(given: object) -> list[object]:
    """Return the values of one document in one column: None is none, a list several; NaN is no value."""
    several = [] if given is None else list(given) if isinstance(given, list | tuple) else [given]
    return [value for value in several if not (isinstance(value, float) and math.isnan(value))]


def compared(value: object) -> Compared:
    """Return what a value is compared by: dates and times are microseconds from year 1, truth values 0 and 1."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) - datetime.min) // timedelta(microseconds=1)
    if isinstance(value, date):
        return compared(datetime.combine(value, time()))
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return values.of_decimal(value)
    if isinstance(value, int | float):
        return value
    return keyword_form(written(value))


def written(value: object) -> bytes:
    """Return a value that is text as it was written."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def shown(value: object) -> object:
    """Return a value as a facet has it: text as it was written, anything else as a number."""
    number = compared(value)
    return written(value).decode("utf-8", "surrogatepass") if isinstance(number, bytes) else number


def order(first: Sequence[object], *, reverse: bool) -> list[int]:
    """Return the numbers of documents by their values, None last either way, equals in their order."""
    some = [at for at, value in enumerate(first) if value is not None]
    some.sort(key=lambda at: compared(first[at]), reverse=reverse)
    return [*some, *(at for at, value in enumerate(first) if value is None)]
