"""foreign: terms of an index that hold letters outside ASCII and Khmer, to find those a few letters from a word.

Such a letter takes four bytes of a term, so the terms are compared as characters here, side by side.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import distances
from khsearch.engine import TermList, View
from khsearch.khmer import script

_Table = tuple[list[str], NDArray[np.uint32]]
_Tables = dict[int, _Table]


def near_foreign_terms(view: View, field: str, word: bytes, distance: int) -> list[bytes]:
    """Terms with a letter outside ASCII and Khmer that are at most `distance` letters from a word, in order.

    The word and the terms are in code form; a letter more, less, or another one is a distance of 1.
    """
    letters = script.decode_term(word)
    if not letters or script.CLASS[word[0]] in (script.BASE, script.MARK):
        return []
    wanted = np.array([ord(letter) for letter in letters], np.uint32)
    found: set[str] = set()
    for tables in view.memo(
        "foreign", field, lambda: list(map(_by_length, view.vocabulary(field))), _size, lasting=True
    ):
        for length in range(len(letters) - distance, len(letters) + distance + 1):
            if length in tables:
                terms, columns = tables[length]
                far = distances(columns, np.full(len(terms), length), wanted)
                found.update(terms[number] for number in np.flatnonzero(far <= distance).tolist())
    return sorted(map(script.encode_term, found))


def _size(tables: list[_Tables]) -> int:
    """Bytes that tables take, about."""
    return sum(2 * columns.nbytes + 100 * len(terms) for table in tables for terms, columns in table.values())


def _by_length(terms: TermList) -> _Tables:
    """Those of some terms by their number of letters, each with its letters as a column: (length, n) uint32."""
    codes, starts = terms.codes, terms.starts
    text = codes.tobytes()
    by_length: dict[int, list[str]] = {}
    if script.LETTER in text:
        for start, end in pairwise(starts.tolist()):
            if text.find(script.LETTER, start, end) >= 0:
                word = script.decode_term(text[start:end])
                by_length.setdefault(len(word), []).append(word)
    return {
        length: (words, np.array([[ord(letter) for letter in word] for word in words], np.uint32).T)
        for length, words in by_length.items()
    }
