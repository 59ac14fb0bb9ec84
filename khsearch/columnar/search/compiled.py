"""compiled: the searcher whose queries the compiled core works out, with the same answers.

What the core does not know, such as patterns, columns and what comes from elsewhere, is worked out by numpy and handed
to it as documents and scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from khsearch import arrays, native
from khsearch.arrays import np
from khsearch.columnar import search as rooms
from khsearch.columnar.search.searcher import STANDARD, Searcher
from khsearch.columnar.segments.compiled import told
from khsearch.engine import BM25, Best, BoostedScale, Planned, Proximity, nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from khsearch.arrays import Array
    from khsearch.columnar.search.commit import Commit
    from khsearch.columnar.search.matches import Matches
    from khsearch.columnar.search.top import Behind
    from khsearch.engine import CompiledView, FieldScale, Numbers, Passes, Readers, Sought, ToldChunk, Wanted


def searcher_of(commit: Commit, translate: Callable[[Searcher, Any], nodes.Node] | None = None) -> Searcher:
    """Return the searcher of a commit: one with the core, where it has opened all segments."""
    opened = [segment.compiled for segment in commit.leaves.segments]
    if native.core is None or None in opened:
        return Searcher(commit, translate)
    return CompiledSearcher(commit, translate)


class _Settled:
    """Documents of the core's own, as `nodes.Foreign` has what is worked out."""

    __slots__ = ("docs",)

    def __init__(self, docs: Any) -> None:
        self.docs = docs

    def __call__(self, _: BM25) -> Matches:
        return rooms.matches.constant(_array(self.docs.bytes()), 1.0)


class _Ranked:
    """A node of the core's own, as `nodes.Foreign` has what matches in a way of its own."""

    __slots__ = ("_searcher", "node")

    def __init__(self, node: Any, searcher: CompiledSearcher) -> None:
        self.node = node
        self._searcher = searcher

    def __call__(self, weighting: BM25) -> Matches:
        return self._searcher.matching(nodes.Foreign(self), weighting=weighting)


class CompiledSearcher(Searcher):
    """Evaluates nodes on one commit by the compiled core. Safe for threads."""

    _weightings: ClassVar[tuple[BM25 | None, Any]] = None, None  # the last one, which most commits are asked with

    def __init__(self, commit: Commit, translate: Callable[[Searcher, Any], nodes.Node] | None = None) -> None:
        super().__init__(commit, translate)
        opened = [segment.compiled for segment in commit.leaves.segments]
        self._core = native.core.Commit([*zip(opened, commit.leaves.living, strict=True)])
        self._planners: tuple[Any, Any] = (None, None)

    @property
    def compiled(self) -> CompiledView:
        """Itself."""
        return self

    def plan(
        self, readers: Readers, numbers: Numbers, weighting: BM25, passes: Passes, text: str, wanted: Wanted
    ) -> Planned | None:
        """Plan a query of plain words."""
        known = self._known(weighting)
        if known is None:
            return None
        key, planner = self._planners
        if key != (readers, numbers, known):
            breaking, variants, words = readers
            ranking = native.core.Ranking(*numbers)
            planner = native.core.Planner(self._core, breaking, variants, words, ranking, known)
            self._planners = (readers, numbers, known), planner
        found = told(lambda: planner.plan(text, wanted, passes))
        if found is None:
            return None
        docs = found.docs
        settled = None if docs is None else nodes.Foreign(_Settled(docs))
        count = None if docs is None else len(docs)
        ranked = nodes.Foreign(_Ranked(found.ranked, self))
        return Planned(ranked, found.nowhere, settled, count, found.nearly, found.rows, found, planner)

    def read_as(
        self, planned: Planned, readings: Sequence[Sequence[str]], passes: Passes
    ) -> tuple[tuple[nodes.Node, int] | None, Sequence[Sequence[ToldChunk]]] | None:
        """Where a plan's chunks stand if those that stand nowhere are read as some texts, and the chunks of these."""
        found = told(lambda: planned.planner.read_as(planned.told, readings, passes))
        if found is None:
            return None
        docs, chunks = found
        return None if docs is None else (nodes.Foreign(_Settled(docs)), len(docs)), chunks

    def best(self, sought: Sought, count: int) -> Best | None:
        """The best documents of a search; None for a weighting that the core does not know."""
        known, near = self._known(sought.weighting), sought.near
        if known is None or (near is not None and isinstance(near.scale, BoostedScale)):
            return None
        given = None if near is None else (near.field, near.pairs, near.slop, _numbers(near.scale), sought.depth)
        ranked, wanted, outside = self._node(sought.ranked), sought.set, self._outside(sought.weighting)
        total = sought.known
        if wanted is not None and sought.share is None and total is None:
            wanted, total = sought.settle()
        return Best(
            *told(
                lambda: self._core.best(ranked, wanted, total, sought.share, sought.loose, given, count, known, outside)
            )
        )

    def summaries(self, docs: Sequence[int]) -> Sequence[tuple[str, str]] | None:
        """Ids and titles of documents; None where one is not what was written."""
        found: Sequence[tuple[str, str]] | None = told(lambda: self._core.heads(docs))
        return found

    def dfs(self, terms: Sequence[tuple[str, bytes]]) -> list[int]:
        """Live documents of each term."""
        return told(lambda: self._core.dfs(terms))

    def settled(self, query: Any, *, weighting: BM25 = STANDARD) -> tuple[nodes.Node, int]:
        """What matches the same documents, worked out, and how many they are."""
        known = self._known(weighting)
        if known is None:
            return super().settled(query, weighting=weighting)
        docs = told(lambda: self._core.docs(self._node(query), known, self._outside(weighting)))
        return nodes.Foreign(_Settled(docs)), len(docs)

    def among(self, docs: Sequence[int], query: Any, *, weighting: BM25 = STANDARD) -> list[bool]:
        """Which of some live documents a query matches."""
        known = self._known(weighting)
        if known is None:
            return super().among(docs, query, weighting=weighting)
        return told(lambda: self._core.among(docs, self._node(query), known, self._outside(weighting)))

    def proximity(self, docs: Sequence[int], wanted: Proximity) -> Array:
        """What documents get for pairs of terms that stand near each other -> (n,) float32."""
        if isinstance(wanted.scale, BoostedScale):
            return super().proximity(docs, wanted)
        scale = _numbers(wanted.scale)
        found = told(lambda: self._core.proximity(docs, wanted.field, wanted.pairs, wanted.slop, scale))
        return np.array(found, np.float32)

    def _docs(self, node: nodes.Node, weighting: BM25) -> Array:
        known = self._known(weighting)
        if known is None:
            return super()._docs(node, weighting)
        return _array(told(lambda: self._core.docs(node, known, self._outside(weighting))).bytes())

    def _matches(self, node: nodes.Node, weighting: BM25) -> Matches:
        known = self._known(weighting)
        if known is None:
            return super()._matches(node, weighting)
        docs, scores = told(lambda: self._core.matches(node, known, self._outside(weighting)))
        return rooms.matches.Matches(_array(docs), np.frombuffer(scores, np.float32))

    def _scores(self, node: nodes.Node, weighting: BM25, docs: Array) -> Array:
        known = self._known(weighting)
        if known is None:
            return super()._scores(node, weighting, docs)
        order = docs.argsort()
        rising = docs.take(order).tolist()
        found = np.zeros(len(docs), np.float32)
        scores = told(lambda: self._core.scores(rising, node, known, self._outside(weighting)))
        found[order] = np.frombuffer(scores, np.float32)
        return found

    def _top(self, node: nodes.Node, weighting: BM25, count: int, behind: Behind | None) -> tuple[Array, Array]:
        known = self._known(weighting)
        if known is None:
            return super()._top(node, weighting, count, behind)
        place = None if behind is None else (float(behind.score), behind.doc)
        docs, scores = told(lambda: self._core.top(node, count, known, self._outside(weighting), place))
        return np.array(docs, np.int64), np.frombuffer(scores, np.float32)

    def _known(self, weighting: BM25) -> Any:
        """A weighting of the core's; None for one that it does not know."""
        last, found = self._weightings
        if last is not weighting:
            found = _weighting(weighting)
            CompiledSearcher._weightings = weighting, found
        return found

    def _outside(self, weighting: BM25) -> Callable[[nodes.Node], Any]:
        """What works a node out that the core does not know."""

        def worked_out(node: nodes.Node) -> Any:
            if isinstance(node, nodes.Foreign) and isinstance(node.run, _Settled):
                return node.run.docs
            if isinstance(node, nodes.Foreign) and isinstance(node.run, _Ranked):
                return node.run.node
            docs, scores = self._evaluator(weighting).matches(node)
            return docs.astype("<u4").tobytes(), scores.astype("<f4").tobytes()

        return worked_out


def _array(docs: bytes) -> Array:
    return np.frombuffer(docs, arrays.DOC)


def _weighting(weighting: BM25) -> Any:
    scales = [weighting.default, *weighting.fields.values()]
    if any(isinstance(scale, BoostedScale) for scale in scales):
        return None
    named = {name: _numbers(scale) for name, scale in weighting.fields.items()}
    return native.core.Weighting(_numbers(weighting.default), named)


def _numbers(scale: FieldScale) -> tuple[float, float, float, float, str]:
    return scale.weight, scale.k1, scale.b, scale.sharpness, scale.rarity_in
