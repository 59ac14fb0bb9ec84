"""speed: how long things take."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import changing, corpus, drop_in, indexing, latency, linear, machine, scaling, start, tiny
from benchmarks import throughput as many
from benchmarks.console import progress, table
from benchmarks.corpus import Corpus
from benchmarks.engines import KHSEARCH, TANTIVY
from benchmarks.runs import Run
from benchmarks.steps.telling import peers, settings_of

SLOW_PEER, SLOW_PEER_SIZE = "whoosh", 1_000
"""Stock Whoosh indexes a sample only, and answers only where the corpus is no larger."""

INDEXING_COLUMNS = ["engine", "documents", "MB/CPU s", "MB/s", "CPU, khsearch = 1", "clock", "peak MB", "index/text"]
INDEXING_COLUMNS += ["stored/text", "all/text"]
LATENCY_COLUMNS = ["engine", "queries", "first: p50 \u00b5s", "p95", "warm: p50", "p95"]
LATENCY_COLUMNS += ["khsearch / this: first, p50, p95", "words / this"]


def cost_of_any(whole: Corpus, core: int | None) -> Run:
    """What any text costs beside ordinary ones."""
    with progress("timing") as show, machine.on_core(core):
        found = linear.measure("\n".join(document.text for document in whole.documents), show)
    table(f"CPU time beside {whole.name}, the dearest texts", linear.columns(found), linear.rows(found))
    return Run("linear", settings_of(whole, bytes=linear.SIZE, core=core), found, {})


def index(whole: Corpus, wanted: Sequence[str], rounds: int, core: int | None) -> Run:
    """Raw text to a committed index."""
    names, skipped = peers(wanted)
    sample = corpus.make(whole.name, whole.documents[:SLOW_PEER_SIZE])
    corpora = {name: sample if name == SLOW_PEER else whole for name in [KHSEARCH, *names]}
    with progress("indexing") as show, machine.on_core(core):
        found = indexing.measure(corpora, rounds, show)
    table(f"Indexing {whole.name}, {whole.text_bytes / 1e6:.1f} MB", INDEXING_COLUMNS, indexing.rows(found))
    return Run("indexing", settings_of(whole, rounds=rounds, core=core), found, skipped)


def ask(whole: Corpus, wanted: Sequence[str], queries: int, rounds: int, core: int | None) -> Run:
    """A query to ten hits."""
    names, skipped = peers(wanted)
    with progress("asking") as show, machine.on_core(core):
        found = latency.measure(whole, names, queries, rounds, show)
    for kind, figures in found.latency.items():
        title = f"{kind}: {whole.name}, {len(whole.documents):,} documents"
        table(title, LATENCY_COLUMNS, latency.rows(figures))
    changed = changing.rows(found.start, found.added, found.after_commit)
    table("Start and change", changing.COLUMNS, changed)
    return Run("latency", settings_of(whole, rounds=rounds, queries=queries, core=core), asdict(found), skipped)


def index_tiny(whole: Corpus, wanted: Sequence[str], queries: int, rounds: int, core: int | None) -> Run:
    """Very many documents of five words."""
    names, skipped = peers(wanted)
    with progress("lines of five words") as show, machine.on_core(core):
        found = tiny.measure(whole, names, queries, rounds, show)
    title = f"lines of {tiny.WORDS} words: {whole.name}, {len(whole.documents):,} documents"
    table(f"Indexing {title}", tiny.INDEXING_COLUMNS, tiny.rows_of_indexing(found.indexing))
    table(f"Any of three words, {title}", LATENCY_COLUMNS, latency.rows(found.any_of_three))
    table(f"Of one author among as many, {title}", tiny.FILTER_COLUMNS, tiny.rows_of_filter(found.filtered))
    return Run("tiny", settings_of(whole, rounds=rounds, queries=queries, core=core), asdict(found), skipped)


def begin(whole: Corpus, rounds: int, core: int | None) -> Run:
    """What a process costs that does one small thing."""
    names, skipped = peers(tuple(start.SCRIPTS))
    with (
        tempfile.TemporaryDirectory(prefix="khsearch-bench-") as place,
        progress("starting processes") as show,
        machine.on_core(core),
    ):
        found = start.measure(start.starts(whole, names, Path(place)), rounds, show)
    table(f"CPU time of a process: {whole.name}, {len(whole.documents):,} documents", start.COLUMNS, start.rows(found))
    return Run("start", settings_of(whole, rounds=rounds, core=core), found, skipped)


def ask_many(whole: Corpus, queries: int, rounds: int) -> Run:
    """Queries a second by threads and processes."""
    names, skipped = peers([TANTIVY])
    with progress("asking by several at a time") as show:
        found = many.measure(whole, names, queries, rounds, show)
    title = f"Queries a second: {whole.name}, {len(whole.documents):,} documents"
    table(title, many.COLUMNS, many.rows(found))
    return Run("throughput", settings_of(whole, rounds=rounds, queries=queries), found, skipped)


def use_as_whoosh(whole: Corpus, queries: int, rounds: int, core: int | None) -> Run:
    """Index and ask through Whoosh's API alone, by stock Whoosh and by khsearch."""
    with progress("indexing and asking") as show, machine.on_core(core):
        found = drop_in.measure(whole, queries, rounds, show)
    title = f"Through Whoosh's API: {whole.name}, {len(whole.documents):,} documents"
    table(title, drop_in.COLUMNS, drop_in.rows(found))
    return Run("whoosh", settings_of(whole, rounds=rounds, queries=queries, core=core), found, {})


def scale(docs: Path, sizes: Sequence[int], wanted: Sequence[str], queries: int, rounds: int, core: int | None) -> Run:
    """Indexing and latency at growing sizes."""
    names, skipped = peers(wanted)
    with progress("growing") as show, machine.on_core(core):
        indexed, asked = scaling.measure(docs, sizes, names, queries, rounds, show)
    found = scaling.series(indexed, asked)
    title = f"By number of documents: {docs.resolve().stem}"
    table(title, ["figure", *(f"{size:,}" for size in sizes), "exponent"], scaling.rows(found, sizes))
    figures = {name: {"values": values, "exponent": scaling.exponent(values)} for name, values in found.items()}
    settings = {"corpus": docs.resolve().stem, "sizes": list(sizes), "seed": corpus.SEED}
    settings |= {"queries": queries, "rounds": rounds, "core": core}
    return Run("scaling", settings, figures, skipped)
