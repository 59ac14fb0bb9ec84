"""searcher: Whoosh's Searcher over a commit. What plans can say they answer; the rest Whoosh's collectors do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import query
from whoosh.collectors import ScoredCollector, WrappingCollector
from whoosh.reading import ReaderClosed
from whoosh.searching import Results
from whoosh.sorting import MultiFacet
from whoosh.util import now

from khsearch.arrays import DOC
from khsearch.columnar import Matches
from khsearch.engine import nodes
from khsearch.whoosh.queries.mended import mended
from khsearch.whoosh.queries.translator import Translator
from khsearch.whoosh.reading.reader import WhooshReader
from khsearch.whoosh.searching import facets
from khsearch.whoosh.searching.results import Planned
from khsearch.whoosh.weighting import LiveSearcher, bm25_of, weighting_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whoosh.fields import Schema

    from khsearch.arrays import Array
    from khsearch.columnar import Searcher
    from khsearch.engine import BM25, Node

_PLAIN = {"limit", "filter", "mask", "optimize", "sortedby", "reverse", "groupedby", "maptype", "scored"}


class ColumnarSearcher(LiveSearcher):
    """A Searcher that answers by plans where it can."""

    def __init__(self, reader: WhooshReader, columns: Searcher, weighting: Any = None, **kwargs: Any) -> None:
        """`columns` searches the commit that `reader` reads; other arguments as Whoosh's Searcher takes them."""
        self.columns = columns
        super().__init__(reader, weighting=weighting_of(weighting), **kwargs)

    def node(self, q: Any, *, scored: bool = True) -> Node:
        """A query of Whoosh's as a node of the engine, a node as it is; scored: whether it matters what it scores.

        QueryError for what is neither.
        """
        return q if isinstance(q, nodes.Node) else Translator(self.reader()).node(q, scored=scored)

    def refresh(self) -> ColumnarSearcher:
        """A searcher of the latest commit: this one, where nothing has followed; else this one is closed."""
        if self.up_to_date():
            return self
        self.close()
        found: ColumnarSearcher = self._ix.searcher(weighting=self.weighting)
        return found

    def search(self, q: Any, **kwargs: Any) -> Results:
        """As Whoosh's, with all its keywords."""
        if self.is_closed:
            raise ReaderClosed("this searcher is closed; get another one from the index")
        if kwargs.get("collapse") is not None:
            return self._collapsed(q, **kwargs)
        plan = bm25_of(self.weighting, self.reader())
        if plan is None or kwargs.keys() - _PLAIN or not kwargs.get("scored", True):
            return super().search(q, **kwargs)
        start = now()
        results = self._planned(q, plan, **kwargs)
        if results is None:
            return super().search(q, **kwargs)
        results.runtime = now() - start
        return results

    def _collapsed(self, q: Any, *, limit: int | None = 10, **kwargs: Any) -> Results:
        """Results without those that others stand for: which they are, and how many, shows when all have been seen."""
        if limit is not None and limit < 1:
            return super().search(q, limit=limit, **kwargs)  # which refuses it
        results: Results = super().search(q, limit=None, **kwargs)
        results.top_n, results._total = results.top_n[:limit], len(results.top_n)
        return results

    def search_with_collector(self, q: Any, collector: Any, context: Any = None) -> None:
        """As Whoosh's, its mistakes mended."""
        # What Whoosh puts in the place of matchers on its way loses documents where scores are not what it expects.
        innermost = collector
        while isinstance(innermost, WrappingCollector):
            innermost = innermost.child
        if isinstance(innermost, ScoredCollector):
            innermost.replace = 0
        super().search_with_collector(mended(q, self.reader()), collector, context)

    def docs_for_query(self, q: Any, for_deletion: bool = False) -> Iterator[int]:
        """As Whoosh's, its mistakes mended."""
        yield from super().docs_for_query(mended(q, self.reader()), for_deletion)

    def _planned(
        self,
        q: Any,
        weighting: BM25,
        *,
        limit: int | None = 10,
        filter: Any = None,
        mask: Any = None,
        sortedby: Any = None,
        reverse: bool = False,
        groupedby: Any = None,
        maptype: Any = None,
        **_: Any,
    ) -> Results | None:
        """The results of a search by arrays; None where Whoosh's collectors have to find them."""
        if limit is not None and limit < 1:
            return None
        reader = self.reader()
        by = facets.field_facets(reader, MultiFacet.from_sortedby(sortedby).facets) if sortedby else []
        groups = facets.plain_groups(reader, groupedby, maptype) if groupedby else {}
        if by is None or groups is None or not all(map(_is_plain, (filter, mask))):
            return None
        found = Planned(self, q, weighting, chosen=self._chosen(filter), unwanted=self._chosen(mask))
        if by:
            return found.sorted(by, groups, reverse=reverse, limit=limit)
        return found.grouped(groups, reverse=reverse) if groups or reverse else found.best(limit)

    def _chosen(self, which: Any) -> Node | None:
        """A filter or mask that is plain as a node; None where there is none."""
        if isinstance(which, query.Query):
            return self.node(which, scored=False)
        return _these(np.array(sorted(which), DOC)) if which else None


def searcher_of(columns: Searcher, schema: Schema, **kwargs: Any) -> ColumnarSearcher:
    """A Whoosh Searcher of the commit that `columns` searches; other arguments as Whoosh's Searcher takes them."""
    return ColumnarSearcher(WhooshReader(columns.commit, schema), columns, **kwargs)


def _is_plain(which: Any) -> bool:
    """Whether a filter or mask is a query, or a set of documents, or none; of others, Whoosh knows what they are."""
    return not which or isinstance(which, query.Query | set | frozenset)


def _these(docs: Array) -> Node:
    """The node of some documents, rising."""
    return nodes.Foreign(lambda _: Matches(docs, np.ones(len(docs), np.float32)))
