"""commands: the command line. Exit status 0 done, 1 wrong answers or a bar missed, 2 error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from benchmarks import corpus, gold, machine, segmentation
from benchmarks.console import note, progress, table
from benchmarks.errors import BenchmarkError, DisagreementError, MissedError
from benchmarks.runs import Run, save

_Function = TypeVar("_Function", bound=Callable[..., object])


def _options(*options: Callable[[_Function], _Function]) -> Callable[[_Function], _Function]:
    def give(command: _Function) -> _Function:
        for option in reversed(options):
            command = option(command)
        return command

    return give


_docs = click.option(
    "--docs", type=click.Path(path_type=Path), default=corpus.SAMPLE_DOCS, help="Documents to measure with [sample_docs]."
)
_rounds = click.option("--repeat", "rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Rounds.")
_core = click.option("--core", type=int, help="Run everything on this core.")
_json = click.option("--json", "out", type=click.Path(path_type=Path), metavar="OUT", help="Write the run as JSON.")


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


def _keep(out: Path | None, command: str, settings: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
    skipped = segmentation.skipped()
    if out:
        save(Run(command, settings, figures, skipped), out)
        note(f"written to {out}")


@app.command("segmentation")
@click.option("--gold", "gold_file", type=click.Path(exists=True, path_type=Path), help="Sentences broken by hand.")
@click.option("--check", is_flag=True, help="Exit with 1 where the default breaker misses a bar of quality.")
@click.option("--quality-only", is_flag=True, help="Leave speed out.")
@_options(_docs, _rounds, _core, _json)
def segmentation_(
    gold_file: Path | None, check: bool, quality_only: bool, docs: Path, rounds: int, core: int | None, out: Path | None
) -> None:
    """Breakers: quality against hand-broken words, agreement, speed."""
    machine.pin(core)
    figures: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    sentences = gold.read_gold(gold_file) if gold_file else []
    if sentences:
        with progress("breaking the gold") as show:
            quality = segmentation.measure_quality(sentences, show)
        columns = ["breaker", "sentences", "simple F1", "compound F1", "boundary F1", "agreement: compound"]
        table("Words found, percent", [*columns, "simple", "pairs"], segmentation.rows_of_quality(quality))
        figures["quality"], settings["gold_sentences"] = quality, len(sentences)
    elif check:
        raise click.UsageError("--check needs --gold")
    if not quality_only:
        grown = corpus.load(docs, 1_500)
        with progress("timing") as show:
            speed = segmentation.measure_speed([document.text for document in grown.documents], rounds, show)
        columns = ["breaker", "times PyICU", "MB/CPU s", "query, \u00b5s p50", "p95"]
        table("Speed, batches of 1 MB", columns, segmentation.rows_of_speed(speed))
        figures["speed"] = speed
        settings |= {**grown.settings, "seed": corpus.SEED, "rounds": rounds, "core": core}
    for name, reason in segmentation.skipped().items():
        note(f"{name}: skipped, {reason}")
    _keep(out, "segmentation", settings, figures)
    if check:
        segmentation.check(quality[segmentation.BREAKERS[0]])
