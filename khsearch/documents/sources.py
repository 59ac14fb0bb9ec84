"""sources: a path or a stream in, documents out, in a steady order.

A folder is read with all folders below it, sorted by name (`files.walking`). The id of a file that is one document is
its path inside the folder that was given, or the name of the file that was given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO, TypeVar

from khsearch.documents import reasons
from khsearch.documents.document import Document
from khsearch.documents.files.ids import common_folder, real_path
from khsearch.documents.files.opening import read_file
from khsearch.documents.files.walking import File, chosen_format, shown_name, unreadable, walk
from khsearch.documents.formats.reader import Found, OnBytes, Remark, Source
from khsearch.documents.formats.registry import format_names, is_format, read
from khsearch.documents.records import FieldNames
from khsearch.errors import DocumentError
from khsearch.frozen import frozen

T = TypeVar("T")
OnError = Callable[[DocumentError], None]
"""Told of a document that cannot be read; reading goes on with the next."""

_DEFAULT_NAMES = FieldNames()


def read_path(
    path: str | os.PathLike[str],
    format: str | None = None,
    *,
    names: FieldNames = _DEFAULT_NAMES,
    on_error: OnError | None = None,
    on_bytes: OnBytes | None = None,
) -> Iterator[Document]:
    """Read the documents of a file, or of the files below a folder.

    `format` is that of a file whose name does not tell it; of a folder it chooses the files. Files in a folder whose
    names tell no format are passed over.

    A document that cannot be read is a DocumentError that names file and line; with `on_error` it is told there, and
    reading goes on. A path that does not exist, or a folder without documents, is an error in any case. Files are read
    by this process, without limits: of files from anybody, let `Index.sync` make an index.
    """
    for file in _settle(_files(path, format, all=on_error is not None), on_error):
        found = read_file(file.path, file.format, name=file.shown, id=file.id, names=names, on_bytes=on_bytes)
        yield from (placed.document for placed in _settle(found, on_error))


def read_stream(
    stream: BinaryIO,
    format: str,
    *,
    source: str = "stdin",
    names: FieldNames = _DEFAULT_NAMES,
    on_error: OnError | None = None,
    on_bytes: OnBytes | None = None,
) -> Iterator[Document]:
    """Read the documents of a binary stream; `source` names it in errors, and is the id of a txt document."""
    if not is_format(format):
        raise DocumentError(f"{source}: unknown format {format!r}; use one of {', '.join(format_names())}")
    found = Stream(stream, format, source, names).read(on_bytes)
    return (placed.document for placed in _settle(found, on_error))


def _files(path: str | os.PathLike[str], format: str | None, *, all: bool) -> Iterator[File | DocumentError]:
    """Files to read, and what is passed over; all: what is no file, too."""
    top = os.fspath(path)
    try:
        root = common_folder([real_path(top)])
    except OSError as problem:
        raise unreadable(top, problem) from None
    empty = True
    for met in walk([top], root):
        if isinstance(met, File):
            kind = chosen_format(met, format)
            if kind:
                empty = False
                yield replace(met, format=kind)
            elif met.given:
                known = ", ".join(format_names())
                raise DocumentError(f"{met.shown}: its name tells no format; say which with --format: {known}")
        else:
            empty = False
            if all or met.error.reason not in (reasons.NO_FILE, reasons.OUTSIDE):
                yield met.error
    if empty:
        wanted = ", ".join(f".{kind}" for kind in ([format] if format else format_names()))
        raise DocumentError(f"{shown_name(top)}: a folder without documents ({wanted}); name another folder or a file")


@frozen
class Stream:
    """A binary stream to be read, such as stdin: its format, and what errors call it."""

    stream: BinaryIO
    format: str
    name: str = "stdin"
    names: FieldNames = _DEFAULT_NAMES

    def read(self, on_bytes: OnBytes | None = None) -> Found:
        """Read its documents; their ids are those that the content gives."""
        return read(Source(self.stream, self.name, self.name, self.names, on_bytes), self.format)


def _settle(found: Iterator[T | Remark | DocumentError], on_error: OnError | None) -> Iterator[T]:
    for item in found:
        if isinstance(item, DocumentError):
            if on_error is None:
                raise item
            on_error(item)
        elif not isinstance(item, Remark):
            yield item
