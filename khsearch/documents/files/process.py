"""process: one process that reads files (`child`): how it begins, what it is told, what its lines mean."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import orjson

from khsearch.documents import reasons
from khsearch.documents.document import from_json_line
from khsearch.documents.files.opening import MOST_AT_ONCE
from khsearch.documents.files.pipes import Pipe
from khsearch.documents.formats.reader import Placed, Remark
from khsearch.documents.records import FieldNames
from khsearch.errors import DocumentError
from khsearch.frozen import frozen

CHILD = "khsearch.documents.files.child"

_FIRST_OF_SYSTEM = 256  # status of a process that Windows ended; on POSIX it is below zero
_LONGEST_WAIT = 3600.0  # seconds; what systems take at once has an end

Item = Placed | Remark | DocumentError | int
"""What a line tells; an int is so many bytes that have been read."""


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


class EndedError(Exception):
    """A process that reads no more, and what to tell of its file: a text, a reason."""

    def __init__(self, error: tuple[str, str] | None, *, by_signal: bool = False) -> None:
        super().__init__(error)
        self.error = error
        self.by_signal = by_signal


def started(memory: int, *, programs: bool) -> subprocess.Popen[bytes]:
    """Begin a process. memory: bytes that it may ask for; programs: whether it may start some."""
    paths = [path or os.getcwd() for path in sys.path]  # noqa: PTH109
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
    }
    command = [sys.executable, "-P", "-m", CHILD, str(memory), str(int(programs)), str(os.getpid())]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0)


def lines_of(
    child: subprocess.Popen[bytes], pipe: Pipe, limit: float, *, by_sign: bool
) -> Iterator[tuple[bytes, bytes]]:
    """Lines about one file, each as its first letter and the rest, up to the end; EndedError.

    pipe: what the process tells. limit: seconds for which it may be waited, in all, or by_sign: for each line.
    """
    left, data = limit, bytearray()
    begin = 0  # of what has not been looked through for the end of a line
    while True:
        started = time.monotonic()
        more = pipe.read(min(max(left, 0.0), _LONGEST_WAIT))
        left -= time.monotonic() - started
        if more is None and left > 0:
            continue
        if more is None:
            raise EndedError((f"not read within {limit:g} s; give it more with --time-limit", reasons.TOO_SLOW))
        if not more:
            status = child.wait()
            how = f"signal {-status}" if status < 0 else f"status {status}"
            told = f"the process that reads it died ({how}); it is broken, or made to do harm: leave it out"
            raise EndedError((told, reasons.BROKEN), by_signal=not 0 <= status < _FIRST_OF_SYSTEM)
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
            raise EndedError((told, reasons.TOO_LARGE))


def item_of(order: Order, kind: bytes, line: bytes) -> Item:
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
