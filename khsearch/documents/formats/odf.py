r"""odf: OpenDocument: texts (odt) and slides (odp) as one document, sheets (ods) as `tables` has them.

Text in the order of the page, tables in place, a cell parted from the next by a tab; then page headers and footers.
Notes, comments and text boxes stand behind the paragraph that they belong to; behind each slide, with its notes, a form
feed, "\f". Deleted text that is still tracked is left out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from khsearch.documents import reasons
from khsearch.documents.formats.odf_fonts import OdfFonts
from khsearch.documents.formats.office_properties import texts
from khsearch.documents.formats.packages import End, Package, Start
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.whole import About, Flow, moment, whole

REMEDY = "open it in LibreOffice and save it anew"
_LEFT_OUT = {
    *("text:tracked-changes", "text:note-citation", "text:ruby-text", "text:sequence-decls", "office:forms"),
    *("text:variable-decls", "text:user-field-decls", "dc:creator", "dc:date", "meta:creator-initials"),
    *("presentation:date-time", "text:page-number", "svg:title", "svg:desc"),
}
_APART = {"text:note", "office:annotation", "draw:frame", "draw:custom-shape", "draw:text-box"}
_PARAGRAPHS = {"text:p": "paragraph", "text:h": "paragraph"}
_OF_PAGE = re.compile(r"style:(header|footer)(-\w+)?")
_SPACE = re.compile(r"[ \t\r\n]+")


def read(source: Source) -> Found:
    """Read a text or slides."""
    package = Package(source, REMEDY)
    if "content.xml" not in package.names:
        told = f"a zip, but no OpenDocument file, as its name says; {REMEDY}"
        raise source.error(told, reason=reasons.BROKEN)
    fonts = OdfFonts()
    of_pages = Flow(source)
    if "styles.xml" in package.names:
        _Text(of_pages, fonts).read(package, "styles.xml")
    flow = Flow(source)
    reader = _Text(flow, fonts)
    reader.read(package, "content.xml")
    flow.take(of_pages)
    yield from whole(source, flow, about(package, reader.pages), pictures=package.has_pictures)


def about(package: Package, pages: int = 0) -> About:
    """Read what the file says of itself; pages: their number where it is known better. DocumentError."""
    meta = texts(package, "meta.xml")
    return About(
        title=meta.get("dc:title", ""),
        author=meta.get("meta:initial-creator") or meta.get("dc:creator", ""),
        date=moment(meta.get("meta:creation-date", "")),
        pages=pages or _stated_pages(package),
    )


def _stated_pages(package: Package) -> int:
    for event in package.events("meta.xml") if "meta.xml" in package.names else ():
        if isinstance(event, Start) and event.tag == "meta:document-statistic":
            stated = event.attributes.get("meta:page-count", "")
            return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 8 else 0
    return 0


def embedded(package: Package, addresses: Iterable[str]) -> list[Flow]:
    """Read what is embedded, such as charts, as far as it is in the package. DocumentError."""
    flows = []
    for address in addresses:
        part = package.inside(posixpath.normpath(address), "content.xml")
        if part:
            flows.append(Flow(package.source))
            _Text(flows[-1], OdfFonts()).read(package, part)
    return flows


class _Text:
    """The state of reading one part."""

    def __init__(self, flow: Flow, fonts: OdfFonts) -> None:
        self.pages = 0
        self._flow, self._fonts = flow, fonts
        self._skipped = 0
        self._shown = 0  # elements of the body, or of headers and footers, that are open
        self._styles: list[
            list[tuple[str, str]]
        ] = []  # of each paragraph that is open, those of its spans behind its own
        self._apart: list[tuple[Flow, list[list[tuple[str, str]]]]] = []
        self._waiting: list[Flow] = []

    def read(self, package: Package, name: str) -> None:
        """Read a part into the flow, and the charts and other documents that stand in it."""
        objects: list[str] = []
        for event in package.events(name):
            if isinstance(event, Start):
                if self._skipped or event.tag in _LEFT_OUT:
                    self._skipped += 1
                else:
                    self._start(event)
                    if event.tag == "draw:object" and name == "content.xml":
                        objects.append(event.attributes.get("href", ""))
            elif isinstance(event, End):
                if self._skipped:
                    self._skipped -= 1
                else:
                    if event.tag in ("draw:page", "office:body"):
                        self._waiting += embedded(package, objects)
                        objects.clear()
                    self._end(event.tag)
            elif self._styles and self._shown and not self._skipped:
                self._flow.add(_SPACE.sub(" ", event), self._fonts.of(reversed(self._styles[-1])))
        self._take_waiting()

    def _start(self, event: Start) -> None:
        tag = event.tag
        if tag == "office:body" or _OF_PAGE.fullmatch(tag):
            self._shown += 1
        if not self._shown:
            self._fonts.heed(event)
            return
        style = event.attributes.get("text:style-name", "")
        if tag in _PARAGRAPHS:
            self._styles.append([("paragraph", style)])
        elif tag == "text:span" and self._styles:
            self._styles[-1].append(("text", style))
        elif tag in ("text:s", "text:tab", "text:line-break") and self._styles:
            self._flow.add({"text:s": " ", "text:tab": "\t"}.get(tag, "\n"))
        elif tag in _APART:
            self._apart.append((self._flow, self._styles))
            self._flow, self._styles = self._flow.another(), []

    def _end(self, tag: str) -> None:
        if tag == "office:body" or _OF_PAGE.fullmatch(tag):
            self._shown -= 1
        elif not self._shown:
            return
        elif tag in _PARAGRAPHS:
            if self._styles:
                self._styles.pop()
            self._flow.part("\n")
        elif tag == "text:span" and self._styles and len(self._styles[-1]) > 1:
            self._styles[-1].pop()
        elif tag == "table:table-cell":
            self._flow.part("\t")
        elif tag == "table:table-row":
            self._flow.part("\n")
        elif tag in _APART and self._apart:
            self._waiting.append(self._flow)
            self._flow, self._styles = self._apart.pop()
        if tag == "draw:page":
            self._take_waiting()
            self._flow.end_page()
            self.pages += 1
        elif not self._styles and not self._apart:
            self._take_waiting()

    def _take_waiting(self) -> None:
        for flow in self._waiting:
            self._flow.take(flow)
        self._waiting.clear()
