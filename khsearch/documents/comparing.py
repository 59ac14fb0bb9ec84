"""comparing: values of documents as an engine compares them: numbers as numbers, text in the form of keywords."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from khsearch.documents import values
from khsearch.documents.fields import keyword_form

Compared = int | float | bytes
"""What a value is compared by."""


def several(given: object) -> list[object]:
    """Return the values of one document in one column: None is none, a list several; NaN is no value."""
    found = [] if given is None else list(given) if isinstance(given, list | tuple) else [given]
    return [value for value in found if not (isinstance(value, float) and math.isnan(value))]


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
