"""Spans, interning and runs do what loops over Python's bytes and lists do."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.arrays import interning, runs, spans

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


@pytest.mark.parametrize("constant", [None, 7])
@given(
    batches=st.lists(terms, min_size=1, max_size=4),
    pick=st.none() | st.lists(st.sampled_from([0, 1, interning.MOST_IDS - 20]), min_size=1, max_size=9),
)
def test_equal_spans_get_one_number_whatever_the_hash(constant, batches, pick):
    """... and whatever names they have: some none, some one beyond the table."""
    interner, numbers, named = interning.Interner(), {}, None
    if pick is not None:
        words = sorted({word for words in batches for word in words})
        named = {word: step and step + 2 * i for i, (word, step) in enumerate(zip(words, itertools.cycle(pick)))}
    with pytest.MonkeyPatch.context() as patch:
        if constant is not None:
            exact = interning._keys

            def colliding(words, starts, lengths):
                keys = exact(words, starts, lengths)
                keys[lengths > interning.SHORT] = interning.LONG_TAG
                return keys

            patch.setattr(interning, "_keys", colliding)
        for words in batches:
            codes, starts = spans.pack(words)
            names = None if named is None else np.array([named.get(word, 0) for word in words], np.int32)
            found = interner.intern(codes, starts[:-1], starts[1:], names)
            for number, word in zip(found.tolist(), words, strict=True):
                assert numbers.setdefault(number, word) == word
    assert len(set(numbers.values())) == len(numbers) == interner.count
    codes, starts, ends = interner.terms()
    assert {i: codes[a:b].tobytes() for i, (a, b) in enumerate(zip(starts, ends, strict=True))} == numbers


@given(st.lists(st.integers(0, 1 << 40), max_size=300), st.sampled_from([1 << 41]))
def test_a_radix_sort_is_a_stable_sort(numbers, bound):
    array = np.array(numbers, np.int64)
    assert runs.stable_order(array, bound).tolist() == np.argsort(array, kind="stable").tolist()
