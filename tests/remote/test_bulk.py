"""Whatever OpenSearch answers to a bulk, every document arrives once, or an error names what did not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

import orjson
import pytest

from khsearch.errors import DocumentError, IndexNotFoundError, IndexStoreError
from khsearch.remote import bulk
from khsearch.remote.bulk import Bulk
from khsearch.remote.client import BusyError, Client, TooLargeError, UnreachableError
from khsearch.remote.mapping import action
from khsearch.remote.patience import TRIES, patiently

Answer = Callable[[list[str]], dict[str, Any] | None]


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr("khsearch.remote.patience.time.sleep", found.append)
    return found


class Cluster:
    """Stands for a client: `answer` says what becomes of a request of these ids; None: all is well."""

    name = "http://host:9200/news"

    def __init__(self, answer: Answer = lambda _: None) -> None:
        self.kept: dict[str, int] = {}
        self.requests: list[list[str]] = []
        self._answer = answer
        self._lock = threading.Lock()

    def ask(self, method: str, path: str, body: bytes, **named: Any) -> Any:
        assert (method, path, named["ndjson"]) == ("POST", "/news-1-w/_bulk", True)
        with self._lock:
            lines = body.splitlines()
            ids = [orjson.loads(line)["index"]["_id"] for line in lines[::2]]
            self.requests.append(ids)
            told = self._answer(ids)
            refused = told or {}
            items = []
            for id, line in zip(ids, lines[::2], strict=True):
                version = orjson.loads(line)["index"]["version"]
                if id in refused:
                    items.append({"index": refused[id]})
                elif self.kept.get(id, 0) >= version:
                    items.append({"index": {"status": 409, "error": {"type": "version_conflict_engine_exception"}}})
                else:
                    self.kept[id] = version
                    items.append({"index": {"status": 201}})
            return {"errors": bool(refused), "items": items}


def item(number: int, size: int = 0) -> bytes:
    source = orjson.dumps({"doc": {"id": f"document {number}", "text": "x" * size}})
    return action("index", str(number), number) + source + b"\n"


def items(count: int, size: int = 0) -> Iterator[bytes]:
    return (item(number, size) for number in range(1, count + 1))


def send(cluster: Cluster, what: Iterator[bytes]) -> Bulk:
    found = Bulk(cast("Client", cluster), "news-1-w")
    try:
        found.add(what)
        found.finish()
    finally:
        found.stop()
    return found


def refused(status: int, kind: str = "rejected_execution_exception", reason: str = "why") -> dict[str, Any]:
    return {"status": status, "error": {"type": kind, "reason": reason}}


def test_documents_go_by_bytes_and_by_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_ITEMS", 10)
    monkeypatch.setattr(bulk, "MOST_BYTES", 10_000)
    cluster = Cluster()
    assert send(cluster, items(25)).sent == 25
    assert sorted(map(len, cluster.requests)) == [5, 10, 10]
    cluster = Cluster()
    assert send(cluster, items(9, 4_000)).sent == 9
    assert sorted(map(len, cluster.requests)) == [1, 2, 2, 2, 2]
    assert len(cluster.kept) == 9


def test_a_request_that_is_too_much_is_halved_until_it_goes(pauses: list[float]) -> None:
    def answer(ids: list[str]) -> None:
        if len(ids) > 3:
            raise BusyError("429")

    cluster = Cluster(answer)
    assert send(cluster, items(40)).sent == 40
    assert len(cluster.kept) == 40
    assert pauses


def test_a_request_that_is_too_long_is_halved_at_once(pauses: list[float]) -> None:
    def answer(ids: list[str]) -> None:
        if len(ids) > 1:
            raise TooLargeError("413")

    cluster = Cluster(answer)
    assert send(cluster, items(5)).sent == 5
    assert not pauses


@pytest.mark.parametrize(("error", "size"), [(TooLargeError("413"), 0), (BusyError("429"), 100_000)])
def test_a_document_that_is_too_large_is_named(error: Exception, size: int) -> None:
    def answer(ids: list[str]) -> None:
        if "3" in ids:
            raise error

    with pytest.raises(DocumentError, match=r"'3'.*split it"):
        send(Cluster(answer), items(5, size))


def test_a_small_document_is_not_to_blame_for_a_cluster_that_has_too_much_to_do(pauses: list[float]) -> None:
    def answer(_: list[str]) -> None:
        raise BusyError("too much to do")

    with pytest.raises(BusyError, match="too much to do"):
        send(Cluster(answer), items(1))
    assert len(pauses) == TRIES - 1
    assert max(pauses) <= 10
    assert pauses[-1] > pauses[0]


@pytest.mark.parametrize("status", [429, 503, 500])
def test_only_what_was_refused_goes_again(status: int, pauses: list[float]) -> None:
    first: list[list[str]] = []

    def answer(ids: list[str]) -> dict[str, Any]:
        first.append(ids)
        return {id: refused(status) for id in ids if len(first) == 1 and int(id) % 2}

    cluster = Cluster(answer)
    assert send(cluster, items(6)).sent == 6
    assert cluster.requests == [["1", "2", "3", "4", "5", "6"], ["1", "3", "5"]]
    assert len(pauses) == 1


def test_what_is_refused_time_after_time_is_named() -> None:
    def answer(ids: list[str]) -> dict[str, Any]:
        return {id: refused(503, "unavailable_shards_exception", "no primary") for id in ids if id == "2"}

    cluster = Cluster(answer)
    with pytest.raises(IndexStoreError, match=r"1 documents.*'2' \(503, unavailable_shards.*no primary\)"):
        send(cluster, items(4))
    assert len(cluster.kept) == 3


def test_a_request_without_an_answer_goes_again_and_counts_once() -> None:
    cluster = Cluster()
    lost: list[int] = []

    def answer(ids: list[str]) -> None:
        if len(lost) < 3:
            lost.append(1)
            if len(lost) > 1:  # it was carried out, and only the answer was lost
                cluster.kept.update({id: int(id) for id in ids})
            raise UnreachableError("gone")

    cluster._answer = answer
    assert send(cluster, items(10)).sent == 10
    assert cluster.kept == {str(number): number for number in range(1, 11)}


def test_nobody_there_is_an_error_after_a_while(pauses: list[float]) -> None:
    def answer(_: list[str]) -> None:
        raise UnreachableError("nobody answers")

    with pytest.raises(UnreachableError, match="nobody answers"):
        send(Cluster(answer), items(3))
    assert len(pauses) <= 2 * TRIES


def test_an_answer_to_other_documents_is_none() -> None:
    class Short(Cluster):
        def ask(self, method: str, path: str, body: bytes, **named: Any) -> Any:
            found = super().ask(method, path, body, **named)
            if len(self.requests) == 1:
                found["items"].pop()
            return found

    cluster = Short()
    assert send(cluster, items(4)).sent == 4
    assert len(cluster.requests) == 2


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (refused(400, "mapper_parsing_exception", "failed to parse"), DocumentError, "'2'.*failed to parse"),
        (refused(404, "index_not_found_exception", "no such index"), IndexNotFoundError, "make it again"),
        (refused(403, "cluster_block_exception", "read-only"), IndexStoreError, "read-only.*blocks"),
    ],
)
def test_what_no_repetition_mends_is_an_error_at_once(
    answer: dict[str, Any], kind: type[Exception], told: str, pauses: list[float]
) -> None:
    with pytest.raises(kind, match=told):
        send(Cluster(lambda ids: {"2": answer} if "2" in ids else None), items(3))
    assert not pauses


def test_an_error_of_one_request_stops_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_ITEMS", 1)
    cluster = Cluster(lambda ids: {"1": refused(400)} if ids == ["1"] else None)
    with pytest.raises(DocumentError):
        send(cluster, items(1_000))
    assert len(cluster.requests) < 10


def test_patience_has_an_end(pauses: list[float]) -> None:
    tried: list[int] = []

    def ask() -> int:
        tried.append(1)
        if len(tried) < 3:
            raise BusyError("busy")
        return 7

    assert patiently(ask) == 7
    tried.clear()
    with pytest.raises(IndexStoreError, match="other"):
        patiently(lambda: raising(IndexStoreError("other")))
    assert len(pauses) == 2
    with pytest.raises(UnreachableError):
        patiently(lambda: raising(UnreachableError("gone")))
    assert len(pauses) == 2 + TRIES - 1


def raising(error: Exception) -> None:
    raise error
