"""confined: a folder and a path that somebody wrote in; the file that lies there below it out, open, or nothing.

The way is walked name by name from the open folder, and no name on it is a link, "..", or hidden: what is checked is
what is opened, whatever others rename meanwhile. A pipe or device is never opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import NamedTuple

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_DEEPEST = 100
"""Folders inside each other."""


class OpenFile(NamedTuple):
    """An open file, which whoever has it closes, or forgets; its name, and what is known of it."""

    stream: FileIO
    name: str
    known: os.stat_result


def opened(root: Path, path: str) -> OpenFile | None:
    """Open the file at a path below a root, told with slashes; None where there is none that may be read."""
    names = _names(path)
    if not names:
        return None
    try:
        with _folder_of(root, names) as folder:
            if not _is_file(os.stat(names[-1], dir_fd=folder, follow_symlinks=False)):
                return None
            stream = FileIO(os.open(names[-1], _FILE, dir_fd=folder))
    except OSError:
        return None
    known = os.fstat(stream.fileno())
    if not _is_file(known):
        stream.close()
        return None
    return OpenFile(stream, names[-1], known)


def _names(path: str) -> list[str]:
    """The names on a path from the root; none for one that could lead elsewhere, or to what is hidden."""
    names = path.split("/")
    may = len(names) <= _DEEPEST and all(name and not name.startswith(".") and "\0" not in name for name in names)
    return names if may else []


@contextmanager
def _folder_of(root: Path, names: list[str]) -> Iterator[int]:
    """Open the folder of a file, from the root on; OSError."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names[:-1]:
            inner = os.open(name, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _is_file(known: os.stat_result) -> bool:
    return stat.S_ISREG(known.st_mode)
