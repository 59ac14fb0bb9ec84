"""results: Whoosh's Results of a query that the arrays answer: the best, all in the order of columns, groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whoosh.searching import Results

from khsearch.engine import nodes
from khsearch.whoosh.searching import facets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from whoosh.sorting import FieldFacet

    from khsearch.arrays import Array
    from khsearch.engine import BM25, Node
    from khsearch.whoosh.reading.reader import WhooshReader
    from khsearch.whoosh.searching.searcher import ColumnarSearcher


class PlannedResults(Results):  # type: ignore[misc]
    """Results of a search by arrays."""

    collector: Planned

    @property
    def allowed(self) -> set[int] | None:
        """The documents that a filter allows; None without one."""
        return self.collector.docs_of(self.collector.chosen)

    @property
    def restricted(self) -> set[int] | None:
        """The documents that a mask keeps out; None without one."""
        return self.collector.docs_of(self.collector.unwanted)

    @property
    def filtered_count(self) -> int:
        """How many documents match and are kept out by a filter or mask."""
        return self.collector.filtered_count


class Planned:
    """One search by arrays, and what its results ask a collector: how many matches there are, and which.

    All of them are found when they are asked for.
    """

    def __init__(
        self,
        searcher: ColumnarSearcher,
        q: Any,
        weighting: BM25,
        *,
        chosen: Node | None = None,
        unwanted: Node | None = None,
    ) -> None:
        """Q is scored by `weighting`, among what `chosen` matches and `unwanted` does not."""
        self.chosen = chosen
        self.unwanted = unwanted
        self._searcher = searcher
        self._q = q
        self._asked = node = searcher.node(q)
        node = node if chosen is None else nodes.Require(node, chosen)
        self._node = node if unwanted is None else nodes.AndNot(node, unwanted)
        self._weighting = weighting
        self._every = max(searcher.columns.commit.doc_count, 1)
        self._all: Array | None = None

    def best(self, limit: int | None) -> PlannedResults:
        """The best documents, at most `limit`."""
        docs, scores = self._run(self._every if limit is None else limit)
        return self._results(docs, scores.tolist())

    def grouped(self, groups: Mapping[str, tuple[FieldFacet, Any]], *, reverse: bool) -> PlannedResults:
        """All documents, the best first or last, and their groups, as `facets.plain_groups` has them."""
        docs, scores = self._whole()
        step = -1 if reverse else 1
        return self._with_groups(self._results(docs[::step], scores[::step].tolist()), docs, groups)

    def sorted(
        self,
        by: Sequence[FieldFacet],
        groups: Mapping[str, tuple[FieldFacet, Any]],
        *,
        reverse: bool,
        limit: int | None,
    ) -> PlannedResults:
        """The documents in the order of fields, at most `limit`, and the groups of all of them."""
        docs = self._all = self._rising()
        ordered = facets.sorted_docs(self._reader, docs, by, reverse=reverse)
        shown = ordered if limit is None else ordered[:limit]
        results = self._results(shown, facets.sort_keys(self._reader, shown, by))
        if groups and reverse:
            ordered = facets.sorted_docs(self._reader, docs, by, reverse=False)
        return self._with_groups(results, ordered, groups)

    def count(self) -> int:
        """The exact number of matches."""
        return len(self._found())

    def computes_count(self) -> bool:
        """Counting is exact."""
        return True

    def all_ids(self) -> set[int]:
        """The numbers of all matching documents."""
        return set(self._found().tolist())

    @property
    def filtered_count(self) -> int:
        """How many documents match and are kept out by the filter or mask."""
        if self.chosen is None and self.unwanted is None:
            return 0
        return int(self._searcher.columns.count(self._asked)) - self.count()

    def docs_of(self, node: Node | None) -> set[int] | None:
        """The numbers of the documents of a filter or mask; None without one."""
        return None if node is None else set(self._searcher.columns.matching(node).docs.tolist())

    @property
    def _reader(self) -> WhooshReader:
        found: WhooshReader = self._searcher.reader()
        return found

    def _found(self) -> Array:
        if self._all is None:
            self._all = self._rising()
        return self._all

    def _rising(self) -> Array:
        docs: Array = self._searcher.columns.matching(self._node, weighting=self._weighting).docs
        return docs

    def _whole(self) -> tuple[Array, Array]:
        docs, scores = self._run(self._every)
        self._all = docs
        return docs, scores

    def _run(self, count: int) -> tuple[Array, Array]:
        found = self._searcher.columns.search(self._node, count, weighting=self._weighting)
        return found.docnums, found.scores

    def _results(self, docs: Array, scores: list[Any]) -> PlannedResults:
        results = PlannedResults(self._searcher, self._q, list(zip(scores, docs.tolist(), strict=True)))
        results.collector = self
        return results

    def _with_groups(
        self, results: PlannedResults, docs: Array, groups: Mapping[str, tuple[FieldFacet, Any]]
    ) -> PlannedResults:
        results._facetmaps = {
            name: facets.grouped(self._reader, docs, facet, kept) for name, (facet, kept) in groups.items()
        }
        return results
