"""served: the commands that start a server or a node."""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks import clusters, corpus, judged, served, steps
from benchmarks.commands.options import AS_IS, DOCS, EXISTING, JSON, QUERIES, ROUNDS, SIZE, app, keep, options


@app.command("served")
@click.option("--clients", type=click.IntRange(min=1), default=16, show_default=True, help="That search all the time.")
@click.option("--seconds", type=click.FloatRange(min=1), default=60, show_default=True, help="That they do so.")
@click.option("--check", is_flag=True, help="Exit with 1 where a bar is missed.")
@options(DOCS, SIZE, AS_IS, QUERIES, JSON)
def served_(
    clients: int, seconds: float, check: bool, docs: Path, size: int, as_is: bool, queries: int, out: Path | None
) -> None:
    """`khsearch serve` under load while another process commits each second, and beyond what it takes."""
    run = steps.serve(corpus.load(docs, None if as_is else size), clients, seconds, queries)
    keep(run, out)
    if check:
        served.check(run.figures)


@app.command("clusters")
@click.option("--collection", "folders", type=EXISTING, multiple=True, help="Folder: BEIR, or queries.tsv, qrels.tsv.")
@click.option(
    "--queries", type=click.IntRange(min=1), default=100, show_default=True, help="Of all operators together."
)
@click.option("--check", is_flag=True, help="Exit with 1 where a bar is missed.")
@options(ROUNDS, JSON)
def clusters_(folders: tuple[Path, ...], queries: int, check: bool, rounds: int, out: Path | None) -> None:
    """On OpenSearch, 1 and 3 shards: rankings, answers and speed, beside embedded, and beside OpenSearch's ICU words.

    It starts a node by scripts/opensearch, or takes that of KHSEARCH_OPENSEARCH_URL.
    """
    chosen = [judged.load(folder) for folder in folders or (corpus.SAMPLE_DOCS,)]
    if out and len(chosen) > 1:
        raise click.UsageError("--json keeps one collection; name one")
    for collection in chosen:
        run = steps.compare_clusters(collection, queries, rounds)
        keep(run, out)
        if check:
            clusters.check(run.figures, news=collection.name.startswith("news"))


@app.command("fill")
@click.option("--size", type=click.IntRange(min=1), default=1_000_000, show_default=True, help="How many.")
@options(DOCS, JSON)
def fill_(size: int, docs: Path, out: Path | None) -> None:
    """Very many short documents through one node of OpenSearch: documents a second, memory of the client."""
    keep(steps.fill_node(docs, size), out)
