"""relevance: judged queries in, measures with their intervals out; khsearch beside its baselines, query by query.

Measures are those of ir-measures: nDCG@10, recall at 10 and at 100, and the reciprocal rank of the first answer. An
interval is what the middle 95% of seeded bootstrap samples of the queries give; that of a difference resamples the
queries' differences, so it tells whether khsearch is better on queries like these, whatever the queries' own spread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.baselines import DEPTH, Run
from benchmarks.console import Show
from benchmarks.judged import Collection
from khsearch import Index, Ranking

MEASURES = ("nDCG@10", "R@10", "R@100", "RR")
SAMPLES = 10_000
SEED = 7

Values = Mapping[str, float]
"""A measure in points, 0 to 100, by query id."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries, and the bounds of its 95% interval, in points."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.1f} ({self.low:.1f}\u2013{self.high:.1f})"

    @property
    def signed(self) -> str:
        """A difference, with its sign."""
        return f"{self.mean:+.1f} ({self.low:+.1f} to {self.high:+.1f})"


def bootstrap(values: Sequence[float]) -> Interval:
    """Mean of some values and its 95% interval."""
    array = np.array(values, np.float64)
    chosen = np.random.default_rng(SEED).integers(0, len(array), (SAMPLES, len(array)))
    low, high = np.percentile(array[chosen].mean(axis=1), [2.5, 97.5])
    return Interval(float(array.mean()), float(low), float(high))


def search_all(index: Index, collection: Collection, show: Show, ranking: Ranking | None = None) -> Run:
    """Ask khsearch every query, with its default settings, or another ranking."""
    run = {}
    for number, (query, text) in enumerate(collection.queries.items()):
        run[query] = [hit.id for hit in index.search(text, limit=DEPTH, ranking=ranking)]
        show(number, len(collection.queries))
    return run


def measure(collection: Collection, run: Run) -> dict[str, dict[str, float]]:
    """Points of every query, by measure and query id; a query without hits has none."""
    import ir_measures

    found = {name: dict.fromkeys(collection.queries, 0.0) for name in MEASURES}
    # The order is the run's: equal scores would be ordered by id.
    scored = {
        query: {document: float(len(ids) - rank) for rank, document in enumerate(ids)} for query, ids in run.items()
    }
    wanted = [ir_measures.parse_measure(name) for name in MEASURES]
    for metric in ir_measures.iter_calc(wanted, collection.qrels, scored):
        found[str(metric.measure)][metric.query_id] = 100 * metric.value
    return found


def differences(ours: Values, theirs: Values) -> dict[str, float]:
    """What khsearch has more than another, by query."""
    return {query: value - theirs[query] for query, value in ours.items()}


def summarise(measured: Mapping[str, Mapping[str, Values]]) -> dict[str, dict[str, Interval]]:
    """Means with intervals, by ranking and measure."""
    return {
        name: {measure: bootstrap(list(values.values())) for measure, values in points.items()}
        for name, points in measured.items()
    }


def compare(measured: Mapping[str, Mapping[str, Values]], ours: str) -> dict[str, dict[str, Interval]]:
    """Paired differences of `ours` to every other ranking, by that ranking and measure."""
    return {
        name: {m: bootstrap(list(differences(measured[ours][m], points[m]).values())) for m in MEASURES}
        for name, points in measured.items()
        if name != ours
    }


def rows(figures: Mapping[str, Mapping[str, Interval]], shown: Callable[[Interval], str] = str) -> list[list[str]]:
    """Rows for people: ranking, then each measure."""
    return [[name, *(shown(points[measure]) for measure in MEASURES)] for name, points in figures.items()]


def largest(
    collection: Collection, measured: Mapping[str, Mapping[str, Values]], ours: str, other: str, count: int
) -> list[list[str]]:
    """Rows for people: the queries on which two rankings differ most in nDCG@10: difference, both, query."""
    mine, their = measured[ours][MEASURES[0]], measured[other][MEASURES[0]]
    apart = sorted(differences(mine, their).items(), key=lambda entry: (-abs(entry[1]), entry[0]))
    return [
        [query, f"{gap:+.1f}", f"{mine[query]:.1f}", f"{their[query]:.1f}", collection.queries[query]]
        for query, gap in apart[:count]
        if gap
    ]
