"""numbering: the clusters of a batch in, their numbers in a trie out.

A hash table whose keys are the clusters themselves: up to eight codes are an exact uint64, and a longer cluster is
looked up by its bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import spans
from khsearch.khmer.text.clusters import Clusters
from khsearch.khmer.text.points import Offsets

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Knuth's multiplicative hashing
_KHMER = 0x80  # the first of its codes: what begins with another is a run of digits or letters


class Numbering:
    """Numbers of clusters, from 1; ValueError where they collide as those of no real word list do."""

    def __init__(self, numbers: Mapping[bytes, int]) -> None:
        self._all = numbers
        self._keys, self._numbers = _hash_table([cluster for cluster in numbers if len(cluster) <= 8], numbers)

    def number_all(self, codes: bytes, clusters: Clusters) -> Offsets:
        """Numbers of the clusters of a batch: (c,) -> (c,) int64, 0 for a cluster of no word."""
        array = np.frombuffer(codes, np.uint8)
        lengths = clusters.ends - clusters.starts
        keys = spans.load_part(spans.eights(codes), clusters.starts, lengths)
        slots = _home(keys, len(self._keys))
        numbers = self._numbers.take(slots)
        missed = np.flatnonzero(self._keys.take(slots) != keys)
        while len(missed):
            missed = missed[numbers[missed] != 0]  # an empty slot ends the search: no word has this cluster
            at = slots[missed] + 1
            slots[missed] = at
            numbers[missed] = self._numbers[at]
            missed = missed[self._keys[at] != keys[missed]]
        result = numbers.astype(np.int64)
        long = np.flatnonzero(lengths > 8)
        for i in long[array.take(clusters.starts.take(long)) >= _KHMER].tolist():
            result[i] = self._all.get(codes[clusters.starts[i] : clusters.ends[i]], 0)
        return result


def _home(keys: NDArray[np.uint64], size: int) -> NDArray[np.int64]:
    # The table has `size` - 64 home slots, a power of two, and 64 behind them for the overflow of the last.
    shift = np.uint64(65 - (size - 64).bit_length())
    return ((keys * _MULTIPLIER) >> shift).view(np.int64)


def _hash_table(
    clusters: Sequence[bytes], numbers: Mapping[bytes, int]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Open addressing, linear probing, at most an eighth full, of clusters up to eight codes."""
    size = 1 << max(4, (8 * len(clusters)).bit_length())
    keys = np.array([int.from_bytes(cluster, "little") for cluster in clusters], np.uint64)
    table, found = np.zeros(size + 64, np.uint64), np.zeros(size + 64, np.int32)
    home = _home(keys, len(table))
    order = np.argsort(home, kind="stable")
    # In order of their homes, each key goes home or, where that is taken, behind the one before it.
    steps = np.arange(len(order))
    at = np.maximum.accumulate(home[order] - steps) + steps
    if len(at) and at[-1] >= len(table) - 1:  # the last slot stays empty, so that every search ends
        raise ValueError("clusters collide in a way that no real word list does; leave out the made-up words")
    table[at] = keys[order]
    found[at] = np.array([numbers[cluster] for cluster in clusters], np.int32)[order]
    return table, found
