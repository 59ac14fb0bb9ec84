"""described: what is known of a file without its content -> fields, and the fields that an index of files has.

path      the path from the root                   modified   when the content changed last, UTC, to the second
folder    every folder from the root down          date       of the content, where its format names one
format    by which it was read                     pages      and author: where its format has them
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from khsearch.documents.document import Document
from khsearch.documents.files.ids import folders_of
from khsearch.documents.files.walking import File
from khsearch.schema import FieldKind

FILE_FIELDS: Mapping[str, FieldKind] = {
    "path": "keyword",
    "folder": "keyword",
    "format": "keyword",
    "modified": "date",
    "date": "date",
    "pages": "number",
    "author": "keyword",
}
"""Own fields of an index of files, unless it was told otherwise."""

OF_THE_FILE = ("path", "folder", "format", "modified")
"""Those of them that do not come from the content."""


def modified_value(nanoseconds: int) -> datetime | None:
    """Return when a file was changed, as a field has it; None outside of the calendar."""
    with suppress(OverflowError):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=nanoseconds // 10**9)
    return None


def values_of(file: File, format: str) -> dict[str, object]:
    """Return the values of a file's own fields, of all that it has."""
    found = {
        "path": file.id,
        "folder": folders_of(file.id),
        "format": format,
        "modified": modified_value(file.modified),
    }
    return {name: value for name, value in found.items() if value}


def described(document: Document, values: Mapping[str, object], fields: Mapping[str, str]) -> Document:
    """Add what is known of its file to a document: what the index has as such a field, and the document has not.

    Authors, where the index has them as text, are one text.
    """
    found = {name: value for name, value in values.items() if fields.get(name) == FILE_FIELDS[name]}
    found |= document.fields
    author = found.get("author")
    if isinstance(author, list) and fields.get("author") == "text":
        found["author"] = ", ".join(author)
    return Document(document.id, document.title, document.text, found)
