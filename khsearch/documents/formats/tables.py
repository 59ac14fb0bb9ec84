"""tables: the sheets of a workbook in, documents out: one a sheet, or one a row where the column of the text is named.

Of a workbook with one sheet that holds something, that sheet is the workbook: it has its id and its title.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from khsearch.documents import reasons
from khsearch.documents.document import Document, blank
from khsearch.documents.formats.legacy_fonts import REMEDY, is_legacy
from khsearch.documents.formats.reader import Found, Placed, Source
from khsearch.documents.formats.title import title_of
from khsearch.documents.formats.whole import MOST_CHARACTERS, About, Flow, empty, named, whole
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
            title = named(name) or title_of(text)
            yield source.placed(Document(source.id_of(name), title, text, about.fields()), part)
        yield from flow.legacy(part)
    if not filled:
        yield empty(source)


def _by_row(source: Source, sheets: list[Sheet]) -> Found:
    found = False
    for sheet in sheets:
        prefix, part = (f"{sheet.name}!", f"sheet {sheet.name!r:.80}, ") if len(sheets) > 1 else ("", "")
        rows = iter(sheet.rows)
        header = next(rows, None)
        if header is None:
            continue
        found = True
        names = {cell.column: cell.text.strip() for cell in header.cells if cell.text.strip()}
        wrong = _wrong_header(list(names.values()), source.names.text)
        if wrong:
            yield source.error(wrong, f"{part}row {header.number}")
            continue
        for row in rows:
            yield _placed_row(source, row, names, f"{part}row {row.number}", f"{prefix}{row.number}")
    if not found:
        yield empty(source)


def _wrong_header(names: list[str], text: str) -> str | None:
    if text not in names:
        return f"no column {text!r} among {', '.join(names)[:500]}; name the right one with --text-field"
    twice = next((name for name in names if names.count(name) > 1), None)
    return f"two columns are called {twice!r}; rename one" if twice else None


def _placed_row(source: Source, row: Row, names: dict[int, str], part: str, key: str) -> Placed | DocumentError:
    legacy = next(
        (cell.font for cell in row.cells if is_legacy(cell.font) and cell.text.isascii() and cell.text.isalpha()), ""
    )
    if legacy:
        return source.error(
            f"in a font from before Unicode ({legacy[:60]}); {REMEDY}", part, reason=reasons.LEGACY_FONT
        )
    own = source.names
    record: dict[str, object] = {own.text: ""}
    for cell in row.cells:
        name = names.get(cell.column) or letters(cell.column)
        record[name] = cell.text if name in (own.id, own.title, own.text) else cell.value
    return source.placed_record(record, part, key)


def letters(column: int) -> str:
    """Return the name of a column, counted from 1: A, B ... Z, AA."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found
