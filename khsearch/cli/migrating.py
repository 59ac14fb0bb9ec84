"""migrating: the command that makes an index of one of stock Whoosh's."""

from __future__ import annotations

from pathlib import Path

import click

from khsearch.cli.console import note, progress

_MAIN = "MAIN"  # as Whoosh calls the index of a folder that has no other name


def _folder(_ctx: click.Context, _param: click.Parameter, value: str) -> Path:
    from khsearch.addresses import is_path

    if not is_path(value):
        raise click.BadParameter("what Whoosh opens lies in a folder; give its path")
    return Path(value)


@click.command("import-whoosh")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(), callback=_folder)
@click.option("--indexname", metavar="NAME", default=_MAIN, show_default=True, help="Which of the indexes in OLD.")
@click.option("--trust-pickles", is_flag=True, help="Let the pickles in OLD load any class: they may run any code.")
def import_whoosh(old: Path, new: Path, indexname: str, trust_pickles: bool) -> None:
    """Make an index of one of Whoosh's.

    OLD is a folder that Whoosh 2.7 wrote; it stays as it is. NEW becomes an index with the same schema and documents,
    terms, positions, columns and stored values as they are there, for khsearch.whoosh.open_dir(NEW). Deleted documents
    are left out. It appears whole, or not at all.

    Whoosh keeps pickles, which may run any code when they are read. A process of its own reads them, which gives away
    its right to write, and of classes takes Whoosh's alone, unless --trust-pickles says otherwise.
    """
    from khsearch.whoosh import import_whoosh

    reach = "any class may be loaded" if trust_pickles else "none but Whoosh's classes are loaded"
    note(f"{old} holds pickles, which can run code: a process that may write nothing reads them, and {reach}")
    with progress("Importing") as show:
        done = import_whoosh(old, new, indexname=indexname, trust_pickles=trust_pickles, on_progress=show)
    if not done.held:
        note("this system has no Landlock: no byte could be written, but empty files could have been created")
    note(
        f"{new}: {done.documents:,} documents with {done.fields} fields, from {done.segments} segments, "
        f"in {done.seconds:.1f} s"
    )
