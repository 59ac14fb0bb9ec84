"""reader: what reads a format: a source in, documents and errors out.

A format is a function, registered by its suffix (`registry`):

    def read(source: Source) -> Found:
        for number, part in enumerate(parts_of(source.read()), 1):
            if part.is_readable:
                yield source.placed(Document(f"{source.id}#{number}", part.title, part.text), f"sheet {number}")
            else:
                yield source.error("its cells are encrypted; save it without a password", f"sheet {number}")

It gives a document, or several, in the order in which they stand. The title is the one that the content names, else
`title_of(text)`; dates and whatever else it names go into the fields, as values that `Document` takes. Content is never
run, and nothing else that it names is opened. A package that the format needs is imported in its room; one that is not
there is a MissingExtraError with the command that installs it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Protocol

from khsearch.documents import reasons
from khsearch.documents.document import Document, blank, validate
from khsearch.documents.formats import encodings
from khsearch.documents.records import FieldNames, document_of_row, with_own_fields
from khsearch.errors import DocumentError
from khsearch.frozen import frozen

OnBytes = Callable[[int], None]
"""Told how many bytes have been read since it was told last."""


@frozen
class Placed:
    """A document that was read, and where it stands, as errors name it: the file, and the line if there are several."""

    document: Document
    place: str


@frozen
class Remark:
    """What people should know of a source from which nothing was left out: the delimiter of a table, say."""

    place: str
    text: str


Found = Iterator[Placed | Remark | DocumentError]


@frozen
class Source:
    """An open file or stream.

    stream    its bytes, read once from first to last: it may be a pipe, which cannot go back
    name      what errors call it
    id        the document's where the content has none; the beginning of the ids of several
    names     the keys or columns that hold what a document is made of, where content is records
    on_bytes  told how many bytes were read; `read` and `lines` tell it
    qualified whether ids that the content gives are made unique by the source's own before them, as "path#id"
    ocr       whether pages without a text that can be used are read by their picture
    """

    stream: BinaryIO
    name: str
    id: str
    names: FieldNames = FieldNames()
    on_bytes: OnBytes | None = None
    qualified: bool = False
    ocr: bool = False

    def read(self) -> bytes:
        """Read the whole content; OSError."""
        data = self.stream.read()
        self.tell(len(data))
        return data

    def seekable(self) -> BinaryIO:
        """Return the content as a stream that can go back: itself, or all of it in memory; OSError."""
        return self.stream if self.stream.seekable() else io.BytesIO(self.read())

    def text(self) -> str:
        """Read the whole content, UTF-8 or what its mark says, lines ended as Unix does; OSError, DocumentError."""
        return self.decoded(self.read()).replace("\r\n", "\n").replace("\r", "\n")

    def decoded(self, data: bytes, declared: str | None = None, part: str = "") -> str:
        """Decode UTF-8, else what its mark says, else what it says itself (declared); DocumentError."""
        try:
            return encodings.decoded(data, declared)
        except ValueError as problem:
            reason = reasons.UNKNOWN_KIND if encodings.disguised(data) else reasons.ENCODING
            raise self.error(str(problem), part, reason=reason) from None

    def lines(self) -> Iterator[str | DocumentError]:
        """Read line by line, with line ends: UTF-8, or UTF-16 with its mark.

        A line that is neither is told as such, and the next still follow.
        """
        offset = 0
        for number, line in enumerate(self.stream, 1):
            if number == 1 and encodings.marked(line):
                yield from self._marked_lines(line)
                return
            self.tell(len(line))
            if number == 1 and (told := encodings.disguised(line)):
                yield self.error(told, reason=reasons.UNKNOWN_KIND)
                return
            try:
                text = line.decode()
                yield text if offset else text.removeprefix("\ufeff")
            except UnicodeDecodeError as problem:
                told = encodings.not_utf8(offset + problem.start)
                yield self.error(told, f"line {number}", reason=reasons.ENCODING)
            offset += len(line)

    def filled_lines(self, wanted: str) -> Iterator[tuple[int, str | DocumentError]]:
        """Read the lines that are not blank, each with its number; an error where there are none.

        wanted: what is to be put into a file that has none.
        """
        empty = True
        for number, line in enumerate(self.lines(), 1):
            if isinstance(line, DocumentError) or not blank(line):
                yield number, line
                empty = False
        if empty:
            yield 0, self.error(f"the file is empty; put {wanted} into it or leave it out", reason=reasons.EMPTY)

    def tell(self, size: int) -> None:
        """Say that some bytes have been read."""
        if self.on_bytes:
            self.on_bytes(size)

    def place(self, part: str = "") -> str:
        """Name the source, or a part of it: a line, a sheet, a page."""
        return f"{self.name}, {part}" if part else self.name

    def id_of(self, part: str | int, *, given: bool = False) -> str:
        """Return the id of one of several documents: a row, a sheet. given: whether the content itself has that id."""
        return str(part) if given and not self.qualified else f"{self.id}#{part}"

    def error(self, problem: str, part: str = "", *, reason: str = reasons.BROKEN) -> DocumentError:
        """Say what cannot be read, where, and what to do. reason: one of `reasons`, by which such are counted."""
        return DocumentError(f"{self.place(part)}: {problem}", reason=reason)

    def remark(self, text: str, part: str = "") -> Remark:
        """Say what people should know though nothing is left out."""
        return Remark(self.place(part), text)

    def placed(self, document: Document, part: str = "") -> Placed | DocumentError:
        """Give a document, its own fields as they are meant, and its place, or the error where it cannot be indexed."""
        try:
            document = with_own_fields(document, self.names)
            validate(document)
        except ValueError as problem:
            return self.error(str(problem), part, reason=reasons.VALUE)
        except DocumentError as problem:
            return self.error(str(problem), part)
        return Placed(document, self.place(part))

    def placed_record(
        self, record: Mapping[str, object], part: str, key: str | int | None, left_out: set[str] | None = None
    ) -> Placed | DocumentError:
        """Give the document of keys and values and its place, or the error where they are none.

        key       its id within the source where it has none of its own: the number of a row; None: it is all of it
        left_out  gets the keys of nested values, which nobody asked for and no document can hold; None: there are none
        """

        def id_of(given: str | None) -> str:
            if given is not None:
                return self.id_of(given, given=True)
            return self.id if key is None else self.id_of(key)

        try:
            document, nested = document_of_row(record, self.names, ", or name what holds it with --{}-field", id_of)
        except ValueError as problem:
            return self.error(str(problem), part)
        if left_out is not None:
            left_out.update(nested)
        return self.placed(document, part)

    def remarks_on(self, left_out: set[str]) -> Iterator[Remark]:
        """Say which keys of nested values were left out of records, if any."""
        if left_out:
            names = ", ".join(sorted(left_out)[:10]) + (" and others" if len(left_out) > 10 else "")
            yield self.remark(f"nested values are left out: {names:.300}")

    def remarks_on_letters(self, text: str) -> Iterator[Remark]:
        """Say where the letters of a text were lost before it was saved."""
        if told := encodings.damage(text):
            yield self.remark(told)

    def _marked_lines(self, first: bytes) -> Iterator[str | DocumentError]:
        for number, (size, line) in enumerate(encodings.utf16_lines(first, iter(self.stream)), 1):
            self.tell(size)
            if line is None:
                told = "not the UTF-16 that its mark says; save it as UTF-8"
                yield self.error(told, f"line {number}", reason=reasons.ENCODING)
            else:
                yield line


class Reader(Protocol):
    """Reads one format: a source -> its documents, each with its place, and errors, in the order of the content.

    A part that cannot be read is a DocumentError given in its turn (`Source.error`), behind which the other parts
    follow. Where nothing can follow, it may be raised, and so may an OSError of the stream. Content without a document
    is an error, too.
    """

    def __call__(self, source: Source, /) -> Found:
        """Read the documents of a source."""
