"""confined: a folder and a path that somebody wrote in; the file that lies there below it out, open, or nothing.

The way is walked name by name from the open folder, and no name on it is a link, "..", or hidden: what is checked is
what is opened, whatever others rename meanwhile. A pipe or device is never opened.

Where no name can be opened within an open folder, as on Windows, the path must be the one that the system tells of what
lies there, before it is opened and after, and no name on it a link or one that Windows reads in a way of its own.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from khsearch.descriptors import READ, is_link, open_file

_WALKS = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
_DEEPEST = 100
"""Folders inside each other."""

_OWN_WAY = re.compile(
    r"""[\x00-\x1f"*/:<>?\\|] | [. ]$ | (CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9\u00b9\u00b2\u00b3])\ *(\.|$)""",
    re.VERBOSE | re.IGNORECASE,
)
"""In a name: another separator, a drive or a stream, an end that is left out, a device."""


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
        stream = _walked(root, names) if _WALKS else _checked(root, names)
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


def _walked(root: Path, names: list[str]) -> FileIO:
    """Open a file within its folder; OSError."""
    if sys.platform == "win32":
        raise NotImplementedError
    with _folder_of(root, names) as folder:
        if not _is_file(os.stat(names[-1], dir_fd=folder, follow_symlinks=False)):
            raise _not_there()
        return FileIO(os.open(names[-1], READ | os.O_NOFOLLOW | os.O_NOCTTY, dir_fd=folder))


@contextmanager
def _folder_of(root: Path, names: list[str]) -> Iterator[int]:
    """Open the folder of a file, from the root on; OSError."""
    if sys.platform == "win32":
        raise NotImplementedError
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in names[:-1]:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _checked(root: Path, names: list[str]) -> FileIO:
    """Open a file by its path, which is checked before and after; OSError."""
    base = os.path.realpath(root, strict=True)
    path = os.path.join(base, *names)  # noqa: PTH118
    if any(map(_OWN_WAY.search, names)):
        raise _not_there()
    _check(base, names)
    stream = FileIO(open_file(path, READ))
    try:
        _check(base, names)
    except BaseException:
        stream.close()
        raise
    return stream


def _check(base: str, names: list[str]) -> None:
    """OSError unless the names lead, without a link or another spelling, from a real path to a file."""
    path = base
    for name in names:
        path = os.path.join(path, name)  # noqa: PTH118
        found = os.lstat(path)
        if is_link(found):
            raise _not_there()
    if os.path.realpath(path, strict=True) != path or not _is_file(found):
        raise _not_there()


def _not_there() -> OSError:
    return OSError(errno.ENOENT, os.strerror(errno.ENOENT))


def _is_file(known: os.stat_result) -> bool:
    return stat.S_ISREG(known.st_mode)
