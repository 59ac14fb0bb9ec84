"""formats: the content of one file or stream in, documents out; what cannot be read comes out as a DocumentError.

All formats are UTF-8, with or without a byte order mark:

    txt    one document; its title is the first line that is not blank, its text the whole content
    jsonl  one JSON object a line: id (or _id), title, text; other keys become fields, and so do those of an object
           under "fields"; null and {} are no field
    csv    a header row, then one document a row; columns as the keys of jsonl; an empty cell is no field
"""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import orjson

from khsearch.documents.document import Document, blank, untagged, validate
from khsearch.errors import DocumentError

FORMATS = ("txt", "jsonl", "csv")

OnBytes = Callable[[int], None]
"""Told how many bytes have been read since it was told last."""


TITLE_LENGTH = 120
"""Most characters that a title taken from a text has."""

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_FIRST_LINE = re.compile(rf"[^\s{_INVISIBLE}][^\n\r\v\f\x85\u2028\u2029]{{0,{TITLE_LENGTH}}}")
_COENG = "\u17d2"


@dataclass(frozen=True, slots=True)
class FieldNames:
    """The keys or columns of a source that hold a document's id, title and text."""

    id: str = "id"
    title: str = "title"
    text: str = "text"


@dataclass(frozen=True, slots=True)
class Placed:
    """A document that was read, and where it stands, as errors name it: the file, and the line if there are several."""

    document: Document
    place: str


Found = Iterator[Placed | DocumentError]


@dataclass(frozen=True, slots=True)
class Source:
    """An open file or stream; `name` stands in errors, `id` is the document's where the content has none."""

    stream: BinaryIO
    name: str
    id: str
    names: FieldNames
    on_bytes: OnBytes | None


def read(source: Source, format: str) -> Found:
    """Read the documents of a source in one of FORMATS."""
    readers = {"txt": _read_txt, "jsonl": _read_jsonl, "csv": _read_csv}
    try:
        yield from readers[format](source)
    except OSError as problem:
        yield DocumentError(f"{source.name}: cannot be read ({problem.strerror}); try again or leave it out")


def document_of(line: bytes) -> Document:
    """Read a document back from what `json_line` wrote; DocumentError where that is something else."""
    try:
        content = orjson.loads(line)
        fields = {name: untagged(value) for name, value in content.get("fields", {}).items()}
        return Document(content["id"], content["title"], content["text"], fields)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DocumentError(f"{line[:40]!r} ... is no stored document; index it again") from None


def _read_txt(source: Source) -> Found:
    try:
        source.id.encode()
    except UnicodeEncodeError:
        yield DocumentError(f"{source.name}: its id has a lone surrogate, as the name is not UTF-8; rename the file")
        return
    data = source.stream.read()
    if source.on_bytes:
        source.on_bytes(len(data))
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        yield _not_utf8(source.name, problem.start)
        return
    del data  # a text may be large: one copy is enough
    if blank(text):
        yield DocumentError(f"{source.name}: the file is empty; put text into it or leave it out")
    else:
        yield _checked(Document(source.id, _title(text), text), source.name)


def _title(text: str) -> str:
    """Return the first line that is not blank, shortened at a space if it is long, never inside a cluster."""
    found = _FIRST_LINE.search(text)
    line = found[0] if found else ""
    if len(line) <= TITLE_LENGTH:
        return line.rstrip(" \t" + _INVISIBLE)
    end = max(line.rfind(" "), line.rfind("\u200b"))
    if end < TITLE_LENGTH // 2:
        end = TITLE_LENGTH - 1
        while end > 1 and (line[end - 1] == _COENG or unicodedata.category(line[end])[0] == "M"):
            end -= 1
    return line[:end].rstrip(" \t" + _INVISIBLE) + "\u2026"


def _lines(source: Source) -> Iterator[str | DocumentError]:
    """Decode line by line; one that is not UTF-8 is told as such, and the next ones still follow."""
    offset = 0
    for number, line in enumerate(source.stream, 1):
        if source.on_bytes:
            source.on_bytes(len(line))
        try:
            text = line.decode()
            yield text if offset else text.removeprefix("\ufeff")
        except UnicodeDecodeError as problem:
            yield _not_utf8(f"{source.name}, line {number}", offset + problem.start)
        offset += len(line)


def _read_jsonl(source: Source) -> Found:
    empty = True
    for number, line in enumerate(_lines(source), 1):
        if isinstance(line, DocumentError):
            yield line
        elif blank(line):
            continue
        else:
            yield _from_json(line, source.names, f"{source.name}, line {number}")
        empty = False
    if empty:
        yield DocumentError(f"{source.name}: the file is empty; put one JSON object a line into it or leave it out")


def _from_json(line: str, names: FieldNames, place: str) -> Placed | DocumentError:
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        return DocumentError(f"{place}: not JSON ({problem.msg}, character {problem.pos + 1}); mend the line")
    if not isinstance(content, dict):
        return DocumentError(f"{place}: not a JSON object; write one {{...}} a line")
    if names.id == "id" and "id" not in content and "_id" in content:
        names = FieldNames("_id", names.title, names.text)
    return _document(content, names, place)


def _read_csv(source: Source) -> Found:
    csv.field_size_limit(sys.maxsize)  # a cell may hold an article, or a book
    rows = _rows(source)
    place, header = next(rows, (source.name, []))
    if not isinstance(header, DocumentError):
        wrong = _wrong_header(header, source.names)
        header = DocumentError(f"{place}: {wrong}") if wrong else header
    if isinstance(header, DocumentError):
        yield header
        return
    empty = True
    for place, row in rows:
        empty = False
        if isinstance(row, DocumentError):
            yield row
        elif len(row) != len(header):
            yield DocumentError(f"{place}: {len(row)} cells, but the header has {len(header)}; mend the row")
        else:
            cells = zip(header, row, strict=True)
            # A text may be empty where there is a title; other empty cells are values that are not known.
            content: dict[str, object] = {
                name: cell for name, cell in cells if name and (cell or name == source.names.text)
            }
            yield _document(content, source.names, place)
    if empty:
        yield DocumentError(f"{source.name}: no rows below the header; add one a document or leave the file out")


def _rows(source: Source) -> Iterator[tuple[str, list[str] | DocumentError]]:
    """Rows that are not empty, each with its place."""
    rows = csv.reader(map(_text_or_error, _lines(source)), strict=True)
    while True:
        place = f"{source.name}, line {rows.line_num + 1}"
        try:
            row = next(rows, None)
        except DocumentError as error:
            yield place, error
        except csv.Error as problem:
            yield place, DocumentError(f"{place}: not CSV ({problem}); mend the row")
        else:
            if row is None:
                return
            if row:
                yield place, row


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


def _document(content: dict[str, object], names: FieldNames, place: str) -> Placed | DocumentError:
    """Make a document of keys and values, or the error, which begins with `place`."""
    found: list[str] = []
    for name, option in ((names.id, "--id-field"), (names.title, "--title-field"), (names.text, "--text-field")):
        value = content.pop(name, None)
        if name == names.id and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is None and name == names.title:
            value = ""
        if value is None:
            return DocumentError(f"{place}: {name!r} is missing; add it, or name what holds it with {option}")
        if not isinstance(value, str):
            return DocumentError(f"{place}: {name!r} is not a string; mend it, or name another with {option}")
        found.append(value)
    nested = content.get("fields")
    if isinstance(nested, dict):
        del content["fields"]
        content.update(nested)
    try:
        values = {key: untagged(value) for key, value in content.items() if value is not None and value != {}}
    except ValueError as problem:
        return DocumentError(f"{place}: {problem}; write dates as 2021-05-11")
    id_, title, text = found
    return _checked(Document(id_, title, text, values), place)


def _checked(document: Document, place: str) -> Placed | DocumentError:
    try:
        validate(document)
    except DocumentError as error:
        return DocumentError(f"{place}: {error}")
    return Placed(document, place)


def _not_utf8(place: str, offset: int) -> DocumentError:
    return DocumentError(f"{place}: not UTF-8 at byte {offset}; save it as UTF-8 (iconv converts)")
