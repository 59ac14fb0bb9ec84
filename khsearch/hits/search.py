"""search: what one search asked, and of which commit: what counts as found, what ranks it, what is marked in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from khsearch.engine import Node, View, nodes
from khsearch.frozen import frozen
from khsearch.hits.compiled import MarkFinder
from khsearch.query import Marks, Plan, Ranking
from khsearch.schema import BIGRAMS, TEXT
from khsearch.sharing import cached_property

if TYPE_CHECKING:
    from khsearch.khmer import Analyzer, Variants

_COMMON = 12  # what more than one in so many documents has is not marked in looser hits


@frozen
class Search:
    """What one search asked, and of which commit: what its hits and counts need later."""

    text: str
    view: View
    analyzer: Analyzer
    plan: Plan
    ranking: Ranking
    filter: Node | None
    fields: Mapping[str, str]
    variants: Variants
    known_total: int | None = None

    @property
    def ranked_set(self) -> Node:
        """What counts as found, scored by what ranks."""
        plan = self.plan
        if plan.found is None:
            return self.wanted
        return nodes.AndMaybe(nodes.Constant(self.settled[0], 0.0), plan.node)

    @property
    def wanted(self) -> Node:
        """What counts as found, together with the filter."""
        node = self.plan.node if self.plan.found is None else self.plan.found.node
        return node if self.filter is None else nodes.Require(node, self.filter)

    @cached_property
    def total(self) -> int:
        """How many documents count as found."""
        known = self.known
        return self.settled[1] if known is None else known

    @property
    def known(self) -> int | None:
        """The same where nobody has to look for it."""
        if self.known_total is None and self.plan.found is not None and self.filter is None:
            return self.plan.found.count
        return self.known_total

    @cached_property
    def settled(self) -> tuple[Node, int]:
        """What counts as found, worked out by the scores that the hits have, and how many documents that are."""
        return self.view.settled(self.wanted, self.ranking.weighting)

    @cached_property
    def marks(self) -> Marks:
        """What is marked in what counts as found."""
        plan = self.plan
        if plan.found is None:
            return plan.marks
        rows = [*plan.found.rows, *plan.said]
        return Marks([*rows, *self.loose_marks.rows], self.loose_marks.bigrams) if plan.found.nearly else Marks(rows)

    @cached_property
    def loose_marks(self) -> Marks:
        """What is marked in looser hits: chunks, and of their words those that not very many documents have."""
        chunks = () if self.plan.found is None else self.plan.found.rows
        words = [row for row in self.plan.marks.rows if row not in chunks]
        common = self._common(TEXT, [row[0] for row in words if len(row) == 1])
        rows = [*chunks, *(row for row in words if len(row) > 1 or row[0] not in common)]
        bigrams = list(dict.fromkeys(self.plan.marks.bigrams))
        often = self._common(BIGRAMS, bigrams)
        return Marks(rows, [bigram for bigram in bigrams if bigram not in often])

    @cached_property
    def sought(self) -> MarkFinder:
        """What is looked for in what counts as found."""
        return MarkFinder(self.marks, self.analyzer)

    @cached_property
    def loosely_sought(self) -> MarkFinder:
        """What is looked for in looser hits."""
        return MarkFinder(self.loose_marks, self.analyzer)

    def _common(self, field: str, terms: Sequence[bytes]) -> set[bytes]:
        dfs = self.view.dfs([(field, term) for term in terms])
        return {term for term, df in zip(terms, dfs, strict=True) if df * _COMMON > self.view.doc_count}
