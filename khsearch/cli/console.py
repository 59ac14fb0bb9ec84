"""console: what is common to the commands: notes for people, progress bars, checked arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar

import click

from khsearch.errors import DocumentError
from khsearch.khmer import BREAKERS

Show = Callable[[int, int | None], None]
"""Told how much is done, and of how much, if that is known."""

_Function = TypeVar("_Function", bound=Callable[..., object])


def index_argument(command: _Function) -> _Function:
    """Give a command its argument INDEX, as `path`."""
    return click.argument("path", metavar="INDEX", type=click.Path(path_type=Path))(command)


def breaker_options(command: _Function) -> _Function:
    """Give a command the options --breaker and --lexicon."""
    lexicon = click.option(
        "--lexicon",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Your words, one a line, or a lexicon from `khsearch lexicon learn`.",
    )
    breaker = click.option("--breaker", type=click.Choice(BREAKERS), help=f"How words are found [{BREAKERS[0]}].")
    return breaker(lexicon(command))


def check_lexicon(breaker: str | None, lexicon: Path | None) -> None:
    """Refuse a lexicon for a breaker that reads none."""
    if lexicon is not None and breaker not in (None, BREAKERS[0]):
        raise click.UsageError(f"the breaker {breaker} reads no lexicon; leave out --lexicon or --breaker")


_Argument = TypeVar("_Argument", str | None, tuple[str, ...])


def utf8(_ctx: click.Context, _param: click.Parameter, value: _Argument) -> _Argument:
    """Refuse an argument, or several, whose bytes are not UTF-8."""
    try:
        "".join(value or "").encode()
    except UnicodeEncodeError:
        raise click.BadParameter("not UTF-8; type it in a terminal that is set to UTF-8") from None
    return value


def stdin() -> BinaryIO:
    """Return stdin as bytes: documents and queries are UTF-8 whatever the locale says."""
    if sys.stdin is None:
        raise DocumentError("stdin is closed; give it something to read")
    return sys.stdin.buffer


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody reads along; a stream that was closed before Python began is None."""
    return stream is not None and stream.isatty()


def note(message: str) -> None:
    """Tell people something that is no result."""
    click.echo(f"khsearch: {message}", err=True)


@contextmanager
def progress(what: str) -> Iterator[Show]:
    """Show a bar on stderr while the block runs, if that is a terminal."""
    if not is_terminal(sys.stderr):
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
