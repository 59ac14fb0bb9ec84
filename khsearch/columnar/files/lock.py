"""lock: one writer at a time, whatever processes, threads and forked children want to write to an index."""

from __future__ import annotations

import contextlib
import gc
import os
import time
import weakref
from datetime import datetime
from typing import TYPE_CHECKING

from khsearch import descriptors
from khsearch.columnar.files.disk import told_as_store_errors
from khsearch.columnar.files.format import LOCK_NAME
from khsearch.errors import IndexLockedError, IndexNotFoundError

if TYPE_CHECKING:
    from pathlib import Path


class WriteLock:
    """The right to write to one index. The system frees it when the process ends, however it ends.

    It is freed, too, when nobody holds this object any more, and a forked child never has it: what the child inherits
    is closed at once, so that it does not keep the index locked when the parent is gone.

    The file says who has it. Its first byte is blank: on Windows nobody else can read what is locked.
    """

    def __init__(self, folder: Path, wait: float) -> None:
        """Take the lock, trying for wait seconds; raise IndexLockedError where another writer keeps it.

        IndexNotFoundError where the folder is not there, or goes meanwhile.
        """
        deadline = time.monotonic() + wait
        self._folder = folder
        self.process = os.getpid()
        taken = False
        while not taken:
            fd = _opened(folder)
            self._free = weakref.finalize(self, _unlock, fd, self.process)
            _locks.add(self)
            try:
                self._take(folder, fd, deadline)
                # Whoever removes an index removes its lock, and the next one has another.
                taken = descriptors.is_at(fd, folder / LOCK_NAME)
            finally:
                if not taken:
                    self._free.detach()  # which would empty the file that says who has the lock
                    os.close(fd)
        self._fd = fd
        with contextlib.suppress(OSError):  # a full disk takes nobody's lock
            since = datetime.now().astimezone().isoformat(timespec="seconds")
            os.ftruncate(fd, 0)
            os.lseek(fd, 0, os.SEEK_SET)
            os.write(fd, f" {self.process} {since}\n".encode())

    def _take(self, folder: Path, fd: int, deadline: float) -> None:
        if not descriptors.lock(fd) and _read_holder(fd)[0] == self.process:
            # A writer that failed may be gone but for an error that holds it, and that it holds.
            gc.collect()
        while not descriptors.lock(fd):
            if time.monotonic() >= deadline:
                raise IndexLockedError(f"{folder}: {_holder(fd)}, or give it more time to wait")
            time.sleep(0.01)

    @property
    def is_of_folder(self) -> bool:
        """Whether the folder is the one that was locked: not removed, nor made anew, which others may have locked."""
        return descriptors.is_at(self._fd, self._folder / LOCK_NAME)

    def check(self) -> None:
        """Raise IndexNotFoundError where the folder is not the one that was locked."""
        if not self.is_of_folder:
            raise IndexNotFoundError(
                f"{self._folder}: removed, or made anew, while this writer was open; it keeps nothing: open it again"
            )

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        self._free()


def _opened(folder: Path) -> int:
    with told_as_store_errors(folder):
        try:
            return descriptors.open_file(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | descriptors.PLAIN)
        except FileNotFoundError:
            raise IndexNotFoundError(f"{folder}: no index here; create one first") from None


def _unlock(fd: int, process: int) -> None:
    if os.getpid() == process:
        with contextlib.suppress(OSError):
            os.ftruncate(fd, 0)
        # A child that was forked meanwhile may have the same open file: closing it here would not be enough.
        descriptors.unlock(fd)
    os.close(fd)


def _read_holder(fd: int) -> tuple[int, str]:
    """Which process has been writing since when, as far as the file tells; 0 where it does not."""
    try:
        told = descriptors.read_at(fd, 100, 0)
    except PermissionError:  # the first byte is locked
        told = descriptors.read_at(fd, 100, 1)
    parts = told.decode("ascii", "replace").split()
    return (int(parts[0]), parts[1]) if len(parts) == 2 and parts[0].isdecimal() else (0, "")


def _holder(fd: int) -> str:
    """Who holds the lock, and what to do."""
    process, since = _read_holder(fd)
    if not process:
        return "another writer is at work; retry when it ends"
    if process == os.getpid():
        return (
            f"this process has been writing since {since}; commit or cancel that writer (one of a failed cell of a "
            "notebook lives on in its variable and in the traceback)"
        )
    return f"process {process} has been writing since {since}; retry when it ends"


_locks: weakref.WeakSet[WriteLock] = weakref.WeakSet()


def _without_locks() -> None:
    for lock in list(_locks):
        lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_without_locks)
