"""gz: one file that gzip has made smaller, `dump.jsonl.gz`: read as its name says without the ending."""

from __future__ import annotations

import errno
import gzip
import io
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from khsearch.documents.formats import registry
from khsearch.documents.formats.reader import Found, Source

if TYPE_CHECKING:
    from typing_extensions import Buffer


def read(source: Source) -> Found:
    """Read what is inside as the format that the name tells."""
    inner = source.name.lower().removesuffix(".gz").rpartition(".")
    if not source.name.lower().endswith(".gz") or not registry.is_format(inner[2]) or inner[2] == "gz" or not inner[1]:
        yield source.error("its name does not tell what is inside, as .jsonl.gz does; unpack it, or name it so")
        return
    unpacked = io.BufferedReader(_Unpacked(_Counted(source)))
    yield from registry.read(replace(source, stream=unpacked, on_bytes=None), inner[2])


class _Counted(io.RawIOBase):
    """The bytes of a source, each told when it is read."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        data = self._source.stream.read(len(memoryview(buffer)))
        memoryview(buffer)[: len(data)] = data
        self._source.tell(len(data))
        return len(data)


class _Unpacked(io.RawIOBase):
    """What gzip made smaller, as it was; OSError where it is broken."""

    def __init__(self, packed: io.RawIOBase) -> None:
        self._file = gzip.GzipFile(fileobj=io.BufferedReader(packed))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        try:
            data = self._file.read(len(memoryview(buffer)))
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            raise OSError(errno.EIO, f"not what gzip wrote: {problem}") from None
        memoryview(buffer)[: len(data)] = data
        return len(data)
