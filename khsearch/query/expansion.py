"""expansion: other readings of what was typed, as far as the index knows them.

A *reading* is a query as it could have been meant: with another spelling of a word, with words that were probably meant
for what the index does not know, with the longer words that hold such a word, or without the spaces inside its runs of
Khmer. What a reading has and the query has not is searched besides. A rare spelling of a common word is no rare word:
it weighs as both spellings together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations

from khsearch.engine import View, idf, nodes
from khsearch.frozen import frozen
from khsearch.khmer import Alternative, Terms, Typed, bigrams_between, clusters_of, script
from khsearch.query.chunks import SPACE_IN_KHMER
from khsearch.query.frequencies import Frequencies
from khsearch.query.holding import holders
from khsearch.query.meant import JOINED, Rows, rows_of
from khsearch.schema import TEXT, TITLE, Role, for_words

_MOST = 12
"""Most readings of one query."""

_MOST_LONGER = 30
"""Words of a query that are looked for inside longer ones."""

_SUSPECT, _RARE = 3, 200
"""A word may be a slip if the index has it in so few documents, and in less than one of so many."""

_EACH = 3
"""Readings of one row of words."""

_CORRECTED, _LIKELIHOOD = 0.8, 4.0
"""What the likeliest correction weighs; one that is so many nats less likely weighs an e-th of that."""

_AS_TYPED = 0.8
"""What another spelling weighs beside the one that was typed, which comes first."""


@frozen
class Reading:
    """Another reading of a query.

    found   what finds the words that it has and the query has not, weighed
    words   all of its words, in order
    new     those that the query has not
    marked  what snippets mark: words alone, or what has to stand side by side
    bigrams those of its bigrams that the query has not
    weight  what their scores are multiplied by
    """

    found: tuple[nodes.Node, ...]
    words: list[bytes]
    new: list[bytes]
    marked: list[tuple[bytes, ...]]
    bigrams: list[bytes]
    weight: float


class Expansion:
    """What one commit of an index holds of the other readings of a query.

    own: own text fields that are searched though nobody names them.
    """

    def __init__(self, view: View, own: Iterable[str] = ()) -> None:
        self._view = view
        self._own = tuple(own)
        self._names = (*for_words(Role.RANK), *self._own)
        self._dfs, self._anywhere = Frequencies(view, TEXT, *self._own), Frequencies(view, TEXT, TITLE, *self._own)

    def readings(self, typed: Typed, alternatives: Sequence[Alternative]) -> list[Reading]:
        """Return other readings of a text that the index holds. alternatives: other spellings of stretches of it."""
        terms = typed.terms
        self._dfs.learn(terms.words)
        readings: list[Reading] = []
        known = set(terms.words)
        settled: set[bytes] = set()
        joined = self._joined(typed, known)
        if joined is not None:
            readings.append(joined)
        others = alternatives[: 4 * _MOST]
        spelled = {other.spelling: typed.analyzer.spelled(other.spelling).terms.words for other in others}
        self._dfs.learn(chain.from_iterable(spelled.values()))
        for other in others:
            if self._dfs.rarest(spelled[other.spelling]):
                instead = typed.part(other.start, other.end).words
                readings.append(self._spelled(typed, instead, other))
                settled.update(instead)
        for reading in readings:
            known.update(reading.new)
        if joined is None:  # else what the index does not know is half of a word
            readings += self._longer(terms.words)
        return [*readings, *self._corrected(typed, known, settled)][:_MOST]

    def _joined(self, typed: Typed, known: set[bytes]) -> Reading | None:
        """Read a text without the spaces between its runs of Khmer: one may have been put inside a word."""
        spaces = [found.span() for found in SPACE_IN_KHMER.finditer(typed.text)]
        if not spaces:
            return None
        terms = typed.spliced(*((start, end, "") for start, end in spaces))
        new = [word for word in dict.fromkeys(terms.words) if word not in known and self._df(word)]
        return Reading(self._terms(new, 1.0), terms.words, new, [(word,) for word in new], [], 1.0) if new else None

    def _spelled(self, typed: Typed, instead: Sequence[bytes], other: Alternative) -> Reading:
        """Read a text with a spelling that the index holds instead of some words."""
        words = typed.analyzer.spelled(other.spelling).terms.words
        weight = _AS_TYPED * other.weight * self._alike(self._dfs.rarest(instead), self._dfs.rarest(words))
        found = self._terms(words, weight) if len(words) == 1 else self._phrases(words, weight)
        whole = typed.spliced((other.start, other.end, other.spelling))
        bigrams = _lacking(whole.bigrams, typed.terms.bigrams)
        return Reading(found, whole.words, words, [tuple(words)], bigrams, weight)

    def _longer(self, words: Sequence[bytes]) -> Iterator[Reading]:
        """Read words that the index knows only as parts of longer ones, compounds most of them, as any of those."""
        for word in dict.fromkeys(words[:_MOST_LONGER]):
            units = () if self._df(word) or word[0] < script.BASES.start else clusters_of(word)
            if len(units) > 1:
                longer = {term for field in (TEXT, TITLE, *self._own) for term in holders(self._view, field, units)}
                dfs = dict(zip(longer, self._anywhere.of([*longer]), strict=True))
                most = sorted((term for term in dfs if dfs[term]), key=lambda term: (-dfs[term], term))[:_MOST]
                if most:
                    # Snippets mark the part that was asked for, not all of the longer word.
                    yield Reading(self._terms(most, 1.0), list(words), [], [], [], 1.0)

    def _corrected(self, typed: Typed, known: set[bytes], settled: set[bytes]) -> Iterator[Reading]:
        """Read rows of words of a short query as the index has what they were probably meant for.

        A query whose words are all known well is left alone: to find out what is near a word, all terms of the index
        have to be looked through once. So is one of many words, which say enough by themselves.
        """
        terms = typed.terms
        words = terms.words
        if len(words) > JOINED or not any(self._is_suspect(word) for word in words):
            return
        rows = Rows(self._view, self._own)
        likely: list[tuple[int, int, list[bytes], float]] = []
        for first, end in rows_of(typed):
            row, best = words[first:end], None
            odd = [odd and word not in settled for odd, word in zip(rows.odd(row), row, strict=True)]
            for meant in rows.meant(row, odd, _EACH):
                best = meant.gain if best is None else best
                weight = _CORRECTED * math.exp((meant.gain - best) / _LIKELIHOOD)
                for change in meant.changes:
                    new = typed.analyzer.spelled(script.decode_term(change.meant.spelling)).terms.words
                    likely.append((first + change.first, first + change.end, new, weight))
            for start, stop in combinations(range(first, end + 1), 2):
                if stop > start + 1 and any(odd[start - first : stop - first]):
                    likely.append((start, stop, [b"".join(words[start:stop])], _CORRECTED))
        self._dfs.learn(word for _, _, new, _ in likely for word in new)
        for first, end, new, weight in likely:
            yield from self._instead(terms, known, first, end, new, weight)

    def _instead(
        self, terms: Terms, known: set[bytes], first: int, end: int, new: list[bytes], weight: float
    ) -> Iterator[Reading]:
        """Read a query with other words instead of some of its own, if the index has them, and no other reading has."""
        if known.issuperset(new) or not self._dfs.rarest(new):
            return
        known.update(new)
        words = [*terms.words[:first], *new, *terms.words[end:]]
        found = self._terms(new, weight) if len(new) == 1 else self._phrases(new, weight)
        yield Reading(found, words, new, [tuple(new)], _lacking(bigrams_between(words), terms.bigrams), weight)

    def _terms(self, words: Sequence[bytes], weight: float) -> tuple[nodes.Node, ...]:
        return tuple(nodes.AnyField(self._names, word, weight) for word in words)

    def _phrases(self, words: Sequence[bytes], weight: float) -> tuple[nodes.Node, ...]:
        return tuple(nodes.Phrase(name, tuple(words), boost=weight) for name in (TEXT, *self._own))

    def _is_suspect(self, word: bytes) -> bool:
        df = self._df(word)
        return df <= _SUSPECT and df * _RARE < self._view.doc_count

    def _df(self, word: bytes) -> int:
        """Documents that hold a word."""
        return self._dfs.of([word])[0]

    def _alike(self, typed: int, other: int) -> float:
        """What makes another spelling weigh as both together, by the documents that hold what was typed, and it."""
        docs = self._view.doc_count
        together = min(typed + other, docs)
        return min(1.0, idf(docs, together) / idf(docs, min(other, docs)))


def _lacking(bigrams: Sequence[bytes], known: Sequence[bytes]) -> list[bytes]:
    typed = set(known)
    return list(dict.fromkeys(bigram for bigram in bigrams if bigram not in typed))
