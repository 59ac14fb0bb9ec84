"""chunks: a typed text in; its chunks, and the ways in which each may stand in a document, out.

A *chunk* is what is typed between spaces. It may stand in a document as it was typed, in another spelling, under
another name of the same thing, or as part of words that the spaces of the query divide.

    typed    \u1797\u17d2\u1793\u17c6 \u1796\u17c1\u1789          two chunks
    joined   \u1797\u17d2\u1793\u17c6\u1796\u17c1\u1789           one word, which is a way for both to stand
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from khsearch.frozen import frozen
from khsearch.pattern import pattern

if TYPE_CHECKING:
    from khsearch.khmer import Alternative, Terms, Typed

_LEAST_WEIGHT = 0.5
"""Of another spelling that counts as what was typed."""

_MOST_WAYS = 12
"""In which one chunk may stand."""

SENTENCE = 8
"""Words from which on a chunk is a sentence: where it stands word for word is not all that counts as found."""

FUNCTION_WORDS = frozenset(
    [
        *("និង", "ឬ", "ហើយ", "ដែល", "នៃ", "ក្នុង", "នៅ", "ជា", "ពី", "នេះ", "នោះ"),
        *("a", "an", "and", "in", "of", "on", "or", "the", "to"),
    ]
)
"""Chunks that need not stand where every chunk must: and, or, then, that, of, in, at, is, from, this, that."""

_CHUNK = pattern(r"\S+")
SPACE_IN_KHMER = pattern("(?<=[\u1780-\u17d3\u17dd]) +(?=[\u1780-\u17b3])")
"""Spaces that may have been put inside a word."""


@frozen
class Way:
    """Words that stand side by side, in this order, and the bigrams that tell of them inside longer words.

    Both in code form; without bigrams, as of a single cluster, the words alone tell.
    """

    words: tuple[bytes, ...]
    bigrams: tuple[bytes, ...]


@frozen
class Chunk:
    """What was typed between two spaces: its place in the query, and the ways in which it may stand, as typed first."""

    start: int
    end: int
    ways: tuple[Way, ...]

    @property
    def typed(self) -> Way:
        """As it was typed."""
        return self.ways[0]


def way_of(terms: Terms) -> Way:
    """Return how a text of some terms stands."""
    return Way(tuple(terms.words), tuple(dict.fromkeys(terms.bigrams)))


def chunks_of(typed: Typed, alternatives: Sequence[Alternative], *, joined: bool) -> list[Chunk]:
    """Return the chunks of a text that have a word, in order.

    alternatives  other spellings in which they may stand
    joined        whether they may be parts of words that spaces divide
    """
    spans = [found.span() for found in _CHUNK.finditer(typed.text)]
    whole = len(spans) == 1
    ways = [[way_of(typed.terms if whole else typed.part(start, end))] for start, end in spans]
    if joined and not whole:
        for at, way in _joined(typed, spans, ways):
            ways[at].append(way)
    for first, last, way in _spelled(typed, spans, alternatives) if alternatives else ():
        for at in range(first, last + 1):
            ways[at].append(way)
    return [
        Chunk(start, end, tuple(dict.fromkeys(mine))[:_MOST_WAYS])
        for (start, end), mine in zip(spans, ways, strict=True)
        if mine[0].words
    ]


def _spelled(
    typed: Typed, spans: Sequence[tuple[int, int]], alternatives: Sequence[Alternative]
) -> Iterator[tuple[int, int, Way]]:
    """Other spellings of stretches, one or two at a time -> the first and last chunk that each reaches, and the way."""
    likely = [other for other in alternatives if other.weight >= _LEAST_WEIGHT]
    several = likely[:_MOST_WAYS] if len(typed.terms.words) <= SENTENCE else []
    pairs = [(one, two) for one, two in combinations(several, 2) if one.end <= two.start]
    for changed in [*((other,) for other in likely), *pairs][: 2 * _MOST_WAYS]:
        reached = [at for at, (start, end) in enumerate(spans) if start < changed[-1].end and changed[0].start < end]
        if len(changed) > 1 and len(reached) > 1:
            continue  # each for its own chunk
        start, end = spans[reached[0]][0], spans[reached[-1]][1]
        part = typed.cut(start, end)
        terms = part.spliced(*((other.start - start, other.end - start, other.spelling) for other in changed))
        if terms.words:
            yield reached[0], reached[-1], way_of(terms)


def _joined(typed: Typed, spans: Sequence[tuple[int, int]], ways: Sequence[Sequence[Way]]) -> Iterator[tuple[int, Way]]:
    """Chunks whose words are others where the spaces inside Khmer are left out -> each with the words there."""
    spaces = [found.span() for found in SPACE_IN_KHMER.finditer(typed.text)]
    if not spaces:
        return
    joined = typed.analyzer.spelled(SPACE_IN_KHMER.sub("", typed.text))
    words, (starts, ends) = joined.terms.words, joined.spans
    for at, (start, end) in enumerate(spans):
        before = sum(stop - first for first, stop in spaces if stop <= start)
        reached = [
            number for number in range(len(words)) if starts[number] < end - before and start - before < ends[number]
        ]
        around = tuple(words[reached[0] : reached[-1] + 1]) if reached else ()
        if around and around != ways[at][0].words:
            yield at, Way(around, ())
