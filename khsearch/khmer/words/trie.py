"""trie: every word that begins at a cluster, for all clusters of a batch at once.

Words are paths of clusters in a double array: the child of node `s` by cluster `c` is at slot `base[s] + c` if the
parent written there is `s`. Parent, value and base of a slot share one int64, so that a step is one look-up:

    bits 44 to 63  slot of the parent      bits 20 to 43  value of the word that ends here, or NO_WORD
    bits  0 to 19  base of the children, 0 for none

Clusters are numbered from 1 by a hash table whose keys are the clusters themselves: up to eight codes are an exact
uint64, and a longer cluster is looked up by its bytes. 0 is a cluster of no word. (Double array: Aoe, "An efficient
digital search algorithm by using a double-array structure", IEEE TSE 15(9), 1989.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer.text.script import Clusters, Offsets
from khsearch.sharing import cached_property

PARENT_SHIFT, VALUE_SHIFT = 44, 20
VALUE_MASK, BASE_MASK = (1 << 24) - 1, (1 << 20) - 1
NO_WORD = VALUE_MASK
_MAX_SLOTS = 1 << 19  # a parent's number stays positive

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Knuth's multiplicative hashing
_KHMER = 0x80  # the first of its codes: what begins with another is a run of digits or letters
_KEY_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)


@dataclass(frozen=True, eq=False)
class Trie:
    """Values of words given as sequences of clusters.

    nodes     (s,) int64, the slots
    clusters  the clusters of all words, joined; `lengths` (c,) uint8 parts them; the i-th has number i + 1
    """

    nodes: NDArray[np.int64]
    clusters: bytes
    lengths: NDArray[np.uint8]
    _keys: NDArray[np.uint64] = field(init=False, repr=False)
    _numbers: NDArray[np.int32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        keys, numbers = _hash_table([cluster for cluster in self.numbers if len(cluster) <= 8], self.numbers)
        object.__setattr__(self, "_keys", keys)
        object.__setattr__(self, "_numbers", numbers)

    @cached_property
    def numbers(self) -> dict[bytes, int]:
        """Number of every cluster of a word, from 1."""
        ends = np.cumsum(self.lengths, dtype=np.int64).tolist()
        starts = [0, *ends[:-1]]
        return {self.clusters[a:b]: i for i, (a, b) in enumerate(zip(starts, ends, strict=True), 1)}

    @cached_property
    def slots(self) -> memoryview:
        """The nodes for one look-up at a time: indexing a memoryview gives an int without a copy."""
        return memoryview(self.nodes.data)

    def number_all(self, codes: bytes, clusters: Clusters) -> Offsets:
        """Numbers of the clusters of a batch: (c,) -> (c,) int64, 0 for a cluster of no word."""
        lengths = clusters.ends - clusters.starts
        words = np.ndarray((len(codes),), "<u8", codes + bytes(8), strides=(1,))  # eight codes from every place on
        keys = words.take(clusters.starts)
        keys &= _KEY_MASKS.take(lengths, mode="clip")
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
        for i in long[np.frombuffer(codes, np.uint8).take(clusters.starts.take(long)) >= _KHMER].tolist():
            result[i] = self.numbers.get(codes[clusters.starts[i] : clusters.ends[i]], 0)
        return result

    def words(self) -> Iterator[tuple[tuple[bytes, ...], int]]:
        """Every word, as its clusters, with its value."""
        names = list(self.numbers)
        bases = self.nodes & BASE_MASK
        parents = self.nodes >> PARENT_SHIFT
        for slot in np.flatnonzero((self.nodes >> VALUE_SHIFT & VALUE_MASK) != NO_WORD).tolist():
            path, at = [], slot
            while at:
                path.append(names[at - int(bases[parents[at]]) - 1])
                at = int(parents[at])
            yield tuple(reversed(path)), int(self.nodes[slot] >> VALUE_SHIFT & VALUE_MASK)


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


def build(words: Mapping[tuple[bytes, ...], int], clusters: Sequence[bytes]) -> Trie:
    """Build the trie of words (clusters -> value, 0 to NO_WORD - 1); `clusters` numbers those that occur in them.

    ValueError where the words need more slots than a base can name: about a quarter of a million words.
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
    lengths = np.fromiter(map(len, clusters), np.uint8, len(clusters))
    return Trie(nodes, b"".join(clusters), lengths)


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
    if top > _MAX_SLOTS:
        raise ValueError("too many words for one lexicon; leave out the rarest")
    nodes = np.full(top, (VALUE_MASK << VALUE_SHIFT) | ((_MAX_SLOTS - 1) << PARENT_SHIFT), np.uint64)
    for node, kids in enumerate(children):
        for child in kids.values():
            nodes[slot_of[child]] = slot_of[node] << PARENT_SHIFT | values[child] << VALUE_SHIFT | bases[child]
    nodes[0] = NO_WORD << VALUE_SHIFT | 1
    return nodes.view(np.int64)


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
