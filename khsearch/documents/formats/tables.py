"""tables: the sheets of a workbook in, documents out: one a sheet, or one a row where the column of the text is named.

Of a workbook with one sheet that holds something, that sheet is the workbook: it has its id and its title.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from khsearch.documents import reasons
from khsearch.documents.document import Document, blank
from khsearch.documents.formats.csv import column, heads
from khsearch.documents.formats.legacy_fonts import REMEDY, is_legacy_text
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.whole import MOST_CHARACTERS, About, Flow, empty, first_line, named, whole
from khsearch.documents.names import form
from khsearch.errors import DocumentError
from khsearch.frozen import frozen

Value = str | int | float | bool | date


@frozen
class Cell:
    """A cell that holds something: the number of its column, its value, how people see it, the font if it is known."""

    column: int
    value: Value
    text: str
    font: str = ""


@frozen
class Row:
    """A row with its number; cells in their order."""

    number: int
    cells: list[Cell]


@frozen
class Sheet:
    """A sheet: its name, its rows, and what else stands on it, such as comments, once those have been read."""

    name: str
    rows: Iterable[Row]
    beside: Iterable[Flow] = ()


def read_sheets(source: Source, sheets: Iterable[Sheet], about: About) -> Found:
    """Read the documents of a workbook."""
    yield from _by_row(source, list(sheets)) if source.names.by_row else _by_sheet(source, sheets, about)


def shown(value: Value) -> str:
    """Return a value as people see it: 1500, not 1500.0."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds").removesuffix(":00")
    return value.isoformat() if isinstance(value, date) else str(value)


def _by_sheet(source: Source, sheets: Iterable[Sheet], about: About) -> Found:
    flows = []
    length = 0
    for sheet in sheets:
        flow = Flow(source)
        for row in sheet.rows:
            for cell in row.cells:
                flow.add(cell.text, cell.font)
                flow.part("\t")
            flow.part("\n")
        for other in sheet.beside:
            flow.take(other)
        length += flow.length
        if length > MOST_CHARACTERS:
            told = f"its text has more than {MOST_CHARACTERS:,} characters; split it"
            raise source.error(told, reason=reasons.TOO_LARGE)
        flows.append((sheet.name, flow))
    filled = [(name, flow) for name, flow in flows if not blank(flow.text()) or flow.legacy()]
    if len(filled) == 1:
        yield from whole(source, filled[0][1], about)
        return
    for name, flow in filled:
        part, text = f"sheet {name!r:.80}", flow.text()
        if not blank(text):
            title = named(name) or first_line(text)
            yield source.placed(Document(source.id_of(name), title, text, about.fields()), part)
        yield from flow.legacy(part)
    if not filled:
        yield empty(source)


def _by_row(source: Source, sheets: list[Sheet]) -> Found:
    wanted = source.names.text
    found = False
    for sheet in sheets:
        prefix, part = (f"{sheet.name}!", f"sheet {sheet.name!r:.80}, ") if len(sheets) > 1 else ("", "")
        rows = iter(sheet.rows)
        first = next(rows, None)
        if first is None:
            continue
        found = True
        names = dict(
            zip((cell.column for cell in first.cells), heads([cell.text for cell in first.cells]), strict=True)
        )
        text = column(list(names.values()), wanted)
        if text is None:
            known = ", ".join(names.values())
            told = f"no column {wanted!r} among {known:.300}; name the right one with --text-field"
            yield source.error(told, f"{part}row {first.number}")
            continue
        for row in rows:
            record: dict[str, object] = {list(names.values())[text]: ""}
            place = f"{part}row {row.number}"
            yield _legacy(source, row, place) or source.placed_record(
                record | _record(source, row, names), place, f"{prefix}{row.number}"
            )
    if not found:
        yield empty(source)


def _record(source: Source, row: Row, names: dict[int, str]) -> dict[str, object]:
    """Return the values of a row by the heads of their columns, or by its letter where it has none."""
    own = source.names
    texts = {form(own.id), form(own.title), form(own.text)}
    record: dict[str, object] = {}
    for cell in row.cells:
        name = names.get(cell.column) or letters(cell.column)
        record[name] = cell.text if form(name) in texts else cell.value
    return record


def _legacy(source: Source, row: Row, part: str) -> DocumentError | None:
    font = next(
        (cell.font for cell in row.cells if isinstance(cell.value, str) and is_legacy_text(cell.text, cell.font)), ""
    )
    if not font:
        return None
    return source.error(f"in a font from before Unicode ({font[:60]}); {REMEDY}", part, reason=reasons.LEGACY_FONT)


def letters(column: int) -> str:
    """Return the name of a column, counted from 1: A, B ... Z, AA."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found
