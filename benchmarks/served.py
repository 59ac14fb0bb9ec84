"""served: `khsearch serve` under load: clients that search while another process commits each second, and one crowd.

Beside it, what threads of the same `Index` do without HTTP, under the same commits: search, and the same JSON. All
that is asked is checked: an answer is right if its total is that of the index, which the commits do not change.

Server, clients and writer share the cores. Do not take the milliseconds for those of a site with few visitors.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import cache
from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus
from benchmarks.engines import Kind
from benchmarks.errors import BenchmarkError, DisagreementError, MissedError
from benchmarks.queries import Drawer
from benchmarks.timing import percentile
from khsearch import Index

KINDS = (Kind.TERM, Kind.AND, Kind.OR)
THREADS = (1, 4)
"""How many threads ask the same index; the better rate counts."""

CROWD = 200
"""Clients that are more than a site answers."""

TAIL_BAR, RATE_BAR = 20.0, 0.5
"""p99 by p50, at most; searches a second by those of threads, at least."""

COLUMNS = ["clients", "searches/s", "threads, searches/s", "p50 ms", "p99 ms", "p99 / p50", "MB before", "after", "503"]


@dataclass(frozen=True, slots=True)
class Load:
    """What some clients were told.

    answers    right ones                         busy   503, with a time to come again
    rate       answers a second                   p50, p99  milliseconds until an answer is there
    megabytes  of the server, before and after
    """

    clients: int
    answers: int
    busy: int
    rate: float
    p50: float
    p99: float
    megabytes: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """Clients while commits follow each other; a crowd; a few clients behind it; searches a second of threads."""

    steady: Load
    crowd: Load
    after: Load
    commits: int
    threads: float


def measure(corpus: Corpus, clients: int, seconds: float, count: int, show: Show) -> Figures:
    """Load a server for some seconds, then threads; DisagreementError for an answer that is wrong."""
    made = cache.index_of(corpus)
    drawer = Drawer(corpus.documents[:5_000], made.analyzer, SEED)
    texts = [query.text for kind in KINDS for query in drawer.draw(kind, count)]
    with tempfile.TemporaryDirectory(prefix="khsearch-bench-", ignore_cleanup_errors=True) as place:
        path, asked = Path(place) / "site.idx", Path(place) / "queries.json"
        shutil.copytree(made.path, path)
        asked.write_text(json.dumps(_totals(Index.open(path), texts)), "utf-8")
        with server(path) as (process, url):
            _load(process, url, asked, clients, min(seconds, 5))  # what is asked first is read then
            show(1, 5)
            with _writer(path, seconds) as writer:
                steady = _load(process, url, asked, clients, seconds)
                commits = json.loads(writer.communicate()[0])["commits"]
            show(2, 5)
            crowd = _load(process, url, asked, CROWD, min(seconds, 10))
            show(3, 5)
            after = _load(process, url, asked, 2, min(seconds, 5))
            show(4, 5)
        short = min(seconds, 10)
        with _writer(path, short * len(THREADS)):
            rates = [_run("threads", path, asked, number, short)["rate"] for number in THREADS]
    return Figures(steady, crowd, after, commits, max(rates))


def check(figures: Mapping[str, Any]) -> None:
    """Raise MissedError where a bar is missed. figures: as a run keeps them."""
    steady, crowd, after = (Load(**figures[name]) for name in ("steady", "crowd", "after"))
    threads, missed = figures["threads"], []
    if steady.p99 > TAIL_BAR * steady.p50:
        missed.append(f"p99 is {steady.p99 / steady.p50:.1f} times p50; at most {TAIL_BAR:g}")
    if steady.rate < RATE_BAR * threads:
        missed.append(f"{steady.rate:.0f} searches a second, {threads:.0f} by threads; {RATE_BAR:g} of it")
    if steady.busy or not crowd.busy or after.busy:
        missed.append("refused: " + ", ".join(str(one.busy) for one in (steady, crowd, after)))
    if missed:
        raise MissedError("; ".join(missed))


@contextmanager
def server(path: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve an index at a free port of this machine while the block runs -> the process, and its address."""
    command = [sys.executable, "-m", "khsearch", "serve", str(path), "--port", "0", *options]
    log = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
    with log, subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
        try:
            line = process.stderr.readline() if process.stderr else ""
            found = re.search(r"http://\S+", line)
            if not found:
                raise BenchmarkError(f"the server did not begin: {line.strip()}")
            drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)  # else its log blocks it
            yield process, found[0]
        finally:
            process.send_signal(signal.SIGTERM)
            if process.wait(30):
                raise BenchmarkError(f"the server ended with status {process.returncode}")
            drain.wait(10)


@contextmanager
def _writer(path: Path, seconds: float) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.served_worker", "write", str(path), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        yield process


def _totals(index: Index, texts: Sequence[str]) -> dict[str, list[int]]:
    """What each query finds; those whose set depends on scores, which commits change, are left out."""
    found = {text: index.search(text, limit=1) for text in texts}
    strict = {text: index.search(text, limit=0, match="all").total for text in texts}
    return {text: [one.total] for text, one in found.items() if one.total == strict[text] > 0}


def _run(work: str, place: Path | str, asked: Path, count: int, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.served_worker", work, str(place), str(asked), str(count), str(seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def _load(process: subprocess.Popen[str], url: str, asked: Path, clients: int, seconds: float) -> Load:
    before = _megabytes(process.pid)
    found = _run("clients", url, asked, clients, seconds)
    told = dict(found["told"])
    right, busy = told.pop("right", 0), told.pop("busy", 0)
    if any(told.values()) or not right:
        raise DisagreementError(f"of {clients} clients, {right} answers were right; {told} {found['broken']}")
    waited = found["waited"]
    times = percentile(waited, 0.5), percentile(waited, 0.99)
    return Load(clients, right, busy, right / found["seconds"], *times, (before, _megabytes(process.pid)))


def _megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def rows(found: Figures) -> list[list[str]]:
    """Rows for people."""
    shown = []
    for load in (found.steady, found.crowd, found.after):
        threads = f"{found.threads:,.0f}" if load is found.steady else ""
        times = [f"{load.p50:.1f}", f"{load.p99:.1f}", f"{load.p99 / load.p50:.1f}"]
        sizes = [f"{size:.0f}" for size in load.megabytes]
        shown.append([f"{load.clients}", f"{load.rate:,.0f}", threads, *times, *sizes, f"{load.busy:,}"])
    return shown
