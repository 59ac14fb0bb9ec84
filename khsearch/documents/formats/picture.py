"""picture: a scan as .png, .jpg or .tif is one document, if pictures are read (`Source.ocr`); else it is told."""

from __future__ import annotations

from khsearch.documents import reasons
from khsearch.documents.document import Document
from khsearch.documents.formats import ocr
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.title import title_of

_LARGEST = 200_000_000  # bytes


def read(source: Source) -> Found:
    """Read a picture as one document; each page of a .tif ends with a form feed, as those of a PDF do."""
    data = source.stream.read(_LARGEST + 1)
    source.tell(len(data))
    if not data:
        yield source.error("the file is empty; leave it out", reason=reasons.EMPTY)
    elif not source.ocr:
        yield source.error("a picture; --ocr reads what is written in it", reason=reasons.SCANNED)
    elif len(data) > _LARGEST:
        yield source.error(f"more than {_LARGEST:,} bytes; save it smaller", reason=reasons.TOO_LARGE)
    else:
        try:
            pages = ocr.read_picture(data)
        except ocr.TooSlowError as problem:
            yield source.error(f"{problem}; save it smaller", reason=reasons.TOO_SLOW)
        except ocr.OcrError as problem:
            yield source.error(f"{problem}; open it and save it anew")
        else:
            if any(pages):
                text = "".join(f"{page}\f" for page in pages)
                yield source.placed(Document(source.id, title_of(text), text, {"pages": len(pages)}))
                yield source.remark("read by its picture (OCR)")
            else:
                yield source.error("a picture in which nothing is written; leave it out", reason=reasons.EMPTY)
