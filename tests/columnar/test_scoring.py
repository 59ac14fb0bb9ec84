"""What one document gets is what it gets among all."""

from __future__ import annotations

import tempfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.engine import BM25, FieldScale, Proximity, nodes
from khsearch.errors import QueryError
from tests.columnar.corpora import add, create, histories, play, words
from tests.extent import examples

boosts = st.sampled_from([0.0, 0.5, 1.0])
some_field = st.sampled_from(["words", "bigrams", "none"])  # of which the first alone keeps positions
leaves = st.one_of(
    st.builds(nodes.Term, some_field, words, boosts),
    st.builds(nodes.AnyField, st.just(("words", "bigrams")), words, boosts),
    st.builds(nodes.Phrase, some_field, st.lists(words, min_size=1, max_size=3).map(tuple), st.integers(1, 3), boosts),
    st.builds(nodes.Prefix, st.just("words"), words.map(lambda word: word[:1]), boosts),
    st.builds(nodes.AnyOf, st.just("words"), st.lists(words, max_size=3).map(tuple), boosts),
    st.builds(nodes.Fuzzy, st.just("words"), words),
    st.builds(nodes.Between, st.just("length"), st.integers(0, 9)),
    st.builds(nodes.Every, st.sampled_from([None, "words"]), boosts),
    st.just(nodes.Nothing()),
)


def _combined(inner: st.SearchStrategy[nodes.Node]) -> st.SearchStrategy[nodes.Node]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(nodes.And, several),
        st.builds(nodes.Or, several),
        st.builds(nodes.AndMaybe, inner, inner),
        st.builds(nodes.AndNot, inner, inner, boosts),
        st.builds(nodes.Require, inner, inner),
        st.builds(nodes.Not, inner),
        st.builds(nodes.Constant, inner, boosts),
        st.builds(nodes.Boost, inner, boosts),
    )


queries_of_nodes = st.recursive(leaves, _combined, max_leaves=6)


@examples(100)
@given(histories, st.lists(queries_of_nodes, min_size=1, max_size=4), boosts)
def test_the_score_of_one_document_is_that_of_a_search(history, queries, weight):
    weighting = BM25(fields={"bigrams": FieldScale(weight=weight)})
    with tempfile.TemporaryDirectory() as folder:
        index = create(folder)
        play(index, history)
        searcher = index.searcher()
        every = [searcher.matching(node, weighting=weighting) for node in queries]
        expected = [dict(zip(found.docs.tolist(), found.scores.tolist(), strict=True)) for found in every]
        for doc in range(searcher.commit.doc_count_all):
            found = searcher.score(queries, doc, weighting=weighting)
            assert found == [pytest.approx(scores[doc], rel=1e-5) if doc in scores else None for scores in expected]


def test_a_document_that_is_not_there_has_no_score(tmp_path):
    index = create(tmp_path)
    with index.writer() as writer:
        add(writer, [("a", [b"a"])])
    with pytest.raises(QueryError, match="no document"):
        index.searcher().score([nodes.Every()], 1)


@pytest.mark.parametrize("field", ["words", "bigrams"])
@pytest.mark.parametrize("terms", [(b"a",), (b"a", b"b")])
def test_a_phrase_of_a_field_without_positions_gives_one_document_what_it_gives_all(tmp_path, field, terms):
    index = create(tmp_path)
    with index.writer() as writer:
        add(writer, [("a", [b"a", b"b"])])
    node, searcher = nodes.Phrase(field, terms), index.searcher()
    expected = [pytest.approx(score) for score in searcher.matching(node).scores.tolist()] or [None]
    assert searcher.score([node], 0) == expected


@pytest.mark.parametrize("slop", [1, 100, 1 << 40])
def test_terms_of_two_documents_are_never_near_each_other(tmp_path, slop):
    index = create(tmp_path)
    with index.writer() as writer:
        add(writer, [("a", [b"c", b"a"]), ("b", [b"b"]), ("c", [b"a", b"b"])])
    wanted = Proximity("words", ((b"a", b"b"),), slop, FieldScale())
    found = index.searcher().proximity(np.arange(3, dtype=np.int32), wanted)
    assert (found > 0).tolist() == [False, False, True]
