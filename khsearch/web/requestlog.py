"""requestlog: around an application: a line for each request, at INFO of the logger `khsearch.web.requests`.

    GET /search/api/search 200 12.3 ms 4511 bytes
    GET /search/api/documents/... 200 1203.9 ms 90211 bytes, slow
    GET /search/api/search 499 640.0 ms 0 bytes, client gone

Method, path, status, milliseconds until all was handed to the server, bytes of the body. A line holds nothing secret:
no query string, no address and no header of the client, and no id of a document, which can tell as much as a query.
Where the log goes is decided by whoever runs the application.
"""

from __future__ import annotations

import logging
import re
from time import perf_counter
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from khsearch.web.answers import GONE

log = logging.getLogger("khsearch.web.requests")

_LONGEST = 200  # characters of a path
_ID_FOLLOWS = re.compile("/api/(?:documents|similar)/(?=.)", re.DOTALL)
_SENT = re.compile(rb"[^?]*")
_UNSHOWN = re.compile("[^!-~]")


class RequestLog:
    """An application that tells of its requests.

    slow: seconds from which on a request is marked
    """

    def __init__(self, app: ASGIApp, slow: float) -> None:
        self._app = app
        self._slow = slow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if scope["type"] != "http" or not log.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        status: int | None = None
        size = 0
        is_whole = is_gone = has_failed = False

        async def counted(message: Message) -> None:
            nonlocal status, size, is_whole, is_gone
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
                is_whole = not message.get("more_body", False)
            try:
                await send(message)
            except OSError:
                is_gone = True
                raise

        try:
            await self._app(scope, receive, counted)
        except BaseException:
            has_failed = True
            raise
        finally:
            seconds = perf_counter() - began
            marks = ", slow" if seconds >= self._slow else ""
            if is_gone or status == GONE or not (is_whole or has_failed):
                marks += ", client gone"
            elif not is_whole:
                marks += ", not finished"
            if scope["method"] == "HEAD":
                size = 0
            method = _shown(scope["method"])
            log.info("%s %s %s %.1f ms %d bytes%s", method, _path(scope), status or "-", 1000 * seconds, size, marks)


def _path(scope: Scope) -> str:
    """The path as it was sent; an id at its end is left out."""
    path = scope["path"]
    found = _ID_FOLLOWS.search(path)
    if found:
        return f"{_shown(quote(path[: found.end()]))}..."
    sent = _SENT.match(scope.get("raw_path") or quote(path).encode())
    return _shown(sent[0].decode("latin-1") if sent else "")


def _shown(sent: str) -> str:
    """What was sent, cut, with nothing but ASCII that can be seen."""
    return _UNSHOWN.sub(lambda found: f"%{ord(found[0]) & 0xFF:02X}", sent[:_LONGEST])[:_LONGEST]
