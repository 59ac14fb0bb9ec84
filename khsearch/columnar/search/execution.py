"""execution: a node in, the documents that it matches and their scores out, by array operations over a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from khsearch.arrays import Array
from khsearch.columnar.search import fuzzy, membership, patterns, phrases, top
from khsearch.columnar.search.impacts import DenseImpacts, SparseImpacts
from khsearch.columnar.search.matches import NONE, Matches, constant, intersect, require, subtract, union
from khsearch.engine import nodes
from khsearch.errors import QueryError

if TYPE_CHECKING:
    from khsearch.columnar.search.commit import Commit
    from khsearch.columnar.search.impacts import Impacts
    from khsearch.engine import BM25, FieldScale


class Evaluator:
    """Evaluates nodes on one commit with one weighting. Cheap to make; for one thread."""

    def __init__(self, commit: Commit, weighting: BM25) -> None:
        self.commit = commit
        self.weighting = weighting
        self.scratch = commit.scratch.sums()

    def matches(self, node: nodes.Node) -> Matches:
        """All live documents that the node matches, with scores."""
        plan = _PLANS.get(type(node))
        if plan is None:
            raise QueryError(f"no plan for {type(node).__name__}; build the query from engine.nodes")
        found: Matches = plan(self, node)
        return found

    def docs(self, node: nodes.Node) -> Array:
        """All live documents that the node matches -> (n,) DOC, rising."""
        return membership.docs_of(self, node)

    def part(self, node: nodes.Node) -> tuple[Impacts, float]:
        """What a node scores, and what that is still to be multiplied by."""
        if isinstance(node, nodes.Term | nodes.AnyField):
            return self.commit.terms.impacts(*self._named(node)), node.boost
        return SparseImpacts(self.matches(node)), 1.0

    def top(self, node: nodes.Term | nodes.AnyField, known: Impacts | None = None) -> Matches:
        """The best documents of a term, at most TOP, best first, without its boost; `known` is what `part` told."""
        return self.commit.terms.top(*self._named(node), known)

    def _named(self, node: nodes.Term | nodes.AnyField) -> tuple[tuple[str, ...], bytes, tuple[FieldScale, ...]]:
        names = (node.field,) if isinstance(node, nodes.Term) else node.fields
        return names, node.term, tuple(map(self.weighting.scale, names))

    def _term(self, node: nodes.Term | nodes.AnyField) -> Matches:
        entry, boost = self.part(node)
        return self._boosted(entry.matches(), boost)

    def _and(self, node: nodes.And) -> Matches:
        parts = sorted(map(self.part, node.children), key=lambda part: part[0].count)
        if not parts:
            return NONE
        found = _exact(self._boosted(parts[0][0].matches(), parts[0][1]))
        for entry, boost in parts[1:]:
            if isinstance(entry, DenseImpacts):
                scores = entry.at(found.docs, self.scratch)
                at = scores.nonzero()[0]
                found = Matches(found.docs.take(at), found.scores.take(at) + scores.take(at) * np.float32(boost))
            else:
                found = intersect(found, self._boosted(entry.matches(), boost), self.scratch)
        return _rounded(found)

    def _or(self, node: nodes.Or) -> Matches:
        return union([self.matches(child) for child in node.children], self.scratch)

    def _and_maybe(self, node: nodes.AndMaybe) -> Matches:
        docs, scores = _exact(self.matches(node.must))
        if len(docs):
            for child in node.should.children if isinstance(node.should, nodes.Or) else (node.should,):
                entry, boost = self.part(child)
                scores = scores + entry.at(docs, self.scratch) * np.float32(boost)
        return _rounded(Matches(docs, scores))

    def _and_not(self, node: nodes.AndNot) -> Matches:
        child = self.matches(node.child)
        found = subtract(child, self.docs(node.without), self.scratch) if len(child.docs) else child
        return Matches(found.docs, found.scores + np.float32(node.bonus)) if node.bonus else found

    def _require(self, node: nodes.Require) -> Matches:
        child = self.matches(node.child)
        return require(child, self.docs(node.required), self.scratch) if len(child.docs) else child

    def _not(self, node: nodes.Not) -> Matches:
        return subtract(constant(self.commit.documents.all_live(), 1.0), self.docs(node.child), self.scratch)

    def _phrase(self, node: nodes.Phrase) -> Matches:
        scale = self.weighting.scale(node.field)
        return self._boosted(phrases.phrase(self.commit, node.field, node.terms, node.slop, scale), node.boost)

    def first(self, node: nodes.Pattern, enough: int | None = None) -> Matches:
        """Documents that a pattern matches: the first `enough` of them at least, or all."""
        commit, name = self.commit, node.field
        if isinstance(node, nodes.Prefix):
            docs = patterns.docs_of_prefix(commit, name, node.prefix, enough)
        elif isinstance(node, nodes.TermRange):
            docs = patterns.docs_of_range(commit, name, node.start, node.stop, enough)
        else:
            terms = node.terms if isinstance(node, nodes.AnyOf) else fuzzy.terms_within(commit, node)
            docs = patterns.docs_of_terms(commit, name, terms, enough)
        return constant(docs, node.boost)

    def _between(self, node: nodes.Between | nodes.AnyBetween) -> Matches:
        return constant(self.docs(node), node.boost)

    def _every(self, node: nodes.Every) -> Matches:
        commit = self.commit
        docs = commit.documents.all_live() if node.field is None else patterns.docs_of_field(commit, node.field)
        return constant(docs, node.boost)

    def _constant(self, node: nodes.Constant) -> Matches:
        return constant(self.docs(node.child), node.score)

    def _boost(self, node: nodes.Boost) -> Matches:
        return self._boosted(self.matches(node.child), node.factor)

    def _boosted(self, found: Matches, factor: float) -> Matches:
        return found if factor == 1 else Matches(found.docs, found.scores * np.float32(factor))

    def _leading(self, node: nodes.Leading) -> Matches:
        return top.leading_docs(self, node.child, node.share)

    def _two_phase(self, node: nodes.TwoPhase) -> Matches:
        docs, scores = self.matches(node.approximation)
        passes = membership.passing(node, docs)
        return Matches(docs[passes], scores[passes])

    def _foreign(self, node: nodes.Foreign) -> Matches:
        found: Matches = node.run(self.weighting)
        return found

    def _nothing(self, _: nodes.Nothing) -> Matches:
        return NONE


def _exact(found: Matches) -> Matches:
    return Matches(found.docs, found.scores.astype(np.float64))


def _rounded(found: Matches) -> Matches:
    return Matches(found.docs, found.scores.astype(np.float32))


_PLANS: dict[type, Any] = {
    nodes.Term: Evaluator._term,
    nodes.AnyField: Evaluator._term,
    nodes.And: Evaluator._and,
    nodes.Or: Evaluator._or,
    nodes.AndMaybe: Evaluator._and_maybe,
    nodes.AndNot: Evaluator._and_not,
    nodes.Require: Evaluator._require,
    nodes.Not: Evaluator._not,
    nodes.Phrase: Evaluator._phrase,
    nodes.Prefix: Evaluator.first,
    nodes.TermRange: Evaluator.first,
    nodes.AnyOf: Evaluator.first,
    nodes.Fuzzy: Evaluator.first,
    nodes.Between: Evaluator._between,
    nodes.AnyBetween: Evaluator._between,
    nodes.Every: Evaluator._every,
    nodes.Constant: Evaluator._constant,
    nodes.Boost: Evaluator._boost,
    nodes.Leading: Evaluator._leading,
    nodes.TwoPhase: Evaluator._two_phase,
    nodes.Foreign: Evaluator._foreign,
    nodes.Nothing: Evaluator._nothing,
}
