"""dividing: words that were typed without the spaces between them. A chunk that stands nowhere in, its parts out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate, combinations, pairwise

from khsearch.engine import View, nodes
from khsearch.khmer import Typed, letters_of
from khsearch.query.frequencies import Frequencies
from khsearch.schema import BIGRAMS

_MOST_WORDS = 12
"""Words of the longest chunk that is divided."""

_MOST_PARTS = 4
"""Parts that one chunk is divided into."""


def divided(typed: Typed, view: View, stands: Callable[[Typed], nodes.Node]) -> list[Typed] | None:
    """Return the parts of a chunk that stand in one document; None where no parts do.

    Of the ways to divide it between words, the one into the fewest parts, and of these the one whose shortest part is
    longest. `stands` tells where a part stands, settled.
    """
    words, (starts, ends) = typed.terms.words, typed.spans
    if len(words) > _MOST_WORDS:
        return None
    torn = _torn(typed, view)
    if len(torn) >= _MOST_PARTS:
        return None
    known: dict[tuple[int, int], tuple[Typed, nodes.Node]] = {}

    def part(first: int, end: int) -> tuple[Typed, nodes.Node]:
        if (first, end) not in known:
            found = typed.analyzer.spelled(typed.text[starts[first] : ends[end - 1]])
            known[first, end] = found, stands(found)
        return known[first, end]

    sizes = [len(letters_of(word)) for word in words]
    for cuts in _ways_to_cut(sizes):
        if not torn.issubset(cuts):
            continue
        parts = [part(first, end) for first, end in pairwise((0, *cuts, len(words)))]
        if not any(isinstance(node, nodes.Nothing) for _, node in parts) and view.count(
            nodes.And(tuple(node for _, node in parts))
        ):
            return [found for found, _ in parts]
    return None


def _torn(typed: Typed, view: View) -> set[int]:
    """The words before which a chunk has to be cut: no document has the clusters on both sides next to each other."""
    sizes = [len(letters_of(word)) for word in typed.terms.words]
    bigrams = typed.terms.bigrams
    if len(bigrams) != sum(sizes) - 1:
        return set()  # there are signs between words, or letters that have no bigrams
    edges = list(accumulate(sizes[:-1]))
    dfs = Frequencies(view, BIGRAMS).of([bigrams[edge - 1] for edge in edges])
    return {number for number, df in enumerate(dfs, 1) if not df}


def _ways_to_cut(sizes: list[int]) -> Iterator[tuple[int, ...]]:
    """Places between words of some sizes, in clusters: fewest first, then by the size of the smallest part."""
    for count in range(1, min(_MOST_PARTS, len(sizes))):

        def smallest(cuts: tuple[int, ...]) -> int:
            return min(sum(sizes[first:end]) for first, end in pairwise((0, *cuts, len(sizes))))

        yield from sorted(combinations(range(1, len(sizes)), count), key=lambda cuts: -smallest(cuts))
