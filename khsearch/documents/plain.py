"""plain: the value of a field, of whatever type a library gave it, in; the plain value that it is, out.

Subclasses and numpy's scalars become what they are, so that what is stored does not depend on who made it, and nothing
that the caller keeps can change it later. What cannot be stored is a ValueError that says what it is and what to do; it
goes on from "its field 'x' ...".
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, TypeGuard

from khsearch.arrays import np

_NOTHING = (("pandas", "NAType"), ("pandas", "NaTType"))
"""Types, by module and name, of what other libraries have for no value; NaT calls itself a datetime."""
_FINER = ("ns", "ps", "fs", "as")  # units of time that Python's datetime has not


def plain_value(value: object) -> object:
    """Return a value as a str, int, float, Decimal, bool, date, datetime or list of str; None for no value. ValueError.

    NaN, NaT and pandas' NA are no value.
    """
    kind = type(value)
    if isinstance(value, str) and kind is str and value.isascii():
        return value
    if kind is str or kind is int or kind is float:
        return _of_plain_type(value)
    if value is None or kind is bool:
        return value
    if isinstance(value, list):
        return _strings(value)
    if is_of_numpy(value):
        return plain_value(_of_numpy(value))
    if isinstance(value, str):
        return _of_plain_type(str.__str__(value))
    if isinstance(value, int):
        return _of_plain_type(int.__int__(value))
    if isinstance(value, float):
        return _of_plain_type(float.__float__(value))
    if (type(value).__module__.partition(".")[0], type(value).__name__) in _NOTHING:
        return None
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    raise _not_plain(value)


def is_of_numpy(value: object) -> TypeGuard[np.generic]:
    """Whether a value is one of numpy's scalars: there are none before numpy is loaded."""
    return "numpy" in sys.modules and isinstance(value, np.generic)


def _not_plain(value: object) -> ValueError:
    allowed = "str, int, float, Decimal, bool, date, datetime or a list of str"
    return ValueError(f"is {named(value)}; make it {allowed}, or leave it out")


def _of_plain_type(value: object) -> object:
    if isinstance(value, str):
        utf8(value)
    elif isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 64:
            raise ValueError("is a whole number of more than 64 bits; make it a str")
    elif isinstance(value, float) and not math.isfinite(value):
        if math.isnan(value):
            return None
        raise ValueError(f"is {value}, which is no number; leave the field out")
    return value


def _decimal(value: Decimal) -> Decimal | None:
    if value.is_infinite():
        raise ValueError(f"is {value}, which is no number; leave the field out")
    return None if value.is_nan() else Decimal(value)


def _strings(value: list[Any]) -> list[str]:
    items = list(value)
    odd = next((f"an item that is {named(item)}" for item in items if not isinstance(item, str)), "")
    if odd:
        raise ValueError(f"is a list with {odd}; a list holds str only")
    return list(map(string, items))


def _of_numpy(value: np.generic) -> object:
    if isinstance(value, np.datetime64 | np.timedelta64) and np.isnat(value):
        return None
    if isinstance(value, np.timedelta64 | np.complexfloating):  # item() would make an int of many a span of time
        raise _not_plain(value)
    if isinstance(value, np.datetime64):
        found = value.astype("datetime64[us]").item() if np.datetime_data(value)[0] in _FINER else value.item()
        if isinstance(found, date):
            return found
        raise ValueError(f"is {value}, which no calendar of Python has; make it a str")
    return float(value) if isinstance(value, np.longdouble) else value.item()  # a longdouble's item() is one, too


def _moment(value: datetime) -> datetime:
    try:
        offset = value.utcoffset()
        zone = None if offset is None else timezone(offset)
    except Exception as problem:  # whatever somebody's time zone raises
        raise ValueError(f"has a time zone that fails ({problem}); use another") from problem
    parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
    return datetime(*parts, tzinfo=zone)


def string(value: object) -> str:
    """Return a str, not a subclass of it, that UTF-8 can write; ValueError."""
    found = exact(value)
    if not found.isascii():
        utf8(found)
    return found


def exact(value: object) -> str:
    """Return a str, not a subclass of it; ValueError for what is none."""
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    raise ValueError(f"is {named(value)}, not a str; convert it")


def mapping(value: object) -> Mapping[Any, Any]:
    """Return a mapping; ValueError for what is none."""
    if isinstance(value, Mapping):
        return value
    raise ValueError(f"are {named(value)}; give a dict of names and values")


def utf8(value: str) -> bytes:
    """Encode a str; ValueError for a lone surrogate."""
    try:
        return value.encode()
    except UnicodeEncodeError as problem:
        raise ValueError(
            f"has a lone surrogate (U+{ord(value[problem.start]):04X}) at offset {problem.start}, "
            "which is no character; remove it, or read the source as strict UTF-8"
        ) from None


def brief_repr(value: object, most: int = 200) -> str:
    """The beginning of a value's repr, for messages, whatever it is."""
    try:
        return repr(value)[:most]
    except Exception:  # whatever an object of somebody's raises
        return f"<{type(value).__name__}>"


def named(value: object) -> str:
    """What a value is, as part of a sentence."""
    return "None" if value is None else f"of type {type(value).__name__}"
