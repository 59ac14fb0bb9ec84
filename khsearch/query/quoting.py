r"""quoting: a value in, the text that says it behind the name of a field out; and the text in quotes back.

Between two quotes stands what is meant, letter by letter, but for \" and \\, which are a quote and a backslash; any
other backslash is itself.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from khsearch import documents

_SIGNS = re.compile(r'["\\]')
_ESCAPED = re.compile(r'\\(["\\])')
WITHIN = r'[^"\\]*(?:\\(?:["\\]|(?!["\\]))[^"\\]*)*'
"""Regular expression of what may stand between two quotes; it matches in one way only."""


def quote(value: str | int | float | Decimal | bool | date | datetime) -> str:
    """Write a value as it stands behind the name of a field in a query or filter: f"author:{quote(name)}".

    It finds exactly the documents that have the value there, whatever signs it is made of: with a date those of the
    day, with a datetime those of its microsecond, as the clock shows it. ValueError for what no document can hold, and
    for a list, each value of which is quoted alone.
    """
    try:
        found = documents.plain_value(value)
    except ValueError as problem:
        raise ValueError(f"a value to quote {problem}") from None
    if isinstance(found, str):
        return '"' + _SIGNS.sub(r"\\\g<0>", found) + '"'
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, int | float | Decimal):
        return _number(found)
    if isinstance(found, datetime):
        return found.replace(tzinfo=None).isoformat(timespec="microseconds")
    if isinstance(found, date):
        return found.isoformat()
    what = "a list, each value of which is quoted alone" if isinstance(found, list) else "no value"
    raise ValueError(f"a value to quote is {what}; give a str, a number, a bool, a date or a datetime")


def unquoted(text: str) -> str:
    """Return what stands between two quotes as it is meant."""
    return _ESCAPED.sub(r"\1", text)


def _number(found: int | float | Decimal) -> str:
    """A number without an exponent, which reads as exactly what a column holds of it."""
    if isinstance(found, Decimal):
        found = documents.values.of_decimal(found)
    if isinstance(found, float) and not found.is_integer():
        return format(Decimal(repr(found)), "f")
    return str(int(found))
