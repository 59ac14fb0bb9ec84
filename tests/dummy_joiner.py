"""A joiner to copy: it joins two atoms and two of every run. The tests of the laws run on it as on others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer import Lexicon, breaker
from khsearch.khmer.text.clusters import Clusters
from khsearch.khmer.text.points import Offsets
from khsearch.khmer.words.breakers import Breaker
from tests.dummy_breaker import ClusterBreaker


class PairJoiner:
    """Joins the first atom of a run with the second, the third with the fourth."""

    def join_run(self, clusters: Sequence[bytes], counts: Sequence[int]) -> list[int]:
        """Two and two; the last may be alone."""
        assert sum(counts) == len(clusters)
        return [2] * (len(counts) // 2) + [1] * (len(counts) % 2)

    def join_all(
        self, codes: bytes, clusters: Clusters, begins: NDArray[np.bool_], numbers: Offsets | None = None
    ) -> NDArray[np.bool_]:
        """Every other atom begins a word, counted from the first of its run."""
        number = np.cumsum(begins)
        of_run = np.maximum.accumulate(np.where(clusters.leads, number, 0))
        return begins & ((number - of_run) % 2 == 0)


class JoiningBreaker:
    """Another breaker, with this joiner."""

    joiner = PairJoiner()

    def __init__(self, atoms: Breaker) -> None:
        self._atoms = atoms

    @property
    def name(self) -> str:
        """That of the other."""
        return self._atoms.name

    @property
    def version(self) -> str:
        """That of the other."""
        return self._atoms.version

    @property
    def trait(self) -> str:
        """That of the other."""
        return self._atoms.trait

    @property
    def lexicon(self) -> Lexicon | None:
        """That of the other."""
        return self._atoms.lexicon

    def resources(self) -> Mapping[str, bytes]:
        """Those of the other."""
        return self._atoms.resources()

    def break_run(self, clusters: Sequence[bytes]) -> list[int]:
        """As the other does."""
        return self._atoms.break_run(clusters)

    def break_all(self, codes: bytes, clusters: Clusters, numbers: Offsets | None = None) -> NDArray[np.bool_]:
        """As the other does."""
        return self._atoms.break_all(codes, clusters, numbers)


JOINING: list[Breaker] = [JoiningBreaker(breaker()), JoiningBreaker(breaker(ClusterBreaker.name))]
