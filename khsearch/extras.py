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
    return BASE if _is_installed(BASE) else FULL


def installed() -> str:
    """What to tell of it: the name, and what to do where both have been installed, one over the other."""
    if distribution() == BASE and _is_installed(FULL):
        return (
            f"installed as: {FULL} and {BASE}, which is one too many: "
            f"pip uninstall {FULL} {BASE}, then install one of them"
        )
    return f"installed as: {distribution()}"


def _is_installed(name: str) -> bool:
    from importlib.metadata import PackageNotFoundError, version

    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def command(extra: str) -> str:
    """The command that installs an extra."""
    return f"pip install '{distribution()}[{extra}]'"


def missing(told: str, extra: str) -> MissingExtraError:
    """Make the error for a package that is not there: `told`, and the command of its extra."""
    return MissingExtraError(f"{told}: {command(extra)}")
