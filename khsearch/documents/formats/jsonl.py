"""jsonl: one JSON object a line: id (or _id; without one, the number of the line counts), title, text.

Other keys become fields, and so do those of an object under "fields"; null and {} are no field, and nested values that
nobody asked for are left out.
"""

from __future__ import annotations

import orjson

from khsearch.documents import reasons
from khsearch.documents.document import blank
from khsearch.documents.formats.reader import Found, Placed, Source
from khsearch.errors import DocumentError


def read(source: Source) -> Found:
    """Read a document a line; blank lines are passed over."""
    empty, left_out = True, set[str]()
    for number, line in enumerate(source.lines(), 1):
        if isinstance(line, DocumentError):
            yield line
        elif blank(line):
            continue
        else:
            yield _from_json(line, source, number, left_out)
        empty = False
    yield from source.remarks_on(left_out)
    if empty:
        told = "the file is empty; put one JSON object a line into it or leave it out"
        yield source.error(told, reason=reasons.EMPTY)


def _from_json(line: str, source: Source, number: int, left_out: set[str]) -> Placed | DocumentError:
    part = f"line {number}"
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        return source.error(f"not JSON ({problem.msg}, character {problem.pos + 1}); mend the line", part)
    if not isinstance(content, dict):
        return source.error("not a JSON object; write one {...} a line", part)
    return source.placed_record(content, part, number, left_out)
