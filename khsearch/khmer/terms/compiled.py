"""compiled: the terms and atoms of a batch as the compiled core finds them: its bytes in, arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.khmer.terms.foreign import find_words
from khsearch.khmer.terms.streams import Tokens
from khsearch.khmer.text.clusters import Units
from khsearch.khmer.text.normal_text import NormalText
from khsearch.khmer.text.points import Codes, Offsets

if TYPE_CHECKING:
    from khsearch import native


def words_of(found: native.Batch, normal: NormalText, *, by_icu: bool) -> tuple[Tokens, Offsets, Offsets]:
    """The stream of words, and their edges in the codes; `by_icu` as for `find_words`."""
    starts, ends = map(_offsets, found.foreign)
    if not len(starts):
        words = _tokens(normal.array, found.words)
        return words, words.starts, words.ends
    foreign = find_words(normal, starts, ends, by_icu=by_icu)
    parts, word_starts, word_ends = found.with_foreign_words(
        foreign.starts, foreign.ends, foreign.runs, foreign.form_ends, len(normal.codes)
    )
    words = _tokens(np.frombuffer(normal.codes + foreign.forms, np.uint8), parts)
    return words, _offsets(word_starts), _offsets(word_ends)


def bigrams_of(found: native.Batch) -> Tokens:
    """The stream of bigrams."""
    return _tokens(np.frombuffer(found.bigram_codes, np.uint8), found.bigrams)


def atoms_of(found: native.Atoms) -> tuple[Units, Offsets, Offsets]:
    """Units, which of them begin words, and their cluster numbers."""
    starts, ends, numbers, khmer, apart, opening = found.units
    flags = (np.frombuffer(flag, np.bool_) for flag in (khmer, apart, opening))
    return Units(_offsets(starts), _offsets(ends), *flags), _offsets(found.firsts), _offsets(numbers)


def _tokens(codes: Codes, parts: tuple[bytes, bytes, bytes, bytes]) -> Tokens:
    starts, ends, counts, keys = parts
    return Tokens(codes, _offsets(starts), _offsets(ends), _offsets(counts), np.frombuffer(keys, np.int32))


def _offsets(places: bytes) -> Offsets:
    return np.frombuffer(places, np.int64)
