"""lattice: the cheapest path through all words that a run could hold.

Every word of the lexicon costs -1000 ln p. A stretch of clusters that are no word costs `unknown` once, and what each
of its clusters costs. The cheapest path from a run's first cluster to its last is its breaking (Viterbi's algorithm
over a unigram model). Two forms of one algorithm, with the same answers:

    best_path    one run, in plain Python: a query
    best_paths   all runs of a batch side by side, in numpy: documents

All costs are kept *less the costs of their clusters as unknown ones*, so that going on in an unknown stretch is free
and a word's gain is one number. Both forms choose alike among equals: a word before an unknown stretch, a longer word
before a shorter one, going on with an unknown stretch only where that is cheaper than beginning another.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer.script import Offsets
from khsearch.khmer.trie import BASE_MASK, NO_WORD, PARENT_SHIFT, VALUE_MASK, VALUE_SHIFT, Trie

GAIN_ZERO = 1 << 22
"""A word's value in the trie is its gain plus this: values are not negative."""

MAX_WORD = 15
"""Clusters of the longest word: a length fits four bits."""

_FAR = 1 << 29
_LENGTH_BITS, _LENGTH_MASK = 4, 15
LONGEST = 288
"""Clusters of the longest run that goes side by side with others as one; a longer one goes as windows of itself."""

_WINDOW = 168  # clusters of a window: the fewer, the fewer steps, but each begins with some that do not count
_OVERLAP = 48  # clusters that two windows of a run share
_STRIDE = _WINDOW - _OVERLAP  # divisible by the lengths of most words, so that windows of one word repeated agree
_SEAM = 32  # clusters of a window before the place from which on it counts


def best_path(numbers: Sequence[int], trie: Trie, unknown: int) -> list[int]:
    """Break one run: its cluster numbers -> for each word, or unknown stretch, how many clusters it has."""
    slots = trie.slots
    count = len(numbers)
    known = [_FAR << _LENGTH_BITS] * (count + 1)  # cheapest path to here whose last piece is a word ...
    lengths = [0] * (count + 1)
    strange = [_FAR << _LENGTH_BITS] * (count + 1)  # ... and whose last piece is an unknown stretch
    goes_on = [False] * (count + 1)
    known[0] = 0
    for at in range(count):
        here = known[at]
        stretch = strange[at]
        if stretch < here + unknown:
            strange[at + 1] = stretch
            goes_on[at + 1] = True
        else:
            strange[at + 1] = here + unknown
        best = stretch if stretch < here else here
        slot = numbers[at] + 1
        if slot == 1:
            continue
        end = at + 1
        node = slots[slot]
        while True:
            value = node >> VALUE_SHIFT & VALUE_MASK
            if value != NO_WORD:
                cost = best + value - GAIN_ZERO
                # Starts come in rising order, so of equal paths the first has the longest last word.
                if cost < known[end]:
                    known[end] = cost
                    lengths[end] = end - at
            if end == count:
                break
            child = (node & BASE_MASK) + numbers[end]
            node = slots[child]
            if node >> PARENT_SHIFT != slot:
                break
            slot = child
            end += 1
    words: list[int] = []
    end = count
    while end:
        size = lengths[end]
        if strange[end] < known[end]:
            size = 1
            while goes_on[end - size + 1]:
                size += 1
        words.append(size)
        end -= size
    words.reverse()
    return words


def best_paths(numbers: Offsets, leads: NDArray[np.bool_], trie: Trie, unknown: int) -> NDArray[np.bool_]:
    """Break all runs of a batch: cluster numbers (c,) and where runs begin (c,) -> (c,) bool, where words begin."""
    firsts = np.flatnonzero(leads)
    if not len(firsts):
        return leads
    lengths = np.diff(firsts, append=len(numbers))
    opening = np.int32(unknown << _LENGTH_BITS)
    if (lengths <= LONGEST).all():
        rows = _rows(lengths)
        return _backward(*_costs(numbers, rows, None, trie, opening), rows.edges, rows.clusters, opening)
    known, strange, unsure = _windows(lengths).costs(numbers, trie, opening)
    edges = np.cumsum(lengths + 1) - lengths - 1
    begins = _backward(known, strange, edges, np.delete(np.arange(len(known)), edges), opening)
    for run in unsure:
        first, length = int(firsts[run]), int(lengths[run])
        words = best_path(numbers[first : first + length].tolist(), trie, unknown)
        begins[first : first + length] = False
        begins[first + np.cumsum([0, *words[:-1]], dtype=np.int64)] = True
    return begins


@dataclass(frozen=True, slots=True)
class _Windows:
    """Runs, those longer than LONGEST as overlapping stretches of _WINDOW clusters.

    A long run's costs are found from many places at once, each some clusters before the place from which on it counts.
    What costs are from there on depends on the costs of the last MAX_WORD places alone, and on these only by how they
    differ. So where a window agrees on the differences with the one before it, it goes on as that would have.

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
        """All that what follows a seam depends on, told by the window before it and by the one behind: (s, 16) each.

        Costs of the different windows, and which of their elements stands for each element of all windows.
        """
        edges, later = self._edges(), self.later
        known = known & np.int32(~_LENGTH_MASK)
        cheapest, next_strange = np.minimum(known, strange), np.minimum(strange, known + opening)
        told = []
        for ends in (edges.take(later - 1) + _STRIDE + _SEAM, edges.take(later) + _SEAM):
            last = next_strange.take(elements.take(ends))
            near = cheapest.take(elements.take(ends[:, None] + np.arange(1 - MAX_WORD, 1)))
            told.append(np.column_stack([near, last]) - last[:, None])
        return told[0], told[1]

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


@dataclass(frozen=True, slots=True)
class _Alike:
    """Windows of which those like the one before are looked at once: a text of one word over and over has many.

    rows      how the different ones lie side by side
    chosen    (c,) bool, which of the clusters of all windows are those of the different ones
    later     which of the different ones are not the first of their run
    elements  element of the different ones for every element of all windows
    """

    rows: _Rows
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
        return cls(_rows(lengths[fresh]), np.repeat(fresh, lengths), np.flatnonzero(~first[fresh]), elements)

    def costs(
        self, clusters: Offsets, later: Offsets | None, trie: Trie, opening: np.int32
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Costs by element of the different windows."""
        return _costs(clusters[self.chosen], self.rows, later, trie, opening)


def _windows(lengths: Offsets) -> _Windows:
    long = lengths > LONGEST
    times = np.where(long, 1 - (_WINDOW - lengths) // _STRIDE, 1)
    runs = np.repeat(np.arange(len(lengths)), times)
    number = np.arange(len(runs)) - np.repeat(np.cumsum(times) - times, times)
    firsts = (np.cumsum(lengths) - lengths).take(runs) + number * _STRIDE
    left = lengths.take(runs) - number * _STRIDE
    return _Windows(firsts, np.where(long.take(runs), np.minimum(left, _WINDOW), left), runs)


@dataclass(frozen=True, slots=True)
class _Rows:
    """How r runs of n clusters lie side by side: first an empty cluster of every run, then the first of every run, ...

    In the order of the text, an empty cluster before every run makes n + r *elements*. Among the *rows*, elements of
    one step lie together, the longest run first.

    edges     (r,) element of the empty cluster of every run
    clusters  (n,) element of every cluster
    place     (n + r,) where each element lies among the rows
    bounds    list of steps + 1: where each step's row begins
    """

    edges: Offsets
    clusters: Offsets
    place: Offsets
    bounds: list[int]


def _rows(lengths: Offsets) -> _Rows:
    sizes = lengths + 1
    order = (LONGEST + 1 - sizes).astype(np.uint16).argsort(kind="stable")  # a radix sort
    column = np.empty(len(sizes), np.int64)
    column[order] = np.arange(len(sizes))
    steps = int(sizes[order[0]])
    active = np.searchsorted(-sizes.take(order), -np.arange(steps), "left")  # runs that have an element of each step
    bounds = np.zeros(steps + 1, np.int64)
    np.cumsum(active, out=bounds[1:])
    edges = np.cumsum(sizes) - sizes
    is_edge = np.zeros(int(bounds[-1]), np.bool_)
    is_edge[edges] = True
    run = np.cumsum(is_edge, dtype=np.int32)
    run -= 1
    place = bounds.take(np.arange(len(run)) - edges.take(run))
    place += column.take(run)
    return _Rows(edges, np.flatnonzero(~is_edge), place, bounds.tolist())


def _costs(
    numbers: Offsets, rows: _Rows, later: Offsets | None, trie: Trie, opening: np.int32
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Cheapest known and strange path to every element of runs that go side by side; `later` ones begin in a run."""
    elements = np.zeros(len(rows.place) + 1, np.int64)
    elements[rows.clusters] = numbers
    begun = None if later is None else rows.place.take(rows.edges.take(later))
    known, strange = _forward(_gains(elements, rows, trie), rows, opening, begun)
    return known.take(rows.place), strange.take(rows.place)


_VALUE_FIELD = VALUE_MASK << VALUE_SHIFT


def _words(elements: Offsets, trie: Trie) -> list[tuple[Offsets | slice, Offsets]]:
    """All words at all places: for each length from 1, the last element of each and its value; rising from 1.

    For length 1 these are all elements but the one too many, since nearly every cluster is a word; NO_WORD is the value
    of those that are none, dearer than any path. A node without children has base 0, and then, as at an empty cluster,
    what is looked up is no child of it.
    """
    nodes = trie.nodes
    slot = elements + 1
    node = nodes.take(slot)
    found: list[tuple[Offsets | slice, Offsets]] = [(slice(None), (node[:-1] >> VALUE_SHIFT) & VALUE_MASK)]
    child = node[:-1] & BASE_MASK
    child += elements[1:]
    node = nodes.take(child)
    at = np.flatnonzero((node >> PARENT_SHIFT) == slot[:-1])
    slot, node = child.take(at), node.take(at)
    at += 1
    while len(at):
        values = node & _VALUE_FIELD
        is_word = np.flatnonzero(values != _VALUE_FIELD)
        found.append((at.take(is_word), values.take(is_word) >> VALUE_SHIFT))
        at += 1
        child = (node & BASE_MASK) + elements.take(at)
        node = nodes.take(child)
        is_child = np.flatnonzero((node >> PARENT_SHIFT) == slot)
        at, slot, node = at.take(is_child), child.take(is_child), node.take(is_child)
    while not len(found[-1][1]):
        found.pop()
    return found


class _Workspace(threading.local):
    """A large array of each thread, kept: fresh memory would cost more than the work on it."""

    gains = np.empty(0, np.int32)


_workspace = _Workspace()


def _gains(elements: Offsets, rows: _Rows, trie: Trie) -> NDArray[np.int32]:
    """Gain of the word of every length that ends at every place: (longest, n + r) int32, the greatest length first.

    The low four bits say MAX_WORD less the length: among equal costs the longer word is the smaller number.
    """
    words = _words(elements, trie)
    shape = (len(words), len(rows.place))
    size = shape[0] * shape[1]
    if len(_workspace.gains) < size:
        _workspace.gains = np.empty(size + size // 4, np.int32)
    gains = _workspace.gains[:size].reshape(shape)
    gains[:-1].fill(_FAR)
    for length, (ends, values) in enumerate(words, 1):
        costs = values.astype(np.int32)  # numpy scatters into its own dtype twice as quickly
        costs -= GAIN_ZERO
        costs <<= _LENGTH_BITS
        costs |= MAX_WORD - length
        gains[shape[0] - length][rows.place if isinstance(ends, slice) else rows.place.take(ends)] = costs
    return gains


def _forward(
    gains: NDArray[np.int32], rows: _Rows, opening: np.int32, begun: Offsets | None
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Cheapest known and strange path to every place, in gains << 4; the low bits of a known one keep its length.

    In `begun` columns a strange stretch may have begun before: it goes on for nothing.
    """
    longest, total = gains.shape
    bounds = rows.bounds
    runs = bounds[1]
    known, strange = np.empty(total, np.int32), np.empty(total, np.int32)
    known[:runs], strange[:runs] = MAX_WORD, _FAR
    if begun is not None:
        strange[begun] = 0
    # The best costs of the last steps, twice over, so that any `longest` of them in a row are one view.
    recent = np.full((2 * longest, runs), _FAR, np.int32)
    recent[0] = recent[longest] = 0
    paths = np.empty((longest, runs), np.int32)
    masked = np.zeros(runs, np.int32)
    last_strange = strange[:runs]
    add, minimum, least, keep = np.add, np.minimum, np.minimum.reduce, np.bitwise_and
    cost_bits = np.int32(~_LENGTH_MASK)
    for step in range(1, len(bounds) - 1):
        first, last = bounds[step], bounds[step + 1]
        count = last - first
        row = step % longest
        best_known = known[first:last]
        least(
            add(recent[row : row + longest, :count], gains[:, first:last], out=paths[:, :count]), axis=0, out=best_known
        )
        last_strange = minimum(add(masked[:count], opening), last_strange[:count], out=strange[first:last])
        keep(best_known, cost_bits, out=masked[:count])
        recent[row + longest, :count] = minimum(masked[:count], last_strange, out=recent[row, :count])
    return known, strange


def _backward(
    known: NDArray[np.int32], strange: NDArray[np.int32], edges: Offsets, clusters: Offsets, opening: np.int32
) -> NDArray[np.bool_]:
    """Walk back from the last cluster of every run, all runs at once, from word to word.

    Costs by element, elements of the empty clusters and of the others -> (n,) bool, true where a word begins. A stretch
    of strange clusters is passed in one step.
    """
    element = np.arange(len(known), dtype=np.int32)
    back = known & np.int32(_LENGTH_MASK)  # first MAX_WORD less the length of the word that ends here, then where it
    back += element  # begins: at the element before, the last of the word before it
    back -= np.int32(MAX_WORD)
    known &= np.int32(~_LENGTH_MASK)
    stretched = np.flatnonzero(strange < known)
    if len(stretched):
        opens = np.ones(len(known), np.bool_)  # a strange stretch, if there is one
        np.greater_equal(strange[:-1], known[:-1] + opening, out=opens[1:])
        stretch = np.cumsum(opens, dtype=np.int32).take(stretched)
        back[stretched] = np.flatnonzero(opens).take(stretch - 1) - 1
    back[edges] = 0
    passed = np.zeros(len(known), np.bool_)
    state = np.append(edges[1:], len(known)) - 1
    long = state - edges > LONGEST
    if long.any():
        passed[_walked(back, state[long].tolist())] = True
        state = state[~long]
    steps = back.astype(np.int64)  # what is an index need not be made one six times
    while len(state):
        for _ in range(6):  # the walks end one by one: look who is left now and then
            state = steps.take(state)
            passed[state] = True
        state = state.take(np.flatnonzero(state))
    return passed.take(clusters - 1)


def _walked(back: NDArray[np.int32], ends: list[int]) -> list[int]:
    """Where the walks from some elements come by: few and long walks go quicker one after another."""
    steps = memoryview(back.data)
    found = []
    for end in ends:
        at = end
        while at:
            at = steps[at]
            found.append(at)
    return found
