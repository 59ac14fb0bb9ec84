"""serving: an application in; a process that answers requests until it is told to end."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from khsearch.errors import KhsearchError

_LAST_ANSWERS = 5  # seconds for which requests that are being answered are waited for at the end

_BACKLOG = 1024  # connections that wait to be taken


def serve(app: ASGIApp, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Answer requests at an address until SIGTERM, or SIGINT, which is a KeyboardInterrupt; then answer the last ones.

    port      0 for any that is free
    announce  told the address as a browser takes it, as soon as requests are answered

    KhsearchError for an address that cannot be had.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    with listening(host, port) as door:
        if threading.current_thread() is threading.main_thread():
            # The server ends by itself, and raises the signal once more when it has.
            signal.signal(signal.SIGTERM, lambda *_: None)
        announce(_address(door))
        uvicorn.Server(config).run(sockets=[door])


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
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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
