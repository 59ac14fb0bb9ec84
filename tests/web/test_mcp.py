"""Tools for language models, asked by the client of the package mcp: in memory, and over stdio as assistants do."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp.server.mcpserver", reason="the package mcp is not installed, or an older one")

from mcp import Client, StdioServerParameters, stdio_client

from khsearch import Index, IndexStoreError, TextField
from khsearch.web import Bounds, create_tools

RICE = "\u179f\u17d2\u179a\u17bc\u179c"
WATER = "\u1791\u17b9\u1780"
LONG = "".join(f"abc {number}. " for number in range(2_000)) + RICE


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    fields = {"section": "keyword", "date": "date", "note": TextField(weight=0.5)}
    index = Index.create(tmp_path_factory.mktemp("tools") / "x.idx", fields=fields)
    with index.writer() as writer:
        writer.add({"id": "a/1", "title": RICE, "text": f"{RICE} {WATER}", "section": "news", "date": date(2021, 5, 1)})
        writer.add({"id": "b", "title": "", "text": f"{RICE} {RICE} abc", "note": "x" * 1_000, "section": "law"})
        writer.add({"id": "long", "text": LONG})
        writer.add({"id": "pdf", "text": f"abc\f{WATER} {RICE}\f"})
    return index


def ask(server: Any, work: Callable[[Client], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with Client(server) as client:
            return await work(client)

    return asyncio.run(run())


def call(server: Any, name: str, **arguments: Any) -> Any:
    """What a tool tells; of an error, its message."""
    told = ask(server, lambda client: client.call_tool(name, arguments))
    (content,) = told.content
    return content.text if told.is_error else json.loads(content.text)


@pytest.fixture(scope="module")
def tools(index: Index) -> Any:
    return create_tools(index)


def test_a_client_learns_what_there_is_and_how_to_ask(tools: Any) -> None:
    found = {tool.name: tool for tool in ask(tools, lambda client: client.list_tools()).tools}
    assert set(found) == {"search", "get", "similar"}
    assert "section (keyword), date (date), note (text:0.5)" in found["search"].description
    assert set(found["search"].input_schema["properties"]) == {"query", "limit", "offset", "filter", "sort", "facets"}
    for tool in found.values():
        assert tool.annotations.read_only_hint
        assert all(argument["description"] for argument in tool.input_schema["properties"].values())


def test_search_tells_what_is_found_in_short(tools: Any) -> None:
    told = call(tools, "search", query=f"{RICE} {WATER}", limit=3)
    assert told["total"] == 2
    assert told["hits"][0] == {
        "id": "a/1",
        "title": RICE,
        "snippet": f"**{RICE}** **{WATER}**",
        "fields": {"section": "news", "date": "2021-05-01"},
    }
    assert [hit.get("looser", False) for hit in told["hits"]] == [False, False, True]
    assert told["hits"][1]["page"] == 2


def test_search_filters_sorts_counts_and_pages(tools: Any) -> None:
    told = call(tools, "search", query=RICE, filter={"section": ["news", "law"]}, facets=["section", "date:year"])
    assert told["total"] == 2
    assert told["facets"] == {"section": {"news": 1, "law": 1}, "date": {"2021": 1}}
    told = call(tools, "search", sort=["-section"], limit=1, offset=1)
    assert [hit["id"] for hit in told["hits"]] == ["b"]
    assert len(told["hits"][0]["fields"]["note"]) == 303


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"limit": 51}, "limit takes a number from 0 to 50, not '51'"),
        ({"limit": -1}, "limit takes a number from 0 to 50, not '-1'"),
        ({"offset": 1001}, "offset takes a number from 0 to 1,000"),
        ({"query": "x" * 301}, "q: 301 characters, and 300 are the most"),
        ({"filter": {"nowhere": 1}}, "nowhere"),
        ({"sort": ["nowhere"]}, "nowhere"),
        ({"facets": ["date:century"]}, "century"),
    ],
)
def test_what_is_asked_wrongly_is_an_error_that_says_what_can_be_asked(
    tools: Any, arguments: dict[str, Any], says: str
) -> None:
    told = call(tools, "search", **arguments)
    assert isinstance(told, str)
    assert says in told


def test_a_long_text_is_read_in_pieces(tools: Any) -> None:
    read, start = "", 0
    while start is not None:
        told = call(tools, "get", id="long", start=start, length=9_999)
        assert told["characters"] == len(LONG)
        read, start = read + told["text"], told["next"]
    assert read == LONG
    assert call(tools, "get", id="long", start=10**9)["text"] == ""


def test_get_shows_the_places_where_a_query_stands(tools: Any) -> None:
    told = call(tools, "get", id="long", query=RICE, length=100)
    (excerpt,) = told["excerpts"]
    assert "text" not in told
    assert excerpt["text"].endswith(f"**{RICE}**")
    assert LONG[excerpt["start"] :].startswith(excerpt["text"][:20])
    assert call(tools, "get", id="pdf", query=WATER)["excerpts"][0]["page"] == 2


def test_similar_finds_others(tools: Any) -> None:
    assert [hit["id"] for hit in call(tools, "similar", id="a/1")["hits"]][:1] == ["pdf"]
    assert "limit takes a number" in call(tools, "similar", id="a/1", limit=1_000)


@pytest.mark.parametrize("name", ["get", "similar"])
def test_an_id_that_no_document_has_is_an_error(tools: Any, name: str) -> None:
    assert call(tools, name, id="none").endswith(": no document 'none'; search for it, and take the id of a hit")


def test_an_index_that_cannot_be_read_tells_no_path(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise IndexStoreError("/secret/path is damaged")

    monkeypatch.setattr(Index, "hit", fails)
    told = call(create_tools(index), "get", id="b")
    assert told == "Error executing tool get: the index cannot be read now; try again later"


def test_a_fault_tells_nothing_of_the_inside(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Index, "hit", lambda *_, **__: 1 / 0)
    assert call(create_tools(index), "get", id="b") == "Error executing tool get: this is a fault of the site"


def test_limits_can_be_others(index: Index) -> None:
    assert "from 0 to 2" in call(create_tools(index, Bounds(limit=2)), "search", limit=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Index.create(tmp_path / "y.idx").writer() as writer:
        writer.add({"id": "1", "text": RICE})
    return tmp_path / "y.idx"


def test_an_assistant_asks_over_stdio_and_sees_what_others_commit(folder: Path) -> None:
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "khsearch", "mcp", str(folder)], env={**os.environ}
    )

    async def work(client: Client) -> list[int]:
        totals = []
        for number in range(2, 4):
            told = await client.call_tool("search", {"query": RICE})
            totals.append(json.loads(told.content[0].text)["total"])
            with Index.open(folder).writer() as writer:
                writer.add({"id": str(number), "text": RICE})
        return totals

    assert ask(stdio_client(server), work) == [1, 2]


def start(*args: object, **options: Any) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "khsearch", "mcp", *map(str, args)]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, **options)


HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


def greet(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(HELLO).encode() + b"\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def test_it_ends_when_stdin_is_closed_and_stdout_has_the_protocol_alone(folder: Path) -> None:
    with start(folder) as process:
        assert "Khmer" in greet(process)["result"]["instructions"]
        rest, told = process.communicate(b'no json\n{"jsonrpc": "2.0", "id": 2, "method": "tools/call"}\n', timeout=60)
    assert process.returncode == 0
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())
    assert b"Traceback" not in told


@pytest.mark.parametrize(("ending", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it(folder: Path, ending: signal.Signals, status: int) -> None:
    with start(folder) as process:
        greet(process)
        process.send_signal(ending)
        assert process.wait(60) == status
        assert process.stderr
        assert process.stderr.read() == b""


def test_a_client_that_has_gone_is_no_error(folder: Path) -> None:
    with start(folder) as process:
        greet(process)
        assert process.stdin
        assert process.stdout
        process.stdout.close()
        process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}).encode() + b"\n")
        process.stdin.close()
        assert process.wait(60) == 0
        assert process.stderr
        assert process.stderr.read() == b""


def test_an_index_that_is_not_there_is_told_in_a_line(tmp_path: Path) -> None:
    with start(tmp_path / "none") as process:
        out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert told.count(b"\n") == 1


@pytest.mark.parametrize("content", ["raise ModuleNotFoundError", "server = None"], ids=["none", "an older one"])
def test_without_the_package_the_command_that_installs_it_is_told(folder: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "mcp.py").write_text(content)
    with start(folder, env={**os.environ, "PYTHONPATH": str(tmp_path)}) as process:
        out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert told == b"khsearch: tools for language models need a package more: pip install 'khsearch[mcp]'\n"
