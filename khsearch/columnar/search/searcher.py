"""searcher: what one commit can be asked. Nodes or other queries in; documents, scores, counts and facets out."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from khsearch.columnar.search import proximity
from khsearch.columnar.search.execution import Evaluator
from khsearch.columnar.search.matches import constant
from khsearch.columnar.search.membership import docs_of
from khsearch.columnar.search.scoring import score_of
from khsearch.columnar.search.top import TopDocs, top_docs
from khsearch.engine import BM25, Proximity, SortKey, nodes
from khsearch.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from khsearch.arrays import Array
    from khsearch.columnar.search.commit import Commit
    from khsearch.columnar.search.matches import Matches

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

    commit, documents, terms  what is searched, and its parts
    """

    def __init__(self, commit: Commit, translate: Callable[[Searcher, Any], nodes.Node] | None = None) -> None:
        """`translate` makes a node of a query of another language, which every method takes then, too."""
        self.commit = commit
        self.documents = commit.documents
        self.terms = commit.terms
        self._translate = translate

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
        count: bool = False,
    ) -> TopDocs:
        """The documents of a query from rank offset on, at most limit, best first or in the order of `sort`.

        Only what `filter` matches and `mask` does not; neither scores. The exact total if `count` is set.
        """
        node = self._node(query)
        if filter is not None:
            node = nodes.Require(node, self._node(filter))
        if mask is not None:
            node = nodes.AndNot(node, self._node(mask))
        evaluator = Evaluator(self.commit, weighting)
        if sort:
            return self._sorted(evaluator.matches(node), sort, limit, offset, total=count)
        found = top_docs(evaluator, node, offset + limit, total=count)
        if not offset:
            return found
        return TopDocs(found.docnums[offset:], found.scores[offset:], found.total)

    @_clean_after_errors
    def count(self, query: Any) -> int:
        """How many live documents a query matches, exactly."""
        return len(Evaluator(self.commit, STANDARD).docs(self._node(query)))

    @_clean_after_errors
    def settled(self, query: Any, *, weighting: BM25 = STANDARD) -> tuple[nodes.Node, int]:
        """What matches the same documents, worked out, and how many they are."""
        docs = Evaluator(self.commit, weighting).docs(self._node(query))
        return nodes.Foreign(lambda _: constant(docs, 1.0)), len(docs)

    @_clean_after_errors
    def among(self, docs: Array, query: Any, *, weighting: BM25 = STANDARD) -> Array:
        """Those of some documents, live and rising (n,), that a query matches."""
        return docs_of(Evaluator(self.commit, weighting), self._node(query), docs)

    @_clean_after_errors
    def matching(self, query: Any, *, weighting: BM25 = STANDARD) -> Matches:
        """All live documents that a query matches, rising, and their scores."""
        return Evaluator(self.commit, weighting).matches(self._node(query))

    @_clean_after_errors
    def score(self, queries: Sequence[Any], doc: int, *, weighting: BM25 = STANDARD) -> list[float | None]:
        """What each of some queries gives one document, as `matching` has it; None where it does not match."""
        self.commit.leaves.locate(doc)
        evaluator = Evaluator(self.commit, weighting)
        return [score_of(evaluator, self._node(query), doc) for query in queries]

    def proximity(self, docs: Array, wanted: Proximity) -> Array:
        """What documents, rising (n,), get for pairs of terms that stand near each other -> (n,) float32."""
        return proximity.bonus(self.commit, docs, wanted)

    @_clean_after_errors
    def facets(self, query: Any, column: str) -> dict[Any, int]:
        """How many of the matching documents have each value of a column, most frequent first.

        Numbers are int or float, text is str; dates are microseconds from year 1, as columns.number_of tells. Text
        of one form counts as one value, and shows as it was written first.
        """
        found = self.documents.column(column)
        if found is None:
            return {}
        chosen = np.zeros(self.commit.doc_count_all, bool)
        chosen[Evaluator(self.commit, STANDARD).docs(self._node(query))] = True
        owners = found.owners()
        kept = chosen.take(owners)
        # A document that holds a value twice still counts once; a value shows as it was written first.
        values, first, which = np.unique(found.compared[kept], return_index=True, return_inverse=True)
        written = found.values[kept][first]
        width = max(len(values), 1)
        pairs = np.unique(owners[kept] * width + which)
        counts = np.bincount(pairs % width, minlength=len(values))
        order = np.argsort(-counts, kind="stable").tolist()
        return {found.shown(written[i]): int(counts[i]) for i in order if counts[i]}

    def _node(self, query: Any) -> nodes.Node:
        if isinstance(query, nodes.Node):
            return query
        if self._translate is None:
            raise QueryError(f"{query!r} is no node; build the query from engine.nodes")
        return self._translate(self, query)

    def _sorted(self, found: Matches, sort: Sequence[SortKey], limit: int, offset: int, *, total: bool) -> TopDocs:
        keys: list[Array] = [found.docs]
        for key in reversed(sort):
            column = self.documents.column(key.column)
            if column is None:
                continue
            values, has = column.first()
            values = values.take(found.docs)
            if key.reverse:  # the negative of the smallest int64 is itself
                values = ~values if values.dtype == np.int64 else -values
            keys += [values, ~has.take(found.docs)]
        order = np.lexsort(keys)[offset : offset + limit]
        return TopDocs(
            found.docs.take(order).astype(np.int64), found.scores.take(order), len(found.docs) if total else None
        )
