"""document: what is indexed, what it may hold, and its form as a line of JSON.

The line keeps what JSON has no type for: `{"$date": "2021-05-11"}` is a date, `{"$datetime": "..."}` a datetime,
`{"$decimal": "1.50"}` a Decimal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import orjson

from khsearch.documents.plain import brief_repr, exact, mapping, plain_value, string, utf8
from khsearch.errors import DocumentError

MOST_ID_BYTES = 1 << 15
"""Bytes of the longest id, in UTF-8."""


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


Parts = tuple[str, str, str, bytes, dict[str, object]]
"""What a document consists of: id, title, text, the text as UTF-8, and own fields."""


def validate(document: object) -> Parts:
    """Check that a document can be indexed -> what it consists of now, in plain values (`plain`).

    What the caller changes afterwards does not change it. DocumentError says what is wrong with it.
    """
    if not isinstance(document, Document):
        raise DocumentError(
            f"{brief_repr(document, 80)} is no Document; make one: Document(id=..., text=...), or give a dict"
        )
    what, key = "id", None  # described where it is at fault
    try:
        id_ = string(document.id)
        what = "title"
        title = string(document.title)
        what = "text"
        text = exact(document.text)
        encoded = utf8(text)
        what = "fields"
        given = document.fields
        fields: dict[str, object] = {}
        for key, value in (given if type(given) is dict else mapping(given)).items():
            what = "field name"
            name = string(key)
            what = "field"
            fields[name] = plain_value(value)
        if "" in fields:
            raise ValueError("is no name for a field; use a str that is not empty")
    except ValueError as problem:
        raise DocumentError(f"document {brief_repr(document.id)}: its {_described(what, key)} {problem}") from None
    except MemoryError:
        raise
    except Exception as problem:  # whatever an object of the caller's raises when it is asked for what it holds
        told = f"cannot be read ({type(problem).__name__}: {problem!s:.200}); give values that can"
        raise DocumentError(f"document {brief_repr(document.id)}: its {_described(what, key)} {told}") from problem
    if not id_:
        raise DocumentError(f"a document has an empty id (its title: {title[:40]!r}); give every document one")
    if len(id_) * 4 > MOST_ID_BYTES and len(id_.encode()) > MOST_ID_BYTES:
        raise DocumentError(f"document {id_[:40]!r}...: its id has more than {MOST_ID_BYTES} bytes; shorten it")
    if (not text or text.isspace()) and blank(title):
        raise DocumentError(f"document {id_!r:.200}: it has neither title nor text; give it one or leave it out")
    return id_, title, text, encoded, fields


def _described(what: str, key: object) -> str:
    return f"{what} {brief_repr(key)}" if what in ("field", "field name") else what


def blank(text: str) -> bool:
    """Whether a text is empty or nothing but space."""
    return not text or text.isspace()


def json_line(document: Document) -> bytes:
    """Write a document as a line of JSON, without the line end; reading it gives an equal document."""
    content: dict[str, object] = {"id": document.id, "title": document.title, "text": document.text}
    if document.fields:
        content["fields"] = tagged(document.fields)
    return orjson.dumps(content)


def fields_json(fields: dict[str, object]) -> bytes:
    """Write the fields of a document, plain values, as JSON."""
    return orjson.dumps(fields, _tagged, orjson.OPT_PASSTHROUGH_DATETIME)


def tagged(fields: Mapping[str, object]) -> dict[str, object]:
    """Write the values of fields as JSON has them."""
    return {key: value if type(value) is str else _tagged(value) for key, value in fields.items()}


def _tagged(value: object) -> object:
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    return {"$date": value.isoformat()} if isinstance(value, date) else value


def is_tagged(value: Mapping[str, object]) -> bool:
    """Whether an object of JSON stands for a date, time or decimal."""
    return len(value) == 1 and all(tag in _TAGS and isinstance(given, str) for tag, given in value.items())


def untagged(value: object) -> object:
    """Return the value of a field as its JSON has it, dates, times and decimals as such; or ValueError."""
    if isinstance(value, dict) and is_tagged(value):
        for tag, given in value.items():
            try:
                return _TAGS[tag](given)
            except ArithmeticError:
                raise ValueError(f"{given!r} is no decimal number") from None
    return value


_TAGS: dict[str, Callable[[str], object]] = {
    "$date": date.fromisoformat,
    "$datetime": datetime.fromisoformat,
    "$decimal": Decimal,
}


def from_json_line(line: bytes) -> Document:
    """Read back what `json_line` wrote; what it never writes is a ValueError, KeyError or AttributeError."""
    content = orjson.loads(line)
    fields = {key: plain_value(untagged(value)) for key, value in content.get("fields", {}).items()}
    return Document(exact(content["id"]), exact(content["title"]), exact(content["text"]), fields)
