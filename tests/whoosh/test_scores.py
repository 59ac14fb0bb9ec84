"""Whatever the schema, query and weighting: the documents and scores of stock Whoosh."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import query
from whoosh.codec import whoosh3
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.searching import Searcher

from tests.extent import examples
from tests.whoosh.drawn import (
    PHASES,
    Final,
    above_0,
    defaults,
    documents,
    here,
    hits,
    leaves,
    odd_queries,
    queries,
    same,
    schemas,
    stock,
    weightings,
)

# Stock Whoosh leaves temporary files open.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
# It refuses some fields that are not indexed, and an Or with a scale of a weighting that knows no highest score.
REFUSED = (TermNotFound, NotImplementedError)


@pytest.fixture(scope="module", autouse=True)
def exact_stock():
    """Let stock Whoosh keep lengths as they are, which it rounds, and know what its own matchers and DFree ask for."""
    counted = SegmentReader.doc_frequency

    def doc_frequency(reader, name, text):
        return counted(reader, name, text) if reader.schema[name].format else 0

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(whoosh3, "length_to_byte", lambda length: length or 0)
        patched.setattr(whoosh3, "byte_to_length", lambda byte: byte)
        patched.setattr(SegmentReader, "doc_frequency", doc_frequency)
        patched.setattr(Searcher, "weight", lambda searcher, *term: searcher.frequency(*term), raising=False)
        yield


@settings(examples(60), phases=PHASES)
@given(schemas, documents, st.lists(st.tuples(queries, defaults), min_size=1, max_size=6))
def test_plans_score_as_stock_whoosh(schema, given, asked):
    theirs = stock(schema, dict(enumerate(given)))
    with here(schema, given) as mine:
        for q, weighting in asked:
            found = hits(mine, q, weighting)
            with suppress(*REFUSED):
                assert same(found, hits(theirs, q, weighting)), q
            # A collector that groups is not for plans: Whoosh's matchers do all the work.
            assert same(hits(mine, q, weighting, groupedby="path"), found), q


@settings(examples(40), phases=PHASES)
@given(schemas, documents, st.lists(st.tuples(queries, weightings | st.just(Final)), min_size=1, max_size=6))
def test_any_weighting_scores_as_in_stock_whoosh(schema, given, asked):
    theirs = stock(schema, dict(enumerate(given)))
    with here(schema, given) as mine:
        for q, weighting in asked:
            found = hits(mine, q, weighting)
            with suppress(*REFUSED):
                assert same(found, hits(theirs, q, weighting)), q


@settings(examples(25), phases=PHASES)
@given(schemas, documents, st.data())
def test_deleted_documents_do_not_count(schema, given, data):
    gone = data.draw(st.sets(st.integers(0, len(given) - 1)))
    theirs = stock(schema, {at: document for at, document in enumerate(given) if at not in gone})
    with here(schema, given) as mine:
        with mine.writer() as writer:
            for number in gone:
                writer.delete_by_term("path", f"/{number}")
        for _ in range(4):
            q, weighting = data.draw(queries), data.draw(defaults | weightings)
            try:
                expected = hits(theirs, q, weighting)
            except REFUSED:
                continue
            assert same(hits(mine, q, weighting), expected), q
            chosen = data.draw(leaves)
            for option in ("filter", "mask"):
                found = hits(mine, q, weighting, **{option: chosen})
                with suppress(*REFUSED):
                    assert same(found, hits(theirs, q, weighting, **{option: chosen})), (q, option, chosen)
            best = sorted(expected.values(), reverse=True)[:2]
            assert list(hits(mine, q, weighting, limit=2).values()) == pytest.approx(best, rel=1e-4, abs=1e-6)


@settings(examples(60), phases=PHASES)
@given(schemas, documents, st.lists(st.tuples(odd_queries, defaults | above_0), min_size=1, max_size=4))
def test_what_stock_whoosh_gets_wrong_is_right(schema, given, asked):
    """Its scores of queries without parts, put together as the documentation of those with parts has it.

    By weightings that score above 0: where they do not, stock's Or of many forgets what matches.
    """
    theirs = stock(schema, dict(enumerate(given)))
    every = {f"/{number}" for number in range(len(given))}

    def put_together(q, weighting):
        def of(part):
            return put_together(part, weighting)

        match q:
            case query.And() | query.Or() | query.DisjunctionMax():
                found = [of(part) for part in q.subqueries]
                paths = set.intersection(*map(set, found)) if isinstance(q, query.And) else set().union(*found)
                add = max if isinstance(q, query.DisjunctionMax) else sum
                return {path: q.boost * add(scores[path] for scores in found if path in scores) for path in paths}
            case query.AndNot():
                without = of(q.b)
                return {path: score for path, score in of(q.a).items() if path not in without}
            case query.AndMaybe():
                more = of(q.b)
                return {path: score + more.get(path, 0) for path, score in of(q.a).items()}
            case query.Require():
                needed = of(q.b)
                return {path: score for path, score in of(q.a).items() if path in needed}
            case query.Not():
                return dict.fromkeys(every - of(q.query).keys(), 1.0)
        return hits(theirs, q, weighting)

    with here(schema, given) as mine:
        for q, weighting in asked:
            assert same(hits(mine, q, weighting), put_together(q, weighting)), q
