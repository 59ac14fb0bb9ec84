"""Which weightings plans evaluate, and that both roads give the same scores."""

from __future__ import annotations

import os

import pytest
from whoosh import fields, query, scoring
from whoosh.filedb.filestore import RamStorage
from whoosh.searching import Searcher

from khsearch import columnar
from khsearch.engine import BM25, FieldScale
from khsearch.whoosh.reading.reader import WhooshReader
from khsearch.whoosh.weighting import PlanWeighting, bm25_of, weighting_of

SCHEMA = fields.Schema(path=fields.ID(stored=True), text=fields.TEXT(field_boost=2.0), tags=fields.KEYWORD)
DOCUMENTS = [
    {"text": "ant bat bat", "tags": "x", "_boost": 3.0},
    {"text": "ant", "tags": "x y", "_text_boost": 0.5},
    {"text": "ant cat dog bat", "tags": "y", "_tags_boost": 0},
    {"text": "dog"},
]
ANT, BAT = query.Term("text", "ant"), query.Term("text", "bat")
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def both(tmp_path):
    indexes = columnar.create_in(tmp_path, SCHEMA), RamStorage().create_index(SCHEMA, indexname=f"stock{os.getpid()}")
    for index in indexes:
        with index.writer() as writer:
            for number, document in enumerate(DOCUMENTS):
                writer.add_document(path=f"/{number}", **document)
    return indexes


def scores(searcher, q, **options):
    return {hit["path"]: hit.score for hit in searcher.search(q, limit=None, **options)}


class Subclass(scoring.BM25F):
    pass


def changed():
    weighting = scoring.BM25F()
    weighting.idf = lambda *_: 1.0
    return weighting


@pytest.mark.parametrize("weighting", [scoring.BM25F, scoring.BM25F(B=0.1, text_B=1), PlanWeighting(), BM25(), None])
def test_plans_evaluate_bm25(both, weighting):
    assert isinstance(bm25_of(weighting_of(weighting), both[0].searcher().reader()), BM25)


@pytest.mark.parametrize(
    "weighting", [Subclass, scoring.BM25F(B=2), scoring.BM25F(K1=-1), scoring.BM25F(text_B="b"), changed(), scoring.PL2]
)
def test_matchers_do_any_other(both, weighting):
    assert bm25_of(weighting_of(weighting), both[0].searcher().reader()) is None


@pytest.mark.parametrize(
    "q",
    [
        ANT,
        query.Term("tags", "x"),
        query.Term("tags", "y"),  # whose weight is 0 in one document
        query.And([ANT, BAT]),
        query.Or([ANT, query.Not(BAT)]),
        query.Or([query.Term("tags", "y"), query.Term("tags", "x")]),
        query.AndMaybe(BAT, query.Term("tags", "y")),
    ],
)
@pytest.mark.parametrize("weighting", [scoring.BM25F, scoring.BM25F(K1=0.5, B=0.0), scoring.TF_IDF, Subclass])
def test_boosts_weigh_as_in_stock_whoosh(both, q, weighting):
    mine, theirs = (index.searcher(weighting=weighting) for index in both)
    assert scores(mine, q) == pytest.approx(scores(theirs, q), rel=1e-5)


@pytest.mark.parametrize("q", [ANT, query.Or([ANT, query.Term("tags", "y")]), query.SpanNear(ANT, BAT, slop=3)])
def test_our_own_bm25_has_boosts_on_both_roads(both, q):
    weighting = BM25(FieldScale(0.9, 0.4), {"tags": FieldScale(weight=2, sharpness=0.5, rarity_in="text")})
    searcher = both[0].searcher(weighting=weighting)
    found = scores(searcher, q)
    assert found == pytest.approx(scores(searcher, q, groupedby="path"), rel=1e-5)
    plain = both[0].columns().search(ANT, weighting=weighting)  # nodes know no boosts but those of their scales
    assert len(plain.docnums) == 3


def test_whooshs_own_searcher_takes_our_reader(both):
    q = query.AndMaybe(BAT, ANT)
    mine, theirs = (index.searcher() for index in both)
    reader = WhooshReader(mine.columns.commit, SCHEMA)
    for limit in (1, None):
        found = Searcher(reader, weighting=scoring.BM25F()).search(q, limit=limit)
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in theirs.search(q, limit=limit)])


def test_what_has_no_terms_scores_by_no_weighting(both):
    mine, theirs = (index.searcher(weighting=scoring.ReverseWeighting(scoring.Frequency())) for index in both)
    for q in (query.Every(boost=2.0), query.Not(ANT), query.TermRange("text", "a", "d"), query.Prefix("text", "bat")):
        assert scores(mine, q) == scores(theirs, q)


def test_the_best_are_found_whatever_is_scored(tmp_path):
    index = columnar.create_in(tmp_path, SCHEMA)
    with index.writer() as writer:
        for number in range(30):
            writer.add_document(path=f"/{number}", text=" ".join(["ant"] * (1 + number % 7) + ["bat"] * (number % 5)))
    for weighting in (
        scoring.ReverseWeighting(scoring.BM25F()),
        scoring.FunctionWeighting(lambda searcher, name, text, matcher: -matcher.weight()),
    ):
        searcher = index.searcher(weighting=weighting)
        q = query.Or([ANT, BAT])
        best = sorted(scores(searcher, q).values(), reverse=True)
        assert [hit.score for hit in searcher.search(q, limit=4)] == best[:4]
