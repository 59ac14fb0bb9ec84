"""What every engine answers, OpenSearch answers: held against an index in memory, which looks at every document.

Lucene keeps lengths in one byte, so scores are compared where lengths do not count.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khsearch import Document, Index, Ranking
from khsearch.engine import Counted, FieldScale, Proximity, SortKey, View
from khsearch.query import MATCHES
from khsearch.query.ranking import DEFAULT
from tests import opensearch_node
from tests.engine.drawn import trees
from tests.engine.test_engines import COLUMNS, _pairs, _queries, _terms, ids
from tests.extent import examples
from tests.state import drawn
from tests.state.model import FIELDS

WITHOUT_LENGTHS = Ranking(words=replace(DEFAULT.words, b=0), bigrams=replace(DEFAULT.bigrams, b=0))
WEIGHTING = WITHOUT_LENGTHS.weighting

Pair = tuple[Index, Index]


def often(count: int) -> settings:
    """As often as laws of other engines are tried."""
    return settings(examples(count), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(params=[1, 3], ids=["one shard", "three shards"], scope="module")
def shards(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture(scope="module")
def pair(shards: int, node_url: str) -> Iterator[Pair]:
    """The same commits in an index in OpenSearch and in one in memory: added, replaced, deleted, merged, deleted."""
    name = f"test-{uuid.uuid4().hex}"
    one = Index.create(f"{node_url}/{name}", fields=FIELDS, ranking=WITHOUT_LENGTHS, shards=shards)
    other = Index.memory(fields=FIELDS, ranking=WITHOUT_LENGTHS)
    for number in range(5):
        documents: list[Document] = []
        while len(documents) < 8:
            documents += _drawn(drawn.batches, 10 * number + len(documents))
        gone = [document.id for document in documents[:2]] if number % 2 else ["d0"]
        deleted = []
        for index in (one, other):
            writer = index.writer()
            writer.add_all(documents)
            deleted.append([writer.delete(id) for id in gone])
            writer.commit(optimize=number == 2)
        assert deleted[0] == deleted[1]
    yield one, other
    one.close()
    opensearch_node.remove(node_url, name)


def _drawn(strategy: st.SearchStrategy[Any], seed: int) -> Any:
    """One example of a strategy, always the same of a seed."""
    found: list[Any] = []

    @settings(max_examples=12, database=None, derandomize=False, deadline=None)
    @given(strategy)
    def draw(example: Any) -> None:
        found.append(example)

    draw._hypothesis_internal_use_seed = seed  # type: ignore[attr-defined]
    draw()
    return max(found, key=len)


def scored(view: View, keys: Any, scores: Any) -> dict[str, float]:
    return dict(zip(ids(view, keys), scores.tolist(), strict=True))


@often(60)
@given(data=st.data())
def test_every_node_means_the_same(pair: Pair, data: st.DataObject) -> None:
    first, second = (index._view() for index in pair)
    tree = trees(second)
    node, filter = data.draw(tree), data.draw(st.none() | tree)
    found, expected = (view.search(node, 100, weighting=WEIGHTING, filter=filter) for view in (first, second))
    assert scored(first, found.keys, found.scores) == pytest.approx(
        scored(second, expected.keys, expected.scores), rel=1e-3, abs=1e-4
    )
    if "Leading" not in repr(node):  # of which scores with lengths tell
        assert first.count(node) == second.count(node)
        column = data.draw(st.sampled_from(COLUMNS))
        assert first.facets(node, [Counted(column)]) == second.facets(node, [Counted(column)])
    column = data.draw(st.sampled_from(COLUMNS))
    key = SortKey(column, data.draw(st.booleans()))
    ordered = [ids(view, view.search(node, 100, weighting=WEIGHTING, sort=[key]).keys) for view in (first, second)]
    assert ordered[0] == ordered[1]


def test_a_commit_tells_the_same(pair: Pair) -> None:
    first, second = (index._view() for index in pair)
    assert first.doc_count == second.doc_count
    assert list(first.documents()) == list(second.documents())
    for name in ("title", "text", "lead", "bigrams", "note"):
        terms = second.terms(name)
        assert set(terms) <= set(first.terms(name))  # of deleted documents, too
        asked = [(name, term) for term in [*terms, b"never"]]
        assert first.dfs(asked) == second.dfs(asked)
        assert {term for found in first.vocabulary(name) for term in _terms(found.codes, found.starts)} == set(
            first.terms(name)
        )
    for name in ("title", "text", "note"):
        assert _pairs(first, name) >= _pairs(second, name)
    for document in second.documents():
        mine, theirs = (view.key(document.id) for view in (first, second))
        assert mine is not None
        assert theirs is not None
        assert first.document(mine) == second.document(theirs)
        assert first.summary(mine) == second.summary(theirs) == (document.id, document.title)
        for term in second.terms("text"):
            assert first.has("text", term, mine) == second.has("text", term, theirs)
    assert first.key("nobody") is second.key("nobody") is None


@often(20)
@given(data=st.data())
def test_a_node_gives_a_document_the_same(pair: Pair, data: st.DataObject) -> None:
    first, second = (index._view() for index in pair)
    term = st.sampled_from([*second.terms("text"), b"x"])
    pairs = tuple(data.draw(st.lists(st.tuples(term, term), max_size=3)))
    wanted = Proximity("text", pairs, data.draw(st.sampled_from([1, 2, 4])), FieldScale(b=0))
    leaf = data.draw(trees(second))
    every = [document.id for document in second.documents()]
    keys = [[view.key(id) for id in every] for view in (first, second)]
    near, expected = (
        view.proximity([key for key in mine if key is not None], wanted)
        for view, mine in zip((first, second), keys, strict=True)
    )
    assert [bool(one) for one in near] == [bool(one) for one in expected]
    for mine, theirs in list(zip(*keys, strict=True))[:4]:
        assert mine is not None
        assert theirs is not None
        (found,), (told,) = first.scores(mine, [leaf], WEIGHTING), second.scores(theirs, [leaf], WEIGHTING)
        assert (found is None) == (told is None)
        assert (found or 0) == pytest.approx(told or 0, rel=1e-3, abs=1e-4)


@often(40)
@given(data=st.data())
def test_an_index_answers_the_same(pair: Pair, data: st.DataObject) -> None:
    one, other = pair
    query, match = data.draw(_queries), data.draw(st.sampled_from(MATCHES))
    filter = data.draw(st.none() | st.sampled_from(["kind:a", "open:true", "day:2021"]))
    found, expected = (index.search(query, 50, match=match, filter=filter) for index in pair)
    assert {hit.id: hit.score for hit in found} == pytest.approx({hit.id: hit.score for hit in expected}, rel=0.1)
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


def test_what_is_like_a_document_is_the_same(pair: Pair) -> None:
    for document in pair[1].export():
        mine, theirs = ({hit.id: hit.loose for hit in index.similar(document.id)} for index in pair)
        assert mine == theirs
