"""docx: a document of Word as one document.

Its text in the order of the page, tables in place, a cell parted from the next by a tab; behind it headers, footers,
notes, comments and the words of charts. Text boxes stand behind the paragraph that they belong to. What was deleted
with changes tracked is left out, and what was inserted is in.
"""

from __future__ import annotations

from collections.abc import Iterator

from khsearch.documents.formats.drawings import chart_text, diagram_text
from khsearch.documents.formats.office_properties import about
from khsearch.documents.formats.packages import End, Package, Start
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.whole import Flow, whole
from khsearch.documents.formats.word_fonts import Fonts

REMEDY = "open it in Word or LibreOffice and save it as .docx"
_BESIDE = ("header", "footer", "footnotes", "endnotes", "comments")
_LEFT_OUT = {"w:moveFrom", "w:delText", "w:instrText", "w:delInstrText", "w:rt", "w:tabs"}
_TEXT = {"w:t", "m:t", "a:t"}
_BREAKS = {"w:br": "\n", "w:cr": "\n", "w:tab": "\t", "w:ptab": "\t", "w:noBreakHyphen": "-"}


def read(source: Source) -> Found:
    """Read the document."""
    package = Package(source, REMEDY)
    main = package.main("word/document.xml")
    fonts = Fonts(package, main)
    flow = Flow(source)
    seen: set[str] = set()
    for name in _parts(package, main):
        part = Flow(source)
        _Body(part, fonts).read(package, name)
        if part.text() not in seen or not part.text():  # the first page often has the header of the others
            seen.add(part.text())
            flow.take(part)
    for link in package.links(main):
        if link.kind in ("chart", "diagramData"):
            flow.take((chart_text if link.kind == "chart" else diagram_text)(package, link.target))
        elif link.kind == "aFChunk":
            yield source.remark(
                f"another document within it ({link.target[:80]}) is not read; save it as a file of its own"
            )
    yield from whole(source, flow, about(package), pictures=package.has_pictures)


def _parts(package: Package, main: str) -> Iterator[str]:
    yield main
    links = package.links(main)
    for kind in _BESIDE:
        yield from dict.fromkeys(link.target for link in links if link.kind == kind)


class _Body:
    """The state of reading one part: where in it the reader is."""

    def __init__(self, flow: Flow, fonts: Fonts) -> None:
        self._flow, self._fonts = flow, fonts
        self._inside: list[str] = []
        self._skipped = 0  # elements within one that is left out
        self._font = self._run_style = ""
        self._styles: list[str] = []  # of the paragraphs that are open: a text box is within another
        self._tables: list[str] = []
        self._outer: list[tuple[Flow, str, str]] = []
        self._boxes: list[Flow] = []
        self._chosen: list[bool] = []
        self._joined = False

    def read(self, package: Package, name: str) -> None:
        """Read a part into the flow."""
        for event in package.events(name):
            if isinstance(event, Start):
                if self._skipped or event.tag in _LEFT_OUT or self._is_other_choice(event.tag):
                    self._skipped += 1
                else:
                    self._start(event)
                    self._inside.append(event.tag)
            elif isinstance(event, End):
                if self._skipped:
                    self._skipped -= 1
                else:
                    self._inside.pop()
                    self._end(event.tag)
            elif not self._skipped and self._inside and self._inside[-1] in _TEXT:
                self._add(event)
        self._take_boxes()

    def _is_other_choice(self, tag: str) -> bool:
        """Whether this is a second form of what has been read in a first one."""
        if tag not in ("mc:Choice", "mc:Fallback") or not self._chosen:
            return False
        taken, self._chosen[-1] = self._chosen[-1], True
        return taken

    def _add(self, text: str) -> None:
        styles = [self._run_style, *self._styles[-1:], *self._tables[-1:]]
        self._flow.add(text, self._font or self._fonts.of(filter(None, styles)))

    def _start(self, event: Start) -> None:
        tag, value = event.tag, event.attributes.get("w:val", "")
        within = self._inside[-1] if self._inside else ""
        if tag == "w:r":
            self._font = self._run_style = ""
        elif tag == "w:p":
            self._styles.append("")
        elif tag in _BREAKS:
            if within == "w:r":
                self._flow.add(_BREAKS[tag])
        elif tag == "w:rFonts" and self._inside[-2:] == ["w:r", "w:rPr"]:
            self._font = self._fonts.stated(event.attributes)
        elif tag == "w:rStyle" and self._inside[-2:] == ["w:r", "w:rPr"]:
            self._run_style = value
        elif tag == "w:pStyle" and self._styles:
            self._styles[-1] = value
        elif tag == "w:tbl":
            self._tables.append("")
        elif tag == "w:tblStyle" and self._tables:
            self._tables[-1] = value
        elif tag == "w:del" and self._inside[-2:] == ["w:pPr", "w:rPr"]:
            self._joined = True  # the end of this paragraph was deleted
        elif tag == "w:sym":
            self._symbol(event.attributes)
        elif tag == "mc:AlternateContent":
            self._chosen.append(False)
        elif tag == "w:txbxContent":
            self._outer.append((self._flow, self._font, self._run_style))
            self._flow = self._flow.another()

    def _take_boxes(self) -> None:
        for box in self._boxes:
            self._flow.take(box)
        self._boxes.clear()

    def _symbol(self, attributes: dict[str, str]) -> None:
        try:
            char = chr(int(attributes.get("w:char", ""), 16))
        except (ValueError, OverflowError):
            return
        font = attributes.get("w:font", "")
        if "\ue000" <= char <= "\uf8ff":  # a place in the font, not a character
            char = chr(ord(char) & 0xFF)
            self._flow.add_legacy(char, font)
        elif not "\ud800" <= char <= "\udfff":
            self._flow.add(char, font)

    def _end(self, tag: str) -> None:
        if tag == "w:p":
            if self._styles:
                self._styles.pop()
            if not self._joined:
                self._flow.part("\n")
            self._joined = False
            if not self._outer:
                self._take_boxes()
        elif tag == "w:tc":
            self._flow.part("\t")
        elif tag == "w:tr":
            self._flow.part("\n")
        elif tag == "w:tbl" and self._tables:
            self._tables.pop()
        elif tag == "mc:AlternateContent":
            self._chosen.pop()
        elif tag == "w:txbxContent":
            self._boxes.append(self._flow)
            self._flow, self._font, self._run_style = self._outer.pop()
