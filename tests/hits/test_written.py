"""Hits and results for JSON and notebooks: what is in them, and nothing of a document's that a browser would obey."""

from __future__ import annotations

import copy
import json
import pickle
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import orjson
import pytest

from khsearch import Document, Facet, Index, QueryError, TextField
from tests.indexes import ENGINES, new_index

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
FIELDS = {
    "summary": TextField(0.5),
    "note": "text",
    "tags": "keyword",
    "when": "date",
    "price": "number",
    "open": "boolean",
}


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = new_index(request, request.param, tmp_path_factory.mktemp("written"), fields=FIELDS)
    fields = {
        "summary": "ពិការភាពនៅកម្ពុជា",
        "note": "សាលារៀន",
        "tags": ["ក", EVIL],
        "when": date(2021, 5, 11),
        "price": Decimal("1.50"),
        "open": True,
        "seen": datetime(2021, 5, 11, 3, tzinfo=UTC),
    }
    with made.writer() as writer:
        writer.add(Document("1", "ទឹក ឆ្មា", "ក្រុមការងារ ឆ្មា ឆ្មា។ " * 40 + EVIL, fields))
        writer.add(Document(EVIL, EVIL, f"ឆ្មា {EVIL}", {"tags": "ក"}))
        writer.add(Document("3", "", "ទឹក"))
    return made


def test_results_as_json(index: Index) -> None:
    facets = ["tags", "open", Facet("when", by="month"), Facet("price", ranges=[(0, 10), (10, None)])]
    found = index.search("ឆ្មា ទឹក", facets=facets)
    told = found.to_dict()
    assert list(told) == ["total", "corrected", "nearly", "suggestion", "facets", "hits"]
    assert told["total"] == found.total == 1
    assert told["facets"] == {
        "tags": {"ក": 1, EVIL: 1},
        "open": {"true": 1},
        "when": {"2021-05": 1},
        "price": {"0 TO 10": 1, "10 TO *": 0},
    }
    hits = told["hits"]
    assert isinstance(hits, list)
    assert hits == [hit.to_dict() for hit in found]
    assert orjson.loads(orjson.dumps(told)) == json.loads(json.dumps(told))
    first = hits[0]
    assert list(first) == [
        *("rank", "score", "loose", "id", "title", "title_marks", "snippet", "marks", "fields"),
    ]
    assert (first["rank"], first["loose"], first["id"]) == (1, False, "1")
    assert [first["title"][start:end] for start, end in first["title_marks"]] == ["ទឹក", "ឆ្មា"]
    assert {first["snippet"][start:end] for start, end in first["marks"]} == {"ឆ្មា"}
    assert first["fields"]["when"] == "2021-05-11"
    assert first["fields"]["seen"] == "2021-05-11T03:00:00+00:00"
    assert first["fields"]["price"] == "1.50"
    first["title_marks"].clear()
    assert found[0].title_marks


def test_a_group_says_how_many_more(index: Index) -> None:
    (first, *_) = index.search("ឆ្មា", group_by="tags")
    assert first.to_dict()["more"] == 1
    assert "more" not in index.search("ឆ្មា")[0].to_dict()


def test_nothing_of_a_document_is_markup(index: Index) -> None:
    for query in ("ឆ្មា", "", "alert", "script"):
        shown = index.search(query)._repr_html_() + "".join(hit._repr_html_() for hit in index.search(query))
        assert set(re.findall(r"</?([a-z]+)", shown)) <= {"p", "ol", "li", "div", "b", "small", "br", "mark"}
        assert "onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", shown)
    assert '<ol start="2">' in index.search("ឆ្មា", 1, 1)._repr_html_()


def test_marks_of_all_of_a_text_and_of_own_fields(index: Index) -> None:
    (hit,) = index.search("ឆ្មា ពិការភាព", match="strict")
    text = hit.document.text
    assert len(hit.text_marks) == 80
    assert {text[start:end] for start, end in hit.text_marks} == {"ឆ្មា"}
    assert hit.field_marks == {"summary": [(0, len("ពិការភាព"))]}
    assert hit.snippet.field == "text"
    for query, field, marked in (("ពិការភាព", "summary", "ពិការភាព"), ("note:សាលារៀន", "note", "សាលារៀន")):
        (hit,) = index.search(query, match="strict")
        for snippet in (hit.snippet, hit.make_snippet(40)):
            assert snippet.field == field
            assert [snippet.text[start:end] for start, end in snippet.marks] == [marked]
    assert index.search("ទឹក")[0].field_marks in ({}, {"summary": []})


def test_copies_know_what_a_page_shows(index: Index) -> None:
    found = index.search("ឆ្មា", facets="tags", group_by="tags")
    for copied in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert copied.to_dict() == found.to_dict()
        assert copied._repr_html_() == found._repr_html_()
        assert (copied.facets, copied.groups, copied.after) == (found.facets, found.groups, found.after)
        assert copied[0].text_marks == found[0].text_marks
    with pytest.raises(QueryError, match="search again"):
        pickle.loads(pickle.dumps(found))[0].make_snippet(50)


def test_whole_numbers_that_were_counted_are_written_so() -> None:
    index = Index.memory(fields={"year": "number"})
    with index.writer() as writer:
        for number, year in enumerate([2021.0, 2021.0, 2.5]):
            writer.add({"id": str(number), "text": "x", "year": year})
    told = index.search(
        "x",
        facets=[
            "year",
        ],
    ).to_dict()["facets"]
    assert told == {"year": {"2021": 2, "2.5": 1}}
