"""everything: all benchmarks one after the other, each run kept as <command>-<corpus>.json in one folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import corpus, judged, report, steps, tiny
from benchmarks.console import note
from benchmarks.engines import PEERS, TANTIVY
from benchmarks.runs import Run, save
from benchmarks.scaling import SIZES

SPEED_SIZE = 1_500
"""Documents to time breakers on: about four batches of a megabyte."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How large and how often: documents for indexing, latency and the like, rounds, queries of each class.

    as_whoosh documents, for what stock Whoosh does as well
    tiny      lines of five words
    together  queries of each class that several ask at a time
    growing   queries of each class at each size of scaling
    sizes     of scaling; None for those that are usual, up to the largest wanted
    of_sets   queries of each kind whose sets are looked at; None for all
    """

    breaking: int
    indexing: int
    asking: int
    raw: int
    as_whoosh: int
    tiny: int
    rounds: int
    queries: int
    together: int
    growing: int
    sizes: tuple[int, ...] | None
    of_sets: int | None


FULL = Extent(SPEED_SIZE, 20_000, 10_000, 3_000, 3_000, 100_000, 5, 200, 100, 200, None, None)
QUICK = Extent(400, 300, 300, 300, 200, 500, 2, 100, 20, 30, (100, 300), 10)


@dataclass(frozen=True, slots=True)
class Sources:
    """What to measure with."""

    folders: Sequence[Path]
    gold: Path | None
    collections: Sequence[Path]
    probes: Path | None
    sets: Path | None
    largest: int
    core: int | None


def peers_for(size: int) -> tuple[str, ...]:
    """Peers that answer a corpus of so many documents in bearable time."""
    return tuple(name for name in PEERS if name != steps.SLOW_PEER or size <= steps.SLOW_PEER_SIZE)


def run(sources: Sources, extent: Extent, folder: Path) -> None:
    """Run all of it, and draw what was measured."""
    for step in _steps(sources, extent):
        done = step()
        path = folder / f"{done.command}-{done.settings.get('corpus', 'gold')}.json"
        save(done, path)
        note(f"written to {path}")
    report.draw(folder)


def _steps(sources: Sources, extent: Extent) -> Iterator[Callable[[], Run]]:
    chosen = [judged.load(place) for place in sources.collections]
    for collection in chosen:
        yield partial(steps.judge, collection, baselines=True, by_vectors=False, count=0)
    if sources.probes:
        yield partial(steps.probe, chosen[0], sources.probes, 0)
    if sources.sets:
        yield partial(steps.find_sets, chosen[0].corpus, sources.sets, extent.of_sets, 0)
    for number, docs in enumerate(sources.folders):
        yield from _steps_of(docs, sources, extent, None if number else sources.gold)


def _steps_of(docs: Path, sources: Sources, extent: Extent, gold: Path | None) -> list[Callable[[], Run]]:
    rounds, queries, core = extent.rounds, extent.queries, sources.core
    sizes = extent.sizes or tuple(size for size in SIZES if size <= sources.largest)
    return [
        lambda: steps.segment(corpus.load(docs, extent.breaking), gold, rounds, core),
        lambda: steps.index(corpus.load(docs, extent.indexing), PEERS, rounds, core),
        lambda: steps.ask(corpus.load(docs, extent.asking), peers_for(extent.asking), queries, rounds, core),
        lambda: steps.index_tiny(tiny.load(docs, extent.tiny), (TANTIVY,), queries, rounds, core),
        lambda: steps.find_raw(corpus.load(docs, extent.raw)),
        lambda: steps.begin(corpus.load(docs, extent.raw), rounds, core),
        lambda: steps.ask_many(corpus.load(docs, extent.asking), extent.together, rounds),
        lambda: steps.use_as_whoosh(corpus.load(docs, extent.as_whoosh), queries, rounds, core),
        lambda: steps.scale(docs, sizes, (TANTIVY,), extent.growing, rounds, core),
    ]
