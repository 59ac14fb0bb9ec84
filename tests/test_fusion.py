"""Rankings fused by ranks: the sum of the paper, stable ties, whatever the rankings hold."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, fuse
from tests.extent import examples

Point = namedtuple("Point", "score id")
IDS = st.lists(st.text(max_size=3), unique=True, max_size=8)


def test_ranks_add_up_as_in_the_paper():
    assert fuse(["a", "b"], ["b", "c"]) == [("b", 1 / 62 + 1 / 61), ("a", 1 / 61), ("c", 1 / 62)]
    assert fuse(["a", "b"], ["b", "c"], k=0, weights=[1, 10]) == [("b", 0.5 + 10), ("c", 5), ("a", 1)]
    assert fuse(["a", "b"], ["c"], weights=[0, 1]) == [("c", 1 / 61)]
    assert fuse() == fuse([]) == fuse([], []) == []


def test_equals_stay_in_the_order_in_which_they_came():
    assert [id for id, _ in fuse(["b", "x"], ["a", "y"], ["c"])] == ["b", "a", "c", "x", "y"]


def test_rankings_hold_ids_pairs_and_hits_of_any_kind():
    index = Index.memory()
    with index.writer() as writer:
        writer.add_all([Document("1", text="ទឹក"), Document("2", text="ភ្លៀង")])
    hits = index.search("ទឹក")
    points = [Point(0.9, "2"), Point(0.8, "1")]
    ((id, score),) = fuse(hits, points, [("1", 0.5)], ["1"], iter(points), limit=1)
    assert (id, score) == ("1", pytest.approx(3 / 61 + 2 / 62))
    assert [id for id, _ in fuse([(hits[0], 0.1)], np.argsort([3, 1, 2]), [1], fuse([7]))] == [1, "1", 7, 2, 0]


@given(st.lists(IDS, max_size=4), st.floats(0, 1e6), st.integers(0, 10))
@examples(100)
def test_every_document_once_best_first(rankings, k, limit):
    fused = fuse(*rankings, k=k)
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)
    assert {id for id, _ in fused} == {id for ranking in rankings for id in ranking}
    assert len(fused) == len(dict(fused))
    assert fuse(*rankings, k=k, limit=limit) == fused[:limit]
    assert [id for id, _ in fuse(*rankings[:1], k=k)] == [id for ranking in rankings[:1] for id in ranking]
    for id, score in fused:
        assert score == pytest.approx(sum(1 / (k + one.index(id) + 1) for one in rankings if id in one))


def test_a_document_that_stands_twice_counts_where_it_stands_first():
    assert fuse(["a", "a", "b"]) == fuse(["a", "b"])


@pytest.mark.parametrize(
    ("rankings", "options", "what"),
    [
        (["ab"], {}, "ranking 1 takes"),
        ([["a"], 3], {}, "ranking 2 takes"),
        ([["a", None]], {}, "ranking 1 takes"),
        ([{"a"}], {}, "ranking 1 takes"),
        ([{"a": 1.0}], {}, "ranking 1 takes"),
        ([[True]], {}, "ranking 1 takes"),
        ([[("a", 1, 2)]], {}, "ranking 1 takes"),
        ([["a"]], {"k": -1}, "k takes"),
        ([["a"]], {"k": float("nan")}, "k takes"),
        ([["a"]], {"limit": -1}, "limit takes"),
        ([["a"]], {"weights": [1, 2]}, "weights takes"),
        ([["a"]], {"weights": [-1]}, "weights takes"),
        ([["a"]], {"weights": 1}, "weights takes"),
        ([["a"]], {"weights": ["1"]}, "weights takes"),
    ],
)
def test_what_cannot_be_is_refused(rankings, options, what):
    with pytest.raises(ValueError, match=what):
        fuse(*rankings, **options)
