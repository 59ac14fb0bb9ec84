"""modes: how fine words are: atoms, which an index keeps, or the whole words that people read.

Atoms are what a breaker finds. A breaker may have a *joiner*, which tells which atoms that stand side by side in a run
make one word; a breaker without one finds words that are whole already, and both modes give these.

    atoms   \u1796\u17b7\u1780\u17b6\u179a | \u1797\u17b6\u1796      disabled, -ity
    word    \u1796\u17b7\u1780\u17b6\u179a\u1797\u17b6\u1796         disability

A word is a union of atoms: where one begins, an atom begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from khsearch.khmer.text.clusters import Clusters
    from khsearch.khmer.text.points import Offsets
    from khsearch.khmer.words.breakers import Breaker

MODES = ("word", "atom")
"""Names of the modes, that of people first."""


class Joiner(Protocol):
    """Joins the atoms of a breaker to whole words."""

    def join_run(self, clusters: Sequence[bytes], counts: Sequence[int]) -> list[int]:
        """Join one run: its clusters, in codes, and how many of them each atom has -> how many atoms each word has."""

    def join_all(
        self, codes: bytes, clusters: Clusters, begins: NDArray[np.bool_], numbers: Offsets | None = None
    ) -> NDArray[np.bool_]:
        """Join all runs of a batch: codes, their c clusters, (c,) true where an atom begins -> (c,), where a word does.

        `numbers`, of the clusters in the breaker's lexicon, are given where they are known already.
        """


def joiner_of(breaker: Breaker) -> Joiner | None:
    """Return the joiner of a breaker: what it has as `joiner`, if anything."""
    return cast("Joiner | None", getattr(breaker, "joiner", None))
