"""Lookup: spans found by their bytes, whatever their keys are."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.arrays import Lookup, lookup, spans

terms = st.lists(st.binary(max_size=12) | st.binary(min_size=8, max_size=30), max_size=30)


@pytest.mark.parametrize("constant", [False, True])
@given(known=terms, wanted=terms)
def test_spans_are_found_by_their_bytes(constant: bool, known: list[bytes], wanted: list[bytes]) -> None:
    known = sorted(set(known))
    keys_of = (lambda _, starts, __: np.zeros(len(starts), np.uint64)) if constant else lookup.keys_of
    codes, starts = spans.pack([*wanted, *known])
    with patch.object(lookup, "keys_of", keys_of):
        found = Lookup(*spans.pack(known)).find(codes, starts[:-1], starts[1:]).tolist()
    assert found == [known.index(term) if term in known else -1 for term in [*wanted, *known]]


@given(st.lists(st.tuples(st.binary(max_size=12), st.binary(max_size=12)), max_size=20))
def test_spans_are_equal_if_their_bytes_are(pairs: list[tuple[bytes, bytes]]) -> None:
    pairs += [(one, one) for one, _ in pairs]
    (codes, starts), (others, begins) = (spans.pack([pair[side] for pair in pairs]) for side in (0, 1))
    found = spans.equal(codes, starts[:-1], starts[1:], others, begins[:-1], begins[1:])
    assert found.tolist() == [one == other for one, other in pairs]
