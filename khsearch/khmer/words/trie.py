"""trie: every word that begins at a cluster.

Words are paths of clusters in a double array: the child of node `s` by cluster `c` is at slot `base[s] + c` if the
parent written there is `s`. Parent, value and base of a slot share one int64, so that a step is one look-up:

    bits 44 to 63  slot of the parent      bits 20 to 43  value of the word that ends here, or NO_WORD
    bits  0 to 19  base of the children, 0 for none

Clusters are numbered from 1; 0 is a cluster of no word. `numbering` numbers those of a batch, `building` makes a trie
of words, `checking` looks one through that came from elsewhere. (Double array: Aoe, "An efficient digital search
algorithm by using a double-array structure", IEEE TSE 15(9), 1989.)
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import field
from itertools import accumulate
from typing import TYPE_CHECKING

from khsearch.arrays import np
from khsearch.frozen import frozen
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from khsearch.khmer.words.numbering import Numbering

PARENT_SHIFT, VALUE_SHIFT = 44, 20
VALUE_MASK, BASE_MASK = (1 << 24) - 1, (1 << 20) - 1
NO_WORD = VALUE_MASK


@frozen
class Trie:
    """Values of words given as sequences of clusters.

    slots     the slots, as int64
    clusters  the clusters of all words, joined; `lengths` parts them, a byte each; the i-th has number i + 1
    """

    slots: array[int] = field(repr=False)
    clusters: bytes = field(repr=False)
    lengths: bytes = field(repr=False)

    __eq__, __hash__ = object.__eq__, object.__hash__  # each is like no other

    @cached_property
    def numbers(self) -> dict[bytes, int]:
        """Number of every cluster of a word, from 1."""
        ends = list(accumulate(self.lengths))
        return {self.clusters[a:b]: i for i, (a, b) in enumerate(zip([0, *ends], ends, strict=False), 1)}

    @cached_property
    def nodes(self) -> NDArray[np.int64]:
        """The slots as an array: (s,) int64."""
        return np.frombuffer(self.slots, np.int64)

    @cached_property
    def numbering(self) -> Numbering:
        """What numbers the clusters of a batch; ValueError where they collide as no real ones do."""
        loading("khsearch.khmer.words.numbering")
        from khsearch.khmer.words.numbering import Numbering

        return Numbering(self.numbers)

    def words(self) -> Iterator[tuple[tuple[bytes, ...], int]]:
        """Every word, as its clusters, with its value."""
        names = list(self.numbers)
        slots = self.slots
        for end, node in enumerate(slots):
            value = node >> VALUE_SHIFT & VALUE_MASK
            if value == NO_WORD:
                continue
            path, slot = [], end
            while slot:
                parent = slots[slot] >> PARENT_SHIFT
                path.append(names[slot - (slots[parent] & BASE_MASK) - 1])
                slot = parent
            yield tuple(reversed(path)), value
