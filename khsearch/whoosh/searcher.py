"""searcher: Whoosh's Searcher over a commit. Plain searches take the plans, others Whoosh's collectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whoosh import query
from whoosh.collectors import ScoredCollector, WrappingCollector
from whoosh.searching import Results
from whoosh.util import now

from khsearch.engine import nodes
from khsearch.whoosh.mended import mended
from khsearch.whoosh.queries import Translator
from khsearch.whoosh.reader import WhooshReader
from khsearch.whoosh.weighting import LiveSearcher, bm25_of, weighting_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from khsearch.columnar import Searcher


class ColumnarSearcher(LiveSearcher):
    """A Searcher that answers by plans where it can."""

    def __init__(self, columns: Searcher, reader: WhooshReader, weighting: Any = None, **kwargs: Any) -> None:
        """`columns` searches the commit that `reader` reads."""
        self.columns = columns
        super().__init__(reader, weighting=weighting_of(weighting), **kwargs)

    def search(self, q: Any, **kwargs: Any) -> Results:
        """As Whoosh's, with all its keywords."""
        limit = kwargs.pop("limit", 10)
        filter_by, mask = kwargs.get("filter"), kwargs.get("mask")
        bm25 = bm25_of(self.weighting, self.ixreader) if kwargs.keys() <= {"filter", "mask", "optimize"} else None
        queries = all(part is None or isinstance(part, query.Query) for part in (filter_by, mask))
        if bm25 is None or not queries or (limit is not None and limit < 1):
            return super().search(q, limit=limit, **kwargs)
        start = now()
        wanted = max(self.columns.commit.doc_count, 1) if limit is None else limit
        translator = Translator(self.ixreader.commit, self.ixreader.schema)
        node = translator.node(q)
        if filter_by is not None:
            node = nodes.Require(node, translator.node(filter_by, scored=False))
        if mask is not None:
            node = nodes.AndNot(node, translator.node(mask, scored=False))
        found = self.columns.search(node, wanted, weighting=bm25)
        results = Results(self, q, list(zip(found.scores.tolist(), found.docnums.tolist(), strict=True)))
        results.collector = _Counter(self.columns, node)
        results.runtime = now() - start
        return results

    def search_with_collector(self, q: Any, collector: Any, context: Any = None) -> Results:
        """As Whoosh's, its mistakes mended."""
        # What Whoosh puts in the place of matchers on its way loses documents where scores are not what it expects.
        innermost = collector
        while isinstance(innermost, WrappingCollector):
            innermost = innermost.child
        if isinstance(innermost, ScoredCollector):
            innermost.replace = 0
        return super().search_with_collector(mended(q, self.ixreader), collector, context)

    def docs_for_query(self, q: Any, for_deletion: bool = False) -> Iterator[int]:
        """As Whoosh's, its mistakes mended."""
        yield from super().docs_for_query(mended(q, self.ixreader), for_deletion)


class _Counter:
    """What Results asks of a collector: the number and the set of all matches, found when asked for."""

    def __init__(self, columns: Searcher, node: nodes.Node) -> None:
        self._columns = columns
        self._node = node

    def count(self) -> int:
        """The exact number of matches."""
        return self._columns.count(self._node)

    def computes_count(self) -> bool:
        """Counting is exact."""
        return True

    def all_ids(self) -> set[int]:
        """The numbers of all matching documents."""
        return set(self._columns.matching(self._node).docs.tolist())
