"""fields: the values of an index's own fields, to filter, sort and count by. Documents in, rows of columns out."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import cast, get_args

from khsearch import documents, schema
from khsearch.arguments import Kind
from khsearch.documents import names
from khsearch.documents.document import Parts
from khsearch.errors import DocumentError, IndexDamagedError, QueryError
from khsearch.schema import Declared, FieldKind, TextField
from khsearch.sharing import loading

KINDS: tuple[FieldKind, ...] = get_args(FieldKind)
"""All kinds of fields."""


_OPERATORS = ("and", "or", "not")


def check_fields(fields: Declared, kept: Container[str] = ()) -> None:
    """Check names and kinds of an index's own fields; ValueError. `kept`: those that an index has already."""
    taken = (schema.ID, *(stream.name for stream in schema.STREAMS))
    for name, kind in fields.items():
        if name in _OPERATORS and name not in kept:
            raise ValueError(f"{name!r} cannot be a field: in a filter it joins others; choose another name")
        if not names.is_name(name) or name in taken:
            raise ValueError(f"{name!r} cannot be a field; use Khmer or ASCII letters, digits and _, none of {taken}")
        if not isinstance(kind, TextField) and kind not in KINDS:
            raise ValueError(f"field {name!r}: unknown kind {kind!r}; choose one of {', '.join(KINDS)}")


def read_field(given: str) -> tuple[str, FieldKind | TextField, str]:
    """Read a field as the command line has it -> its name, its kind, and how its values are read; ValueError.

    year=number, summary=text:0.5 with a weight, date=date:dmy or tags=keyword:; with a conversion (`conversions`).
    """
    loading("khsearch.documents.conversions")
    from khsearch.documents import conversions

    name, _, kind = given.partition("=")
    kind, behind, how = kind.partition(":")
    field = cast("FieldKind | TextField", kind)
    try:
        if kind == "text" and behind:
            field, how = TextField(documents.values.number(how)), ""
        elif behind:
            conversions.check(kind, how)
    except ValueError as problem:
        raise ValueError(f"field {name!r}: {problem}") from None
    check_fields({name: field})
    return name, field, how


def written_field(field: FieldKind | TextField) -> str:
    """Write the kind of a field as `read_field` takes it."""
    return f"text:{field.weight}" if isinstance(field, TextField) else field


def _declared(value: object) -> Declared | None:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        return None
    return dict(value) if all(isinstance(field, str | TextField) for field in value.values()) else None


FIELDS = Kind("a mapping of names to kinds of fields, such as {'date': 'date', 'note': TextField()}", _declared)
"""What parameters take that declare own fields."""


def column_of(fields: Mapping[str, str], name: str) -> str:
    """Name of a field that has values to sort and count by; QueryError for another."""
    column = names.named(name, fields)
    if column is None or fields[column] == "text":
        known = [field for field, kind in fields.items() if kind != "text"]
        raise QueryError(f"no field {name!r} with values to sort or count by; there are {', '.join(known) or 'none'}")
    return column


def shown(stored: str | float, kind: str) -> str | int | float | bool | date:
    """Value as people know it of what a column holds of a field of some kind; IndexDamagedError if it is no date."""
    if kind == "boolean":
        return bool(stored)
    if kind != "date":
        return stored
    try:
        moment = datetime.min + timedelta(microseconds=int(stored))
    except (ValueError, OverflowError):
        raise IndexDamagedError(f"a column of dates holds {stored!r:.40}, which is none; rebuild") from None
    return moment.date() if moment.time() == time() else moment


def keyword_form(written: bytes) -> bytes:
    """Return the form in which keywords are compared (`values.keyword`), both as UTF-8."""
    return documents.values.keyword(written.decode("utf-8", "replace")).encode()


def row(parts: Parts, fields: Mapping[str, str]) -> dict[str, object]:
    """Values of a document's columns by name, each a value or a list of values; what it has none of is left out.

    DocumentError for a value, of a text field too, that does not go with its field.
    """
    id_, own = parts[0], parts[-1]
    found: dict[str, object] = {}
    for name, kind in fields.items() if own else ():
        given = own.get(name)
        if given is not None:
            value = _value(id_, name, given, kind)
            if kind != "text":
                found[name] = value
    return found


def fitting(parts: Parts, fields: Mapping[str, str]) -> tuple[dict[str, object], list[str]]:
    """Return the row of a document that an earlier khsearch took, and which of its values do not go with it now."""
    found: dict[str, object] = {}
    problems = []
    for name, kind in fields.items():
        try:
            found |= row(parts, {name: kind})
        except DocumentError as problem:
            problems.append(f"{problem} (the document is kept, but not found by this field)")
    return found, problems


def _value(id_: str, name: str, given: object, kind: str) -> object:
    """Value of one field of a document; DocumentError if it is not of the field's kind."""
    why = ""
    try:
        found = _READ[kind](given)
    except ValueError as problem:
        found, why = None, str(problem)
    if found is None:
        why = why or f"make it {_WANTED[kind]}"
        raise DocumentError(
            f"document {id_!r:.200}: its field {name!r} is {given!r:.80}, but the index has it as {kind}: {why}"
        )
    return found


def _text(given: object) -> object:
    return given if isinstance(given, str) else None


def _keyword(given: object) -> object:
    return given if isinstance(given, str) or type(given) is list else None


def _number(given: object) -> object:
    if isinstance(given, str):
        given = documents.values.number(given)
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        return None
    if isinstance(given, int) and not -(1 << 63) <= given < 1 << 64:
        raise ValueError("a whole number has at most 64 bits; write a smaller one")
    if math.isinf(float(given)):
        raise ValueError("it is too large; write a smaller one")
    return given


def _date(given: object) -> object:
    if isinstance(given, str):
        return documents.values.days(given)[0]
    return given if isinstance(given, date | datetime) else None


def _boolean(given: object) -> object:
    if isinstance(given, str):
        return documents.values.truth(given)
    return given if isinstance(given, bool) else None


_WANTED = {
    "text": "a str",
    "keyword": "a str or a list of str",
    "number": "an int, float or Decimal, or a str such as 1500 or -1500.25",
    "date": "a date or datetime, or a str such as 2021-05-11",
    "boolean": "a bool, or a str such as true or false",
}
_READ = {"text": _text, "keyword": _keyword, "number": _number, "date": _date, "boolean": _boolean}
