"""values: numbers, dates and truth values as people write them, in Khmer or ASCII digits."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta

_DIGITS = {0x17E0 + value: str(value) for value in range(10)}
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
TRUE = ("true", "yes", "1")
FALSE = ("false", "no", "0")


def number(text: str) -> int | float:
    """Read a number; ValueError."""
    plain = text.translate(_DIGITS).replace(",", "")
    try:
        return int(plain)
    except ValueError:
        return float(plain)


def truth(text: str) -> bool:
    """Read a truth value; ValueError."""
    plain = text.translate(_DIGITS).lower()
    if plain not in TRUE + FALSE:
        raise ValueError(f"{text!r} is neither true nor false")
    return plain in TRUE


def days(text: str) -> tuple[datetime, datetime]:
    """Read a day, month, year or time -> its first and last moment; ValueError."""
    plain = text.translate(_DIGITS)
    found = _DATE.fullmatch(plain)
    if not found:
        moment = datetime.fromisoformat(plain)
        return moment, moment
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    beginning, end = (datetime(moment.year, moment.month, moment.day) for moment in (first, last))
    return beginning, end + timedelta(days=1, microseconds=-1)
