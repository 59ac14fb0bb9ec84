"""records: keys and values, as a JSON object, a row of a table or a dict has them, in; a document out.

Keys are flat, {"id": "3", "text": "...", "n": 4}: those that are not id, title and text become fields, and so do those
of a mapping under "fields". {} is no field, and None is one only there, where `export` writes what a document holds;
`{"$date": "2021-05-11"}` is a date, as in `document`.
"""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral

from khsearch.documents.document import Document, untagged
from khsearch.documents.plain import brief_repr
from khsearch.errors import DocumentError
from khsearch.frozen import frozen


@frozen
class FieldNames:
    """The keys or columns of a source that hold a document's id, title and text.

    by_row: whether somebody named the column of the text, so that each row of a sheet is a document.
    """

    id: str = "id"
    title: str = "title"
    text: str = "text"
    by_row: bool = False


_USUAL = FieldNames()


def document_of(record: Mapping[str, object], names: FieldNames = _USUAL, elsewhere: str = "") -> Document:
    """Make a document of keys and values; a ValueError says what is wrong with which key.

    names      which of them hold id, title and text; "_id" holds the id where there is no "id"
    elsewhere  what the error adds where one of these is not there: how to name another, {} being id, title or text
    """
    content = dict(record)
    id_name = "_id" if names.id == "id" and "id" not in content and "_id" in content else names.id
    found: list[str] = []
    for name, part in ((id_name, "id"), (names.title, "title"), (names.text, "text")):
        value = content.pop(name, None)
        if part == "id" and isinstance(value, Integral) and not isinstance(value, bool):
            value = str(value)
        if value is None and part == "title":
            value = ""
        if value is None:
            raise ValueError(f"{name!r} is missing; add it{elsewhere.format(part)}")
        if not isinstance(value, str):
            raise ValueError(  # noqa: TRY004
                f"{name!r} is not a string; make it one{elsewhere.format(part)}"
            )
        found.append(value)
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
    id_, title, text = found
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
