"""ods: sheets of OpenDocument: each a document, or each row (`tables`). Cells that repeat are read once."""

from __future__ import annotations

from collections.abc import Iterator

from khsearch.documents import reasons
from khsearch.documents.formats.odf import REMEDY, about, embedded
from khsearch.documents.formats.packages import End, Event, Package, Start
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.tables import Cell, Row, Sheet, Value, read_sheets
from khsearch.documents.formats.whole import moment


def read(source: Source) -> Found:
    """Read the sheets."""
    package = Package(source, REMEDY)
    if "content.xml" not in package.names:
        told = f"a zip, but no OpenDocument file, as its name says; {REMEDY}"
        raise source.error(told, reason=reasons.BROKEN)
    yield from read_sheets(source, _sheets(package), about(package))


def _sheets(package: Package) -> Iterator[Sheet]:
    events = package.events("content.xml")
    for event in events:
        if isinstance(event, Start) and event.tag == "table:table":
            charts: list[str] = []
            rows = list(_rows(events, charts))
            yield Sheet(event.attributes.get("table:name", ""), rows, embedded(package, charts))


def _rows(events: Iterator[Event], charts: list[str]) -> Iterator[Row]:
    """Read the rows of a sheet that hold something, up to its end; tables within it are parts of it.

    charts: gets the addresses of what is embedded beside the cells
    """
    number, depth = 1, 1
    row_repeats = 1
    cells: list[Cell] = []
    column = 1
    for event in events:
        if isinstance(event, Start):
            if event.tag == "table:table":
                depth += 1
            elif event.tag == "table:table-row":
                cells, column = [], 1
                row_repeats = _repeats(event, "table:number-rows-repeated")
            elif event.tag == "draw:object":
                charts.append(event.attributes.get("href", ""))
            elif event.tag in ("table:table-cell", "table:covered-table-cell"):
                text = _text(events, event.tag, charts)
                if text.strip():
                    cells.append(Cell(column, _value(event.attributes, text), text))
                column += _repeats(event, "table:number-columns-repeated")
        elif isinstance(event, End):
            if event.tag == "table:table":
                depth -= 1
                if not depth:
                    return
            elif event.tag == "table:table-row":
                if cells:
                    yield Row(number, cells)
                cells = []
                number += row_repeats


def _repeats(event: Start, name: str) -> int:
    stated = event.attributes.get(name, "1")
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 9 else 1


def _text(events: Iterator[Event], end: str, charts: list[str]) -> str:
    """Read the text of a cell, its comments behind it."""
    pieces: list[str] = []
    inside = [end]
    for event in events:
        if isinstance(event, Start):
            inside.append(event.tag)
            if event.tag in ("text:s", "text:tab"):
                pieces.append(" ")
            elif event.tag == "draw:object":
                charts.append(event.attributes.get("href", ""))
        elif isinstance(event, End):
            inside.pop()
            if not inside:
                break
            if event.tag in ("text:p", "text:line-break"):
                pieces.append("\n")
        elif "text:p" in inside:
            pieces.append(event)
    return "".join(pieces).strip("\n")


def _value(about_cell: dict[str, str], text: str) -> Value:
    kind = about_cell.get("office:value-type", "string")
    if kind == "date":
        return moment(about_cell.get("office:date-value", "")) or text
    if kind in ("float", "currency", "percentage"):
        try:
            number = float(about_cell.get("office:value", ""))
        except ValueError:
            return text
        if not abs(number) < 1e300:
            return text
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if kind == "boolean":
        return about_cell.get("office:boolean-value") == "true"
    return text
