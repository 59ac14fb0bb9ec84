"""reader: what one commit can be asked. Nodes or Whoosh queries in; documents, scores, counts and facets out."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

import numpy as np

from khsearch.columnar.search.execution import Evaluator
from khsearch.columnar.search.snapshot import Snapshot
from khsearch.columnar.search.top import TopDocs, top_docs
from khsearch.engine import BM25, SortKey, nodes
from khsearch.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from khsearch.arrays import Array
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
            self.forget_scratch()
            raise

    functools.update_wrapper(guarded, method)
    return guarded


class Reader(Snapshot):
    """One commit of an index: immutable, safe for threads, valid as long as anyone holds it."""

    # A query of another language as a node; whoever opens the index for such queries sets it.
    translate: Callable[[Reader, Any], nodes.Node] | None = None

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
        evaluator = Evaluator(self, weighting)
        if sort:
            return self._sorted(evaluator.matches(node), sort, limit, offset, total=count)
        found = top_docs(evaluator, node, offset + limit, total=count)
        if not offset:
            return found
        return TopDocs(found.docnums[offset:], found.scores[offset:], found.total)

    @_clean_after_errors
    def count(self, query: Any) -> int:
        """How many live documents a query matches, exactly."""
        return len(Evaluator(self, STANDARD).docs(self._node(query)))

    @_clean_after_errors
    def matching(self, query: Any, *, weighting: BM25 = STANDARD) -> Matches:
        """All live documents that a query matches, rising, and their scores."""
        return Evaluator(self, weighting).matches(self._node(query))

    @_clean_after_errors
    def facets(self, query: Any, column: str) -> dict[Any, int]:
        """How many of the matching documents have each value of a column, most frequent first.

        Numbers are int or float, text is str; dates are microseconds from year 1, as columns.number_of tells. Text
        of one form counts as one value, and shows as it was written first.
        """
        found = self.column(column)
        if found is None:
            return {}
        chosen = np.zeros(self.doc_count_all, bool)
        chosen[Evaluator(self, STANDARD).docs(self._node(query))] = True
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

    @_clean_after_errors
    def scores(self, doc: int, nodes: Sequence[nodes.Node], weighting: BM25) -> list[float | None]:
        """What each of some nodes gives one document; None where it does not match it."""
        out: list[float | None] = []
        for node in nodes:
            found = Evaluator(self, weighting).matches(node)
            at = int(found.docs.searchsorted(doc))
            hit = at < len(found.docs) and int(found.docs[at]) == doc
            out.append(float(found.scores[at]) if hit else None)
        return out

    def memo(self, room: str, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """What a room has worked out about this commit."""
        found = self._memo.get((room, key))
        if found is None:
            found = make()
            self._memo[room, key] = found
        return cast("T", found)

    def column_values(self, column: str, doc: int) -> list[Any]:
        """The values of a column in one document; text as str, numbers as int or float."""
        found = self.column(column)
        if found is None:
            return []
        starts = self.column_starts(column)
        return [found.shown(value) for value in found.values[int(starts[doc]) : int(starts[doc + 1])]]

    def term_counts(self) -> dict[str, int]:
        """Distinct terms by field, those of each segment added up."""
        counts: dict[str, int] = {}
        for segment in self.segments:
            for name in segment.field_names:
                field = segment.field(name)
                counts[name] = counts.get(name, 0) + (field.count if field is not None else 0)
        return counts

    def part_sizes(self) -> dict[str, int]:
        """Bytes by part: postings of each field, ids, heads, stored documents, columns."""
        sizes: dict[str, int] = {}
        for segment in self.segments:
            names = dict(enumerate(segment.field_names))
            for section, size in segment.file.section_sizes().items():
                part = section.partition(".")[0]
                named = f"field {names[int(part)]}" if part.isdecimal() and int(part) in names else part
                sizes[named] = sizes.get(named, 0) + size
        return sizes

    def _node(self, query: Any) -> nodes.Node:
        if isinstance(query, nodes.Node):
            return query
        if self.translate is None:
            raise QueryError(f"{query!r} is no node; build the query from columnar.nodes")
        return self.translate(self, query)

    def _sorted(self, found: Matches, sort: Sequence[SortKey], limit: int, offset: int, *, total: bool) -> TopDocs:
        keys: list[Array] = [found.docs]
        for key in reversed(sort):
            column = self.column(key.column)
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
