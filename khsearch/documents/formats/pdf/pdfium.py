"""pdfium: a PDF file in, its pages as pieces of text or as pictures, and what it says of itself, out.

The one door to pypdfium2. pdfium is no code for two threads at once: each call from here holds one lock.

A small file can make pdfium take any memory: forms that draw forms that draw forms. It has no limit of its own, and
where the process has one, it ends the process (SIGABRT). So who reads files of strangers uses a process with limits.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Self

from khsearch.documents.formats.pdf.objects import Calls, Reading, TooLargeError
from khsearch.documents.formats.pdf.pieces import Page, Picture
from khsearch.extras import missing
from khsearch.sharing import Lock, loading

try:
    loading("pypdfium2")
    import pypdfium2
    from pypdfium2 import raw
except ImportError:
    raise missing("PDF files need a package more", "pdf") from None

MOST_PAGES = 20_000
"""Pages of a file that are read."""
_MOST_PIXELS = 40_000_000  # of a picture
_LONGEST_VALUE = 1 << 16  # bytes
_MOST_FIELDS = 5000  # of a page
_LOCK = Lock()
_CALLS = Calls(raw)


class EncryptedError(Exception):
    """A file that opens with a password alone."""


class BrokenError(Exception):
    """What is no PDF, or a part of one that cannot be read."""


class File:
    """An open PDF: close it, or use it in a with statement."""

    def __init__(self, stream: BinaryIO) -> None:
        """Open a stream that can go back; EncryptedError, BrokenError, OSError."""
        self._stream = _Stream(stream)
        with _LOCK:
            try:
                self._file = pypdfium2.PdfDocument(self._stream)
            except pypdfium2.PdfiumError as problem:
                self._stream.check()
                if getattr(problem, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
                    raise EncryptedError from None
                raise BrokenError from None
            self.pages: int = raw.FPDF_GetPageCount(self._file.raw)
            """How many pages it says that it has."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with _LOCK:
            self._file.close()

    def value(self, name: str) -> str:
        """Return what the file says of itself: its Title, Author, CreationDate; "" for nothing."""
        with _LOCK:
            size = raw.FPDF_GetMetaText(self._file.raw, name.encode(), None, 0)
            if not 0 < size <= _LONGEST_VALUE:
                return ""
            value = ctypes.create_string_buffer(size)
            raw.FPDF_GetMetaText(self._file.raw, name.encode(), value, size)
        return value.raw.decode("utf-16-le", "replace").rstrip("\0")

    def page(self, number: int) -> Page:
        """Read a page, the first is 1; BrokenError, OSError."""
        with _LOCK, _Loaded(self, number) as page:
            return replace(_page_of(page), filled=tuple(_filled(page)))

    def picture(self, number: int, dpi: int) -> Picture:
        """Draw a page, at fewer dots an inch where it is very large; BrokenError, OSError."""
        with _LOCK, _Loaded(self, number) as page:
            width, height = (max(raw.FPDF_GetPageWidthF(page), 1.0), max(raw.FPDF_GetPageHeightF(page), 1.0))
            dpi = min(dpi, int(72 * math.sqrt(_MOST_PIXELS / (width * height))))
            across, down = math.ceil(width * dpi / 72), math.ceil(height * dpi / 72)
            if not 0 < across * down <= 2 * _MOST_PIXELS:
                raise BrokenError
            pixels = ctypes.create_string_buffer(across * down)
            bitmap = raw.FPDFBitmap_CreateEx(across, down, raw.FPDFBitmap_Gray, pixels, across)
            if not bitmap:
                raise BrokenError
            try:
                raw.FPDFBitmap_FillRect(bitmap, 0, 0, across, down, 0xFFFFFFFF)
                raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, across, down, 0, raw.FPDF_GRAYSCALE | raw.FPDF_ANNOT)
            finally:
                raw.FPDFBitmap_Destroy(bitmap)
            return Picture(across, down, pixels.raw, dpi)


class _Stream:
    """The stream of a file as pdfium reads it: an error of it must not be raised through foreign code."""

    def __init__(self, stream: BinaryIO) -> None:
        self.seek, self.tell, self.read = stream.seek, stream.tell, stream.read
        self._stream = stream
        self._problem: OSError | None = None

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except OSError as problem:
            self._problem = problem
            return 0
        ctypes.memmove(buffer, data, len(data))
        return len(data)

    def check(self) -> None:
        if self._problem is not None:
            raise self._problem


class _Loaded:
    """A page while it is in memory."""

    def __init__(self, file: File, number: int) -> None:
        self._file, self._number = file, number

    def __enter__(self) -> Any:
        self._page = raw.FPDF_LoadPage(self._file._file.raw, self._number - 1)
        if not self._page:
            self._file._stream.check()
            raise BrokenError
        return self._page

    def __exit__(self, *_: object) -> None:
        raw.FPDF_ClosePage(self._page)


def _page_of(page: Any) -> Page:
    text = raw.FPDFText_LoadPage(page)
    if not text:
        raise BrokenError
    try:
        return Reading(_CALLS, _address(page), _address(text)).page()
    except TooLargeError:
        raise BrokenError from None
    finally:
        raw.FPDFText_ClosePage(text)


def _filled(page: Any) -> Iterator[str]:
    """Texts in fields of a form, and those that were written on the page with a reader of PDFs."""
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_FIELDS)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        if kind == raw.FPDF_ANNOT_FREETEXT:
            yield _value(annotation, b"Contents")
        elif kind == raw.FPDF_ANNOT_WIDGET and _value(annotation, b"FT") in ("Tx", "Ch"):  # a text or a choice
            yield _value(annotation, b"V")
        raw.FPDFPage_CloseAnnot(annotation)


def _value(annotation: Any, name: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, name, None, 0)
    if not 2 < size <= _LONGEST_VALUE:
        return ""
    value = (raw.FPDF_WCHAR * (size // 2))()
    raw.FPDFAnnot_GetStringValue(annotation, name, value, size)
    return bytes(value).decode("utf-16-le", "replace").rstrip("\0")


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
