"""xlsx: a workbook of Excel: each sheet a document, or each row (`tables`), hidden ones too.

Cells give what people see: formulas their stored values, dates as dates, 1500 as 1500; formulas that a program wrote
without their values are counted in a remark. What is empty takes no time, however far out a sheet says that it goes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from khsearch.documents.formats.drawings import chart_text, comment_text, diagram_text
from khsearch.documents.formats.office_properties import about
from khsearch.documents.formats.packages import End, Package, Start
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.tables import Cell, Row, Sheet, Value, read_sheets, shown
from khsearch.documents.formats.whole import Flow
from khsearch.documents.formats.xlsx_styles import Styles

REMEDY = "open it in Excel or LibreOffice and save it as .xlsx"
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})?")
_OF_PAGE = re.compile("x:(?:odd|even|first)(?:Header|Footer)")
_CODES = re.compile(r'&(?:"([^",]*)[^"]*"|K[0-9A-Fa-f]{6}|[0-9]{1,3}|[^&])')
"""Of headers and footers: a font, a colour, a size, what is filled in."""
_WHOLE = re.compile(r"-?[0-9]{1,18}")


def read(source: Source) -> Found:
    """Read the workbook."""
    package = Package(source, REMEDY)
    main = package.main("xl/workbook.xml")
    links = {link.id: link for link in package.links(main)}
    kinds = {link.kind: link.target for link in links.values()}
    sheets: list[tuple[str, str]] = []
    since_1904 = False
    for event in package.events(main):
        if isinstance(event, Start) and event.tag == "x:sheet":
            link = links.get(event.attributes.get("r:id", ""))
            if link and link.kind in ("worksheet", "chartsheet"):
                sheets.append((event.attributes.get("name", ""), link.target))
        elif isinstance(event, Start) and event.tag == "x:workbookPr":
            since_1904 = event.attributes.get("date1904") in ("1", "true")
    strings = _strings(package, kinds["sharedStrings"]) if "sharedStrings" in kinds else []
    styles = Styles(package, kinds.get("styles"), since_1904=since_1904)
    left = _Left()
    read_in = (
        Sheet(name, _rows(package, part, strings, styles, left), _beside(package, part, left)) for name, part in sheets
    )
    yield from read_sheets(source, read_in, about(package))
    if left.without_value:
        told = "formulas have no value stored, and are not read; open it in Excel or LibreOffice, and save it"
        yield source.remark(f"{left.without_value:,} {told}")


class _Left:
    """What rows leave to others: headers and footers of the sheet, and how many formulas of all have no value."""

    def __init__(self) -> None:
        self.of_page: list[str] = []
        self.without_value = 0


def _strings(package: Package, name: str) -> list[str]:
    """Read the strings that cells name by number, without the sounds of letters."""
    strings: list[str] = []
    pieces: list[str] = []
    tag, within_sound = "", False
    for event in package.events(name):
        if isinstance(event, Start):
            tag = event.tag
            within_sound = within_sound or tag == "x:rPh"
            if tag == "x:si":
                pieces = []
        elif isinstance(event, End):
            tag = ""
            within_sound = within_sound and event.tag != "x:rPh"
            if event.tag == "x:si":
                strings.append("".join(pieces))
        elif tag == "x:t" and not within_sound:
            pieces.append(event)
    return strings


def _rows(package: Package, name: str, strings: list[str], styles: Styles, left: _Left) -> Iterator[Row]:
    """Read the rows that hold something."""
    number, column = 0, 0
    cells: list[Cell] = []
    tag, about_cell = "", {}
    filled = within_sound = is_formula = False
    value: list[str] = []
    for event in package.events(name):
        if isinstance(event, Start):
            tag = event.tag
            if tag == "x:row":
                stated = event.attributes.get("r", "")
                number = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 8 else number + 1
                column, cells = 0, []
            elif tag == "x:c":
                about_cell, value, is_formula = event.attributes, [], False
                place = _PLACE.fullmatch(about_cell.get("r", ""))
                column = _column(place[1]) if place else column + 1
            elif tag == "x:f":
                is_formula = True
            elif tag == "x:rPh":
                within_sound = True
            elif filled and _OF_PAGE.fullmatch(tag):
                left.of_page.append("")
        elif isinstance(event, End):
            tag = ""
            if event.tag == "x:c":
                found = _value(about_cell, "".join(value), strings, styles)
                if is_formula and not value and about_cell.get("t") != "str":  # an empty text is a value
                    left.without_value += 1
                if found not in (None, ""):
                    style = about_cell.get("s", "0")
                    cells.append(Cell(column, found, styles.text(found, style) or shown(found), styles.font(style)))
            elif event.tag == "x:row" and cells:
                filled = True
                yield Row(number, cells)
            elif event.tag == "x:rPh":
                within_sound = False
        elif tag in ("x:v", "x:t") and not within_sound:
            value.append(event)
        elif left.of_page and _OF_PAGE.fullmatch(tag):
            left.of_page[-1] += event


def _value(about_cell: dict[str, str], raw: str, strings: list[str], styles: Styles) -> Value | None:
    kind = about_cell.get("t", "n")
    if kind in ("inlineStr", "str"):
        return raw
    raw = raw.strip()
    if kind == "s":
        return strings[int(raw)] if raw.isascii() and raw.isdigit() and int(raw) < len(strings) else None
    if kind == "e" or not raw:  # an error, such as #N/A, says nothing
        return None
    if kind == "b":
        return raw in ("1", "true")
    if kind == "d":
        return styles.iso(raw)
    if _WHOLE.fullmatch(raw):
        number: int | float = int(raw)
    else:
        try:
            number = float(raw)
        except ValueError:
            return raw
        if not math.isfinite(number):
            return raw
        if number.is_integer() and abs(number) < 1e15:
            number = int(number)
    return styles.value(number, about_cell.get("s", "0"))


def _column(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    return found


def _beside(package: Package, name: str, left: _Left) -> Iterator[Flow]:
    """Read headers and footers, comments, and the words of shapes and charts."""
    yield _of_page(Flow(package.source), left.of_page)
    left.of_page.clear()
    for link in package.links(name):
        if link.kind in ("comments", "threadedComment"):
            yield comment_text(package, link.target)
        elif link.kind == "drawing":
            yield diagram_text(package, link.target)
            for chart in package.links(link.target):
                if chart.kind == "chart":
                    yield chart_text(package, chart.target)


def _of_page(flow: Flow, texts: list[str]) -> Flow:
    """Add headers and footers: what stands left, in the middle and right of each, but no numbers of pages."""
    fonts: dict[str, str] = {}
    for place in (place for text in texts for place in re.split("&[LCR]", text.replace("&&", "\uff06"))):
        code = _CODES.search(place)
        if "&P" not in place:
            fonts.setdefault(" ".join(_CODES.sub("", place).split()).replace("\uff06", "&"), (code and code[1]) or "")
    for said, font in fonts.items():
        flow.part("\n")
        flow.add(said, font)
    return flow
