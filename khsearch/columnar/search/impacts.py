"""impacts: what a term scores in which documents, kept in the form that their number asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from khsearch.arrays import DOC, EMPTY_DOCS, Array, narrow
from khsearch.columnar.search import bm25
from khsearch.columnar.search.cache import Entry
from khsearch.columnar.search.matches import FAR, Matches, union
from khsearch.engine import boosts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.engine import FieldScale

SAFETY = 1 - 1e-5  # scores are float32, and bounds are sums of them
FAINT = 1e30  # norms from which on a score is so small that it may be rounded to 0
LONG = 8  # a term that more than one of so many documents have takes less memory as a table


class TermPostings(NamedTuple):
    """The live postings of a term in one field, and what BM25 scores them by.

    docs    (p,) DOC, rising
    tf      (p,) how often the term is in each
    norms   bm25.norms of every document there is, (docs,) float32
    factor  what scores are multiplied by
    scale   of the field
    """

    docs: Array
    tf: Array
    norms: Array
    factor: float
    scale: FieldScale

    def scores(self) -> Array:
        """The score of each posting -> (p,) float32."""
        return self.scores_of(self.tf, self.docs)

    def scores_of(self, tf: Array, docs: Array | None) -> Array:
        """Scores of documents (n,), None: all there are, that have the term so often (n,) -> (n,) float32."""
        norms = self.norms if docs is None else self.norms.take(docs)
        return bm25.scores(tf, norms, self.factor, self.scale.k1)


class Impacts(Entry):
    """The documents that have a term, or match whatever else, and their scores.

    count     how many
    most      what no score is above
    positive  whether all scores are above 0
    """

    __slots__ = ("count", "most", "positive")

    count: int
    most: float
    positive: bool

    def matches(self) -> Matches:
        """Documents and scores."""
        raise NotImplementedError

    def docs(self) -> Array:
        """The documents alone -> (count,) DOC, rising."""
        raise NotImplementedError

    def holds(self, docs: Array, scratch: Array) -> Array:
        """Whether documents, rising (n,), are among them -> (n,) bool. scratch: as in `matches`."""
        raise NotImplementedError

    def reaching(self, edge: float) -> Matches:
        """Those documents that score `edge` or more, which is above 0."""
        raise NotImplementedError

    def at(self, docs: Array, scratch: Array) -> Array:
        """Scores of documents, rising (n,) -> (n,) float32, 0 where they do not match. scratch: as in `matches`."""
        raise NotImplementedError

    def add_to(self, sums: Array, boost: float) -> None:
        """Add the scores, multiplied, to a sum for every document there is."""
        raise NotImplementedError


class SparseImpacts(Impacts):
    """Kept as documents and scores."""

    __slots__ = ("_docs", "_scores")

    def __init__(self, found: Matches) -> None:
        super().__init__(found.docs.nbytes + found.scores.nbytes)
        self._docs, self._scores = found
        self.count = len(found.docs)
        self.most = float(found.scores.max()) if self.count else 0.0
        self.positive = not self.count or float(found.scores.min()) > 0

    def matches(self) -> Matches:
        """Documents and scores."""
        return Matches(self._docs, self._scores)

    def docs(self) -> Array:
        """The documents alone."""
        return self._docs

    def holds(self, docs: Array, scratch: Array) -> Array:
        """Whether documents, rising, are among them."""
        own = self._docs
        if not self.count:
            return np.zeros(len(docs), np.bool_)
        if self._is_looked_up(docs):
            looked_up: Array = own.take(own.searchsorted(docs), mode="clip") == docs
            return looked_up
        scratch[own] = 1
        found: Array = scratch.take(docs) > 0
        scratch[own] = 0
        return found

    def reaching(self, edge: float) -> Matches:
        """Those documents that score `edge` or more."""
        docs, scores = self._docs, self._scores
        hits = (scores >= np.float32(edge)).nonzero()[0]
        return Matches(docs.take(hits), scores.take(hits))

    def at(self, docs: Array, scratch: Array) -> Array:
        """Scores of documents, rising; 0 where they do not match."""
        own, scores = self._docs, self._scores
        if not self.count:
            return np.zeros(len(docs), np.float32)
        if self._is_looked_up(docs):
            place = own.searchsorted(docs)
            found: Array = scores.take(place, mode="clip")
            found *= own.take(place, mode="clip") == docs
            return found
        scratch[own] = scores
        found = scratch.take(docs).astype(np.float32)
        scratch[own] = 0
        return found

    def _is_looked_up(self, docs: Array) -> bool:
        """Whether looking up each of some documents beats marking all of its own."""
        return len(docs) * FAR < self.count or len(docs) < FAR

    def add_to(self, sums: Array, boost: float) -> None:
        """Add the scores, multiplied, to a sum for every document there is."""
        docs, scores = self._docs, self._scores
        sums[docs] += scores if boost == 1 else scores * np.float32(boost)


class DenseImpacts(Impacts):
    """Kept as tables by field: how often the term is in every document there is. Scores are worked out when asked."""

    __slots__ = ("_layers", "_least_norm", "_mosts")

    def __init__(self, parts: Sequence[TermPostings], every: int) -> None:
        """`every` is how many documents there are, deleted ones included."""
        self._layers = [part._replace(docs=EMPTY_DOCS, tf=_table(part, every)) for part in parts]
        super().__init__(sum(layer.tf.nbytes for layer in self._layers))
        self.positive = True
        self.count = len(parts[0].docs) if len(parts) == 1 else len(self.docs())
        self._mosts = [float(part.scores().max()) for part in parts]
        # More than any document has, where those that score most in one field are not those that do in the other.
        self.most = sum(self._mosts)
        self._least_norm = float(parts[0].norms.min())

    def matches(self) -> Matches:
        """Documents and scores."""
        docs = self.docs()
        return Matches(docs, self._at(docs))

    def docs(self) -> Array:
        """The documents alone."""
        has = self._layers[0].tf > 0
        for layer in self._layers[1:]:
            has |= layer.tf > 0
        return has.nonzero()[0].astype(DOC)

    def holds(self, docs: Array, scratch: Array) -> Array:
        """Whether documents are among them."""
        has: Array = self._layers[0].tf.take(docs) > 0
        for layer in self._layers[1:]:
            has |= layer.tf.take(docs) > 0
        return has

    def reaching(self, edge: float) -> Matches:
        """Those documents that score `edge` or more, which is above 0."""
        first = self._layers[0]
        # How much of what the first field gives at most has to be there, and how often the term has to be for that.
        share = (edge - sum(self._mosts[1:])) / (first.factor * (first.scale.k1 + 1)) * SAFETY
        often = share * self._least_norm / (1 - share) if share < 1 else np.inf
        docs = (first.tf >= often).nonzero()[0] if often > 1 else self.docs()
        scores = self._at(docs)
        hits = (scores >= np.float32(edge)).nonzero()[0]
        return Matches(docs.take(hits).astype(DOC), scores.take(hits))

    def at(self, docs: Array, scratch: Array) -> Array:
        """Scores of documents; 0 where they do not match."""
        return self._at(docs)

    def add_to(self, sums: Array, boost: float) -> None:
        """Add the scores, multiplied, to a sum for every document there is."""
        first, *others = self._layers
        scores = first.scores_of(first.tf, None)
        for layer in others:  # as `_at` adds them, so that rounding is the same
            scores += layer.scores_of(layer.tf, None)
        sums += scores if boost == 1 else scores * np.float32(boost)

    def _at(self, docs: Array) -> Array:
        first, *others = self._layers
        scores = first.scores_of(first.tf.take(docs), docs)
        for layer in others:
            scores += layer.scores_of(layer.tf.take(docs), docs)
        return scores


def impacts_of(parts: Sequence[TermPostings], every: int, scratch: Array) -> Impacts:
    """A term's scores, those of several fields added. `every` is how many documents there are, deleted ones included.

    A table has a score of 0 for what does not match: it is no form for terms that may score 0 where they do.
    """
    present = [part for part in parts if len(part.docs)]
    if present and max(len(part.docs) for part in present) * LONG > every and all(map(_is_above_0, present)):
        return DenseImpacts(present, every)
    return SparseImpacts(union([Matches(part.docs, part.scores()) for part in present], scratch))


def _is_above_0(part: TermPostings) -> bool:
    if part.factor <= 0 or part.scale.k1 <= 0 or part.scale.b >= 1:
        return False
    if boosts_of(part.scale) == (1.0, ""):
        return True
    return float(part.norms.min()) > 0 and float(part.norms.max()) < FAINT


def _table(part: TermPostings, every: int) -> Array:
    tf = narrow(part.tf)
    table = np.zeros(every, tf.dtype)
    table[part.docs] = tf
    return table
