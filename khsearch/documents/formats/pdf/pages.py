"""pages: an open PDF in; the text of each page, what is wrong with which, and which were read by their picture, out."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable

from khsearch.documents import reasons
from khsearch.documents.formats import ocr
from khsearch.documents.formats.legacy_fonts import REMEDY, is_legacy
from khsearch.documents.formats.pdf.lines import text_of
from khsearch.documents.formats.pdf.pdfium import BrokenError, File
from khsearch.documents.formats.pdf.pieces import Page, Piece
from khsearch.documents.formats.pdf.soundness import lies
from khsearch.errors import MissingExtraError
from khsearch.frozen import frozen

_NO_LETTERS = 5  # fewer letters are a page's number
_A_LINE = 60  # letters: what a program that scans writes below a picture, but no page
_TELLING = 25  # letters that tell whether a text is sound
_MOSTLY = 0.6  # of a page's area

_OCR = "--ocr reads them by their picture"
_TOLD = {
    reasons.SCANNED: f"no text, only pictures; {_OCR}",
    reasons.TEXT_LAYER: f"a text layer that is not what the pages show; {_OCR}",
    reasons.LEGACY_FONT: f"text in a font from before Unicode ({{}}) is left out; {REMEDY}",
    reasons.BROKEN: "cannot be read; open the file and save it anew",
}


@frozen
class Wrong:
    """What is wrong with some pages: which, as a message names them, what to say, and its kind, of `reasons`."""

    part: str
    told: str
    reason: str


class Pages:
    """The pages of a file as they are read, one by one."""

    def __init__(self, file: File, *, ocr: bool) -> None:
        """ocr: whether pages whose text cannot be used are read by their picture."""
        self._file, self._ocr = file, ocr
        self._wrong: dict[tuple[str, str], list[int]] = {}  # by reason, and what to say
        self._fonts: dict[str, None] = {}
        self._by_picture: list[int] = []
        self._lying = False

    def text(self, number: int) -> str:
        """Read a page, the first is 1; "" for what is wrong, which `wrong` tells afterwards. OSError."""
        try:
            page = self._file.page(number)
        except BrokenError:
            self._note(reasons.BROKEN, number)
            return ""
        old = [piece for piece in page.pieces if _is_old(piece)]
        text = text_of([piece for piece in page.pieces if not _is_old(piece)] if old else page.pieces)
        text = "\n".join(filter(None, (text, *(value.replace("\r", "\n").replace("\f", " ") for value in page.filled))))
        reason = _reason(text, page, _letters(piece.text for piece in old))
        self._lying = self._lying or reason == reasons.TEXT_LAYER
        if reason and self._ocr:
            return self._seen(number, reason)
        if old:
            self._fonts.update(dict.fromkeys(piece.font.partition("+")[2] or piece.font for piece in old))
            self._note(reasons.LEGACY_FONT, number)
            return "" if lies(text, page.torn) else text
        if reason:
            self._note(reason, number)
        return "" if reason else text

    def doubtful(self, texts: list[str]) -> list[int]:
        """Which pages have too little text to tell whether it is sound, in a file whose other texts are not."""
        rest = [number for number, text in enumerate(texts, 1) if text and number not in self._by_picture]
        short = all(_letters([texts[number - 1]]) < _TELLING for number in rest)
        return rest if self._lying and short else []

    def doubted(self, number: int) -> str:
        """Read such a page by its picture, or note it: "" then."""
        if self._ocr:
            return self._seen(number, reasons.TEXT_LAYER)
        self._note(reasons.TEXT_LAYER, number)
        return ""

    @property
    def wrong(self) -> list[Wrong]:
        """What is wrong with the pages that were read."""
        fonts = ", ".join([*self._fonts][:3])
        return [
            Wrong(ranges(numbers), told.replace("{}", fonts), reason) for (reason, told), numbers in self._wrong.items()
        ]

    @property
    def by_picture(self) -> str:
        """Which pages were read by their picture, as a message names them; "" for none."""
        return ranges(self._by_picture) if self._by_picture else ""

    def _seen(self, number: int, reason: str) -> str:
        """Read a page by its picture."""
        try:
            ocr.check()
            picture = self._file.picture(number, ocr.DPI)
            head = b"P5 %d %d 255\n" % (picture.width, picture.height)
            text = "\n".join(ocr.read_picture(head + picture.pixels, picture.dpi))
        except MissingExtraError as problem:
            self._note(reasons.NO_PACKAGE, number, f"{reason}: {problem}")
        except ocr.TooSlowError as problem:
            self._note(reasons.TOO_SLOW, number, f"{problem}; leave it out")
        except ocr.OcrError as problem:
            self._note(reason, number, f"{problem}; leave it out")
        except BrokenError:
            self._note(reasons.BROKEN, number)
        else:
            if text.strip():
                insort(self._by_picture, number)
            return text
        return ""

    def _note(self, reason: str, number: int, told: str = "") -> None:
        insort(self._wrong.setdefault((reason, told or _TOLD[reason]), []), number)


def _reason(text: str, page: Page, old: int) -> str:
    """Why the text of a page cannot be used; "" where it can. old: letters in fonts from before Unicode."""
    letters = _letters([text])
    if old > letters:
        return reasons.LEGACY_FONT
    # Khmer on a picture is a slide; a line of Latin on one is what a program that scans leaves.
    scanned = page.covered > _MOSTLY and not _has_khmer(text)
    if not old and page.drawn and letters < (_A_LINE if scanned else _NO_LETTERS):
        return reasons.SCANNED
    return reasons.TEXT_LAYER if lies(text, page.torn) else ""


def _is_old(piece: Piece) -> bool:
    return bool(piece.text) and is_legacy(piece.font) and not _has_khmer(piece.text)


def _has_khmer(text: str) -> bool:
    return any("\u1780" <= char <= "\u17ff" for char in text)


def _letters(texts: Iterable[str]) -> int:
    return sum(not char.isspace() for text in texts for char in text)


def ranges(numbers: list[int]) -> str:
    """Write rising numbers of pages as a message has them: p. 1 to 3, 7."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    shown = [" to ".join(map(str, part)) for part in parts]
    more = f" and {len(shown) - _MOST_RANGES} more ranges" if len(shown) > _MOST_RANGES else ""
    return "p. " + ", ".join(shown[:_MOST_RANGES]) + more


_MOST_RANGES = 50  # of a message
