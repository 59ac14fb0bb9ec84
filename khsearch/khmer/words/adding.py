"""adding: a trie and more words in; the trie of all of them out, without building it again.

The words of a lexicon stay where they are. A node that gets more children keeps its place for them where their slots
are free, and else moves all of its children to new slots; clusters that no word had take the next numbers, and what
lay in their slots as the first of a word is shifted. A set of words makes one trie, in whatever order it was given.
"""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer.text.points import Offsets
from khsearch.khmer.words.building import MAX_SLOTS, NOBODY, empty_slots
from khsearch.khmer.words.listed import Listed
from khsearch.khmer.words.trie import BASE_MASK, NO_WORD, PARENT_SHIFT, VALUE_MASK, VALUE_SHIFT, Trie

_WINDOW = 1024  # bases that are tried at once


def add(trie: Trie, words: Listed, values: Offsets) -> Trie:
    """Return a trie with words added, w of them in order and no two alike, and their values (w,).

    Of a word that it has, the new value counts. ValueError where the words need more slots than a base can name, or
    where their clusters cannot be numbered.
    """
    found = words.clusters
    numbers = trie.numbering.number_all(words.codes, found)
    unknown = np.flatnonzero(numbers == 0)
    spelt = [words.codes[found.starts[i] : found.ends[i]] for i in unknown.tolist()]
    fresh = {cluster: i for i, cluster in enumerate(sorted(set(spelt)), len(trie.lengths) + 1)}
    numbers[unknown] = list(map(fresh.__getitem__, spelt))
    nodes = _Nodes(_shifted(trie, len(fresh)), len(trie.lengths) + len(fresh))
    nodes.add(numbers, words, values)
    made = Trie(
        array("q", nodes.placed().tobytes()),
        trie.clusters + b"".join(fresh),
        trie.lengths + bytes(map(len, fresh)),
    )
    _ = made.numbering
    return made


def _shifted(trie: Trie, more: int) -> NDArray[np.int64]:
    """The slots with room for more clusters: behind the root lie those of the first clusters of all words."""
    nodes, first = trie.nodes, len(trie.lengths) + 2
    parents, bases = nodes >> PARENT_SHIFT, nodes & BASE_MASK
    parents[(parents >= first) & (parents != NOBODY)] += more
    bases[1:][bases[1:] > 0] += more
    shifted = nodes & np.int64(VALUE_MASK << VALUE_SHIFT) | parents << PARENT_SHIFT | bases
    made = empty_slots(len(nodes) + 2 * more)  # a base and any number stay inside
    made[:first] = shifted[:first]
    made[first + more : len(nodes) + more] = shifted[first:]
    return made


class _Nodes:
    """The nodes of a trie, by numbers that they keep: those that are there by their slots, then those that are added.

    parents, bases, values, slots  (m,) of each
    """

    def __init__(self, nodes: NDArray[np.int64], width: int) -> None:
        """Of slots, and how many clusters there are."""
        self._width = width
        self._nodes = nodes
        self._known = len(nodes)
        self.parents = nodes >> PARENT_SHIFT
        self.bases = nodes & BASE_MASK
        self.values = (nodes >> VALUE_SHIFT) & VALUE_MASK
        self.slots = np.arange(len(nodes))
        self._used = self.parents != NOBODY
        self._used[: width + 2] = True

    def add(self, numbers: Offsets, words: Listed, values: Offsets) -> None:
        """Add words, by the numbers of their clusters; then give all nodes slots."""
        at = np.zeros(len(words.firsts), np.int64)  # the node of what was passed of each word
        parents, ways, count = [], [], self._known
        for depth in range(int(words.sizes.max())):
            longer = np.flatnonzero(words.sizes > depth)
            here, number = at.take(longer), numbers.take(words.firsts.take(longer) + depth)
            child = self._child(here, number)
            new = np.flatnonzero(child < 0)
            # Words in order have what they begin with in common side by side: marks come behind all bases.
            turns = np.ones(len(new), np.bool_)
            turns[1:] = (np.diff(here.take(new)) != 0) | (np.diff(number.take(new)) != 0)
            child[new] = count + np.cumsum(turns) - 1
            of = new[turns]
            parents.append(here.take(of))
            ways.append(number.take(of))
            count += len(of)
            at[longer] = child
        more = np.concatenate(parents)
        self.parents = np.concatenate([self.parents, more])
        self.bases = np.concatenate([self.bases, np.zeros(len(more), np.int64)])
        self.values = np.concatenate([self.values, np.full(len(more), NO_WORD)])
        self.slots = np.concatenate([self.slots, np.zeros(len(more), np.int64)])
        self.values[at] = values
        self._place(more, np.concatenate(ways))

    def _child(self, nodes: Offsets, numbers: Offsets) -> Offsets:
        """Children that were there before: nodes and numbers of clusters (k,) -> (k,), -1 for none."""
        found = np.full(len(nodes), -1, np.int64)
        there = np.flatnonzero(nodes < self._known)
        above = nodes.take(there)
        child = self.bases.take(above) + numbers.take(there)
        is_child = (self.parents.take(child) == above) & (self.bases.take(above) > 0)
        found[there[is_child]] = child[is_child]
        return found

    def _place(self, parents: Offsets, numbers: Offsets) -> None:
        """Give new nodes slots, by their parents and numbers; those of one parent stand side by side."""
        firsts = np.flatnonzero(np.append(True, np.diff(parents) != 0)[: len(parents)])
        sizes = np.diff(firsts, append=len(parents))
        of = parents.take(firsts)
        alone = (sizes == 1) & (self.bases.take(of) == 0)
        families: list[tuple[int, Offsets, Offsets]] = []  # parent, its children that need slots, their numbers
        for first, size in zip(firsts[~alone].tolist(), sizes[~alone].tolist(), strict=True):
            parent, ways = int(parents[first]), numbers[first : first + size]
            children = np.arange(self._known + first, self._known + first + size)
            base = int(self.bases[parent])
            if parent == 0:  # its children have slots of their own
                self.slots[children] = base + ways
            elif base and not self._used[base + ways].any():
                self._used[base + ways] = True
                self.slots[children] = base + ways
            elif base:
                old = (self.parents[base : base + self._width + 1] == parent).nonzero()[0]
                self._used[base + old] = False
                families.append((parent, np.concatenate((base + old, children)), np.concatenate((old, ways))))
            else:
                families.append((parent, children, ways))
        families.sort(key=lambda family: (-len(family[1]), family[0]))
        start = int(np.flatnonzero(self._used)[-1]) + 1
        for parent, children, ways in families:
            start = self._settle(parent, children, ways, start)
        # Children that have no brothers go into whatever slots are free.
        free = np.flatnonzero(~np.append(self._used, np.zeros(len(of), np.bool_)))[: int(alone.sum())]
        self.slots[self._known + firsts[alone]] = free
        self.bases[of[alone]] = free - numbers.take(firsts[alone])

    def _settle(self, parent: int, children: Offsets, ways: Offsets, start: int) -> int:
        """Put children into the first slots that fit from some base on; return the base."""
        least, most = int(ways.min()), int(ways.max())
        at = max(start - least, self._width + 2)
        while True:
            while len(self._used) < at + most + _WINDOW:
                self._used = np.append(self._used, np.zeros(len(self._used) + _WINDOW, np.bool_))
            taken = np.zeros(_WINDOW, np.bool_)
            for way in ways.tolist():
                taken |= self._used[at + way : at + way + _WINDOW]
            free = int(taken.argmin())
            if not taken[free]:
                break
            at += _WINDOW
        base = at + free
        self._used[base + ways] = True
        self.bases[parent] = base
        self.slots[children] = base + ways
        return base + least

    def placed(self) -> NDArray[np.int64]:
        """The slots of all nodes; ValueError where they are too many."""
        there = np.flatnonzero(self.parents != NOBODY)
        slots = self.slots.take(there)
        top = max(int(slots.max()), int(self.bases.take(there).max())) + self._width + 2
        if top > MAX_SLOTS:
            raise ValueError("too many words for one lexicon; leave out the rarest")
        made = empty_slots(top)
        parents = self.slots.take(self.parents.take(there))
        made[slots] = parents << PARENT_SHIFT | self.values.take(there) << VALUE_SHIFT | self.bases.take(there)
        return made
