"""written_dates: dates as people write them, of which the order of day and month is known, or told by a month's name.

Digits may be Khmer or ASCII. 11/05/2021 is the eleventh of May or the fifth of November: whoever knows says so.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from khsearch.documents.values import days, keyword, plain
from khsearch.pattern import pattern

ORDERS = ("dmy", "mdy", "ymd", "excel")
"""Orders of day, month and year; "excel" counts days, as Excel does in a cell that is shown as a number."""

_KHMER_MONTHS = (
    ("\u1798\u1780\u179a\u17b6",),
    ("\u1780\u17bb\u1798\u17d2\u1797\u17c8", "\u1780\u17bb\u1798\u17d2\u1797\u17c7"),
    ("\u1798\u17b8\u1793\u17b6", "\u1798\u17b7\u1793\u17b6"),
    ("\u1798\u17c1\u179f\u17b6",),
    ("\u17a7\u179f\u1797\u17b6",),
    ("\u1798\u17b7\u1790\u17bb\u1793\u17b6",),
    ("\u1780\u1780\u17d2\u1780\u178a\u17b6",),
    ("\u179f\u17b8\u17a0\u17b6",),
    ("\u1780\u1789\u17d2\u1789\u17b6",),
    ("\u178f\u17bb\u179b\u17b6",),
    ("\u179c\u17b7\u1785\u17d2\u1786\u17b7\u1780\u17b6",),
    ("\u1792\u17d2\u1793\u17bc",),
)
_ENGLISH_MONTHS = (
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may",),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sept", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
)
_MONTHS = {
    keyword(name): number
    for months in (_KHMER_MONTHS, _ENGLISH_MONTHS)
    for number, names in enumerate(months, 1)
    for name in names
}
_DAY = r"\u1790\u17d2\u1784\u17c3[\u1780-\u17d3]*?\s*(?:\u1791\u17b8)?"
"""Behind "day", the day of the week may stand, and "number" before the day of the month."""
_MONTH, _YEAR = "\u1781\u17c2", "\u1786\u17d2\u1793\u17b6\u17c6"
_TIME = r"(?:(?:\s+|,\s*|T)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
_NUMBERS = pattern(rf"(?P<a>\d{{1,4}})\s*(?P<by>[-/.])\s*(?P<b>\d{{1,2}})\s*(?P=by)\s*(?P<c>\d{{1,4}}){_TIME}")
_IN_WORDS = pattern(
    rf"(?:{_DAY})?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,.-]*(?:{_MONTH})?\s*(?P<month>[A-Za-z]+\.?|[\u1780-\u17d3]+?)"
    rf"[\s,.-]*(?:{_YEAR})?\s*(?P<year>\d{{4}}){_TIME}",
    re.I,
)
_MONTH_FIRST = pattern(
    rf"(?P<month>[A-Za-z]+)\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TIME}", re.I
)
_EXCEL_BEGINS = datetime(1899, 12, 30)
_SERIAL = pattern(r"\d{1,7}(?:\.\d+)?")


def written(text: str, order: str) -> date | datetime:
    """Read a date in an order of `ORDERS`, or one that needs none: 2021-05-11, 11 May 2021, with a time or without.

    A year has four digits. ValueError for what is no date in this order.
    """
    seen = plain(text)
    try:
        found = _serial(seen) if order == "excel" else _numbers(seen, order)
        found = found or in_words(seen)
    except (ValueError, OverflowError) as problem:
        told = problem if "four digits" in str(problem) else f"it is not in the calendar as {order}; mend it"
        raise ValueError(f"{text!r:.60}: {told}") from None
    if found is None:
        found, last = days(text)
        found = found.date() if last - found > timedelta(hours=2) else found
    return found


def in_words(seen: str) -> date | datetime | None:
    """Read a date whose month is named, in Khmer or English; None for another text, ValueError for no day there is."""
    found = _IN_WORDS.fullmatch(seen) or _MONTH_FIRST.fullmatch(seen)
    if found is None:
        return None
    month = _MONTHS.get(keyword(found["month"].rstrip(".")))
    return _moment(found, int(found["year"]), month, int(found["day"])) if month else None


def _numbers(seen: str, order: str) -> date | datetime | None:
    found = _NUMBERS.fullmatch(seen)
    if found is None:
        return None
    if len(found["a"]) == 4:  # a year in front is what it says
        order = "ymd"
    parts = dict(zip(order, (found["a"], found["b"], found["c"]), strict=True))
    if len(parts["y"]) != 4:
        raise ValueError("write its year with four digits")
    return _moment(found, int(parts["y"]), int(parts["m"]), int(parts["d"]))


def _moment(found: re.Match[str], year: int, month: int, day: int) -> date | datetime:
    day_of = date(year, month, day)
    if not found["hour"]:
        return day_of
    return datetime.combine(day_of, time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0)))


def _serial(seen: str) -> date | datetime | None:
    if not _SERIAL.fullmatch(seen):
        return None
    moment = _EXCEL_BEGINS + timedelta(seconds=round(float(seen) * 86_400))
    return moment.date() if moment.time() == time() else moment
