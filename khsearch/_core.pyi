"""The compiled core: what it offers to Python."""

from array import array
from collections.abc import Callable
from typing import final

import numpy as np
from numpy.typing import NDArray

INTERFACE: int

@final
class Characters:
    """What is known of characters; it normalises texts."""

    def __new__(
        cls,
        code_of: Callable[[int], int],
        *,
        fold: bytes,
        classes: bytes,
        sentence_ends: bytes,
        ranks: bytes,
        above_before: bytes,
        above_behind: bytes,
        strong: bytes,
    ) -> Characters:
        """Make it of the tables of `khsearch.khmer.text`; ValueError where these cannot be."""

    def normalize(self, text: str) -> NormalForm:
        """Normalise one text."""

    def normalize_all(self, joined: str, lengths: list[int]) -> NormalForm:
        """Normalise texts that were joined, with one character before, between and after them: how long each is."""

@final
class NormalForm:
    """Texts in normal form.

    codes      one a character
    origin     for every code, the place that it comes from, as uint32
    is_kept    whether every character was kept in its place
    is_rising  whether no code comes from before one that is before it
    others     code points outside ASCII and the Khmer block of a batch, rising; None of what is no batch, or a copy
    """

    codes: bytes
    origin: bytes
    is_kept: bool
    is_rising: bool
    others: list[int] | None

    def __new__(cls, codes: bytes, origin: bytes, has_ligature: bool, is_kept: bool, is_rising: bool) -> NormalForm:
        """Make again what was pickled."""

@final
class Breaking:
    """What breaks texts by a lexicon."""

    def __new__(
        cls,
        characters: Characters,
        *,
        slots: array[int],
        clusters: bytes,
        lengths: bytes,
        costs: array[int],
        unknown: int,
        marks: array[int] | None,
    ) -> Breaking:
        """Make it of the arrays of a lexicon; ValueError where these cannot be."""

    def batch(self, normal: NormalForm) -> Batch:
        """Find the terms of texts in normal form."""

    def atoms(self, normal: NormalForm) -> Atoms:
        """Find the units and atoms of texts in normal form."""

    def terms(self, codes: bytes) -> tuple[list[bytes], list[bytes]]:
        """Find words and bigrams of the codes of a short text."""

    def runs(self, codes: bytes) -> list[tuple[int, int, list[bytes], list[int], bool]]:
        """Find the runs of the codes of a short text: start, end, units, units of each word, whether Khmer."""

@final
class Batch:
    """The terms of texts. Places and counts are int64, keys int32.

    words         starts, ends, counts by text, keys
    bigrams       the same, of stretches of `bigram_codes`
    foreign       starts and ends of the words that are runs with letters outside ASCII
    """

    words: tuple[bytes, bytes, bytes, bytes]
    bigrams: tuple[bytes, bytes, bytes, bytes]
    bigram_codes: bytes
    foreign: tuple[bytes, bytes]

    def with_foreign_words(
        self,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        runs: NDArray[np.int64],
        form_ends: NDArray[np.int64],
        codes: int,
    ) -> tuple[tuple[bytes, bytes, bytes, bytes], bytes, bytes]:
        """Put words in the place of the runs that they are of.

        Their starts and ends in the codes, numbers of their runs, ends of their forms, all int64, and how many codes
        there are before the forms -> the stream, and where its words begin and end in the codes.
        """

@final
class Atoms:
    """The atoms of texts. Numbers and places are int64, flags one byte each.

    firsts  which units begin words
    units   starts, ends, cluster numbers, and whether Khmer, apart, opening
    """

    firsts: bytes
    units: tuple[bytes, bytes, bytes, bytes, bytes, bytes]
