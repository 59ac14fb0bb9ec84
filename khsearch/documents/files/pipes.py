"""pipes: what a process writes, piece by piece, waited for no longer than somebody says."""

from __future__ import annotations

import os
import queue
import select
import sys
import threading
from typing import Any, Protocol

_PIECE = 1 << 16  # bytes


class Pipe(Protocol):
    """The end of a pipe that is read."""

    def read(self, seconds: float) -> bytes | None:
        """Read what has come; b"" at the end, None where nothing comes in so many seconds."""

    def close(self) -> None:
        """Read no more; whoever wrote to it has ended."""


def pipe_of(fd: int) -> Pipe:
    """Return the pipe of a descriptor, which stays the caller's."""
    return _Polled(fd) if hasattr(select, "poll") else _Read(fd)


class _Polled:
    """Asks the system whether there is something to read."""

    _poll: Any  # a select.poll, which Windows has not

    def __init__(self, fd: int) -> None:
        self._fd = fd
        if sys.platform != "win32":
            self._poll = select.poll()
            self._poll.register(fd, select.POLLIN)

    def read(self, seconds: float) -> bytes | None:
        return os.read(self._fd, _PIECE) if self._poll.poll(seconds * 1000) else None

    def close(self) -> None:
        pass


class _Read:
    """Has a thread that waits, where the system cannot be asked, as on Windows: for a piece that somebody wants."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._orders: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._is_ordered = False
        self._thread = threading.Thread(target=self._work, daemon=True, name="khsearch pipe")
        self._thread.start()

    def read(self, seconds: float) -> bytes | None:
        if not self._is_ordered:
            self._orders.put(True)
            self._is_ordered = True
        try:
            piece = self._pieces.get(timeout=seconds)
        except queue.Empty:
            return None
        self._is_ordered = False
        return piece

    def close(self) -> None:
        self._orders.put(False)
        self._thread.join()

    def _work(self) -> None:
        while self._orders.get():
            try:
                piece = os.read(self._fd, _PIECE)
            except OSError:
                piece = b""
            self._pieces.put(piece)
