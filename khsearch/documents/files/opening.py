"""opening: the path of a file in, its documents and errors out: opened here, in this process, within bounds."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator

import xxhash

from khsearch.descriptors import READ
from khsearch.documents import reasons
from khsearch.documents.files.walking import unreadable
from khsearch.documents.formats.reader import Found, OnBytes, Source
from khsearch.documents.formats.registry import read
from khsearch.documents.records import FieldNames
from khsearch.errors import DocumentError

MOST_AT_ONCE = 64 << 20
"""Bytes of a file that is one text, or of one line, at most."""


def read_file(
    path: str,
    format: str,
    *,
    name: str,
    id: str,
    names: FieldNames = FieldNames(),  # noqa: B008
    qualified: bool = False,
    ocr: bool = False,
    on_bytes: OnBytes | None = None,
    most_at_once: int | None = MOST_AT_ONCE,
) -> Found:
    """Read the documents of a file. name: what errors call it. most_at_once: bytes of what cannot be parted; None: any.

    For the others see `Source`.
    """
    try:
        raw = opened(path)
    except OSError as problem:
        yield unreadable(name, OSError(problem.errno, problem.strerror, name))
        return
    with _Bounded(raw, name, most_at_once) as stream:
        yield from read(Source(stream, name, id, names, on_bytes, qualified, ocr), format)


def opened(path: str) -> io.FileIO:
    """Open a file for reading; OSError, also for what is no file, which is never waited for."""
    raw = io.FileIO(os.open(path, READ), "rb")
    if not stat.S_ISREG(os.fstat(raw.fileno()).st_mode):
        raw.close()
        raise OSError(0, "no file any more", path)
    return raw


def content_hash(path: str) -> str:
    """Return 32 hexadecimal digits that stand for the content of a file; OSError."""
    found = xxhash.xxh3_128()
    with opened(path) as raw:
        while data := raw.read(1 << 20):
            found.update(data)
    return found.hexdigest()


class _Bounded(io.BufferedReader):
    """A file of which no more than some bytes are asked for at once, and no memory for more than there are."""

    def __init__(self, raw: io.FileIO, name: str, most: int | None) -> None:
        super().__init__(raw, 1 << 16)
        self._name = name
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(os.fstat(self.fileno()).st_size - self.tell(), 0)
        if size is not None and 0 <= size <= left:
            return super().read(size)
        most = left if self._most is None else self._most
        if left <= most:
            data = super().read(left + 1)  # one that grows meanwhile is told by its times
            if size is not None and size >= 0:
                return data[:size]
            return data
        raise self._too_large(f"a text of more than {most:,} bytes")

    def __iter__(self) -> Iterator[bytes]:
        if self._most is None:
            yield from iter(super().readline, b"")
            return
        while line := super().readline(self._most + 1):
            if len(line) > self._most:
                raise self._too_large(f"a line of more than {self._most:,} bytes")
            yield line

    def _too_large(self, what: str) -> DocumentError:
        return DocumentError(f"{self._name}: {what}; part it", reason=reasons.TOO_LARGE)
