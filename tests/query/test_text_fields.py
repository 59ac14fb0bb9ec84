"""Own text fields with a weight: every search looks into them, as it does into the text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, Ranking, TextField
from khsearch.engine import FieldScale
from khsearch.khmer import default_variants
from khsearch.query import Planner
from tests.extent import examples
from tests.indexes import ENGINES, new_index

RAIN, WATER, SCHOOL, RICE, DISABLED = "ភ្លៀង", "ទឹក", "សាលា", "ស្រូវ", "ពិការភាព"
DOCUMENTS = [
    Document("text", "", f"{RAIN} {RICE}", {"summary": SCHOOL, "note": WATER}),
    Document("summary", "", SCHOOL, {"summary": f"{RAIN} {RICE}", "note": RAIN}),
    Document("neither", RICE, SCHOOL, {"note": RAIN}),
]


@pytest.fixture(params=ENGINES)
def create(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Index]:
    def make(documents: list[Document], **fields: Any) -> Index:
        index = new_index(request, request.param, tmp_path, fields=fields)
        with index.writer() as writer:
            writer.add_all(documents)
        return index

    return make


def ids(index: Index, query: str, **options: Any) -> set[str]:
    return {hit.id for hit in index.search(query, match="strict", **options)}


@pytest.mark.parametrize(
    "query", [RAIN, f'"{RAIN} {RICE}"', f"{RAIN[:4]}*", f"{RAIN}~", f"{RAIN} {SCHOOL}", f"+{RAIN} {SCHOOL}", "ភ្លៀ"]
)
def test_what_stands_in_a_field_with_weight_is_found(create: Callable[..., Index], query: str) -> None:
    index = create(DOCUMENTS, summary=TextField(0.5), note="text")
    assert ids(index, query) == {"text", "summary"}
    assert index.search(query, match="strict").total == 2
    assert ids(create_plain(), query) <= {"text"}


def create_plain() -> Index:
    index = Index.memory(fields={"summary": "text", "note": "text"})
    with index.writer() as writer:
        writer.add_all(DOCUMENTS)
    return index


def test_what_must_not_stand_must_not_stand_there_either(create: Callable[..., Index]) -> None:
    index = create(DOCUMENTS, summary=TextField(), note="text")
    assert ids(index, f"{SCHOOL} -{RAIN}") == {"neither"}
    assert ids(index, f"{RICE} -note:{RAIN}") == {"text"}
    assert ids(index, SCHOOL, filter=RAIN) == {"text", "summary"}


def test_a_word_scores_there_as_in_the_text_times_the_weight(create: Callable[..., Index]) -> None:
    plain = Ranking(lead=FieldScale(weight=0), bigrams=FieldScale(weight=0), readings=0, closeness=FieldScale(weight=0))
    documents = [Document("1", "", RAIN, {"summary": RAIN}), Document("2", "", WATER, {"summary": SCHOOL})]
    index = create(documents, summary=TextField(0.25))
    parts = {part.field: part.score for part in index.search(RAIN, ranking=plain)[0].explain() if part.score}
    assert parts["summary"] == pytest.approx(0.25 * parts["text"])


def test_a_slip_is_corrected_by_what_stands_there(create: Callable[..., Index]) -> None:
    documents = [Document(str(n), "", WATER, {"summary": f"អំពី {DISABLED}"}) for n in range(4)]
    index = create(documents, summary=TextField())
    assert index.search("ពិការភាប").corrected == DISABLED
    assert index.corrections("ពិការភាប") == [DISABLED]
    assert index.search(DISABLED).suggestion is None
    assert create_plain().search(DISABLED).total == 0


def test_a_plan_says_which_fields_it_looks_into() -> None:
    index = Index.memory(fields={"summary": TextField(), "note": "text", "tag": "keyword"})
    built = index._last_commit().built
    planner = Planner(
        index._view(), built.analyzer, built.fields, index._spellings(index._last_commit()), built.ranking
    )
    for query, fields in (
        (RAIN, ("summary",)),
        (f"note:{RAIN}", ("note",)),
        (f"note:{RAIN} {WATER}", ("summary", "note")),
        (f"title:{RAIN} -note:{WATER} tag:x", ()),
        (f'note:"{RAIN}" OR summary:{WATER}', ("summary", "note")),
    ):
        assert planner.plan(query).fields == fields, query


def test_what_is_remembered_of_a_search_without_the_field_is_not_told_of_one_with_it() -> None:
    index = Index.memory(fields={"summary": TextField()})
    with index.writer() as writer:
        writer.add_all(DOCUMENTS)
    view, analyzer, kinds = index._view(), index.analyzer, {"summary": "text"}
    for weights, total in (({}, 1), ({"summary": 1.0}, 2), ({}, 1)):
        planner = Planner(view, analyzer, kinds, default_variants(), Ranking().over(weights))
        found = planner.plan(RAIN).found
        assert found is not None
        assert found.count == total


def test_what_explains_a_hit_names_the_field(create: Callable[..., Index]) -> None:
    index = create(DOCUMENTS, summary=TextField(0.5), note="text")
    told = {hit.id: [(part.what, part.field) for part in hit.explain()] for hit in index.search(RAIN)}
    assert (f'"{RAIN}" stands', "summary") in told["summary"]
    assert (f'"{RAIN}" stands', "") in told["text"]


@pytest.mark.parametrize("weight", [-1, float("nan"), "1", None, True, 1e12])
def test_what_is_no_weight_is_refused(weight: Any) -> None:
    with pytest.raises(ValueError, match="weight takes a number"):
        TextField(weight)


def test_an_index_keeps_what_was_declared(tmp_path: Path) -> None:
    declared: Mapping[str, Any] = {"summary": TextField(0.5), "note": "text", "tag": "keyword"}
    index = Index.create(tmp_path / "x", fields={**declared, "none": TextField(0)})
    with index.writer() as writer:
        writer.add_all(DOCUMENTS)
    for opened in (index, Index.open(tmp_path / "x")):
        assert opened.fields == {**declared, "none": "text"}
        assert ids(opened, RAIN) == {"text", "summary"}
        assert opened.ranking == Ranking()
    Index.rebuild(tmp_path / "x")
    index.set_spellings({"rain": RAIN})
    assert Index.open(tmp_path / "x").fields == index.fields == {**declared, "none": "text"}
    assert ids(index, "rain") == {"text", "summary"}
    assert index.stats()["fields"] == {"summary": "text:0.5", "note": "text", "tag": "keyword", "none": "text"}


# What counts as found is that of a text with the field as a further paragraph

WORDS = [RAIN, WATER, SCHOOL, RICE, DISABLED, "កម្ពុជា", "unicef"]
_texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
_queries = st.lists(st.sampled_from([*WORDS, f'"{RAIN} {WATER}"', f"-{RICE}", f"+{SCHOOL}"]), min_size=1, max_size=3)


@pytest.mark.parametrize("memory", [True, False])
@examples(60)
@given(
    rows=st.lists(st.tuples(_texts, _texts | st.none()), min_size=1, max_size=6),
    query=_queries.map(" ".join),
)
def test_it_finds_what_a_further_paragraph_would(
    tmp_path_factory: pytest.TempPathFactory, memory: bool, rows: list[tuple[str, str | None]], query: str
) -> None:
    def made(documents: list[Document], **fields: Any) -> Index:
        path = tmp_path_factory.mktemp("x") / "x"
        index = Index.memory(fields=fields) if memory else Index.create(path, fields=fields)
        with index.writer() as writer:
            writer.add_all(documents)
        return index

    apart = [Document(str(n), "", text, {"summary": summary}) for n, (text, summary) in enumerate(rows)]
    whole = [Document(str(n), "", f"{text}\nzzz\n{summary or ''}") for n, (text, summary) in enumerate(rows)]
    one, other = made(apart, summary=TextField(1.0)), made(whole)
    for match in ("all", "strict"):
        expected = {hit.id for hit in other.search(query, match="all", correct=False)}
        if expected or match == "all":
            assert {hit.id for hit in one.search(query, match=match, correct=False)} == expected  # type: ignore[arg-type]
