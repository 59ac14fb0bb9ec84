"""Documents in the order of fields, and in groups by them, are those of stock Whoosh, and in its order."""

from __future__ import annotations

from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from whoosh import fields, query, scoring, sorting

from khsearch.columnar import create_in
from tests.extent import examples
from tests.whoosh.twins import SORTABLE, WORDS, corpora, twins

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)

field_facets = st.tuples(st.sampled_from(SORTABLE), st.booleans())
orders = st.lists(field_facets, min_size=1, max_size=2, unique_by=lambda facet: facet[0])
queries = st.one_of(
    st.just(query.Every()),
    st.sampled_from(WORDS).map(lambda word: query.Term("text", word)),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=2).map(
        lambda words: query.Or([query.Term("loose", word) for word in words])
    ),
)
names_of_fields = st.lists(st.sampled_from(SORTABLE), min_size=1, max_size=2, unique=True)
maptypes = st.sampled_from([None, sorting.OrderedList, sorting.UnorderedList, sorting.Count, sorting.Best])


def facets(order: list[tuple[str, bool]], corpus: list[dict[str, Any]]) -> list[sorting.FieldFacet]:
    """Facets of those fields that a document has; stock Whoosh fails for others, or turns their order round."""
    return [
        sorting.FieldFacet(name, reverse=reverse)
        for name, reverse in order
        if any(name in document for document in corpus)
    ]


def shown(results: Any) -> list[tuple[int, Any]]:
    return [(hit.docnum, hit.score) for hit in results]


@settings(examples(30), phases=PHASES)
@given(corpora, queries, orders, st.booleans(), st.sampled_from([None, 1, 3]))
def test_sorted_as_by_stock_whoosh(
    corpus: list[dict[str, Any]], q: Any, order: list[tuple[str, bool]], reverse: bool, limit: int | None
) -> None:
    by = facets(order, corpus)
    if not by:
        return
    with twins(corpus) as (mine, stock), mine.searcher() as ours, stock.searcher() as theirs:
        options = {"sortedby": by, "reverse": reverse, "limit": limit}
        assert shown(ours.search(q, **options)) == shown(theirs.search(q, **options))
        assert len(ours.search(q, **options)) == len(theirs.search(q, **options))


@settings(examples(30), phases=PHASES)
@given(corpora, queries, names_of_fields, maptypes, st.booleans())
def test_grouped_as_by_stock_whoosh(
    corpus: list[dict[str, Any]], q: Any, names: list[str], maptype: Any, by_path: bool
) -> None:
    # Stock Whoosh fails where a document has no date: its default is none.
    names = [name for name in names if all(name in document for document in corpus) or name in ("number", "tags")]
    names = [name for name in names if any(name in document for document in corpus)]
    if not names:
        return
    with twins(corpus) as (mine, stock), mine.searcher() as ours, stock.searcher() as theirs:
        options = {"groupedby": names, "maptype": maptype, "limit": None} | ({"sortedby": "path"} if by_path else {})
        one, other = ours.search(q, **options), theirs.search(q, **options)
        assert [hit.docnum for hit in one] == [hit.docnum for hit in other]
        for name in names:
            assert one.groups(name) == other.groups(name)


def test_fractions_and_documents_without_them_are_ordered(tmp_path) -> None:
    index = create_in(tmp_path, fields.Schema(n=fields.STORED, price=fields.NUMERIC(float, sortable=True)))
    with index.writer() as writer:
        for number, price in enumerate([2.5, None, -1.25, 10.0]):
            writer.add_document(n=number, price=price)
    with index.searcher() as searcher:
        for reverse, expected in ((False, [2, 0, 3, 1]), (True, [1, 3, 0, 2])):
            found = searcher.search(query.Every(), sortedby="price", reverse=reverse)
            assert [hit["n"] for hit in found] == expected
        grouped = searcher.search(query.Every(), groupedby="price")
        assert grouped.groups() == {2.5: [0], None: [1], -1.25: [2], 10.0: [3]}
        assert [hit["price"] for hit in grouped] == [2.5, None, -1.25, 10.0]
        by_collectors = sorting.MultiFacet(["price", sorting.FunctionFacet(lambda _, doc: doc)])
        assert [hit["n"] for hit in searcher.search(query.Every(), sortedby=by_collectors)] == [2, 0, 3, 1]
        falling = searcher.search(query.Every(), sortedby=sorting.FieldFacet("price", reverse=True))
        assert [hit["n"] for hit in falling][-1] in (1, 2)


def test_what_a_filter_allows_and_a_mask_keeps_out(tmp_path) -> None:
    index = create_in(tmp_path, fields.Schema(n=fields.NUMERIC(stored=True), text=fields.TEXT))
    with index.writer() as writer:
        for number in range(6):
            writer.add_document(n=number, text="ant" if number % 2 else "ant bat")
    with index.searcher() as searcher:
        bats = query.Term("text", "bat")
        for chosen in (bats, {0, 2, 4}):
            found = searcher.search(query.Term("text", "ant"), filter=chosen)
            assert ({hit["n"] for hit in found}, found.allowed, len(found)) == ({0, 2, 4}, {0, 2, 4}, 3)
        found = searcher.search(query.Term("text", "ant"), mask=bats, limit=2)
        assert ([hit["n"] for hit in found], found.restricted, len(found)) == ([1, 3], {0, 2, 4}, 3)
        assert (found.filtered_count, searcher.search(bats).filtered_count) == (3, 0)
        nothing = searcher.search(query.Term("text", "ant"), filter=query.Term("text", "zebra"))
        assert len(nothing) == 0


@examples(20)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(1, 4)), min_size=1, max_size=25), st.data())
def test_one_document_stands_for_those_of_its_group(rows: list[tuple[int, int, int]], data: st.DataObject) -> None:
    kinds = {"group": fields.ID(sortable=True), "day": fields.NUMERIC(sortable=True), "text": fields.TEXT(stored=True)}
    limit, ordered = data.draw(st.sampled_from([None, 1, 3])), data.draw(st.booleans())
    with TemporaryDirectory() as folder:
        index = create_in(folder, fields.Schema(**kinds))
        with index.writer() as writer:
            for group, day, times in rows:
                writer.add_document(group="ab c"[group].strip(), day=day, text="ant " * times + "bat " * (5 - times))
        with index.searcher(weighting=scoring.Frequency) as searcher:
            q = query.Term("text", "ant")
            found = searcher.search(q, collapse="group", collapse_order="day" if ordered else None, limit=limit)
            shown, total = [hit.docnum for hit in found], len(found)
    scores = [times for *_, times in rows]
    best: dict[int, int] = {}
    for doc, (group, day, times) in enumerate(rows):
        order = (day if ordered else -times, doc)
        if group not in best or order < (rows[best[group]][1] if ordered else -scores[best[group]], best[group]):
            best[group] = doc
    alone = [doc for doc, (group, *_) in enumerate(rows) if group == 2]
    left = sorted({*alone, *(doc for group, doc in best.items() if group != 2)}, key=lambda doc: (-scores[doc], doc))
    assert (shown, total) == (left[:limit], len(left))
