"""levenshtein: edit distances of many texts to one, side by side."""

from __future__ import annotations

import numpy as np

from khsearch.arrays.late import Array


def distances(letters: Array, lengths: Array, word: Array) -> Array:
    """Levenshtein distances of texts to a word.

    letters: (longest, n), a column per text; lengths (n,), what of each column counts; word: (m,) -> (n,) int32.
    """
    # row[j] is the distance to the first j characters of the word, less j: a step to the right costs nothing.
    row = np.zeros((len(word) + 1, letters.shape[1]), np.int32)
    found = np.full(letters.shape[1], len(word), np.int32)
    for i, letter in enumerate(letters, 1):
        before, row = row, row + 1
        np.minimum(row[1:], before[:-1] - (letter == word[:, None]), out=row[1:])
        np.minimum.accumulate(row, axis=0, out=row)
        ended = (lengths == i).nonzero()[0]
        found[ended] = row[-1].take(ended) + len(word)
    return found
