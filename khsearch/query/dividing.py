"""dividing: words that were typed without the spaces between them. A chunk that stands nowhere in, its parts out.

It is divided between the whole words that people read, or, where no document holds these, between any of its words. Of
the ways to do so that some document holds, the best has the fewest parts, and of these that whose shortest part is
longest: words that stand side by side were hardly meant apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, combinations, pairwise

from khsearch.engine import View, nodes
from khsearch.khmer import Typed, letters_of
from khsearch.query.frequencies import Frequencies
from khsearch.schema import BIGRAMS

_MOST_WHOLE = 24
"""Whole words of the longest chunk that is divided between them."""

_MOST_WORDS = 12
"""Words of the longest chunk that is divided anywhere, or in every way between whole words."""

_MOST_PARTS = 4
"""Parts into which a chunk is divided in every way."""


def divided(typed: Typed, view: View, stands: Callable[[Typed], nodes.Node]) -> list[Typed] | None:
    """Return the parts of a chunk that stand in one document; None where no parts do.

    `stands` tells where a part stands, settled.
    """
    torn = _torn(typed, view)
    ways = _Ways(typed, view, stands)
    whole = [first for first in typed.whole.firsts if first]
    found = None
    if len(whole) < _MOST_WHOLE and torn.issubset(whole) and ways.is_held(whole):
        found = _first(ways, whole, torn) if len(whole) < _MOST_WORDS else None
        found = found or _merged(ways, whole, torn)
    elif ways.count <= _MOST_WORDS:
        found = _first(ways, range(1, ways.count), torn)
    return None if found is None else ways.parts(found)


def _first(ways: _Ways, places: Sequence[int], torn: set[int]) -> Sequence[int] | None:
    """The best of all ways into few parts."""
    for count in range(max(1, len(torn)), min(_MOST_PARTS, len(places) + 1)):
        likely = (cuts for cuts in combinations(places, count) if torn.issubset(cuts))
        for cuts in sorted(likely, key=lambda cuts: -ways.smallest(cuts)):
            if ways.is_held(cuts):
                return cuts
    return None


def _merged(ways: _Ways, places: Sequence[int], torn: set[int]) -> Sequence[int]:
    """Parts of a way that is held, merged one by one as long as some document holds them, the shortest first."""
    cuts = list(places)
    while True:
        fewer = [[cut for cut in cuts if cut != left_out] for left_out in cuts if left_out not in torn]
        held = filter(ways.is_held, sorted(fewer, key=lambda cuts: -ways.smallest(cuts)))
        cuts, before = next(held, cuts), cuts
        if cuts is before:
            return cuts


class _Ways:
    """Ways to divide one chunk, each as the numbers of the words before which it is cut."""

    def __init__(self, typed: Typed, view: View, stands: Callable[[Typed], nodes.Node]) -> None:
        self._typed, self._view, self._stands = typed, view, stands
        self._edges = [0, *accumulate(len(letters_of(word)) for word in typed.terms.words)]
        self._known: dict[tuple[int, int], tuple[Typed, nodes.Node]] = {}
        self.count = len(typed.terms.words)

    def _spans(self, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
        return pairwise((0, *cuts, self.count))

    def smallest(self, cuts: Sequence[int]) -> int:
        """Letters of the shortest part."""
        return min(self._edges[end] - self._edges[first] for first, end in self._spans(cuts))

    def _part(self, span: tuple[int, int]) -> tuple[Typed, nodes.Node]:
        found = self._known.get(span)
        if found is None:
            starts, ends = self._typed.spans
            part = self._typed.analyzer.spelled(self._typed.text[starts[span[0]] : ends[span[1] - 1]])
            found = self._known[span] = part, self._stands(part)
        return found

    def parts(self, cuts: Sequence[int]) -> list[Typed]:
        """The parts, as texts."""
        return [self._part(span)[0] for span in self._spans(cuts)]

    def is_held(self, cuts: Sequence[int]) -> bool:
        """Whether a document holds all parts."""
        standing = [self._part(span)[1] for span in self._spans(cuts)]
        return not any(isinstance(node, nodes.Nothing) for node in standing) and bool(
            self._view.count(nodes.And(tuple(standing)))
        )


def _torn(typed: Typed, view: View) -> set[int]:
    """The words before which a chunk has to be cut: no document has the clusters on both sides next to each other."""
    sizes = [len(letters_of(word)) for word in typed.terms.words]
    bigrams = typed.terms.bigrams
    if len(bigrams) != sum(sizes) - 1:
        return set()  # there are signs between words, or letters that have no bigrams
    edges = list(accumulate(sizes[:-1]))
    dfs = Frequencies(view, BIGRAMS).of([bigrams[edge - 1] for edge in edges])
    return {number for number, df in enumerate(dfs, 1) if not df}
