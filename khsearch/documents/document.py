"""document: what is indexed, what it may hold, and its form as a line of JSON.

The line keeps what JSON has no type for: `{"$date": "2021-05-11"}` is a date, `{"$datetime": "..."}` a datetime,
`{"$decimal": "1.50"}` a Decimal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from decimal import Decimal

import numpy as np
import orjson

from khsearch.errors import DocumentError

MOST_ID_BYTES = 1 << 15
"""Bytes of the longest id, in UTF-8."""

_FINER = ("ns", "ps", "fs", "as")  # units of time that Python's datetime has not


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed and found again.

    id      unique in an index: a document replaces the older one of the same id
    title   searched too, and shown with a hit
    text    what is searched
    fields  further values by name: str, int, float, Decimal, bool, date, datetime, a list of str, or None for no value
    """

    id: str
    title: str = ""
    text: str = ""
    fields: Mapping[str, object] = field(default_factory=dict, hash=False)


def validate(document: object) -> tuple[Document, bytes]:
    """Check that a document can be indexed -> it as it is now, in plain values, and its text as UTF-8.

    What the caller changes afterwards does not change it. Values of numpy, subclasses, and whatever else is a number, a
    str or a date become what they are; None stays, and NaN and NaT become None: no value. DocumentError says what is
    wrong with it.
    """
    if not isinstance(document, Document):
        raise DocumentError(f"{document!r:.80} is no Document; make one: Document(id=..., text=...)")
    name = f"document {document.id!r:.200}"
    id_, title = _string(document.id, "id", name), _string(document.title, "title", name)
    text = _exact(document.text, "text", name)
    if not id_:
        raise DocumentError(f"a document has an empty id (its title: {title[:40]!r}); give every document one")
    if len(id_) * 4 > MOST_ID_BYTES and len(id_.encode()) > MOST_ID_BYTES:
        raise DocumentError(f"document {id_[:40]!r}...: its id has more than {MOST_ID_BYTES} bytes; shorten it")
    if blank(title) and blank(text):
        raise DocumentError(f"{name}: it has neither title nor text; give it one or leave it out")
    if not isinstance(document.fields, Mapping):
        raise DocumentError(f"{name}: its fields are {_kind(document.fields)}; give a dict of names and values")
    fields: dict[str, object] = {}
    for key, value in document.fields.items():
        if not isinstance(key, str) or not key:
            raise DocumentError(f"{name}: {key!r} is no name for a field; use a str that is not empty")
        fields[_string(key, f"field name {key!r}", name)] = _plain(value, f"field {key!r}", name)
    return Document(id_, title, text, fields), _utf8(text, "text", name)


def _plain(value: object, what: str, name: str) -> object:
    """Return the value of a field as what it is, a new object where it could change."""
    if isinstance(value, np.generic):
        value = _of_numpy(value, what, name)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _string(value, what, name)
    if isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 64:
            raise DocumentError(f"{name}: its {what} is a whole number of more than 64 bits; make it a str")
        return int(value)
    if isinstance(value, float | Decimal):
        if math.isnan(value):
            return None
        if math.isinf(value):
            raise DocumentError(f"{name}: its {what} is {value}, which is no number; leave the field out")
        return float(value) if isinstance(value, float) else Decimal(value)
    if isinstance(value, datetime):
        return _moment(value, what, name)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, list):
        if not all(isinstance(item, str) for item in value):
            odd = next(item for item in value if not isinstance(item, str))
            raise DocumentError(
                f"{name}: its {what} is a list with an item that is {_kind(odd)}; a list holds str only"
            )
        return [_string(item, what, name) for item in value]
    allowed = "str, int, float, Decimal, bool, date, datetime or a list of str"
    raise DocumentError(f"{name}: its {what} is {_kind(value)}; make it {allowed}, or leave it out")


def _of_numpy(value: np.generic, what: str, name: str) -> object:
    if isinstance(value, np.datetime64):
        if np.isnat(value):
            return None
        found = value.astype("datetime64[us]").item() if np.datetime_data(value)[0] in _FINER else value.item()
        if isinstance(found, date):
            return found
        raise DocumentError(f"{name}: its {what} is {value}, which no calendar of Python has; make it a str")
    return value.item()


def _moment(value: datetime, what: str, name: str) -> datetime:
    try:
        offset = value.utcoffset()
        zone = None if offset is None else timezone(offset)
    except Exception as problem:  # whatever somebody's time zone raises
        raise DocumentError(f"{name}: its {what} has a time zone that fails ({problem}); use another") from problem
    parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
    return datetime(*parts, tzinfo=zone)


def _string(value: object, what: str, name: str) -> str:
    """Return a str, not a subclass of it, that UTF-8 can write."""
    found = _exact(value, what, name)
    if not found.isascii():
        _utf8(found, what, name)
    return found


def _exact(value: object, what: str, name: str) -> str:
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    raise DocumentError(f"{name}: its {what} is {_kind(value)}, not a str; convert it")


def _utf8(value: str, what: str, name: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError as problem:
        raise DocumentError(
            f"{name}: its {what} has a lone surrogate (U+{ord(value[problem.start]):04X}) at offset {problem.start}, "
            "which is no character; remove it, or read the source as strict UTF-8"
        ) from None


def blank(text: str) -> bool:
    """Whether a text is empty or nothing but space."""
    return not text or text.isspace()


def _kind(value: object) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"


def json_line(document: Document) -> bytes:
    """Write a document as a line of JSON, without the line end; reading it gives an equal document."""
    content: dict[str, object] = {"id": document.id, "title": document.title, "text": document.text}
    if document.fields:
        content["fields"] = {key: _tagged(value) for key, value in document.fields.items()}
    return orjson.dumps(content)


def _tagged(value: object) -> object:
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    return {"$date": value.isoformat()} if isinstance(value, date) else value


def untagged(value: object) -> object:
    """Return the value of a field as its JSON has it, dates, times and decimals as such; or ValueError."""
    if isinstance(value, dict) and len(value) == 1:
        tag, told = next(iter(value.items()))
        if tag in _TAGS and isinstance(told, str):
            try:
                return _TAGS[tag](told)
            except ArithmeticError:
                raise ValueError(f"{told!r} is no decimal number") from None
    return value


_TAGS: dict[str, Callable[[str], object]] = {
    "$date": date.fromisoformat,
    "$datetime": datetime.fromisoformat,
    "$decimal": Decimal,
}


def from_json_line(line: bytes) -> Document:
    """Read back what `json_line` wrote."""
    content = orjson.loads(line)
    fields = {key: untagged(value) for key, value in content.get("fields", {}).items()}
    return Document(content["id"], content["title"], content["text"], fields)
