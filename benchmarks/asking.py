"""asking: one engine alone in a process of its own, asked a class of queries in turn; both ends of the pipe.

Whoever starts an `Asked` talks to a process that has imported everything and opened nothing. For each class of queries
it forks, and the child opens the index: so what a class meets for the first time no other class has met before, and
nobody keeps anything of another ranking or engine. Questions and answers are lines of JSON, one at a time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import IO, Any, Self, cast

from benchmarks.engines import Kind, Opened, Query, engine
from benchmarks.engines.base import LIMIT, Excerpting, Excerpts, Hits, Spaced
from benchmarks.engines.khs import KhsearchOpened
from benchmarks.engines.pages import Page, Shown, Site
from benchmarks.errors import BenchmarkError
from khsearch import Document

STRANGER = "\u179f\u17d2\u179c\u17b6\u1782\u1798\u1793\u17cd"
"""A greeting, which stands in no document: with it an engine reads what its first query of all makes it read."""

Work = Callable[[Query], object]

WORKS: dict[str, Callable[[Any], Work]] = {
    "top": lambda opened: cast("Work", opened.top),
    "excerpts": lambda opened: cast("Work", opened.excerpts),
    "meant": lambda opened: lambda query: _of(opened).search(query, LIMIT).suggestion,
    "completion": lambda opened: lambda query: _of(opened).index.complete(query.text),
}
"""What is timed of a query, by name, beside pages; only the first is for every engine, the second for some."""


def _of(opened: Opened) -> KhsearchOpened:
    if not isinstance(opened, KhsearchOpened):
        raise BenchmarkError(f"{type(opened).__name__} is no index of khsearch, which alone has that")
    return opened


class Asked:
    """An engine at work in a process of its own; a context manager that ends it."""

    def __init__(self, name: str, folder: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.worker", "ask", name, str(folder)]
        pipe, root = subprocess.PIPE, Path(__file__).parent.parent
        self._name = name
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=root)

    def begin(self, queries: Sequence[Query], work: str = "top") -> None:
        """Open the index anew, to be asked these queries."""
        self._tell({"work": work, "queries": [[query.kind, query.text] for query in queries]})

    def microseconds(self) -> list[float]:
        """Ask all queries, one after the other -> CPU time that each took."""
        return cast("list[float]", self._tell({"do": "round"}))

    def top(self, number: int) -> Hits:
        """The ten best documents of one of the queries."""
        return [(id, title) for id, title in self._tell({"do": "top", "query": number})]

    def excerpts(self, number: int) -> Excerpts:
        """The ten best documents of one of the queries, each with an excerpt."""
        return [(id, excerpt) for id, excerpt in self._tell({"do": "excerpts", "query": number})]

    def ids(self, number: int) -> frozenset[str]:
        """All documents of one of the queries."""
        return frozenset(self._tell({"do": "ids", "query": number}))

    def total(self, number: int) -> int:
        """How many documents there are to find for one of the queries."""
        return int(self._tell({"do": "total", "query": number}))

    def page(self, number: int) -> Shown:
        """The page of one of the queries."""
        told = self._tell({"do": "page", "query": number})
        return Shown([(id, title) for id, title in told["hits"]], told["total"], told["facets"])

    def after_commit(self, number: int) -> float:
        """See what another process has committed, and ask one of the queries -> CPU time in microseconds."""
        return float(self._tell({"do": "after commit", "query": number}))

    def once(self, number: int) -> float:
        """Ask one of the queries -> CPU time in microseconds."""
        return float(self._tell({"do": "once", "query": number}))

    def add(self, id: str, text: str) -> tuple[float, float]:
        """Add a document, and ask the first of the queries -> milliseconds by the clock, and of CPU of all threads."""
        wall, cpu = self._tell({"do": "add", "id": id, "text": text})
        return float(wall), float(cpu)

    def end(self) -> None:
        """Close the index."""
        self._tell({"do": "end"})

    def _tell(self, told: object) -> Any:
        sent, back = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        try:
            sent.write(json.dumps(told).encode() + b"\n")
            sent.flush()
        except BrokenPipeError:
            pass  # why it ended is told below
        line = back.readline()
        if not line:
            reason = cast("IO[bytes]", self._process.stderr).read().decode(errors="replace").strip().splitlines()[-1:]
            raise BenchmarkError(f"asking {self._name} failed: {' '.join(reason)}")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process as process:  # closes the pipes and waits
            process.kill()


@contextmanager
def begun(asked: Mapping[str, Asked], queries: Sequence[Query], work: str = "top") -> Iterator[None]:
    """Open the index of each engine anew, to be asked these queries, and close it."""
    for one in asked.values():
        one.begin(queries, work)
    yield
    for one in asked.values():
        one.end()


def serve(name: str, folder: Path, spaced: Spaced) -> None:
    """Answer on stdout what stdin asks, each class of queries by a child of this process."""
    made, lines = engine(name), sys.stdin.buffer
    while line := lines.readline():
        child = os.fork()
        if not child:
            _serve(made.open(folder, spaced), json.loads(line), lines)
            sys.stdout.flush()
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            sys.exit(1)


def _serve(opened: Opened, told: dict[str, Any], lines: IO[bytes]) -> None:
    queries = [Query(Kind(kind), text) for kind, text in told["queries"]]
    page = Page(told["work"]) if told["work"] in set(Page) else None
    site = cast("Site", opened)
    work = WORKS[told["work"]](opened) if page is None else partial(site.page, page=page)
    work(Query(queries[0].kind, STRANGER))
    _answer(None)
    while line := lines.readline():
        asked = json.loads(line)
        query = queries[asked.get("query", 0)]
        match asked["do"]:
            case "round":
                _answer(_round(work, queries))
            case "top":
                _answer(opened.top(query))
            case "excerpts":
                _answer(cast("Excerpting", opened).excerpts(query))
            case "ids":
                _answer(sorted(opened.ids(query)))
            case "total":
                _answer(opened.total(query))
            case "page":
                _answer(asdict(site.page(query, page or Page.ALONE)))
            case "after commit":
                started = time.thread_time_ns()
                site.refresh()
                work(query)
                _answer((time.thread_time_ns() - started) / 1000)
            case "once":
                _answer(_round(work, [query])[0])
            case "add":
                _answer(_add(opened, Document(asked["id"], asked["text"], asked["text"]), query))
            case "end":
                _answer(None)
                return


def _round(work: Work, queries: Sequence[Query]) -> list[float]:
    clock, taken = time.thread_time_ns, []
    for query in queries:
        started = clock()
        work(query)
        taken.append((clock() - started) / 1000)
    return taken


def _add(opened: Opened, document: Document, query: Query) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    opened.add(document)
    opened.top(query)
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def _answer(told: object) -> None:
    print(json.dumps(told), flush=True)
