"""Own fields of an Index have values and no terms: Whoosh's queries over them are answered by the values."""

from __future__ import annotations

import datetime

import pytest
from whoosh import fields, query, scoring

from khsearch import Document, Index
from khsearch.whoosh.reading.reader import WhooshReader
from khsearch.whoosh.searching.searcher import ColumnarSearcher

SCHEMA = fields.Schema(
    text=fields.TEXT, kind=fields.KEYWORD, size=fields.NUMERIC(float), day=fields.DATETIME, good=fields.BOOLEAN
)


@pytest.fixture(scope="module", params=[None, scoring.TF_IDF()], ids=["plans", "matchers"])
def searcher(request, tmp_path_factory):
    kinds = {"kind": "keyword", "size": "number", "day": "date", "good": "boolean"}
    index = Index.create(tmp_path_factory.mktemp("x") / "x", fields=kinds)
    with index.writer() as writer:
        for number, kind in enumerate(["Sport", ["sport", "news"], "ព័ត៌មាន", None, "gone"]):
            own = {"kind": kind, "size": number, "day": datetime.datetime(2020, 1, 1 + number), "good": number < 2}
            writer.add(Document(str(number), text="ant", fields={k: v for k, v in own.items() if v is not None}))
    with index.writer() as writer:
        writer.delete("4")
    columns = index._view().searcher
    return ColumnarSearcher(WhooshReader(columns.commit, SCHEMA), columns, weighting=request.param)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        (query.Term("kind", "sport"), [0, 1]),
        (query.Term("kind", "SPORT"), [0, 1]),
        (query.Term("kind", b"news"), [1]),
        (query.Term("kind", 7), []),
        (query.Prefix("kind", "Sp"), [0, 1]),
        (query.Prefix("kind", ""), [0, 1, 2]),
        (query.Wildcard("kind", "*o?t"), [0, 1]),
        (query.Wildcard("kind", "*"), [0, 1, 2]),
        (query.Regex("kind", "n|s"), [0, 1]),
        (query.Variations("kind", "sports"), [0, 1]),
        (query.FuzzyTerm("kind", "Sprot", maxdist=2), [0, 1]),
        (query.FuzzyTerm("kind", "zport", prefixlength=1), []),
        (query.FuzzyTerm("kind", 7), []),
        (query.TermRange("kind", "a", "o"), [1]),
        (query.TermRange("kind", "sport", None, startexcl=True), [2]),
        (query.Every("kind"), [0, 1, 2]),
        (query.Term("size", 2), [2]),
        (query.Term("size", "2"), [2]),
        (query.Term("size", SCHEMA["size"].to_bytes(2.0)), [2]),
        (query.Term("size", "two"), []),
        (query.NumericRange("size", 1, None), [1, 2, 3]),
        (query.NumericRange("size", 1, 3, True, True, constantscore=False), [2]),
        (query.Every("size"), [0, 1, 2, 3]),
        (query.Prefix("size", "1"), []),
        (query.Term("day", datetime.datetime(2020, 1, 2)), [1]),
        (query.DateRange("day", datetime.datetime(2020, 1, 2), datetime.datetime(2020, 1, 3)), [1, 2]),
        (query.Term("good", True), [0, 1]),
        (query.Term("good", "no"), [2, 3]),
        (query.Every("good"), [0, 1, 2, 3]),
    ],
    ids=repr,
)
def test_values_answer(searcher, q, expected):
    assert sorted(hit.docnum for hit in searcher.search(q)) == expected
    assert {hit.score for hit in searcher.search(q)} <= {1.0}
    ant = query.Term("text", "ant")
    assert sorted(hit.docnum for hit in searcher.search(ant, filter=q)) == expected
    without = searcher.search(query.And([ant, query.Not(q)]))
    assert sorted(hit.docnum for hit in without) == sorted({0, 1, 2, 3} - {*expected})
    assert sorted(hit.docnum for hit in searcher.search(query.Or([q, query.NullQuery]))) == expected


def test_they_score_the_boost(searcher):
    q = query.Or([query.Term("kind", "sport", boost=2.0), query.NumericRange("size", 1, 2, boost=3.0)])
    assert {hit.docnum: hit.score for hit in searcher.search(q)} == {0: 2.0, 1: 5.0, 2: 3.0}
