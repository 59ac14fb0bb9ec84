"""Spans: ordered as bytes are, loaded from any offset, copied."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from khsearch.arrays import spans

terms = st.lists(st.binary(max_size=40), min_size=1, max_size=60)


@given(terms)
def test_spans_sort_as_bytes_do(words):
    codes, starts = spans.pack(words)
    order, group = spans.order(codes, starts[:-1], starts[1:])
    assert [words[i] for i in order.tolist()] == sorted(words)
    distinct = sorted(set(words))
    assert [distinct.index(words[i]) for i in order.tolist()] == group.tolist()


@given(st.binary(max_size=40))
def test_eights_are_what_stands_at_every_offset(codes):
    wanted = [int.from_bytes(codes[i : i + 8].ljust(8, b"\0"), "little") for i in range(len(codes) + 1)]
    assert spans.eights(codes).tolist() == wanted
    assert spans.eights(np.frombuffer(codes, np.uint8)).tolist() == wanted
    assert spans.load(spans.eights(codes), np.arange(len(codes) + 1)).tolist() == wanted


@given(terms, st.data())
def test_spans_are_copied_end_to_end(words, data):
    codes, starts = spans.pack(words)
    chosen = np.array(data.draw(st.lists(st.integers(0, len(words) - 1), max_size=20)), np.int64)
    copied, edges = spans.gather(codes, starts[chosen], starts[chosen + 1])
    assert [copied[a:b].tobytes() for a, b in pairwise(edges)] == [words[i] for i in chosen]
