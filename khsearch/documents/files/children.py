"""children: files that may ask for any time and memory in; what is found in them out, from processes with limits.

Each process reads one file after the other (`child`); a thread here gives it orders and takes what it tells. What is
found waits for its turn, so that documents come in the order of files whichever is read first. A process that is dead,
takes too long or asks for too much is told as an error of its file; the next file gets a new one.

All together stay below half a gigabyte: each has little more than files commonly need, and a file that needs more is
read again by a process that has much, while the others rest.
"""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from khsearch.documents import reasons
from khsearch.documents.files.pipes import Pipe, pipe_of
from khsearch.documents.files.process import EndedError, Item, Order, item_of, lines_of, started
from khsearch.documents.formats.reader import Found, OnBytes
from khsearch.documents.formats.registry import OUT_OF_MEMORY
from khsearch.errors import DocumentError

_FOR_ALL, _AT_FIRST, _SHARED = 350 << 20, 64 << 20, 160 << 20
_MOST_SHARING = 16  # with less than is theirs, processes cannot even load the libraries that they read with
_RESTING = 32 << 20  # bytes: what is a process's own that reads nothing
_MOST_HELD = 16 << 20  # bytes of what waits for its turn, and of one file


class Task:
    """A file that is being read, with what is found and waits."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.waiting: deque[tuple[Item | None, int]] = deque()
        self.size = 0
        self.alone = False  # whether nothing else is read meanwhile


class _Lanes:
    """Who reads: any number at once, or one alone. A change of it is told by a condition that others have, too."""

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._together = 0
        self._waiting = 0  # to be alone, or alone
        self._alone = False

    def enter(self, *, alone: bool) -> None:
        """Wait until one may read."""
        with self._changed:
            self._waiting += alone
            if alone:
                self._changed.wait_for(lambda: not self._together and not self._alone)
                self._alone = True
            else:
                self._changed.wait_for(lambda: not self._waiting)
                self._together += 1

    def leave(self, *, alone: bool) -> None:
        """Let others read."""
        with self._changed:
            if alone:
                self._waiting, self._alone = self._waiting - 1, False
            else:
                self._together -= 1
            self._changed.notify_all()

    @contextmanager
    def entered(self, *, alone: bool) -> Iterator[None]:
        """Read in the block."""
        self.enter(alone=alone)
        try:
            yield
        finally:
            self.leave(alone=alone)

    @contextmanager
    def left(self, alone: bool) -> Iterator[None]:
        """Let others read in the block."""
        self.leave(alone=alone)
        try:
            yield
        finally:
            self.enter(alone=alone)


class Children:
    """Processes that read files, begun when there is something to read. A context manager that ends them all."""

    def __init__(self, jobs: int, time_limit: float, *, programs: bool) -> None:
        """time_limit: seconds a file; with programs, between two signs of life.

        programs: whether formats may start some, as OCR does.
        """
        self._jobs = jobs
        self.time_limit = time_limit
        self.programs = programs
        self._orders: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._threads: list[_Worker] = []
        self._held = 0
        self._pending = 0  # tasks that no thread has taken
        self._head: Task | None = None
        self.lanes = _Lanes(self._changed)
        self.closed = False
        self.most_memory = max(_FOR_ALL - (jobs - 1) * _RESTING, _FOR_ALL // 2)
        self.memory = self.most_memory if programs or jobs == 1 else _AT_FIRST + _SHARED // min(jobs, _MOST_SHARING)

    def __enter__(self) -> Children:
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self.closed = True
            self._changed.notify_all()
        for thread in self._threads:
            self._orders.put(None)
            thread.stop()
        for thread in self._threads:
            thread.join()

    def start(self, order: Order) -> Task:
        """Let a file be read."""
        task = Task(order)
        with self._changed:
            self._pending += 1
            more = self._pending > 1 or not any(thread.idle for thread in self._threads)
        self._orders.put(task)
        if more and len(self._threads) < self._jobs:
            self._threads.append(_Worker(self, self._orders))
            self._threads[-1].start()
        return task

    def taken(self) -> None:
        """Note that a thread has taken a task."""
        with self._changed:
            self._pending -= 1

    def found(self, task: Task, on_bytes: OnBytes) -> Found:
        """What is found in a file whose turn it is; its documents cannot be other files'."""
        with self._changed:
            self._head = task
            self._changed.notify_all()
        while True:
            with self._changed:
                while not task.waiting:
                    self._changed.wait()
                item, size = task.waiting.popleft()
                task.size -= size
                self._held -= size
                self._changed.notify_all()
            if item is None:
                return
            if isinstance(item, int):
                on_bytes(item)
            else:
                yield item

    def put(self, task: Task, item: Item | None, size: int) -> None:
        """Let something wait for its turn; where too much does, wait with it."""
        with self._changed:

            def is_full() -> bool:
                return task.size > _MOST_HELD or (task is not self._head and self._held > _MOST_HELD)

            if not self.closed and is_full():
                with self.lanes.left(task.alone):
                    self._changed.wait_for(lambda: self.closed or not is_full())
            task.waiting.append((item, size))
            task.size += size
            self._held += size
            self._changed.notify_all()


class _Worker(threading.Thread):
    """A thread with a process of its own."""

    def __init__(self, children: Children, orders: queue.SimpleQueue[Task | None]) -> None:
        super().__init__(daemon=True, name="khsearch reader")
        self._children = children
        self._orders = orders
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Pipe | None = None
        self._tired = False
        self.idle = True

    def run(self) -> None:
        """Have files read, one after the other."""
        try:
            while (task := self._orders.get()) is not None and not self._children.closed:
                self.idle = False
                self._children.taken()
                try:
                    self._read(task)
                finally:
                    self._children.put(task, None, 0)
                self.idle = True
        finally:
            self.end()

    def stop(self) -> None:
        """Let the process end soon, whatever it does, from any thread."""
        child = self._child
        if child is not None:
            child.kill()

    def end(self) -> None:
        """End the process, whatever it does."""
        child, self._child = self._child, None
        self._tired = False
        if child is not None:
            child.kill()
            child.wait()
            if self._pipe is not None:
                self._pipe.close()
                self._pipe = None
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()

    def _read(self, task: Task) -> None:
        """Have a file read; with more memory, and nothing beside it, where it needs that."""
        children = self._children
        with children.lanes.entered(alone=False):
            told = self._attempt(task, children.memory, 0)
        if told is not None:
            self.end()
            task.alone = True
            with children.lanes.entered(alone=True):
                self._attempt(task, children.most_memory, told)
                self.end()

    def _attempt(self, task: Task, memory: int, told: int) -> int | None:
        """Have a file read within some memory, of which so much was told -> how much now, where it needs more."""
        order, limit = task.order, self._children.time_limit
        is_last = memory == self._children.most_memory
        count = 0
        try:
            child = self._child = self._child or started(memory, programs=self._children.programs)
            if self._children.closed:
                raise EndedError(None)
            assert child.stdin is not None
            assert child.stdout is not None
            pipe = self._pipe = self._pipe or pipe_of(child.stdout.fileno())
            os.write(child.stdin.fileno(), order.written())
            for kind, line in lines_of(child, pipe, limit, by_sign=order.ocr):
                item = item_of(order, kind, line)
                if isinstance(item, DocumentError) and item.reason == reasons.TOO_LARGE:
                    self._tired = True  # what it holds it may never give back
                    if not is_last and str(item).endswith(OUT_OF_MEMORY):
                        return count
                count += not isinstance(item, int)
                if count > told or isinstance(item, int):
                    self._children.put(task, item, len(line))
            if self._tired:
                self.end()
        except EndedError as ended:
            self.end()
            if ended.by_signal and not is_last:  # as some libraries do when they get no memory
                return count
            if ended.error is not None:
                told_, reason = ended.error
                self._children.put(task, DocumentError(f"{order.name}: {told_}", reason=reason), 0)
        except Exception as problem:  # a file of which nothing is told would count as read
            self.end()
            why = f"what reads .{order.format} failed ({problem}); try again, or leave the file out"
            self._children.put(task, DocumentError(f"{order.name}: {why}", reason=reasons.BROKEN), 0)
        return None
