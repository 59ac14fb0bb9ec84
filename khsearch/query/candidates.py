"""candidates: what words may have been meant for: the terms of a commit, and its pairs of neighbouring terms.

Many a word that people type is two terms side by side, so a pair of Khmer terms is a candidate as one spelling. The
likeliest candidate is that with the greatest sum of

    ln(df + 1/2)      of the candidate: documents that have it (as `View.vocabulary` and `View.pairs` count them)
    - COMPOUND        where it is a pair, which has a term of the same spelling less often than a term has
    - excess          of what was typed over it, in nats (`khmer.spelling.costs`)

COMPOUND and the weight 1 of the first were chosen on misspellings that the costs were not learned from.

Candidates are Khmer from end to end, or, of terms, letters of other scripts; and not so long that nobody means them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import Array, Interner, spans, starts_of
from khsearch.engine import PAIR, TermList, View
from khsearch.frozen import frozen
from khsearch.khmer import Nearby, default_costs, script, strokes
from khsearch.khmer import clusters as khmer_clusters
from khsearch.schema import TEXT, TITLE

COMPOUND = 2.65
"""What a pair has to be likelier than a term, in nats."""

_MOST_PAIRS = 250_000
"""Pairs that are kept of a large index, the most frequent."""

_NEAREST, _PER_STROKE, _FARTHEST = 4.0, 2.2, 24.0
"""The excess of what is near: up to the first and so much more a stroke, and never more than the last."""

_ONE_SLIP, _LETTERS = 8.0, 4
"""The same in other scripts, and of how many letters a word must be."""

_LONGEST_CLUSTER = 8  # codes: a longer one is hardly text
_ORDINARY = re.compile(rb"[\x80-\xb3][\x80-\xd3\xdd]*|(?:[a-z]|\x01[\x00-\x7f]{3})+")
_OVERLONG = re.compile(rb"[\x80-\xb3]%b{%d}" % (script.MARK_PATTERN, _LONGEST_CLUSTER))
_LONGEST_TERM = 64  # codes, four for a letter outside ASCII: what is longer is hardly a word

_KEPT = 8  # candidates of one stretch
_REMEMBERED = 2048  # stretches whose candidates are remembered


@frozen
class Candidate:
    """A spelling that may have been meant.

    spelling  in code form
    excess    of what was typed over it, in nats; 0 where it is what was typed
    score     ln of how likely it was meant, up to what is the same for all
    """

    spelling: bytes
    excess: float
    score: float


class Candidates:
    """Those of one commit, immutable; safe for threads."""

    def __init__(self, terms: Iterable[TermList], pairs: Iterable[TermList]) -> None:
        self._codes, self._starts, priors = _priors(terms, pairs)
        self._nearby = Nearby(self._codes, self._starts, priors, default_costs())
        self._known: dict[bytes, list[Candidate]] = {}

    def size(self) -> int:
        """Bytes that it comes to take."""
        return self._codes.nbytes + self._starts.nbytes + self._nearby.size() + _REMEMBERED * _KEPT * 200

    def of(self, typed: bytes) -> list[Candidate]:
        """Candidates near a stretch typed, in code form, likeliest first; itself among them if it is one."""
        found = self._known.get(typed)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[typed] = self._near(typed)
        return found

    def _near(self, typed: bytes) -> list[Candidate]:
        row = strokes(typed)
        farthest = min(_NEAREST + _PER_STROKE * len(row), _FARTHEST)
        if typed[:1] < script.BASES.start.to_bytes():  # of a short word of another script, one slip makes another word
            farthest = _ONE_SLIP if len(row) >= _LETTERS else 0.0
        starts = self._starts
        return [
            Candidate(self._codes[starts[near.number] : starts[near.number + 1]].tobytes(), near.excess, near.score)
            for near in self._nearby.likeliest(typed, _KEPT, farthest)
        ]


def candidates(view: View, own: tuple[str, ...] = ()) -> Candidates:
    """Those of a commit, of its text, title and some own fields, found when first asked for."""
    return view.memo("candidates", own, lambda: _of(view, (TEXT, TITLE, *own)), Candidates.size, lasting=True)


def _of(view: View, fields: Sequence[str]) -> Candidates:
    return Candidates(chain.from_iterable(map(view.vocabulary, fields)), chain.from_iterable(map(view.pairs, fields)))


def _priors(terms: Iterable[TermList], pairs: Iterable[TermList]) -> tuple[Array, Array, NDArray[np.float32]]:
    """Candidates in order -> codes, starts (t + 1,), the prior of each (t,)."""
    interner = Interner()
    dfs = _counted(interner, (_kept(source, _are_ordinary(source.codes, source.starts)) for source in terms))
    words = interner.count
    both = _counted(interner, map(_joined, pairs))
    together = np.append(dfs, both[words:])  # the pair that spells a term stands where its own counts
    priors = np.log(together + 0.5)
    priors[words:] -= COMPOUND
    codes, starts, ends = interner.terms()
    chosen = np.arange(len(priors))
    if len(priors) - words > _MOST_PAIRS:
        frequent = np.argsort(-together[words:], kind="stable")[:_MOST_PAIRS] + words
        chosen = np.append(chosen[:words], frequent)
    order, _ = spans.order(codes, starts[chosen], ends[chosen])
    chosen = chosen[order]
    return *spans.gather(codes, starts[chosen], ends[chosen]), priors[chosen].astype(np.float32)


def _counted(interner: Interner, sources: Iterable[TermList]) -> NDArray[np.int64]:
    """Number the terms of some sources -> documents of each of all that are numbered (t,)."""
    dfs = np.zeros(interner.count, np.int64)
    for codes, starts, having in sources:
        numbers = interner.intern(codes, starts[:-1], starts[1:])
        added = np.bincount(numbers, having, interner.count).astype(np.int64)
        added[: len(dfs)] += dfs
        dfs = added
    return dfs


def _kept(source: TermList, which: NDArray[np.bool_]) -> TermList:
    codes, starts = spans.gather(source.codes, source.starts[:-1][which], source.starts[1:][which])
    return TermList(codes, starts, source.dfs[which])


def _joined(pairs: TermList) -> TermList:
    """Pairs of Khmer terms as one spelling."""
    kept = pairs.codes != PAIR[0]
    joined = TermList(pairs.codes[kept], starts_of(kept).take(pairs.starts), pairs.dfs)
    first = np.append(joined.codes, np.uint8(0)).take(joined.starts[:-1])
    return _kept(joined, _are_ordinary(joined.codes, joined.starts) & (first >= script.BASES.start))


def _is_ordinary(term: bytes) -> bool:
    """Whether a term is Khmer clusters, none of them overlong, or letters of other scripts, and not too long itself."""
    return len(term) <= _LONGEST_TERM and _ORDINARY.fullmatch(term) is not None and not _OVERLONG.search(term)


def _are_ordinary(codes: Array, starts: Array) -> NDArray[np.bool_]:
    """The same of many terms at once: codes, starts (t + 1,) -> (t,)."""
    text = codes.tobytes()
    kinds = khmer_clusters.classes(text)
    sizes = np.diff(starts)
    khmer, letters = (
        np.diff(starts_of(of_kind).take(starts)) == sizes
        for of_kind in ((kinds == script.BASE) | (kinds == script.MARK), kinds == script.ALPHA)
    )
    first = np.append(kinds, np.uint8(script.MARK)).take(starts[:-1])
    found: NDArray[np.bool_] = (sizes > 0) & (sizes <= _LONGEST_TERM) & ((khmer & (first == script.BASE)) | letters)
    heads = kinds == script.BASE
    heads[1:] &= codes[:-1] != script.COENG
    heads[starts[:-1][sizes > 0]] = True
    clusters = np.flatnonzero(heads)
    overlong = clusters[np.diff(clusters, append=len(codes)) > _LONGEST_CLUSTER]
    # A letter outside ASCII and Khmer is four bytes, and what the last three look like says nothing.
    doubtful = np.concatenate([overlong, np.flatnonzero(codes == script.LETTER)])
    for number in np.unique(np.searchsorted(starts, doubtful, "right") - 1).tolist():
        found[number] = _is_ordinary(text[starts[number] : starts[number + 1]])
    return found
