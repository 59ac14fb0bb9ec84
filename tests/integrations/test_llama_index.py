"""The retriever of LlamaIndex, with LlamaIndex."""

from __future__ import annotations

import asyncio

import pytest

from khsearch import QueryError
from tests.integrations.library import HOSTILE, elsewhere

pytest.importorskip("llama_index.core", reason="llama-index-core is not installed")

from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine

from khsearch.integrations.llama_index import KhsearchRetriever


def ids(nodes):
    return [one.node.node_id for one in nodes]


def test_nodes_with_their_metadata(index):
    (found,) = KhsearchRetriever(index, similarity_top_k=1).retrieve("ទឹកជំនន់")
    assert found.score == pytest.approx(index.search("ទឹកជំនន់")[0].score)
    assert (found.node.node_id, found.node.text) == ("1", "ទឹកជំនន់នៅភ្នំពេញ")
    assert found.node.metadata == {"year": 2024, "day": "2024-09-30", "tags": ["ទឹក", "news"], "title": "ទឹកជំនន់"}


def test_what_is_asked_is_chosen(index):
    assert ids(KhsearchRetriever(index, filter={"year": 2020}, match="all").retrieve("ភ្នំពេញ")) == ["2"]
    (found,) = KhsearchRetriever(index, filter={"year": 2020}, length=60).retrieve("ទឹកជំនន់")
    assert "ទឹកជំនន់" in found.node.text
    assert len(found.node.text) < 200
    assert found.node.metadata["page"] == 2
    with pytest.raises(QueryError, match="no field 'yaer'"):
        KhsearchRetriever(index, filter={"yaer": 2020}).retrieve("ភ្នំពេញ")


def test_in_a_loop(index):
    retriever = KhsearchRetriever(index, 1)

    async def ask():
        return await asyncio.gather(retriever.aretrieve("ទឹកជំនន់"), retriever.aretrieve("ព្រៃឈើ"))

    with elsewhere(index):
        assert list(map(ids, asyncio.run(ask()))) == [["1"], ["3"]]


def test_in_a_query_engine(index):
    engine = RetrieverQueryEngine.from_args(KhsearchRetriever(index, 1), llm=MockLLM())
    answer = engine.query("ទឹកជំនន់")
    assert ids(answer.source_nodes) == ["1"]
    assert "ទឹកជំនន់នៅភ្នំពេញ" in str(answer)


@pytest.mark.parametrize("question", HOSTILE)
def test_no_question_is_an_error(index, question):
    assert len(KhsearchRetriever(index).retrieve(question)) <= 4
