"""The retriever of LangChain, with LangChain."""

from __future__ import annotations

import asyncio

import pytest

from khsearch import QueryError, Ranking
from tests.integrations.library import HOSTILE, elsewhere

pytest.importorskip("langchain_core", reason="langchain-core is not installed")

from langchain_core.documents import Document
from langchain_core.runnables import ConfigurableField, RunnableLambda

from khsearch.integrations.langchain import KhsearchRetriever


def ids(documents):
    return [one.id for one in documents]


def test_documents_with_their_metadata(index):
    hit = index.search("ទឹកជំនន់")[0]
    found = KhsearchRetriever(index=index, k=1).invoke("ទឹកជំនន់")
    assert found == [
        Document(
            id="1",
            page_content="ទឹកជំនន់នៅភ្នំពេញ",
            metadata={
                "year": 2024,
                "day": "2024-09-30",
                "tags": ["ទឹក", "news"],
                "title": "ទឹកជំនន់",
                "score": hit.score,
            },
        )
    ]


def test_what_is_asked_is_chosen_once_or_with_a_question(index):
    retriever = KhsearchRetriever(index=index, filter={"year": {"gte": 2010}}, match="all")
    assert ids(retriever.invoke("ភ្នំពេញ")) == ["1", "2"]
    assert ids(retriever.invoke("ភ្នំពេញ", k=1)) == ["1"]
    assert ids(retriever.invoke("ភ្នំពេញ", filter={"year": 2020})) == ["2"]
    assert ids(retriever.invoke("ព្រៃឈើ", filter=None)) == ["3"]
    assert retriever.invoke("ភ្នំពេញ", k=0) == []
    worst = Ranking(stages=[lambda candidates: [-one.score for one in candidates]])
    assert ids(KhsearchRetriever(index=index, ranking=worst).invoke("ភ្នំពេញ"))[:2] == ["2", "1"]
    with pytest.raises(ValueError, match="a question takes k, filter, match, ranking, length, not top_k"):
        retriever.invoke("ភ្នំពេញ", top_k=1)
    with pytest.raises(QueryError, match="no field 'yaer'"):
        retriever.invoke("ភ្នំពេញ", filter={"yaer": 2020})
    with pytest.raises(ValueError, match="k"):
        KhsearchRetriever(index=index, k="many")
    with pytest.raises(ValueError, match="index"):
        KhsearchRetriever(index="news.idx")


def test_long_texts_as_excerpts(index):
    (found,) = KhsearchRetriever(index=index, length=60).invoke("ទឹកជំនន់", filter={"year": 2020})
    assert "ទឹកជំនន់" in found.page_content
    assert len(found.page_content) < 200
    assert found.metadata["page"] == 2


def test_many_at_once_in_threads_and_in_a_loop(index):
    retriever = KhsearchRetriever(index=index, k=1)
    assert list(map(ids, retriever.batch(["ទឹកជំនន់", "ព្រៃឈើ"]))) == [["1"], ["3"]]

    async def ask():
        return await asyncio.gather(retriever.ainvoke("ទឹកជំនន់"), retriever.ainvoke("ព្រៃឈើ", k=2))

    with elsewhere(index):
        assert list(map(ids, asyncio.run(ask()))) == [["1"], ["3"]]


def test_in_a_chain_with_fields_that_are_chosen_later(index):
    chosen = KhsearchRetriever(index=index).configurable_fields(k=ConfigurableField("k"))
    chain = chosen | RunnableLambda(ids)
    assert chain.invoke("ភ្នំពេញ", config={"configurable": {"k": 1}}) == ["1"]


@pytest.mark.parametrize("question", HOSTILE)
def test_no_question_is_an_error(index, question):
    assert len(KhsearchRetriever(index=index).invoke(question)) <= 4
