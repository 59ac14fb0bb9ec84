"""The guard: which hosts are answered, what every response says, and that nothing but HTTP is answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import ASGIApp, Message

from khsearch import Index
from khsearch.web import create_app
from khsearch.web.guard import SAFE, Guard, host_of
from tests.web.asked import ask

Headers = list[tuple[bytes, bytes]]


def hosts(*given: str) -> Headers:
    return [(b"host", host.encode("latin-1")) for host in given]


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost.", "localhost:8000", "Localhost.:1", "127.0.0.1", "127.0.0.1:65535"),
        *("[::1]", "[::1]:80", " localhost ", "\tlocalhost"),
    ],
)
def test_known_hosts_are_answered(app: ASGIApp, host: str) -> None:
    assert ask(app, "/health", host=hosts(host)).status == 200


@pytest.mark.parametrize(
    "given",
    [
        *([], [""], [" "], ["."], [":"], [":80"], ["evil"], ["evil:8000"], ["localhost.evil"], ["evil.localhost"]),
        *(["localhost", "localhost"], ["localhost", "evil"], ["localhost, evil"], ["localhost evil"]),
        *(["localhost@evil"], ["localhost:80@evil"], ["evil@localhost"], ["localhost:80:80"], ["localhost:"]),
        *(["localhost:x"], ["localhost:\xb2"], ["localhost:-1"], ["localhost/"], ["localhost\\evil"], ["localhost#"]),
        *(["localhost?"], ["http://localhost"], ["//localhost"], ["localhost.."], [".localhost"], ["loc\xe0lhost"]),
        *(
            ["\xa0localhost"],
            ["localhost\x00"],
            ["localhost%00"],
            ["%6cocalhost"],
            ["*"],
            ["[localhost]"],
            ["[127.0.0.1]"],
        ),
        *(["::1"], ["[::1"], ["::1]"], ["[::1]80"], ["[::1]."], ["[::1]:"], ["[::1]evil"], ["[[::1]]"], ["[::1%25lo]"]),
        *(["[0:0:0:0:0:0:0:1]"], ["[::ffff:127.0.0.1]"], ["[::]"], ["0.0.0.0"], ["0"], ["127.1"], ["127.0.0.2"]),
        *(["0x7f.0.0.1"], ["0177.0.0.1"], ["2130706433"], ["127.0.0.1.nip.io"], ["127.000.000.001"], ["a" * 10_000]),
    ],
    ids=lambda given: repr(given)[:40],
)
def test_others_are_refused(app: ASGIApp, given: list[str]) -> None:
    for path in ("/health", "/api/search", "/nothing", "/", "/file?id=1"):
        answer = ask(app, path, host=hosts(*given))
        assert answer.status == 400
        assert answer.headers["content-type"].startswith("text/plain")
        assert b"evil" not in answer.body
        assert SAFE.items() <= answer.headers.items()


@pytest.mark.parametrize("name", ["x-forwarded-host", "x-host", "forwarded", "x-original-host", ":authority"])
def test_what_a_proxy_may_say_is_not_the_host(app: ASGIApp, name: str) -> None:
    told = [(name.encode(), b"localhost"), (b"forwarded", b"host=localhost")]
    assert ask(app, "/health", host=hosts("evil"), headers=told).status == 400
    assert ask(app, "/health", host=hosts("localhost"), headers=[(name.encode(), b"evil")]).status == 200


def test_other_hosts_can_be_named(index: Index) -> None:
    app = create_app(index, hosts=["Search.Example.org", "[2001:db8::1]"])
    for host, status in (("search.example.org:443", 200), ("[2001:DB8::1]", 200), ("localhost", 400), ("org", 400)):
        assert ask(app, "/health", host=hosts(host)).status == status
    anything = create_app(index, hosts=["*"])
    for given in ([], ["evil"], ["a", "b"], ["localhost:80@evil"], ["["], ["\xff"], [""]):
        for path in ("/health", "/api/search", "/nothing"):
            assert ask(anything, path, host=hosts(*given)).status in (200, 404)


@pytest.mark.parametrize(
    "host", ["", ".", "a.b:80", "http://a.b", "a.b/", "a b", "*.a.b", "1.2.3.4:80", "::1]x", "b\xfccher.org"]
)
def test_what_no_host_header_tells_cannot_be_named(index: Index, host: str) -> None:
    with pytest.raises(ValueError, match="is no host; write a name or an address alone"):
        create_app(index, hosts=["localhost", host])


def test_a_socket_for_both_families_answers_its_address_in_either() -> None:
    for host, here, is_it in (
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.2", "::ffff:192.0.2.1", False),
        ("192.0.2.1", "192.0.2.1", True),
        ("::1", "::1", True),
        ("a.b", None, False),
    ):
        guard = Guard(create_app, [])  # type: ignore[arg-type]
        scope = {"type": "http", "server": here and (here, 80), "headers": hosts(f"[{host}]" if ":" in host else host)}
        assert guard._is_known(scope) is is_it


@pytest.mark.parametrize(
    "target", ["/health", "/api/search?q=x", "/api/search?limit=x", "/nothing", "/api/documents/none", "/openapi.json"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_response_is_safe(app: ASGIApp, target: str, method: str) -> None:
    headers = ask(app, target, method).headers
    assert SAFE.items() <= headers.items()
    assert "unsafe" not in headers["content-security-policy"]
    assert "data:" not in headers["content-security-policy"]
    assert not {"server", "set-cookie", "x-powered-by"} & set(headers)
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize("kind", ["websocket", "webtransport"])
def test_nothing_but_http_is_answered(app: ASGIApp, kind: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": kind, "path": "/api/search", "headers": hosts("localhost"), "query_string": b""}
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    assert sent == ([{"type": "websocket.close", "code": 1008}] if kind == "websocket" else [])


def test_the_host_of_a_header() -> None:
    assert host_of("[::1]:80") == "::1"
    assert host_of("a.b:80") == "a.b"
    assert host_of("a:b") is None
