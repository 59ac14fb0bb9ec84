"""json: a list of objects, each as a line of jsonl; or one object, which is a document or holds one such list."""

from __future__ import annotations

import orjson

from khsearch.documents import reasons
from khsearch.documents.document import blank
from khsearch.documents.formats.reader import Found, Source


def read(source: Source) -> Found:
    """Read the objects of a list, or one object, whose id is the source's if it has none."""
    text = source.text()
    if blank(text):
        yield source.error("the file is empty; put text into it or leave it out", reason=reasons.EMPTY)
        return
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        told = f"not JSON ({problem.msg}, line {problem.lineno}); mend it, or name it .jsonl if it has an object a line"
        yield source.error(told)
        return
    records = content if isinstance(content, list) else _list_in(content, source.names.text)
    if records is None:
        yield from _one(source, content)
    elif not records:
        yield source.error("an empty list; put objects into it or leave the file out", reason=reasons.EMPTY)
    else:
        yield from _several(source, records)


def _list_in(content: object, text: str) -> list[object] | None:
    """The one list of objects that an object without a text holds: {"data": [{...}, ...]}."""
    if not isinstance(content, dict) or text in content:
        return None
    lists = [value for value in content.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    return lists[0] if len(lists) == 1 else None


def _one(source: Source, content: object) -> Found:
    if not isinstance(content, dict):
        yield source.error("neither a JSON object nor a list of them; write [{...}, ...]")
        return
    left_out = set[str]()
    yield source.placed_record(content, "", None, left_out)
    yield from source.remarks_on(left_out)


def _several(source: Source, records: list[object]) -> Found:
    left_out = set[str]()
    for number, record in enumerate(records, 1):
        part = f"object {number}"
        if isinstance(record, dict):
            yield source.placed_record(record, part, number, left_out)
        else:
            yield source.error("not a JSON object; write {...}", part)
    yield from source.remarks_on(left_out)
