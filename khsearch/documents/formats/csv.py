"""csv: a header row, then one document a row, UTF-8; columns as the keys of jsonl; an empty cell is no field."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator

from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.records import FieldNames
from khsearch.errors import DocumentError


def read(source: Source) -> Found:
    """Read a document a row; rows without cells are passed over."""
    csv.field_size_limit(sys.maxsize)  # a cell may hold an article, or a book
    rows = _rows(source)
    part, header = next(rows, ("", []))
    if not isinstance(header, DocumentError):
        wrong = _wrong_header(header, source.names)
        header = source.error(wrong, part) if wrong else header
    if isinstance(header, DocumentError):
        yield header
        return
    empty = True
    for part, row in rows:
        empty = False
        if isinstance(row, DocumentError):
            yield row
        elif len(row) != len(header):
            yield source.error(f"{len(row)} cells, but the header has {len(header)}; mend the row", part)
        else:
            cells = zip(header, row, strict=True)
            # A text may be empty where there is a title; other empty cells are values that are not known.
            content: dict[str, object] = {
                name: cell for name, cell in cells if name and (cell or name == source.names.text)
            }
            yield source.placed_record(content, part)
    if empty:
        yield source.error("no rows below the header; add one a document or leave the file out")


def _rows(source: Source) -> Iterator[tuple[str, list[str] | DocumentError]]:
    """Rows that are not empty, each with the line where it begins."""
    rows = csv.reader(map(_text_or_error, source.lines()), strict=True)
    unread = 0  # lines that the reader of rows does not count
    while True:
        part = f"line {rows.line_num + unread + 1}"
        try:
            row = next(rows, None)
        except DocumentError as error:
            unread += 1
            yield part, error
        except csv.Error as problem:
            yield part, source.error(f"not CSV ({problem}); mend the row", part)
        else:
            if row is None:
                return
            if row:
                yield part, row


def _text_or_error(line: str | DocumentError) -> str:
    if isinstance(line, DocumentError):
        raise line
    return line


def _wrong_header(header: list[str], names: FieldNames) -> str | None:
    if not header:
        return "the file is empty; put a header row and one row a document into it"
    for wanted, option in ((names.id, "--id-field"), (names.text, "--text-field")):
        if wanted not in header:
            return f"no column {wanted!r} among {', '.join(header)}; name the right one with {option}"
    twice = [name for name in header if name and header.count(name) > 1]
    return f"two columns are called {twice[0]!r}; rename one" if twice else None
