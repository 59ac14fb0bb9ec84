"""Interning: a number for equal spans, whatever the hash function makes of them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.arrays import interning, spans

terms = st.lists(st.binary(max_size=40), min_size=1, max_size=60)


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
