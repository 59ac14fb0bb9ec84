"""wholefile: small files that are read whole and replaced whole: a catalog, a manifest, a lexicon."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import xxhash

from khsearch import descriptors
from khsearch.errors import IndexDamagedError

if TYPE_CHECKING:
    from pathlib import Path

    from khsearch.columnar.files.disk import Disk


def replace(disk: Disk, path: Path, temporary: Path, data: bytes) -> None:
    """Put data in a file's place, durably: whatever happens, the old content or the new is found. OSError."""
    disk.remove(temporary)
    fd = disk.create(temporary)
    try:
        disk.write(fd, data)
        disk.fsync(fd)
    finally:
        disk.close(fd)
    disk.rename(temporary, path)
    disk.fsync_folder(path.parent)


def checksum(data: bytes) -> str:
    """Return the checksum of a file's content, as 16 hexadecimal digits."""
    return xxhash.xxh3_64_hexdigest(data)


def read(path: Path, most: int) -> bytes:
    """Return the content of a file of at most so many bytes, never through a link.

    FileNotFoundError where there is none, NotADirectoryError where there is no folder; IndexDamagedError where it is
    no file that khsearch wrote.
    """
    try:
        fd = descriptors.patiently(lambda: descriptors.open_file(path, descriptors.READ))
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise damaged(path, error.strerror or str(error)) from error
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            raise damaged(path, "not a file that khsearch wrote")
        data = b""
        while piece := os.read(fd, found.st_size + 1 - len(data)):  # nobody writes to it: it is replaced as a whole
            data += piece
            if len(data) > found.st_size:
                raise damaged(path, "not a file that khsearch wrote")
        return data
    finally:
        os.close(fd)


def damaged(path: Path, what: str) -> IndexDamagedError:
    """The error that names the file and says what is wrong with it."""
    return IndexDamagedError(f"{path}: damaged: {what}; restore the file from a backup, or index the documents again")
