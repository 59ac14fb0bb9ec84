"""console: what is common to the commands: notes for people, progress bars, checked arguments."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO, TypeVar, cast

import click

from khsearch.errors import DocumentError, IndexLockedError

Show = Callable[[int, int | None], None]
"""Told how much is done, and of how much, if that is known."""

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from khsearch.schema import Declared, FieldKind, TextField

    _TypeOfNames = click.ParamType[str]
else:  # an older click has no kinds of it
    _TypeOfNames = click.ParamType

_SHORT_WITH_VALUE = re.compile("-n[0-9]+")

_Function = TypeVar("_Function", bound=Callable[..., object])


def wait_option(command: _Function) -> _Function:
    """Give a command the option --wait, as `wait`, which an error that another writer is at work tells of."""

    @wraps(command)
    def told(*args: Any, wait: float, **named: Any) -> object:
        try:
            return command(*args, wait=wait, **named)
        except IndexLockedError as locked:
            raise IndexLockedError(f"{locked}" if wait else f"{locked}: --wait 60") from None

    option = click.option(
        "--wait", type=click.FloatRange(0), metavar="SECONDS", default=0.0, help="How long to wait for another writer."
    )
    return cast("_Function", option(told))


class OneOf(_TypeOfNames):
    """One of some names, which are asked for when they are needed and not before."""

    name = "choice"

    def __init__(self, names: Callable[[], Sequence[str]]) -> None:
        self._names = names

    def _choice(self) -> click.Choice[str]:
        return click.Choice(self._names())

    def get_metavar(self, *args: Any, **named: Any) -> str | None:
        """Show the names, as click does."""
        return self._choice().get_metavar(*args, **named)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take one of the names, as click does."""
        return self._choice().convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete one of the names, as click does."""
        return self._choice().shell_complete(ctx, param, incomplete)


class QueryCommand(click.Command):
    """A command whose query may begin with "-": what looks like a short option and is none is an argument."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the arguments behind "--", then read them as click does."""
        options = {name: param for param in self.get_params(ctx) for name in param.opts}
        named: list[str] = []
        arguments: list[str] = []
        rest = iter(args)
        for arg in rest:
            if arg == "--":
                arguments += rest
            elif arg in options:
                named.append(arg)
                if not getattr(options[arg], "is_flag", False):
                    value = next(rest, None)
                    if value is None:
                        return super().parse_args(ctx, args)  # click tells what is missing
                    named.append(value)
            elif arg.startswith("--") or _SHORT_WITH_VALUE.fullmatch(arg):
                named.append(arg)
            else:
                arguments.append(arg)
        return super().parse_args(ctx, [*named, "--", *arguments])


@contextmanager
def refused() -> Iterator[None]:
    """What a public function refuses, a ValueError, is an error of whoever typed it, or of a package of theirs."""
    try:
        yield
    except ValueError as problem:
        raise click.ClickException(str(problem)) from None


def address(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Refuse what is no path of a folder, and an address that no engine keeps indexes at.

    What commands get, and tell, has no user and password any more.
    """
    if value == "":
        raise click.BadParameter("empty; name a folder")
    if value is not None and "://" in value:  # nothing else needs to be loaded for
        from khsearch.addresses import address_of, kind_at, without_secrets

        with refused():
            kind_at(address_of(value))
            return without_secrets(value)
    return value


def index_argument(command: _Function) -> _Function:
    """Give a command its argument INDEX, as `path`."""
    return click.argument("path", metavar="INDEX", type=click.Path(), callback=address)(command)


def breaker_options(command: _Function) -> _Function:
    """Give a command the options --breaker and --lexicon."""
    lexicon = click.option(
        "--lexicon",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Your words and names, one a line, # comments; behind a tab, times in a million words, if you like. "
        "Or a lexicon from `khsearch lexicon learn`.",
    )
    breaker = click.option("--breaker", metavar="NAME", type=OneOf(_breakers), help=BREAKER_HELP)
    return breaker(lexicon(command))


BREAKER_HELP = "How words are found: lattice, icu, crf, or one that a package brings [lattice]."


def _breakers() -> Sequence[str]:
    from khsearch.khmer import breaker_names

    return breaker_names()


def read_fields(option: str, given: tuple[str, ...]) -> tuple[Declared, dict[str, str]]:
    """Read the fields of an option that is given once a field -> them, and how the values of each are read."""
    from khsearch.documents import read_field

    fields: dict[str, FieldKind | TextField] = {}
    read_as: dict[str, str] = {}
    for field in given:
        try:
            name, kind, how = read_field(field)
        except ValueError as problem:
            raise click.UsageError(f"{option}: {problem}") from None
        if name in fields:
            raise click.UsageError(f"{option}: {name!r} is named twice; give it one kind")
        fields[name], read_as[name] = kind, how
    return fields, read_as


def check_lexicon(breaker: str | None, lexicon: Path | None) -> None:
    """Refuse a lexicon for a breaker that reads none."""
    if lexicon is not None and breaker not in (None, _breakers()[0]):
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


def plain(text: str) -> str:
    """Write control characters, which a terminal would obey, as spaces."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text)


@contextmanager
def progress(what: str) -> Iterator[Show]:
    """Show a bar on stderr while the block runs, if that is a terminal which obeys escapes."""
    if not is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
