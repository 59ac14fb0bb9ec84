"""maintaining: the commands that look after an index, tell what it holds and empty it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from khsearch.cli.console import address, index_argument, is_terminal, note, read_fields, utf8, wait_option

if TYPE_CHECKING:
    from khsearch import Index


@click.command()
@index_argument
@click.argument("ids", metavar="ID...", nargs=-1, required=True, callback=utf8)
@wait_option
def delete(path: str, ids: tuple[str, ...], wait: float) -> int:
    """Remove documents by their ids."""
    from khsearch import Index

    with Index.open(path) as index, index.writer(wait) as writer:
        missing = [id_ for id_ in ids if not writer.delete(id_)]
    for id_ in missing:
        note(f"no document has the id {id_!r}")
    note(f"{len(ids) - len(missing)} deleted")
    return int(len(missing) == len(ids))


@click.command()
@index_argument
@click.option(
    "--to", metavar="NEW", type=click.Path(), callback=address, help="Save what can be read into a new index."
)
@wait_option
def rebuild(path: str, to: str | None, wait: float) -> int:
    """Break and index all documents anew.

    The texts that INDEX holds are all it takes: for an index that another khsearch, Python or ICU built. --to NEW is
    for one that is damaged: what can still be read goes into a new index. What was lost is told, and the exit status is
    2 then.
    """
    from khsearch import Index

    if to is None:
        passed_over: list[str] = []
        count = Index.rebuild(path, wait, on_lost=passed_over.append)
        for item in passed_over:
            note(f"passed over: {item}")
        note(f"{path}: rebuilt with {count} documents")
        return 2 if passed_over else 0
    lost = Index.rescue(path, to)
    for item in lost:
        note(f"lost: {item}")
    note(f"{to}: {Index.open(to).doc_count} documents saved, {len(lost)} items lost")
    return 2 if lost else 0


@click.command()
@index_argument
@wait_option
def optimize(path: str, wait: float) -> None:
    """Merge all segments into one.

    The index becomes smaller and a little faster to search.
    """
    from khsearch import Index

    with Index.open(path) as index:
        index.optimize(wait)
    note(f"{path}: optimized")


@click.command()
@index_argument
def verify(path: str) -> int:
    """Read all of an index and check it.

    Every checksum and every length; the exit status is 2 where anything is damaged.
    """
    from khsearch import Index

    problems = Index.verify(path)
    for problem in problems:
        note(problem)
    if not problems:
        note(f"{path}: whole")
    return 2 if problems else 0


@click.command()
@index_argument
@click.option(
    "--settings",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the settings into FILE, too: fields, breaker, lexicon, ranking, spellings.",
)
def export(path: str, settings: Path | None) -> None:
    """Write all documents as JSON lines.

    `khsearch index NEW - --format jsonl` takes them back as they were; with --settings FILE here and there, NEW is as
    INDEX is. Without it, a line on stderr tells what INDEX has beside documents.
    """
    from khsearch import Index
    from khsearch.documents import json_line

    index = Index.open(path)
    if settings is not None:
        settings.write_bytes(index.settings())
    for document in index.export():
        click.echo(json_line(document))
    left_out = _beside_documents(index) if settings is None else []
    if left_out:
        note(f"documents only; to keep the {', '.join(left_out)} too: khsearch export {path} --settings FILE")


def _beside_documents(index: Index) -> list[str]:
    """What an index has that its documents alone do not tell."""
    from khsearch import Ranking
    from khsearch.documents import written_field
    from khsearch.khmer import breaker_names

    kinds = ", ".join(f"{name}={written_field(field)}" for name, field in index.fields.items())
    told = index.stats()
    has = {
        f"kinds of fields ({kinds})": bool(kinds),
        "breaker": told["breaker"] != breaker_names()[0],
        "lexicon": told["lexicon"] == "own",
        "ranking": index.ranking != Ranking(),
        "spellings": bool(index.spellings),
    }
    return [name for name, there in has.items() if there]


@click.command()
@index_argument
@click.argument("file", metavar="[FILE]", required=False, type=click.Path())
@click.option("--remove", is_flag=True, help="Let INDEX have no spellings of its own any more.")
@wait_option
def spellings(path: str, file: str | None, remove: bool, wait: float) -> int:
    """Show or set an index's own spellings.

    FILE has spellings, synonyms and abbreviations that every search of INDEX takes for the same, instead of those that
    it has: a group a line, divided by tabs, the reason last, which may end in a weight ("abbreviation 0.8"). Without
    FILE, those that INDEX has are written in this form; the exit status is 1 where it has none.
    """
    from khsearch import Index

    if file is not None and remove:
        raise click.UsageError("give a FILE, or --remove")
    index = Index.open(path)
    if file is not None or remove:
        index.set_spellings(file, wait)
        note(f"{path}: its spellings are {'removed' if remove else f'those of {file}'}")
        return 0
    click.echo(index.spellings, nl=False)
    return int(not index.spellings)


@click.command()
@index_argument
@click.option(
    "--add",
    "added",
    metavar="NAME=KIND",
    multiple=True,
    help="A field more, or of another kind.",
)
@click.option("--drop", "dropped", metavar="NAME", multiple=True, help="A field less; documents keep its values.")
@click.option("--skip-bad", is_flag=True, help="Report values that do not go with their fields, and go on.")
@wait_option
def fields(path: str, added: tuple[str, ...], dropped: tuple[str, ...], skip_bad: bool, wait: float) -> int:
    """Show, add or drop an index's own fields.

    Documents are looked through for values of the fields that are added, and INDEX is searched as it was until all is
    done. Without options, its fields are written as --add takes them; the exit status is 1 where it has none.
    """
    from khsearch import Index
    from khsearch.documents import written_field

    index = Index.open(path)
    if not added and not dropped:
        for name, field in index.fields.items():
            click.echo(f"{name}={written_field(field)}")
        return int(not index.fields)
    wanted = dict(index.fields)
    for name in dropped:
        if wanted.pop(name, None) is None:
            raise click.UsageError(f"--drop: there is no field {name!r}; there are {', '.join(index.fields) or 'none'}")
    passed_over: list[str] = []
    more, read_as = read_fields("--add", added)
    if any(read_as.values()):
        raise click.UsageError("--add: what stands behind date: and keyword: is how files are read; leave it out")
    index.set_fields({**wanted, **more}, wait, passed_over.append if skip_bad else None)
    for item in passed_over:
        note(f"passed over: {item}")
    note(f"{path}: its fields are {', '.join(index.fields) or 'none'}")
    return 0


@click.command()
@index_argument
def stats(path: str) -> None:
    """Tell what an index holds."""
    from rich.console import Console
    from rich.table import Table

    from khsearch import Index

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _flat(Index.open(path).stats()):
        table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
    terminal = is_terminal(sys.stdout)
    console = Console(markup=False, highlight=False, emoji=False, width=None if terminal else 1000)
    with console.capture() as captured:
        console.print(table)
    click.echo(captured.get(), nl=False)


def _flat(stats: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in stats.items():
        if isinstance(value, Mapping):
            yield from ((f"{name} {inner}", figure) for inner, figure in _flat(value))
        else:
            yield name, value
