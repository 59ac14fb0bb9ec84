"""served: a server under load, and a node of OpenSearch."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from benchmarks import clusters, corpus, fill, served
from benchmarks.console import note, progress, table
from benchmarks.corpus import Corpus
from benchmarks.judged import Collection
from benchmarks.runs import Run
from benchmarks.steps.telling import settings_of

SPEED_COLUMNS = ["breaker", "times PyICU", "MB/CPU s", "query, \u00b5s p50", "p95"]


def serve(whole: Corpus, clients: int, seconds: float, queries: int) -> Run:
    """A server under load."""
    with progress("serving") as show:
        found = served.measure(whole, clients, seconds, queries, show)
    title = f"{whole.name}, {len(whole.documents):,} documents, {found.commits} commits in {seconds:g} s"
    table(f"{title}; a crowd; a few after it", served.COLUMNS, served.rows(found))
    return Run("served", settings_of(whole, clients=clients, seconds=seconds, queries=queries), asdict(found), {})


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
    return Run("clusters", settings_of(whole, queries=queries, rounds=rounds), asdict(found), {})


def fill_node(docs: Path, size: int) -> Run:
    """Very many short documents through one node."""
    found = fill.measure(docs, size)
    table("Short documents into OpenSearch, node and client on the same cores", fill.COLUMNS, fill.rows(found))
    settings = {"corpus": docs.resolve().stem, "size": size, "seed": corpus.SEED, "heap": fill.HEAP}
    return Run("fill", settings, asdict(found), {})
