"""pairs: which pairs of neighbouring terms an engine tells of what was written at once. Document frequencies in.

Most pairs stand in one document. They say nothing of which words go together, and are so many that they would take most
of the memory and time of whoever looks for a word among all pairs. So they are left out, unless a part is small. Every
engine keeps to that: what is near a word does not depend on where an index lies.
"""

from __future__ import annotations

from khsearch.arrays import Array, np

FEWEST_TOKENS = 1 << 15
"""Tokens of a part of which not all pairs are told."""

LEAST = 2
"""Documents that have a pair that is told of it."""

MOST = 1 << 18
"""Pairs that are told of it."""


def frequent(dfs: Array, least: int = LEAST, most: int = MOST) -> Array:
    """Return the places of the pairs that are told: those of the most documents; of equal ones, the first."""
    if len(dfs) > most:
        least = max(least, int(np.partition(dfs, len(dfs) - most)[len(dfs) - most]))
    kept: Array = np.flatnonzero(dfs >= least)
    if len(kept) > most:
        order = np.argsort(-dfs.take(kept), kind="stable")
        kept = np.sort(kept.take(order[:most]))
    return kept


def told(dfs: Array) -> Array:
    """Return the places of the pairs of a part that are told: all of a small one."""
    return np.arange(len(dfs)) if int(dfs.sum()) < FEWEST_TOKENS else frequent(dfs)
