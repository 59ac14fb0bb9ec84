"""pdf: a PDF is one document; where each of its pages ends, its text has a form feed.

pieces     what a page is made of
objects    a page that pdfium has in memory -> its pieces
pdfium     a file -> its pages, and pictures of them
lines      the pieces of a page -> its text
soundness  whether a text is what the page shows
about      what a file says of itself -> title and fields
pages      an open file -> the text of its pages, and what is wrong with which

Pages without a text, with one that is not what they show, or in a font from before Unicode are told, and left out; or
read by their picture, if the source says so (`Source.ocr`).
"""

from __future__ import annotations

import os
from pathlib import PurePosixPath

from khsearch.documents import reasons
from khsearch.documents.document import Document
from khsearch.documents.formats.joints import across_pages
from khsearch.documents.formats.pdf.about import fields_of, title_in
from khsearch.documents.formats.pdf.pages import Pages
from khsearch.documents.formats.pdf.pdfium import MOST_PAGES, BrokenError, EncryptedError, File
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.title import title_of

_BROKEN = "not a PDF that can be read; open it and save it anew"


def read(source: Source) -> Found:
    """Read a PDF as one document; what is left out is an error for each kind, which names the pages."""
    stream = source.seekable()
    size = stream.seek(0, os.SEEK_END)
    untold = size if stream is source.stream else 0
    if not size:
        yield source.error("the file is empty; leave it out", reason=reasons.EMPTY)
        return
    try:
        file = File(stream)
    except EncryptedError:
        told = "it opens with a password alone; save it without one"
        source.tell(untold)
        yield source.error(told, reason=reasons.ENCRYPTED)
        return
    except BrokenError:
        source.tell(untold)
        yield source.error(_BROKEN)
        return
    with file:
        pages = Pages(file, ocr=source.ocr)
        texts: list[str] = []
        for number in range(1, min(file.pages, MOST_PAGES) + 1):
            texts.append(pages.text(number))
            share = untold // (file.pages + 1 - number)  # each page tells that reading goes on
            source.tell(share)
            untold -= share
        source.tell(untold)
        for number in pages.doubtful(texts):
            texts[number - 1] = pages.doubted(number)
        for number in range(len(texts) - 1):
            texts[number], texts[number + 1] = across_pages(texts[number], texts[number + 1])
        fields, title = fields_of(file.value, file.pages), title_in(file.value)
    if title.casefold() == PurePosixPath(source.id).stem.casefold():  # as programs say where nobody gave one
        title = ""
    if any(map(str.strip, texts)):
        text = "".join(f"{text}\f" for text in texts)
        yield source.placed(Document(source.id, title or title_of(text), text, fields))
    elif not pages.wrong:
        yield source.error("its pages are blank; leave it out", reason=reasons.EMPTY)
    for problem in pages.wrong:
        yield source.error(problem.told, problem.part, reason=problem.reason)
    if file.pages > MOST_PAGES:
        told = f"more than {MOST_PAGES:,} pages; divide the file"
        yield source.error(told, f"p. {MOST_PAGES + 1} to {file.pages}", reason=reasons.TOO_LARGE)
    if pages.by_picture:
        yield source.remark("read by its picture (OCR)", pages.by_picture)
