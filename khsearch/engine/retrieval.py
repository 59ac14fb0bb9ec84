"""retrieval: the best documents of a search, those that count as found first; asked of a view step by step.

    what ranks, what counts as found, pairs that should stand near each other -> documents, best first

An engine that is far away does the same in one request (`far`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from khsearch.arrays import Array, np
from khsearch.engine.nodes import AndMaybe, AndNot, Constant
from khsearch.engine.weighting import BM25, EQUAL, Proximity
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from khsearch.engine.nodes import Node
    from khsearch.engine.view import Key, View


@frozen
class Sought:
    """What the best documents of a search are.

    ranked     scores documents, and finds looser ones
    set        which documents count as found; None: all that `ranked` matches
    share      of the best score, the least with which a document counts, where that is all that `set` says
    loose      whether others follow behind those that count
    weighting  how terms score
    near       pairs that add to the scores of the best where they stand near each other
    depth      how many of the best they add to
    known      how many documents count, if that is known
    settle     finds out where `set` is, settled, and how many documents that are
    """

    ranked: Node
    set: Node | None
    share: float | None
    loose: bool
    weighting: BM25
    near: Proximity | None
    depth: int
    known: int | None
    settle: Callable[[], tuple[Node, int]]


class Best(NamedTuple):
    """Documents, best first: keys, the score of each, and what nearness added to each.

    added  None where it is part of the scores, and `View.proximity` tells of one document what it was
    ahead  how many of the first stay ahead of the others, whatever else is added
    total  how many documents count as found, where that was found out
    """

    keys: Sequence[Key]
    scores: Sequence[float]
    added: Sequence[float] | None
    ahead: int
    total: int | None


class _Retrieved(NamedTuple):
    keys: Sequence[Key]
    scores: Array
    ahead: int
    total: int | None


def best_of(view: View, sought: Sought, count: int) -> Best:
    """Return the best documents, as many as there are up to a count."""
    if view.compiled is not None and (found := view.compiled.best(sought, count)) is not None:
        return found
    near = sought.near
    keys, first, ahead, total = _retrieved(view, sought, count if near is None else max(count, sought.depth))
    scores, added = first.astype(np.float64), np.zeros(len(first))
    if near is not None and len(keys):
        added[: sought.depth] = view.proximity(keys[: sought.depth], near)
    scores += added
    order = np.lexsort((-scores, np.arange(len(scores)) >= ahead))[:count]
    return Best(
        [keys[at] for at in order.tolist()], scores.take(order).tolist(), added.take(order).tolist(), ahead, total
    )


def _retrieved(view: View, sought: Sought, count: int) -> _Retrieved:
    """The first documents by what ranks them."""

    def search(node: Node, limit: int) -> tuple[Sequence[Key], Array]:
        keys, scores, *_ = view.search(node, limit, weighting=sought.weighting)
        return keys, scores

    if sought.set is None:
        keys, scores = search(sought.ranked, count)
        return _Retrieved(keys, scores, count, None)
    if sought.share is not None:
        keys, scores = search(sought.ranked, count)
        edge = sought.share * EQUAL * max(float(scores[0]), 0.0) if len(keys) else 0.0
        size = int(np.count_nonzero(scores >= edge))
        if size < count:
            kept = len(keys) if sought.loose else size
            return _Retrieved(keys[:kept], scores[:kept], size, size)
    wanted, total = sought.settle()
    total = total if sought.known is None else sought.known
    of_set = AndMaybe(Constant(wanted, 0.0), sought.ranked)
    if not sought.loose or total >= count:
        keys, scores = search(of_set, count)
        return _Retrieved(keys, scores, count, total)
    keys, scores = search(sought.ranked, count)
    stands = np.array(view.among(keys, wanted, sought.weighting), np.bool_)
    size = int(np.count_nonzero(stands))
    if size == total:
        order = np.argsort(~stands, kind="stable")
        return _Retrieved([keys[at] for at in order.tolist()], scores.take(order), size, total)
    keys, scores = search(of_set, count)
    others, lower = search(AndNot(sought.ranked, wanted), count - len(keys))
    return _Retrieved([*keys, *others], np.concatenate([scores, lower]), len(keys), total)
