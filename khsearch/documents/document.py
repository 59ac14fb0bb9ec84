"""document: what is indexed, what it may hold, and its form as a line of JSON.

The line keeps what JSON has no type for: `{"$date": "2021-05-11"}` is a date, `{"$datetime": "..."}` a datetime.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import orjson

from khsearch.errors import DocumentError


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed and found again.

    id      unique in an index: a document replaces the older one of the same id
    title   searched too, and shown with a hit
    text    what is searched
    fields  further values by name: str, int, float, bool, date, datetime, or a list of str
    """

    id: str
    title: str = ""
    text: str = ""
    fields: Mapping[str, object] = field(default_factory=dict, hash=False)


def validate(document: Document) -> bytes:
    """Check that a document can be indexed -> its text as UTF-8; DocumentError says what is wrong with it."""
    name = f"document {document.id!r}"
    parts = (("id", document.id), ("title", document.title), ("text", document.text))
    for what, part in parts:
        if not isinstance(part, str):
            raise DocumentError(f"{name}: its {what} is {_kind(part)}, not a str; convert it")
    if not document.id:
        raise DocumentError(f"a document has an empty id (its title: {document.title[:40]!r}); give every document one")
    if blank(document.title) and blank(document.text):
        raise DocumentError(f"{name}: it has neither title nor text; give it one or leave it out")
    *_, text = (_check_characters(part, what, name) for what, part in parts)
    for key, value in document.fields.items():
        if not isinstance(key, str) or not key:
            raise DocumentError(f"{name}: {key!r} is no name for a field; use a str that is not empty")
        _check_characters(key, f"field name {key!r}", name)
        _check_field(value, f"field {key!r}", name)
    return text


def _check_field(value: object, what: str, name: str) -> None:
    if isinstance(value, str):
        _check_characters(value, what, name)
    elif isinstance(value, list):
        for item in value:
            if not isinstance(item, str):
                raise DocumentError(
                    f"{name}: its {what} is a list with an item that is {_kind(item)}; a list holds str only"
                )
            _check_characters(item, what, name)
    elif isinstance(value, float) and not math.isfinite(value):
        raise DocumentError(f"{name}: its {what} is {value}, which is no number; leave the field out")
    elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        raise DocumentError(f"{name}: its {what} is a whole number of more than 64 bits; make it a str")
    elif not isinstance(value, int | float | date):
        allowed = "str, int, float, bool, date, datetime or a list of str"
        raise DocumentError(f"{name}: its {what} is {_kind(value)}; make it {allowed}, or leave it out")


def _check_characters(value: str, what: str, name: str) -> bytes:
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
    return {"$date": value.isoformat()} if isinstance(value, date) else value


def untagged(value: object) -> object:
    """Return the value of a field as its JSON has it, dates and times as such; ValueError where they are none."""
    if isinstance(value, dict) and len(value) == 1:
        tag, told = next(iter(value.items()))
        if tag == "$date" and isinstance(told, str):
            return date.fromisoformat(told)
        if tag == "$datetime" and isinstance(told, str):
            return datetime.fromisoformat(told)
    return value


def from_json_line(line: bytes) -> Document:
    """Read back what `json_line` wrote."""
    content = orjson.loads(line)
    fields = {key: untagged(value) for key, value in content.get("fields", {}).items()}
    return Document(content["id"], content["title"], content["text"], fields)
