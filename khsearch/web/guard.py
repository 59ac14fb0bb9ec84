"""guard: the outermost room: refuses requests for another host, and gives every response the headers that keep it safe.

A page of another site can make a browser ask a server on its own machine, under a name that its owner pointed there
(DNS rebinding): the Host header tells that name, and only known ones are answered.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Hosts that are answered unless others are named."""

ANY = "*"
_NAME = re.compile("[a-z0-9._-]*[a-z0-9]")
_NOT_SERVED = 1008  # a violation of policy, as WebSocket has it

CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE = {
    "content-security-policy": CONTENT,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every response that has none of its own."""


class Guard:
    """An application behind a check of the host.

    hosts  names and addresses, without ports, that are answered; ANY for all. So is the address at which a request
           came in: no name that points there is that address itself
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self._app = app
        self._hosts = {_allowed(host) for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": _NOT_SERVED})  # before it was accepted: 403
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        if self._is_known(scope):
            await self._app(scope, receive, safely)
        else:
            refusal = PlainTextResponse(
                "this host is not served here; allow it with --allow-host HOST, or hosts=[HOST] of create_app", 400
            )
            await refusal(scope, receive, safely)

    def _is_known(self, scope: Scope) -> bool:
        if ANY in self._hosts:
            return True
        given = Headers(scope=scope).getlist("host")
        host = host_of(given[0]) if len(given) == 1 else None
        return host is not None and (host in self._hosts or _is_address(host, scope.get("server")))


def host_of(header: str) -> str | None:
    """Return the host of a Host header, without port and brackets; None for what is no host."""
    text = header.strip(" \t").lower()
    if text.startswith("["):
        host, bracket, port = text[1:].partition("]")
        is_right = bool(bracket) and ":" in host and (not port or (port.startswith(":") and _is_port(port[1:])))
    else:
        host, colon, port = text.partition(":")
        is_right = not colon or _is_port(port)
    host = host.removesuffix(".")
    return host if host and is_right else None


def _allowed(host: str) -> str:
    """Return a host that is named to be answered, as `host_of` returns it; ValueError."""
    found = host.lower().strip("[]").removesuffix(".")
    if host != ANY and not _NAME.fullmatch(found) and _address_of(found) is None:
        told = "write a name or an address alone, without port, scheme or path, and as browsers send it (xn--...)"
        raise ValueError(f"{host!r} is no host; {told}")
    return found


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_address(host: str, server: Any) -> bool:
    address = _address_of(host)
    here = _address_of(str(server[0])) if server else None
    # A socket for both families tells addresses of IPv4 as ::ffff:a.b.c.d.
    return address is not None and address in (here, getattr(here, "ipv4_mapped", None))


def _address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
