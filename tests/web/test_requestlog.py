"""A line a request, and what is not in it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.testclient import TestClient

from khsearch import Index
from khsearch.web import create_app
from khsearch.web.guard import Guard
from khsearch.web.requestlog import RequestLog, log


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture(scope="module")
def handler() -> Iterator[Lines]:
    kept = Lines()
    level = log.level
    log.addHandler(kept)
    log.setLevel(logging.INFO)
    yield kept
    log.removeHandler(kept)
    log.setLevel(level)


@pytest.fixture
def lines(handler: Lines) -> list[str]:
    handler.lines.clear()
    return handler.lines


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    index = Index.create(tmp_path_factory.mktemp("log") / "x.idx")
    with index.writer() as writer:
        writer.add({"id": "secret/1", "title": "", "text": "abc"})
    return TestClient(create_app(index), base_url="http://localhost")


def ask(app: Any, messages: list[dict[str, Any]], *, fails: bool = False, **scope: Any) -> list[dict[str, Any]]:
    """Ask an application by hand, with what the client sends -> what it was sent."""
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        if fails:
            raise OSError("no client")
        answers.append(message)

    asked = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", **scope}
    asyncio.run(app(asked, receive, send))
    return answers


BODY = {"type": "http.request", "body": b"", "more_body": False}
GONE = {"type": "http.disconnect"}


async def fine(scope: Any, receive: Any, send: Any) -> None:
    await PlainTextResponse("x" * 7)(scope, receive, send)


def test_a_line_has_method_path_status_time_and_size(client: TestClient, lines: list[str]) -> None:
    answer = client.get("/api/search", params={"q": "secret"}, headers={"X-Secret": "secret", "Cookie": "secret"})
    (line,) = lines
    assert line.startswith("GET /api/search 200 ")
    assert line.endswith(f" ms {len(answer.content)} bytes")
    assert "secret" not in line
    assert "testclient" not in line


def test_whatever_is_answered_has_its_line(client: TestClient, lines: list[str]) -> None:
    client.get("/health", headers={"Host": "evil.example"})
    client.get("/nowhere")
    client.post("/health")
    client.head("/health")
    client.get("/api/search?limit=1000")
    assert [line.split(" ")[:3] for line in lines] == [
        ["GET", "/health", "400"],
        ["GET", "/nowhere", "404"],
        ["POST", "/health", "405"],
        ["HEAD", "/health", "200"],
        ["GET", "/api/search", "400"],
    ]
    assert lines[3].endswith(" 0 bytes")


@pytest.mark.parametrize("host", ["localhost", "evil.example"])
@pytest.mark.parametrize(
    "path", ["/api/documents/secret/1", "/api/similar/secret", "/%61pi/documents/secret", "/api%2Fdocuments%2Fsecret"]
)
def test_ids_of_documents_are_not_told(client: TestClient, lines: list[str], path: str, host: str) -> None:
    client.get(path, headers={"Host": host})
    (line,) = lines
    assert "secret" not in line
    assert line.startswith(("GET /api/documents/... ", "GET /api/similar/... "))


@given(st.text(), st.one_of(st.none(), st.binary()), st.text(max_size=30))
def test_a_line_is_one_line_of_ascii_whatever_is_sent(
    handler: Lines, path: str, raw: bytes | None, method: str
) -> None:
    handler.lines.clear()
    ask(RequestLog(fine, 1), [BODY], path=path, raw_path=raw, method=method)
    (line,) = handler.lines
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 2 * 200 + 60


def test_a_path_is_told_as_it_was_sent_and_cut(lines: list[str]) -> None:
    ask(RequestLog(fine, 1), [BODY], path="/\u1780 b", raw_path=b"/%e1%9e%80%20b?q=secret")
    ask(RequestLog(fine, 1), [BODY], path="/\u1780 b")
    ask(RequestLog(fine, 1), [BODY], path="/" + "x" * 1000)
    assert [line.split(" ")[1] for line in lines] == ["/%e1%9e%80%20b", "/%E1%9E%80%20b", "/" + "x" * 199]


def test_slow_requests_are_marked(lines: list[str]) -> None:
    ask(RequestLog(fine, 0), [BODY])
    ask(RequestLog(fine, 10), [BODY])
    assert [line.endswith(" 7 bytes, slow") for line in lines] == [True, False]


def test_an_answer_that_nobody_waits_for_is_told(
    client: TestClient, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Index, "search", lambda *_, **__: time.sleep(0.1))
    scope = {"path": "/api/search", "headers": [(b"host", b"localhost")]}
    ask(client.app, [BODY, GONE], **scope)
    (line,) = lines
    assert line.startswith("GET /api/search 499 ")
    assert line.endswith(" 0 bytes, client gone")


def test_a_client_that_leaves_in_the_middle_is_told(lines: list[str]) -> None:
    async def parts() -> Any:
        while True:
            yield b"x"
            await asyncio.sleep(0)

    async def streaming(scope: Any, receive: Any, send: Any) -> None:
        await StreamingResponse(parts())(scope, receive, send)

    ask(RequestLog(streaming, 10), [BODY, GONE])
    with pytest.raises(OSError, match="no client"):
        ask(RequestLog(fine, 10), [BODY], fails=True)
    assert [line.endswith(", client gone") for line in lines] == [True, True]


def test_an_application_that_fails_is_told(lines: list[str]) -> None:
    async def failing(*_: Any) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ask(RequestLog(failing, 10), [BODY])
    (line,) = lines
    assert line.startswith("GET / - ")
    assert line.endswith(" 0 bytes, not finished")


def test_nothing_is_counted_where_nobody_wants_the_log(lines: list[str]) -> None:
    log.setLevel(logging.WARNING)
    try:
        assert ask(RequestLog(fine, 0), [BODY])[-1]["body"] == b"x" * 7
    finally:
        log.setLevel(logging.INFO)
    assert lines == []


def test_it_stands_around_the_check_of_hosts(client: TestClient) -> None:
    app: Any = client.app
    assert isinstance(app, RequestLog)
    assert isinstance(app._app, Guard)
