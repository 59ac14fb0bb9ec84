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
LONGEST = 256
"""Clusters of the longest run that goes side by side with others; a longer one is hardly text, and goes alone."""


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
            base = node & BASE_MASK
            if not base or end == count or not numbers[end]:
                break
            child = base + numbers[end]
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
    begins = leads.copy()
    firsts = np.flatnonzero(leads)
    lengths = np.diff(firsts, append=len(numbers))
    alone = lengths > LONGEST
    for first, length in zip(firsts[alone].tolist(), lengths[alone].tolist(), strict=True):
        words = best_path(numbers[first : first + length].tolist(), trie, unknown)
        begins[first + np.cumsum(words[:-1], dtype=np.int64)] = True
    firsts, lengths = firsts[~alone], lengths[~alone]
    if len(firsts):
        rows = _rows(firsts, lengths)
        known, strange = _forward(_gains(numbers, rows, trie), rows, unknown)
        begins[_backward(known, strange, rows, unknown)] = True
    return begins


@dataclass(frozen=True, slots=True)
class _Rows:
    """How runs lie side by side: sorted by length, longest first; the t-th clusters of all runs that have one together.

    firsts   (r,) number of the first cluster of each run
    lengths  (r,) clusters in each run, falling
    active   (steps + 1,) runs longer than t
    bounds   (steps + 1,) where the t-th clusters begin among the rows
    cluster  (n,) number of every cluster of these runs, run after run
    place    (n,) where it lies among the rows
    """

    firsts: Offsets
    lengths: Offsets
    active: Offsets
    bounds: Offsets
    cluster: Offsets
    place: Offsets


def _rows(firsts: Offsets, lengths: Offsets) -> _Rows:
    order = np.argsort(-lengths, kind="stable")
    firsts, lengths = firsts.take(order), lengths.take(order)
    steps = int(lengths[0])
    active = np.searchsorted(-lengths, -np.arange(steps + 1), "left")
    bounds = np.zeros(steps + 1, np.int64)
    np.cumsum(active[:steps], out=bounds[1:])
    starts = np.cumsum(lengths) - lengths
    step = np.arange(bounds[-1]) - np.repeat(starts, lengths)
    cluster = step + np.repeat(firsts, lengths)
    place = bounds.take(step) + np.repeat(np.arange(len(firsts)), lengths)
    return _Rows(firsts, lengths, active, bounds, cluster, place)


def _edges(numbers: Offsets, trie: Trie) -> list[tuple[Offsets, NDArray[np.int32]]]:
    """All words at all places: for each length from 1, the last cluster of each and its gain."""
    nodes = trie.nodes
    padded = np.append(numbers, 0)
    at = np.flatnonzero(numbers)
    slot = numbers.take(at) + 1
    node = nodes.take(slot)
    found = []
    while len(at):
        value = (node >> VALUE_SHIFT) & VALUE_MASK
        is_word = np.flatnonzero(value != NO_WORD)
        found.append((at.take(is_word), (value.take(is_word) - GAIN_ZERO).astype(np.int32)))
        base = node & BASE_MASK
        following = padded.take(at + 1)
        goes_on = np.flatnonzero((base != 0) & (following != 0))
        at = at.take(goes_on) + 1
        parent = slot.take(goes_on)
        slot = base.take(goes_on) + following.take(goes_on)
        node = nodes.take(slot)
        is_child = np.flatnonzero((node >> PARENT_SHIFT) == parent)
        at, slot, node = at.take(is_child), slot.take(is_child), node.take(is_child)
    return found


def _gains(numbers: Offsets, rows: _Rows, trie: Trie) -> NDArray[np.int32]:
    """Gain of the word of every length that ends at every place -> (longest, total) int32, longest length first.

    The low four bits say MAX_WORD less the length: among equal costs the longer word is the smaller number.
    """
    total = len(rows.place)
    place = np.full(len(numbers), total)  # a cluster of a run that goes alone lies behind the rows
    place[rows.cluster] = rows.place
    edges = _edges(numbers, trie)
    longest = max(len(edges), 1)
    gains = np.full((longest, total + 1), _FAR, np.int32)
    for length, (ends, gain) in enumerate(edges, 1):
        gains[longest - length, place.take(ends)] = (gain << _LENGTH_BITS) | (MAX_WORD - length)
    return gains[:, :total]


def _forward(gains: NDArray[np.int32], rows: _Rows, unknown: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Cheapest known and unknown path to every place, in gains << 4; the low bits of a known one keep its length."""
    longest, total = gains.shape
    runs = len(rows.firsts)
    open_cost = np.int32(unknown << _LENGTH_BITS)
    known, strange = np.empty(total, np.int32), np.empty(total, np.int32)
    # The best costs of the last steps, twice over, so that any `longest` of them in a row are one view.
    recent = np.full((2 * longest, runs), _FAR, np.int32)
    recent[0] = recent[longest] = 0
    paths = np.empty((longest, runs), np.int32)
    last_known, last_strange = np.zeros(runs, np.int32), np.full(runs, _FAR, np.int32)
    bounds, counts = rows.bounds.tolist(), rows.active.tolist()
    for step in range(1, len(bounds)):
        first, last = bounds[step - 1], bounds[step]
        count = counts[step - 1]
        row = step % longest
        here = np.add(recent[row : row + longest, :count], gains[:, first:last], paths[:, :count])
        best_known = np.minimum.reduce(here, axis=0, out=known[first:last])
        last_strange = np.minimum(last_known[:count] + open_cost, last_strange[:count], strange[first:last])
        last_known = best_known & np.int32(~_LENGTH_MASK)
        best = np.minimum(last_known, last_strange, recent[row, :count])
        recent[row + longest, :count] = best
    return known, strange


def _backward(known: NDArray[np.int32], strange: NDArray[np.int32], rows: _Rows, unknown: int) -> Offsets:
    """Walk back from the last cluster of every run, all runs at once, a word or a strange cluster at a time.

    Returns the numbers of the clusters where words begin.
    """
    cost = known.take(rows.place)
    size = MAX_WORD - (cost & _LENGTH_MASK).astype(np.int64)
    cost &= np.int32(~_LENGTH_MASK)
    cost_strange = strange.take(rows.place)
    is_strange = cost_strange < cost
    count = len(cost)
    # An unknown stretch goes on from the cluster before where that was cheaper than beginning here.
    goes_on = np.zeros(count, np.bool_)
    np.less(cost_strange[:-1], cost[:-1] + np.int32(unknown << _LENGTH_BITS), out=goes_on[1:])
    # States: 2 i for "a word ends at cluster i", 2 i + 1 for "an unknown stretch has cluster i"; behind them, the end.
    starts = np.cumsum(rows.lengths) - rows.lengths
    before = np.arange(count) - np.stack([size, np.ones(count, np.int64)])
    outside = before < np.repeat(starts, rows.lengths)
    before[outside] = 0
    state = 2 * before + is_strange.take(before)
    state[1] = np.where(goes_on, 2 * before[1] + 1, state[1])
    state[outside] = 2 * count
    previous = np.append(state.T.ravel(), 2 * count)
    ends = starts + rows.lengths - 1
    current = 2 * ends + is_strange.take(ends)
    path = np.zeros(2 * count + 1, np.bool_)
    while len(current):
        path[current] = True
        current = previous.take(current)
        current = current[current < 2 * count]
    on_path = path[:-1].reshape(count, 2)
    # A word that ends at i began size[i] earlier; an unknown stretch begins where it does not go on.
    goes_on[starts] = False
    word_ends = np.flatnonzero(on_path[:, 0])
    word_starts = word_ends - size.take(word_ends) + 1
    return rows.cluster.take(np.concatenate([word_starts, np.flatnonzero(on_path[:, 1] & ~goes_on)]))
