"""explain: why a document scores what it scores: the terms that matched, in which field, with which weight.

The parts of an explanation add up to the score of the hit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from khsearch.engine import BM25, Key, Node, View, nodes
from khsearch.frozen import frozen
from khsearch.khmer import script


@frozen
class Part:
    """One term that matched, or one reason beside terms: what, in which field, and what it adds to the score."""

    what: str
    field: str
    score: float


def explain(
    view: View, key: Key, node: Node, weighting: BM25, added: Sequence[tuple[str, str, float]] = ()
) -> list[Part]:
    """Return the parts of a document's score, greatest first; `added` is what stages did: name, field, score."""
    leaves = list(_leaves(view, key, node, weighting, 1.0))
    scores = view.scores(key, [leaf for leaf, _ in leaves], weighting)
    parts = [
        Part(*leaf.label(script.decode_term), factor * score)
        for (leaf, factor), score in zip(leaves, scores, strict=True)
        if score
    ]
    parts += [Part(*told) for told in added]
    return sorted((part for part in parts if part.score), key=lambda part: -part.score)


def _leaves(view: View, key: Key, node: Node, weighting: BM25, factor: float) -> Iterator[tuple[Node, float]]:
    """Nodes with scores of their own below one that matches, each with what its score is multiplied by."""
    below = node.scoring()
    if not below:
        yield node, factor
    # Of these children one may match and another not; what is below one that does not is passed over. A leaf that does
    # not match has no score, and an Or is as its leaves are.
    loose = isinstance(node, nodes.Or | nodes.AndMaybe)
    for child, times in below:
        parts = not isinstance(child, nodes.Or | nodes.AnyField) and child.scoring()
        if loose and parts and view.scores(key, [child], weighting) == [None]:
            continue
        yield from _leaves(view, key, child, weighting, factor * times)
