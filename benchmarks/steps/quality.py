"""quality: what is found: words, rankings, sets, files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import (
    cache,
    completion,
    dense,
    files,
    gold,
    judged,
    machine,
    probes,
    raw,
    relevance,
    segmentation,
    sets,
    standing,
    typos,
)
from benchmarks.baselines import BASELINES, ranked
from benchmarks.console import progress, table
from benchmarks.corpus import Corpus
from benchmarks.engines import KHSEARCH
from benchmarks.judged import Collection
from benchmarks.runs import Run
from benchmarks.steps.telling import settings_of, tell

QUALITY_COLUMNS = ["breaker", "compound F1", "boundary F1", "agreement: compound", "pairs", "simple F1"]
QUALITY_COLUMNS += ["agreement: simple"]
TOKEN_COLUMNS = ["breaker", "sentences", "simple F1", "compound F1", "simple boundary F1"]
SPEED_COLUMNS = ["breaker", "times PyICU", "MB/CPU s", "query, \u00b5s p50", "p95"]
RAW_COLUMNS = ["engine", "found", "precision", "recall"]
LOOK_COLUMNS = ["files", "first sync, CPU s", "second", "second / first"]
PROBE_COLUMNS = ["kind", "probes", "undisturbed", "disturbed", "difference"]


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
        settings |= settings_of(whole)
    skipped = segmentation.skipped()
    tell(skipped)
    return Run("segmentation", settings, figures, skipped)


def find_raw(whole: Corpus) -> Run:
    """Words from inside runs."""
    needed = {name: package for name, (package, _) in raw.ENGINES.items() if package}
    skipped = {name: "not installed" for name, package in needed.items() if machine.installed(package) is None}
    tell(skipped)
    with progress("looking for words") as show:
        found = raw.measure(whole, [name for name in raw.ENGINES if name not in skipped], show)
    title = f"Of {raw.WORDS} words from inside runs, in percent: {whole.name}, {len(whole.documents):,} documents"
    table(title, RAW_COLUMNS, raw.rows(found))
    return Run("raw", settings_of(whole), found, skipped)


def judge(collection: Collection, *, baselines: bool, by_vectors: bool, count: int) -> Run:
    """Measures over judged queries; with a count, the queries that differ most from each baseline.

    by_vectors: also with the best judged by a model's vectors.
    """
    skipped, index = {}, cache.index_of(collection.corpus)
    with progress(f"searching {collection.name}") as show:
        runs = {KHSEARCH: relevance.search_all(index, collection, show)}
        if by_vectors and (ranking := dense.ranking()):
            runs[dense.NAME] = relevance.search_all(index, collection, show, ranking)
        elif by_vectors:
            skipped[dense.NAME] = f"{dense.PACKAGE} is not installed"
    tell(skipped)
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
    return Run("relevance", settings, {"measures": summary, "paired": paired}, skipped)


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
    return Run("typos", {**settings_of(collection), "corpus": folder.resolve().name}, {"misspelt words": found}, {})


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
    settings = {**settings_of(collection), "agreement": sets.agreement(kinds, stands)}
    return Run("sets", settings, found, {})


def complete(collection: Corpus, count: int) -> Run:
    """What so many beginnings of words of a collection go on to, and whether it stands there."""
    index = cache.index_of(collection)
    with progress("completing") as show:
        drawn = completion.beginnings(collection, index, count)
        found = completion.measure(index, drawn, standing.whole(collection.documents), show)
    title = f"Completion: {collection.name}, {len(collection.documents):,} documents"
    table(title, completion.COLUMNS, [completion.row(found)])
    return Run("completion", settings_of(collection), asdict(found), {})


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
