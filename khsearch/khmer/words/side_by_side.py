"""side_by_side: the cheapest paths through many runs at once. Cluster numbers in; costs, and where words begin, out.

One step looks at one place of all runs, so that numpy does for thousands of them what plain Python does for one. What
`lattice` tells of costs and choices holds here.
"""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from khsearch.frozen import frozen
from khsearch.khmer.text.points import Offsets
from khsearch.khmer.words.lattice import FAR, GAIN_ZERO, LENGTH_BITS, LENGTH_MASK, MAX_WORD
from khsearch.khmer.words.trie import BASE_MASK, PARENT_SHIFT, VALUE_MASK, VALUE_SHIFT, Trie

LONGEST = 288
"""Clusters of the longest run that goes side by side with others as one; a longer one goes as windows of itself."""


@frozen
class Rows:
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


def rows_of(lengths: Offsets) -> Rows:
    """Lay runs side by side: clusters of every run, at most LONGEST."""
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
    return Rows(edges, np.flatnonzero(~is_edge), place, bounds.tolist())


def path_costs(
    numbers: Offsets, rows: Rows, later: Offsets | None, trie: Trie, opening: np.int32
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


def _gains(elements: Offsets, rows: Rows, trie: Trie) -> NDArray[np.int32]:
    """Gain of the word of every length that ends at every place: (longest, n + r) int32, the greatest length first.

    The low four bits say MAX_WORD less the length: among equal costs the longer word is the smaller number.
    """
    words = _words(elements, trie)
    shape = (len(words), len(rows.place))
    size = shape[0] * shape[1]
    if len(_workspace.gains) < size:
        _workspace.gains = np.empty(size + size // 4, np.int32)
    gains = _workspace.gains[:size].reshape(shape)
    gains[:-1].fill(FAR)
    for length, (ends, values) in enumerate(words, 1):
        costs = values.astype(np.int32)  # numpy scatters into its own dtype twice as quickly
        costs -= GAIN_ZERO
        costs <<= LENGTH_BITS
        costs |= MAX_WORD - length
        gains[shape[0] - length][rows.place if isinstance(ends, slice) else rows.place.take(ends)] = costs
    return gains


def _forward(
    gains: NDArray[np.int32], rows: Rows, opening: np.int32, begun: Offsets | None
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Cheapest known and strange path to every place, in gains << 4; the low bits of a known one keep its length.

    In `begun` columns a strange stretch may have begun before: it goes on for nothing.
    """
    longest, total = gains.shape
    bounds = rows.bounds
    runs = bounds[1]
    known, strange = np.empty(total, np.int32), np.empty(total, np.int32)
    known[:runs], strange[:runs] = MAX_WORD, FAR
    if begun is not None:
        strange[begun] = 0
    # The best costs of the last steps, twice over, so that any `longest` of them in a row are one view.
    recent = np.full((2 * longest, runs), FAR, np.int32)
    recent[0] = recent[longest] = 0
    paths = np.empty((longest, runs), np.int32)
    masked = np.zeros(runs, np.int32)
    last_strange = strange[:runs]
    add, minimum, least, keep = np.add, np.minimum, np.minimum.reduce, np.bitwise_and
    cost_bits = np.int32(~LENGTH_MASK)
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


def walk_back(
    known: NDArray[np.int32], strange: NDArray[np.int32], edges: Offsets, clusters: Offsets, opening: np.int32
) -> NDArray[np.bool_]:
    """Walk back from the last cluster of every run, all runs at once, from word to word.

    Costs by element, elements of the empty clusters and of the others -> (n,) bool, true where a word begins. A stretch
    of strange clusters is passed in one step. Two runs, of the words (a)(b c d) and (e):

        cluster       a  b  c  d     e
        element    0  1  2  3  4  5  6    0 and 5 are the empty clusters
        back       0  0  .  .  1  0  5    from the last of a word to the last of the one before it
        passed     x  x           x       by the walks 4 -> 1 -> 0 and 6 -> 5 -> 0
        begins        x  x           x    behind what was passed
    """
    element = np.arange(len(known), dtype=np.int32)
    back = known & np.int32(LENGTH_MASK)  # first MAX_WORD less the length of the word that ends here, then where it
    back += element  # begins: at the element before, the last of the word before it
    back -= np.int32(MAX_WORD)
    known &= np.int32(~LENGTH_MASK)
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
