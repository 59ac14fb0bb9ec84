"""A query that was asked before: in one request, and answered as if it had not been."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from khsearch import Document, Index, Ranking, Results
from tests.remote.corpora import FIELDS, make, query

WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"match": "strict"},
    {"match": "any"},
    {"match": "all"},
    {"correct": False},
    {"ranking": Ranking(few_words=1)},
    {"ranking": Ranking(stages=[lambda candidates: [-one.score for one in candidates]])},
    {"filter": {"kind": "a"}},
    {"limit": 3, "offset": 2},
)


@pytest.fixture
def index(node_url: str, fresh_name: str) -> Iterator[Index]:
    with Index.create(f"{node_url}/{fresh_name}", fields=FIELDS) as found:
        with found.writer() as writer:
            writer.add_all(make(range(60)))
        yield found


def told(results: Results) -> object:
    return [(hit.id, hit.snippet, hit.loose) for hit in results], results.total, results.corrected, results.problem


def test_each_way_to_ask_it_is_answered_for_itself(index: Index) -> None:
    queries = [query(seed) for seed in range(4)] + ["x(", 'kind:a "', make([0])[0].text[:60]]
    with Index.open(index.address) as fresh:
        first = {}
        for text in queries:
            for number, way in enumerate(WAYS):
                first[text, number] = told(fresh.search(text, **way))
        for text in reversed(queries):
            for number, way in reversed(list(enumerate(WAYS))):
                assert told(fresh.search(text, **way)) == first[text, number]
                assert told(index.search(text, **way)) == first[text, number]


def test_it_takes_one_request(index: Index) -> None:
    client = index._engine._client  # type: ignore[attr-defined]
    for text in [query(seed) for seed in range(20)] + [make([0])[0].text[:60]]:
        index.search(text)
        before = client.requests
        index.search(text)
        assert client.requests - before <= 2, text  # one of them may ask whether there is another commit


def test_it_finds_what_was_committed_since(index: Index) -> None:
    text = make([0])[0].text[:60]
    before = index.search(text).total
    with index.writer() as writer:
        writer.add(Document("new", "", text))
    assert "new" in [hit.id for hit in index.search(text)]
    with index.writer() as writer:
        writer.delete("new")
    after = index.search(text)
    assert "new" not in [hit.id for hit in after]
    assert after.total == before
