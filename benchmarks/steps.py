"""steps: each benchmark once: measure, print the tables, and return the run to be kept."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import (
    cache,
    changing,
    clusters,
    completion,
    corpus,
    drop_in,
    files,
    fill,
    gold,
    indexing,
    judged,
    latency,
    linear,
    machine,
    probes,
    raw,
    relevance,
    scaling,
    segmentation,
    served,
    sets,
    standing,
    start,
    typos,
)
from benchmarks import throughput as many
from benchmarks.baselines import BASELINES, ranked
from benchmarks.console import note, progress, table
from benchmarks.corpus import Corpus
from benchmarks.engines import KHSEARCH, TANTIVY, choose
from benchmarks.judged import Collection
from benchmarks.runs import Run

SLOW_PEER, SLOW_PEER_SIZE = "whoosh", 1_000
"""Stock Whoosh indexes a sample only, and answers only where the corpus is no larger."""

QUALITY_COLUMNS = ["breaker", "compound F1", "boundary F1", "agreement: compound", "pairs", "simple F1"]
QUALITY_COLUMNS += ["agreement: simple"]
TOKEN_COLUMNS = ["breaker", "sentences", "simple F1", "compound F1", "simple boundary F1"]
SPEED_COLUMNS = ["breaker", "times PyICU", "MB/CPU s", "query, \u00b5s p50", "p95"]
INDEXING_COLUMNS = ["engine", "documents", "MB/CPU s", "MB/s", "CPU, khsearch = 1", "peak MB", "index/text"]
INDEXING_COLUMNS += ["stored/text", "all/text"]
LATENCY_COLUMNS = ["engine", "queries", "first: p50 \u00b5s", "p95", "warm: p50", "p95"]
LATENCY_COLUMNS += ["khsearch / this: first, p50, p95", "words / this"]
RAW_COLUMNS = ["engine", "found", "precision", "recall"]
LOOK_COLUMNS = ["files", "first sync, CPU s", "second", "second / first"]
PROBE_COLUMNS = ["kind", "probes", "undisturbed", "disturbed", "difference"]


def peers(wanted: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Those that can be measured, and why others cannot, which is told."""
    found, skipped = choose(wanted)
    _tell(skipped)
    return found, skipped


def _tell(skipped: dict[str, str]) -> None:
    for name, reason in skipped.items():
        note(f"{name}: skipped, {reason}")


def _settings(whole: Corpus, **more: Any) -> dict[str, Any]:
    return {**whole.settings, "seed": corpus.SEED, **more}


def segment(whole: Corpus | None, gold_file: Path | None, rounds: int, core: int | None) -> Run:
    """Breakers: quality with a gold, speed with a corpus."""
    figures: dict[str, Any] = {}
    settings: dict[str, Any] = {"rounds": rounds, "core": core}
    if gold_file:
        sentences = gold.read_gold(gold_file)
        with progress("breaking the gold") as show:
            quality = segmentation.measure_quality(sentences, show)
        table("Words with a Khmer letter found, percent", QUALITY_COLUMNS, segmentation.rows_of_quality(quality))
        table("All tokens, signs among them, percent", TOKEN_COLUMNS, segmentation.rows_of_tokens(quality))
        figures["quality"], settings["gold_sentences"] = quality, len(sentences)
    if whole:
        with progress("timing") as show, machine.on_core(core):
            speed = segmentation.measure_speed([document.text for document in whole.documents], rounds, show)
        table("Speed, batches of 1 MB", SPEED_COLUMNS, segmentation.rows_of_speed(speed))
        figures["speed"] = speed
        settings |= _settings(whole)
    skipped = segmentation.skipped()
    _tell(skipped)
    return Run("segmentation", settings, figures, skipped)


def cost_of_any(whole: Corpus, core: int | None) -> Run:
    """What any text costs beside ordinary ones."""
    with progress("timing") as show, machine.on_core(core):
        found = linear.measure("\n".join(document.text for document in whole.documents), show)
    table(f"CPU time beside {whole.name}, the dearest texts", linear.columns(found), linear.rows(found))
    return Run("linear", _settings(whole, bytes=linear.SIZE, core=core), found, {})


def index(whole: Corpus, wanted: Sequence[str], rounds: int, core: int | None) -> Run:
    """Raw text to a committed index."""
    names, skipped = peers(wanted)
    sample = corpus.make(whole.name, whole.documents[:SLOW_PEER_SIZE])
    corpora = {name: sample if name == SLOW_PEER else whole for name in [KHSEARCH, *names]}
    with progress("indexing") as show, machine.on_core(core):
        found = indexing.measure(corpora, rounds, show)
    table(f"Indexing {whole.name}, {whole.text_bytes / 1e6:.1f} MB", INDEXING_COLUMNS, indexing.rows(found))
    return Run("indexing", _settings(whole, rounds=rounds, core=core), found, skipped)


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
    return Run("latency", _settings(whole, rounds=rounds, queries=queries, core=core), asdict(found), skipped)


def serve(whole: Corpus, clients: int, seconds: float, queries: int) -> Run:
    """A server under load."""
    with progress("serving") as show:
        found = served.measure(whole, clients, seconds, queries, show)
    title = f"{whole.name}, {len(whole.documents):,} documents, {found.commits} commits in {seconds:g} s"
    table(f"{title}; a crowd; a few after it", served.COLUMNS, served.rows(found))
    return Run("served", _settings(whole, clients=clients, seconds=seconds, queries=queries), asdict(found), {})


def compare_clusters(collection: Collection, queries: int, rounds: int) -> Run:
    """On OpenSearch, beside the embedded engine and OpenSearch's own words."""
    with progress(f"on OpenSearch: {collection.name}") as show:
        found = clusters.measure(collection, queries, rounds, show)
    whole = collection.corpus
    title = f"{collection.name}: {len(collection.queries)} queries, {len(whole.documents):,} documents"
    table(title, clusters.COLUMNS, clusters.rows(found))
    table(f"The same for {queries} queries of every operator", clusters.SAME_COLUMNS, clusters.rows_of_same(found))
    table("Speed, node and client on the same cores", clusters.SPEED_COLUMNS, clusters.rows_of_speed(found))
    for name, aspects in found.same.items():
        for aspect, one in aspects.items():
            for differing in one.differing[:3]:
                note(f"{name}: {aspect} differs for {differing}")
    return Run("clusters", _settings(whole, queries=queries, rounds=rounds), asdict(found), {})


def fill_node(docs: Path, size: int) -> Run:
    """Very many short documents through one node."""
    found = fill.measure(docs, size)
    table("Short documents into OpenSearch, node and client on the same cores", fill.COLUMNS, fill.rows(found))
    settings = {"corpus": docs.resolve().stem, "size": size, "seed": corpus.SEED, "heap": fill.HEAP}
    return Run("fill", settings, asdict(found), {})


def find_raw(whole: Corpus) -> Run:
    """Words from inside runs."""
    needed = {name: package for name, (package, _) in raw.ENGINES.items() if package}
    skipped = {name: "not installed" for name, package in needed.items() if machine.installed(package) is None}
    _tell(skipped)
    with progress("looking for words") as show:
        found = raw.measure(whole, [name for name in raw.ENGINES if name not in skipped], show)
    title = f"Of {raw.WORDS} words from inside runs, in percent: {whole.name}, {len(whole.documents):,} documents"
    table(title, RAW_COLUMNS, raw.rows(found))
    return Run("raw", _settings(whole), found, skipped)


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
    return Run("start", _settings(whole, rounds=rounds, core=core), found, skipped)


def ask_many(whole: Corpus, queries: int, rounds: int) -> Run:
    """Queries a second by threads and processes."""
    names, skipped = peers([TANTIVY])
    with progress("asking by several at a time") as show:
        found = many.measure(whole, names, queries, rounds, show)
    title = f"Queries a second: {whole.name}, {len(whole.documents):,} documents"
    table(title, many.COLUMNS, many.rows(found))
    return Run("throughput", _settings(whole, rounds=rounds, queries=queries), found, skipped)


def use_as_whoosh(whole: Corpus, queries: int, rounds: int, core: int | None) -> Run:
    """Index and ask through Whoosh's API alone, by stock Whoosh and by khsearch."""
    with progress("indexing and asking") as show, machine.on_core(core):
        found = drop_in.measure(whole, queries, rounds, show)
    title = f"Through Whoosh's API: {whole.name}, {len(whole.documents):,} documents"
    table(title, drop_in.COLUMNS, drop_in.rows(found))
    return Run("whoosh", _settings(whole, rounds=rounds, queries=queries, core=core), found, {})


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


def judge(collection: Collection, *, baselines: bool, count: int) -> Run:
    """Measures over judged queries; with a count, the queries that differ most from each baseline."""
    with progress(f"searching {collection.name}") as show:
        runs = {KHSEARCH: relevance.search_all(cache.index_of(collection.corpus), collection, show)}
    if baselines:
        runs |= {name: ranked(name, collection, cache.FOLDER) for name in BASELINES}
    measured = {name: relevance.measure(collection, run) for name, run in runs.items()}
    summary, paired = relevance.summarise(measured), relevance.compare(measured, KHSEARCH)
    columns = ["ranking", *relevance.MEASURES]
    heading = f"{collection.name}: {len(collection.queries)} queries, {len(collection.corpus.documents):,} documents"
    table(heading, columns, relevance.rows(summary))
    if paired:
        differences = relevance.rows(paired, lambda interval: interval.signed)
        table(f"{collection.name}: khsearch more than", columns, differences)
    for name in paired if count else ():
        largest = relevance.largest(collection, measured, KHSEARCH, name, count)
        table(f"{collection.name}: largest differences", ["query", "nDCG@10", KHSEARCH, name, "text"], largest)
    settings = {**collection.corpus.settings, "queries": len(collection.queries)}
    settings |= {"samples": relevance.SAMPLES, "seed": relevance.SEED}
    return Run("relevance", settings, {"measures": summary, "paired": paired}, {})


def probe(collection: Collection, file: Path, count: int) -> Run:
    """Recall of disturbed queries; with a count, the probes that lose most."""
    chosen = probes.read(file, frozenset(document.id for document in collection.corpus.documents))
    with progress("asking") as show:
        outcomes = probes.ask(cache.index_of(collection.corpus), chosen, show)
    found = probes.summarise(outcomes)
    table(f"Recall@10 over {collection.name}", PROBE_COLUMNS, probes.rows(found))
    if count:
        table("Largest losses", ["probe", "loss", "query", "disturbed"], probes.worst(outcomes, count))
    return Run("probes", {**collection.corpus.settings, "probes": len(chosen)}, found, {})


def correct(folder: Path, count: int) -> Run:
    """Real misspellings, corrected and searched for; with a count, so many whose right word is not first."""
    collection = judged.documents(folder / "retrieval")
    chosen = typos.read(folder, standing.whole(collection.documents))
    with progress("asking") as show:
        found, outcomes = typos.measure(cache.index_of(collection), chosen, show)
    table(f"Real misspellings, in percent: {folder.resolve().name}", typos.COLUMNS, [typos.row(found)])
    if count:
        table("Right word not first", ["typed", "right", "taken for"], typos.missed(outcomes, count))
    return Run("typos", {**_settings(collection), "corpus": folder.resolve().name}, {"misspelt words": found}, {})


def find_sets(collection: Corpus, file: Path, most: int | None, count: int) -> Run:
    """What counts as found, of at most so many queries of each kind; with a count, the queries that are least right."""
    stands = standing.whole(collection.documents)
    kinds = sets.read(file, stands, len(collection.documents), most)
    index = cache.index_of(sets.dated(collection), fields=sets.FIELDS)
    with progress("asking") as show:
        outcomes = sets.measure(index, [document.id for document in collection.documents], kinds, show)
    found = sets.summarise(outcomes)
    title = f"What counts as found, in percent: {collection.name}, {len(collection.documents):,} documents"
    table(title, sets.COLUMNS, sets.rows(found))
    if count:
        table("Least right", ["kind", "F1", "documents", "query"], sets.worst(outcomes, count))
    settings = {**_settings(collection), "agreement": sets.agreement(kinds, stands)}
    return Run("sets", settings, found, {})


def complete(collection: Corpus, count: int) -> Run:
    """What so many beginnings of words of a collection go on to, and whether it stands there."""
    index = cache.index_of(collection)
    with progress("completing") as show:
        drawn = completion.beginnings(collection, index, count)
        found = completion.measure(index, drawn, standing.whole(collection.documents), show)
    title = f"Completion: {collection.name}, {len(collection.documents):,} documents"
    table(title, completion.COLUMNS, [completion.row(found)])
    return Run("completion", _settings(collection), asdict(found), {})


def read_files(folder: Path, count: int, *, ocr: bool) -> Run:
    """Keep the words of files of every kind; a second look at many."""
    kept = files.kept(folder, ocr=False)
    by_ocr = {kind: one for kind, one in files.kept(folder, ocr=True).items() if kind in files.BROKEN} if ocr else None
    for title, found in (("files", kept), ("files, by OCR", by_ocr)):
        rows = [
            [kind, str(one.files), f"{one.exact:.1f}", f"{one.least:.1f}", str(one.told)]
            for kind, one in (found or {}).items()
        ]
        if rows:
            table(title, files.COLUMNS, rows)
    with progress("files") as show:
        looks = files.look_twice(folder, count, show)
    row = [f"{looks.files:,}", f"{looks.first:.2f}", f"{looks.second:.3f}", f"{100 * looks.share:.2f} %"]
    table("a second look", LOOK_COLUMNS, [row])
    settings = {"corpus": folder.resolve().name, "copies": count, "ocr": ocr}
    return Run("files", settings, {"kept": kept, "by_ocr": by_ocr, "looks": looks}, {})
