"""extras: what an installation leaves out, and the command that adds it.

The same code is installed under one of two names: `khsearch`, or `khsearch-base`, which needs no compiler. What is
missing has to be added to the one that is there, never by the other.
"""

from __future__ import annotations

from functools import cache

from khsearch.errors import MissingExtraError

FULL, BASE = "khsearch", "khsearch-base"


@cache
def distribution() -> str:
    """The name that this khsearch is installed under."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        version(BASE)
    except PackageNotFoundError:
        return FULL
    return BASE


def command(extra: str) -> str:
    """The command that installs an extra."""
    return f"pip install '{distribution()}[{extra}]'"


def missing(told: str, extra: str) -> MissingExtraError:
    """Make the error for a package that is not there: `told`, and the command of its extra."""
    return MissingExtraError(f"{told}: {command(extra)}")
