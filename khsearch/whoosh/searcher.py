"""searcher: Whoosh's Searcher over a commit. What plans can say they answer; the rest Whoosh's collectors do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import query
from whoosh.matching import Matcher
from whoosh.reading import ReaderClosed
from whoosh.searching import Results
from whoosh.searching import Searcher as WhooshSearcher
from whoosh.sorting import MultiFacet
from whoosh.util import now

from khsearch.arrays import DOC
from khsearch.columnar import Matches
from khsearch.engine import nodes
from khsearch.whoosh import facets
from khsearch.whoosh.reader import WhooshReader
from khsearch.whoosh.weighting import PlanWeighting, plan_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from whoosh.fields import Schema

    from khsearch.arrays import Array
    from khsearch.columnar import Searcher
    from khsearch.engine import BM25, Node

_PLAIN = {"limit", "filter", "mask", "optimize", "sortedby", "reverse", "groupedby", "maptype", "scored"}


class ColumnarSearcher(WhooshSearcher):  # type: ignore[misc]
    """A Searcher that answers by plans where it can."""

    def __init__(self, reader: WhooshReader, columns: Searcher, weighting: Any = None, **kwargs: Any) -> None:
        """`columns` searches the commit that `reader` reads; other arguments as Whoosh's Searcher takes them."""
        self.columns = columns
        super().__init__(reader, weighting=PlanWeighting() if weighting is None else weighting, **kwargs)
        self._statistics = _Statistics(self)

    def refresh(self) -> ColumnarSearcher:
        """A searcher of the latest commit: this one, where nothing has followed."""
        if self._ix is None or self.up_to_date():
            return self
        self.close()
        found: ColumnarSearcher = self._ix.searcher(weighting=self.weighting)
        return found

    def postings(self, fieldname: str, text: Any, weighting: Any = None, qf: float = 1) -> Matcher:
        """As Whoosh's: the postings of a term, scored."""
        weighting = weighting or self.weighting
        scorer = weighting.scorer(self._statistics, fieldname, text, qf=qf)
        return self.reader().postings(fieldname, text, scorer=scorer)

    def search(self, q: Any, **kwargs: Any) -> Results:
        """As Whoosh's, with all its keywords."""
        if self.is_closed:
            raise ReaderClosed("this searcher is closed; get another one from the index")
        plan = plan_of(self.weighting, self.schema)
        if plan is None or kwargs.keys() - _PLAIN or not kwargs.get("scored", True):
            return super().search(q, **kwargs)
        start = now()
        results = self._planned(q, plan, **kwargs)
        if results is None:
            return super().search(q, **kwargs)
        results.runtime = now() - start
        return results

    def _planned(
        self,
        q: Any,
        plan: BM25,
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
        """The results of a search by plans; None where Whoosh's collectors have to find them."""
        try:
            chosen, unwanted = self._chosen(filter), self._chosen(mask)
        except TypeError:
            return None
        if limit is not None and limit < 1:
            return None
        by = facets.field_facets(self.reader(), MultiFacet.from_sortedby(sortedby).facets) if sortedby else []
        groups = facets.plain_groups(self.reader(), groupedby, maptype) if groupedby else {}
        if by is None or groups is None:
            return None
        every = max(self.columns.commit.doc_count, 1)

        def run(count: int) -> tuple[Array, Array]:
            found = self.columns.search(q, count, weighting=plan, filter=chosen, mask=unwanted)
            return found.docnums, found.scores

        counter = _Counter(lambda: run(every)[0])
        if not by and not groups and not reverse:
            docs, scores = run(every if limit is None else min(limit, every))
            return self._results(q, docs, scores.tolist(), counter)
        ranked, scores = run(every)
        counter.found = ranked
        if by:
            order = facets.sorted_docs(self.reader(), np.sort(ranked), by, reverse=reverse)
            shown = order if limit is None else order[:limit]
            results = self._results(q, shown, facets.sort_keys(self.reader(), shown.tolist(), by), counter)
            ranked = facets.sorted_docs(self.reader(), np.sort(ranked), by, reverse=False)
        else:
            step = -1 if reverse else 1
            results = self._results(q, ranked[::step], scores[::step].tolist(), counter)
        results._facetmaps = {
            name: facets.grouped(self.reader(), ranked, facet, kept) for name, (facet, kept) in groups.items()
        }
        return results

    def _results(self, q: Any, docs: Array, scores: list[Any], counter: _Counter) -> Results:
        results = Results(self, q, list(zip(scores, docs.tolist(), strict=True)))
        results.collector = counter
        return results

    def _chosen(self, which: Any) -> Any:
        """A filter or mask as a query or node; TypeError for what is neither that nor a set of documents."""
        if not which and not isinstance(which, query.Query):
            return None
        if isinstance(which, query.Query):
            return which
        if isinstance(which, set | frozenset):
            docs = np.array(sorted(which), DOC)
            return _these(docs)
        raise TypeError(type(which))


def searcher_of(columns: Searcher, schema: Schema, **kwargs: Any) -> ColumnarSearcher:
    """A Whoosh Searcher of the commit that `columns` searches; other arguments as Whoosh's Searcher takes them."""
    return ColumnarSearcher(WhooshReader(columns.commit, schema), columns, **kwargs)


def _these(docs: Array) -> Node:
    """The node of some documents, rising."""
    return nodes.Foreign(lambda _: Matches(docs, np.ones(len(docs), np.float32)))


class _Counter:
    """What Results asks of a collector: the number and the set of all matches, found when asked for."""

    def __init__(self, find: Callable[[], Array]) -> None:
        self._find = find
        self.found: Array | None = None

    def count(self) -> int:
        """The exact number of matches."""
        return len(self._all())

    def computes_count(self) -> bool:
        """Counting is exact."""
        return True

    def all_ids(self) -> set[int]:
        """The numbers of all matching documents."""
        return set(self._all().tolist())

    def _all(self) -> Array:
        if self.found is None:
            self.found = self._find()
        return self.found


class _Statistics:
    """A searcher as weightings ask it: documents are counted without the deleted ones, as terms and lengths are."""

    def __init__(self, searcher: ColumnarSearcher) -> None:
        self._searcher = searcher
        self._idfs: dict[tuple[str, Any], float] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._searcher, name)

    def get_parent(self) -> _Statistics:
        """Itself: there is one reader."""
        return self

    def doc_count_all(self) -> int:
        """Live documents."""
        return int(self._searcher.doc_count())

    def avg_field_length(self, fieldname: str, default: float | None = None) -> float | None:
        """Mean tokens of a field over all live documents; `default` where it is not scorable."""
        if not self._searcher.schema[fieldname].scorable:
            return default
        return float(self._searcher.field_length(fieldname)) / (self.doc_count_all() or 1)

    def idf(self, fieldname: str, text: Any) -> float:
        """How rare a term is, as the weighting has it."""
        key = fieldname, text
        if key not in self._idfs:
            self._idfs[key] = self._searcher.weighting.idf(self, fieldname, text)
        return self._idfs[key]
