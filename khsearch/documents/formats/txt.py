"""txt: one document: UTF-8, with or without a byte order mark; its title is the first line that is not blank."""

from __future__ import annotations

from khsearch.documents import reasons
from khsearch.documents.document import Document, blank
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.title import title_of


def read(source: Source) -> Found:
    """Read the whole content as one document."""
    try:
        source.id.encode()
    except UnicodeEncodeError:
        yield source.error("its id has a lone surrogate, as the name is not UTF-8; rename the file")
        return
    text = source.text()
    if blank(text):
        yield source.error("the file is empty; put text into it or leave it out", reason=reasons.EMPTY)
    else:
        yield from source.remarks_on_letters(text)
        yield source.placed(Document(source.id, title_of(text), text))
