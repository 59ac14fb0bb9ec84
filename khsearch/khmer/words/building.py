"""building: words in, their trie out."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer.text.points import Offsets
from khsearch.khmer.words.trie import NO_WORD, PARENT_SHIFT, VALUE_SHIFT, Trie

MAX_SLOTS = 1 << 19
"""The most slots of a trie: so that a parent's number stays positive."""

NOBODY = MAX_SLOTS - 1
"""The parent of a slot that holds no node."""


def build(words: Mapping[tuple[bytes, ...], int], clusters: Sequence[bytes]) -> Trie:
    """Build the trie of words (clusters -> value, 0 to NO_WORD - 1); `clusters` numbers those that occur in them.

    ValueError where the words need more slots than a base can name, about a quarter of a million words, or where the
    clusters cannot be numbered.
    """
    numbers = {cluster: i for i, cluster in enumerate(clusters, 1)}
    children: list[dict[int, int]] = [{}]
    values = [NO_WORD]
    for word, value in words.items():
        at = 0
        for cluster in word:
            number = numbers[cluster]
            child = children[at].get(number)
            if child is None:
                child = children[at][number] = len(children)
                children.append({})
                values.append(NO_WORD)
            at = child
        values[at] = value
    nodes = _place(children, values, len(clusters))
    trie = Trie(array("q", nodes.tobytes()), b"".join(clusters), bytes(map(len, clusters)))
    _ = trie.numbering
    return trie


def _place(children: list[dict[int, int]], values: list[int], width: int) -> NDArray[np.int64]:
    """Give every node a slot: first fit, nodes of many children first. A slot's parent tells whose child it is."""
    used = np.zeros(2 * len(children) + 4 * width + 8, np.bool_)
    bases = [0] * len(children)
    # Slot 0 is the root; its children lie at once behind it, so that a cluster's slot as a word's first is number + 1.
    bases[0] = 1
    used[: width + 2] = True
    free = width + 2
    for node in sorted(range(1, len(children)), key=lambda node: -len(children[node])):
        if not children[node]:
            break
        numbers = np.fromiter(children[node], np.int64)
        while used[free]:
            free += 1
        bases[node], used = _first_fit(used, free, numbers)
        used[bases[node] + numbers] = True
    slot_of = [0] * len(children)
    for node, kids in enumerate(children):
        for number, child in kids.items():
            slot_of[child] = bases[node] + number
    top = max(slot_of) + width + 2  # a base and any number stay inside
    if top > MAX_SLOTS:
        raise ValueError("too many words for one lexicon; leave out the rarest")
    nodes = empty_slots(top).view(np.uint64)
    for node, kids in enumerate(children):
        for child in kids.values():
            nodes[slot_of[child]] = slot_of[node] << PARENT_SHIFT | values[child] << VALUE_SHIFT | bases[child]
    nodes[0] = NO_WORD << VALUE_SHIFT | 1
    return nodes.view(np.int64)


def empty_slots(count: int) -> NDArray[np.int64]:
    """Slots that hold no node: no other has the parent NOBODY, and none is a word."""
    return np.full(count, NO_WORD << VALUE_SHIFT | NOBODY << PARENT_SHIFT, np.int64)


def _first_fit(used: NDArray[np.bool_], free: int, numbers: Offsets) -> tuple[int, NDArray[np.bool_]]:
    """Find the smallest base from `free` on that puts all children into free slots; grow the slots where needed."""
    least, most = int(numbers.min()), int(numbers.max())
    at = max(free, least + 1)
    while True:
        if at + 4096 + most >= len(used):
            used = np.concatenate([used, np.zeros(len(used) + 4096, np.bool_)])
        candidates = np.flatnonzero(~used[at : at + 4096]) + (at - least)
        fits = ~used[candidates[:, None] + numbers].any(axis=1)
        if fits.any():
            return int(candidates[int(fits.argmax())]), used
        at += 4096
