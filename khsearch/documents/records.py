"""records: keys and values, as a JSON object, a row of a table or a dict has them, in; a document out.

Keys are flat, {"id": "3", "text": "...", "n": 4}: those that are not id, title and text become fields, and so do those
of a mapping under "fields". {} is no field, and None is one only there, where `export` writes what a document holds;
`{"$date": "2021-05-11"}` is a date, as in `document`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import lru_cache
from numbers import Integral
from typing import Any

from khsearch.documents.conversions import converted
from khsearch.documents.document import Document, is_tagged, untagged
from khsearch.documents.names import form
from khsearch.documents.plain import brief_repr
from khsearch.errors import DocumentError
from khsearch.frozen import frozen


@frozen
class FieldNames:
    """The keys or columns of a source that hold a document's id, title and text, and its own fields.

    by_row  whether somebody named the column of the text, so that each row of a sheet is a document
    own     own fields, each with how its values are read (`conversions`)
    """

    id: str = "id"
    title: str = "title"
    text: str = "text"
    by_row: bool = False
    own: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return what is not usual, as JSON."""
        parts = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {key: value for key, value in parts if value != getattr(_USUAL, key)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> FieldNames:
        """Read what `to_json` gave; TypeError."""
        return cls(**{**content, "own": tuple((name, how) for name, how in content.get("own", ()))})


_USUAL = FieldNames()
_KHMER_AS_BYTES = re.compile("\u00e1[\u009e\u009f][\u0080-\u00bf]")


def document_of(record: Mapping[str, object], names: FieldNames = _USUAL, elsewhere: str = "") -> Document:
    """Make a document of keys and values; a ValueError says what is wrong with which key.

    names      which of them hold id, title and text; "_id" holds the id where there is no "id"
    elsewhere  what the error adds where one of these is not there: how to name another, {} being id, title or text
    """
    content = dict(record)
    id_ = _part(content, id_key(content, names.id), "id", elsewhere)
    if id_ is None:
        raise ValueError(f"{names.id!r} is missing; add it{elsewhere.format('id')}")
    return _document(id_, content, names, elsewhere)


def document_of_row(
    record: Mapping[str, object], names: FieldNames, elsewhere: str, id_of: Callable[[str | None], str]
) -> tuple[Document, list[str]]:
    """Make a document of what a file has as one -> it, and the keys of nested values that it cannot hold.

    Heads of columns that only differ in letter case, spaces and the like are those that `names` means. id_of: makes the
    id of the one that the row has, or of None. ValueError as above.
    """
    heads = _meant(tuple(record), names)
    content = {heads.get(key, key): _listed(_as_meant(value)) for key, value in record.items()}
    if names.text in content:
        content[names.text] = _joined(content[names.text])
    given = _part(content, id_key(content, names.id), "id", elsewhere)
    own = dict(names.own)
    nested = [key for key, value in content.items() if key not in own and key != names.text and not _fits(key, value)]
    for key in nested:
        del content[key]
    return _document(id_of(given or None), content, names, elsewhere), nested


def with_own_fields(document: Document, names: FieldNames) -> Document:
    """Return a document whose own fields have their names and values as they are meant; ValueError.

    Names in the file may differ as heads of columns do; values are converted; a blank text is no value.
    """
    if not names.own or not document.fields:
        return document
    heads = _meant(tuple(document.fields), names)
    content = {heads.get(key, key): value for key, value in document.fields.items()}
    for key, how in names.own:
        value = content.get(key)
        if isinstance(value, str) and not value.strip():
            del content[key]
        elif value is not None:
            try:
                content[key] = converted(value, how)
            except ValueError as problem:
                raise ValueError(f"its field {brief_repr(key)}: {problem}") from None
    return Document(document.id, document.title, document.text, content)


def id_key(content: Mapping[str, object], name: str) -> str:
    """Return the key of the id."""
    return "_id" if name == "id" and "id" not in content and "_id" in content else name


def _listed(value: object) -> object:
    """A list of numbers as a document holds it: as strings."""
    if isinstance(value, list) and not any(isinstance(item, dict | list | bool | None) for item in value):
        return [str(item) for item in value]
    return value


def _as_meant(value: object) -> object:
    """A text of which each byte of its UTF-8 was written as a character, as Facebook exports all texts."""
    if isinstance(value, str) and _KHMER_AS_BYTES.search(value):
        with suppress(UnicodeError):
            return value.encode("latin-1").decode()
    return value


def _joined(value: object) -> object:
    """A text that comes in pieces: paragraphs, or words beside which stands how they look, as chats are exported."""
    if not isinstance(value, list):
        return value
    pieces = [item.get("text") if isinstance(item, dict) else item for item in value]
    texts = [piece for piece in pieces if isinstance(piece, str)]
    if len(texts) < len(pieces):
        return value
    return ("\n" if pieces == value else "").join(texts)


def _fits(key: str, value: object) -> bool:
    if isinstance(value, dict):
        return key == "fields" or not value or is_tagged(value)
    return not isinstance(value, list) or all(isinstance(item, str) for item in value)


@lru_cache(maxsize=64)
def _meant(heads: tuple[str, ...], names: FieldNames) -> dict[str, str]:
    """Heads that stand for a name that no head is."""
    found: dict[str, str] = {}
    for wanted in (names.id, names.title, names.text, *(name for name, _ in names.own)):
        if wanted not in heads:
            alike = next((head for head in heads if head not in found and form(head) == form(wanted)), None)
            if alike is not None:
                found[alike] = wanted
    return found


def _part(content: dict[str, object], name: str, part: str, elsewhere: str) -> str | None:
    """Take the value of a key out that holds id, title or text; None where there is none."""
    value = content.pop(name, None)
    if part == "id" and isinstance(value, Integral) and not isinstance(value, bool):
        value = str(value)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{name!r} is not a string; make it one{elsewhere.format(part)}")


def _document(id_: str, content: dict[str, object], names: FieldNames, elsewhere: str) -> Document:
    title = _part(content, names.title, "title", elsewhere) or ""
    text = _part(content, names.text, "text", elsewhere)
    if text is None:
        raise ValueError(f"{names.text!r} is missing; add it{elsewhere.format('text')}")
    nested = content.get("fields")
    content = {key: value for key, value in content.items() if value is not None}
    if isinstance(nested, Mapping):
        del content["fields"]
        twice = next((key for key in nested if key in content), None)
        if twice is not None:
            raise ValueError(f"{brief_repr(twice)} is there twice, beside 'fields' and in it; leave one out")
    else:
        nested = {}
    values = {}
    for key, value in {**content, **nested}.items():
        if isinstance(value, dict) and not value:
            continue
        try:
            values[key] = untagged(value)
        except ValueError as problem:
            raise ValueError(f"{brief_repr(key)}: {problem}; write dates as 2021-05-11") from None
    return Document(id_, title, text, values)


def given(document: Document | Mapping[str, object]) -> Document:
    """Return a document that is given as one or as a mapping; DocumentError for a mapping that is none."""
    if isinstance(document, Document) or not isinstance(document, Mapping):
        return document
    try:
        return document_of(document)
    except ValueError as problem:
        raise DocumentError(f"document {brief_repr(document, 80)}: {problem}") from None
    except Exception as problem:  # whatever a mapping of the caller's raises
        told = f"it cannot be read ({type(problem).__name__}: {problem!s:.200}); give a dict"
        raise DocumentError(f"document {brief_repr(document, 80)}: {told}") from problem
