"""What every engine answers, OpenSearch answers: held against an index in memory, which looks at every document.

Lucene keeps lengths in one byte, so scores are compared where lengths do not count.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khsearch import Index, Ranking
from khsearch.engine import Counted, FieldScale, Proximity, SortKey, View
from khsearch.query import MATCHES
from khsearch.query.ranking import DEFAULT
from tests.engine.drawn import trees
from tests.engine.test_engines import COLUMNS, _pairs, _queries, _terms, histories, ids
from tests.extent import examples
from tests.state.model import FIELDS

WITHOUT_LENGTHS = Ranking(words=replace(DEFAULT.words, b=0), bigrams=replace(DEFAULT.bigrams, b=0))
WEIGHTING = WITHOUT_LENGTHS.weighting


def some(few: int) -> settings:
    """As many examples as are tried elsewhere, but few where tests are many: each makes an index."""
    return settings(examples(few), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@contextmanager
def both(url: str, history: list[Any], shards: int) -> Iterator[tuple[Index, Index]]:
    """The same documents in an index in OpenSearch, and in one in memory."""
    name = f"{url}-{os.urandom(4).hex()}"
    indexes = (
        Index.create(name, fields=FIELDS, ranking=WITHOUT_LENGTHS, shards=shards),
        Index.memory(fields=FIELDS, ranking=WITHOUT_LENGTHS),
    )
    for documents, gone, optimize in history:
        deleted = []
        for index in indexes:
            writer = index.writer()
            writer.add_all(documents)
            deleted.append([writer.delete(id) for id in gone])
            writer.commit(optimize=optimize)
        assert deleted[0] == deleted[1]
    yield indexes
    indexes[0].close()


@pytest.fixture
def url(node_url: str, fresh_name: str) -> str:
    return f"{node_url}/{fresh_name}"


def scored(view: View, keys: Any, scores: Any) -> dict[str, float]:
    return dict(zip(ids(view, keys), scores.tolist(), strict=True))


@some(12)
@given(history=histories, shards=st.sampled_from([1, 3]), data=st.data())
def test_every_node_means_the_same(url: str, history: Any, shards: int, data: st.DataObject) -> None:
    with both(url, history, shards) as (one, other):
        first, second = one._view(), other._view()
        tree = trees(second)
        for _ in range(8):
            node, filter = data.draw(tree), data.draw(st.none() | tree)
            found = first.search(node, 100, weighting=WEIGHTING, filter=filter)
            expected = second.search(node, 100, weighting=WEIGHTING, filter=filter)
            assert scored(first, found.keys, found.scores) == pytest.approx(
                scored(second, expected.keys, expected.scores), rel=1e-3, abs=1e-4
            )
            assert first.count(node) == second.count(node)
            column = data.draw(st.sampled_from(COLUMNS))
            assert first.facets(node, [Counted(column)]) == second.facets(node, [Counted(column)])
            key = SortKey(column, data.draw(st.booleans()))
            ordered = [
                ids(view, view.search(node, 100, weighting=WEIGHTING, sort=[key]).keys) for view in (first, second)
            ]
            assert ordered[0] == ordered[1]


@some(10)
@given(history=histories, shards=st.sampled_from([1, 3]), data=st.data())
def test_a_commit_tells_the_same(url: str, history: Any, shards: int, data: st.DataObject) -> None:
    with both(url, history, shards) as (one, other):
        first, second = one._view(), other._view()
        assert first.doc_count == second.doc_count
        assert list(first.documents()) == list(second.documents())
        for name in ("title", "text", "lead", "bigrams", "note"):
            terms = second.terms(name)
            assert set(terms) <= set(first.terms(name))  # of deleted documents, too
            asked = [(name, term) for term in [*terms[:20], b"never"]]
            assert first.dfs(asked) == second.dfs(asked)
            assert {term for found in first.vocabulary(name) for term in _terms(found.codes, found.starts)} == set(
                first.terms(name)
            )
        for name in ("title", "text", "note"):
            assert _pairs(first, name) >= _pairs(second, name)
        pair = st.tuples(*[st.sampled_from([*second.terms("text"), b"x"])] * 2)
        pairs = tuple(data.draw(st.lists(pair, max_size=3)))
        wanted = Proximity("text", pairs, data.draw(st.sampled_from([1, 2, 4])), FieldScale(b=0))
        every = [document.id for document in second.documents()]
        keys = [(first.key(id), second.key(id)) for id in every]
        near = first.proximity([a for a, _ in keys], wanted)
        expected = second.proximity([b for _, b in keys], wanted)
        assert [bool(one) for one in near] == [bool(one) for one in expected]
        leaf = data.draw(trees(second))
        for (mine, theirs), id in zip(keys, every, strict=True):
            assert mine is not None
            assert theirs is not None
            assert first.document(mine) == second.document(theirs)
            assert first.summary(mine) == second.summary(theirs) == (id, second.document(theirs).title)
            (found,), (told,) = first.scores(mine, [leaf], WEIGHTING), second.scores(theirs, [leaf], WEIGHTING)
            assert (found is None) == (told is None)
            assert (found or 0) == pytest.approx(told or 0, rel=1e-3, abs=1e-4)
            for term in second.terms("text")[:5]:
                assert first.has("text", term, mine) == second.has("text", term, theirs)
        assert first.key("nobody") is second.key("nobody") is None


@some(12)
@given(history=histories, shards=st.sampled_from([1, 3]), data=st.data())
def test_an_index_answers_the_same(url: str, history: Any, shards: int, data: st.DataObject) -> None:
    with both(url, history, shards) as (one, other):
        for _ in range(4):
            query, match = data.draw(_queries), data.draw(st.sampled_from(MATCHES))
            filter = data.draw(st.none() | st.sampled_from(["kind:a", "open:true", "day:2021"]))
            found, expected = (index.search(query, 50, match=match, filter=filter) for index in (one, other))
            assert {hit.id: hit.score for hit in found} == pytest.approx(
                {hit.id: hit.score for hit in expected}, rel=0.1
            )
            assert {hit.id: hit.loose for hit in found} == {hit.id: hit.loose for hit in expected}
            assert found.total == expected.total
            assert found.problem == expected.problem
            assert found.corrected == expected.corrected
            assert found.facet("kind") == expected.facet("kind")
            snippets = {hit.id: hit.snippet for hit in expected}
            for hit in found:
                assert hit.snippet == snippets[hit.id]
                assert sum(part.score for part in hit.explain()) == pytest.approx(hit.score, rel=1e-3, abs=1e-3)
            assert one.complete(query) == other.complete(query)
        assert {hit.id: hit.loose for hit in one.similar("d1")} == {hit.id: hit.loose for hit in other.similar("d1")}
