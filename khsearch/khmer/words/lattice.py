"""lattice: the cheapest path through all words that a run could hold.

Every word of the lexicon costs -1000 ln p. A stretch of clusters that are no word costs `unknown` once, and what each
of its clusters costs. The cheapest path from a run's first cluster to its last is its breaking (Viterbi's algorithm
over a unigram model). Two forms of one algorithm, with the same answers:

    best_path          here: one run, in plain Python: a query
    paths.best_paths   all runs of a batch, in numpy: documents; `side_by_side`, and those that are long by `windows`

The compiled core, where it is, has the first as `lattice.rs`, for both.

All costs are kept *less the costs of their clusters as unknown ones*, so that going on in an unknown stretch is free
and a word's gain is one number. Both forms choose alike among equals: a word before an unknown stretch, a longer word
before a shorter one, going on with an unknown stretch only where that is cheaper than beginning another.
"""

from __future__ import annotations

from collections.abc import Sequence

from khsearch.khmer.words.trie import BASE_MASK, NO_WORD, PARENT_SHIFT, VALUE_MASK, VALUE_SHIFT, Trie

GAIN_ZERO = 1 << 22
"""A word's value in the trie is its gain plus this: values are not negative."""

MAX_WORD = 15
"""Clusters of the longest word: a length fits four bits."""

FAR = 1 << 29
"""More than any path costs."""

LENGTH_BITS, LENGTH_MASK = 4, 15
"""Below a cost, these bits say MAX_WORD less the length of the word that ends there."""


def best_path(numbers: Sequence[int], trie: Trie, unknown: int) -> list[int]:
    """Break one run: its cluster numbers -> for each word, or unknown stretch, how many clusters it has."""
    slots = trie.slots
    count = len(numbers)
    known = [FAR << LENGTH_BITS] * (count + 1)  # cheapest path to here whose last piece is a word ...
    lengths = [0] * (count + 1)
    strange = [FAR << LENGTH_BITS] * (count + 1)  # ... and whose last piece is an unknown stretch
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
