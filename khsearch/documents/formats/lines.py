"""lines: a document a line, for a text of one passage, sentence or name a line: asked for by --format lines."""

from __future__ import annotations

from khsearch.documents.document import Document
from khsearch.documents.formats.reader import Found, Source
from khsearch.errors import DocumentError


def read(source: Source) -> Found:
    """Read a document a line, whose id is the number of the line; blank lines are passed over."""
    for number, line in source.filled_lines("text"):
        if isinstance(line, DocumentError):
            yield line
        else:
            yield source.placed(Document(source.id_of(number), "", line.strip()), f"line {number}")
