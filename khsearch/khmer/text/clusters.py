"""clusters: the clusters and the units of many texts. Codes in, where each begins and ends out, as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from khsearch.frozen import frozen
from khsearch.khmer.text.points import Codes, Offsets
from khsearch.khmer.text.script import BASE, BASES, CLASS, COENG, LETTER, LONGEST_TERM, MARK, SENTENCE_ENDS

IS_BASE = np.frombuffer(CLASS, np.uint8) == BASE
"""Whether each code is a base."""

_SOFT, _HARD, _KHMER = 0, 1, 2  # stretches of separators, of sentence ends, of Khmer; others have their class


def _stretch_table() -> bytes:
    table = bytearray(_KHMER if kind in (BASE, MARK) else kind for kind in CLASS)
    for code in SENTENCE_ENDS:
        table[code] = _HARD
    return bytes(table)


_STRETCH = _stretch_table()


def classes(codes: bytes) -> Codes:
    """Class of every code: n bytes -> (n,) uint8 of SEPARATOR, BASE, MARK, DIGIT, ALPHA."""
    return np.frombuffer(codes.translate(CLASS), np.uint8)


@frozen
class Clusters:
    """The Khmer clusters of some codes, in order.

    starts  (c,) int64, place in the codes where each begins
    ends    (c,) int64, place behind the last code of each
    leads   (c,) bool, true where a cluster is the first of its run
    """

    starts: Offsets
    ends: Offsets
    leads: NDArray[np.bool_]


def clusters(codes: Codes, kinds: Codes) -> Clusters:
    """Find the Khmer clusters: codes and their classes, both (n,) uint8, beginning and ending with a separator.

    A base begins a cluster unless a coeng subscribes it; so does a mark that has no base before it.
    """
    khmer = (kinds - np.uint8(BASE)) < 2
    edges = _edges(codes, khmer)
    is_cluster = khmer.take(edges)
    spots = np.flatnonzero(is_cluster)
    starts, ends = edges.take(spots), edges.take(spots + 1)
    return Clusters(starts, ends, ~is_cluster.take(spots - 1) | (spots == 0))


def _edges(codes: Codes, stretches: NDArray[Any]) -> Offsets:
    """Where clusters and stretches begin: (n,), (n,) equal within a stretch -> rising."""
    begins = (codes - np.uint8(BASES.start)) < len(BASES)
    begins[1:] &= codes[:-1] != COENG
    begins[1:] |= stretches[1:] != stretches[:-1]
    return np.flatnonzero(begins)


@frozen
class Units:
    """What words and bigrams are made of, in order: Khmer clusters, whole runs of digits, whole runs of letters.

    starts    (u,) int64, place in the codes where each begins
    ends      (u,) int64, place behind its last code
    khmer     (u,) bool, true for a cluster
    apart     (u,) bool, true where a separator stands before it
    opening   (u,) bool, true where a sentence ends before it
    """

    starts: Offsets
    ends: Offsets
    khmer: NDArray[np.bool_]
    apart: NDArray[np.bool_]
    opening: NDArray[np.bool_]

    def clusters(self) -> tuple[Clusters, Offsets]:
        """Return the clusters among them, and which units they are."""
        which = np.flatnonzero(self.khmer)
        return Clusters(self.starts.take(which), self.ends.take(which), self._leads().take(which)), which

    def all(self) -> Clusters:
        """Return all of them as clusters, each run of digits or letters a run of one."""
        return Clusters(self.starts, self.ends, self._leads())

    def _leads(self) -> NDArray[np.bool_]:
        leads = self.apart | ~self.khmer
        leads[1:] |= ~self.khmer[:-1]
        return leads


def units(codes: bytes) -> tuple[Units, NDArray[np.bool_]]:
    """Find the units of n codes that begin and end with a separator -> them, and (n,) bool, true inside of one."""
    stretches = np.frombuffer(codes.translate(_STRETCH), np.uint8)
    edges = _edges(np.frombuffer(codes, np.uint8), stretches)
    kinds = stretches.take(edges)
    spots = np.flatnonzero(kinds >= _KHMER)
    starts, ends = edges.take(spots), edges.take(spots + 1)
    apart = np.ones(len(spots), np.bool_)
    np.not_equal(starts[1:], ends[:-1], out=apart[1:])
    opening = np.zeros(len(spots) + 1, np.bool_)
    opening[np.searchsorted(spots, np.flatnonzero(kinds == _HARD))] = True
    found = Units(starts, ends, kinds.take(spots) == _KHMER, apart, opening[:-1])
    return _divided(found, codes), stretches >= _KHMER


def _divided(units: Units, codes: bytes) -> Units:
    """Units, those longer than a term may be as several: runs of digits or ASCII letters, since no cluster is.

    One with other letters stays: what its words are is for their scripts to tell (`foreign`).
    """
    sizes = units.ends - units.starts
    if sizes.max(initial=0) <= LONGEST_TERM:
        return units
    times = np.ones(len(sizes), np.int64)
    for at in np.flatnonzero(sizes > LONGEST_TERM).tolist():
        if codes.find(LETTER, int(units.starts[at]), int(units.ends[at])) < 0:
            times[at] = -(-int(sizes[at]) // LONGEST_TERM)
    owner = np.repeat(np.arange(len(sizes)), times)
    number = np.arange(len(owner)) - (np.cumsum(times) - times).take(owner)
    starts = units.starts.take(owner) + number * LONGEST_TERM
    ends = np.where(times.take(owner) > number + 1, starts + LONGEST_TERM, units.ends.take(owner))
    is_first = number == 0
    return Units(
        starts, ends, units.khmer.take(owner), units.apart.take(owner) & is_first, units.opening.take(owner) & is_first
    )
