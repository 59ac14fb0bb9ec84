"""throughput: how many queries a second several threads, or several processes, answer together, all cores allowed.

Threads share one `Index`; processes open one each. A query is text in, ten hits with their stored title and id out.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier as ProcessBarrier
from pathlib import Path

from benchmarks import cache
from benchmarks.corpus import SEED, Corpus
from benchmarks.engines import Kind
from benchmarks.errors import DisagreementError
from benchmarks.queries import Drawer
from benchmarks.timing import Spread, spread
from khsearch import Index

COUNTS = (1, 2, 4)
Barrier = threading.Barrier | ProcessBarrier
KINDS = (Kind.TERM, Kind.AND, Kind.OR)


@dataclass(frozen=True, slots=True)
class Throughput:
    """Queries a second of so many threads or processes."""

    threads: dict[int, Spread]
    processes: dict[int, Spread]


def measure(corpus: Corpus, count: int, rounds: int) -> Throughput:
    """Ask the same queries by one and several threads, and processes; all must find the same."""
    index = cache.index_of(corpus)
    drawer = Drawer(corpus.documents[:5_000], index.analyzer, SEED)
    queries = [query.text for kind in KINDS for query in drawer.draw(kind, count)]
    expected = _ask(index, queries)

    def by_threads(workers: int) -> float:
        barrier = threading.Barrier(workers)
        with ThreadPoolExecutor(workers, initializer=_begin, initargs=(index, barrier)) as pool:
            return _rate(pool, workers, queries, expected)

    def by_processes(workers: int) -> float:
        context = multiprocessing.get_context("spawn")
        barrier = context.Barrier(workers)
        with ProcessPoolExecutor(workers, context, _begin, (index.path, barrier)) as pool:
            return _rate(pool, workers, queries, expected)

    threads = {workers: spread([by_threads(workers) for _ in range(rounds)]) for workers in COUNTS}
    processes = {workers: spread([by_processes(workers) for _ in range(rounds)]) for workers in COUNTS}
    return Throughput(threads, processes)


def _rate(pool: Executor, workers: int, queries: list[str], expected: Sequence[str]) -> float:
    # Everybody waits for the others before it begins, so each takes one of the tasks.
    done = list(pool.map(_work, [queries] * workers))
    for _, _, answers in done:
        for query, got, wanted in zip(queries, answers, expected, strict=True):
            if got != wanted:
                raise DisagreementError(f"{query!r}: {got!r} is first for one of {workers}, {wanted!r} for one alone")
    return workers * len(queries) / (max(end for _, end, _ in done) - min(start for start, _, _ in done))


class _Mine(threading.local):
    """What this thread, or this process's only one, works with."""

    index: Index
    barrier: Barrier


_mine = _Mine()


def _begin(index: Index | Path, barrier: Barrier) -> None:
    _mine.index = index if isinstance(index, Index) else Index.open(index)
    _mine.barrier = barrier


def _work(queries: list[str]) -> tuple[float, float, list[str]]:
    """Ask everything twice, and time the second time -> when it began and ended, by a clock that all share; answers."""
    _ask(_mine.index, queries)
    _mine.barrier.wait()
    started = time.monotonic()
    answers = _ask(_mine.index, queries)
    return started, time.monotonic(), answers


def _ask(index: Index, queries: Sequence[str]) -> list[str]:
    return [_first(index, query) for query in queries]


def _first(index: Index, query: str) -> str:
    hits = [(hit.id, hit.title) for hit in index.search(query)]
    return hits[0][0] if hits else ""


def rows(found: Throughput) -> list[list[str]]:
    """Rows for people: how many at a time, queries a second by threads and by processes."""
    return [[str(count), *(f"{by[count].median:,.0f}" for by in (found.threads, found.processes))] for count in COUNTS]
