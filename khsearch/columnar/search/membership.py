"""membership: a node in, the documents that it matches out, without scores; of some documents, if these are given.

What counts, filters and facets ask for. The parts that all must match are asked one after the other, the rarest first,
each only about what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import DOC, EMPTY_DOCS, Array, distinct
from khsearch.columnar.search import phrases
from khsearch.columnar.search.matches import common
from khsearch.engine import nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.columnar.search.commit import Commit
    from khsearch.columnar.search.execution import Evaluator

_MASKED = (nodes.Between, nodes.AnyBetween, nodes.Constant, nodes.Boost, nodes.Not, nodes.And, nodes.Or)
_MANY = 16  # of more than one in so many documents, all there are are marked


def docs_of(evaluator: Evaluator, node: nodes.Node, among: Array | None = None) -> Array:
    """The live documents that a node matches, all or of those given, rising (n,) -> (m,) DOC, rising."""
    match node:
        case nodes.Term() | nodes.AnyField():
            entry, _ = evaluator.part(node)
            return entry.docs() if among is None else among[entry.holds(among, evaluator.scratch)]
        case nodes.And():
            return _of_all(evaluator, node.children, among)
        case nodes.Or():
            return _any(evaluator, [docs_of(evaluator, child, among) for child in node.children])
        case nodes.AndMaybe():
            return docs_of(evaluator, node.must, among)
        case nodes.AndNot():
            docs = docs_of(evaluator, node.child, among)
            return _without(docs, docs_of(evaluator, node.without, docs), evaluator.scratch)
        case nodes.Require():
            return _of_all(evaluator, (node.child, node.required), among)
        case nodes.Not():
            docs = evaluator.commit.documents.all_live() if among is None else among
            return _without(docs, docs_of(evaluator, node.child, among), evaluator.scratch)
        case nodes.Constant() | nodes.Boost():
            return docs_of(evaluator, node.child, among)
        case nodes.TwoPhase():
            docs = docs_of(evaluator, node.approximation, among)
            return docs[passing(node, docs)]
        case nodes.Every(field=None) if among is not None:
            return among
        case nodes.Between() | nodes.AnyBetween():
            return _between(evaluator.commit, node, among)
        case nodes.Phrase() if len(node.terms) > 1:
            return phrases.docs_of_phrase(evaluator.commit, node.field, node.terms, node.slop, among)
    return _within(evaluator, evaluator.matches(node).docs, among)


def mask_of(evaluator: Evaluator, node: nodes.Node) -> Array:
    """Whether a node matches each document there is -> (docs,) bool."""
    commit = evaluator.commit
    match node:
        case nodes.Between() | nodes.AnyBetween():
            return _live(commit, commit.documents.between(node))
        case nodes.Constant() | nodes.Boost():
            return mask_of(evaluator, node.child)
        case nodes.Not():
            return _live(commit, ~mask_of(evaluator, node.child))
        case nodes.And() | nodes.Or() if node.children and all(isinstance(child, _MASKED) for child in node.children):
            join = np.logical_and if isinstance(node, nodes.And) else np.logical_or
            found: Array = join.reduce([mask_of(evaluator, child) for child in node.children])
            return found
    has = np.zeros(commit.doc_count_all, np.bool_)
    has[docs_of(evaluator, node)] = True
    return has


def _between(commit: Commit, node: nodes.Between | nodes.AnyBetween, among: Array | None) -> Array:
    if among is None:
        return _live(commit, commit.documents.between(node)).nonzero()[0].astype(DOC)
    return among[commit.documents.between(node, among)]


def _live(commit: Commit, has: Array) -> Array:
    live = commit.leaves.live
    return has if live is None else has & live


def passing(node: nodes.TwoPhase, docs: Array) -> Array:
    """Whether documents that the approximation matches pass the check -> (n,) bool."""
    return np.array(node.passes(docs.tolist()), np.bool_) if len(docs) else np.zeros(0, np.bool_)


def _within(evaluator: Evaluator, docs: Array, among: Array | None) -> Array:
    return docs if among is None else docs.take(common(docs, among, evaluator.scratch)[0])


def _of_all(evaluator: Evaluator, children: Sequence[nodes.Node], among: Array | None) -> Array:
    """Documents of every child; terms are asked first, since the others cost more."""
    if not children:
        return EMPTY_DOCS
    terms = [evaluator.part(child)[0] for child in children if isinstance(child, nodes.Term | nodes.AnyField)]
    found = among
    for entry in sorted(terms, key=lambda entry: entry.count):
        found = entry.docs() if found is None else found[entry.holds(found, evaluator.scratch)]
        if not len(found):
            return EMPTY_DOCS
    for child in children:
        if not isinstance(child, nodes.Term | nodes.AnyField):
            found = docs_of(evaluator, child, found)
            if not len(found):
                return EMPTY_DOCS
    assert found is not None
    return found


def _any(evaluator: Evaluator, parts: Sequence[Array]) -> Array:
    parts = [part for part in parts if len(part)]
    if len(parts) <= 1:
        return parts[0] if parts else EMPTY_DOCS
    every = evaluator.commit.doc_count_all
    if sum(map(len, parts)) * _MANY < every:
        return distinct(np.concatenate(parts))
    seen = np.zeros(every, np.bool_)
    for part in parts:
        seen[part] = True
    return seen.nonzero()[0].astype(DOC)


def _without(docs: Array, gone: Array, scratch: Array) -> Array:
    if not len(gone):
        return docs
    kept = np.ones(len(docs), np.bool_)
    kept[common(docs, gone, scratch)[0]] = False
    return docs[kept]
