"""sources: a path or a stream in, documents out, in a steady order.

A folder is read with all folders below it, sorted by name. The id of a .txt document is its path inside the folder that
was given, with "/" between the parts, or the name of the file that was given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from khsearch.documents import reasons
from khsearch.documents.document import Document
from khsearch.documents.formats.reader import Found, OnBytes, Placed, Remark, Source
from khsearch.documents.formats.registry import format_names, is_format, read
from khsearch.documents.records import FieldNames
from khsearch.errors import DocumentError

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
    """Read the documents of a file, or of the files below a folder that `files_below` lists.

    A document that cannot be read is a DocumentError that names file and line; with `on_error` it is told there, and
    reading goes on. A path that does not exist, or a folder without documents, is an error in any case.
    """
    found = placed_in_path(path, format, names=names, on_error=on_error, on_bytes=on_bytes)
    return (placed.document for placed in found)


def placed_in_path(
    path: str | os.PathLike[str],
    format: str | None = None,
    *,
    names: FieldNames = _DEFAULT_NAMES,
    on_error: OnError | None = None,
    on_bytes: OnBytes | None = None,
) -> Iterator[Placed]:
    """Read the documents of a path as `read_path` does, each with its place."""
    for file, name, kind in files_below(path, format):
        try:
            stream = file.open("rb")
        except OSError as problem:
            yield from _settle(iter([_unreadable(file, problem)]), on_error)
            continue
        with stream:
            yield from _settle(read(Source(stream, shown_name(file), name, names, on_bytes), kind), on_error)


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
    found = placed_in_stream(stream, format, source=source, names=names, on_error=on_error, on_bytes=on_bytes)
    return (placed.document for placed in found)


def placed_in_stream(
    stream: BinaryIO,
    format: str,
    *,
    source: str = "stdin",
    names: FieldNames = _DEFAULT_NAMES,
    on_error: OnError | None = None,
    on_bytes: OnBytes | None = None,
) -> Iterator[Placed]:
    """Read the documents of a binary stream as `read_stream` does, each with its place."""
    if not is_format(format):
        raise DocumentError(f"{source}: unknown format {format!r}; use one of {', '.join(format_names())}")
    return _settle(read(Source(stream, source, source, names, on_bytes), format), on_error)


def shown_name(path: str | os.PathLike[str]) -> str:
    """Return a path as a message may hold it: bytes that are no UTF-8 as escapes."""
    return os.fspath(path).encode("utf-8", "backslashreplace").decode()


def files_below(path: str | os.PathLike[str], format: str | None = None) -> list[tuple[Path, str, str]]:
    """List the files that `read_path` reads: path, id of a .txt document, format.

    `format` is that of a file whose name does not tell it; of a folder it chooses the files. Files in a folder that are
    hidden, or whose names tell no format, are passed over. DocumentError where there is nothing to read.
    """
    root = Path(path)
    try:
        root.stat()
        if root.is_dir():
            below = [(file, _format_of(file)) for file in _walk(root, set())]
        else:
            kind = format or _format_of(root)
            if kind is None:
                known = ", ".join(format_names())
                raise DocumentError(f"{shown_name(root)}: its name tells no format; say which with --format: {known}")
            return [(root, root.name, kind)]
    except OSError as problem:
        raise _unreadable(root, problem) from None
    found = [(file, file.relative_to(root).as_posix(), kind) for file, kind in below if kind and format in (None, kind)]
    if not found:
        wanted = ", ".join(f".{kind}" for kind in ([format] if format else format_names()))
        raise DocumentError(f"{shown_name(root)}: a folder without documents ({wanted}); name another folder or a file")
    return found


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    # Links may lead in circles: a folder is read once, under the first of its names.
    status = folder.stat()
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, seen)
        elif entry.is_file():
            yield entry


def _format_of(file: Path) -> str | None:
    suffix = file.suffix.lower().removeprefix(".")
    return suffix if suffix and is_format(suffix) else None


def _settle(found: Found, on_error: OnError | None) -> Iterator[Placed]:
    for item in found:
        if isinstance(item, Placed):
            yield item
        elif isinstance(item, Remark):
            continue
        elif on_error is None:
            raise item
        else:
            on_error(item)


def _unreadable(path: Path, problem: OSError) -> DocumentError:
    where = shown_name(problem.filename or path)
    return DocumentError(
        f"{where}: cannot be read ({problem.strerror}); check the path and its permissions", reason=reasons.UNREADABLE
    )
