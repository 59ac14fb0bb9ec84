"""joining: the atoms of runs in, the whole words that they make out: the joiner of the lattice breaker.

At every boundary between two atoms the conditional random field (`crf_scores`) and the table of pairs (`pair_table`)
vote, with equal weight, whether a word begins there. No word begins inside an atom. Of all ways to join the atoms that
leaves, the one is taken that has the best sum of votes and of the field's transitions from cluster to cluster.

Behind an atom of several clusters all is decided anew, since the cluster before it is known to begin no word. So atoms
fall into short *groups*, each of atoms of one cluster and the atom behind them, which `two_labels` finds the best
labels of: whether a word begins with each.

    clusters   a  b  c  d  e  f      atoms (a b)(c)(d e)(f)
    groups     1  .  2  2  .  3      of atoms: ((a b)), ((c)(d e)), ((f))
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from khsearch import native
from khsearch.arrays import np
from khsearch.khmer import words as rooms
from khsearch.khmer.words.compiled import joining_of
from khsearch.khmer.words.crf_table import default_table
from khsearch.khmer.words.pair_table import default_pairs, keys_of
from khsearch.sharing import cached_property

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from khsearch.khmer.text.clusters import Clusters
    from khsearch.khmer.text.points import Offsets
    from khsearch.khmer.words.lexicon import Lexicon
    from khsearch.native import Joining

_EIGHTH = 128  # eighths of a nat, in which pairs vote, in those of 1/1024, in which the field does
_SURE = 1 << 24  # beyond any sum of votes


class AtomJoiner:
    """Joins the atoms that a lexicon knows."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._field, self._pairs = default_table(), default_pairs()
        # The vote is the mean of two; twice everything, it is their sum.
        (a, b), (c, d) = self._field.transitions
        self._transitions = ((2 * a, 2 * b), (2 * c, 2 * d))
        self._behind_none = 2 * (b - a)  # a word begins behind a cluster that begins none, less none does
        self._before_none = 2 * (c - a)  # the same of a cluster, when the next one begins none

    @property
    def compiled(self) -> Joining | None:
        """What joins atoms as it does, in the compiled core, where there is one."""
        return None if native.core is None else joining_of(self._field, self._pairs)

    def join_run(self, clusters: Sequence[bytes], counts: Sequence[int]) -> list[int]:
        """Join one run: its clusters, in codes, and how many of them each atom has -> how many atoms each word has."""
        if len(counts) == 1:
            return [1]
        field = rooms.crf_scores.run_scores(self._field, clusters)
        votes = self._pairs.run_votes(clusters, counts)
        begins: list[bool] = []
        group: list[int] = []
        at = 0
        for count, vote in zip(counts, [0, *votes], strict=True):
            score = field[at] + _EIGHTH * vote if at else _SURE
            if at and not group:
                score += self._behind_none
            at += count
            if count == 1:
                group.append(score)
                continue
            group.append(score + self._before_none)
            begins += rooms.two_labels.best_labels(group, self._transitions) if len(group) > 1 else [group[0] >= 0]
            group = []
        if group:
            begins += rooms.two_labels.best_labels(group, self._transitions)
        firsts = [number for number, is_first in enumerate(begins) if is_first]
        return [end - first for first, end in pairwise([*firsts, len(counts)])]

    def join_all(
        self, codes: bytes, clusters: Clusters, begins: NDArray[np.bool_], numbers: Offsets | None = None
    ) -> NDArray[np.bool_]:
        """Join all runs of a batch: codes, their c clusters, (c,) true where an atom begins -> (c,), where a word does.

        `numbers`, of the clusters in the breaker's lexicon, are given where they are known already.
        """
        if not len(begins):
            return begins
        if numbers is None:
            numbers = self._lexicon.trie.numbering.number_all(codes, clusters)
        firsts = np.flatnonzero(begins)
        leads = clusters.leads.take(firsts)
        several = np.diff(firsts, append=len(begins)) > 1
        in_field, keys = self._known(codes, clusters, numbers)
        scores = rooms.crf_scores.all_scores(self._field, codes, clusters, in_field).take(firsts)
        scores += _EIGHTH * self._pairs.all_votes(keys, firsts, leads)
        starts = leads.copy()
        starts[1:] |= several[:-1]
        scores += np.int32(self._behind_none) * starts
        scores += np.int32(self._before_none) * several
        scores += np.int32(_SURE) * leads
        words = scores >= 0
        shared = np.flatnonzero(~(starts & np.append(starts[1:], True)))  # atoms in groups of more than one
        words[shared] = rooms.two_labels.all_best_labels(scores.take(shared), starts.take(shared), self._transitions)
        whole = np.zeros(len(begins), np.bool_)
        whole[firsts.take(np.flatnonzero(words))] = True
        return whole

    def _known(self, codes: bytes, clusters: Clusters, numbers: Offsets) -> tuple[Offsets, NDArray[np.uint32]]:
        """Numbers of clusters in the table of the field, and their keys for that of pairs: (c,), as in the lexicon."""
        in_field, keys = self._field_numbers.take(numbers), self._lexicon_keys.take(numbers)
        others = np.flatnonzero(numbers == 0)
        if len(others):
            starts, ends = clusters.starts.take(others), clusters.ends.take(others)
            some = type(clusters)(starts, ends, clusters.leads.take(others))
            in_field[others], keys[others] = self._field.numbering.number_all(codes, some), _keys(codes, starts, ends)
        return in_field, keys

    @cached_property
    def _field_numbers(self) -> Offsets:
        number = self._field.numbers.get
        return np.array([0, *(number(cluster, 0) for cluster in self._lexicon.trie.numbers)], np.int64)

    @cached_property
    def _lexicon_keys(self) -> NDArray[np.uint32]:
        ends = np.cumsum(np.frombuffer(self._lexicon.trie.lengths, np.uint8), dtype=np.int64)
        return np.append(np.uint32(0), _keys(self._lexicon.trie.clusters, np.append(0, ends[:-1]), ends))


def _keys(codes: bytes, starts: Offsets, ends: Offsets) -> NDArray[np.uint32]:
    """Keys of clusters that lie in some codes."""
    from khsearch.arrays import spans

    return keys_of(spans.load_part(spans.eights(codes), starts, ends - starts))
