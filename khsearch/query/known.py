"""known: the spellings that parts of an index have: their terms, and their pairs of neighbouring terms as one spelling.

Each has a prior, ln of how likely it is meant, up to what is the same for all: the greater of

    ln(df + 1/2)             df: documents that have it as a term
    ln(df + 1/2) - COMPOUND  df: documents that have it as a pair

Parts are taken in turn. What is known of the first ones stays as it is when others follow: those have the spellings
that stand in them, with the documents of all parts so far, so a spelling's greatest prior is the true one. A commit
that adds a small part to an index makes a small table.

Spellings are Khmer from end to end, or, of terms, letters of other scripts; and not so long that nobody means them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import Array, Interner, Lookup, spans, starts_of
from khsearch.engine import PAIR, Part, TermList
from khsearch.khmer import Nearby, default_costs, script
from khsearch.khmer import clusters as khmer_clusters

COMPOUND = 2.65
"""What a pair has to be likelier than a term, in nats."""

_MOST_PAIRS = 250_000
"""Pairs that are kept of large parts, the most frequent."""

_LONGEST_CLUSTER = 8  # codes: a longer one is hardly text
_ORDINARY = re.compile(rb"[\x80-\xb3][\x80-\xd3\xdd]*|(?:[a-z]|\x01[\x00-\x7f]{3})+")
_OVERLONG = re.compile(rb"[\x80-\xb3]%b{%d}" % (script.MARK_PATTERN, _LONGEST_CLUSTER))
_LONGEST_TERM = 64  # codes, four for a letter outside ASCII: what is longer is hardly a word


class Known:
    """The spellings of some parts, immutable; for any number of threads.

    codes, starts  the spellings in order: uint8, (t + 1,)
    dfs            documents of each, of these parts and those before, as a term and as a pair: (2, t) int64
    nearby         the same, to be asked what was meant by what was typed
    """

    def __init__(self, parts: Sequence[Part], fields: Sequence[str], before: Sequence[Known]) -> None:
        """Of fields of parts; `before` has those of the parts that come first, in turn."""
        interner = Interner()
        words = [
            _kept(found, _are_ordinary(found.codes, found.starts)) for part in parts for found in part.terms(fields)
        ]
        as_terms = _counted(interner, words)
        as_pairs = _counted(interner, (_joined(found) for part in parts for found in part.pairs(fields)))
        dfs = np.zeros((2, interner.count), np.int64)
        dfs[0, : len(as_terms)], dfs[1] = as_terms, as_pairs
        codes, starts, ends = interner.terms()
        order, _ = spans.order(codes, starts, ends)
        order = order[_frequent(dfs.take(order, axis=1))]
        self.codes, self.starts = spans.gather(codes, starts.take(order), ends.take(order))
        self._lookup = Lookup(self.codes, self.starts)
        self.dfs = dfs.take(order, axis=1)
        rest = np.arange(len(order))
        for other in reversed(before):  # the last that has it counts those before it, too
            rest = rest[other.add_to(self, rest)]
        self.nearby = Nearby(self.codes, self.starts, _priors(self.dfs), default_costs())

    def size(self) -> int:
        """Bytes that it takes."""
        arrays = (self.codes, self.starts, self.dfs)
        return sum(array.nbytes for array in arrays) + self._lookup.size() + self.nearby.size()

    def spelling(self, number: int) -> bytes:
        """A spelling by its number."""
        return self.codes[self.starts[number] : self.starts[number + 1]].tobytes()

    def documents(self, number: int) -> tuple[int, int]:
        """The documents of a spelling, as a term and as a pair, deleted ones included."""
        return int(self.dfs[0, number]), int(self.dfs[1, number])

    def add_to(self, other: Known, numbers: Array) -> NDArray[np.bool_]:
        """Add the documents of spellings of another one, given by their numbers (n,) -> which are not here (n,)."""
        found = self._lookup.find(other.codes, other.starts.take(numbers), other.starts.take(numbers + 1))
        has = found >= 0
        other.dfs[:, numbers[has]] += self.dfs[:, found[has]]
        return ~has


def prior_of(as_term: int, as_pair: int) -> float | None:
    """The prior of a spelling by its documents; None where it has none."""
    each = [math.log(df + 0.5) - off for df, off in ((as_term, 0.0), (as_pair, COMPOUND)) if df]
    return max(each, default=None)


def _priors(dfs: Array) -> NDArray[np.float32]:
    """The prior of each spelling: (2, t) -> (t,)."""
    with np.errstate(divide="ignore"):
        each = np.log(dfs + 0.5) + np.where(dfs > 0, 0.0, -np.inf)
    found: NDArray[np.float32] = np.maximum(each[0], each[1] - COMPOUND).astype(np.float32)
    return found


def _frequent(dfs: Array) -> Array:
    """Which of some spellings, (2, t), are kept: all terms, and so many of the others -> (k,), rising."""
    pairs = np.flatnonzero(dfs[0] == 0)
    if len(pairs) <= _MOST_PAIRS:
        return np.arange(dfs.shape[1])
    rare = pairs[np.argsort(-dfs[1].take(pairs), kind="stable")[_MOST_PAIRS:]]
    return np.delete(np.arange(dfs.shape[1]), rare)


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
