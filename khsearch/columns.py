"""columns: the values of an index's own fields, to filter, sort and count by. Documents in, rows of columns out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from khsearch.documents import Document
from khsearch.errors import DocumentError, QueryError
from khsearch.query import values
from khsearch.ranking import BIGRAMS, LEAD, TEXT, TITLE

KINDS = ("text", "keyword", "number", "date", "boolean")
"""Kinds of fields: text is searched word by word, a keyword as a whole; a document may have several keywords."""

_TAKEN = ("id", TITLE, TEXT, LEAD, BIGRAMS)


def check_fields(fields: Mapping[str, str]) -> None:
    """Check names and kinds of an index's own fields; ValueError."""
    for name, kind in fields.items():
        if not name.isidentifier() or not name.isascii() or name in _TAKEN:
            raise ValueError(f"{name!r} cannot be a field; use ASCII letters, digits and _, and none of {_TAKEN}")
        if kind not in KINDS:
            raise ValueError(f"field {name!r}: unknown kind {kind!r}; choose one of {', '.join(KINDS)}")


def text_fields(fields: Mapping[str, str]) -> list[str]:
    """Names of the fields that are searched word by word."""
    return [name for name, kind in fields.items() if kind == "text"]


def column_of(fields: Mapping[str, str], name: str) -> str:
    """Name of a field that has values to sort and count by; QueryError for another."""
    if fields.get(name, "text") == "text":
        known = [field for field, kind in fields.items() if kind != "text"]
        raise QueryError(f"no field {name!r} with values to sort or count by; there are {', '.join(known) or 'none'}")
    return name


def shown(stored: str | float, kind: str) -> str | int | float | bool | date:
    """Value as people know it of what a column holds of a field of some kind."""
    if kind == "boolean":
        return bool(stored)
    if kind != "date":
        return stored
    moment = datetime.min + timedelta(microseconds=int(stored))
    return moment.date() if moment.time() == time() else moment


def check(document: Document, fields: Mapping[str, str]) -> None:
    """Check that a document's values go with the index's fields; DocumentError."""
    for name, kind in fields.items():
        value(document, name, kind)


def rows(documents: Sequence[Document], fields: Mapping[str, str]) -> dict[str, list[object]]:
    """Columns of some documents: by name of the field, for each document None, a value or a list of values."""
    return {
        name: [value(document, name, kind) for document in documents] for name, kind in fields.items() if kind != "text"
    }


def value(document: Document, name: str, kind: str) -> object:
    """Value of one field of a document, None where it has none; DocumentError if it is not of the field's kind."""
    told = document.fields.get(name)
    if told is None:
        return None
    try:
        found = _READ[kind](told)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise DocumentError(
            f"document {document.id!r}: its field {name!r} is {told!r}, but the index has it as {kind}; mend the value"
        )
    return found


def _text(told: object) -> object:
    return told if isinstance(told, str) else None


def _keyword(told: object) -> object:
    return told if isinstance(told, str | list) else None


def _number(told: object) -> object:
    if isinstance(told, str):
        return values.number(told)
    return told if isinstance(told, int | float) and not isinstance(told, bool) else None


def _date(told: object) -> object:
    if isinstance(told, str):
        return values.days(told)[0]
    return told if isinstance(told, date | datetime) else None


def _boolean(told: object) -> object:
    if isinstance(told, str):
        return values.truth(told)
    return told if isinstance(told, bool) else None


_READ = {"text": _text, "keyword": _keyword, "number": _number, "date": _date, "boolean": _boolean}
