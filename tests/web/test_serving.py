"""A process that serves an index: how it begins, what it shows, how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from khsearch import Index, MissingExtraError
from khsearch.web.serving import listening

TEXT = "\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6"


@pytest.fixture
def index(tmp_path: Path) -> Index:
    made = Index.create(tmp_path / "news.idx")
    with made.writer() as writer:
        writer.add({"id": "1", "text": TEXT})
    return made


@contextmanager
def serving(index: Index, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that serves it at a free port, and its address."""
    command = [sys.executable, "-m", "khsearch", "serve", str(index.path), "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = ""
        while "http://" not in told:
            told = process.stderr.readline()
            assert told, "it ended"
        try:
            yield process, re.search(r"http://\S+/", told)[0]  # type: ignore[index]
        finally:
            process.kill()


def get(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def total(url: str) -> int:
    _, body = get(f"{url}api/search")
    return int(json.loads(body)["total"])


def test_it_shows_what_is_committed_meanwhile_and_ends_with_a_signal(index: Index) -> None:
    with serving(index) as (process, url):
        assert total(url) == 1
        with index.writer() as writer:
            writer.add({"id": "2", "text": TEXT})
        assert total(url) == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_what_is_asked_is_written_down_where_that_is_wanted(index: Index, tmp_path: Path) -> None:
    with serving(index, "--query-log", str(tmp_path / "asked.jsonl")) as (_, url):
        get(f"{url}api/search?q=one")
    (line,) = (tmp_path / "asked.jsonl").read_text().splitlines()
    assert json.loads(line)["query"] == "one"


def test_an_interrupt_ends_it(index: Index) -> None:
    with serving(index) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


ENDLESS = """
import sys, time
from khsearch import Index
from khsearch.web import create_app, serve, serving, show_log
serving._LAST_ANSWERS = 1
index = Index.open(sys.argv[1])
Index.search = lambda *_, **__: (print("it begins", file=sys.stderr, flush=True), time.sleep(60))
show_log()
serve(create_app(index), "127.0.0.1", 0, lambda address: print(address, file=sys.stderr, flush=True))
"""


@pytest.mark.parametrize(("sent", "status"), [([signal.SIGTERM], 0), ([signal.SIGINT, signal.SIGINT], 130)])
def test_what_takes_too_long_at_the_end_is_refused_and_not_waited_for(
    index: Index, sent: list[signal.Signals], status: int
) -> None:
    command = [sys.executable, "-c", ENDLESS, str(index.path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process, ThreadPoolExecutor() as asking:
        assert process.stderr is not None
        url = process.stderr.readline().strip()
        answer = asking.submit(get, f"{url}api/search?q=x")
        assert process.stderr.readline() == "it begins\n"
        for one in sent:
            process.send_signal(one)
            time.sleep(0.2)
        assert process.wait(20) == status
        assert answer.result()[0] == 503
        assert "Traceback" not in process.stderr.read()


def test_only_known_hosts_are_answered(index: Index) -> None:
    with serving(index, "--allow-host", "search.example.org") as (_, url):
        assert get(f"{url}health", Host="search.example.org")[0] == 200
        assert get(f"{url}health", Host="evil.example.org")[0] == 400


def test_answers_are_sent_at_once() -> None:
    """Headers and body are two writes: the second would wait until the client has acknowledged the first."""

    async def delays() -> int:
        with listening("127.0.0.1", 0) as door:
            taken: asyncio.Future[asyncio.StreamWriter] = asyncio.get_running_loop().create_future()
            server = await asyncio.start_server(lambda _, writer: taken.set_result(writer), sock=door)
            _, client = await asyncio.open_connection(*door.getsockname())
            writer = await taken
            found = writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            client.close()
            writer.close()
            server.close()
            return int(found)

    assert asyncio.run(delays())


def test_a_port_that_is_taken_is_an_error(index: Index) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "khsearch", "serve", str(index.path), "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert f"127.0.0.1, port {port}: " in done.stderr
    assert "choose another --host or --port" in done.stderr


@pytest.mark.parametrize("facets", ["nothing", "path:year", "path:week"])
def test_facets_that_cannot_be_are_refused_at_once(index: Index, facets: str) -> None:
    command = [sys.executable, "-m", "khsearch", "serve", str(index.path), "--port", "0", "--facets", facets]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert facets.partition(":")[0] in done.stderr


def test_without_the_packages_the_command_that_installs_them_is_told(index: Index, tmp_path: Path) -> None:
    (tmp_path / "starlette.py").write_text("raise ModuleNotFoundError('gone', name='starlette')")
    command = [sys.executable, "-m", "khsearch", "serve", str(index.path)]
    known = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=known, timeout=30, check=False)
    assert done.returncode == 2
    assert "pip install 'khsearch[web]'" in done.stderr
    assert issubclass(MissingExtraError, Exception)
