"""speed: the commands that tell how long things take, on one core but where it says otherwise."""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks import corpus, everything, linear, steps, tiny
from benchmarks.commands.options import (
    AS_IS,
    CORE,
    DOCS,
    JSON,
    QUERIES,
    ROUNDS,
    SIZE,
    WHICH_PEERS,
    app,
    keep,
    names_of,
    options,
)
from benchmarks.engines import PEERS, TANTIVY
from benchmarks.scaling import SIZES


@app.command("linear")
@click.option("--check", is_flag=True, help="Exit with 1 where a text costs more than it may.")
@options(DOCS, CORE, JSON)
def linear_(check: bool, docs: Path, core: int | None, out: Path | None) -> None:
    """Any text: CPU time beside ordinary Khmer of as many bytes."""
    run = steps.cost_of_any(corpus.load(docs, None), core)
    keep(run, out)
    if check:
        linear.check(run.figures)


@app.command("indexing")
@options(DOCS, SIZE, AS_IS, WHICH_PEERS, ROUNDS, CORE, JSON)
def indexing_(
    docs: Path, size: int, as_is: bool, peers: str | None, rounds: int, core: int | None, out: Path | None
) -> None:
    """Raw text to a committed index: speed, memory, bytes."""
    keep(steps.index(corpus.load(docs, None if as_is else size), names_of(peers, PEERS), rounds, core), out)


@app.command("tiny")
@click.option("--size", type=click.IntRange(min=1), default=100_000, show_default=True, help="How many lines.")
@options(DOCS, WHICH_PEERS, QUERIES, ROUNDS, CORE, JSON)
def tiny_(
    size: int, docs: Path, peers: str | None, queries: int, rounds: int, core: int | None, out: Path | None
) -> None:
    """Very many lines of five words: indexing each, three words, the first filter by a keyword."""
    keep(steps.index_tiny(tiny.load(docs, size), names_of(peers, (TANTIVY,)), queries, rounds, core), out)


@app.command("latency")
@options(DOCS, SIZE, AS_IS, WHICH_PEERS, QUERIES, ROUNDS, CORE, JSON)
def latency_(
    docs: Path,
    size: int,
    as_is: bool,
    peers: str | None,
    queries: int,
    rounds: int,
    core: int | None,
    out: Path | None,
) -> None:
    """A query to ten hits with stored title and id: microseconds by class."""
    whole = corpus.load(docs, None if as_is else size)
    keep(steps.ask(whole, names_of(peers, everything.peers_for(len(whole.documents))), queries, rounds, core), out)


@app.command("start")
@options(DOCS, SIZE, AS_IS, ROUNDS, CORE, JSON)
def start_(docs: Path, size: int, as_is: bool, rounds: int, core: int | None, out: Path | None) -> None:
    """CPU time of a process that imports, breaks words, searches once or shows help."""
    keep(steps.begin(corpus.load(docs, None if as_is else size), rounds, core), out)


@app.command("throughput")
@options(DOCS, SIZE, AS_IS, QUERIES, ROUNDS, JSON)
def throughput_(docs: Path, size: int, as_is: bool, queries: int, rounds: int, out: Path | None) -> None:
    """Queries a second by threads and by processes."""
    keep(steps.ask_many(corpus.load(docs, None if as_is else size), queries, rounds), out)


@app.command("whoosh")
@options(DOCS, SIZE, AS_IS, QUERIES, ROUNDS, CORE, JSON)
def whoosh_(docs: Path, size: int, as_is: bool, queries: int, rounds: int, core: int | None, out: Path | None) -> None:
    """A program of Whoosh's, over stock Whoosh and over khsearch: indexing, queries, sorts, groups, ranges."""
    keep(steps.use_as_whoosh(corpus.load(docs, None if as_is else size), queries, rounds, core), out)


@app.command("scaling")
@click.option("--largest", type=click.IntRange(min=1), default=SIZES[-1], show_default=True, help="Documents at most.")
@options(DOCS, WHICH_PEERS, QUERIES, ROUNDS, CORE, JSON)
def scaling_(
    largest: int, docs: Path, peers: str | None, queries: int, rounds: int, core: int | None, out: Path | None
) -> None:
    """Every figure of indexing and latency at growing sizes."""
    sizes = [size for size in SIZES if size <= largest] or [largest]
    keep(steps.scale(docs, sizes, names_of(peers, everything.peers_for(max(sizes))), queries, rounds, core), out)
