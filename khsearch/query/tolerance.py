"""tolerance: other ways to write what a query says, as far as the index knows them.

A spelling that means the same word is searched beside the one that was typed, and counts as if it were the same word: a
rare spelling of a common word is no rare word. What the index does not hold costs a look-up and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from khsearch import suggest
from khsearch.columnar import Reader, nodes
from khsearch.columnar.bm25 import idf
from khsearch.khmer.analyzer import Analyzer, Terms
from khsearch.khmer.variants import Variants
from khsearch.ranking import BIGRAMS, LEAD, TEXT

_LONGEST = 300
"""Characters of the longest query that is widened: a longer one says enough."""

_MOST = 24
"""Most other spellings that one query brings in."""

_MOST_CORRECTED = 30
"""Words of the longest query that is looked at for slips."""

_SUSPECT, _RARE = 3, 200
"""A word may be a slip if the index has it in so few documents, and in less than one of so many."""

_SPACE_IN_KHMER = re.compile("(?<=[\u1780-\u17d3\u17dd]) +(?=[\u1780-\u17b3])")


@dataclass(frozen=True, slots=True)
class Other:
    """Another way to write a stretch of a query.

    start, end  where it stands in the query
    spelling    what could stand there
    terms       its terms
    weight      what its scores are multiplied by
    typed       the words that do stand there, where it is another spelling of them
    """

    start: int
    end: int
    spelling: str
    terms: Terms
    weight: float
    typed: tuple[bytes, ...] = ()

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
        found = list(self._joined(text))
        for other in self._variants.alternatives(text):
            terms = self._analyzer.terms(other.spelling)
            having = self._rarest(terms)
            if having:
                typed = self._analyzer.terms(text[other.start : other.end])
                weight = other.weight * self._alike(self._rarest(typed), having)
                found.append(Other(other.start, other.end, other.spelling, terms, weight, tuple(typed.words)))
        return found[:_MOST]

    def corrections(self, words: Sequence[bytes], others: Sequence[Other]) -> Iterator[nodes.Term]:
        """What finds the terms of the index that words of a query were probably meant for.

        A query whose words are all known well is left alone: to find out what is near a word, all terms of the index
        have to be looked through once.
        """
        if len(words) > _MOST_CORRECTED or not any(self._is_suspect(word) for word in words):
            return
        settled = {word for other in others for word in other.typed}
        skipped = [number for number, word in enumerate(words) if word in settled]
        for correction in suggest.corrections(self._reader, words, skipped):
            yield nodes.Term(TEXT, correction.near.term, correction.weight)
            yield nodes.Term(LEAD, correction.near.term, correction.weight)

    def _is_suspect(self, word: bytes) -> bool:
        having = self._reader.df(TEXT, word)
        return having <= _SUSPECT and having * _RARE < self._reader.doc_count

    def _joined(self, text: str) -> Iterator[Other]:
        """Words that a text has without the spaces between its runs of Khmer: one may have been put inside a word."""
        joined = _SPACE_IN_KHMER.sub("", text)
        if joined == text:
            return
        known = set(self._analyzer.terms(text).words)
        for word in dict.fromkeys(self._analyzer.terms(joined).words):
            if word not in known and self._reader.df(TEXT, word):
                yield Other(0, len(text), joined, Terms([word], []), 1.0)

    def _rarest(self, terms: Terms) -> int:
        """Documents that hold the rarest of some words; 0 where there are no words."""
        return min((self._reader.df(TEXT, word) for word in terms.words), default=0)

    def _alike(self, typed: int, having: int) -> float:
        """What makes a spelling that `having` documents hold weigh as both spellings together."""
        docs = self._reader.doc_count
        together = min(typed + having, docs)
        return min(1.0, idf(docs, together) / idf(docs, min(having, docs)))
