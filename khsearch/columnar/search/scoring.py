"""scoring: what a node gives one document, without matching all the others where that can be helped.

Terms are looked up in their postings, and phrases in the positions of that document; what combines nodes combines their
scores as `execution` does. Patterns, columns and foreign nodes are matched as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import DOC
from khsearch.columnar.search import phrases
from khsearch.engine import nodes

if TYPE_CHECKING:
    from khsearch.columnar.search.execution import Evaluator


def score_of(evaluator: Evaluator, node: nodes.Node, doc: int) -> float | None:
    """The score that `evaluator.matches(node)` has for a document; None where it does not match."""
    if not _is_live(evaluator, doc):
        return None
    return _score(evaluator, node, doc)


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
