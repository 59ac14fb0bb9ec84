"""xlsx_styles: what the style of a cell makes of its number: a date, a time, a share of a hundred; and its font."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from khsearch.documents.formats.packages import End, Package, Start
from khsearch.documents.formats.tables import Value
from khsearch.documents.formats.whole import moment

_QUOTED = re.compile(r'"[^"]*"|\[(?!(?:h+|m+|s+)\])[^\]]*\]|\\.|_.|\*.', re.I)
_DAY, _TIME, _SHARE, _LENGTH = 1, 2, 4, 8  # what a format shows, added up; a length of time goes on above 24 hours
_KNOWN = {
    **dict.fromkeys((*range(14, 18), *range(27, 32), 34, 35, 36, *range(50, 59)), _DAY),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 47), _TIME),
    46: _TIME | _LENGTH,
    **{22: _DAY | _TIME, 9: _SHARE, 10: _SHARE},
}
"""Formats that have a number and no code."""


class Styles:
    """The styles of a workbook."""

    def __init__(self, package: Package, name: str | None, *, since_1904: bool) -> None:
        """Read them; name: of the part that holds them, if there is one. DocumentError."""
        self._first = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
        self._since_1904 = since_1904
        self._shows: list[int] = []
        self._fonts: list[str] = []
        self._font_of: list[int] = []
        if name:
            self._read(package, name)

    def _read(self, package: Package, name: str) -> None:
        codes: dict[str, int] = {}
        inside: list[str] = []
        for event in package.events(name):
            if isinstance(event, End):
                inside.pop()
                continue
            if not isinstance(event, Start):
                continue
            about = event.attributes
            within = inside[-1:]
            if event.tag == "x:numFmt":
                codes[about.get("numFmtId", "")] = _shown_by(about.get("formatCode", ""))
            elif event.tag == "x:font" and within == ["x:fonts"]:
                self._fonts.append("")
            elif event.tag == "x:name" and within == ["x:font"] and self._fonts:
                self._fonts[-1] = about.get("val", "")
            elif event.tag == "x:xf" and within == ["x:cellXfs"]:
                number = about.get("numFmtId", "0")
                self._shows.append(codes[number] if number in codes else _KNOWN.get(_number(number), 0))
                self._font_of.append(_number(about.get("fontId", "0")))
            inside.append(event.tag)

    def value(self, number: int | float, style: str) -> Value:
        """Return the date that a number is, or the number."""
        shows = self._shows_of(style)
        if not shows & (_DAY | _TIME) or not 0 <= number < 2_958_466:  # the year 10000
            return number
        days, fraction = divmod(number, 1)
        seconds = round(fraction * 86_400)
        if not shows & _DAY:
            if number >= 1 and not shows & _LENGTH:
                return number
            seconds += int(days) * 86_400
            return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")
        if days < 60 and not self._since_1904:  # Excel takes 1900 for a leap year
            days += 1
        try:
            day = self._first + timedelta(days=int(days))
            return day if not seconds else datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
        except OverflowError:
            return number

    def text(self, value: Value, style: str) -> str:
        """Return how the style shows a value, where that is other than it is."""
        is_share = self._shows_of(style) & _SHARE and isinstance(value, int | float) and not isinstance(value, bool)
        return f"{value * 100:.10g}%" if is_share and isinstance(value, int | float) else ""

    def font(self, style: str) -> str:
        """Return the font of cells of a style."""
        number = _number(style)
        font = self._font_of[number] if number < len(self._font_of) else 0
        return self._fonts[font] if font < len(self._fonts) else ""

    def iso(self, raw: str) -> Value:
        """Return a date that is written as one."""
        return moment(raw.removesuffix("Z")) or raw

    def _shows_of(self, style: str) -> int:
        number = _number(style)
        return self._shows[number] if number < len(self._shows) else 0


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _shown_by(code: str) -> int:
    plain = _QUOTED.sub("", code.partition(";")[0]).lower()
    if "general" in plain:
        return 0
    is_length = "[" in plain
    has_time = is_length or "h" in plain or "s" in plain
    has_day = "d" in plain or "y" in plain or ("m" in plain and not has_time)
    return has_day * _DAY | has_time * _TIME | ("%" in plain) * _SHARE | is_length * _LENGTH
