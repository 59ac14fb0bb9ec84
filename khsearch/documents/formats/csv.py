"""csv: a table of text, its cells divided by commas, semicolons, tabs or bars: a header row, then one document a row.

Columns are as the keys of jsonl; an empty cell is no field. A table without a column of texts is one document, so that
nothing of it is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from khsearch.documents import reasons
from khsearch.documents.document import Document, blank
from khsearch.documents.formats import dialects
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.rows import Row, Rows
from khsearch.documents.formats.whole import first_line
from khsearch.documents.names import form
from khsearch.errors import DocumentError

LONGEST = 16_000_000
"""Characters of a table that is one document, which the process that asks for it holds in memory."""


def read(source: Source) -> Found:
    """Read a table whose cells commas divide, if its lines do not tell otherwise."""
    return read_table(source, ",")


def read_table(source: Source, usual: str) -> Found:
    """Read a document a row, or one of all rows; rows without cells are passed over. usual: what divides cells."""
    lines = source.lines()
    begun = list(islice(lines, dialects.SAMPLE_LINES))
    sample = [line for line in begun if isinstance(line, str)]
    delimiter = dialects.told(sample[0]) if sample and isinstance(begun[0], str) else None
    if delimiter is None:
        text = source.names.text
        rows_of = [line for line in sample if not blank(line)]
        delimiter, first = dialects.delimiter_of(rows_of, usual, lambda row: column(row, text) is not None), 1
    else:
        begun, first = begun[1:], 2
    if delimiter != usual:
        yield source.remark(f"its cells are divided by {dialects.DELIMITERS.get(delimiter, repr(delimiter))}")
    yield from source.remarks_on_letters("".join(sample))
    rows = iter(Rows(source, chain(begun, lines), delimiter, first))
    part, header = next(rows, ("", []))
    if isinstance(header, DocumentError):
        yield header
    elif not header:
        told = "the file is empty; put a header row and one row a document into it"
        yield source.error(told, reason=reasons.EMPTY)
    elif source.names.by_row and column(header, source.names.text) is None:
        known = ", ".join(header)
        yield source.error(
            f"no column {source.names.text!r} among {known:.300}; name the right one with --text-field", part
        )
    elif column(header, source.names.text) is None:
        yield from _whole(source, chain([(part, header)], rows))
    else:
        yield from _by_row(source, heads(header), rows)


def _by_row(source: Source, header: list[str], rows: Iterator[Row]) -> Found:
    text = header[column(header, source.names.text) or 0]
    number = 0
    for number, (part, row) in enumerate(rows, 1):
        if isinstance(row, DocumentError):
            yield row
            continue
        while len(row) > len(header) and not row[-1]:
            row.pop()
        if len(row) != len(header):
            yield source.error(f"{len(row)} cells, but the header has {len(header)}; mend the row", part)
        else:
            cells = zip(header, row, strict=True)
            # A text may be empty where there is a title; other empty cells are values that are not known.
            content: dict[str, object] = {name: cell for name, cell in cells if name and (cell or name == text)}
            yield source.placed_record(content, part, number)
    if not number:
        told = "no rows below the header; add one a document or leave the file out"
        yield source.error(told, reason=reasons.EMPTY)


def _whole(source: Source, rows: Iterator[Row]) -> Found:
    """All cells as one document: a table of names and prices, without a column of texts or a header."""
    lines, size = list[str](), 0
    for _, row in rows:
        if isinstance(row, DocumentError):
            yield row
            continue
        lines.append("\t".join(cell.strip() for cell in row).rstrip())
        size += len(lines[-1])
        if size > LONGEST:
            told = f"a table of more than {LONGEST:,} characters is too long for one document"
            yield source.error(f"{told}; name the column of texts: --text-field", reason=reasons.TOO_LARGE)
            return
    text = "\n".join(lines)
    if blank(text):
        yield source.error("the file is empty; put text into it or leave it out", reason=reasons.EMPTY)
        return
    wanted = source.names.text
    yield source.remark(f"one document, as no column is called {wanted}; --text-field NAME makes each row one")
    yield source.placed(Document(source.id, first_line(text), text))


def column(header: list[str], name: str) -> int | None:
    """The place of a column; None where there is none."""
    if name in header:
        return header.index(name)
    return next((at for at, head in enumerate(header) if head and form(head) == form(name)), None)


def heads(header: list[str]) -> list[str]:
    """Heads without spaces around, each another one: a second "note" is "note 2"."""
    found: list[str] = []
    for head in map(str.strip, header):
        number, name = 1, head
        while name and name in found:
            number += 1
            name = f"{head} {number}"
        found.append(name)
    return found
