from __future__ import annotations

import itertools

import pytest

from benchmarks.timing import Spread, interleaved, percentile, quotients, spread


def test_a_spread_is_median_least_and_most() -> None:
    assert spread([3.0, 1.0, 10.0]) == Spread(3.0, 1.0, 10.0)
    assert str(spread([3.0, 1.0, 10.0])) == "3.00 (1.00\u201310.00)"


def test_quotients_are_taken_inside_a_round() -> None:
    assert quotients([2.0, 20.0, 200.0], [1.0, 10.0, 100.0]) == Spread(2.0, 2.0, 2.0)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.95, 10), (0.99, 10), (0.1, 1), (0.0, 1), (1.0, 10)])
def test_percentile(share: float, expected: int) -> None:
    assert percentile([float(value) for value in range(10, 0, -1)], share) == expected


def test_works_take_turns_and_the_first_round_does_not_count() -> None:
    done: list[str] = []
    ticks = itertools.count()
    works = {name: (lambda name=name: done.append(name)) for name in "ab"}
    seconds = interleaved(works, 2, clock=lambda: float(next(ticks)))
    assert "".join(done) == "abbaab"
    assert seconds == {"a": [1.0, 1.0], "b": [1.0, 1.0]}
