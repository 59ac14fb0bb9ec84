"""options: the group of all commands, the options that several share, and where a run is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from benchmarks import corpus, machine
from benchmarks.console import note
from benchmarks.engines import PEERS
from benchmarks.runs import Run, save

EXISTING = click.Path(exists=True, path_type=Path)

_Function = TypeVar("_Function", bound=Callable[..., object])


@click.group("benchmarks", context_settings={"help_option_names": ["-h", "--help"]})
def app() -> None:
    """How good and how fast khsearch is, beside what one would pick instead."""


def options(*chosen: Callable[[_Function], _Function]) -> Callable[[_Function], _Function]:
    """Give a command some options, in this order."""

    def give(command: _Function) -> _Function:
        for option in reversed(chosen):
            command = option(command)
        return command

    return give


def keep(run: Run, out: Path | None) -> None:
    """Write a run to a file, if there is one to write to."""
    if out:
        save(run, out)
        note(f"written to {out}")


def names_of(peers: str | None, default: tuple[str, ...]) -> list[str]:
    """Return the peers that were given with commas between, or those by default."""
    return list(default) if peers is None else [name for name in peers.split(",") if name]


def _core_of(_ctx: click.Context, _param: click.Parameter, value: str) -> int | None:
    if value == "all":
        return None
    if value == "last":
        return machine.last_core()
    if not value.isdecimal():
        raise click.BadParameter("a core is a number; all of them are: all")
    return int(value)


DOCS = click.option("--docs", type=EXISTING, default=corpus.SAMPLE_DOCS, help="Documents [sample_docs].")
SIZE = click.option("--size", type=click.IntRange(min=1), default=3_000, show_default=True, help="Grow to N documents.")
AS_IS = click.option("--as-is", is_flag=True, help="Take the documents as they are, instead of growing them.")
WHICH_PEERS = click.option("--peers", help=f"Comma-separated, from {', '.join(PEERS)}, or module:class of your own.")
ROUNDS = click.option("--repeat", "rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Rounds.")
QUERIES = click.option("--queries", type=click.IntRange(min=1), default=200, show_default=True, help="Of each class.")
CORE = click.option(
    "--core", default="last", metavar="N", callback=_core_of, help="Core to run on, or all of them: all [the last]."
)
JSON = click.option("--json", "out", type=click.Path(path_type=Path), metavar="OUT", help="Write the run as JSON.")
COUNT = click.option("--per-query", "count", type=int, default=0, metavar="N", help="Show the N largest differences.")
