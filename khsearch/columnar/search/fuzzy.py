"""fuzzy: the terms of a field that are a few edits away from a given one, all candidates compared side by side.

An edit that changes a word's length changes it by one, and its set of characters by one; any other changes the set by
two at most. So the terms of every segment lie here by length, each with its set of characters as 64 bits, and what is
too far away by these alone is never measured.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, distances, stable_order

if TYPE_CHECKING:
    from khsearch.columnar.postings.decode import FieldReader
    from khsearch.columnar.search.commit import Commit
    from khsearch.engine.nodes import Fuzzy

MAX_DISTANCE = 100
CELLS = 1 << 20  # of the tables of distances that are filled side by side


def terms_within(commit: Commit, node: Fuzzy) -> list[bytes]:
    """Terms at most node.distance edits away that share the first node.prefix characters, in order."""
    key = (node.field, node.term, min(node.distance, MAX_DISTANCE), node.prefix, node.utf8)
    found = commit.memo("fuzzy", key, lambda: _found(commit, *key), lambda terms: sum(map(sys.getsizeof, terms)))
    return list(found)


def _found(commit: Commit, name: str, term: bytes, distance: int, shared: int, utf8: bool) -> list[bytes]:
    fields = [field for _, field in commit.terms.fields(name)]
    word = _characters(np.frombuffer(term, np.uint8), utf8=utf8)
    tables = [_table(commit, field, utf8=utf8) for field in fields]
    if word is None or not all(table.utf8 == utf8 for table in tables):
        utf8 = False
        word = np.frombuffer(term, np.uint8)
        tables = [_table(commit, field, utf8=False) for field in fields]
    longest = len(word) + distance
    begin = word[:shared]
    found: set[bytes] = set()
    step = max(CELLS // (len(word) + 1), 1)
    chosen = [table.candidates(word, distance) for table in tables]
    letters = np.concatenate([np.zeros((longest, 0), word.dtype), *(letters for letters, _ in chosen)], axis=1)
    lengths = np.concatenate([np.zeros(0, np.int64), *(lengths for _, lengths in chosen)])
    for at in range(0, len(lengths), step):
        some, sizes = letters[:, at : at + step], lengths[at : at + step]
        near = distances(some, sizes, word) <= distance
        near &= (sizes >= len(begin)) & (some[: len(begin)] == begin[:, None]).all(0)
        hits = near.nonzero()[0]
        columns = zip(some[:, hits].T, sizes[hits].tolist(), strict=True)
        found.update(_encoded(column[:size], utf8=utf8) for column, size in columns)
    return sorted(found)


def _table(commit: Commit, field: FieldReader, *, utf8: bool) -> _ByLength:
    def make() -> _ByLength:
        return _ByLength(field, utf8=utf8)

    return commit.memo("terms by length", (field, utf8), make, _ByLength.nbytes, lasting=True, owner=field)


class _ByLength:
    """The terms of one field of one segment, in order of their number of characters.

    text      their characters; bytes where they are not UTF-8
    begins    (t,) int64, where in the text each begins
    lengths   (t,) int64, how many characters each has
    bounds    the first term of each length, and last of all the number of terms
    sets      (t,) uint64, their characters' sets
    """

    def __init__(self, field: FieldReader, *, utf8: bool) -> None:
        codes, begins = field.spans(0, field.count)
        text = _characters(codes, utf8=utf8)
        self.utf8 = utf8 and text is not None
        self.text = codes if text is None else text
        if not len(self.text):
            self.text = np.zeros(1, np.uint8)  # of an empty term, too, letters are taken
        elif len(self.text) != len(codes):
            heads = np.zeros(len(codes) + 1, np.int64)
            np.cumsum((codes & 0xC0) != 0x80, out=heads[1:])
            begins = heads[begins]
        lengths = np.diff(begins)
        longest = int(lengths.max(initial=0))
        order = stable_order(lengths, longest + 1)
        self.begins = begins.take(order)
        self.lengths = lengths.take(order)
        self.bounds: list[int] = self.lengths.searchsorted(np.arange(longest + 2)).tolist()
        self.sets = np.zeros(len(lengths), np.uint64)
        some = np.flatnonzero(lengths)
        if len(some):
            self.sets[some] = np.bitwise_or.reduceat(_bits(self.text), begins.take(some))
        self.sets = self.sets.take(order)

    def nbytes(self) -> int:
        """Bytes in memory."""
        return sum(array.nbytes for array in (self.text, self.begins, self.lengths, self.sets))

    def candidates(self, word: Array, distance: int) -> tuple[Array, Array]:
        """Terms that may be so near a word -> letters (len(word) + distance, n), a column per term; lengths (n,)."""
        longest = len(word) + distance
        top = len(self.bounds) - 1
        first, last = self.bounds[min(max(len(word) - distance, 0), top)], self.bounds[min(longest + 1, top)]
        lengths = self.lengths[first:last]
        mine = np.bitwise_or.reduce(_bits(word), initial=np.uint64(0))
        apart = np.bitwise_count(self.sets[first:last] ^ mine) + np.abs(lengths - len(word))
        chosen = (apart <= 2 * distance).nonzero()[0]
        places = self.begins[first:last].take(chosen) + np.arange(longest)[:, None]
        return self.text.take(places, mode="clip"), lengths.take(chosen)


def _bits(characters: Array) -> Array:
    return np.left_shift(np.uint64(1), (characters & 63).astype(np.uint64))


def _characters(codes: Array, *, utf8: bool) -> Array | None:
    """Bytes as characters; None where they are not the UTF-8 that they are said to be."""
    if not utf8 or not len(codes) or int(codes.max()) < 128:
        return codes
    try:
        return np.frombuffer(codes.tobytes().decode("utf-8").encode("utf-32-le"), "<u4")
    except UnicodeDecodeError:
        return None


def _encoded(characters: Array, *, utf8: bool) -> bytes:
    return "".join(map(chr, characters.tolist())).encode() if utf8 else characters.tobytes()
