"""listed: many words as one batch, one a line. Lines in; their clusters, and the slots of words in a trie, out."""

from __future__ import annotations

import numpy as np

from khsearch.frozen import frozen
from khsearch.khmer.text.clusters import Clusters, classes, clusters
from khsearch.khmer.text.points import Offsets, codes_of
from khsearch.khmer.text.script import LINE_END
from khsearch.khmer.words.trie import BASE_MASK, PARENT_SHIFT, Trie


@frozen
class Listed:
    """Words, w of them.

    codes     a line end, then every word in code form with a line end behind it
    clusters  their c clusters; one leads where a word begins, and where a sign inside of one parts it
    firsts    (w,) first cluster of every word
    sizes     (w,) how many it has
    """

    codes: bytes
    clusters: Clusters
    firsts: Offsets
    sizes: Offsets


def listed(lines: bytes) -> Listed:
    """Read lines, each a word of Khmer in code form with a line end behind it."""
    codes = b"\n" + lines
    found = clusters(codes_of(codes), classes(codes))
    firsts = np.flatnonzero(found.leads & (codes_of(codes).take(found.starts - 1) == LINE_END))
    return Listed(codes, found, firsts, np.diff(firsts, append=len(found.starts)))


def slots_of(trie: Trie, numbers: Offsets, firsts: Offsets, sizes: Offsets) -> Offsets:
    """Slots of some words: cluster numbers (c,), the first of each word and how many it has (w,) -> (w,).

    Slot 1, that of a cluster of no word, stands for what is no path of the trie.
    """
    nodes = trie.nodes
    slots = numbers.take(firsts) + 1
    on = np.arange(len(slots))
    depth = 1
    while len(on := on[(sizes.take(on) > depth) & (slots.take(on) > 1)]):
        above = slots.take(on)
        child = (nodes.take(above) & BASE_MASK) + numbers.take(firsts.take(on) + depth)
        slots[on] = np.where(nodes.take(child) >> PARENT_SHIFT == above, child, 1)
        depth += 1
    return slots
