"""windows: the costs of runs that are too long to go side by side as one. Runs in; their costs, by windows, out.

A long run's costs are found from many places at once, each some clusters before the place from which on it counts. What
costs are from there on depends on the costs of the last MAX_WORD places alone, and on these only by how they differ. So
where a window agrees on the differences with the one before it, it goes on as that would have.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from khsearch.frozen import frozen
from khsearch.khmer.text.points import Offsets
from khsearch.khmer.words.lattice import LENGTH_MASK, MAX_WORD
from khsearch.khmer.words.side_by_side import LONGEST, Rows, path_costs, rows_of
from khsearch.khmer.words.trie import Trie

_WINDOW = 168  # clusters of a window: the fewer, the fewer steps, but each begins with some that do not count
_OVERLAP = 48  # clusters that two windows of a run share
_STRIDE = _WINDOW - _OVERLAP  # divisible by the lengths of most words, so that windows of one word repeated agree
_SEAM = 32  # clusters of a window before the place from which on it counts


@frozen
class Windows:
    """Runs, those longer than LONGEST as overlapping stretches of _WINDOW clusters.

    firsts   (w,) cluster where each begins
    lengths  (w,) clusters of each
    runs     (w,) run of each
    """

    firsts: Offsets
    lengths: Offsets
    runs: Offsets

    @property
    def later(self) -> Offsets:
        """Those that are not the first of their run."""
        return np.flatnonzero(self.runs[1:] == self.runs[:-1]) + 1

    def clusters(self) -> Offsets:
        """Clusters of all windows, one window after another."""
        behind = np.cumsum(self.lengths)
        return np.repeat(self.firsts - behind + self.lengths, self.lengths) + np.arange(int(behind[-1]))

    def costs(
        self, numbers: Offsets, trie: Trie, opening: np.int32
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], list[int]]:
        """Known and strange costs by element of the runs, those of a run right but for a constant; runs in doubt.

        A window begins either inside a strange stretch or between two words: if one guess leads to no agreement, the
        other does, but for texts that were made to prevent it.
        """
        clusters, later = numbers.take(self.clusters()), self.later
        alike = _Alike.among(clusters, self.lengths, later)
        guesses = [alike.costs(clusters, alike.later, trie, opening)]
        seams = [self._seams(*guesses[0], alike.elements, opening)]
        second, unsure = [False] * len(self.runs), []
        if (seams[0][0] != seams[0][1]).any():
            guesses.append(alike.costs(clusters, None, trie, opening))
            seams.append(self._seams(*guesses[1], alike.elements, opening))
            agree = [[(before == behind).all(axis=1).tolist() for _, behind in seams] for before, _ in seams]
            for seam, window in enumerate(later.tolist()):
                guess = second[window - 1]
                second[window] = guess
                if not agree[guess][guess][seam]:
                    second[window] = not guess
                    if not agree[guess][not guess][seam]:
                        unsure.append(int(self.runs[window]))
        counts = self._counting()
        elements = alike.elements.take(counts)
        known, strange = (found.take(elements) for found in guesses[0])
        if any(second):
            by_second = np.repeat(second, self.lengths + 1)[counts]
            known = np.where(by_second, guesses[1][0].take(elements), known)
            strange = np.where(by_second, guesses[1][1].take(elements), strange)
        return known, strange, sorted(set(unsure))

    def _seams(
        self, known: NDArray[np.int32], strange: NDArray[np.int32], elements: Offsets, opening: np.int32
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """All that what follows a seam depends on, in the window before it and in the one behind: (s, 16) each.

        Costs of the different windows, and which of their elements stands for each element of all windows.
        """
        edges, later = self._edges(), self.later
        known = known & np.int32(~LENGTH_MASK)
        cheapest, next_strange = np.minimum(known, strange), np.minimum(strange, known + opening)
        sides = []
        for ends in (edges.take(later - 1) + _STRIDE + _SEAM, edges.take(later) + _SEAM):
            last = next_strange.take(elements.take(ends))
            near = cheapest.take(elements.take(ends[:, None] + np.arange(1 - MAX_WORD, 1)))
            sides.append(np.column_stack([near, last]) - last[:, None])
        return sides[0], sides[1]

    def _counting(self) -> Offsets:
        """Elements of the windows that count for those of the runs, in order."""
        edges, later = self._edges(), self.later
        counts = np.ones(len(edges) + int(self.lengths.sum()), np.bool_)
        counts[edges.take(later - 1)[:, None] + np.arange(_STRIDE + _SEAM + 1, _WINDOW + 1)] = False
        counts[edges.take(later)[:, None] + np.arange(_SEAM + 1)] = False
        return np.flatnonzero(counts)

    def _edges(self) -> Offsets:
        sizes = self.lengths + 1
        return np.cumsum(sizes) - sizes


@frozen
class _Alike:
    """Windows of which those like the one before are looked at once: a text of one word over and over has many.

    rows      how the different ones lie side by side
    chosen    (c,) bool, which of the clusters of all windows are those of the different ones
    later     which of the different ones are not the first of their run
    elements  element of the different ones for every element of all windows
    """

    rows: Rows
    chosen: NDArray[np.bool_]
    later: Offsets
    elements: Offsets

    @classmethod
    def among(cls, clusters: Offsets, lengths: Offsets, later: Offsets) -> _Alike:
        """Find the different ones: clusters of all windows, clusters of each, and which are not the first of a run."""
        ends = np.cumsum(lengths)
        changes = np.zeros(len(clusters) + 1, np.int64)  # from a cluster to the one that is a window behind it
        np.cumsum(clusters[_WINDOW:] != clusters[:-_WINDOW], out=changes[1 : len(clusters) + 1 - _WINDOW])
        first = np.ones(len(lengths), np.bool_)
        first[later] = False
        fresh = np.ones(len(lengths), np.bool_)
        alike = np.flatnonzero(~first[1:] & ~first[:-1] & (lengths[1:] == _WINDOW) & (lengths[:-1] == _WINDOW))
        starts = ends.take(alike) - _WINDOW
        fresh[alike + 1] = changes.take(starts + _WINDOW) > changes.take(starts)
        number = np.cumsum(fresh) - 1
        sizes = lengths + 1
        edges = np.cumsum(sizes[fresh]) - sizes[fresh]
        shift = edges.take(number) - (np.cumsum(sizes) - sizes)
        elements = np.repeat(shift, sizes) + np.arange(int(sizes.sum()))
        return cls(rows_of(lengths[fresh]), np.repeat(fresh, lengths), np.flatnonzero(~first[fresh]), elements)

    def costs(
        self, clusters: Offsets, later: Offsets | None, trie: Trie, opening: np.int32
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Costs by element of the different windows."""
        return path_costs(clusters[self.chosen], self.rows, later, trie, opening)


def windows_of(lengths: Offsets) -> Windows:
    """Windows of runs: clusters of every run -> them."""
    long = lengths > LONGEST
    times = np.where(long, 1 - (_WINDOW - lengths) // _STRIDE, 1)
    runs = np.repeat(np.arange(len(lengths)), times)
    number = np.arange(len(runs)) - np.repeat(np.cumsum(times) - times, times)
    firsts = (np.cumsum(lengths) - lengths).take(runs) + number * _STRIDE
    left = lengths.take(runs) - number * _STRIDE
    return Windows(firsts, np.where(long.take(runs), np.minimum(left, _WINDOW), left), runs)
