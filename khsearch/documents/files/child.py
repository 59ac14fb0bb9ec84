r"""child: python -m khsearch.documents.files.child MEMORY PROGRAMS PARENT: reads files that it is told, within limits.

Each line of stdin, JSON, is the file to be read next (`process.Order`); lines of stdout are what is found in it, up to
the line ".":

    D "place"<tab>{...}      a document, as `json_line` writes it
    E ["reason", "..."]      an error
    R ["place", "..."]       a remark
    B 4096                   so many more bytes have been read: a sign of life
    .                        the end of the file

It ends with its parent, and with the last line of stdin. MEMORY is in bytes; PROGRAMS is 1 where formats may start
programs, as OCR does; PARENT is the number of its parent. An interrupt is the matter of the parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from typing import IO, Any

import orjson

from khsearch.documents import reasons
from khsearch.documents.document import json_line
from khsearch.documents.files.opening import read_file
from khsearch.documents.formats.reader import Placed, Remark
from khsearch.documents.formats.registry import OUT_OF_MEMORY
from khsearch.documents.records import FieldNames
from khsearch.errors import DocumentError
from khsearch.sandbox import give_away_rights

_BETWEEN_SIGNS = 0.5  # seconds
_DIE_WITH_PARENT = 1  # of prctl
_SYNCHRONIZE, _FOR_EVER = 0x00100000, 0xFFFFFFFF  # of Windows


def main(memory: str, programs: str, parent: str) -> None:
    """Read files until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders, pipe = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # what anything prints is no line of ours
        os.dup2(silence, number)
    _end_with_parent(int(parent))
    give_away_rights(memory=int(memory), programs=programs == "1")
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        for order in orders:
            tell(pipe, json.loads(order))


def tell(pipe: IO[bytes], order: dict[str, Any]) -> None:
    """Write what is found in a file."""
    last, unread = time.monotonic(), 0

    def on_bytes(count: int) -> None:
        nonlocal last, unread
        unread += count
        if time.monotonic() - last >= _BETWEEN_SIGNS:
            pipe.write(b"B %d\n" % unread)
            pipe.flush()
            last, unread = time.monotonic(), 0

    order["names"] = FieldNames.from_json(order["names"])
    found = read_file(**order, qualified=True, on_bytes=on_bytes, most_at_once=None)
    try:
        for item in found:
            pipe.write(_line(item))
            pipe.flush()
    except MemoryError:  # for the line
        pipe.write(_line(DocumentError(f"{order['name']}: {OUT_OF_MEMORY}", reason=reasons.TOO_LARGE)))
    pipe.write(b"B %d\n.\n" % unread)
    pipe.flush()


def _line(item: Placed | Remark | DocumentError) -> bytes:
    if isinstance(item, Placed):
        return b"D %b\t%b\n" % (orjson.dumps(item.place), json_line(item.document))
    if isinstance(item, Remark):
        return b"R %b\n" % orjson.dumps([item.place, item.text])
    told = str(item).encode("utf-8", "backslashreplace").decode()
    return b"E %b\n" % orjson.dumps([item.reason, told])


def _end_with_parent(started_by: int) -> None:
    # On Windows, what starts the Python of a virtual environment stands between the two.
    parent = started_by if sys.platform == "win32" else os.getppid()
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    """Wait until the parent has ended."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = ctypes.c_void_p
        process = ctypes.c_void_p(kernel.OpenProcess(_SYNCHRONIZE, False, parent))
        if not process:
            return
        kernel.WaitForSingleObject(process, _FOR_EVER)
    else:
        while os.getppid() == parent:
            time.sleep(1.0)
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
