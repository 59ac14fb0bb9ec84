"""pair_table: what is known of two atoms that stand side by side: do they make one word? Atoms in, votes out.

A *vote* tells how much speaks for parting a pair, in eighths of a nat: ln(times parted / times joined) as counted in
raw text, or what a list of decisions says, which outweighs all else. Most pairs are not in the table: they vote to
part. A listed word of three atoms or more is known by its pairs, and counts where all of them stand.

The table holds no atoms, but hashes of them, made of their clusters: so it serves whatever lexicon numbers these. Where
a pair has its place follows from its hash (open addressing, linear probing): the top bits are its home, the 32 bits
below them its tag. `run_votes` looks up one run, as lists, `all_votes` a batch, as arrays, with the same answers.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from khsearch.arrays import np
from khsearch.errors import LexiconError
from khsearch.sharing import cached_property

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from khsearch.khmer.text.points import Offsets

MAGIC = b"khsearch pairs 1\n"
_HEAD = re.compile(MAGIC + rb'\{"places":(\d{1,9}),"words":(\d{1,9}),"sha256":"[0-9a-f]{64}"\}\n')

UNKNOWN = 16
"""Vote of a pair that is not in the table."""

JOINED, PARTED = -1_000, 1_000
"""Votes of listed pairs."""

OVERFLOW = 64
"""Places behind the last home. The very last stays empty, so that every search ends."""

_HALF, _BITS, _HALF_BITS = 32, (1 << 64) - 1, (1 << 32) - 1
_MIX, _PAIR = 0x9E3779B97F4A7C15, 0xFF51AFD7ED558CCD
_FIRST, _LAST = 0xD6E8FEB9, 0xA0761D65
_LONGEST = 15  # pairs of a listed word
_REMEMBERED = 1 << 14  # hashes of atoms


class PairTable:
    """The table of pairs.

    tags    uint32 by place; 0 for an empty one
    values  int16 by place: twice the vote, and 1 more where a listed word of three atoms or more begins with the pair
    words   by the hash of their first pair, the hashes of all pairs of these words
    """

    def __init__(self, tags: array[int], values: array[int], words: Mapping[int, Sequence[tuple[int, ...]]]) -> None:
        self.tags, self.values, self.words = tags, values, words
        self.homes = len(tags) - OVERFLOW
        self._hashes: dict[tuple[bytes, ...], int] = {}

    def value_of(self, pair: int) -> int:
        """What the table has of the hash of a pair."""
        at, tag = home_and_tag(pair, self.homes)
        while (found := self.tags[at]) != tag:
            if not found:
                return 2 * UNKNOWN
            at += 1
        return self.values[at]

    def run_votes(self, clusters: Sequence[bytes], counts: Sequence[int]) -> list[int]:
        """Look up a run: its clusters, in codes, and how many each atom has -> the vote before each, but the first."""
        ends = accumulate(counts)
        hashes = [self._hash_of(tuple(clusters[end - size : end])) for end, size in zip(ends, counts, strict=True)]
        pairs = [pair_of(left, right) for left, right in pairwise(hashes)]
        values = [self.value_of(pair) for pair in pairs]
        votes = [value >> 1 for value in values]
        for at, value in enumerate(values):
            if value & 1:
                size = self._listed(pairs[at : at + _LONGEST])
                votes[at : at + size] = [JOINED] * size
        return votes

    def all_votes(self, keys: NDArray[np.uint32], firsts: Offsets, leads: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Look up a batch: `keys_of` its c clusters, first clusters of its a atoms, (a,) which of these begin a run.

        Returns (a,) the vote before each atom, 0 where a run begins.
        """
        inside = ~leads
        pairs = np.zeros(len(firsts), np.uint64)
        pairs[1:] = all_pairs(all_hashes(keys, firsts))
        pairs *= inside
        values = self._values_of(pairs)
        values *= inside
        votes = (values >> 1).astype(np.int32)
        listed = np.flatnonzero(values & 1)
        two = pairs.take(listed) * np.uint64(_PAIR) + np.append(pairs, np.uint64(0)).take(listed + 1)
        known = self._beginnings.take(np.searchsorted(self._beginnings, two), mode="clip")
        for at in listed[known == two].tolist():
            size = self._listed(pairs[at : at + _LONGEST].tolist())
            votes[at : at + size] = JOINED
        return votes

    def _hash_of(self, atom: tuple[bytes, ...]) -> int:
        known = self._hashes.get(atom)
        if known is None:
            if len(self._hashes) >= _REMEMBERED:
                self._hashes.clear()
            known = self._hashes[atom] = hash_of(atom)
        return known

    def _listed(self, pairs: Sequence[int]) -> int:
        """Pairs of the longest listed word that some pairs begin with; 0 where there is none."""
        found = (len(word) for word in self.words[pairs[0]] if tuple(pairs[: len(word)]) == word)
        return max(found, default=0)

    @cached_property
    def _beginnings(self) -> NDArray[np.uint64]:
        """Hashes of the first two pairs of listed words, rising; 0 where there are none."""
        found = {word[0] * _PAIR + word[1] & _BITS for words in self.words.values() for word in words}
        return np.array(sorted(found or {0}), np.uint64)

    @cached_property
    def _items(self) -> NDArray[np.uint64]:
        """Tag, in the upper half, and value of every place."""
        tags, values = np.frombuffer(self.tags, np.uint32), np.frombuffer(self.values, np.uint16)
        return tags.astype(np.uint64) << np.uint64(_HALF) | values

    def _values_of(self, pairs: NDArray[np.uint64]) -> NDArray[np.int16]:
        """What the table has of hashes of pairs: (a,) -> (a,)."""
        items, bits = self._items, np.uint64(self.homes.bit_length() - 1)
        at = (pairs >> (np.uint64(64) - bits)).view(np.int64)
        wanted = np.maximum(pairs << bits & np.uint64(_BITS - _HALF_BITS), np.uint64(1 << _HALF))
        there = items.take(at)
        found = there ^ wanted
        is_it = found <= np.uint64(_HALF_BITS)
        values = np.where(is_it, found.astype(np.uint16).view(np.int16), np.int16(2 * UNKNOWN))
        left = np.flatnonzero(~is_it & (there > 0))
        at, wanted = at.take(left), wanted.take(left)
        while len(left):
            at += 1
            there = items.take(at)
            found = there ^ wanted
            is_it = found <= np.uint64(_HALF_BITS)
            values[left[is_it]] = found[is_it].astype(np.uint16).view(np.int16)
            on = np.flatnonzero(~is_it & (there > 0))
            left, at, wanted = left.take(on), at.take(on), wanted.take(on)
        return values


def hash_of(atom: Sequence[bytes]) -> int:
    """Hash of an atom, its clusters in codes: the sum of their keys, those of the first and the last once more."""
    keys = [_key(cluster) for cluster in atom]
    return (sum(keys) + keys[0] * _FIRST + keys[-1] * _LAST) & _HALF_BITS


def _key(cluster: bytes) -> int:
    return (int.from_bytes(cluster[:8], "little") * _MIX & _BITS) >> _HALF


def home_and_tag(pair: int, homes: int) -> tuple[int, int]:
    """Where the hash of a pair is looked for first in a table of so many homes, a power of two, and as what."""
    bits = homes.bit_length() - 1
    return pair >> 64 - bits, (pair << bits & _BITS) >> _HALF or 1


def pair_of(left: int, right: int) -> int:
    """Hash of a pair, of those of its atoms."""
    return (left << _HALF | right) * _PAIR & _BITS


def keys_of(eights: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Keys of clusters, which hashes are made of: the first eight codes of each as one number, the first lowest."""
    return (eights * np.uint64(_MIX) >> np.uint64(_HALF)).astype(np.uint32)


def all_hashes(keys: NDArray[np.uint32], firsts: Offsets) -> NDArray[np.uint32]:
    """Hashes of atoms: keys of clusters (c,), first clusters of the atoms (a,), all together all of them -> (a,)."""
    lasts = np.append(firsts[1:], len(keys)) - 1
    hashes = np.cumsum(keys, dtype=np.uint32).take(lasts)
    hashes[1:] -= hashes[:-1].copy()
    hashes += keys.take(firsts) * np.uint32(_FIRST)
    hashes += keys.take(lasts) * np.uint32(_LAST)
    return hashes


def all_pairs(hashes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Hashes of pairs, of those of atoms side by side: (a,) -> (a - 1,)."""
    pairs = hashes[:-1].astype(np.uint64)
    pairs <<= np.uint64(_HALF)
    pairs |= hashes[1:]
    pairs *= np.uint64(_PAIR)
    return pairs


def parse(data: bytes) -> PairTable:
    """Read the content of a file that `compiled` wrote; ValueError."""
    head = _HEAD.match(data)
    if head is None:
        raise ValueError("not a table of pairs")
    places, count = map(int, head.groups())
    edges = [head.end(), head.end() + 4 * places, head.end() + 6 * places]
    tags, values, rest = array("I", data[edges[0] : edges[1]]), array("h", data[edges[1] : edges[2]]), array("Q")
    rest.frombytes(data[edges[2] :])
    if sys.byteorder == "big":
        for numbers in (tags, values, rest):
            numbers.byteswap()
    words: dict[int, list[tuple[int, ...]]] = {}
    at = 0
    for _ in range(count):
        word = tuple(rest[at + 1 : at + 1 + rest[at]])
        words.setdefault(word[0], []).append(word)
        at += 1 + len(word)
    return PairTable(tags, values, words)


_DEFAULT = Path(__file__).parent.parent / "data" / "pairs.khp"


@cache
def default_pairs() -> PairTable:
    """Return the table that khsearch brings."""
    try:
        return parse(_DEFAULT.read_bytes())  # a test checks the rest
    except (OSError, ValueError) as problem:
        raise LexiconError(
            f"{_DEFAULT}: cannot be read as a table of pairs ({problem}); install khsearch again"
        ) from None
