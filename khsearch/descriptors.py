"""descriptors: files by the system's own calls, where systems differ: opened through no link, read at a place, locked.

On POSIX each of these is one call. Elsewhere, which is Windows, it is what comes nearest to it there: what a link leads
to is refused by looking at the name before and after it is opened, and no folder is forced onto the medium.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from khsearch.sharing import loading

T = TypeVar("T")

PLAIN = getattr(os, "O_BINARY", 0)
"""Bytes as they are: what every open needs, since Windows would write other ends of lines."""
READ = os.O_RDONLY | PLAIN | getattr(os, "O_NONBLOCK", 0)
"""For reading what may turn out to be a pipe, which is not waited for."""
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
_LEADS_ELSEWHERE = 1 << 29  # of the tags of Windows: links, and what it calls junctions and mount points
_PATIENCE, _AGAIN = 2.0, 0.01
"""Seconds for which a file that others have open for a moment is waited for, and between two attempts."""


def open_file(path: str | os.PathLike[str], flags: int, mode: int = 0o644) -> int:
    """Open a file, never through a link, for no process but this one -> its descriptor; OSError, ELOOP for a link."""
    if _NO_LINK:
        return os.open(path, flags | _NO_LINK, mode)
    with suppress(FileNotFoundError):
        _refuse_link(path)
    fd = os.open(path, flags, mode)
    try:
        _refuse_link(path)
    except BaseException:
        os.close(fd)
        raise
    return fd


def is_link(found: os.stat_result) -> bool:
    """Whether what `os.lstat` found leads elsewhere."""
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_reparse_tag", 0) & _LEADS_ELSEWHERE)


def is_at(fd: int, path: str | os.PathLike[str]) -> bool:
    """Whether an open file is the one that has a name now."""
    if sys.platform == "win32":  # where no file that is open loses its name
        return True
    try:
        return os.path.samestat(os.fstat(fd), os.lstat(path))
    except OSError:
        return False


def read_at(fd: int, size: int, start: int) -> bytes:
    """Read at most so many bytes from an offset on; b"" at the end. Where there is no such call, the offset moves."""
    if sys.platform != "win32" and hasattr(os, "pread"):
        return os.pread(fd, size, start)
    os.lseek(fd, start, os.SEEK_SET)
    return os.read(fd, size)


def fsync(fd: int) -> None:
    """Return when a file's bytes are on the medium; what macOS calls so leaves them in the memory of the drive."""
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):  # a drive, or a file system, that cannot be asked
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
            return
    os.fsync(fd)


def fsync_folder(path: str | os.PathLike[str]) -> None:
    """Return when the names in a folder are on the medium; Windows, which opens no folder, sees to that by itself."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fsync(fd)
    finally:
        os.close(fd)


def patiently(act: Callable[[], T]) -> T:
    """Do what Windows refuses as long as another has the file open, which few have for long; OSError."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return act()
        except PermissionError as problem:
            if not hasattr(problem, "winerror") or time.monotonic() > deadline:
                raise
        time.sleep(_AGAIN)


# Locks that the system frees when a process ends: flock on POSIX; on Windows the first byte, which others cannot read.


def lock(fd: int) -> bool:
    """Lock an open file against all others who lock it, in this process, too -> whether it was free."""
    loading("filelock")
    from filelock import lock_descriptor

    try:
        return lock_descriptor(fd, blocking=False)
    except OSError:  # a file system without locks
        return False


def unlock(fd: int) -> None:
    """Let others lock an open file."""
    from filelock import unlock_descriptor

    unlock_descriptor(fd)


def lock_shared(fd: int) -> bool:
    """Lock an open file against those who lock it for themselves -> whether none has; alone where one cannot share.

    OSError for a file system without locks.
    """
    if sys.platform != "win32":
        with suppress(ImportError):
            import fcntl

            try:
                fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True
    return lock(fd)


def _refuse_link(path: str | os.PathLike[str]) -> None:
    if is_link(os.lstat(path)):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), os.fspath(path))
