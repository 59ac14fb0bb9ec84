"""top: the best few documents of a query, skipping what cannot be among them. Falls back on evaluating everything.

After MaxScore (Turtle and Flood, "Query evaluation: strategies and optimizations", 1995): the most that a part of a
query can add to a score is known beforehand, and some documents' whole scores soon are. What a document could still
reach beside the worst of those decides whether it is looked at any further.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from khsearch.arrays import DOC, EMPTY_DOCS, Array, distinct, turns
from khsearch.columnar.search.impacts import LONG, SAFETY
from khsearch.columnar.search.index_terms import TOP
from khsearch.columnar.search.matches import Matches, best, constant
from khsearch.columnar.search.membership import mask_of
from khsearch.engine import EQUAL, nodes

if TYPE_CHECKING:
    from khsearch.columnar.search.execution import Evaluator
    from khsearch.columnar.search.impacts import Impacts

SMALL = 1 << 12  # postings a part up to which adding all up is quicker than thinking
DEEPER = 8  # times more documents, where those asked for were too few
FEW = 12  # only one of more than so many documents may be found: then all of these are scored
SEEDED = 4  # parts whose best documents are tried first


class TopDocs(NamedTuple):
    """docnums (n,) int64 and scores (n,) float32, best first; total matches, None where nobody asked.

    Where groups were asked for, sizes (n,) int64, how many documents each one's has, and how many groups there are.
    """

    docnums: Array
    scores: Array
    total: int | None
    sizes: Array | None = None
    groups: int | None = None


@dataclass(slots=True)
class _Part:
    """What one part of a query adds to scores: its postings, its factor, and the most it can add."""

    node: nodes.Node
    entry: Impacts
    boost: float
    most: float

    def at(self, docs: Array, scratch: Array) -> Array:
        scores = self.entry.at(docs, scratch)
        return scores if self.boost == 1 else scores * np.float32(self.boost)


@dataclass(slots=True)
class _Shape:
    """A query as parts that all must match, or if there are none, of which any must; and parts that only add.

    allowed: whether each document there is may be found, None: all of them
    """

    must: list[_Part] = field(default_factory=list)
    may: list[_Part] = field(default_factory=list)
    allowed: Array | None = None


class Behind(NamedTuple):
    """Only what stands behind a score and a document's number is asked for."""

    score: np.float32
    doc: int

    def best(self, docs: Array, scores: Array, count: int) -> Matches:
        """As `matches.best`, of these."""
        kept = ((scores < self.score) | ((scores == self.score) & (docs > self.doc))).nonzero()[0]
        return best(docs.take(kept), scores.take(kept), count)


def top_docs(
    evaluator: Evaluator, node: nodes.Node, count: int, *, total: bool, behind: Behind | None = None
) -> TopDocs:
    """The best `count` documents of a node, ties by document number, and the exact total if asked for.

    A document's score is the same whatever is asked, so that what is behind it is what did not come before it.
    """
    if isinstance(node, nodes.Term | nodes.AnyField) and 0 < count <= TOP and node.boost > 0 and behind is None:
        docs, scores = evaluator.top(node)
        scores = scores * np.float32(node.boost)
        # Scores that differed may be equal now: of the last ones, others may have lower numbers.
        if node.boost == 1 or len(docs) < TOP or scores[-1] < scores[count - 1]:
            return TopDocs(*best(docs, scores, count), evaluator.part(node)[0].count if total else None)
    if isinstance(node, nodes.Pattern) and not total and behind is None:
        docs, scores = evaluator.first(node, count)  # they all score alike, so the first are the best
        return TopDocs(docs[:count].astype(np.int64), scores[:count], None)
    if isinstance(node, nodes.AndMaybe) and isinstance(node.must, nodes.Constant) and node.must.score == 0:
        return _top_of_set(evaluator, node.must, node.should, count, behind, total=total)
    shape = _shape(evaluator, node) if count > 0 else None
    if shape is None:
        found = evaluator.matches(node)
        return TopDocs(*_best(*found, count, behind), len(found.docs) if total else None)
    return TopDocs(*_top(evaluator, shape, count, behind), len(evaluator.docs(node)) if total else None)


def _best(docs: Array, scores: Array, count: int, behind: Behind | None) -> Matches:
    return best(docs, scores, count) if behind is None else behind.best(docs, scores, count)


def leading_docs(evaluator: Evaluator, node: nodes.Node, share: float) -> Matches:
    """All documents of a node that score at least a share of what its best one does, by number."""
    count = TOP
    while True:
        docs, scores, *_ = top_docs(evaluator, node, count, total=False)
        edge = share * max(float(scores[0]), 0.0) * EQUAL if len(scores) else 0.0
        if len(docs) < count or scores[-1] < edge:
            break
        count *= DEEPER
    kept = (scores >= edge).nonzero()[0]
    kept = kept[np.argsort(docs.take(kept))]
    return Matches(docs.take(kept).astype(DOC), scores.take(kept))


def _top_of_set(
    evaluator: Evaluator, wanted: nodes.Node, by: nodes.Node, count: int, behind: Behind | None, *, total: bool
) -> TopDocs:
    """The best documents of one node by the scores of another, which may be none."""
    docs = evaluator.docs(wanted)
    every = len(docs) if total else None
    shape = _shape(evaluator, by) if count > 0 else None
    if shape is None:
        found = constant(docs, 0.0)
        ranked = evaluator.matches(nodes.AndMaybe(nodes.Constant(nodes.Foreign(lambda _: found), 0.0), by))
        return TopDocs(*_best(*ranked, count, behind), every)
    if shape.allowed is None and len(docs) > SMALL and behind is None:
        allowed = np.zeros(evaluator.commit.doc_count_all, np.bool_)
        allowed[docs] = True
        top = _top(evaluator, replace(shape, allowed=allowed), count)
        if len(top[0]) == count:
            return TopDocs(*top, every)
    sums, has = _sums(evaluator, shape, docs)
    if shape.allowed is not None:
        has &= shape.allowed.take(docs)
    return TopDocs(*_best(docs, (sums * has).astype(np.float32), count, behind), every)


def _shape(evaluator: Evaluator, node: nodes.Node) -> _Shape | None:
    """A node as parts; None where it has another shape, or a part of it may score nothing."""
    if isinstance(node, nodes.Require | nodes.AndNot):
        shape = None if isinstance(node, nodes.AndNot) and node.bonus else _shape(evaluator, node.child)
        if shape is not None:
            _allow(evaluator, shape, node)
        return shape
    must: tuple[nodes.Node, ...] = ()
    may: tuple[nodes.Node, ...] = ()
    if isinstance(node, nodes.And):
        must = node.children
    elif isinstance(node, nodes.Or):
        may = node.children
    elif isinstance(node, nodes.AndMaybe):
        must = node.must.children if isinstance(node.must, nodes.And) else (node.must,)
        may = node.should.children if isinstance(node.should, nodes.Or) else (node.should,)
        if not must:
            return None
    if not must and not may:
        return None
    shape = _Shape()
    for kind, children in ((shape.must, must), (shape.may, may)):
        for child in children:
            entry, boost = evaluator.part(child)
            if entry.count and (not entry.positive or boost <= 0):
                return None
            if entry.count or kind is shape.must:
                kind.append(_Part(child, entry, boost, entry.most * boost))
    return shape


def _allow(evaluator: Evaluator, shape: _Shape, node: nodes.Require | nodes.AndNot) -> None:
    """Allow what one node requires, or has not."""
    if isinstance(node, nodes.Require):
        allowed = mask_of(evaluator, node.required)
    else:
        allowed = ~mask_of(evaluator, node.without)
    shape.allowed = allowed if shape.allowed is None else shape.allowed & allowed


def _top(evaluator: Evaluator, shape: _Shape, count: int, behind: Behind | None = None) -> tuple[Array, Array]:
    """The best `count` documents, best first, and their scores."""
    scratch = evaluator.scratch
    if shape.allowed is not None and np.count_nonzero(shape.allowed) * FEW < len(shape.allowed):
        docs = shape.allowed.nonzero()[0].astype(DOC)
        sums, has = _sums(evaluator, shape, docs)
        return _best(docs[has], sums[has].astype(np.float32), count, behind)
    edge = _edge(evaluator, shape, count) if behind is None else 0.0
    must = sorted(shape.must, key=lambda part: part.entry.count)
    rest = sorted(shape.may, key=lambda part: -part.most)
    if must:
        reach = sum(part.most for part in must[1:]) + sum(part.most for part in rest)
        docs, sums = _first(must[0], edge - reach)
        rest = must[1:] + rest
    else:
        reach = 0.0
        # What documents of the last parts alone can reach is not enough: those only add to documents of the others.
        leading = len(rest)
        while leading > 1 and reach + rest[leading - 1].most < edge:
            leading -= 1
            reach += rest[leading].most
        docs, sums = _any_of(rest[:leading], edge - reach, scratch)
        rest = rest[leading:]
    if shape.allowed is not None:
        kept = shape.allowed.take(docs).nonzero()[0]
        docs, sums = docs.take(kept), sums.take(kept)
    for number, part in enumerate(rest):
        scores = part.at(docs, scratch)
        reach -= part.most
        needed = must and number < len(must) - 1
        if needed:
            hits = scores.nonzero()[0]
            docs, sums, scores = docs.take(hits), sums.take(hits), scores.take(hits)
        sums += scores
        if edge > 0:
            hits = (sums >= edge - reach).nonzero()[0]
            if len(hits) < len(docs):
                docs, sums = docs.take(hits), sums.take(hits)
    return _best(docs, sums.astype(np.float32), count, behind)


def _sums(evaluator: Evaluator, shape: _Shape, docs: Array) -> tuple[Array, Array]:
    """What documents, rising (n,), score, (n,) float64, and whether they match at all."""
    sums, has = np.zeros(len(docs)), np.ones(len(docs), np.bool_)
    for part in shape.must:
        scores = part.at(docs, evaluator.scratch)
        has &= scores > 0
        sums += scores
    for part in shape.may:
        sums += part.at(docs, evaluator.scratch)
    return sums, has & (sums > 0)


def _edge(evaluator: Evaluator, shape: _Shape, count: int) -> float:
    """A score that `count` documents reach, as high as can be told cheaply; 0 where it does not pay to know."""
    parts = shape.must + shape.may
    if shape.must:
        postings = min(part.entry.count for part in shape.must)
    else:
        postings = sum(part.entry.count for part in parts) // max(len(parts), 1)
    if postings < SMALL or count > TOP:
        return 0.0
    strongest = sorted(parts, key=lambda part: -part.most)[:SEEDED]
    docs = distinct(np.concatenate([_best_of(evaluator, part).docs for part in strongest])).astype(DOC)
    if shape.allowed is not None:
        docs = docs[shape.allowed.take(docs)]
    sums = np.zeros(len(docs))
    for number, part in enumerate(parts):
        scores = part.at(docs, evaluator.scratch)
        sums += scores
        if number < len(shape.must):
            sums[scores == 0] = -np.inf
    if len(sums) < count:
        return 0.0
    return max(float(np.partition(sums, len(sums) - count)[len(sums) - count]), 0.0) * SAFETY


def _best_of(evaluator: Evaluator, part: _Part) -> Matches:
    """The best documents of a part, at most TOP, best first, without its boost."""
    if isinstance(part.node, nodes.Term | nodes.AnyField):
        return evaluator.top(part.node, part.entry)
    return best(*part.entry.matches(), TOP)


def _first(part: _Part, edge: float) -> tuple[Array, Array]:
    """Documents of a part that score `edge` or more, and their sums so far."""
    found = part.entry.reaching(edge / part.boost * SAFETY) if edge > 0 else part.entry.matches()
    scores = found.scores if part.boost == 1 else found.scores * np.float32(part.boost)
    return found.docs, scores.astype(np.float64)


def _any_of(parts: list[_Part], edge: float, scratch: Array) -> tuple[Array, Array]:
    """Documents of any part whose sum is `edge` or more, rising, and their sums."""
    if not parts:
        return EMPTY_DOCS, np.zeros(0)
    if len(parts) == 1:
        return _first(parts[0], edge)
    for part in parts:
        part.entry.add_to(scratch, part.boost)
    if sum(part.entry.count for part in parts) * LONG > len(scratch):
        hits = (scratch >= edge if edge > 0 else scratch > 0).nonzero()[0]
        docs, sums = hits.astype(DOC), scratch.take(hits)
        scratch[:] = 0
        return docs, sums
    every = np.concatenate([part.entry.matches().docs for part in parts])
    sums = scratch.take(every)
    scratch[every] = 0
    if edge > 0:
        hits = (sums >= edge).nonzero()[0]
        every, sums = every.take(hits), sums.take(hits)
    order = every.argsort(kind="stable")
    every = every.take(order)
    first = turns(every)
    return every[first], sums.take(order[first])
