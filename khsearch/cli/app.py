"""app: the command `khsearch` and how it ends.

A command returns its exit status: 0 found or done, 1 nothing found. Every error ends in one line on stderr and status
2, an interrupt in status 130, and when the reader of a pipe has gone the work is done: status 0.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TextIO

import click

from khsearch.cli.commands import Commands, named
from khsearch.errors import KhsearchError
from khsearch.sharing import loading
from khsearch.version import __version__

ERROR, INTERRUPTED = 2, 130
_OBJECTS = 10_000
"""New ones after which Python looks for those that nobody holds: loading a command makes more, and they stay."""


class App(Commands):
    """A group of commands that all end in the same ways."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the arguments, as click does."""
        with _reader_may_go():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, as click does."""
        with _reader_may_go():
            return super().invoke(ctx)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the command line and exit."""
        extra["standalone_mode"] = False
        _use_utf8()
        try:
            status = super().main(*args, **extra)
        except (KeyboardInterrupt, click.Abort):
            status = INTERRUPTED
        except Exception as problem:
            status = ERROR
            with suppress(OSError):
                click.echo(f"khsearch: {_one_line(problem)}", err=True)
        for stream in _open_streams():
            try:
                stream.flush()
            except OSError:
                _discard(stream)
        sys.exit(status)


def _open_streams() -> list[TextIO]:
    # A stream that was closed before Python began is None.
    return [stream for stream in (sys.stdout, sys.stderr) if stream is not None]


def _use_utf8() -> None:
    """Write UTF-8 whatever the locale says, and the same lines on all systems; a name that is no UTF-8 is escaped."""
    for stream in _open_streams():
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


@contextmanager
def _reader_may_go() -> Iterator[None]:
    try:
        yield
        for stream in _open_streams():
            stream.flush()
    except BrokenPipeError:
        raise click.exceptions.Exit(0) from None
    except OSError as problem:
        if sys.platform == "win32" and problem.errno == errno.EINVAL and problem.filename is None:  # a pipe there
            raise click.exceptions.Exit(0) from None
        raise
    except KeyboardInterrupt:  # click would write an empty line
        raise click.exceptions.Exit(INTERRUPTED) from None


def _discard(stream: TextIO) -> None:
    # What a stream could not write it would try to write again when the interpreter ends, and complain.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _one_line(problem: Exception) -> str:
    if isinstance(problem, click.UsageError):
        command = problem.ctx.command_path if problem.ctx else "khsearch"
        message = f"{problem.format_message().rstrip('.')} (see {command} --help)"
    elif isinstance(problem, click.ClickException):
        message = problem.format_message()
    elif isinstance(problem, KhsearchError):
        message = str(problem)
    elif isinstance(problem, OSError):
        where = f"{problem.filename}: " if problem.filename else ""
        message = f"{where}{problem.strerror or problem}"
    elif isinstance(problem, MemoryError):
        message = "not enough memory"
    else:
        message = f"unexpected {type(problem).__name__}: {problem}; this is a fault in khsearch, please report it"
    return " ".join(message.split())


def _tell_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        loading("khsearch.native")
        from khsearch import extras, native

        click.echo(f"khsearch, version {__version__}\ncompiled core: {native.STATE}\n{extras.installed()}")
        ctx.exit()


@click.group("khsearch", cls=App, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_tell_version,
    help="Show the version and exit.",
)
@click.pass_context
def app(ctx: click.Context) -> None:
    """Full-text search for Khmer: index articles, find them again."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    elif os.environ.get("FORCE_COLOR"):
        ctx.color = True
    elif os.environ.get("TERM") == "dumb":
        ctx.color = False
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for _command in named():
    app.add_command(_command)


def main() -> NoReturn:
    """Run `khsearch`."""
    gc.set_threshold(_OBJECTS)
    try:
        app.main(prog_name="khsearch")
    finally:
        gc.freeze()  # else Python, before it ends, looks through all objects for those that nobody holds
