"""shape: a table as Markdown, and what its cells say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Loaded = dict[str, Any]
"""A run as `runs.load` reads it."""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows below the names of their columns; numbers stand to the right."""
    lines = [f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 1)]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def corpus_of(run: Loaded) -> str:
    """Say of which corpus a run tells."""
    told = run["settings"]
    return f"{told['corpus']}, {told['documents']:,} documents, {told['bytes'] / 1e6:.1f} MB"


def times_as_much(value: Loaded) -> str:
    """Say how many times something is something else: the median of rounds, and between what they are."""
    digits = 3 if value["median"] < 0.1 else 2
    return f"{value['median']:.{digits}f} ({value['least']:.{digits}f}\u2013{value['most']:.{digits}f})"
