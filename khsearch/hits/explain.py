"""explain: why a document counts as found, and why it scores what it scores.

First what stands in it, and as what, which adds nothing; then the terms that matched, in which field, with which
weight. The parts of an explanation add up to the score of the hit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from khsearch.engine import BM25, Key, Node, View, nodes
from khsearch.frozen import frozen
from khsearch.khmer import script
from khsearch.query import Found, Ranking, Standing
from khsearch.schema import Role


@frozen
class Part:
    """What stands, one term that matched, or a reason beside terms: in which field, and what it adds to the score."""

    what: str
    field: str
    score: float


def explain_set(view: View, key: Key, found: Found, ranking: Ranking) -> list[Part]:
    """Return what of a query stands in a document of its set, and as what; each part adds nothing to its score."""
    standing = Standing(view, ranking.weighting, inside=bool(ranking.streams(Role.RESCUE)), own=ranking.own)
    told: dict[Part, Node] = {}
    for leaf in found.leaves:
        for way in leaf.chunk.ways:
            where = f'"{leaf.text}" stands' + ("" if way is leaf.chunk.typed else f' as "{_spelled(way.words)}"')
            wheres = (where, f"{where} inside longer words")
            for name in (leaf.field,) if leaf.field is not None else (None, *ranking.own):
                for what, node in zip(wheres, standing.in_way(way, name), strict=False):
                    told[Part(what, name or "", 0.0)] = node
        if leaf.reading is not None:
            what = f'"{leaf.text}", read as "{leaf.reading.spelling}", stands'
            told[Part(what, leaf.field or "", 0.0)] = standing.of_all(leaf.reading.chunks)[0]
    scores = view.scores(key, list(told.values()), ranking.weighting)
    parts = [part for part, score in zip(told, scores, strict=True) if score is not None]
    if found.leaves and found.nearly:
        parts.append(Part("scores nearly as high as the best document; none has all that was typed", "", 0.0))
    return parts


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


def _spelled(words: Sequence[bytes]) -> str:
    """Words side by side as people write them, with spaces where one is not Khmer."""
    shown = script.decode_term(words[0])
    for before, word in pairwise(words):
        khmer = script.BASES.start <= min(before[-1], word[0])
        shown += ("" if khmer else " ") + script.decode_term(word)
    return shown
