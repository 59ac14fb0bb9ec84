"""PDFs as tests need them: pages of which each stretch says what it is, by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/%s>>"


def actual(text: str) -> bytes:
    """A text as a value of a PDF."""
    return b"<FEFF%s>" % text.encode("utf-16-be").hex().encode()


def shown(text: str, x: float = 50, y: float = 700, size: float = 12, glyphs: bytes = b"x") -> bytes:
    """Operators that draw some glyphs, and say that they stand for a text."""
    span = b"/Span<</ActualText %s>>BDC (%s) Tj EMC" % (actual(text), glyphs)
    return b"BT /F %g Tf 1 0 0 1 %g %g Tm %s ET\n" % (size, x, y, span)


def stream(content: bytes, about: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (about, len(content), content)


def file_of(objects: Iterable[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of objects, numbered from 1; the first is the catalog."""
    content, offsets = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(offsets) + 1
    return b"%sxref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (
        content,
        size,
        table,
        size,
        trailer,
        len(content),
    )


def pdf(
    pages: Iterable[bytes],
    *,
    font: bytes = b"Helvetica",
    resources: bytes = b"",
    more: Iterable[bytes] = (),
    about: Mapping[str, bytes] | None = None,
) -> bytes:
    """A PDF of pages as operators, which may use the font /F.

    resources  more of them; `more` are objects from number 4 on, to which they may lead
    about      what the file says of itself, as values of a PDF
    """
    info = b"<<%s>>" % b"".join(b"/%s %s" % (name.encode(), value) for name, value in (about or {}).items())
    first = 4 + len(more := list(more))
    contents = list(pages)
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(contents)))
    objects = [CATALOG, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(contents)), info, *more]
    for number, content in enumerate(contents):
        fonts = b"<</Font<</F %s>>%s>>" % (FONT % font, resources)
        place = b"/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R" % (first + 2 * number + 1)
        objects += [b"<</Type/Page%s/Resources%s>>" % (place, fonts), stream(content)]
    return file_of(objects, b"/Info 3 0 R")
