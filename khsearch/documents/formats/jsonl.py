"""jsonl: one JSON object a line, UTF-8: id (or _id), title, text.

Other keys become fields, and so do those of an object under "fields"; null and {} are no field.
"""

from __future__ import annotations

import orjson

from khsearch.documents.document import blank
from khsearch.documents.formats.reader import Found, Placed, Source
from khsearch.errors import DocumentError


def read(source: Source) -> Found:
    """Read a document a line; blank lines are passed over."""
    empty = True
    for number, line in enumerate(source.lines(), 1):
        if isinstance(line, DocumentError):
            yield line
        elif blank(line):
            continue
        else:
            yield _from_json(line, source, f"line {number}")
        empty = False
    if empty:
        yield source.error("the file is empty; put one JSON object a line into it or leave it out")


def _from_json(line: str, source: Source, part: str) -> Placed | DocumentError:
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        return source.error(f"not JSON ({problem.msg}, character {problem.pos + 1}); mend the line", part)
    if not isinstance(content, dict):
        return source.error("not a JSON object; write one {...} a line", part)
    return source.placed_record(content, part)
