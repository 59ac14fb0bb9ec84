"""lines: a document a line, for a text of one passage, sentence or name a line: asked for by --format lines."""

from __future__ import annotations

from khsearch.documents import reasons
from khsearch.documents.document import Document, blank
from khsearch.documents.formats.reader import Found, Source
from khsearch.errors import DocumentError


def read(source: Source) -> Found:
    """Read a document a line, whose id is the number of the line; blank lines are passed over."""
    empty = True
    for number, line in enumerate(source.lines(), 1):
        if isinstance(line, DocumentError):
            yield line
        elif blank(line):
            continue
        else:
            yield source.placed(Document(source.id_of(number), "", line.strip()), f"line {number}")
        empty = False
    if empty:
        yield source.error("the file is empty; put text into it or leave it out", reason=reasons.EMPTY)
