"""sought: what a filter asks of a field, of whatever type a caller has it, in; the values that it names, out.

A value names a span of what is compared: "2021-05" and a `date` name all moments of theirs, other values themselves.
Strings are read as those of documents are.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from khsearch.arrays import np
from khsearch.documents import values
from khsearch.documents.plain import brief_repr, is_of_numpy, plain_value, string

_GIVE = {
    "keyword": "a str",
    "number": "an int, float or Decimal, or a str such as 1500 or -1500.25",
    "date": "a date or datetime, a year as an int, or a str such as 2021-05-11",
    "boolean": "True or False",
}


def span(given: object, kind: str) -> tuple[Any, Any]:
    """Return the first and the last value that a value names in a field of a kind, as both are compared.

    They are forms of keywords, int or float, datetime without a zone, or bool. A whole number from 1 to 9999 names a
    year in a field of dates. ValueError, which goes on from "the field 'x' holds a number, and ...".
    """
    found = _SPANS[kind](_plain(given))
    if found is None:
        raise ValueError(f"{brief_repr(given, 80)} is none; give {_GIVE[kind]}")
    return found


def _plain(given: object) -> object:
    """A value as it is, whatever library made it; numbers, unlike those of documents, of any size."""
    if isinstance(given, str):
        try:
            return string(given)
        except ValueError as problem:
            raise ValueError(f"{brief_repr(given, 80)} {problem}") from None
    if isinstance(given, int) and not isinstance(given, bool):
        return int.__int__(given)
    if isinstance(given, float) or (is_of_numpy(given) and isinstance(given, np.floating)):
        return None if math.isnan(given) else float(given)
    try:
        return plain_value(given)
    except ValueError:
        return None


def _keyword(given: object) -> tuple[str, str] | None:
    if not isinstance(given, str):
        return None
    form = values.keyword(given)
    return form, form


def _number(given: object) -> tuple[int | float, int | float] | None:
    if isinstance(given, str):
        given = values.number(given)
    if isinstance(given, Decimal):
        given = values.of_decimal(given)
    return (given, given) if isinstance(given, int | float) and not isinstance(given, bool) else None


def _date(given: object) -> tuple[datetime, datetime] | None:
    if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= 9999:
        given = f"{given:04}"
    if isinstance(given, str):
        return values.days(given)
    if isinstance(given, datetime):
        moment = given.replace(tzinfo=None)
        return moment, moment
    return (datetime.combine(given, time.min), datetime.combine(given, time.max)) if isinstance(given, date) else None


def _boolean(given: object) -> tuple[bool, bool] | None:
    if isinstance(given, str):
        given = values.truth(given)
    return (given, given) if isinstance(given, bool) else None


_SPANS = {"keyword": _keyword, "number": _number, "date": _date, "boolean": _boolean}
