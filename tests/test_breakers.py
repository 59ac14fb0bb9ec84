from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.khmer.words.breakers import _ends_in, word_ends


@given(st.lists(st.text("កខគ", min_size=1, max_size=4), max_size=8), st.integers(0, 30))
def test_a_copy_that_leaves_something_out_ends_where_the_text_does(words: list[str], at: int) -> None:
    ends = [sum(map(len, words[: i + 1])) for i in range(len(words))]
    run = "".join(words)
    assert _ends_in(run, run, ends) == ends
    longer = run[:at] + "ឃ" + run[at:]
    at = min(at, len(run))
    assert _ends_in(longer, run, ends) == [end if end <= at else end + 1 for end in ends]


@given(st.lists(st.sampled_from(["a", " ", "ไทย", "\U0001f600", "𝐊", "中", "é"]), max_size=8).map("".join))
def test_words_of_icu_end_at_code_points(text: str) -> None:
    ends = word_ends(text)
    assert ends == sorted(set(ends))
    assert ends[-1:] == ([len(text)] if text else [])
    alone = [end for start, end in zip([0, *ends], ends, strict=False) if word_ends(text[start:end]) != [end - start]]
    assert not alone


@pytest.mark.parametrize("count", [1, 300])
def test_surrogates_do_not_move_the_ends(count: int) -> None:
    assert word_ends("\U0001f600 " * count) == list(range(1, 2 * count + 1))
