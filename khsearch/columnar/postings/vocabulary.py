"""vocabulary: the terms of one field of one segment, in order: found by name, prefix or number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, starts_of
from khsearch.columnar.postings import layout

if TYPE_CHECKING:
    from khsearch.columnar.files.blockfile import BlockFile

BLOCK = layout.BLOCK
FEW = 1 << 10  # terms: up to so many are found in one look, as most segments of small commits have


def behind(prefix: bytes) -> bytes | None:
    """The first bytes that sort behind all that begin so; None where nothing does."""
    follower = prefix.rstrip(b"\xff")
    return follower[:-1] + bytes([follower[-1] + 1]) if follower else None


class Vocabulary:
    """Terms are numbered in order of their bytes; `count` is how many there are."""

    def __init__(self, file: BlockFile, prefix: str) -> None:
        part = file.section
        self._df, self._extra, self._lengths = part(prefix + "df"), part(prefix + "extra"), part(prefix + "lengths")
        self._rows, self._keys, self._terms = part(prefix + "rows"), part(prefix + "keys"), part(prefix + "terms")
        self.count = len(self._df)
        blocks = -(-self.count // BLOCK)
        fits = len(self._extra) == self.count == len(self._lengths) and len(self._keys) == blocks
        if not fits or len(self._rows) != (blocks + 1) * layout.COLUMNS:
            raise self._df.damage("the tables of terms disagree about their number")
        self._key_list: memoryview | None = None
        self._numbers: dict[bytes, int] | None = None  # of all terms, where they are few

    def find(self, term: bytes) -> int:
        """The number of a term; -1 where the field has none such."""
        if self.count <= FEW:
            if self._numbers is None:
                self._numbers = self._all_numbers()
            return self._numbers.get(term, -1)
        block = self._block_of(term)
        text, lengths = self._block_text(block)
        at = text.find(term)
        starts = list(accumulate(lengths, initial=0))
        while at >= 0:
            inner = bisect_right(starts, at) - 1 if term else 0  # an empty one begins where the next does
            if starts[inner] == at and lengths[inner] == len(term):
                return block * BLOCK + inner
            at = text.find(term, at + 1)
        return -1

    def _all_numbers(self) -> dict[bytes, int]:
        codes, starts = self.spans(0, self.count)
        text, bounds = codes.tobytes(), starts.tolist()
        return {text[start:end]: number for number, (start, end) in enumerate(pairwise(bounds))}

    def lower(self, term: bytes) -> int:
        """How many terms of the field sort before this one."""
        block = self._block_of(term)
        terms = self.block_terms(block) if self.count else []
        return block * BLOCK + bisect_left(terms, term)

    def _block_of(self, term: bytes) -> int:
        """The block whose terms the term would stand among."""
        if self._key_list is None:
            self._key_list = self._keys.whole().data
        key = int.from_bytes(term[:8].ljust(8, b"\0"), "big")
        low = max(bisect_left(self._key_list, key) - 1, 0)
        high = bisect_right(self._key_list, key)
        # The first terms of blocks low + 1 to high - 1 share the key: compare them whole.
        while high - low > 1:
            middle = (low + high) >> 1
            if self.term(middle * BLOCK) <= term:
                low = middle
            else:
                high = middle
        return low

    def prefix_range(self, prefix: bytes) -> tuple[int, int]:
        """Numbers of the first term that has the prefix and of the first after it that has not."""
        stop = behind(prefix)
        return self.lower(prefix), self.count if stop is None else self.lower(stop)

    def term(self, number: int) -> bytes:
        """The bytes of a term by its number."""
        block, inner = divmod(number, BLOCK)
        at = self._row(block)[layout.TERMS]
        lengths = self._lengths.part(block * BLOCK, number + 1)
        begin = at + int(lengths[:inner].sum(dtype=np.int64))
        return self._terms.part(begin, begin + int(lengths[inner])).tobytes()

    def block_terms(self, block: int) -> list[bytes]:
        """The terms of one block, in order."""
        text, lengths = self._block_text(block)
        return [text[end - length : end] for end, length in zip(accumulate(lengths), lengths, strict=True)]

    def _block_text(self, block: int) -> tuple[bytes, list[int]]:
        """The terms of one block end to end, and how long each is."""
        at = self._row(block)[layout.TERMS]
        lengths: list[int] = self._lengths.part(block * BLOCK, min((block + 1) * BLOCK, self.count)).tolist()
        return self._terms.part(at, at + sum(lengths)).tobytes(), lengths

    def spans(self, start: int, stop: int) -> tuple[Array, Array]:
        """Bytes of the terms start to stop end to end -> (codes uint8, starts (stop - start + 1,) int64)."""
        if stop <= start:
            return np.zeros(0, np.uint8), np.zeros(1, np.int64)
        block = start // BLOCK
        lengths = self._lengths.part(block * BLOCK, stop)
        begins = starts_of(lengths)[start - block * BLOCK :] + self._row(block)[layout.TERMS]
        codes = self._terms.part(int(begins[0]), int(begins[-1]))
        return codes, begins - begins[0]

    def dfs(self) -> Array:
        """Documents of every term, deleted ones included -> (count,)."""
        return self._df.whole()

    def cfs(self) -> Array:
        """Tokens of every term, those in deleted documents included -> (count,) int64."""
        return self._df.whole().astype(np.int64) + self._extra.whole()

    def _row(self, block: int) -> list[int]:
        row: list[int] = self._rows.part(block * layout.COLUMNS, (block + 1) * layout.COLUMNS).tolist()
        return row
