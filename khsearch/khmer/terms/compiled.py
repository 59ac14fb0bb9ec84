"""compiled: the terms and atoms of a batch as the compiled core finds them: its bytes in, arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer.terms.streams import Tokens
from khsearch.khmer.text.clusters import Units
from khsearch.khmer.text.points import Codes, Offsets

if TYPE_CHECKING:
    from khsearch import _core


def words_of(found: _core.Batch, codes: Codes) -> Tokens:
    """The stream of words, those of other letters as whole runs."""
    return _tokens(codes, found.words)


def bigrams_of(found: _core.Batch) -> Tokens:
    """The stream of bigrams."""
    return _tokens(np.frombuffer(found.bigram_codes, np.uint8), found.bigrams)


def foreign_words(found: _core.Batch, words: int) -> NDArray[np.bool_]:
    """Which of so many words are runs with letters outside ASCII."""
    foreign = np.zeros(words, np.bool_)
    foreign[_offsets(found.foreign)] = True
    return foreign


def atoms_of(found: _core.Atoms) -> tuple[Units, Offsets, Offsets]:
    """Units, which of them begin words, and their cluster numbers."""
    starts, ends, numbers, khmer, apart, opening = found.units
    flags = (np.frombuffer(flag, np.bool_) for flag in (khmer, apart, opening))
    return Units(_offsets(starts), _offsets(ends), *flags), _offsets(found.firsts), _offsets(numbers)


def _tokens(codes: Codes, parts: tuple[bytes, bytes, bytes, bytes]) -> Tokens:
    starts, ends, counts, keys = parts
    return Tokens(codes, _offsets(starts), _offsets(ends), _offsets(counts), np.frombuffer(keys, np.int32))


def _offsets(places: bytes) -> Offsets:
    return np.frombuffer(places, np.int64)
