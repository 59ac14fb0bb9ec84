"""scoring: what a node gives some documents, or one, without matching all the others where that can be helped.

What combines nodes combines their scores as `execution` does. Of one document alone, terms are looked up in their
postings, so that nothing is kept for others. Patterns and foreign nodes are matched as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import DOC, Array
from khsearch.columnar.search import phrases
from khsearch.columnar.search.matches import Matches, constant, require, union, where_in
from khsearch.columnar.search.membership import docs_of
from khsearch.engine import nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.columnar.search.execution import Evaluator


def score_of(evaluator: Evaluator, node: nodes.Node, doc: int) -> float | None:
    """The score that `evaluator.matches(node)` has for a document; None where it does not match."""
    if not _is_live(evaluator, doc):
        return None
    return _score(evaluator, node, doc)


def scores_of(evaluator: Evaluator, node: nodes.Node, docs: Array) -> Array:
    """The scores that `evaluator.matches(node)` has for documents that match, (n,) in any order -> (n,) float32."""
    order = docs.argsort()
    rising = docs.take(order)
    found = _within(evaluator, node, rising)
    scores = np.zeros(len(docs), np.float32)
    scores[order.take(where_in(found.docs, rising)[1])] = found.scores
    return scores


def _within(evaluator: Evaluator, node: nodes.Node, docs: Array) -> Matches:
    """What a node matches of some documents, live and rising (n,), with scores."""
    match node:
        case nodes.Term() | nodes.AnyField():
            entry, boost = evaluator.part(node)
            held = docs[entry.holds(docs, evaluator.scratch)]
            return Matches(held, entry.at(held, evaluator.scratch) * np.float32(boost))
        case nodes.And():
            docs = docs_of(evaluator, node, docs)
            return _added(docs, [_within(evaluator, child, docs) for child in node.children])
        case nodes.Or():
            return union([_within(evaluator, child, docs) for child in node.children], evaluator.scratch)
        case nodes.AndMaybe():
            must = _within(evaluator, node.must, docs)
            sums = must.scores.astype(np.float64)
            for part in node.should.children if isinstance(node.should, nodes.Or) else (node.should,):
                if isinstance(part, nodes.Term | nodes.AnyField):
                    entry, boost = evaluator.part(part)
                    sums += entry.at(must.docs, evaluator.scratch) * np.float32(boost)
                else:
                    added = _within(evaluator, part, must.docs)
                    sums[where_in(added.docs, must.docs)[1]] += added.scores
            return Matches(must.docs, sums.astype(np.float32))
        case nodes.Require():
            return _within(evaluator, node.child, docs_of(evaluator, node, docs))
        case nodes.AndNot():
            child = _within(evaluator, node.child, docs_of(evaluator, node, docs))
            return Matches(child.docs, child.scores + np.float32(node.bonus))
        case nodes.Phrase() if len(node.terms) > 1:
            scale = evaluator.weighting.scale(node.field)
            found = phrases.phrase(evaluator.commit, node.field, node.terms, node.slop, scale, among=docs)
            return Matches(found.docs, found.scores * np.float32(node.boost))
        case nodes.Constant():
            return constant(docs_of(evaluator, node.child, docs), node.score)
        case nodes.Boost():
            child = _within(evaluator, node.child, docs)
            return Matches(child.docs, child.scores * np.float32(node.factor))
        case nodes.Between() | nodes.AnyBetween() | nodes.Every(field=None):
            return constant(docs_of(evaluator, node, docs), node.boost)
    return require(evaluator.matches(node), docs, evaluator.scratch)


def _added(docs: Array, parts: Sequence[Matches]) -> Matches:
    """The sums of what parts give documents, rising (n,)."""
    sums = np.zeros(len(docs))
    for part in parts:
        sums[where_in(part.docs, docs)[1]] += part.scores
    return Matches(docs, sums.astype(np.float32))


def _is_live(evaluator: Evaluator, doc: int) -> bool:
    live = evaluator.commit.leaves.live
    return live is None or bool(live[doc])


def _score(evaluator: Evaluator, node: nodes.Node, doc: int) -> float | None:
    match node:
        case nodes.Term() | nodes.AnyField():
            return _term(evaluator, node, doc)
        case nodes.And():
            parts = [_score(evaluator, child, doc) for child in node.children]
            found = [part for part in parts if part is not None]
            return sum(found) if found and len(found) == len(parts) else None
        case nodes.Or():
            found = [part for child in node.children if (part := _score(evaluator, child, doc)) is not None]
            return sum(found) if found else None
        case nodes.AndMaybe():
            must = _score(evaluator, node.must, doc)
            return None if must is None else must + (_score(evaluator, node.should, doc) or 0.0)
        case nodes.AndNot():
            child = _score(evaluator, node.child, doc)
            kept = child is not None and _score(evaluator, node.without, doc) is None
            return child + node.bonus if child is not None and kept else None
        case nodes.Require():
            child = _score(evaluator, node.child, doc)
            return None if child is None or _score(evaluator, node.required, doc) is None else child
        case nodes.Not():
            return 1.0 if _score(evaluator, node.child, doc) is None else None
        case nodes.Phrase():
            return _phrase(evaluator, node, doc)
        case nodes.Constant():
            return None if _score(evaluator, node.child, doc) is None else node.score
        case nodes.Boost():
            child = _score(evaluator, node.child, doc)
            return None if child is None else child * node.factor
        case nodes.TwoPhase():
            child = _score(evaluator, node.approximation, doc)
            return child if child is not None and node.passes([doc])[0] else None
        case nodes.Every(field=None):
            return node.boost
    return _looked_up(evaluator, node, doc)


def _term(evaluator: Evaluator, node: nodes.Term | nodes.AnyField, doc: int) -> float | None:
    names = (node.field,) if isinstance(node, nodes.Term) else node.fields
    terms, scale = evaluator.commit.terms, evaluator.weighting.scale
    parts = [terms.score(name, node.term, scale(name), doc) for name in names]
    found = [part for part in parts if part is not None]
    return sum(found) * node.boost if found else None


def _phrase(evaluator: Evaluator, node: nodes.Phrase, doc: int) -> float | None:
    if len(node.terms) == 1:  # as a term, whose positions need not be kept
        return _term(evaluator, nodes.Term(node.field, node.terms[0], node.boost), doc)
    scale = evaluator.weighting.scale(node.field)
    alone = np.array([doc], DOC)
    found = phrases.phrase(evaluator.commit, node.field, node.terms, node.slop, scale, among=alone)
    return float(found.scores[0]) * node.boost if len(found.docs) else None


def _looked_up(evaluator: Evaluator, node: nodes.Node, doc: int) -> float | None:
    docs, scores = evaluator.matches(node)
    at = int(docs.searchsorted(doc))
    return float(scores[at]) if at < len(docs) and int(docs[at]) == doc else None
