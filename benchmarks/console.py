"""console: tables for stdout, progress and notes for people on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

Show = Callable[[int, int], None]
"""Told how much is done, and of how much."""


@contextmanager
def progress(what: str) -> Iterator[Show]:
    """Show a bar on stderr while the block runs, if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def note(message: str) -> None:
    """Tell people something that is no result."""
    click.echo(f"benchmarks: {message}", err=True)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on stdout; the first column is text, the others are figures."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    drawn = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for number, name in enumerate(columns):
        drawn.add_column(name, justify="right" if number else "left", no_wrap=not number)
    for row in rows:
        drawn.add_row(*row)
    # A pipe has no width: a table in a log is as wide as it needs to be.
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(drawn)
