"""A proxy before a node, which on a schedule does to a request what networks and busy nodes do: a `Fault`.

A request goes in with its body; what comes out is the node's answer as it is, or none, or half of it, or another one.
It may speak TLS, and ask for user and password, which the nodes of tests do neither.
"""

from __future__ import annotations

import base64
import http.client
import itertools
import json
import random
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from email.message import Message
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Fault(Enum):
    """What is done to one request."""

    CUT_BEFORE = "the connection is cut before the node has the request"
    CUT_AFTER = "the node does what it is told, and the connection is cut before its answer"
    DELAY = "the answer comes later"
    BUSY = "429 instead of an answer; the node has not got the request"
    BROKEN = "500 instead of an answer; the node has not got the request"
    BROKEN_AFTER = "500 instead of an answer; the node has done what it was told"
    TRUNCATED = "half of the answer, then the connection is cut"
    HALF = "half of the answer, as if it were all of it"


_INSTEAD = {
    Fault.BUSY: (429, "rejected_execution_exception", "rejected execution of coordinating operation"),
    Fault.BROKEN: (500, "exception", "something broke"),
    Fault.BROKEN_AFTER: (500, "exception", "something broke"),
}
_OWN = {"host", "connection", "authorization"}  # headers that go no further
_UNKNOWN = b"Unauthorized"  # as OpenSearch's security plug-in says it
_DELAY = 0.2  # seconds
_PATIENCE = 60  # seconds that the node has

Schedule = Iterable[Fault | None]


class Proxy:
    """Stands before a node: `url` is its address, `given` the faults so far, each with the request that had it.

    tls: the certificate that it shows. auth: user and password, without which it answers nobody (401).
    """

    def __init__(
        self,
        node: str,
        schedule: Schedule = (),
        *,
        tls: ssl.SSLContext | None = None,
        auth: tuple[str, str] | None = None,
    ) -> None:
        self.given: list[tuple[Fault, str]] = []
        self.tls = tls
        self._wanted = None if auth is None else f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"
        self._node = urlsplit(node)
        self._schedule = iter(schedule)
        self._lock = threading.Lock()
        self._server = _Server(self)
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self._server.server_address[1]}"

    def knows(self, authorization: str | None) -> bool:
        """Whether it answers who sends this."""
        return self._wanted is None or authorization == self._wanted

    def next(self, request: str) -> Fault | None:
        """Return what is to be done to a request; nothing when the schedule has ended."""
        with self._lock:
            fault = next(self._schedule, None)
            if fault:
                self.given.append((fault, request))
            return fault

    def pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Message, bytes]:
        """Ask the node -> status, headers and body of its answer."""
        node = http.client.HTTPConnection(self._node.hostname or "", self._node.port, timeout=_PATIENCE)
        with closing(node):
            node.request(method, path, body, headers)
            answer = node.getresponse()
            return answer.status, answer.headers, answer.read()

    @contextmanager
    def running(self) -> Iterator[Proxy]:
        """Answer while the block runs."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def at_random(seed: int, share: float) -> Iterator[Fault | None]:
    """Any fault for such a share of the requests, for ever, the same ones for a seed."""
    choose = random.Random(seed)
    while True:
        yield choose.choice(list(Fault)) if choose.random() < share else None


def after(count: int, faults: Iterable[Fault]) -> Iterator[Fault | None]:
    """These faults, one for each request after the first `count`."""
    return itertools.chain(itertools.repeat(None, count), faults)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client may keep its connection

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """A connection, whose TLS begins in the thread that answers: nobody waits for another's."""
        connection, address = super().get_request()
        if self.proxy.tls is not None:
            connection = self.proxy.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone is nothing to tell."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer waits 40 ms for the client to say that it has the headers
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.server.proxy.knows(self.headers.get("Authorization")):
            self._send(401, {"Content-Type": "text/plain"}, len(_UNKNOWN), _UNKNOWN)
            return
        fault = self.server.proxy.next(f"{self.command} {self.path}")
        if fault is Fault.CUT_BEFORE:
            self._cut()
            return
        if fault in {Fault.BUSY, Fault.BROKEN}:
            self._instead(fault)
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN}
        status, told, content = self.server.proxy.pass_on(self.command, self.path, headers, body)
        if fault is Fault.CUT_AFTER:
            self._cut()
            return
        if fault is Fault.BROKEN_AFTER:
            self._instead(fault)
            return
        if fault is Fault.DELAY:
            time.sleep(_DELAY)
        sent = content[: len(content) // 2] if fault in {Fault.TRUNCATED, Fault.HALF} else content
        length = len(sent) if fault is Fault.HALF else int(told.get("Content-Length") or len(content))
        self._send(status, told, length, sent)
        self.close_connection |= fault is Fault.TRUNCATED

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _answer  # noqa: N815

    def _instead(self, fault: Fault) -> None:
        status, kind, reason = _INSTEAD[fault]
        body = json.dumps({"error": {"type": kind, "reason": reason}, "status": status}).encode()
        self._send(status, {"Content-Type": "application/json"}, len(body), body)

    def _send(self, status: int, headers: Message | Mapping[str, str], length: int, body: bytes) -> None:
        self.send_response(status)
        for name in ("Content-Type", "Content-Encoding"):
            if value := headers.get(name):
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        """Reset the connection: no end that could be taken for that of an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """What is asked is in `given`."""
