"""What is asked, a line a search: which searches count, and what happens to the file."""

from __future__ import annotations

import json
import logging
import os
import re
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from khsearch import Index, KhsearchError
from khsearch.web import create_app

RICE, RICE_TYPED_OTHERWISE = "\u179f\u17d2\u179a\u17bc\u179c", "\u179f\u17d2\u179a\u17bc\u200b\u179c"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    index = Index.create(tmp_path_factory.mktemp("log") / "x.idx", fields={"place": "keyword"})
    with index.writer() as writer:
        for number in range(20):
            writer.add({"id": f"{number}", "text": f"{RICE} abc", "place": "a" if number else "b"})
    return index


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queries.log"


@pytest.fixture
def client(index: Index, path: Path) -> TestClient:
    return TestClient(create_app(index, query_log=path), base_url="http://localhost")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines() if line]


def queries(path: Path) -> list[str]:
    return [line["query"] for line in lines(path)]


def test_a_line_tells_when_what_and_how_many(client: TestClient, path: Path) -> None:
    client.get("/api/search", params={"q": RICE_TYPED_OTHERWISE, "limit": 3})
    client.get("/api/search", params={"q": "abc", "place": "b"})
    client.get("/api/search", params={"q": "nowhere"})
    first, second, third = lines(path)
    assert list(first) == ["time", "query", "total", "corrected"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first.pop("time"))
    assert first == {"query": RICE_TYPED_OTHERWISE, "total": 20, "corrected": None}
    assert (second["total"], second["filtered"]) == (1, True)
    assert third["total"] == 0
    assert RICE.encode()[:6] in path.read_bytes()


def test_what_a_query_was_read_as_is_told(client: TestClient, path: Path) -> None:
    corrected = client.get("/api/search", params={"q": f"{RICE}\u1780\u17d2\u1780abc"}).json()["corrected"]
    assert lines(path)[0]["corrected"] == corrected


def test_what_nobody_asked_is_left_out(client: TestClient, path: Path) -> None:
    client.get("/api/search")
    client.get("/api/search", params={"q": " \u200a"})
    client.get("/api/search", params={"q": "abc", "offset": 10})
    client.get("/api/search", params={"q": "abc"}, headers={"X-Khsearch-Instant": "1"})
    client.head("/api/search", params={"q": "abc"})
    client.get("/api/search", params={"q": "abc", "limit": 1000})
    client.get("/api/search", params={"q": "abc"}, headers={"Host": "evil.example"})
    assert path.read_bytes() == b""


def test_a_client_that_has_the_answer_has_asked_all_the_same(client: TestClient, path: Path) -> None:
    tag = client.get("/api/search", params={"q": "abc"}).headers["ETag"]
    assert client.get("/api/search", params={"q": "abc"}, headers={"If-None-Match": tag}).status_code == 304
    assert [line["total"] for line in lines(path)] == [20, 20]


def test_nothing_is_written_unless_a_file_is_named(index: Index, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    TestClient(create_app(index), base_url="http://localhost").get("/api/search?q=abc")
    assert list(tmp_path.iterdir()) == []


def test_only_its_owner_reads_it(client: TestClient, path: Path) -> None:
    client.get("/api/search?q=abc")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_there_keeps_its_lines_and_its_mode(index: Index, path: Path) -> None:
    path.write_text('{"query": "before"}\n{"que')
    path.chmod(0o640)
    client = TestClient(create_app(index, query_log=path), base_url="http://localhost")
    client.get("/api/search?q=abc")
    assert path.read_text().startswith('{"query": "before"}\n{"que\n{"time"')
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_that_was_moved_away_is_made_again(client: TestClient, path: Path) -> None:
    client.get("/api/search?q=first")
    path.rename(path.with_suffix(".1"))
    client.get("/api/search?q=second")
    assert queries(path.with_suffix(".1")) == ["first"]
    assert queries(path) == ["second"]


def test_a_relative_path_stays_where_it_was(index: Index, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    client = TestClient(create_app(index, query_log="q.log"), base_url="http://localhost")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    client.get("/api/search?q=abc")
    assert queries(tmp_path / "q.log") == ["abc"]


def test_many_threads_and_applications_write_whole_lines(index: Index, path: Path) -> None:
    def ask(number: int) -> None:
        client = TestClient(create_app(index, query_log=path), base_url="http://localhost")
        for _ in range(10):
            client.get("/api/search", params={"q": f"{number} " * 100})

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(queries(path)) == sorted(f"{number} " * 100 for number in range(4) for _ in range(10))


def test_a_missing_folder_breaks_no_search_and_is_told_once(
    index: Index, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    client = TestClient(create_app(index, query_log=folder / "q.log"), base_url="http://localhost")
    (folder / "q.log").unlink()
    folder.rmdir()
    with caplog.at_level(logging.WARNING, "khsearch.web"):
        for _ in range(3):
            assert client.get("/api/search?q=abc").json()["total"] == 20
        folder.mkdir()
        client.get("/api/search?q=again")
        (folder / "q.log").unlink()
        folder.rmdir()
        client.get("/api/search?q=abc")
    assert [record.getMessage().partition(": ")[2] for record in caplog.records] == [
        "searches are not written down (No such file or directory)"
    ] * 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_breaks_no_search(client: TestClient, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.unlink()
    path.symlink_to("/dev/full")
    for _ in range(2):
        assert client.get("/api/search?q=abc").status_code == 200
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        f"{path}: searches are not written down (No space left on device)"
    ]


def test_a_line_that_was_cut_off_ends_before_the_next_one(client: TestClient, path: Path, monkeypatch: Any) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:10]))
    assert client.get("/api/search?q=abc").status_code == 200
    monkeypatch.undo()
    client.get("/api/search?q=whole")
    cut, whole = path.read_bytes().splitlines()
    assert len(cut) == 10
    assert json.loads(whole)["query"] == "whole"


def test_a_path_that_cannot_be_written_is_an_error_at_the_start(index: Index, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in tmp_path, tmp_path / "no" / "q.log", tmp_path / "pipe":
        with pytest.raises(KhsearchError, match="name another file"):
            create_app(index, query_log=path)
