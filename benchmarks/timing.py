"""timing: works in, seconds out, side by side: a ratio of two works is taken inside each round.

A machine that others use too runs now faster, now slower, by more than what is to be measured. So works take turns,
round by round, and what is told is the median over rounds of the quotient of two works in one round, with its spread.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.console import Show

Work = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over several rounds: its median, least and greatest."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}\u2013{self.most:.2f})"


def spread(values: Sequence[float]) -> Spread:
    """Median, least and greatest of some values; at least one."""
    return Spread(statistics.median(values), min(values), max(values))


def interleaved(
    works: Mapping[str, Work], rounds: int, *, clock: Clock = time.process_time, show: Show | None = None
) -> dict[str, list[float]]:
    """Run each work once in each round, after one that does not count -> seconds, a list of `rounds` for each work."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        # Every other round goes backwards, so that no work always follows the same one.
        for name in list(works)[:: -1 if number % 2 else 1]:
            started = clock()
            works[name]()
            took = clock() - started
            if number:
                seconds[name].append(took)
        if show:
            show(number, rounds)
    return seconds


def quotients(above: Sequence[float], below: Sequence[float]) -> Spread:
    """What `above` is of `below`, round by round."""
    return spread([a / max(b, 1e-9) for a, b in zip(above, below, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that at least `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
