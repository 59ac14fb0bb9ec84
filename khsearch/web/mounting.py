"""mounting: who asks for the path of an application without the slash at its end is sent on to where that is.

Links of pages are relative, so that they lead right under any path; those of /search/ begin with /search/, those of
/search would not. Starlette sends them on itself where it mounts; others leave it to who is mounted.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class EndsInSlash:
    """An application whose own path ends in a slash."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        app = self._app
        if scope["type"] == "http":
            path, root = scope["path"], scope.get("root_path", "")
            # Some servers tell the whole path, others what is behind that of the application.
            if path in ("", root) and not (path or root).endswith("/"):
                query = scope["query_string"].decode("latin-1")
                last = quote((path or root).rpartition("/")[2])
                app = RedirectResponse(f"{last}/?{query}" if query else f"{last}/")
        await app(scope, receive, send)
