r"""values: numbers, dates, truth values and keywords as people write them -> what is compared.

Digits may be Khmer or ASCII; invisible characters, and spaces around, say nothing. What could mean two things is an
error (ValueError) whose message says what to write, in documents as in queries.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from khsearch.khmer import normalize, script, scripts
from khsearch.pattern import pattern

_DIGITS = str.maketrans(script.KHMER_DIGITS, "0123456789", script.INVISIBLE)
_MOST_DIGITS = 20
_NUMBER = pattern(r"[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_DATE = pattern(
    r"""(?P<year>[0-9]{4})
        (?: (?P<digits>[0-9]{4})
          | -W (?P<week>[0-9]{2}) (?:-(?P<weekday>[1-7]))?
          | -(?P<month>[0-9]{1,2}) (?:-(?P<day>[0-9]{1,2}))?
        )?
        (?: [T ] (?P<hour>[0-9]{2})
            (?: : (?P<minute>[0-9]{2}) (?: : (?P<second>[0-9]{2}) (?: \.(?P<fraction>[0-9]{1,9}) )? )? )?
            [ ]? (?: Z | [+-](?:[01][0-9]|2[0-3]) (?: :?[0-5][0-9] )? )?
        )?""",
    re.VERBOSE,
)
_KHMER = pattern("([\u1780-\u17d3\u17dd]+)")
_BARE_COENG = pattern("\u17d2(?![\u1780-\u17b3])")  # subscribes nothing
TRUE = ("true", "yes", "1")
FALSE = ("false", "no", "0")


def number(text: str) -> int | float:
    """Read a number: digits, a sign before them, a point before a fraction, commas between groups of three.

    The point is the decimal point and the comma parts thousands, always: "1,500" is 1500, "1.500" is one and a half,
    "12,000.50" is both. "1,5", "1.500,25", "1 500", "1_500" and "1e5" are none. A whole number is an int of any size,
    and one with a point a float. ValueError.
    """
    seen = plain(text)
    if not _NUMBER.fullmatch(seen):
        raise ValueError(f"{_shown(text)} is no number; write it as 1500, 1,500 or -1500.25")
    digits = seen.replace(",", "")
    try:
        found = float(digits) if "." in digits else int(digits)
    except ValueError:  # Python reads some thousand digits
        found = math.inf
    if not isinstance(found, int) and not math.isfinite(found):
        raise ValueError(f"{_shown(text)} is too large a number; write one of fewer digits")
    return found


def of_decimal(value: Decimal) -> int | float:
    """Return what a Decimal is compared as: itself where it is whole, of at most 20 digits, else the nearest float."""
    whole = value.is_finite() and value.adjusted() < _MOST_DIGITS and value == value.to_integral_value()
    return int(value) if whole else float(value)


def truth(text: str) -> bool:
    """Read a truth value: true, yes or 1; false, no or 0. ValueError."""
    seen = plain(text).lower()
    if seen not in TRUE + FALSE:
        raise ValueError(f"{_shown(text)} is neither true nor false; write true or false")
    return seen in TRUE


def days(text: str) -> tuple[datetime, datetime]:
    """Read a date -> the first and the last moment of what it names, without a time zone.

    A year (2021), month (2021-05), week (2021-W19), day (2021-05-11, 20210511, 2021-W19-2), hour (2021-05-11T10),
    minute (2021-05-11 10:30), second, or fraction of a second (10:30:15.123). Behind a time, "Z" or an offset as
    "+07:00" is passed over: the day and the time count as they are written. ValueError.
    """
    found = _DATE.fullmatch(plain(text).upper())
    if not found or (found["hour"] and not (found["day"] or found["digits"] or found["weekday"])):
        raise ValueError(f"{_shown(text)} is no date; write it as 2021-05-11, 2021-05, 2021 or 2021-05-11T10:30")
    try:
        first, last = _days_of(found)
        if found["hour"]:
            first, last = _moments_of(found, first)
    except (ValueError, OverflowError):
        raise ValueError(f"{_shown(text)} is not in the calendar; write a date as 2021-05-11") from None
    return first, last


def _days_of(found: re.Match[str]) -> tuple[datetime, datetime]:
    """First and last moment of the year, month, week or day."""
    year = int(found["year"])
    if found["week"]:
        first = date.fromisocalendar(year, int(found["week"]), int(found["weekday"] or 1))
        left = date.max - first  # the last week of the calendar is no whole one
        last = first if found["weekday"] else first + min(timedelta(days=6), left)
    else:
        month, day = found["month"], found["day"]
        if found["digits"]:
            month, day = found["digits"][:2], found["digits"][2:]
        first = date(year, int(month or 1), int(day or 1))
        last = first if day else _last_day(year, int(month or 12))
    return datetime.combine(first, time.min), datetime.combine(last, time.max)


def _last_day(year: int, month: int) -> date:
    return date(year, month, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def _moments_of(found: re.Match[str], day: datetime) -> tuple[datetime, datetime]:
    """First and last moment of the hour, minute, second or fraction of a second; more than six digits are cut."""
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    fraction = (found["fraction"] or "")[:6]
    first = day.replace(hour=hour, minute=minute, second=second, microsecond=int(fraction.ljust(6, "0")))
    if found["fraction"]:
        length = timedelta(microseconds=10 ** (6 - len(fraction)))
    elif found["second"]:
        length = timedelta(seconds=1)
    else:
        length = timedelta(minutes=1) if found["minute"] else timedelta(hours=1)
    return first, first + (length - timedelta(microseconds=1))


def keyword(text: str) -> str:
    """Return the form in which keywords are compared: one for all that differ only as spellings of a text may.

    Invisible characters, the order of a cluster's marks, Khmer and other digits, letter case, and spaces around or
    doubled make no difference. Signs do, those in numbers too: "C++" is not "C", "1,500" is not "1.500". The form of a
    form is itself, and only that of a blank text is empty.
    """
    if text.isascii():  # nothing but case and spaces to look at
        return " ".join(text.lower().split()) or text.strip()
    return _usual_form(text) if len(text) <= _USUAL else _form(text)


def _form(text: str) -> str:
    seen = "".join([char for char in text if script.code_of(char) != script.DELETED])
    parts = _KHMER.split(_BARE_COENG.sub("", seen))
    for at, part in enumerate(parts):
        parts[at] = _khmer_form(part) if at % 2 else _other_form(part)
    return " ".join("".join(parts).split()) or text.strip()


_usual_form = lru_cache(maxsize=1 << 12)(_form)
_USUAL = 200  # characters: longer ones hardly come again, and would fill the memory


def _khmer_form(part: str) -> str:
    return script.decode_term(normalize(part).codes[1:-1])


def _other_form(part: str) -> str:
    folded = part.lower() if part.isascii() else unicodedata.normalize("NFC", "".join(map(_folded, part)))
    return folded if folded.isascii() else "".join([str(unicodedata.decimal(char, char)) for char in folded])


def _folded(char: str) -> str:
    return scripts.fold(char) if unicodedata.category(char)[0] in "LM" else char.casefold()


def plain(text: str) -> str:
    """Return a number or date with ASCII digits, without what cannot be seen and spaces around."""
    return text.translate(_DIGITS).strip()


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "\u2026")
