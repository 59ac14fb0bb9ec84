"""What each answer of a cluster, or none, is to those who ask; no secret is told."""

from __future__ import annotations

import base64
import logging
import os
import pickle
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest

from khsearch.errors import IndexMismatchError, IndexNotFoundError, IndexStoreError, QueryError
from khsearch.remote.addresses import Address
from khsearch.remote.client import BusyError, Client, ConflictError, TooLargeError, UnreachableError

pytest.importorskip("opensearchpy", reason="opensearch-py is not installed")

SECRET = "hush-hush"


class Server:
    """Answers every request with what it was told, the last answer for ever; keeps what it was asked."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self.answers, self.asked = [*answers], list[Any]()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                owner.asked.append((self.command, self.path, body, dict(self.headers)))
                status, said = owner.answers.pop(0) if len(owner.answers) > 1 else owner.answers[0]
                self.send_response(status)
                self.send_header("content-type", "application/json; charset=UTF-8")
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Nothing is logged."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.http.server_address[1]


@contextmanager
def serving(
    *answers: tuple[int, bytes], auth: tuple[str, str] | None = None, **options: Any
) -> Iterator[tuple[Client, Server]]:
    server = Server(*answers)
    thread = threading.Thread(target=server.http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    client = Client(Address("http", (("127.0.0.1", server.port),), "news"), auth, max_retries=1, **options)
    try:
        yield client, server
    finally:
        client.close()
        server.http.shutdown()
        server.http.server_close()
        thread.join()


def error(kind: str, reason: str = "why it is") -> bytes:
    return orjson.dumps({"error": {"root_cause": [{"type": kind, "reason": reason}], "type": kind, "reason": reason}})


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (404, error("index_not_found_exception"), IndexNotFoundError, "khsearch index"),
        (404, b'{"found":false}', IndexStoreError, "404"),
        (401, b"{}", IndexStoreError, "give user and password"),
        (403, b"Forbidden", IndexStoreError, "check user and password"),
        (403, error("cluster_block_exception", "read-only"), IndexStoreError, "read-only"),
        (409, error("version_conflict_engine_exception"), ConflictError, "another writer"),
        (413, b"", TooLargeError, "max_content_length"),
        (429, error("rejected_execution_exception"), BusyError, "why it is"),
        (429, b"Too Many Requests", BusyError, "retry later"),
        (500, error("exception"), UnreachableError, "why it is"),
        (503, error("unavailable_shards_exception"), UnreachableError, "health"),
        (400, error("query_shard_exception", "too_many_clauses"), QueryError, "fewer words"),
        (400, error("mapper_parsing_exception"), IndexMismatchError, "khsearch rebuild"),
        (400, error("illegal_argument_exception"), IndexStoreError, "why it is"),
        (400, b'["odd"]', UnreachableError, "cut off"),
    ],
)
def test_every_refusal_is_an_error_that_says_what_to_do(
    status: int, body: bytes, kind: type[Exception], told: str
) -> None:
    with serving((status, body)) as (client, _):
        with pytest.raises(kind, match=told) as caught:
            client.ask("GET", "/news/_doc/1")
        assert client.name in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


@pytest.mark.parametrize("body", [b'{"found":tr', b"", b"<html>", b'"text"', b"\xff\xfe"])
def test_half_an_answer_is_asked_for_again(body: bytes) -> None:
    with serving((200, body), (200, b'{"found":true}')) as (client, server):
        assert client.ask("GET", "/news/_doc/1") == {"found": True}
        assert len(server.asked) >= 2


@pytest.mark.parametrize("body", [b'{"found":tr', b"", b"\xff\xfe"])
def test_half_an_answer_time_after_time_is_an_error(body: bytes) -> None:
    with serving((200, body)) as (client, _), pytest.raises(UnreachableError, match="cut off"):
        client.ask("GET", "/news/_doc/1")


def test_what_may_be_missing_is_what_the_caller_says() -> None:
    with serving((404, b'{"found":false}'), (404, error("index_not_found_exception"))) as (client, _):
        assert client.ask("GET", "/news/_doc/1", missing=None) is None
        with pytest.raises(IndexNotFoundError):
            client.ask("GET", "/news/_doc/1", missing=None)


def test_what_is_asked_is_sent() -> None:
    with serving((200, b"{}"), auth=("me", SECRET)) as (client, server):
        client.ask("POST", "/news/_bulk", b"{}\n", params={"timeout": "9s", "refresh": True}, ndjson=True)
        client.ask("PUT", "/news", {"a": 1})
        assert client.requests == 2
    (method, path, body, headers), (_, _, other, _) = server.asked
    assert (method, body, other) == ("POST", b"{}\n", b'{"a":1}')
    assert sorted(path.partition("?")[2].split("&")) == ["refresh=true", "timeout=9s"]
    named = {name.lower(): value for name, value in headers.items()}
    assert named["content-type"] == "application/x-ndjson"
    assert named["authorization"] == "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()


def test_nobody_there_is_told_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(Address("http", (("127.0.0.1", 9),), "news"), ("me", SECRET))
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(UnreachableError, match=r"Connection refused.*start OpenSearch") as caught,
    ):
        client.ask("GET", "/")
    text = "".join(traceback.format_exception(caught.value))
    assert SECRET not in text + caplog.text + repr(client) + repr(client.address)
    assert "opensearchpy" not in text


def test_silence_is_an_error() -> None:
    with serving((200, b"{}")) as (client, server):
        server.http.RequestHandlerClass.do_GET = lambda *_: threading.Event().wait(1)  # type: ignore[attr-defined]
        with pytest.raises(UnreachableError, match=r"no answer within 0\.1 seconds"):
            client.ask("GET", "/", seconds=0.1)


def test_options_that_cannot_be_are_told_without_secrets() -> None:
    client = Client(Address("https", (("127.0.0.1", 9),), "news"), ("me", SECRET), connection_class=SECRET)
    with pytest.raises(IndexStoreError, match="check connection_class") as caught:
        client.ask("GET", "/")
    assert SECRET not in str(caught.value)


def test_no_timeout_is_the_one_that_holds_without() -> None:
    with serving((200, b"{}"), timeout=None) as (client, _):
        assert client.ask("GET", "/") == {}


def test_no_pickle_of_a_client_holds_a_secret() -> None:
    client = Client(Address("http", (("127.0.0.1", 9),), "news"), ("me", SECRET))
    with pytest.raises(TypeError, match="address"):
        pickle.dumps(client)


@pytest.mark.parametrize(("number", "major"), [("2.19.6", 2), ("3.9.0", 3), ("", 2)])
def test_the_version_is_asked_once(number: str, major: int) -> None:
    with serving((200, orjson.dumps({"version": {"number": number}}))) as (client, server):
        assert (client.major, client.major) == (major, major)
        assert len(server.asked) == 1


def test_part_of_an_answer_is_an_error() -> None:
    client = Client(Address("http", (("127.0.0.1", 9),), "news"))
    whole = {"_shards": {"total": 2, "successful": 2, "failed": 0}, "timed_out": False}
    assert client.checked(whole) is whole
    part = {"total": 2, "successful": 1, "failed": 1, "failures": [{"reason": {"type": "t", "reason": "node left"}}]}
    with pytest.raises(IndexStoreError, match=r"only 1 of 2 shards answered: node left"):
        client.checked({"_shards": part})
    with pytest.raises(IndexStoreError, match="too long"):
        client.checked({"_shards": whole["_shards"], "timed_out": True})


def test_a_forked_child_has_connections_of_its_own() -> None:
    with serving((200, b"{}")) as (client, _):
        client.ask("GET", "/")
        kept = client._library
        child = os.fork()
        if not child:
            code = 1
            try:
                client.ask("GET", "/")
                code = 0 if client._library is not kept else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert client._library is kept
