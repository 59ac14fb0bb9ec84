"""Queries as nodes: what stock Whoosh scores oddly, and what it says to fields and terms that do not fit."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from whoosh import fields, query, scoring
from whoosh.query import spans

from khsearch import columnar
from khsearch.engine import nodes
from khsearch.errors import QueryError
from khsearch.whoosh.queries import translator as queries

SCHEMA = fields.Schema(
    text=fields.TEXT,
    number=fields.NUMERIC(bits=16, sortable=True),
    plain=fields.NUMERIC(bits=16),
    money=fields.NUMERIC(decimal_places=2),
    day=fields.DATETIME(sortable=True),
    kept=fields.STORED,
    column=fields.COLUMN,
)


@pytest.fixture
def index(tmp_path):
    made = columnar.create_in(tmp_path, SCHEMA)
    with made.writer() as writer:
        for number, text in enumerate(["ant art", "ant bat", "art chat"]):
            day = datetime.datetime(2020, 1, 1 + number)
            writer.add_document(text=text, number=number, plain=number, money=Decimal(number), day=day)
    return made


def node(index, q):
    return index.searcher().node(q)


def docs(index, q, weighting=None):
    return sorted(hit.docnum for hit in index.searcher(weighting=weighting).search(q, limit=None))


ANT, ART = nodes.Term("text", b"ant"), nodes.Term("text", b"art")


def test_a_pattern_scores_by_how_many_terms_it_stands_for(index, monkeypatch):
    assert node(index, query.Prefix("text", "an", boost=2)) == ANT
    assert node(index, query.Wildcard("text", "a?t", boost=2)) == nodes.Boost(nodes.Or((ANT, ART)), 2)
    assert node(index, query.TermRange("text", "a", "z", boost=2)) == nodes.TermRange("text", b"a", b"z\0")
    many = query.TermRange("text", "a", "b", constantscore=False)
    assert node(index, many) == nodes.Or((ANT, ART))
    monkeypatch.setattr(queries, "FEW_DOCS", 2)
    assert isinstance(node(index, query.TermRange("text", "a", "z")), nodes.Or)
    monkeypatch.setattr(queries, "MANY_TERMS", 3)
    assert isinstance(node(index, query.TermRange("text", "a", "z")), nodes.TermRange)


def test_terms_of_deleted_documents_count_for_nothing(index):
    with index.writer() as writer:
        writer.delete_by_term("text", "chat")
    assert node(index, query.TermRange("text", "a", "z")) == nodes.TermRange("text", b"a", b"z\0")
    assert node(index, query.TermRange("text", "b", "d", boost=3)) == nodes.Term("text", b"bat")


@pytest.mark.parametrize("kind", [query.And, query.Or, query.DisjunctionMax])
def test_one_query_alone_forgets_the_boost(index, kind):
    assert not isinstance(node(index, kind([query.Term("text", "ant")], boost=3)), nodes.Boost)
    assert isinstance(node(index, kind([query.Term("text", "ant")] * 2, boost=3)), nodes.Boost)


def test_a_constant_of_0_is_1(index):
    for q in (query.Every(boost=0), query.ConstantScoreQuery(query.Every(), score=0)):
        assert {hit.score for hit in index.searcher().search(q)} == {1.0}
        assert {hit.score for hit in index.searcher(weighting=scoring.PL2()).search(q)} == {1.0}


@pytest.mark.parametrize(
    ("name", "low", "high", "expected"),
    [
        ("number", 1, None, [1, 2]),
        ("plain", 1, None, [1, 2]),
        ("number", -(10**6), 10**6, [0, 1, 2]),  # bounds that the field cannot hold
        ("plain", -(10**6), 10**6, [0, 1, 2]),
        ("number", 10**6, None, []),
        ("plain", None, -(10**6), []),
        ("number", "1", "2", [1, 2]),
        ("number", "one", None, []),
        ("money", Decimal("-3e7"), Decimal("1"), [0, 1]),
        ("money", None, Decimal("-3e7"), []),
        ("day", datetime.datetime(2020, 1, 2), None, [1, 2]),
        ("text", 1, 2, []),
        ("nowhere", 1, 2, []),
    ],
)
def test_ranges_of_numbers(index, name, low, high, expected):
    for weighting in (None, scoring.TF_IDF()):
        assert docs(index, query.NumericRange(name, low, high), weighting) == expected
        assert docs(index, query.NumericRange(name, low, high, constantscore=False), weighting) == expected


NOWHERE = [
    query.Term("nowhere", "ant"),
    query.Phrase("nowhere", ["ant"]),
    query.Prefix("nowhere", "a"),
    query.Prefix("nowhere", ""),
    query.Wildcard("nowhere", "*"),
    query.Regex("nowhere", "a.*"),
    query.FuzzyTerm("nowhere", "ant"),
    query.Variations("nowhere", "ant"),
    query.TermRange("nowhere", "a", "b"),
    query.NumericRange("nowhere", 1, 2),
    query.Every("nowhere"),
    query.Term("kept", "ant"),
    query.Term("column", "ant"),
    query.Every("column"),
    query.Wildcard("number", "1*"),
    query.Term("number", "one"),
    query.Term("number", 10**6),
    query.Term("day", "one"),
    query.And([]),
    query.Or([]),
    query.DisjunctionMax([]),
]


@pytest.mark.parametrize("q", NOWHERE, ids=repr)
def test_what_is_not_there_is_not_found(index, q):
    assert docs(index, q) == []
    assert docs(index, query.Not(q)) == [0, 1, 2]


@pytest.mark.parametrize("q", NOWHERE, ids=repr)
def test_nor_is_it_by_any_weighting(index, q):
    assert docs(index, q, scoring.TF_IDF()) == []


class Mine(query.Term):
    """A query of one's own, with a matcher of one's own."""

    def matcher(self, searcher, context=None):
        return query.Every().matcher(searcher, context)


def test_queries_of_ones_own_have_their_own_matchers(index):
    for weighting in (None, scoring.TF_IDF()):
        assert docs(index, Mine("text", "none"), weighting) == [0, 1, 2]
        assert docs(index, query.AndNot(Mine("text", "x"), query.Term("text", "ant")), weighting) == [2]


def test_a_query_may_bring_its_weighting(index):
    ant = query.Term("text", "ant")
    for weighting in (None, scoring.PL2()):
        found = index.searcher(weighting=weighting).search(query.WeightingQuery(ant, scoring.Frequency()))
        assert [hit.score for hit in found] == [1.0, 1.0]


def test_column_queries_ask_values(index):
    for weighting in (None, scoring.PL2()):
        assert docs(index, query.ColumnQuery("number", 1), weighting) == [1]
        assert docs(index, query.ColumnQuery("number", lambda value: value > 0), weighting) == [1, 2]
        assert docs(index, query.ColumnQuery("text", "ant"), weighting) == []


def test_spans_that_nothing_is_left_to_be_without(index):
    ant, chat = query.Term("text", "ant"), query.Term("text", "chat")
    for weighting in (None, scoring.TF_IDF()):
        assert docs(index, spans.SpanNot(ant, chat), weighting) == [0, 1]
        assert docs(index, spans.SpanNot(query.Term("text", "art"), ant), weighting) == [0, 2]
        assert docs(index, spans.SpanNot(ant, query.Term("text", "none")), weighting) == [0, 1]


def test_patterns_that_cannot_be_are_query_errors(index):
    with pytest.raises(QueryError, match="pattern"):
        docs(index, query.Regex("text", "("))


GROUPS = fields.Schema(kind=fields.ID, text=fields.TEXT)
PARENTS = query.Term("kind", "parent")


@pytest.fixture
def families(tmp_path):
    made = columnar.create_in(tmp_path, GROUPS)
    with made.writer() as writer:
        for kind, text in (
            ("parent", "ant"),
            ("child", "bat"),
            ("child", "cat bat"),
            ("parent", "bat"),
            ("child", "ant"),
        ):
            writer.add_document(kind=kind, text=text)
    return made


@pytest.mark.parametrize("weighting", [None, scoring.Frequency()])
def test_parents_and_children(families, weighting):
    bat, ant = query.Term("text", "bat"), query.Term("text", "ant")
    with_bat = query.NestedParent(PARENTS, query.And([query.Term("kind", "child"), bat]))
    of_bat = query.NestedChildren(PARENTS, query.And([PARENTS, bat]))
    assert docs(families, with_bat, weighting) == [0]
    assert docs(families, of_bat, weighting) == [4]
    assert docs(families, query.And([with_bat, ant]), weighting) == [0]
    assert docs(families, query.And([with_bat, bat]), weighting) == []
    assert docs(families, query.Or([of_bat, bat]), weighting) == [1, 2, 3, 4]
    assert docs(families, query.And([of_bat, query.Not(bat)]), weighting) == [4]
