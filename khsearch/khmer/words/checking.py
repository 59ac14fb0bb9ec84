"""checking: a lexicon's trie from anywhere in; ValueError where the lattice could not go by it.

What breaks texts follows the slots of a trie without a look at where they lead: a path out of the trie would fail, one
of more than MAX_WORD clusters never end, and gains that no costs explain add up to more than an int32. No lexicon that
`compile_lexicon` makes is so, but an index may come from anybody, and its lexicon with it.
"""

from __future__ import annotations

import numpy as np

from khsearch.khmer.words.lattice import GAIN_ZERO, MAX_WORD
from khsearch.khmer.words.trie import BASE_MASK, NO_WORD, PARENT_SHIFT, VALUE_MASK, VALUE_SHIFT, Trie


def check(trie: Trie, most: int) -> None:
    """Check a trie of words; `most` is what a word or a cluster may cost. ValueError."""
    count, nodes = len(trie.lengths), trie.nodes
    if len(trie.numbers) < count or b"" in trie.numbers:
        raise ValueError("damaged: a cluster stands there twice, or an empty one")
    _ = trie.numbering
    bases, parents = nodes & BASE_MASK, nodes >> PARENT_SHIFT
    if bases[0] != 1 or int(bases.max()) + count >= len(nodes):
        raise ValueError("damaged: words lead out of it")
    gains = (nodes >> VALUE_SHIFT & VALUE_MASK) - GAIN_ZERO
    is_word = gains != NO_WORD - GAIN_ZERO
    held = np.flatnonzero((parents >= 0) & (parents < len(nodes)))
    numbers = held - bases.take(parents.take(held))
    is_child = (numbers >= 0) & (numbers <= count)
    children, numbers = held[is_child], numbers[is_child]
    of = parents.take(children)
    strange = 1  # the slot of a cluster of no word, whose number is 0
    reached = np.arange(strange, count + 2)
    for length in range(1, MAX_WORD + 1):
        here = gains.take(reached[is_word.take(reached)])
        if is_word[strange] or (here < -length * most).any() or (here > most).any():
            raise ValueError("damaged: a word has a gain that no costs make")
        is_reached = np.zeros(len(nodes), np.bool_)
        is_reached[reached] = True
        behind = is_reached.take(of)
        if (behind & ((numbers == 0) | (of == strange))).any():
            raise ValueError("damaged: a word has a cluster of no word")
        reached = children[behind]
    if len(reached):
        raise ValueError(f"damaged: a word has more than {MAX_WORD} clusters")
