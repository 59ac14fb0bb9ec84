"""Runs of equal values and what is counted by them, against plain Python and numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.arrays import distinct, narrow, numbered, runs, spread, stable_order, turns

values = st.lists(st.integers(0, 5) | st.integers(0, 1 << 62), max_size=60)


@given(values)
def test_different_values_rise_and_number_all(some):
    array = np.array(some, np.int64)
    assert distinct(array).tolist() == sorted(set(some))
    different, numbers = numbered(array)
    assert different.tolist() == sorted(set(some))
    assert different.take(numbers).tolist() == some
    assert turns(array).tolist() == [i == 0 or some[i] != some[i - 1] for i in range(len(some))]


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 4)), max_size=20))
def test_members_of_spans_come_span_after_span(some):
    starts, counts = np.array([*zip(*some, strict=True)] or [(), ()], np.int64)
    assert spread(starts, counts).tolist() == [start + i for start, count in some for i in range(count)]
    assert runs.starts_of(counts).tolist() == [sum(counts[:i].tolist()) for i in range(len(counts) + 1)]


@pytest.mark.parametrize("bits", [0, 1, 8, 9, 16, 17, 32, 33, 62])
def test_narrow_numbers_are_the_same_numbers(bits):
    array = np.array([0, (1 << bits) - 1, 1 << bits], np.int64)
    assert narrow(array).tolist() == array.tolist()
    assert narrow(array).itemsize == next(size for size in (1, 2, 4, 8) if bits < 8 * size)
    assert narrow(array[:0]).tolist() == []


@given(st.lists(st.integers(0, 1 << 40) | st.integers(65_530, 65_540), max_size=300), st.integers(1, 2))
def test_a_radix_sort_is_a_stable_sort(numbers, above):
    array = np.array(numbers, np.int64)
    bound = max(numbers, default=0) + above
    assert stable_order(array, bound).tolist() == np.argsort(array, kind="stable").tolist()
