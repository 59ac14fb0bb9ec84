"""commands: the command line. Exit status 0 done, 1 wrong answers or a bar missed, 2 error.

options                            the group of all commands, the options that several share
quality, speed, served, everything what each tells
"""

from __future__ import annotations

import sys
from typing import NoReturn

import click

# A command is there as soon as the room that has it is imported.
from benchmarks.commands import everything, quality, served, speed  # noqa: F401
from benchmarks.commands.options import app
from benchmarks.console import note
from benchmarks.errors import BenchmarkError, DisagreementError, MissedError

__all__ = ["app", "main"]


def main(name: str = "python -m benchmarks") -> NoReturn:
    """Run the command line, under the name that it was called by."""
    try:
        app.main(prog_name=name, standalone_mode=False)
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
