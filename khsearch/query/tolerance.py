"""tolerance: other ways to write what a query says, as far as the index knows them.

A spelling that means the same word is searched beside the one that was typed, and counts as if it were the same word: a
rare spelling of a common word is no rare word. What the index does not hold costs a look-up and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from khsearch.columnar import Reader, nodes
from khsearch.columnar.bm25 import idf
from khsearch.khmer.analyzer import Analyzer, Terms
from khsearch.khmer.variants import Variants
from khsearch.ranking import BIGRAMS, LEAD, TEXT

_LONGEST = 300
"""Characters of the longest query that is widened: a longer one says enough."""

_MOST = 24
"""Most other spellings that one query brings in."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another way to write a stretch of a query: where it stands, its terms, and what its scores are multiplied by."""

    start: int
    end: int
    spelling: str
    terms: Terms
    weight: float

    def nodes(self, bigram_boost: float) -> Iterator[nodes.Node]:
        """What finds it: its word in text and lead, or its words side by side, and its bigrams."""
        words = self.terms.words
        if len(words) == 1:
            yield nodes.Term(TEXT, words[0], self.weight)
            yield nodes.Term(LEAD, words[0], self.weight)
        else:
            yield nodes.Phrase(TEXT, tuple(words), boost=self.weight)
        for bigram in self.terms.bigrams:
            yield nodes.Term(BIGRAMS, bigram, bigram_boost * self.weight)


class Tolerance:
    """What one commit of an index holds of the other spellings of a query."""

    def __init__(self, reader: Reader, analyzer: Analyzer, variants: Variants) -> None:
        self._reader = reader
        self._analyzer = analyzer
        self._variants = variants

    def others(self, text: str) -> list[Other]:
        """Return other ways to write parts of a text that the index holds."""
        if len(text) > _LONGEST:
            return []
        found = []
        for other in self._variants.alternatives(text):
            terms = self._analyzer.terms(other.spelling)
            having = self._rarest(terms)
            if having:
                typed = self._rarest(self._analyzer.terms(text[other.start : other.end]))
                weight = other.weight * self._alike(typed, having)
                found.append(Other(other.start, other.end, other.spelling, terms, weight))
        return found[:_MOST]

    def _rarest(self, terms: Terms) -> int:
        """Documents that hold the rarest of some words; 0 where there are no words."""
        return min((self._reader.df(TEXT, word) for word in terms.words), default=0)

    def _alike(self, typed: int, having: int) -> float:
        """What makes a spelling that `having` documents hold weigh as both spellings together."""
        docs = self._reader.doc_count
        together = min(typed + having, docs)
        return min(1.0, idf(docs, together) / idf(docs, min(having, docs)))
