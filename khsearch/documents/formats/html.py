"""html: a page as one document: its main text, without menus and what else stands beside it (`markup`)."""

from __future__ import annotations

from khsearch.documents.formats.markup import page
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.whole import empty, whole


def read(source: Source) -> Found:
    """Read the page."""
    data = source.read()
    if not data.strip():
        yield empty(source)
        return
    found = page(source, data)
    yield from whole(source, found.flow, found.about)
