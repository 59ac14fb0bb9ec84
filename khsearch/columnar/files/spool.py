"""spool: a stream of arrays that grows beside others and is read back once; in memory while small, else in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch import descriptors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from khsearch.arrays import Array
    from khsearch.columnar.files.disk import Disk

IN_MEMORY = 1 << 23  # bytes
CHUNK = 1 << 20  # bytes


class Spool:
    """Bytes appended, then drained in the same order."""

    def __init__(self, disk: Disk, new_path: Callable[[], Path]) -> None:
        self._disk = disk
        self._new_path = new_path
        self._arrays: list[Array] = []
        self._held = 0
        self._path: Path | None = None
        self._fd: int | None = None

    def append(self, values: Array) -> None:
        """Add an array of uint8."""
        self._arrays.append(values)
        self._held += len(values)
        if self._held > IN_MEMORY:
            if self._fd is None:
                self._path = self._new_path()
                self._fd = self._disk.create(self._path)
            for held in self._arrays:
                self._disk.write(self._fd, np.ascontiguousarray(held).data)
            self._arrays.clear()
            self._held = 0

    def drain(self) -> Iterator[Array]:
        """Everything that was appended, in pieces; the spool is closed afterwards."""
        if self._fd is not None:
            at = 0
            while data := descriptors.read_at(self._fd, CHUNK, at):
                yield np.frombuffer(data, np.uint8)
                at += len(data)
        yield from self._arrays
        self.close()

    def close(self) -> None:
        """Forget everything; a second call does nothing."""
        self._arrays = []
        if self._fd is not None and self._path is not None:
            fd, self._fd = self._fd, None
            self._disk.close(fd)
            self._disk.discard(self._path)
