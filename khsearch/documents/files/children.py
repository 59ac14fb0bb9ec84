"""children: files that may ask for any time and memory in; what is found in them out, from processes with limits.

Each process reads one file after the other (`child`); a thread here gives it orders and takes what it tells. What is
found waits for its turn, so that documents come in the order of files whichever is read first. A process that is dead,
takes too long or asks for too much is told as an error of its file; the next file gets a new one.
"""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator

import orjson

from khsearch.documents import reasons
from khsearch.documents.document import from_json_line
from khsearch.documents.files.opening import MOST_AT_ONCE
from khsearch.documents.formats.reader import Found, OnBytes, Placed, Remark
from khsearch.documents.records import FieldNames
from khsearch.errors import DocumentError
from khsearch.frozen import frozen

CHILD = "khsearch.documents.files.child"
MEMORY = 350 << 20
"""Bytes that a process may ask for."""

_MOST_HELD = 16 << 20  # bytes of what waits for its turn, and of one file


@frozen
class Order:
    """A file to be read: see `Source`."""

    path: str
    format: str
    name: str
    id: str
    names: FieldNames
    ocr: bool

    def written(self) -> bytes:
        """Return the line that tells a child."""
        content = {name: getattr(self, name) for name in ("path", "format", "name", "id", "ocr")}
        return json.dumps({**content, "names": self.names.to_json()}).encode() + b"\n"


class Task:
    """A file that is being read, with what is found and waits."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.waiting: deque[tuple[Placed | Remark | DocumentError | int | None, int]] = deque()
        self.size = 0


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
        self.closed = False

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

    def put(self, task: Task, item: Placed | Remark | DocumentError | int | None, size: int) -> None:
        """Let something wait for its turn; where too much does, wait with it."""
        with self._changed:
            while not self.closed and (task.size > _MOST_HELD or (task is not self._head and self._held > _MOST_HELD)):
                self._changed.wait()
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
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()

    def _read(self, task: Task) -> None:
        order = task.order
        limit, large = self._children.time_limit, False
        try:
            child = self._child = self._child or _started(programs=self._children.programs)
            if self._children.closed:
                raise _EndedError(None)
            assert child.stdin is not None
            os.write(child.stdin.fileno(), order.written())
            for kind, line in _lines(child, limit, by_sign=order.ocr):
                item = _item(order, kind, line)
                self._children.put(task, item, len(line))
                large = large or (isinstance(item, DocumentError) and item.reason == reasons.TOO_LARGE)
            if large:  # what it holds it may never give back
                self.end()
        except _EndedError as ended:
            self.end()
            if ended.error is not None:
                told, reason = ended.error
                self._children.put(task, DocumentError(f"{order.name}: {told}", reason=reason), 0)
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as problem:
            self.end()
            told = f"what reads .{order.format} failed ({problem}); try again, or leave the file out"
            self._children.put(task, DocumentError(f"{order.name}: {told}", reason=reasons.BROKEN), 0)


class _EndedError(Exception):
    """A process that reads no more, and what to tell of its file: a text, a reason."""

    def __init__(self, error: tuple[str, str] | None) -> None:
        super().__init__(error)
        self.error = error


def _started(*, programs: bool) -> subprocess.Popen[bytes]:
    paths = [path or os.getcwd() for path in sys.path]  # noqa: PTH109
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
    }
    command = [sys.executable, "-P", "-m", CHILD, str(MEMORY), str(int(programs))]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0)


def _lines(child: subprocess.Popen[bytes], limit: float, *, by_sign: bool) -> Iterator[tuple[bytes, bytes]]:
    """Lines about one file, each as its first letter and the rest, up to the end; _EndedError.

    limit: seconds for which it may be waited, in all, or by_sign: for each line.
    """
    assert child.stdout is not None
    fd, left, data = child.stdout.fileno(), limit, bytearray()
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    begin = 0  # of what has not been looked through for the end of a line
    while True:
        started = time.monotonic()
        ready = poll.poll(max(left, 0.0) * 1000)
        left -= time.monotonic() - started
        if not ready:
            raise _EndedError((f"not read within {limit:g} s; give it more with --time-limit", reasons.TOO_SLOW))
        more = os.read(fd, 1 << 16)
        if not more:
            status = child.wait()
            how = f"signal {-status}" if status < 0 else f"status {status}"
            told = f"the process that reads it died ({how}); it is broken, or made to do harm: leave it out"
            raise _EndedError((told, reasons.BROKEN))
        data += more
        if by_sign:
            left = limit
        while (end := data.find(b"\n", begin)) >= 0:
            line = bytes(data[:end])
            del data[: end + 1]
            begin = 0
            if line == b".":
                return
            yield line[:1], line[2:]
        begin = len(data)
        if begin > MOST_AT_ONCE:
            told = f"a text of more than {MOST_AT_ONCE:,} bytes is in it; part it"
            raise _EndedError((told, reasons.TOO_LARGE))


def _item(order: Order, kind: bytes, line: bytes) -> Placed | Remark | DocumentError | int:
    """What a line tells; ValueError, KeyError, AttributeError or TypeError for one that no child writes."""
    if kind == b"D":
        place, _, body = line.partition(b"\t")
        document = from_json_line(body)
        if document.id != order.id and not document.id.startswith(f"{order.id}#"):
            raise ValueError(f"a document {document.id!r:.80}")
        return Placed(document, str(orjson.loads(place)))
    if kind == b"B":
        return int(line)
    first, second = map(str, orjson.loads(line))
    if kind == b"R":
        return Remark(first, second)
    if kind == b"E":
        return DocumentError(second, reason=first)
    raise ValueError(f"a line {kind!r}")
