"""shipped: `khsearch bench` and `khsearch samples`: what lies beside khsearch in a checkout and inside of it installed.

The benchmarks are a package of their own, `benchmarks`, so that what is measured is what others import.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click

from khsearch.cli.console import note

_INSTALLED = Path(__file__).parent.parent / "shipped"
_SAMPLES = "sample_docs"


def _folder(name: str) -> Path:
    """Where one of the folders is that come with khsearch."""
    for above in (_INSTALLED, _INSTALLED.parent.parent):
        if (above / name).is_dir():
            return above / name
    raise click.ClickException(f"{name} did not come with this khsearch; get it with the sources, or install the wheel")


class PassedOn(click.Command):
    """A command whose arguments, --help among them, are another's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take them all as they are."""
        ctx.args = args
        return args


@click.command(cls=PassedOn, add_help_option=False)
@click.pass_context
def bench(ctx: click.Context) -> int:
    """Measure how good and how fast khsearch is.

    On this machine and on documents of yours, beside what one would pick instead; it needs the extra bench. Arguments
    are those of `python -m benchmarks`: `khsearch bench --help` lists what is measured, `khsearch bench all --quick`
    measures some of everything in two minutes, and results go to the folder khsearch-results.
    """
    above = _folder("benchmarks").parent
    paths = [str(above), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    code = f"from benchmarks.commands import main; main({ctx.command_path!r})"
    return subprocess.run([sys.executable, "-c", code, *ctx.args], env=environment, check=False).returncode


@click.command()
@click.argument("folder", default=_SAMPLES, type=click.Path(path_type=Path))
def samples(folder: Path) -> None:
    """Write sample documents into a folder.

    Some fifty articles in Khmer, in the public domain (CC0), to try khsearch on. FOLDER, sample_docs if it is left out,
    must not be there yet, or be empty.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise click.ClickException(f"{folder}: there already; name a new folder, or one that is empty")
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path for path in _folder(_SAMPLES).iterdir() if path.suffix == ".txt")
    for path in names:
        (folder / path.name).write_bytes(path.read_bytes())
    note(f"{folder}: {len(names)} documents; index them: khsearch index samples.idx {shlex.quote(str(folder))}")
