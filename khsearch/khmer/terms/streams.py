"""streams: the terms of many texts as arrays; pairs of units; streams joined; a text cut where nothing reaches across.

Nearly all terms are spelt by clusters of the lexicon: a word is a path in its trie, a bigram a pair. Their places there
are *keys*, and spare whoever collects the terms to look at their spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from khsearch.frozen import frozen
from khsearch.khmer.text.clusters import Clusters, Units
from khsearch.khmer.text.points import Codes, Offsets
from khsearch.khmer.text.script import BASE, CLASS, SPACE
from khsearch.khmer.words.lexicon import Lexicon
from khsearch.khmer.words.trie import BASE_MASK, PARENT_SHIFT
from khsearch.sharing import cached_property

TermKeys = NDArray[np.int32]


@frozen
class Tokens:
    """The terms of a batch of texts, in reading order, text after text.

    codes   (m,) uint8, what the terms are stretches of
    starts  (k,) int64, where in `codes` each term begins
    ends    (k,) int64, where it ends
    counts  (t,) int64, terms in each text
    keys    (k,) int32, or None; whatever the batch, a term has one key and a key one term, but 0 is no key
    """

    codes: Codes
    starts: Offsets
    ends: Offsets
    counts: Offsets
    keys: TermKeys | None = None

    def terms(self) -> list[bytes]:
        """Return the terms one by one."""
        data = self.codes.tobytes()
        return [data[a:b] for a, b in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]


_MOST_PAIRED = 46_000  # clusters: the square of a rank stays an int32


class Keys:
    """Keys of the terms that the clusters of a lexicon spell: small numbers for frequent bigrams."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._trie = lexicon.trie

    @cached_property
    def _ranks(self) -> NDArray[np.int32]:
        """Ranks of clusters by their numbers, the most frequent first; -1 for one that pairs with none."""
        costs = np.frombuffer(self._lexicon.cluster_costs, np.int32)
        # A cluster without a base pairs with none: what precedes it in a bigram might end with its marks as well.
        based = [CLASS[name[0]] == BASE for name in self._trie.numbers]
        frequent = [i for i in np.argsort(costs, kind="stable").tolist() if based[i]][:_MOST_PAIRED]
        ranks = np.full(len(costs) + 1, -1, np.int32)  # by number; 0 is the number of a cluster of no word
        ranks[np.array(frequent, np.int64) + 1] = np.arange(len(frequent))
        return ranks

    def number_all(self, codes: bytes, clusters: Clusters) -> Offsets:
        """Numbers of the clusters of a batch: (c,) -> (c,) int64, 0 for a cluster of no word."""
        return self._trie.numbering.number_all(codes, clusters)

    def of_words(self, numbers: Offsets, firsts: Offsets) -> TermKeys:
        """Keys of words: the cluster numbers of units (u,), which units begin words (k,) -> (k,): slots of the trie."""
        nodes = self._trie.nodes
        slots = numbers.take(firsts) + 1
        sizes = np.diff(np.append(firsts, len(numbers)))
        at = np.flatnonzero(sizes > 1)
        units, here, left = firsts.take(at), slots.take(at), sizes.take(at)
        while len(at):
            units += 1
            left -= 1
            children = nodes.take(here)
            children &= BASE_MASK
            children += numbers.take(units)
            # What is no path of the trie goes on from slot 1, that of a cluster of no word; what is one has a key, be
            # it a word or not.
            children *= nodes.take(children) >> PARENT_SHIFT == here
            np.maximum(children, 1, out=children)
            slots[at] = children
            rest = np.flatnonzero(left > 1)
            at, units, here, left = at.take(rest), units.take(rest), children.take(rest), left.take(rest)
        keys = slots.astype(np.int32)
        keys *= keys > 1
        return keys

    def of_pairs(self, numbers: Offsets) -> TermKeys:
        """Keys of neighbours: the cluster numbers of units (u,) -> (u - 1,)."""
        ranks = self._ranks.take(numbers)
        left, right = ranks[:-1], ranks[1:]
        # Shells around the origin: the pairs of the r most frequent clusters have the keys up to r * r.
        keys = np.maximum(left, right)
        keys *= keys
        keys += left
        keys += right * (left >= right)
        keys += 1
        keys[(left < 0) | (right < 0)] = 0
        return keys


def count_in_texts(starts: Offsets, text_ends: Offsets) -> Offsets:
    """How many of some rising places are in each text: (k,), the t + 1 places around the texts -> (t,)."""
    return np.diff(np.searchsorted(starts, text_ends))


def bigrams_of(
    codes: Codes,
    inside: NDArray[np.bool_],
    units: Units,
    keys: TermKeys | None,
    foreign: NDArray[np.bool_] | None,
    text_ends: Offsets,
) -> Tokens:
    """Pairs of neighbouring units: Khmer clusters, numbers, words of ASCII letters.

    Without what stands between them, two units are a stretch of codes even where a space divides them. One space stays
    before a number or word of letters, so that two such keep apart. `keys` are those of every unit and the next;
    a unit that is `foreign` pairs with none.
    """
    sizes = units.ends - units.starts
    marked = np.flatnonzero(units.apart & ~units.khmer)
    spaced = codes
    if len(marked):
        spaces = units.starts.take(marked) - 1
        inside[spaces] = True
        spaced = codes.copy()
        spaced[spaces] = SPACE
    reach = sizes.copy()
    reach[marked] += 1
    ends = np.cumsum(reach)
    starts = ends - sizes
    pairs = ~units.opening[1:]
    if foreign is not None:
        pairs &= ~(foreign[1:] | foreign[:-1])
    firsts = np.flatnonzero(pairs)
    counts = count_in_texts(firsts, np.searchsorted(units.starts, text_ends) - 1)  # a pair is where its second unit is
    keys = None if keys is None else keys.take(firsts)
    return Tokens(spaced.compress(inside), starts.take(firsts), ends.take(firsts + 1), counts, keys)


def join_tokens(streams: Sequence[Tokens]) -> Tokens:
    """One stream of the texts of several, in order."""
    if len(streams) == 1:
        return streams[0]
    codes = [stream.codes for stream in streams]
    keys = [stream.keys for stream in streams if stream.keys is not None]
    ends = np.cumsum([len(part) for part in codes])
    shifts = [int(end) - len(part) for end, part in zip(ends.tolist(), codes, strict=True)]
    return Tokens(
        np.concatenate(codes),
        np.concatenate([stream.starts + shift for stream, shift in zip(streams, shifts, strict=True)]),
        np.concatenate([stream.ends + shift for stream, shift in zip(streams, shifts, strict=True)]),
        np.concatenate([stream.counts for stream in streams]),
        np.concatenate(keys) if len(keys) == len(streams) else None,
    )


_HARD_END = re.compile("[\u17d4\u17d5\u17d9\u17da?!\n]")


def pieces(text: str, size: int) -> Iterator[str]:
    """Cut a long text where a sentence ends, into pieces of about `size` characters that break as the whole would.

    Nothing in a text reaches across such an end: no run, no number, no bigram. A text without one is one piece.
    """
    start = 0
    while len(text) - start > size:
        end = _HARD_END.search(text, start + size)
        if end is None:
            break
        yield text[start : end.end()]
        start = end.end()
    yield text[start:]
