"""paths: the cheapest paths through all runs of a batch (`lattice` finds that of one). Clusters in, words out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer.text.points import Offsets
from khsearch.khmer.words.lattice import LENGTH_BITS, best_path
from khsearch.khmer.words.side_by_side import LONGEST, path_costs, rows_of, walk_back
from khsearch.khmer.words.trie import Trie
from khsearch.khmer.words.windows import windows_of


def best_paths(numbers: Offsets, leads: NDArray[np.bool_], trie: Trie, unknown: int) -> NDArray[np.bool_]:
    """Break all runs of a batch: cluster numbers (c,) and where runs begin (c,) -> (c,) bool, where words begin."""
    firsts = np.flatnonzero(leads)
    if not len(firsts):
        return leads
    lengths = np.diff(firsts, append=len(numbers))
    opening = np.int32(unknown << LENGTH_BITS)
    if (lengths <= LONGEST).all():
        rows = rows_of(lengths)
        return walk_back(*path_costs(numbers, rows, None, trie, opening), rows.edges, rows.clusters, opening)
    known, strange, unsure = windows_of(lengths).costs(numbers, trie, opening)
    edges = np.cumsum(lengths + 1) - lengths - 1
    begins = walk_back(known, strange, edges, np.delete(np.arange(len(known)), edges), opening)
    for run in unsure:
        first, length = int(firsts[run]), int(lengths[run])
        words = best_path(numbers[first : first + length].tolist(), trie, unknown)
        begins[first : first + length] = False
        begins[first + np.cumsum([0, *words[:-1]], dtype=np.int64)] = True
    return begins
