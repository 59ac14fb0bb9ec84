"""everything: all benchmarks at once, and what their results are made into."""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks import beside, corpus, everything, report, runs
from benchmarks.commands.options import CORE, EXISTING, app, options
from benchmarks.console import note, table
from benchmarks.runs import RESULTS
from benchmarks.scaling import SIZES


@app.command("all")
@click.option("--quick", is_flag=True, help="Small corpora and few rounds: under two minutes.")
@click.option("--docs", "folders", type=EXISTING, multiple=True, help="Documents [sample_docs]; may be repeated.")
@click.option("--gold", type=EXISTING, help="Sentences broken by hand.")
@click.option("--collection", "collections_", type=EXISTING, multiple=True, help="Judged queries; may be repeated.")
@click.option("--probes", type=EXISTING, help="Disturbed queries, over the first collection.")
@click.option("--sets", "sets_of_first", type=EXISTING, help="Queries with their sets, over the first collection.")
@click.option("--largest", type=click.IntRange(min=1), default=SIZES[-1], show_default=True, help="Of scaling.")
@options(CORE)
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


@app.command("beside")
@click.option("--results", type=EXISTING, default=RESULTS, help="Folder of the results [benchmarks/results].")
def beside_(results: Path) -> None:
    """What khsearch takes beside tantivy, figure by figure, of results that are there: measures nothing."""
    paths = [path for command in beside.COMMANDS for path in sorted(results.glob(f"{command}-*.json"))]
    found = [runs.load(path) for path in paths]
    table("Above 1, khsearch is behind", beside.columns_of_queries(found), beside.rows_of_queries(found))
    table("Above 1, khsearch takes more", beside.COLUMNS, beside.rows(found))


@app.command("report")
@click.option("--results", type=EXISTING, default=RESULTS, help="Folder of the results [benchmarks/results].")
@click.option("--page", "pages", type=EXISTING, multiple=True, default=report.PAGES, help="Whose tables are written.")
def report_(results: Path, pages: tuple[Path, ...]) -> None:
    """Write the tables between the markers of the README and the documentation, and the drawings beside the results."""
    for path in report.draw(results):
        note(f"{path} drawn")
    for page in pages:
        for name in report.update(page, results):
            note(f"{page.name}: {name} written")
        for path in report.show(page, results):
            note(f"{path} shown")
