"""Rankings: what they take, and that an index with any of them opens again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index
from khsearch.engine import FieldScale
from khsearch.query.ranking import DEFAULT, Ranking
from tests.extent import examples

NO_FACTORS = [float("nan"), float("inf"), -1.0, "1", None, 1j]
factors = st.floats(0, 1e6) | st.integers(0, 1_000) | st.sampled_from([np.float32(0.5), np.float64(1.5), np.int64(2)])


@pytest.mark.parametrize("value", NO_FACTORS)
@pytest.mark.parametrize("name", ["k1", "b", "weight", "sharpness"])
def test_numbers_that_no_score_comes_from_are_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"{name} takes a number"):
        FieldScale(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("readings", value) for value in NO_FACTORS),
        *((name, value) for name in ("few_words", "slop") for value in (*NO_FACTORS, 2.5)),
        *((name, 5) for name in ("words", "lead", "bigrams", "closeness")),
    ],
)
def test_a_ranking_names_what_it_cannot_take(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name} takes"):
        Ranking(**{name: value})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="b takes a number from 0 to 1"):
        FieldScale(b=1.5)


@examples(20)
@given(factors, factors, factors, st.integers(0, 50))
def test_an_index_opens_with_the_ranking_that_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, k1: float, weight: float, readings: float, slop: int
) -> None:
    ranking = replace(DEFAULT, words=FieldScale(k1=k1, weight=weight), readings=readings, slop=slop)
    path: Path = tmp_path_factory.mktemp("ranked") / "x"
    index = Index.create(path, ranking=ranking)
    with index.writer() as writer:
        writer.add(Document("1", "", "ប្រជុំ ពិការភាព"))
    again = Index.open(path)
    for query in ("ប្រជុំ", "ប្រជុំ ពិការភាព"):
        assert [hit.score for hit in again.search(query)] == [hit.score for hit in index.search(query, ranking=ranking)]
