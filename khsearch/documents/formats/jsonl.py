"""jsonl: one JSON object a line: id (or _id; without one, the number of the line counts), title, text.

Other keys become fields, and so do those of an object under "fields"; null and {} are no field, and nested values that
nobody asked for are left out.
"""

from __future__ import annotations

import orjson

from khsearch.documents.formats.reader import Found, Placed, Source
from khsearch.errors import DocumentError


def read(source: Source) -> Found:
    """Read a document a line; blank lines are passed over."""
    left_out = set[str]()
    for number, line in source.filled_lines("one JSON object a line"):
        yield line if isinstance(line, DocumentError) else _from_json(line, source, number, left_out)
    yield from source.remarks_on(left_out)


def _from_json(line: str, source: Source, number: int, left_out: set[str]) -> Placed | DocumentError:
    part = f"line {number}"
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        return source.error(f"not JSON ({problem.msg}, character {problem.pos + 1}); mend the line", part)
    if not isinstance(content, dict):
        return source.error("not a JSON object; write one {...} a line", part)
    return source.placed_record(content, part, number, left_out)
