"""Fields that have Khmer names are asked for as any others, however the name is typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from whoosh.qparser import QueryParser

from khsearch import Document, Facet, Index, QueryError
from tests.indexes import ENGINES, new_index

YEAR, KIND, NOTE = (
    "\u1786\u17d2\u1793\u17b6\u17c6",
    "\u1794\u17d2\u179a\u1797\u17c1\u1791",
    "\u1780\u17c6\u178e\u178f\u17cb",
)
TYPED = "\u1786\u17d2\u1793\u200b\u17c6\u17b6"
"""The year, its marks in another order and an invisible character among them."""


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    fields = {YEAR: "number", KIND: "keyword", NOTE: "text"}
    made = new_index(request, request.param, tmp_path, fields=fields)
    with made.writer() as writer:
        writer.add(Document("1", "", "ទឹកជំនន់", {YEAR: 2020, KIND: "NGO", NOTE: "សាលារៀន"}))
        writer.add(Document("2", "", "ទឹកជំនន់", {YEAR: 2021, KIND: "UNICEF", NOTE: "ភូមិ"}))
    return made if request.param == "memory" else Index.open(made.address)


@pytest.mark.parametrize("name", [YEAR, TYPED])
@pytest.mark.parametrize(
    "write", ["{}:2021", "+{}:២០២១ ទឹកជំនន់", "{}:[2021 TO 2022]", "{}:>2020", "{}:>=2021", 'ទឹក {}:"2021"']
)
def test_a_query_names_it(index: Index, name: str, write: str) -> None:
    assert [hit.id for hit in index.search(write.format(name), match="strict")] == ["2"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda name: {"filter": f"{name}:2021"},
        lambda name: {"filter": {name: {"gte": 2021}}},
        lambda name: {"sort": f"-{name}", "limit": 1},
        lambda name: {"group_by": name, "sort": f"-{name}", "limit": 1},
    ],
)
@pytest.mark.parametrize("name", [YEAR, TYPED])
def test_filters_sorts_and_groups_name_it(index: Index, name: str, ask: Callable[[str], dict[str, object]]) -> None:
    assert [hit.id for hit in index.search("", **ask(name))] == ["2"]


def test_facets_are_called_as_they_were_asked_for(index: Index) -> None:
    assert index.search("", facets=[TYPED, Facet(KIND)]).facets == {
        TYPED: {2020: 1, 2021: 1},
        KIND: {"NGO": 1, "UNICEF": 1},
    }


def test_words_of_a_text_field_are_found_by_its_name(index: Index) -> None:
    assert [hit.id for hit in index.search(f"{NOTE}:ភូមិ")] == ["2"]
    assert index.search(f"{NOTE}:ទឹកជំនន់", match="strict", correct=False).total == 0


def test_what_is_no_field_is_text_and_told_in_a_filter(index: Index) -> None:
    assert index.search("ទឹក:ជំនន់").total == 2
    with pytest.raises(QueryError, match="no field"):
        index.search("", filter="ទឹក:ជំនន់")


def test_whoosh_knows_it(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x", fields={YEAR: "number", KIND: "keyword"})
    seen = index.whoosh()
    with seen.writer() as writer:
        writer.add_document(id="1", text="ទឹកជំនន់", **{YEAR: 2020, KIND: "NGO"})
    with seen.searcher() as searcher:
        asked = QueryParser("text", seen.schema).parse("ទឹកជំនន់")
        assert [hit[YEAR] for hit in searcher.search(asked, sortedby=YEAR, groupedby=KIND)] == [2020]
