"""bm25: textbook BM25 over lists of terms, by brute force: the baselines of relevance, independent of khsearch."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

K1, B = 1.2, 0.75


class BruteForce:
    """An index in memory of documents given as lists of terms."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, terms in enumerate(documents):
            for term, count in Counter(terms).items():
                postings[term].append((number, count))
        lengths = np.array([len(terms) for terms in documents], np.float64)
        norms = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9))
        self._count = len(documents)
        self._scores = {term: self._score(np.array(found), norms) for term, found in postings.items()}

    def _score(self, found: np.ndarray, norms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        numbers, counts = found[:, 0], found[:, 1].astype(np.float64)
        idf = math.log(1 + (self._count - len(numbers) + 0.5) / (len(numbers) + 0.5))
        return numbers, idf * counts * (K1 + 1) / (counts + norms[numbers])

    def search(self, terms: Sequence[str], limit: int) -> list[int]:
        """Numbers of the best documents that hold any of the terms; of equal ones the first added comes first."""
        scores = np.zeros(self._count)
        for term, count in Counter(terms).items():
            if term in self._scores:
                numbers, values = self._scores[term]
                scores[numbers] += count * values
        best = np.argsort(-scores, kind="stable")[:limit]
        return [int(number) for number in best if scores[number] > 0]
