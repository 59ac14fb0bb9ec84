"""serving: an application in; a process that answers requests until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from khsearch.errors import KhsearchError
from khsearch.web import workers
from khsearch.web.transfer import CutShortError

_LAST_ANSWERS = 5  # seconds for which requests that are being answered are waited for at the end

_INTERRUPTED = 130  # the status of a process that SIGINT ended

_NOT_ENDED = "lifespan.shutdown.failed"

_BACKLOG = 1024  # connections that wait to be taken

log = logging.getLogger("khsearch.web")


def serve(app: ASGIApp, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Answer requests at an address until SIGTERM, or SIGINT, which is a KeyboardInterrupt; then answer the last ones.

    port      0 for any that is free
    announce  told the address as a browser takes it, as soon as requests are answered

    KhsearchError for an address that cannot be had.
    """
    config = uvicorn.Config(
        _Ending(app),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    is_process = threading.current_thread() is threading.main_thread()
    with listening(host, port) as door:
        if is_process:
            # The server ends by itself, and raises the signal once more when it has.
            signal.signal(signal.SIGTERM, lambda *_: None)
        announce(_address(door))
        status = 0
        try:
            uvicorn.Server(config).run(sockets=[door])
        except KeyboardInterrupt:
            status = _INTERRUPTED
            raise
        finally:
            if is_process and workers.go_on():
                # A search cannot be stopped, and the interpreter would wait for it. Nothing is unwritten.
                os._exit(status)


class _Ending:
    """An application whose answers may end before they are whole, without a traceback: the server cuts the connection.

    When the server ends and waits no longer, it refuses what it did not answer yet.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        is_begun = False

        async def noted(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            if message["type"] != _NOT_ENDED:  # which has a traceback of what ended it: a second SIGINT
                await send(message)

        try:
            await self._app(scope, receive, noted)
        except CutShortError as problem:
            log.warning("%s", problem)
        except asyncio.CancelledError:  # by the server, and only at its end
            if not is_begun:
                refusal = PlainTextResponse("this server ends; ask again", 503, {"Retry-After": "1"})
                await refusal(scope, receive, send)


def show_log() -> None:
    """Show what there is to tell of requests and faults on stderr, a line each."""
    shown = logging.StreamHandler()
    shown.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    for name, level in (("khsearch.web", logging.INFO), ("uvicorn.error", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.addHandler(shown)
        logger.setLevel(level)
        logger.propagate = False


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections at an address; KhsearchError where it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
        # With its protocol named, asyncio sends answers at once (TCP_NODELAY): else a browser waits 40 ms for each.
        door = socket.socket(family, kind, protocol)
        try:
            # What lets a port be taken again soon on POSIX lets Windows share it with whoever else asks for it.
            own = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
            door.setsockopt(socket.SOL_SOCKET, own, 1)
            door.bind(address)
            door.listen(_BACKLOG)
        except BaseException:
            door.close()
            raise
    except OSError as problem:
        told = problem.strerror or str(problem)
        raise KhsearchError(f"{host}, port {port}: {told}; choose another --host or --port") from None
    return door


def _address(door: socket.socket) -> str:
    host, port = door.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
