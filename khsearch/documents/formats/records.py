"""records: keys and values, as a JSON object or a row of a table has them, in; a document out."""

from __future__ import annotations

from khsearch.documents.document import Document, untagged
from khsearch.documents.formats.reader import FieldNames, Placed, Source
from khsearch.errors import DocumentError


def document_of(content: dict[str, object], names: FieldNames, source: Source, part: str) -> Placed | DocumentError:
    """Make a document of keys and values, which it uses up, or the error; `names`: which hold id, title, text."""
    found: list[str] = []
    for name, option in ((names.id, "--id-field"), (names.title, "--title-field"), (names.text, "--text-field")):
        value = content.pop(name, None)
        if name == names.id and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is None and name == names.title:
            value = ""
        if value is None:
            return source.error(f"{name!r} is missing; add it, or name what holds it with {option}", part)
        if not isinstance(value, str):
            return source.error(f"{name!r} is not a string; mend it, or name another with {option}", part)
        found.append(value)
    nested = content.get("fields")
    if isinstance(nested, dict):
        del content["fields"]
        content.update(nested)
    try:
        values = {key: untagged(value) for key, value in content.items() if value is not None and value != {}}
    except ValueError as problem:
        return source.error(f"{problem}; write dates as 2021-05-11", part)
    id_, title, text = found
    return source.placed(Document(id_, title, text, values), part)
