"""transfer: an open file in; a response out that sends it, or a range of it, or says that it is known already.

Of a file of any size a piece is in memory at a time; the next is read when the last one was taken.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Mapping
from email.utils import formatdate, parsedate_to_datetime
from hashlib import blake2b

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from khsearch.descriptors import read_at
from khsearch.web.confined import OpenFile

_PIECE = 1 << 18  # bytes
_RANGE = re.compile("bytes=([0-9]{0,18})-([0-9]{0,18})")


class CutShortError(Exception):
    """A file became shorter while it was sent, or cannot be read on: its connection ends before the length told."""


def response_of(request: Request, file: OpenFile, headers: Mapping[str, str]) -> Response:
    """Return the response to a request for a file, which closes it when it is sent."""
    size = file.known.st_size
    tag, changed = _tag(file.known), formatdate(file.known.st_mtime, usegmt=True)
    told = {**headers, "ETag": tag, "Last-Modified": changed, "Accept-Ranges": "bytes", "Cache-Control": "no-cache"}
    if _is_known(request, tag, changed):
        file.stream.close()
        return Response(status_code=304, headers=told)
    found = None if request.headers.get("if-range", tag) not in (tag, changed) else _range_of(request, size)
    if found is None:
        return _Sent(file, 0, size, told)
    start, end = found
    if start >= end:
        file.stream.close()
        return Response(status_code=416, headers={**told, "Content-Range": f"bytes */{size}"})
    return _Sent(file, start, end, {**told, "Content-Range": f"bytes {start}-{end - 1}/{size}"}, 206)


class _Sent(StreamingResponse):
    """Sends bytes of a file, from one offset to another, and closes it, whether or not anybody takes them."""

    def __init__(self, file: OpenFile, start: int, end: int, headers: Mapping[str, str], status: int = 200) -> None:
        self._stream = file.stream
        super().__init__(self._pieces(start, end), status, {**headers, "Content-Length": str(end - start)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] == "HEAD":
                await Response(status_code=self.status_code, headers=self.headers)(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)
        finally:
            self._stream.close()

    async def _pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        while start < end:
            try:
                piece = await run_in_threadpool(read_at, self._stream.fileno(), min(_PIECE, end - start), start)
            except OSError as problem:
                raise CutShortError(problem.strerror) from None
            if not piece:
                raise CutShortError("a file became shorter while it was sent")
            start += len(piece)
            yield piece


def _tag(known: os.stat_result) -> str:
    """An ETag: another whenever the file changed, and nothing that tells where it lies."""
    what = f"{known.st_dev} {known.st_ino} {known.st_size} {known.st_mtime_ns} {known.st_ctime_ns}"
    return f'"{blake2b(what.encode(), digest_size=12).hexdigest()}"'


def _is_known(request: Request, tag: str, changed: str) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in known.split(",")]
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return parsedate_to_datetime(changed) <= since
    except (ValueError, TypeError):  # no date, or one without a zone
        return False


def _range_of(request: Request, size: int) -> tuple[int, int] | None:
    """The one range that is asked for, empty where it lies behind the end; None for none, for several, for noise."""
    asked = _RANGE.fullmatch(request.headers.get("range", "").strip())
    first, last = asked.groups() if asked else ("", "")
    if not first and not last:
        return None
    if not first:
        return max(size - int(last), 0), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size
