"""clusters: khsearch on OpenSearch, on one shard and on three, beside the embedded engine and OpenSearch's ICU words.

One node for all. Each way takes its turn in each round and for each query, so that a ratio is one of the same minutes;
node and client share the cores. Do not take the milliseconds for those of a cluster with machines of its own.

Ranking is that of judged queries. What has to be the same (sets, totals, facets, sorts, snippets, marks) is asked with
queries of every operator, of the same documents with own fields.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from benchmarks import alike, node, operators, relevance
from benchmarks.alike import Aspect
from benchmarks.baselines import Run
from benchmarks.console import Show
from benchmarks.corpus import sentences
from benchmarks.errors import MissedError
from benchmarks.icu import IcuIndex
from benchmarks.judged import Collection
from benchmarks.timing import Spread, percentile, quotients
from khsearch import Index

EMBEDDED, ICU = "khsearch, embedded", "OpenSearch, ICU"
SHARDS = {"khsearch on OpenSearch": 1, "khsearch on OpenSearch, 3 shards": 3}
ONE = next(iter(SHARDS))

TOP = 10
WARMING = 150
"""Sentences that both are asked before anything is timed: Java compiles what it runs often."""

OVERLAP_BAR, NDCG_BAR, ICU_BAR = 98.0, 0.5, 10.0
"""Percent of the embedded engine's top ten; points of nDCG@10 that may be between them; points above ICU, of news."""

INDEXING_BAR, NEW_BAR, KNOWN_BAR = 0.5, 4.0, 2.5
"""Documents a second by those of ICU, at least; p50 of a query by that of ICU, new and known, at most."""

NEW_REQUESTS, KNOWN_REQUESTS = 3, 1

COLUMNS = ["ranking", "nDCG@10", "overlap of the top 10, %", "the same first, %"]
SAME_COLUMNS = ["aspect", *SHARDS]
SPEED_COLUMNS = [
    "way",
    "documents/s",
    "by ICU",
    "new query, ms p50",
    "by ICU",
    "requests",
    "known",
    "by ICU",
    "requests",
]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Points of nDCG@10; percent of the embedded engine's top ten, and of its first hits, that are there as well."""

    ndcg: float
    overlap: float
    first: float


@dataclass(frozen=True, slots=True)
class Asking:
    """A query to ten ids and titles: milliseconds, by those of ICU; requests, median and most, and for what."""

    p50_ms: float
    by_icu: float
    requests: int
    most: int
    dearest: str


@dataclass(frozen=True, slots=True)
class Speed:
    """Raw documents to an index that is searched, and queries that are asked for the first time and once more."""

    documents_per_s: float
    by_icu: Spread
    new: Asking
    known: Asking


@dataclass(frozen=True, slots=True)
class Figures:
    """Rankings and speeds by way; what was the same, by the name of the index on OpenSearch and aspect."""

    rankings: Mapping[str, Ranking]
    same: Mapping[str, Mapping[str, Aspect]]
    speeds: Mapping[str, Speed]


def measure(collection: Collection, queries: int, rounds: int, show: Show) -> Figures:
    """Measure all of it on a node; BenchmarkError where none can be. queries: of all operators together."""
    with node.running() as url, tempfile.TemporaryDirectory(prefix="khsearch-bench-") as place:
        speeds = _speeds(url, Path(place), collection, rounds, show)
        with _indexes(url, Path(place), collection) as (here, there, icu):
            rankings = _rankings(collection, here, there, icu)
            asked = operators.draw(collection.corpus.documents, queries)
            same = {name: alike.compare(here, index, asked, show) for name, index in there.items()}
    return Figures(rankings, same, speeds)


@contextmanager
def _indexes(url: str, place: Path, collection: Collection) -> Iterator[tuple[Index, dict[str, Index], IcuIndex]]:
    """The same documents with own fields in each; ICU has their titles and texts."""
    documents = operators.with_fields(collection.corpus.documents)
    with ExitStack() as stack:
        there = {name: stack.enter_context(_on_node(url, shards)) for name, shards in SHARDS.items()}
        here = stack.enter_context(Index.create(place / "embedded.idx", fields=operators.FIELDS))
        icu = IcuIndex(url, _fresh())
        stack.callback(icu.remove)
        for index in (here, *there.values()):
            with index.writer() as writer:
                writer.add_all(documents)
        icu.add(documents)
        yield here, there, icu


@contextmanager
def _on_node(url: str, shards: int, *, fields: bool = True) -> Iterator[Index]:
    """An index on the node, which is removed from it when the block ends."""
    name = _fresh()
    with Index.create(f"{url}/{name}", shards=shards, fields=operators.FIELDS if fields else None) as index:
        try:
            yield index
        finally:
            _remove(url, name)


def _fresh() -> str:
    return f"benchmark-{uuid4().hex}"


def _remove(url: str, name: str) -> None:
    from opensearchpy import OpenSearch

    client = OpenSearch(url)
    client.indices.delete(index=f"{quote(name)}-*")
    client.close()


def _rankings(collection: Collection, here: Index, there: Mapping[str, Index], icu: IcuIndex) -> dict[str, Ranking]:
    tops: dict[str, Run] = {
        name: {query: [hit.id for hit in index.search(text, limit=TOP)] for query, text in collection.queries.items()}
        for name, index in {EMBEDDED: here, **there}.items()
    }
    tops[ICU] = {query: [id for id, _ in icu.top(text, TOP)] for query, text in collection.queries.items()}
    return {name: _ranking(collection, tops[EMBEDDED], run) for name, run in tops.items()}


def _ranking(collection: Collection, ours: Run, run: Run) -> Ranking:
    points = relevance.measure(collection, run)[relevance.MEASURES[0]]
    asked = [(ids, run[query]) for query, ids in ours.items() if ids]
    overlap = sum(len({*ids} & {*theirs}) / len(ids) for ids, theirs in asked)
    first = sum(ids[:1] == theirs[:1] for ids, theirs in asked)
    return Ranking(sum(points.values()) / len(points), 100 * overlap / len(asked), 100 * first / len(asked))


def _speeds(url: str, place: Path, collection: Collection, rounds: int, show: Show) -> dict[str, Speed]:
    """Index and ask in turns; the last round's indexes are asked."""
    taken: dict[str, list[float]] = {name: [] for name in (ICU, EMBEDDED, *SHARDS)}
    for number in range(rounds + 1):
        with ExitStack() as stack:
            opened = {name: stack.enter_context(_on_node(url, shards, fields=False)) for name, shards in SHARDS.items()}
            opened[EMBEDDED] = stack.enter_context(Index.create(place / f"speed{number}.idx"))
            icu = IcuIndex(url, _fresh())
            stack.callback(icu.remove)
            for name in list(taken)[:: -1 if number % 2 else 1]:
                seconds = _seconds(icu.add if name == ICU else _adding(opened[name]), collection)
                if number:  # the first round is Java's, to compile
                    taken[name].append(seconds)
            show(number, rounds + 1)
            if number == rounds:
                asked = _ask(collection, icu, opened)
    count = len(collection.corpus.documents)
    return {
        name: Speed(count / percentile(seconds, 0.5), quotients(taken[ICU], seconds), *asked[name])
        for name, seconds in taken.items()
    }


def _adding(index: Index) -> Callable[[Any], None]:
    def add(documents: Any) -> None:
        with index.writer() as writer:
            writer.add_all(documents)

    return add


def _seconds(add: Callable[[Any], None], collection: Collection) -> float:
    started = time.perf_counter()
    add(collection.corpus.documents)
    return time.perf_counter() - started


def _ask(collection: Collection, icu: IcuIndex, opened: Mapping[str, Index]) -> dict[str, tuple[Asking, Asking]]:
    """Every way is asked each judged query before the next one; then all of them once more."""
    ways: dict[str, Callable[[str], object]] = {ICU: icu.top}
    ways |= {name: lambda text, index=index: _ten(index, text) for name, index in opened.items()}  # type: ignore[misc]
    queries = list(dict.fromkeys(collection.queries.values()))
    known = {*queries}
    warming = [text[:24] for text in dict.fromkeys(sentences(collection.corpus.documents)) if text[:24] not in known]
    _times(ways, opened, warming[:: max(1, len(warming) // WARMING)])
    rounds = [_times(ways, opened, queries) for _ in range(2)]
    found = {}
    for name in ways:
        pair = []
        for times in rounds:
            p50, icus = (percentile([one for one, _ in times[way]], 0.5) for way in (name, ICU))
            requests = [one for _, one in times[name]]
            most = max(requests)
            dearest = queries[requests.index(most)] if most else ""
            pair.append(Asking(1000 * p50, p50 / icus, int(percentile(requests, 0.5)), most, dearest))
        found[name] = (pair[0], pair[1])
    return found


def _ten(index: Index, text: str) -> list[tuple[str, str]]:
    return [(hit.id, hit.title) for hit in index.search(text, limit=TOP)]


def _times(
    ways: Mapping[str, Callable[[str], object]], opened: Mapping[str, Index], queries: Sequence[str]
) -> dict[str, list[tuple[float, int]]]:
    """Seconds and requests of each query, by way."""
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in ways}
    for number, text in enumerate(queries):
        for name in list(ways)[:: -1 if number % 2 else 1]:
            before = _requests(opened.get(name))
            started = time.perf_counter()
            ways[name](text)
            seconds = time.perf_counter() - started
            found[name].append((seconds, _requests(opened.get(name)) - before))
    return found


def _requests(index: Index | None) -> int:
    """Requests that an index has made of its node so far."""
    client = getattr(getattr(index, "_engine", None), "_client", None)
    return int(client.requests) if client else 0


def check(figures: Mapping[str, Any], *, news: bool) -> None:
    """Raise MissedError where a bar is missed. figures: as a run keeps them. news: whether ICU has to be far below."""
    rankings, speeds, missed = figures["rankings"], figures["speeds"], []
    ours = rankings[EMBEDDED]["ndcg"]
    for name in SHARDS:
        one = rankings[name]
        if one["overlap"] < OVERLAP_BAR:
            missed.append(f"{name}: {one['overlap']:.1f} % of the top ten; {OVERLAP_BAR:g}")
        if abs(one["ndcg"] - ours) > NDCG_BAR:
            missed.append(f"{name}: nDCG@10 {one['ndcg']:.2f}, embedded {ours:.2f}; within {NDCG_BAR:g}")
        if news and one["ndcg"] - rankings[ICU]["ndcg"] < ICU_BAR:
            missed.append(f"{name}: nDCG@10 {one['ndcg']:.2f}, ICU {rankings[ICU]['ndcg']:.2f}; {ICU_BAR:g} above")
        for aspect, counted in figures["same"][name].items():
            if counted["same"] < counted["asked"]:
                wrong = counted["asked"] - counted["same"]
                missed.append(f"{name}: {aspect} differs {wrong} times, first for {counted['differing'][0]!r}")
    speed = speeds[ONE]
    if speed["by_icu"]["median"] < INDEXING_BAR:
        missed.append(f"{speed['by_icu']['median']:.2f} of ICU's documents a second; {INDEXING_BAR:g}")
    bars = {"new": (NEW_BAR, NEW_REQUESTS), "known": (KNOWN_BAR, KNOWN_REQUESTS)}
    for which, (times, requests) in bars.items():
        asking = speed[which]
        if asking["by_icu"] > times:
            missed.append(f"p50 of a {which} query is {asking['by_icu']:.2f} times ICU's; {times:g}")
        if asking["most"] > requests:
            missed.append(f"a {which} query takes {asking['most']} requests, {asking['dearest']!r}; {requests}")
    if missed:
        raise MissedError("; ".join(missed))


def rows(found: Figures) -> list[list[str]]:
    """Rows for people: rankings."""
    return [[name, f"{one.ndcg:.2f}", f"{one.overlap:.1f}", f"{one.first:.1f}"] for name, one in found.rankings.items()]


def rows_of_same(found: Figures) -> list[list[str]]:
    """Rows for people: how often each aspect was the same."""
    aspects = next(iter(found.same.values()))
    return [
        [aspect, *(f"{one[aspect].same:,} of {one[aspect].asked:,}" for one in found.same.values())]
        for aspect in aspects
    ]


def rows_of_speed(found: Figures) -> list[list[str]]:
    """Rows for people: documents a second, a new query and a known one, each beside ICU's."""
    return [
        [
            name,
            f"{speed.documents_per_s:,.0f}",
            str(speed.by_icu),
            *(
                cell
                for one in (speed.new, speed.known)
                for cell in (
                    f"{one.p50_ms:.2f}",
                    f"{one.by_icu:.2f}",
                    f"{one.requests}, {one.most}" if name in SHARDS else "",
                )
            ),
        ]
        for name, speed in found.speeds.items()
    ]
