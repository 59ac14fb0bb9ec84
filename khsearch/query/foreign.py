"""foreign: terms of an index that hold letters outside ASCII and Khmer, to find those a few letters from a word.

Such a letter takes four bytes of a term, so the terms are compared as characters here, side by side.
"""

from __future__ import annotations

from itertools import pairwise
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from khsearch.columnar import FieldReader, Reader, distances
from khsearch.khmer import script

_Table = tuple[list[str], NDArray[np.uint32]]
_tables: WeakKeyDictionary[FieldReader, dict[int, _Table]] = WeakKeyDictionary()


def near_foreign_terms(reader: Reader, field: str, word: bytes, distance: int) -> list[bytes]:
    """Terms with a letter outside ASCII and Khmer that are at most `distance` letters from a word, in order.

    The word and the terms are in code form; a letter more, less, or another one is a distance of 1.
    """
    letters = script.decode_term(word)
    if not letters or script.CLASS[word[0]] in (script.BASE, script.MARK):
        return []
    wanted = np.array([ord(letter) for letter in letters], np.uint32)
    found: set[str] = set()
    for _, of_segment in reader.fields(field):
        tables = _tables.get(of_segment)
        if tables is None:
            tables = _tables[of_segment] = _by_length(of_segment)
        for length in range(len(letters) - distance, len(letters) + distance + 1):
            if length in tables:
                terms, columns = tables[length]
                far = distances(columns, np.full(len(terms), length), wanted)
                found.update(terms[number] for number in np.flatnonzero(far <= distance).tolist())
    return sorted(map(script.encode_term, found))


def _by_length(field: FieldReader) -> dict[int, _Table]:
    """Terms of a segment by their number of letters, each with its letters as a column: (length, n) uint32."""
    codes, starts = field.spans(0, field.count)
    text = codes.tobytes()
    by_length: dict[int, list[str]] = {}
    if script.LETTER in text:
        for start, end in pairwise(starts.tolist()):
            if text.find(script.LETTER, start, end) >= 0:
                term = script.decode_term(text[start:end])
                by_length.setdefault(len(term), []).append(term)
    return {
        length: (terms, np.array([[ord(letter) for letter in term] for term in terms], np.uint32).T)
        for length, terms in by_length.items()
    }
