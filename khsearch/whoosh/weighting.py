"""weighting: the BM25 of the plans as a weighting of Whoosh's."""

# ruff: noqa: D102

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whoosh.scoring import BaseScorer, WeightingModel

from khsearch.engine import BM25, term_weight

if TYPE_CHECKING:
    from whoosh.fields import Schema


class PlanWeighting(WeightingModel):  # type: ignore[misc]
    """The BM25 of the plans as a weighting of Whoosh's."""

    def __init__(self, weighting: BM25 | None = None) -> None:
        self.bm25 = weighting or BM25()

    def scorer(self, searcher: Any, fieldname: str, text: Any, qf: float = 1) -> BaseScorer:
        return _Scorer(searcher.reader(), fieldname, text, self.bm25)


class _Scorer(BaseScorer):  # type: ignore[misc]
    def __init__(self, reader: Any, name: str, text: Any, weighting: BM25) -> None:
        scale = weighting.scale(name)
        df = reader.doc_frequency(name, text)
        self._factor = term_weight(reader.doc_count(), df, scale) * (scale.k1 + 1)
        self._norms = reader.commit.terms.norms(name, scale)

    def supports_block_quality(self) -> bool:
        return False

    def score(self, matcher: Any) -> float:
        tf = matcher.weight()
        return float(self._factor * tf / (tf + float(self._norms[matcher.id()])))

    def max_quality(self) -> float:
        return self._factor

    def block_quality(self, matcher: Any) -> float:
        return self._factor


def plan_of(weighting: Any, schema: Schema) -> BM25 | None:
    """What a weighting of Whoosh's is in plans; None where only Whoosh's matchers can score by it."""
    return weighting.bm25 if isinstance(weighting, PlanWeighting) else None
