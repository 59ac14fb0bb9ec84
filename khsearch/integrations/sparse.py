"""sparse: texts -> sparse vectors, for stores that rank by dot products and know how rare terms are.

    encoder = SparseEncoder()
    vectors = list(encoder.encode(texts))               # of documents
    (asked,) = encoder.encode_queries([query])

A vector has a number for every term and its weight: the part of BM25 that one text tells. The store multiplies by the
idf, as Qdrant does with `Modifier.IDF`. Terms are those of an index: the finest words, and at a lower weight pairs of
neighbouring clusters, which find what no dictionary knows. The first words of a text, its title, count more.

Numbers of terms are the same in every version, on every platform; which terms a text has depends on how it breaks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from khsearch.arguments import EACH_TEXT, FACTOR, TEXT, WORDS, checked, instance, optional
from khsearch.frozen import frozen
from khsearch.khmer import MEGABYTE, Lexicon, LexiconSource, Tokens, script
from khsearch.text import analyzer_of

# As an index has them (`khsearch.schema`), where a store can do the same. Changed numbers would be no fault, but
# vectors in a store and those of queries would fit less well.
_WORDS_K1, _WORDS_B = 0.7, 0.75
_PAIRS_K1, _PAIRS_B = 0.6, 0.2
_LEAD, _LEAD_WEIGHT = 40, 0.6  # words, and what is added for one among them
_FEW_WORDS = 4  # up to so many words in a query pairs have their full weight
_PAIRS_A_WORD = 1.6  # in a usual text


@frozen
class SparseVector:
    """Terms and their weights: `indices` (n,) uint32, rising, no two alike, and `values` (n,) float32, above 0."""

    indices: NDArray[np.uint32]
    values: NDArray[np.float32]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SparseVector):
            return NotImplemented
        return np.array_equal(self.indices, other.indices) and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return hash((self.indices.tobytes(), self.values.tobytes()))

    def to_dict(self) -> dict[str, Any]:
        """Return both as lists: what `qdrant_client.models.SparseVector(**...)` and JSON take."""
        return {"indices": self.indices.tolist(), "values": self.values.tolist()}


class SparseEncoder:
    """Makes sparse vectors of texts and of queries; one object serves all threads."""

    @checked(average=FACTOR, pairs=FACTOR, lexicon=optional(instance(Lexicon, WORDS)))
    def __init__(self, average: float = 200.0, pairs: float = 0.5, lexicon: LexiconSource | None = None) -> None:
        """Choose the same for documents and queries.

        average  words of a usual document: what is longer counts less for each of its words
        pairs    what the weight of pairs of clusters is multiplied by
        lexicon  words of one's own, as for `khsearch.tokenize`
        """
        if not average:
            raise ValueError("average takes a number of words above 0, not 0")
        self._average = average
        self._pairs = pairs
        self._analyzer = analyzer_of(None, lexicon)

    @checked(texts=EACH_TEXT)
    def encode(self, texts: Iterable[str]) -> Iterator[SparseVector]:
        """Vectors of documents, in order: of each the text with its title before it. A text without words has none."""
        return self._encoded(texts, self._of_document)

    @checked(queries=EACH_TEXT)
    def encode_queries(self, queries: Iterable[str]) -> Iterator[SparseVector]:
        """Vectors of queries, in order, as plain words: operators are none."""
        return self._encoded(queries, self._of_query)

    def _encoded(
        self, texts: Iterable[str], weigh: Callable[[Sequence[bytes], Sequence[bytes]], dict[int, float]]
    ) -> Iterator[SparseVector]:
        for batch in _batches(texts):
            found = self._analyzer.batch(batch)
            for words, pairs in zip(_by_text(found.words), _by_text(found.bigrams), strict=True):
                weights = sorted(weigh(words, pairs).items())
                yield SparseVector(
                    np.array([number for number, _ in weights], np.uint32),
                    np.array([weight for _, weight in weights], np.float32),
                )

    def _of_document(self, words: Sequence[bytes], pairs: Sequence[bytes]) -> dict[int, float]:
        length = len(words) / self._average
        weights = _saturated("w", words, _WORDS_K1, _WORDS_B, length)
        for number in {_number("w", term) for term in words[:_LEAD]}:
            weights[number] += _LEAD_WEIGHT
        length = len(pairs) / (self._average * _PAIRS_A_WORD)
        for number, weight in _saturated("p", pairs, _PAIRS_K1, _PAIRS_B, length).items() if self._pairs else ():
            weights[number] += self._pairs * weight
        return weights

    def _of_query(self, words: Sequence[bytes], pairs: Sequence[bytes]) -> dict[int, float]:
        weights = defaultdict[int, float](float)
        for term in words:
            weights[_number("w", term)] += 1
        weight = min(1.0, _FEW_WORDS / max(len(words), 1))
        for term in pairs if self._pairs else ():
            weights[_number("p", term)] += weight
        return weights


def _saturated(kind: str, terms: Sequence[bytes], k1: float, b: float, length: float) -> defaultdict[int, float]:
    """BM25 without idf, by the numbers of terms; length as a multiple of the average."""
    norm = k1 * (1 - b + b * length)
    weights = defaultdict[int, float](float)
    for term, often in Counter(terms).items():
        weights[_number(kind, term)] += often * (k1 + 1) / (often + norm)
    return weights


@lru_cache(maxsize=1 << 16)
def _number(kind: str, term: bytes) -> int:
    """The number of a word ("w") or a pair ("p")."""
    return xxhash.xxh32_intdigest(f"{kind}{script.decode_term(term)}".encode("utf-8", "surrogatepass"))


def _by_text(tokens: Tokens) -> Iterator[list[bytes]]:
    terms, first = tokens.terms(), 0
    for count in tokens.counts.tolist():
        yield terms[first : first + count]
        first += count


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts, together a megabyte or little more."""
    batch: list[str] = []
    size = 0
    for number, given in enumerate(texts):
        batch.append(TEXT.of(f"number {number} of texts", given))
        size += len(batch[-1])
        if size > MEGABYTE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
