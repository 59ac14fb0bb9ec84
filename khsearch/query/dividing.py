"""dividing: words that were typed without the spaces between them. A chunk that stands nowhere in, its parts out.

It is divided between the whole words that people read, or, where no document holds these, between any of its words. Of
the ways to do so that some document holds, the best has the fewest parts, and of these that whose shortest part is
longest: words that stand side by side were hardly meant apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations, pairwise
from typing import TYPE_CHECKING

from khsearch.engine import Foreseen, View, nodes
from khsearch.khmer import Typed, clusters_of, letters_of, script
from khsearch.query.chunks import Chunk, way_of
from khsearch.query.frequencies import Frequencies
from khsearch.schema import BIGRAMS
from khsearch.sharing import cached_property

if TYPE_CHECKING:
    from khsearch.query.standing import Standing

_MOST_WHOLE = 24
"""Whole words of the longest chunk that is divided between them."""

_MOST_WORDS = 12
"""Words of the longest chunk that is divided anywhere, or in every way between whole words."""

_MOST_PARTS = 4
"""Parts into which a chunk is divided in every way."""


def divided(typed: Typed, view: View, standing: Standing) -> list[Typed] | None:
    """Return the parts of a chunk that stand in one document; None where no parts do."""
    torn = _torn(typed, view)
    ways = _Ways(typed, view, standing)
    whole = [first for first in typed.whole.firsts if first]
    found = None
    if len(whole) < _MOST_WHOLE and torn.issubset(whole) and ways.is_held(whole):
        found = _first(ways, whole, torn) if len(whole) < _MOST_WORDS else None
        found = found or _merged(ways, whole, torn)
    elif ways.count <= _MOST_WORDS:
        found = _first(ways, range(1, ways.count), torn)
    return None if found is None else ways.parts(found)


def in_pieces(typed: Typed, standing: Standing) -> nodes.Node | None:
    """Where all words of a chunk stand, each on its own or inside of others: in no other document do parts of it stand.

    None where nothing can be said, as of words of one cluster.
    """
    pieces: list[nodes.Node] = []
    for word in dict.fromkeys(typed.terms.words):
        units = clusters_of(word) if word[0] >= script.BASES.start else []
        if len(units) > 1:
            bigrams = tuple(nodes.Term(BIGRAMS, one + two) for one, two in pairwise(units))
            own = tuple(nodes.Term(name, word) for name in standing.own)
            pieces.append(nodes.Or((nodes.And(bigrams), *own)) if own else nodes.And(bigrams))
    return nodes.And(tuple(pieces)) if pieces else None


def parts_of(typed: Typed, view: View, standing: Standing) -> Foreseen:
    """Return what will be asked for a chunk to be divided, for a view that is far away."""
    within = in_pieces(typed, standing)
    return Foreseen(rows=[] if within is None else [(within, _Ways(typed, view, standing).nodes)])


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

    def __init__(self, typed: Typed, view: View, standing: Standing) -> None:
        self._typed, self._view, self._standing = typed, view, standing
        self._edges = [0, *accumulate(len(letters_of(word)) for word in typed.terms.words)]
        self._known: dict[tuple[int, int], Typed] = {}
        self.count = len(typed.terms.words)

    def _spans(self, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
        return pairwise((0, *cuts, self.count))

    def smallest(self, cuts: Sequence[int]) -> int:
        """Letters of the shortest part."""
        return min(self._edges[end] - self._edges[first] for first, end in self._spans(cuts))

    def _part(self, span: tuple[int, int]) -> Typed:
        found = self._known.get(span)
        if found is None:
            starts, ends = self._typed.spans
            text = self._typed.text[starts[span[0]] : ends[span[1] - 1]]
            found = self._known[span] = self._typed.analyzer.spelled(text)
        return found

    def _chunk(self, span: tuple[int, int]) -> Chunk:
        part = self._part(span)
        return Chunk(0, len(part.text), (way_of(part.terms),))

    @cached_property
    def _rows(self) -> list[set[tuple[int, int]]] | None:
        """Of each document that may hold parts, the parts that it holds; None where one asks part by part."""
        far, within = self._view.far, in_pieces(self._typed, self._standing)
        return None if far is None or within is None else far.rows(within, self.nodes)

    def nodes(self) -> dict[tuple[int, int], nodes.Node]:
        """Where the parts stand, of all ways that are tried."""
        whole = [0, *(first for first in self._typed.whole.firsts if first), self.count]
        edges = range(self.count + 1) if self.count <= _MOST_WORDS else whole
        return {one: self._standing.of(self._chunk(one)) for one in combinations(edges, 2)}

    def parts(self, cuts: Sequence[int]) -> list[Typed]:
        """The parts, as texts."""
        return [self._part(span) for span in self._spans(cuts)]

    def is_held(self, cuts: Sequence[int]) -> bool:
        """Whether a document holds all parts."""
        if self._rows is not None:
            spans = list(self._spans(cuts))
            return any(row.issuperset(spans) for row in self._rows)
        standing = [self._standing.settled(self._chunk(span)) for span in self._spans(cuts)]
        return all(count for _, count in standing) and bool(
            self._view.count(nodes.And(tuple(node for node, _ in standing)))
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
