"""An application asked as a server asks it: the target goes in byte by byte, as no client would send it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from starlette.types import ASGIApp, Message

LOCAL = (b"host", b"localhost:8000")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        found = self.json
        assert list(found) == ["error"], found
        return str(found["error"])


def ask(
    app: ASGIApp,
    target: str | bytes,
    method: str = "GET",
    headers: Iterable[tuple[bytes, bytes]] = (),
    host: Iterable[tuple[bytes, bytes]] = (LOCAL,),
) -> Answer:
    """Ask for a target, path and query string; a str is sent as UTF-8, percent-encoded where it has to be."""
    raw = target.encode("latin-1") if isinstance(target, str) and target.isascii() else target
    if isinstance(raw, str):
        raw = quote(raw, safe="/?&=%:,+!*").encode()
    return asyncio.run(asked(app, raw, method, [*host, *headers]))


async def asked(app: ASGIApp, raw: bytes, method: str, headers: list[tuple[bytes, bytes]]) -> Answer:
    path, _, query = raw.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50_000),
        "scheme": "http",
        "method": method,
        "root_path": "",
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": query,
        "headers": headers,
    }
    sent: list[Message] = []
    given = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        message = next(given, None)
        if message is None:
            await asyncio.sleep(60)  # nobody hangs up
            raise AssertionError
        return message

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *bodies = sent
    told = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], told, b"".join(one.get("body", b"") for one in bodies))
