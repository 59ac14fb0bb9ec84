"""throughput: how many queries a second several threads, or several processes, answer together, all cores allowed.

A query is text in, ten hits with their stored title and id out. Threads of khsearch share one `Index`; those of a peer
open one each, for what breaks their queries is for one thread. Processes, of khsearch alone, open one each. One and
several take turns, round by round, and what is told of two beside one is a quotient inside a round.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Barrier as ProcessBarrier
from pathlib import Path

from benchmarks import latency, worker
from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus
from benchmarks.engines import KHSEARCH, Kind, Opened, Query, engine
from benchmarks.errors import DisagreementError
from benchmarks.queries import Drawer
from benchmarks.timing import Spread, quotients, spread
from khsearch.khmer import Analyzer, breaker

COUNTS = (1, 2, 4)
KINDS = (Kind.TERM, Kind.AND, Kind.OR)
COLUMNS = ["engine, at a time", "threads", "processes", "threads, one = 1"]

_Barrier = threading.Barrier | ProcessBarrier


@dataclass(frozen=True, slots=True)
class Throughput:
    """Queries a second of so many threads or processes.

    of_one  what those of so many threads are of those of one, round by round
    """

    threads: dict[int, Spread]
    of_one: dict[int, Spread]
    processes: dict[int, Spread]


def measure(corpus: Corpus, peers: Sequence[str], count: int, rounds: int, show: Show) -> dict[str, Throughput]:
    """Ask the same queries by one and several threads, and processes; all must find the same."""
    drawer = Drawer(corpus.documents[:5_000], Analyzer(breaker()), SEED)
    queries = [query for kind in KINDS for query in drawer.draw(kind, count)]
    names = [KHSEARCH, *peers]
    with tempfile.TemporaryDirectory(prefix="khsearch-bench-") as place:
        folders = latency.build(corpus, names, Path(place), show)
        return {name: _measure(name, folders[name], queries, rounds) for name in names}


def _measure(name: str, folder: Path, queries: Sequence[Query], rounds: int) -> Throughput:
    opened = _open(name, folder)
    expected = _ask(opened, queries)
    shared = opened if name == KHSEARCH else None

    def by_threads(workers: int) -> float:
        begin = partial(_begin, name, folder, threading.Barrier(workers), shared)
        with ThreadPoolExecutor(workers, initializer=begin) as pool:
            return _rate(pool, workers, queries, expected)

    def by_processes(workers: int) -> float:
        context = multiprocessing.get_context("spawn")
        begin = partial(_begin, name, folder, context.Barrier(workers))
        with ProcessPoolExecutor(workers, context, begin) as pool:
            return _rate(pool, workers, queries, expected)

    threads = {workers: list[float]() for workers in COUNTS}
    processes = {workers: list[float]() for workers in COUNTS if shared}
    for number in range(rounds):
        for workers in COUNTS[:: -1 if number % 2 else 1]:
            threads[workers].append(by_threads(workers))
            if shared:
                processes[workers].append(by_processes(workers))
    of_one = {workers: quotients(rates, threads[1]) for workers, rates in threads.items()}
    return Throughput(_spreads(threads), of_one, _spreads(processes))


def _spreads(rates: Mapping[int, Sequence[float]]) -> dict[int, Spread]:
    return {workers: spread(found) for workers, found in rates.items()}


def _open(name: str, folder: Path) -> Opened:
    return engine(name).open(folder, worker.spaced_by_icu())


def _rate(pool: Executor, workers: int, queries: Sequence[Query], expected: Sequence[str]) -> float:
    # Everybody waits for the others before it begins, so each takes one of the tasks.
    done = list(pool.map(_work, [queries] * workers))
    for _, _, answers in done:
        for query, got, wanted in zip(queries, answers, expected, strict=True):
            if got != wanted:
                raise DisagreementError(
                    f"{query.text!r}: {got or 'nothing'} for one of {workers}, {wanted or 'nothing'} for one alone"
                )
    return workers * len(queries) / (max(end for _, end, _ in done) - min(start for start, _, _ in done))


class _Mine(threading.local):
    """What this thread, or this process's only one, works with."""

    opened: Opened
    barrier: _Barrier


_mine = _Mine()


def _begin(name: str, folder: Path, barrier: _Barrier, shared: Opened | None = None) -> None:
    _mine.opened = shared or _open(name, folder)
    _mine.barrier = barrier


def _work(queries: Sequence[Query]) -> tuple[float, float, list[str]]:
    """Ask everything twice, and time the second time -> when it began and ended, by a clock that all share; answers."""
    _ask(_mine.opened, queries)
    _mine.barrier.wait()
    started = time.monotonic()
    answers = _ask(_mine.opened, queries)
    return started, time.monotonic(), answers


def _ask(opened: Opened, queries: Sequence[Query]) -> list[str]:
    """The ids of the hits of each query, best first."""
    return [" ".join(id for id, _ in opened.top(query)) for query in queries]


def rows(found: Mapping[str, Throughput]) -> list[list[str]]:
    """Rows for people: how many at a time, queries a second by threads and by processes, threads beside one."""
    return [
        [
            f"{name}, {count}",
            f"{one.threads[count].median:,.0f}",
            f"{one.processes[count].median:,.0f}" if one.processes else "",
            str(one.of_one[count]),
        ]
        for name, one in found.items()
        for count in COUNTS
    ]
