"""own_joining: the joiner of a lexicon with own entries: words as another joiner has them, but own words are whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from khsearch.arrays import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from khsearch.khmer.text.clusters import Clusters
    from khsearch.khmer.text.points import Offsets
    from khsearch.khmer.words.modes import Joiner
    from khsearch.khmer.words.own import Own
    from khsearch.khmer.words.phrases import Phrases


class OwnJoiner:
    """Joins the atoms of own words, and others as another joiner does: words begin with own words and behind them."""

    def __init__(self, joiner: Joiner, own: Own) -> None:
        self._joiner = joiner
        self._own = own

    @property
    def phrases(self) -> Phrases | None:
        """What finds own phrases, if there are any."""
        return self._own.phrases

    def join_run(self, clusters: Sequence[bytes], counts: Sequence[int]) -> list[int]:
        """Join one run: its clusters, in codes, and how many of them each atom has -> how many atoms each word has."""
        number = self._own.trie.numbers.get
        found = self._joiner.join_run(clusters, counts)
        own = self._own.in_run([number(cluster, 0) for cluster in clusters], counts)
        if not own:
            return found
        edges = {0, *accumulate(found)}
        for first, behind in own:
            edges.difference_update(range(first + 1, behind))
            edges.update((first, behind))
        return [behind - first for first, behind in pairwise(sorted(edges))]

    def join_all(
        self, codes: bytes, clusters: Clusters, begins: NDArray[np.bool_], numbers: Offsets | None = None
    ) -> NDArray[np.bool_]:
        """Join all runs of a batch: codes, their c clusters, true where atoms begin (c,) -> (c,), where words do.

        `numbers`, of the clusters in the lexicon, are given where they are known already.
        """
        if numbers is None:
            numbers = self._own.trie.numbering.number_all(codes, clusters)
        found = self._joiner.join_all(codes, clusters, begins, numbers)
        firsts, behind = self._own.in_all(numbers, clusters.leads, begins)
        if not len(firsts):
            return found
        edges = np.append(found, True)
        inside = np.zeros(len(edges), np.int8)  # own words lie apart
        inside[firsts + 1] += 1
        inside[behind] -= 1
        edges &= np.cumsum(inside) == 0
        edges[firsts] = edges[behind] = True
        return edges[:-1]
