"""The component of Haystack, with Haystack."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Index, QueryError, Ranking
from khsearch.integrations.conditions import filter_of
from tests.extent import examples
from tests.integrations.library import DOCUMENTS, FIELDS, HOSTILE, elsewhere

pytest.importorskip("haystack", reason="haystack-ai is not installed")

from haystack import Document, Pipeline
from haystack.components.builders import PromptBuilder
from haystack.components.joiners import DocumentJoiner
from haystack.utils.filters import document_matches_filter

from khsearch.integrations.haystack import KhsearchRetriever


def ids(found):
    return [one.id for one in found["documents"]]


def test_documents_with_their_metadata(index):
    hit = index.search("ទឹកជំនន់")[0]
    meta = {"year": 2024, "day": "2024-09-30", "tags": ["ទឹក", "news"], "title": "ទឹកជំនន់"}
    expected = Document(id="1", content="ទឹកជំនន់នៅភ្នំពេញ", meta=meta, score=hit.score)
    assert KhsearchRetriever(index, top_k=1).run("ទឹកជំនន់") == {"documents": [expected]}


def test_what_is_asked_is_chosen_once_or_with_a_run(index):
    recent = {"field": "meta.year", "operator": ">=", "value": 2010}
    retriever = KhsearchRetriever(index, filters=recent, match="all")
    assert ids(retriever.run("ភ្នំពេញ")) == ["1", "2"]
    assert ids(retriever.run("ភ្នំពេញ", top_k=1)) == ["1"]
    assert ids(retriever.run("ភ្នំពេញ", filters={"year": 2020})) == ["2"]
    assert ids(retriever.run("ព្រៃឈើ", filters={})) == ["3"]
    (found,) = KhsearchRetriever(index, length=60).run("ទឹកជំនន់", filters={"year": 2020})["documents"]
    assert "ទឹកជំនន់" in found.content
    assert len(found.content) < 200
    assert found.meta["page"] == 2


def test_in_a_pipeline_that_is_written_and_read(index):
    pipeline = Pipeline()
    ranking = Ranking(readings=0.25)
    pipeline.add_component("retriever", KhsearchRetriever(index, 1, filters={"year": 2024}, ranking=ranking))
    pipeline.add_component("prompt", PromptBuilder("{% for one in documents %}{{ one.content }}{% endfor %}"))
    pipeline.add_component("joiner", DocumentJoiner())
    pipeline.connect("retriever.documents", "joiner.documents")
    pipeline.connect("joiner.documents", "prompt.documents")
    again = Pipeline.loads(pipeline.dumps(), allowed_modules=["khsearch.integrations.haystack"])
    for one in (pipeline, again):
        assert one.run({"retriever": {"query": "ភ្នំពេញ"}}) == {"prompt": {"prompt": "ទឹកជំនន់នៅភ្នំពេញ"}}
    assert again.get_component("retriever").to_dict() == pipeline.get_component("retriever").to_dict()
    with pytest.raises(ValueError, match="no stages"):
        KhsearchRetriever(index, ranking=Ranking(stages=[lambda candidates: []])).to_dict()


def test_in_a_loop(index):
    pipeline = Pipeline()
    pipeline.add_component("retriever", KhsearchRetriever(index, 1))
    with elsewhere(index):
        found = asyncio.run(pipeline.run_async({"retriever": {"query": "ទឹកជំនន់"}}))
    assert ids(found["retriever"]) == ["1"]


@pytest.mark.parametrize("question", HOSTILE)
def test_no_question_is_an_error(index, question):
    assert len(KhsearchRetriever(index).run(question)["documents"]) <= 4


COMPARISONS = st.one_of(
    st.builds(
        lambda operator, value: {"field": "meta.year", "operator": operator, "value": value},
        st.sampled_from(["==", "!=", ">", ">=", "<", "<="]),
        st.sampled_from([None, 2002, 2010, 2020, 2024.0]),
    ),
    st.builds(
        lambda operator, value: {"field": "meta.year", "operator": operator, "value": value},
        st.sampled_from(["in", "not in"]),
        st.lists(st.sampled_from([None, 2002, 2020, 1999])),
    ),
    st.builds(
        lambda operator, value: {"field": "meta.day", "operator": operator, "value": value},
        st.sampled_from(["==", "!=", ">", ">=", "<", "<="]),
        st.sampled_from(["2024-09-30", "2024-09-29T00:00:00", "2020-01-01"]),
    ),
    st.builds(
        lambda operator, value: {"field": "meta.draft", "operator": operator, "value": value},
        st.sampled_from(["==", "!="]),
        st.sampled_from([True, None]),
    ),
)
FILTERS = st.recursive(
    COMPARISONS,
    lambda inner: st.builds(
        lambda operator, conditions: {"operator": operator, "conditions": conditions},
        st.sampled_from(["AND", "OR", "NOT"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def whole():
    made = Index.memory(fields=FIELDS)
    with made.writer() as writer:
        writer.add_all(DOCUMENTS)
    return made


@given(FILTERS)
@examples(300)
def test_filters_let_through_what_haystack_s_own_do(whole, filters):
    found = KhsearchRetriever(whole).run("", filters=filters)["documents"]
    every = KhsearchRetriever(whole).run("")["documents"]
    assert [one.id for one in found] == [one.id for one in every if document_matches_filter(filters, one)]


def test_conditions_are_filters_as_data():
    day = {"field": "meta.day", "operator": "<", "value": "2024"}
    tag = {"field": "tags", "operator": "in", "value": ["a", "b"]}
    assert filter_of(day) == {"day": {"lt": "2024"}}
    assert filter_of({"operator": "NOT", "conditions": [day, tag]}) == {
        "not": {"and": [{"day": {"lt": "2024"}}, {"tags": ["a", "b"]}]}
    }
    assert filter_of({"year": {"gte": 2020}}) == {"year": {"gte": 2020}}


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"operator": "XOR", "conditions": []}, r"'operator' \(AND, OR, NOT\) with 'conditions'"),
        ({"operator": "AND"}, "with 'conditions', a list"),
        ({"operator": "AND", "conditions": [3]}, "not 3 in it"),
        ({"operator": "AND", "conditions": [{"year": 3}]}, "no 'operator'"),
        ({"conditions": []}, "no 'operator'"),
        ({"field": "year", "operator": "~", "value": 3}, "operator"),
        ({"field": "year", "operator": ["=="], "value": 3}, "operator"),
        ({"field": "year", "operator": "=="}, "value"),
        ({"field": 3, "operator": "==", "value": 3}, "field"),
        ({"field": "year", "operator": "in", "value": 3}, "takes a list"),
        ({"field": "meta.author", "operator": "==", "value": 3}, "no field 'author'"),
        ({"field": "meta.year", "operator": ">", "value": "x"}, "'year'"),
    ],
)
def test_a_filter_that_cannot_be_is_told(whole, wrong, what):
    with pytest.raises(QueryError, match=what):
        KhsearchRetriever(whole).run("", filters=wrong)


def test_conditions_inside_each_other_have_an_end():
    deep = {"field": "year", "operator": "==", "value": 3}
    for _ in range(2000):
        deep = {"operator": "NOT", "conditions": [deep]}
    with pytest.raises(QueryError, match="make it flatter"):
        filter_of(deep)
