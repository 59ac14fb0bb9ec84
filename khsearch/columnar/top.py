"""top: the best few documents of a query, skipping what cannot be among them. Falls back on evaluating everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from khsearch.columnar import nodes
from khsearch.columnar.arrays import DOC, Array
from khsearch.columnar.matches import FAR, Matches, union, where_in
from khsearch.columnar.postings_cache import TOP, Scored, best

if TYPE_CHECKING:
    from khsearch.columnar.plans import Evaluator

SMALL = 1 << 12  # postings up to which adding all up is quicker than thinking
SAFETY = 1 - 1e-5  # sums of float32 depend on their order by less


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
    """The children of And or Or if all are terms with positive scores."""
    if type(node) is not nodes.And and type(node) is not nodes.Or:
        return None
    plain = [child for child in node.children if type(child) is nodes.Term and child.boost > 0]
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
    if len(entries) < 2 or count > TOP or sum(len(entry.docs) for entry in entries) < SMALL:
        found = union([Matches(entry.docs, entry.scores) for entry in entries], evaluator.scratch)
        return best(found.docs, found.scores, count)
    tops = [top for top in (_top(evaluator, term) for term in terms) if len(top[0])]
    # The best documents of each term alone, with all that they score: the count-th of them is a bound from below.
    heads = np.unique(np.concatenate([docs for docs, _ in tops])).astype(DOC)
    edge = _kth(_sums(entries, heads), count) * SAFETY
    most = [float(scores[0]) for _, scores in tops]
    docs = _candidates(entries, most, edge, evaluator.scratch)
    return best(docs, _sums(entries, docs), count)


def _candidates(entries: list[Scored], most: list[float], edge: float, sums: Array) -> Array:
    """Documents that may score edge or more, and all that do: most[i] is the highest score of entries[i]."""
    order = sorted(range(len(entries)), key=most.__getitem__)
    # What documents of the first lists alone can reach is not enough: they only add to documents of the others.
    spare, reach = 0, 0.0
    while spare < len(order) - 1 and reach + most[order[spare]] < edge:
        reach += most[order[spare]]
        spare += 1
    leading = [entries[i] for i in order[spare:]]
    if len(leading) == 1:
        docs, scores = leading[0].docs, leading[0].scores
    else:
        docs = np.concatenate([entry.docs for entry in leading])
        sums[leading[0].docs] = leading[0].scores
        for entry in leading[1:]:
            sums[entry.docs] += entry.scores
        scores = sums.take(docs)
        sums[docs] = 0
    hits = (scores >= edge - reach).nonzero()[0]
    docs, scores = docs.take(hits), scores.take(hits)
    if len(leading) > 1:
        docs, at = np.unique(docs, return_index=True)
        scores = scores.take(at)
    for i in reversed(order[:spare]):
        reach -= most[i]
        found, at = where_in(docs, entries[i].docs)
        scores[found] += entries[i].scores.take(at)
        hits = (scores >= edge - reach).nonzero()[0]
        docs, scores = docs.take(hits), scores.take(hits)
    return docs


def _sums(entries: list[Scored], docs: Array) -> Array:
    """What documents, rising, score for all entries, added in their order -> (n,) float32."""
    out = np.zeros(len(docs), np.float32)
    for entry in entries:
        found, at = where_in(docs, entry.docs)
        out[found] += entry.scores.take(at)
    return out


def _kth(scores: Array, count: int) -> float:
    """The count-th highest score; 0 where there are fewer."""
    return float(np.partition(scores, len(scores) - count)[len(scores) - count]) if len(scores) >= count else 0.0


def _entry(evaluator: Evaluator, term: nodes.Term) -> Scored:
    found = evaluator.snapshot.scored(term.field, term.term, evaluator.weighting.scale(term.field))
    return found if term.boost == 1 else Scored(found.docs, found.scores * np.float32(term.boost))


def _top(evaluator: Evaluator, term: nodes.Term) -> tuple[Array, Array]:
    docs, scores = evaluator.snapshot.top(term.field, term.term, evaluator.weighting.scale(term.field))
    return docs, scores if term.boost == 1 else scores * np.float32(term.boost)
