"""top: the best few documents of a query, skipping what cannot be among them. Falls back on evaluating everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from khsearch.columnar import nodes
from khsearch.columnar.arrays import Array
from khsearch.columnar.matches import FAR
from khsearch.columnar.postings_cache import TOP, Scored, best

if TYPE_CHECKING:
    from khsearch.columnar.plans import Evaluator

FEW = 64  # documents that are ordered without cutting first


class TopDocs(NamedTuple):
    """docnums (n,) int64 and scores (n,) float32, best first; total matches, None where nobody asked."""

    docnums: Array
    scores: Array
    total: int | None


def top_docs(evaluator: Evaluator, node: nodes.Node, count: int, *, total: bool) -> TopDocs:
    """The best `count` documents of a node, ties by document number, and the exact total if asked for."""
    if type(node) is nodes.Term and node.boost > 0:
        return _top_term(evaluator, node, count, total=total)
    if not total and count > 0:
        terms = _plain_terms(node)
        if terms is not None and len(terms) == 2 and type(node) is nodes.And:
            return TopDocs(*_top_and(evaluator, terms, count), None)
        if terms is not None and type(node) is nodes.Or:
            return TopDocs(*_top_or(evaluator, terms, count), None)
    found = evaluator.matches(node)
    return TopDocs(*best(found.docs, found.scores, count), len(found.docs) if total else None)


def _top_term(evaluator: Evaluator, node: nodes.Term, count: int, *, total: bool) -> TopDocs:
    snapshot, scale = evaluator.snapshot, evaluator.weighting.scale(node.field)
    if count <= TOP and scale.weight > 0:
        docs, scores = snapshot.top(node.field, node.term, scale)
        docs, scores = docs[:count], scores[:count]
    else:
        entry = snapshot.scored(node.field, node.term, scale)
        docs, scores = best(entry.docs, entry.scores, count)
    if node.boost != 1:
        scores = scores * np.float32(node.boost)
    return TopDocs(docs, scores, snapshot.df(node.field, node.term) if total else None)


def _plain_terms(node: nodes.Node) -> list[nodes.Term] | None:
    """The children of And or Or if all are terms with positive scores as they are."""
    if type(node) is not nodes.And and type(node) is not nodes.Or:
        return None
    plain = [child for child in node.children if type(child) is nodes.Term and child.boost == 1]
    return plain if plain and len(plain) == len(node.children) else None


def _top_and(evaluator: Evaluator, terms: list[nodes.Term], count: int) -> tuple[Array, Array]:
    short, long = (_entry(evaluator, term) for term in terms)
    if len(short.docs) > len(long.docs):
        short, long = long, short
    if len(short.docs) * FAR < len(long.docs):
        at = long.docs.searchsorted(short.docs)
        hits = (long.docs.take(at, mode="clip") == short.docs).nonzero()[0]
        docs = short.docs.take(hits)
        scores = short.scores.take(hits) + long.scores.take(at.take(hits))
        return best(docs, scores, count)
    marks = evaluator.scratch
    marks[short.docs] = short.scores
    found = marks.take(long.docs)
    marks[short.docs] = 0
    hits = found.nonzero()[0]
    scores = found.take(hits)
    scores += long.scores.take(hits)
    return best(long.docs.take(hits), scores, count)


def _top_or(evaluator: Evaluator, terms: list[nodes.Term], count: int) -> tuple[Array, Array]:
    entries = [entry for entry in (_entry(evaluator, term) for term in terms) if len(entry.docs)]
    if not entries:
        return best(*evaluator.matches(nodes.Nothing()), count)
    # The best document of the whole scores at least what it scores for one term alone.
    edge = max(_edge(evaluator, term, count) for term in terms)
    sums = evaluator.scratch
    first, *others = entries
    sums[first.docs] = first.scores
    for entry in others:
        sums[entry.docs] += entry.scores
    docs = np.concatenate([entry.docs for entry in entries]) if others else first.docs
    scores = sums.take(docs)
    sums[docs] = 0
    hits = (scores >= edge).nonzero()[0]
    docs, scores = docs.take(hits), scores.take(hits)
    if len(docs) > FEW * len(entries):
        # A document stands here once per term that it has.
        last = count * len(entries)
        cut = np.partition(scores, len(scores) - last)[len(scores) - last]
        hits = (scores >= cut).nonzero()[0]
        docs, scores = docs.take(hits), scores.take(hits)
    docs, at = np.unique(docs, return_index=True)
    return best(docs, scores.take(at), count)


def _entry(evaluator: Evaluator, term: nodes.Term) -> Scored:
    return evaluator.snapshot.scored(term.field, term.term, evaluator.weighting.scale(term.field))


def _edge(evaluator: Evaluator, term: nodes.Term, count: int) -> float:
    """What the count-th best document of a term scores; 0 where it has fewer."""
    if count > TOP:
        return 0.0
    _, scores = evaluator.snapshot.top(term.field, term.term, evaluator.weighting.scale(term.field))
    return float(scores[count - 1]) if len(scores) >= count else 0.0
