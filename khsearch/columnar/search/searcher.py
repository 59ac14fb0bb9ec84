"""searcher: what one commit can be asked. Nodes or other queries in; documents, scores, counts and facets out."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from khsearch import arrays
from khsearch.arrays import np
from khsearch.columnar import search as rooms
from khsearch.engine import BM25, Proximity, SortKey, nodes, write_place
from khsearch.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from khsearch.arrays import Array
    from khsearch.columnar.search.commit import Commit
    from khsearch.columnar.search.execution import Evaluator
    from khsearch.columnar.search.index_terms import IndexTerms
    from khsearch.columnar.search.matches import Matches
    from khsearch.columnar.search.top import Behind, TopDocs
    from khsearch.engine import CompiledView, Counted, Place

P = ParamSpec("P")
T = TypeVar("T")
STANDARD = BM25()


def _clean_after_errors(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """An error, or an interrupt, may leave marks in the thread's scratch memory that the next search would meet."""

    def guarded(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            self.commit.scratch.forget()
            raise

    functools.update_wrapper(guarded, method)
    return guarded


class Searcher:
    """Evaluates nodes on one commit. Safe for threads, as the commit is.

    commit, documents  what is searched, and its documents
    """

    def __init__(self, commit: Commit, translate: Callable[[Searcher, Any], nodes.Node] | None = None) -> None:
        """`translate` makes a node of a query of another language, which every method takes then, too."""
        self.commit = commit
        self.documents = commit.documents
        self._translate = translate

    @property
    def terms(self) -> IndexTerms:
        """The terms of what is searched."""
        return self.commit.terms

    @property
    def compiled(self) -> CompiledView | None:
        """What plans in the compiled core, if that is what searches."""
        return None

    @_clean_after_errors
    def search(
        self,
        query: Any,
        limit: int = 10,
        offset: int = 0,
        *,
        weighting: BM25 = STANDARD,
        filter: nodes.Node | None = None,  # the word of the search world
        mask: nodes.Node | None = None,
        sort: Sequence[SortKey] = (),
        after: Place | None = None,
        group: str | None = None,
        count: bool = False,
    ) -> TopDocs:
        """The documents of a query from rank offset on, at most limit, best first or in the order of `sort`.

        Only what `filter` matches and `mask` does not; neither scores. The exact total if `count` is set. after, group:
        as for `View.search`.
        """
        node = self._node(query)
        if filter is not None:
            node = nodes.Require(node, self._node(filter))
        if mask is not None:
            node = nodes.AndNot(node, self._node(mask))
        if any(key.column is not None for key in sort) or group is not None:
            return self._ordered(node, weighting, limit, offset, sort, after, group, total=count)
        behind = None if after is None else rooms.ordering.behind(self.documents, after)
        docs, scores = self._top(node, weighting, offset + limit, behind)
        total = len(self._docs(node, weighting)) if count else None
        return rooms.top.TopDocs(docs[offset:], scores[offset:], total)

    def place(self, doc: int, score: float, sort: Sequence[SortKey] = ()) -> Place:
        """Where a document with a score stands in an order."""
        id = self.documents.id_of(doc).decode("utf-8", "surrogatepass")
        return write_place(rooms.ordering.place_values(self.documents, doc, score, sort), doc, id)

    @_clean_after_errors
    def count(self, query: Any) -> int:
        """How many live documents a query matches, exactly."""
        return len(self._docs(self._node(query), STANDARD))

    def dfs(self, terms: Sequence[tuple[str, bytes]]) -> list[int]:
        """Live documents of each term."""
        return [self.terms.df(field, term) for field, term in terms]

    @_clean_after_errors
    def settled(self, query: Any, *, weighting: BM25 = STANDARD) -> tuple[nodes.Node, int]:
        """What matches the same documents, worked out, and how many they are."""
        docs = self._docs(self._node(query), weighting)
        return nodes.Foreign(lambda _: rooms.matches.constant(docs, 1.0)), len(docs)

    @_clean_after_errors
    def among(self, docs: Sequence[int], query: Any, *, weighting: BM25 = STANDARD) -> list[bool]:
        """Which of some live documents a query matches."""
        rising = np.sort(np.array(docs, arrays.DOC))
        found = set(rooms.membership.docs_of(self._evaluator(weighting), self._node(query), rising).tolist())
        return [doc in found for doc in docs]

    @_clean_after_errors
    def matching(self, query: Any, *, weighting: BM25 = STANDARD) -> Matches:
        """All live documents that a query matches, rising, and their scores."""
        return self._matches(self._node(query), weighting)

    @_clean_after_errors
    def score(self, queries: Sequence[Any], doc: int, *, weighting: BM25 = STANDARD) -> list[float | None]:
        """What each of some queries gives one document, as `matching` has it; None where it does not match."""
        self.commit.leaves.locate(doc)
        evaluator = self._evaluator(weighting)
        return [rooms.scoring.score_of(evaluator, self._node(query), doc) for query in queries]

    def proximity(self, docs: Sequence[int], wanted: Proximity) -> Array:
        """What documents get for pairs of terms that stand near each other -> (n,) float32."""
        every = np.array(docs, arrays.DOC)
        order = every.argsort()
        found = np.zeros(len(every), np.float32)
        found[order] = rooms.proximity.bonus(self.commit, every.take(order), wanted)
        return found

    @_clean_after_errors
    def facets(self, query: Any, wanted: Sequence[Counted]) -> list[dict[Any, int]]:
        """What is wanted of the documents that a query matches, as `View.facets` has it."""
        docs = self._docs(self._node(query), STANDARD)
        return [rooms.counting.facets(self.documents, docs, one) for one in wanted]

    @_clean_after_errors
    def warm(self) -> None:
        """Make beforehand what searches will ask for."""
        rooms.warming.warm(self.commit)

    def _node(self, query: Any) -> nodes.Node:
        if isinstance(query, nodes.Node):
            return query
        if self._translate is None:
            raise QueryError(f"{query!r} is no node; build the query from engine.nodes")
        return self._translate(self, query)

    def _evaluator(self, weighting: BM25) -> Evaluator:
        return rooms.execution.Evaluator(self.commit, weighting)

    def _docs(self, node: nodes.Node, weighting: BM25) -> Array:
        """All live documents that a node matches -> (n,) DOC, rising."""
        return self._evaluator(weighting).docs(node)

    def _matches(self, node: nodes.Node, weighting: BM25) -> Matches:
        """The same with scores."""
        return self._evaluator(weighting).matches(node)

    def _scores(self, node: nodes.Node, weighting: BM25, docs: Array) -> Array:
        """What a node gives some documents that it matches, in any order -> (n,) float32."""
        return rooms.scoring.scores_of(self._evaluator(weighting), node, docs)

    def _top(self, node: nodes.Node, weighting: BM25, count: int, behind: Behind | None) -> tuple[Array, Array]:
        """The best documents of a node, and their scores -> (n,) int64, (n,) float32."""
        found = rooms.top.top_docs(self._evaluator(weighting), node, count, total=False, behind=behind)
        return found.docnums, found.scores

    def _ordered(
        self,
        node: nodes.Node,
        weighting: BM25,
        limit: int,
        offset: int,
        sort: Sequence[SortKey],
        after: Place | None,
        group: str | None,
        *,
        total: bool,
    ) -> TopDocs:
        by_score = rooms.ordering.needs_scores(sort)
        docs, scores = self._matches(node, weighting) if by_score else (self._docs(node, weighting), None)
        found = rooms.ordering.page(self.documents, docs, scores, sort, limit, offset, after=after, group=group)
        page, every = docs.take(found.at), len(docs) if total else None
        shown = self._scores(node, weighting, page) if scores is None else scores.take(found.at)
        return rooms.top.TopDocs(page.astype(np.int64), shown, every, found.sizes, found.groups)
