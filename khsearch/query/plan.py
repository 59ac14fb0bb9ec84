"""plan: a query in; what counts as found, what ranks, and what snippets mark, out: a plan.

The compiled core, where the view has one, plans most queries in one call (`compiled`); the others are planned step by
step, by rooms that are loaded for them (`stepwise`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from khsearch.engine import View, nodes
from khsearch.khmer import Analyzer, Variants
from khsearch.query.clauses import Filter, Match
from khsearch.query.language import is_everything
from khsearch.query.plans import Found, Marks, Plan
from khsearch.query.ranking import Ranking
from khsearch.sharing import cached_property, loading

if TYPE_CHECKING:
    from khsearch.query.stepwise import Stepwise

_BYTES = 20_000
"""What a plan takes, about."""


class Planner:
    """Plans queries for one commit of an index; `fields` are its own fields by name, with their kinds."""

    def __init__(
        self, view: View, analyzer: Analyzer, fields: Mapping[str, str], variants: Variants, ranking: Ranking
    ) -> None:
        self._view = view
        self._analyzer = analyzer
        self._variants = variants
        self._ranking = ranking
        self._fields = fields

    @cached_property
    def _stepwise(self) -> Stepwise:
        loading("khsearch.query.stepwise")
        from khsearch.query.stepwise import Stepwise

        return Stepwise(self._view, self._analyzer, self._fields, self._variants, self._ranking)

    def plan(self, text: str, match: Match = "best", *, strict: bool = False, correct: bool = True) -> Plan:
        """Plan a query. QueryError only if `strict`.

        A blank query, or *, finds all documents, each as good as the other; another without a word finds nothing.
        correct: whether chunks that stand nowhere are read otherwise.
        """
        if is_everything(text):
            return Plan(nodes.Every(), Marks([]), found=Found(nodes.Every(), self._view.doc_count))

        def stepwise() -> Plan:
            return self._stepwise.plan(text, match, strict=strict, correct=correct)

        if self._view.compiled is not None:
            loading("khsearch.query.compiled")
            from khsearch.query.compiled import planned

            reads = partial(self._reads, text, correct=correct)
            found = planned(self._view, self._analyzer, self._variants, self._ranking, text, match, stepwise, reads)
            if found is not None:
                return found
        if self._view.far is None:
            return stepwise()
        # Most of what a query costs beside its one request would be planning it once more.
        key = text, match, strict, correct, self._ranking.numbers, self._variants
        return self._view.memo("plans", key, stepwise, lambda _: _BYTES)

    def _reads(self, text: str, chunks: Sequence[str], *, correct: bool) -> dict[str, tuple[str, ...]]:
        """What chunks of a query that stand nowhere are read as."""
        return self._stepwise.reads(text, chunks) if correct else {}

    def filter(self, given: Filter, check: Callable[..., None]) -> nodes.Node | None:
        """Plan what hits must match without scoring for it; None for what is blank or empty, which says nothing.

        check: called with every text of it that has to break as the documents did. QueryError.
        """
        return None if isinstance(given, str) and is_everything(given) else self._stepwise.filter(given, check)
