"""disk: the one seam through which everything reaches the file system. Bytes in, files out, nothing else.

A test replaces the Disk by one that fails, tears or forgets writes; no other room opens a file for writing, but `lock`
its own.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from khsearch import descriptors
from khsearch.errors import IndexStoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Disk:
    """The system calls that change a folder. Every method raises OSError as the system does.

    left: whether a file that nobody needs is still there, because somebody has it open and the system keeps it then.
    """

    left = False

    def create(self, path: Path) -> int:
        """Create a new file for writing and reading, never through a link -> descriptor."""
        return descriptors.open_file(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | descriptors.PLAIN)

    def write(self, fd: int, data: bytes | bytearray | memoryview) -> None:
        """Append all of data."""
        view = memoryview(data).cast("B")
        while len(view):
            view = view[os.write(fd, view) :]

    def fsync(self, fd: int) -> None:
        """Return when the file's bytes are on the medium."""
        descriptors.fsync(fd)

    def close(self, fd: int) -> None:
        """Give the descriptor back."""
        os.close(fd)

    def rename(self, source: Path, target: Path) -> None:
        """Put source in target's place at once."""
        descriptors.patiently(lambda: source.replace(target))

    def remove(self, path: Path) -> None:
        """Remove a file's name; open readers keep its bytes. PermissionError where the system keeps what is open."""
        path.unlink(missing_ok=True)

    def discard(self, path: Path) -> None:
        """Remove a file that nobody needs now, or leave it to the next writer."""
        try:
            self.remove(path)
        except PermissionError:
            self.left = True

    def fsync_folder(self, path: Path) -> None:
        """Return when the folder's names are on the medium."""
        descriptors.fsync_folder(path)


def make_folder(folder: Path) -> None:
    """Make a folder, and those that it lies in, where it is not there yet; IndexStoreError where that cannot be."""
    with told_as_store_errors(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise IndexStoreError(f"{folder}: a file stands where a folder has to be; choose another path") from None


@contextlib.contextmanager
def told_as_store_errors(path: Path) -> Iterator[None]:
    """Turn the system's errors inside the block into IndexStoreError that names the index."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise IndexStoreError(f"{path}: {reason}; the index is as it was at the last commit") from error
