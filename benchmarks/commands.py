"""commands: the command line. Exit status 0 done, 1 wrong answers or a bar missed, 2 error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from benchmarks import (
    clusters,
    completion,
    corpus,
    everything,
    files,
    judged,
    linear,
    machine,
    report,
    segmentation,
    served,
    steps,
)
from benchmarks.console import note
from benchmarks.engines import PEERS
from benchmarks.errors import BenchmarkError, DisagreementError, MissedError
from benchmarks.runs import RESULTS, Run, save
from benchmarks.scaling import SIZES

_Function = TypeVar("_Function", bound=Callable[..., object])
_EXISTING = click.Path(exists=True, path_type=Path)


def _options(*options: Callable[[_Function], _Function]) -> Callable[[_Function], _Function]:
    def give(command: _Function) -> _Function:
        for option in reversed(options):
            command = option(command)
        return command

    return give


def _core_of(_ctx: click.Context, _param: click.Parameter, value: str) -> int | None:
    if value == "all":
        return None
    if value == "last":
        return machine.last_core()
    if not value.isdecimal():
        raise click.BadParameter("a core is a number; all of them are: all")
    return int(value)


_docs = click.option("--docs", type=_EXISTING, default=corpus.SAMPLE_DOCS, help="Documents [sample_docs].")
_size = click.option(
    "--size", type=click.IntRange(min=1), default=3_000, show_default=True, help="Grow to N documents."
)
_as_is = click.option("--as-is", is_flag=True, help="Take the documents as they are, instead of growing them.")
_peers = click.option("--peers", help=f"Comma-separated, from {', '.join(PEERS)}, or module:class of your own.")
_rounds = click.option("--repeat", "rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Rounds.")
_queries = click.option("--queries", type=click.IntRange(min=1), default=200, show_default=True, help="Of each class.")
_core = click.option(
    "--core", default="last", metavar="N", callback=_core_of, help="Core to run on, or all of them: all [the last]."
)
_json = click.option("--json", "out", type=click.Path(path_type=Path), metavar="OUT", help="Write the run as JSON.")
_count = click.option("--per-query", "count", type=int, default=0, metavar="N", help="Show the N largest differences.")


@click.group("benchmarks")
def app() -> None:
    """How good and how fast khsearch is, beside what one would pick instead."""


def main() -> NoReturn:
    """Run `python -m benchmarks`."""
    try:
        app.main(prog_name="python -m benchmarks", standalone_mode=False)
    except (DisagreementError, MissedError) as problem:
        note(str(problem))
        sys.exit(1)
    except BenchmarkError as problem:
        note(str(problem))
        sys.exit(2)
    except click.ClickException as problem:
        problem.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(0)


def _keep(run: Run, out: Path | None) -> None:
    if out:
        save(run, out)
        note(f"written to {out}")


def _names(peers: str | None, default: tuple[str, ...]) -> list[str]:
    return list(default) if peers is None else [name for name in peers.split(",") if name]


@app.command("segmentation")
@click.option("--gold", type=_EXISTING, help="Sentences broken by hand.")
@click.option("--check", is_flag=True, help="Exit with 1 where the default breaker misses a bar of quality.")
@click.option("--quality-only", is_flag=True, help="Leave speed out.")
@_options(_docs, _rounds, _core, _json)
def segmentation_(
    gold: Path | None, check: bool, quality_only: bool, docs: Path, rounds: int, core: int | None, out: Path | None
) -> None:
    """Breakers: quality against hand-broken words, agreement, speed."""
    if (check or quality_only) and gold is None:
        raise click.UsageError("--check and --quality-only need --gold")
    whole = None if quality_only else corpus.load(docs, everything.SPEED_SIZE)
    run = steps.segment(whole, gold, rounds, core)
    _keep(run, out)
    if check:
        segmentation.check(run.figures["quality"])


@app.command("linear")
@click.option("--check", is_flag=True, help="Exit with 1 where a text costs more than it may.")
@_options(_docs, _core, _json)
def linear_(check: bool, docs: Path, core: int | None, out: Path | None) -> None:
    """Any text: CPU time beside ordinary Khmer of as many bytes."""
    run = steps.cost_of_any(corpus.load(docs, None), core)
    _keep(run, out)
    if check:
        linear.check(run.figures)


@app.group("relevance", invoke_without_command=True)
@click.option("--collection", "folders", type=_EXISTING, multiple=True, help="Folder: BEIR, or queries.tsv, qrels.tsv.")
@click.option("--docs", type=_EXISTING, help="With --topics and --qrels: documents.")
@click.option("--topics", type=_EXISTING, help="TREC topics.")
@click.option("--qrels", type=_EXISTING, help="TREC judgments.")
@click.option("--baselines/--no-baselines", default=True, help="Compare with PyICU words, cluster bigrams, Whoosh.")
@_options(_count, _json)
@click.pass_context
def relevance_(
    ctx: click.Context,
    folders: tuple[Path, ...],
    docs: Path | None,
    topics: Path | None,
    qrels: Path | None,
    baselines: bool,
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
        _keep(steps.judge(collection, baselines=baselines, count=count), out)


@relevance_.command("probes")
@click.argument("file", type=_EXISTING)
@click.option("--collection", "folder", type=_EXISTING, required=True, help="Folder that they were made for.")
@_options(_count, _json)
def probes_(file: Path, folder: Path, count: int, out: Path | None) -> None:
    """Disturbed queries: recall@10 before and after, by kind of disturbance."""
    _keep(steps.probe(judged.load(folder), file, count), out)


@app.command("sets")
@click.argument("folder", metavar="COLLECTION", type=_EXISTING)
@click.argument("file", type=_EXISTING)
@click.option("--queries", "most", type=click.IntRange(min=1), help="Of each kind, at most [all].")
@_options(_count, _json)
def sets_(folder: Path, file: Path, most: int | None, count: int, out: Path | None) -> None:
    """What counts as found: sets, totals, marks and sorting against the documents in which a query stands.

    COLLECTION is a folder with corpus.jsonl, FILE has queries and the numbers of their documents, by kind.
    """
    _keep(steps.find_sets(judged.documents(folder), file, most, count), out)


@app.command("completion")
@click.argument("folder", metavar="COLLECTION", type=_EXISTING)
@click.option(
    "--beginnings", "count", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many are drawn."
)
@_options(_json)
def completion_(folder: Path, count: int, out: Path | None) -> None:
    """Completion of beginnings of words: what stands in no document, and CPU time beside a search for the word.

    Exit status 1 where anything that is proposed stands nowhere.
    """
    run = steps.complete(judged.documents(folder), count)
    _keep(run, out)
    completion.check(completion.Figures(**run.figures))


@app.command("typos")
@click.argument("folder", metavar="DIR", type=_EXISTING)
@_options(_count, _json)
def typos_(folder: Path, count: int, out: Path | None) -> None:
    """Real misspellings: is the right word first, or among three; are its documents found; what right words change.

    DIR holds pairs.jsonl, words.json and the documents, retrieval/corpus.jsonl: see benchmarks/typos.py.
    """
    _keep(steps.correct(folder, count), out)


@app.command("files")
@click.argument("folder", metavar="DIR", type=_EXISTING)
@click.option("--copies", type=click.IntRange(min=1), default=300, show_default=True, help="Files of the second look.")
@click.option("--ocr", is_flag=True, help="Read scans and broken text layers by their pictures, too.")
@click.option("--check", is_flag=True, help="Exit with 1 where less is kept than has to be.")
@_options(_json)
def files_(folder: Path, copies: int, ocr: bool, check: bool, out: Path | None) -> None:
    """Files of every kind: which of their words are kept; a sync of many, and a second one.

    DIR holds texts, NAME.txt, and what was made of them, NAME.KIND.
    """
    run = steps.read_files(folder, copies, ocr=ocr)
    _keep(run, out)
    if check:
        files.check(run.figures["kept"], run.figures["by_ocr"])
        files.check_looks(run.figures["looks"])


@app.command("indexing")
@_options(_docs, _size, _as_is, _peers, _rounds, _core, _json)
def indexing_(
    docs: Path, size: int, as_is: bool, peers: str | None, rounds: int, core: int | None, out: Path | None
) -> None:
    """Raw text to a committed index: speed, memory, bytes."""
    _keep(steps.index(corpus.load(docs, None if as_is else size), _names(peers, PEERS), rounds, core), out)


@app.command("latency")
@_options(_docs, _size, _as_is, _peers, _queries, _rounds, _core, _json)
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
    _keep(steps.ask(whole, _names(peers, everything.peers_for(len(whole.documents))), queries, rounds, core), out)


@app.command("served")
@click.option("--clients", type=click.IntRange(min=1), default=16, show_default=True, help="That search all the time.")
@click.option("--seconds", type=click.FloatRange(min=1), default=60, show_default=True, help="That they do so.")
@click.option("--check", is_flag=True, help="Exit with 1 where a bar is missed.")
@_options(_docs, _size, _as_is, _queries, _json)
def served_(
    clients: int, seconds: float, check: bool, docs: Path, size: int, as_is: bool, queries: int, out: Path | None
) -> None:
    """`khsearch serve` under load while another process commits each second, and beyond what it takes."""
    run = steps.serve(corpus.load(docs, None if as_is else size), clients, seconds, queries)
    _keep(run, out)
    if check:
        served.check(run.figures)


@app.command("clusters")
@click.option("--collection", "folders", type=_EXISTING, multiple=True, help="Folder: BEIR, or queries.tsv, qrels.tsv.")
@click.option(
    "--queries", type=click.IntRange(min=1), default=100, show_default=True, help="Of all operators together."
)
@click.option("--check", is_flag=True, help="Exit with 1 where a bar is missed.")
@_options(_rounds, _json)
def clusters_(folders: tuple[Path, ...], queries: int, check: bool, rounds: int, out: Path | None) -> None:
    """On OpenSearch, 1 and 3 shards: rankings, answers and speed, beside embedded, and beside OpenSearch's ICU words.

    It starts a node by scripts/opensearch, or takes that of KHSEARCH_OPENSEARCH_URL.
    """
    chosen = [judged.load(folder) for folder in folders or (corpus.SAMPLE_DOCS,)]
    if out and len(chosen) > 1:
        raise click.UsageError("--json keeps one collection; name one")
    for collection in chosen:
        run = steps.compare_clusters(collection, queries, rounds)
        _keep(run, out)
        if check:
            clusters.check(run.figures, news=collection.name.startswith("news"))


@app.command("fill")
@click.option("--size", type=click.IntRange(min=1), default=1_000_000, show_default=True, help="How many.")
@_options(_docs, _json)
def fill_(size: int, docs: Path, out: Path | None) -> None:
    """Very many short documents through one node of OpenSearch: documents a second, memory of the client."""
    _keep(steps.fill_node(docs, size), out)


@app.command("raw")
@_options(_docs, _size, _as_is, _json)
def raw_(docs: Path, size: int, as_is: bool, out: Path | None) -> None:
    """Words from inside runs, found by each engine as it comes."""
    _keep(steps.find_raw(corpus.load(docs, None if as_is else size)), out)


@app.command("start")
@_options(_docs, _size, _as_is, _rounds, _core, _json)
def start_(docs: Path, size: int, as_is: bool, rounds: int, core: int | None, out: Path | None) -> None:
    """CPU time of a process that imports, breaks words, searches once or shows help."""
    _keep(steps.begin(corpus.load(docs, None if as_is else size), rounds, core), out)


@app.command("throughput")
@_options(_docs, _size, _as_is, _queries, _rounds, _json)
def throughput_(docs: Path, size: int, as_is: bool, queries: int, rounds: int, out: Path | None) -> None:
    """Queries a second by threads and by processes."""
    _keep(steps.ask_many(corpus.load(docs, None if as_is else size), queries, rounds), out)


@app.command("whoosh")
@_options(_docs, _size, _as_is, _queries, _rounds, _core, _json)
def whoosh_(docs: Path, size: int, as_is: bool, queries: int, rounds: int, core: int | None, out: Path | None) -> None:
    """A program of Whoosh's, over stock Whoosh and over khsearch: indexing, queries, sorts, groups, ranges."""
    _keep(steps.use_as_whoosh(corpus.load(docs, None if as_is else size), queries, rounds, core), out)


@app.command("scaling")
@click.option("--largest", type=click.IntRange(min=1), default=SIZES[-1], show_default=True, help="Documents at most.")
@_options(_docs, _peers, _queries, _rounds, _core, _json)
def scaling_(
    largest: int, docs: Path, peers: str | None, queries: int, rounds: int, core: int | None, out: Path | None
) -> None:
    """Every figure of indexing and latency at growing sizes."""
    sizes = [size for size in SIZES if size <= largest] or [largest]
    _keep(steps.scale(docs, sizes, _names(peers, everything.peers_for(max(sizes))), queries, rounds, core), out)


@app.command("all")
@click.option("--quick", is_flag=True, help="Small corpora and few rounds: under two minutes.")
@click.option("--docs", "folders", type=_EXISTING, multiple=True, help="Documents [sample_docs]; may be repeated.")
@click.option("--gold", type=_EXISTING, help="Sentences broken by hand.")
@click.option("--collection", "collections_", type=_EXISTING, multiple=True, help="Judged queries; may be repeated.")
@click.option("--probes", type=_EXISTING, help="Disturbed queries, over the first collection.")
@click.option("--sets", "sets_of_first", type=_EXISTING, help="Queries with their sets, over the first collection.")
@click.option("--largest", type=click.IntRange(min=1), default=SIZES[-1], show_default=True, help="Of scaling.")
@_options(_core)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the results [benchmarks/results].")
def all_(
    quick: bool,
    folders: tuple[Path, ...],
    gold: Path | None,
    collections_: tuple[Path, ...],
    probes: Path | None,
    sets_of_first: Path | None,
    largest: int,
    core: int | None,
    out: Path | None,
) -> None:
    """Everything: tables on the terminal, one JSON for each run, drawings beside them."""
    sources = everything.Sources(
        folders or (corpus.SAMPLE_DOCS,),
        gold,
        collections_ or (corpus.SAMPLE_DOCS,),
        probes,
        sets_of_first,
        largest,
        core,
    )
    folder = out or (RESULTS / "quick" if quick else RESULTS)
    everything.run(sources, everything.QUICK if quick else everything.FULL, folder)
    note(f"results and drawings are in {folder}")


@app.command("report")
@click.option("--results", type=_EXISTING, default=RESULTS, help="Folder of the results [benchmarks/results].")
@click.option("--readme", type=_EXISTING, default=report.README, help="File whose tables are written.")
def report_(results: Path, readme: Path) -> None:
    """Write the tables between the markers of the README, and the drawings beside the results."""
    for name in report.update(readme, results):
        note(f"{readme.name}: {name} written")
    for path in report.draw(results):
        note(f"{path} drawn")
