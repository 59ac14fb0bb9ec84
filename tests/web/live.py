"""A site that answers on a socket of this machine, and raw bytes sent to it, as no client would send them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def answering(app: ASGIApp) -> Iterator[int]:
    """Serve on a free port of loopback; yields the port."""
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, ws="none", lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            serving.join()


def told(port: int, request: bytes) -> bytes:
    """Send a whole request, and return all that comes back until the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def get(port: int, target: bytes, *headers: bytes) -> bytes:
    """Ask for a target as it is."""
    lines = [b"GET " + target + b" HTTP/1.1", b"Host: localhost", b"Connection: close", *headers]
    return told(port, b"\r\n".join(lines) + b"\r\n\r\n")
