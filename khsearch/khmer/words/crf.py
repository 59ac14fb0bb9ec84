"""crf: the breaker of khmer-nltk's conditional random field: words as that package finds them, from a table of it.

A run in normal form breaks as `khmernltk.word_tokenize` breaks it, whatever it holds: words, letters at random, marks
without a base. There is one kind of exception: where two breakings are equally likely to some thousandths of a nat,
rounding may choose the other one. That was so in no run of 1 MB of text, and in 29 of 300,000 runs of letters, marks,
clusters and words at random.

khmer-nltk itself, given a whole text, differs in what this package does before: it cleans spaces and takes U+200B for
a border of clusters, so that one inside a cluster parts it; it knows no normal form, and a spelling that is folded here
is another cluster there; it looks from run to run, over spaces, digits and letters, so that a run does not break alike
wherever it stands. `learning.crf_building` makes the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from khsearch.arrays import np
from khsearch.khmer.words.crf_scores import all_scores, run_scores
from khsearch.khmer.words.crf_table import CrfTable, default_table
from khsearch.khmer.words.two_labels import all_best_labels, best_labels
from khsearch.sharing import loading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from khsearch.khmer.text.clusters import Clusters
    from khsearch.khmer.text.points import Offsets

_LONG = 1_000  # clusters from which on arrays are quicker


class CrfBreaker:
    """Words as khmer-nltk's conditional random field finds them."""

    name = "crf"
    lexicon = None

    def __init__(self, table: CrfTable) -> None:
        self.table = table

    @property
    def version(self) -> str:
        """Version of khmer-nltk, whose model the table is."""
        return self.table.source.partition(" ")[2]

    @property
    def trait(self) -> str:
        """The line that segments keep: the package and its version."""
        return f"khmer-nltk {self.version}"

    def resources(self) -> Mapping[str, bytes]:
        """Nothing: the table comes with khsearch."""
        return {}

    def break_run(self, clusters: Sequence[bytes]) -> list[int]:
        """Break one run: its clusters, in codes -> for each word how many clusters it has, in order."""
        if len(clusters) > _LONG:
            return self._break_long(clusters)
        labels = best_labels(run_scores(self.table, clusters), self.table.transitions)
        labels[0] = True
        begins = [at for at, begins in enumerate(labels) if begins]
        return [last - first for first, last in zip(begins, [*begins[1:], len(labels)], strict=True)]

    def _break_long(self, clusters: Sequence[bytes]) -> list[int]:
        loading("khsearch.khmer.text.clusters")
        from khsearch.khmer.text.clusters import Clusters

        sizes = np.fromiter(map(len, clusters), np.int64, len(clusters))
        ends = np.cumsum(sizes)
        leads = np.arange(len(clusters)) == 0
        begins = self.break_all(b"".join(clusters), Clusters(ends - sizes, ends, leads))
        counts: list[int] = np.diff(np.flatnonzero(begins), append=len(clusters)).tolist()
        return counts

    def break_all(self, codes: bytes, clusters: Clusters, numbers: Offsets | None = None) -> NDArray[np.bool_]:
        """Break all runs of a batch: codes and their c clusters -> (c,) bool, true where a word begins.

        `numbers` are of another breaker's lexicon, since this one reads none.
        """
        begins = all_best_labels(all_scores(self.table, codes, clusters), clusters.leads, self.table.transitions)
        begins |= clusters.leads
        return begins


def make(_: Mapping[str, bytes]) -> CrfBreaker:
    """Make the breaker of the table that khsearch brings; LexiconError."""
    return CrfBreaker(default_table())
