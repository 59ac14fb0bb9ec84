"""matches: sets of documents with scores, and what queries do with them.

Everywhere docs are (n,) DOC, rising, and scores (n,) float32. Many of them are added up as float64, which is exact
enough that their order does not show. Scratch memory is a float64 for every document there is, all 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from khsearch.arrays import DOC, EMPTY, EMPTY_DOCS, EMPTY_SCORES, Array, turns

if TYPE_CHECKING:
    from collections.abc import Sequence

FAR = 12  # times longer: from there on looking up each document beats marking all of them


class Matches(NamedTuple):
    """Documents and their scores."""

    docs: Array
    scores: Array


NONE = Matches(EMPTY_DOCS, EMPTY_SCORES)


def constant(docs: Array, score: float) -> Matches:
    """Documents that all score the same."""
    return Matches(docs, np.full(len(docs), score, np.float32))


def where_in(wanted: Array, docs: Array) -> tuple[Array, Array]:
    """Which of `wanted` are in `docs`, both rising -> (their places in wanted, their places in docs)."""
    if not len(docs) or not len(wanted):
        return EMPTY, EMPTY
    at = docs.searchsorted(wanted)
    hit = docs.take(at, mode="clip") == wanted
    found = hit.nonzero()[0]
    return found, at.take(found)


def common(a: Array, b: Array, scratch: Array) -> tuple[Array, Array]:
    """Places of the documents that two rising arrays share -> (in a (n,), in b (n,)). scratch: zeros per document."""
    if len(a) > len(b):
        in_b, in_a = common(b, a, scratch)
        return in_a, in_b
    if len(a) * FAR < len(b):
        return where_in(a, b)
    scratch[a] = np.arange(1, len(a) + 1)
    marks = scratch.take(b)
    scratch[a] = 0
    in_b = marks.nonzero()[0]
    in_a = marks.take(in_b).astype(np.int64)
    in_a -= 1
    return in_a, in_b


def intersect(a: Matches, b: Matches, scratch: Array) -> Matches:
    """Documents of both, scores added."""
    in_a, in_b = common(a.docs, b.docs, scratch)
    return Matches(a.docs.take(in_a), a.scores.take(in_a) + b.scores.take(in_b))


def require(a: Matches, docs: Array, scratch: Array) -> Matches:
    """Documents of a that are among docs."""
    in_a, _ = common(a.docs, docs, scratch)
    return Matches(a.docs.take(in_a), a.scores.take(in_a))


def subtract(a: Matches, docs: Array, scratch: Array) -> Matches:
    """Documents of a that are not among docs."""
    in_a, _ = common(a.docs, docs, scratch)
    if not len(in_a):
        return a
    kept = np.ones(len(a.docs), bool)
    kept[in_a] = False
    return Matches(a.docs[kept], a.scores[kept])


def union(parts: Sequence[Matches], scratch: Array) -> Matches:
    """Documents of any part, scores added in the order of the parts."""
    parts = [part for part in parts if len(part.docs)]
    if not parts:
        return NONE
    if len(parts) == 1:
        return parts[0]
    total = sum(len(part.docs) for part in parts)
    if total * 16 < len(scratch):
        docs = np.concatenate([part.docs for part in parts])
        scores = np.concatenate([part.scores for part in parts])
        order = docs.argsort(kind="stable")
        docs = docs.take(order)
        at = turns(docs).nonzero()[0]
        sums = np.add.reduceat(scores.take(order), at, dtype=np.float64)
        return Matches(docs.take(at), sums.astype(np.float32))
    seen = np.zeros(len(scratch), bool)
    for docs, scores in parts:
        seen[docs] = True
        scratch[docs] += scores
    docs = seen.nonzero()[0].astype(DOC)
    sums = scratch.take(docs)
    scratch[docs] = 0
    return Matches(docs, sums.astype(np.float32))


def best(docs: Array, scores: Array, count: int) -> Matches:
    """The highest scores, best first, ties by document number: docs, scores (n,) in any order, docs come as int64."""
    if len(docs) > 4 * count and count > 0:
        edge = np.partition(scores, len(scores) - count)[len(scores) - count]
        above = (scores >= edge).nonzero()[0]
        if len(above) > 4 * count:
            # Many ties at the edge: all that is better, and of the ties those with the lowest numbers.
            tied = (scores == edge).nonzero()[0]
            tied = tied[np.argsort(docs.take(tied), kind="stable")[:count]]
            above = np.concatenate(((scores > edge).nonzero()[0], tied))
        docs, scores = docs.take(above), scores.take(above)
    order = np.lexsort((docs, -scores))[:count]
    return Matches(docs.take(order).astype(np.int64), scores.take(order))
