"""by_lexicon: the lattice breaker: words as the cheapest path over a lexicon has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from khsearch import native
from khsearch.khmer.words.lattice import best_path
from khsearch.khmer.words.lexicon import Lexicon, default_lexicon, parse, with_own
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from khsearch.khmer.text.clusters import Clusters
    from khsearch.khmer.text.points import Offsets
    from khsearch.khmer.words.modes import Joiner
    from khsearch.native import Breaking

_LEXICON, _OWN_WORDS = "lexicon", "own_words"
_FOR_BATCHES = tuple(f"khsearch.khmer.words.{room}" for room in ("side_by_side", "windows", "paths"))


class LatticeBreaker:
    """Words as the cheapest path over a lexicon has them."""

    name = "lattice"

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._dividing = lexicon.own if lexicon.own is not None and lexicon.own.divides else None

    @property
    def trait(self) -> str:
        """Nothing, since its resources say it all, but that some of its words are divided: once they never were."""
        return "" if self._dividing is None else "breaker lattice-divided 1"

    @property
    def compiled(self) -> Breaking | None:
        """What breaks texts as it does, in the compiled core, where there is one."""
        return None if native.core is None else self.lexicon.compiled

    @cached_property
    def joiner(self) -> Joiner:
        """What makes whole words of its atoms."""
        loading("khsearch.khmer.words.joining")
        from khsearch.khmer.words.joining import AtomJoiner

        joiner = AtomJoiner(self.lexicon)
        if self.lexicon.own is None:
            return joiner
        loading("khsearch.khmer.words.own_joining")
        from khsearch.khmer.words.own_joining import OwnJoiner

        return OwnJoiner(joiner, self.lexicon.own)

    @property
    def version(self) -> str:
        """Fingerprint of the lexicon."""
        return self.lexicon.fingerprint

    def resources(self) -> Mapping[str, bytes]:
        """Its lexicon, as the content of a lexicon file, and the own words that were added to it, if any."""
        own = self.lexicon.own
        return {_LEXICON: self.lexicon.data} | ({} if own is None else {_OWN_WORDS: own.data})

    def break_run(self, clusters: Sequence[bytes]) -> list[int]:
        """Break one run: its clusters, in codes -> for each word how many clusters it has, in order."""
        number = self.lexicon.trie.numbers.get
        numbers = [number(cluster, 0) for cluster in clusters]
        counts = best_path(numbers, self.lexicon.trie, self.lexicon.unknown)
        return counts if self._dividing is None else self._dividing.divide(numbers, counts)

    def break_all(self, codes: bytes, clusters: Clusters, numbers: Offsets | None = None) -> NDArray[np.bool_]:
        """Break all runs of a batch: codes and their c clusters -> (c,) bool, true where a word begins."""
        for room in _FOR_BATCHES:
            loading(room)
        from khsearch.khmer.words.paths import best_paths

        if numbers is None:
            numbers = self.lexicon.trie.numbering.number_all(codes, clusters)
        begins = best_paths(numbers, clusters.leads, self.lexicon.trie, self.lexicon.unknown)
        return begins if self._dividing is None else self._dividing.divide_all(numbers, begins)


def make(resources: Mapping[str, bytes]) -> LatticeBreaker:
    """Make the breaker of a lexicon that an index kept, or of the one that khsearch brings; LexiconError."""
    data, own = resources.get(_LEXICON), resources.get(_OWN_WORDS)
    lexicon = default_lexicon() if data is None else parse(data, "the lexicon that was kept")
    return LatticeBreaker(lexicon if own is None else with_own(lexicon, own, "the own words that were kept"))
