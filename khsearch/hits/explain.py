"""explain: why a document scores what it scores: the terms that matched, in which field, with which weight.

The parts of an explanation add up to the score of the hit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from khsearch.columnar import Reader, bonus
from khsearch.engine import BM25, nodes
from khsearch.khmer import script
from khsearch.query import Plan


@dataclass(frozen=True, slots=True)
class Part:
    """One term that matched, or one reason beside terms: what, in which field, and what it adds to the score."""

    what: str
    field: str
    score: float


def explain(reader: Reader, docnum: int, plan: Plan, weighting: BM25) -> list[Part]:
    """Return the parts of a document's score, greatest first."""
    parts = list(_parts(reader, docnum, plan.node, weighting, 1.0))
    if plan.closeness is not None:
        docs = np.array([docnum], np.int32)
        extra = bonus(reader, docs, plan.closeness)
        parts.append(Part("words close to each other", plan.closeness.field, float(extra[0])))
    return sorted((part for part in parts if part.score), key=lambda part: -part.score)


def _parts(reader: Reader, docnum: int, node: nodes.Node, weighting: BM25, factor: float) -> Iterator[Part]:
    if isinstance(node, nodes.And | nodes.Or):
        if isinstance(node, nodes.Or) or _score(reader, docnum, node, weighting) is not None:
            for child in node.children:
                yield from _parts(reader, docnum, child, weighting, factor)
    elif isinstance(node, nodes.AndMaybe):
        yield from _parts(reader, docnum, node.must, weighting, factor)
        yield from _parts(reader, docnum, node.should, weighting, factor)
    elif isinstance(node, nodes.AndNot | nodes.Require):
        yield from _parts(reader, docnum, node.child, weighting, factor)
    elif isinstance(node, nodes.AnyField):
        for name in node.fields:
            yield from _parts(reader, docnum, nodes.Term(name, node.term, node.boost), weighting, factor)
    elif isinstance(node, nodes.Boost):
        yield from _parts(reader, docnum, node.child, weighting, factor * node.factor)
    else:
        score = _score(reader, docnum, node, weighting)
        if score:
            yield Part(*_told(node), factor * score)


def _score(reader: Reader, docnum: int, node: nodes.Node, weighting: BM25) -> float | None:
    """What one node gives a document, None where it does not match."""
    found = reader.matching(node, weighting=weighting)
    at = int(found.docs.searchsorted(docnum))
    return float(found.scores[at]) if at < len(found.docs) and int(found.docs[at]) == docnum else None


def _told(node: nodes.Node) -> tuple[str, str]:
    if isinstance(node, nodes.Term):
        return script.decode_term(node.term), node.field
    if isinstance(node, nodes.Phrase):
        return '"' + " ".join(script.decode_term(term) for term in node.terms) + '"', node.field
    if isinstance(node, nodes.Prefix):
        return script.decode_term(node.prefix) + "*", node.field
    if isinstance(node, nodes.Fuzzy):
        return script.decode_term(node.term) + "~", node.field
    if isinstance(node, nodes.AnyOf):
        return " | ".join(script.decode_term(term) for term in node.terms[:5]), node.field
    if isinstance(node, nodes.Between):
        return f"{node.low} TO {node.high}", node.column
    return type(node).__name__.lower(), ""
