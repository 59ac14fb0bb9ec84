"""packages: a zip of XML parts, as office programs and books are, in; the events of a part's XML out, within bounds.

A zip can promise, and hold, far more than it weighs: what comes out is counted. XML is never made into a tree, so that
neither its size nor its depth matter; a document type, with which entities are declared, is refused. Names in the zip
are no paths, and nothing outside of it is opened.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast
from urllib.parse import unquote
from xml.parsers import expat

from khsearch.documents import reasons
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.documents.formats.reader import Source
    from khsearch.errors import DocumentError

MOST_BYTES = 400_000_000
"""Bytes that may come out of one zip."""
_SURELY_FINE, _MOST_TIMES = 30_000_000, 100
"""Bytes of a part that may have been any number of times smaller, and how many times others may."""
_LONGEST_DIRECTORY = 8_000_000  # bytes, for some hundred thousand parts: each takes ten times as much in memory
_MOST_DEPTH = 1_000
_LONGEST_TOKEN = 1 << 24  # bytes that the parser keeps until a tag or a comment ends
_BLOCK = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED, _WORD, _SHEETS, _SLIDES = (
    name.encode("utf-16-le") for name in ("EncryptedPackage", "WordDocument", "Workbook", "PowerPoint Document")
)
_NAMESPACES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "x",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "x",
    "http://schemas.openxmlformats.org/presentationml/2006/main": "p",
    "http://purl.oclc.org/ooxml/presentationml/main": "p",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://purl.oclc.org/ooxml/drawingml/chart": "c",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0": "presentation",
    "urn:oasis:names:tc:opendocument:xmlns:meta:1.0": "meta",
    "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0": "fo",
    "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0": "svg",
}
"""Short names of namespaces, so that an element is called as in the standards: "w:p"; of others only the local name."""


class Start(NamedTuple):
    """An element begins."""

    tag: str
    attributes: dict[str, str]


class End(NamedTuple):
    """An element ends."""

    tag: str


Event = Start | End | str
"""What XML is made of, in its order; a str is text between tags, maybe in several pieces."""


@frozen
class Link:
    """Another part that a part names: by which id, of which kind, and the name of that part in the zip."""

    id: str
    kind: str
    target: str


class Package:
    """An open zip, as long as its source is open."""

    def __init__(self, source: Source, remedy: str) -> None:
        """Open it; remedy: what to do where it is another kind of file or broken. DocumentError, OSError."""
        self.source = source
        self._remedy = remedy
        self._left = MOST_BYTES
        stream = source.seekable()
        size = stream.seek(0, io.SEEK_END)
        if stream is source.stream:
            source.tell(size)
        stream.seek(0)
        start = stream.read(8)
        if not start.startswith(b"PK"):
            raise _another_kind(source, stream, start, remedy)
        try:
            self._size = size
            self._zip = zipfile.ZipFile(cast("BinaryIO", _InPieces(stream)))
            self.names = set(self._zip.namelist())
        except _BROKEN as problem:
            raise self._broken(problem) from None
        if b"encryption-data" in (self.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in self.names else b""):
            raise self._encrypted()

    @property
    def has_pictures(self) -> bool:
        """Whether there are pictures in it, which may be all that an office document has."""
        return any(name.rpartition("/")[0].rpartition("/")[2] in ("media", "Pictures") for name in self.names)

    def read(self, name: str) -> bytes:
        """Read a part as a whole; DocumentError."""
        return b"".join(self._blocks(name))

    def events(self, name: str, *, doctype: bool = False) -> Iterator[Event]:
        """Read the XML of a part. doctype: whether it may name one, if that declares nothing. DocumentError."""
        found: list[Event] = []
        short: dict[str, str] = {}
        starts: dict[str, Start] = {}
        ends: dict[str, End] = {}
        depth = 0

        def tag(long: str) -> str:
            if long not in short:
                space, _, local = long.rpartition(" ")
                prefix = _NAMESPACES.get(space)
                short[long] = f"{prefix}:{local}" if prefix else local
            return short[long]

        def start(long: str, given: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > _MOST_DEPTH:
                raise self._error(f"{name} is nested more than {_MOST_DEPTH} deep", reasons.TOO_LARGE)
            if given:
                found.append(Start(tag(long), {tag(key): value for key, value in given.items()}))
                return
            if long not in starts:
                starts[long] = Start(tag(long), given)
            found.append(starts[long])

        def end(long: str) -> None:
            nonlocal depth
            depth -= 1
            if long not in ends:
                ends[long] = End(tag(long))
            found.append(ends[long])

        def refuse(_name: str, _system: str | None, _public: str | None, declares: int) -> None:
            if declares or not doctype:
                raise self._error(f"{name} has a document type, as no office program writes", reasons.BROKEN)

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = found.append
        parser.StartDoctypeDeclHandler = refuse
        fed = 0
        try:
            for block in self._blocks(name):
                parser.Parse(block)
                fed += len(block)
                if fed - parser.CurrentByteIndex > _LONGEST_TOKEN:
                    raise self._error(f"a tag or comment of {name} does not end", reasons.TOO_LARGE)
                yield from found
                found.clear()
            parser.Parse(b"", True)
        except expat.ExpatError as problem:
            told = f"{name} is broken ({expat.ErrorString(problem.code)}, line {problem.lineno})"
            raise self._error(told, reasons.BROKEN) from None
        except (ValueError, LookupError) as problem:  # an encoding that is none
            raise self._error(f"{name} is broken ({problem!s:.80})", reasons.BROKEN) from None
        yield from found

    def links(self, name: str) -> list[Link]:
        """List the parts that an office part names, those outside the zip left out; DocumentError."""
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        found = []
        for event in self.events(rels) if rels in self.names else ():
            if (
                isinstance(event, Start)
                and event.tag == "Relationship"
                and event.attributes.get("TargetMode") != "External"
            ):
                about = event.attributes
                target = self.inside(folder, about.get("Target", ""))
                if target:
                    found.append(Link(about.get("Id", ""), about.get("Type", "").rpartition("/")[2], target))
        return found

    def inside(self, folder: str, address: str) -> str | None:
        """Return the name of the part at an address, seen from a folder of the zip; None where there is none."""
        for plain in (address, unquote(address)):
            way = plain.lstrip("/") if plain.startswith("/") else posixpath.join(folder, plain)
            name = posixpath.normpath(way) if way else ""
            if name in self.names:
                return name
        return None

    def main(self, usual: str) -> str:
        """Return the name of the part with which an office document begins; DocumentError."""
        name = next((link.target for link in self.links("") if link.kind == "officeDocument"), usual)
        if name not in self.names:
            raise self._error("a zip, but none of the kind that its name says", reasons.BROKEN)
        return name

    def _blocks(self, name: str) -> Iterator[bytes]:
        try:
            about = self._zip.getinfo(name)
            if about.flag_bits & 1:
                raise self._encrypted()
            if about.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self._error(f"{name} is packed in a way that office programs do not use", reasons.BROKEN)
            packed, unpacked = min(about.compress_size, self._size), 0
            with self._zip.open(about) as part:
                while block := part.read(_BLOCK):
                    self._left -= len(block)
                    unpacked += len(block)
                    if self._left < 0 or unpacked > max(_SURELY_FINE, packed * _MOST_TIMES):
                        told = f"{name} unpacks to far more than such a part holds"
                        raise self._error(told, reasons.TOO_LARGE, "split it or leave it out")
                    yield block
        except KeyError:
            raise self._error(f"it has no {name}", reasons.BROKEN) from None
        except _BROKEN as problem:
            raise self._broken(problem) from None

    def _broken(self, problem: Exception) -> DocumentError:
        if isinstance(problem, OSError) and problem.errno not in (None, 22):  # 22: a place before the file
            raise problem
        return self._error(f"a broken zip ({problem!s:.80})", reasons.BROKEN)

    def _encrypted(self) -> DocumentError:
        return self._error("encrypted", reasons.ENCRYPTED, "save it without a password")

    def _error(self, told: str, reason: str, remedy: str = "") -> DocumentError:
        return self.source.error(f"{told}; {remedy or self._remedy}", reason=reason)


_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError),
    *(ValueError, LookupError, ArithmeticError),
)
"""What opening and reading a zip raises for bytes that are none."""


class _InPieces:
    """What a zip is read from: no piece is longer than the longest directory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int = -1) -> bytes:
        if size > _LONGEST_DIRECTORY:
            raise zipfile.BadZipFile("its directory is too long")
        return self._stream.read(size)

    def seekable(self) -> bool:
        return True


def _another_kind(source: Source, stream: BinaryIO, start: bytes, remedy: str) -> DocumentError:
    """Say what a file is that is no zip."""
    if not start:
        return source.error("the file is empty; leave it out", reason=reasons.EMPTY)
    if start.startswith(_OLE):
        kind = _ole_kind(stream)
        if kind == "encrypted":
            return source.error("encrypted; save it without a password", reason=reasons.ENCRYPTED)
        return source.error(f"{kind} under another name; {remedy}", reason=reasons.UNKNOWN_KIND)
    for mark, kind in ((b"{\\rtf", "RTF"), (b"%PDF", "a PDF"), (b"<", "HTML or XML")):
        if start.startswith(mark):
            return source.error(f"{kind} under another name; {remedy}", reason=reasons.UNKNOWN_KIND)
    return source.error(f"no zip, as such files are: broken, or of another kind; {remedy}", reason=reasons.BROKEN)


def _ole_kind(stream: BinaryIO) -> str:
    """Find what an OLE file holds by the names in its directory, which may stand anywhere."""
    kinds, before = set(), b""
    while block := stream.read(1 << 20):
        seen = before + block
        kinds |= {name for name in (_ENCRYPTED, _WORD, _SHEETS, _SLIDES) if name in seen}
        before = seen[-64:]
    if _ENCRYPTED in kinds:
        return "encrypted"
    named = {
        _WORD: "the old format of Word",
        _SHEETS: "the old format of Excel",
        _SLIDES: "the old format of PowerPoint",
    }
    return next((named[name] for name in named if name in kinds), "an old office format")
