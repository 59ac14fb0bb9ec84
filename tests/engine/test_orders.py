"""Orders, places in them, groups and facets: every engine says what loops over the stored documents say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Index, QueryError
from khsearch.columnar import number_of
from khsearch.columnar.search import ordering
from khsearch.documents import keyword_form
from khsearch.engine import BM25, Counted, Node, SortKey, View, nodes
from khsearch.query.ranking import DEFAULT
from tests.engine.drawn import trees
from tests.engine.test_engines import both, ids
from tests.extent import examples
from tests.state import drawn
from tests.state.model import SORTED

_DAYS = [date(1, 1, 1), date(2021, 5, 11), datetime(2021, 5, 11, 8, 30), datetime(2021, 5, 1), date(2020, 6, 1)]
_VALUES = {
    "kind": st.sampled_from(["a", "A", "b", "\u1780", ["B", "a"], ["b", "b", "\u1780"], []]),
    "size": st.sampled_from([-2, 0, 1.5, 2, 2.0, 10**15, (1 << 63) + 1, (1 << 53) + 1, -(1 << 63)]),
    "day": st.sampled_from([*_DAYS, datetime(9999, 12, 31, 23, 59, 59, 999_999)]),
    "open": st.booleans(),
}
_documents = st.builds(
    lambda id, text, fields: Document(id, "", text, fields),
    drawn.ids,
    st.lists(drawn.words, min_size=1, max_size=4).map(" ".join),
    st.fixed_dictionaries({}, optional=_VALUES),
)
_batches = st.lists(_documents, min_size=1, max_size=6)
histories = st.lists(st.tuples(_batches, st.lists(drawn.ids, max_size=2), st.booleans()), min_size=1, max_size=4)
columns = st.sampled_from([*SORTED, "absent"])
keys = st.builds(SortKey, columns, st.booleans())
orders = st.lists(keys, max_size=3, unique_by=lambda key: key.column)
scored_orders = st.builds(
    lambda first, score, rest: [*first, *score, *rest], orders, st.lists(st.just(SortKey(None)), max_size=1), orders
)


@contextmanager
def wide() -> Iterator[None]:
    """As if the numbers of keys did not fit together into one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "_BITS", 0)
        yield


def compared(document: Document, column: str) -> list[Any]:
    """The values of a document, as they are compared."""
    given = document.fields.get(column)
    values: list[Any] = given if isinstance(given, list) else [] if given is None else [given]
    return [keyword_form(value.encode()) if isinstance(value, str) else number_of(value) for value in values]


def found(view: View, node: Node, sort: Sequence[SortKey], limit: int = 100, **more: Any) -> list[tuple[str, float]]:
    """Ids and scores of a page."""
    page = view.search(node, limit, weighting=DEFAULT.weighting, sort=sort, **more)
    return list(zip(ids(view, page.keys), page.scores.tolist(), strict=True))


def walked(view: View, node: Node, sort: Sequence[SortKey], size: int, group: str | None) -> list[tuple[str, float]]:
    """All pages, each from the place where the last one ended."""
    hits, place = [], None
    while True:
        page = view.search(node, size, weighting=DEFAULT.weighting, sort=sort, after=place, group=group)
        hits += zip(ids(view, page.keys), page.scores.tolist(), strict=True)
        if len(page.keys) < size:
            return hits
        place = view.place(page.keys[-1], float(page.scores[-1]), sort)


def in_order(documents: Sequence[Document], sort: Sequence[SortKey]) -> list[str]:
    """The ids of documents by columns, one key after the other."""
    ordered = list(documents)
    for column, reverse in reversed(sort):
        some = [document for document in ordered if compared(document, str(column))]
        some.sort(key=lambda document: compared(document, str(column))[0], reverse=reverse)
        ordered = some + [document for document in ordered if not compared(document, str(column))]
    return [document.id for document in ordered]


@examples(60)
@given(history=histories, data=st.data())
def test_documents_come_in_the_order_of_every_key(history, data):
    with both(history) as indexes:
        one, other = (index._view() for index in indexes)
        every = list(other.documents())
        node = data.draw(trees(other))
        matching = set(ids(other, other.search(node, 100, weighting=BM25()).keys))
        for sort in data.draw(st.lists(orders, min_size=2, max_size=4)):
            if not sort:
                continue
            expected = in_order([document for document in every if document.id in matching], sort)
            scores = dict(found(one, node, ()))
            for view in (one, other):
                hits = found(view, node, sort)
                assert [id for id, _ in hits] == expected
                assert dict(hits) == pytest.approx(scores, rel=1e-4, abs=1e-5)
                assert found(view, node, sort, 2, offset=1) == hits[1:3]
                with wide():
                    assert found(view, node, sort) == hits


@examples(60)
@given(history=histories, data=st.data())
def test_pages_go_on_where_the_last_one_ended(history, data):
    with both(history) as indexes:
        node = data.draw(st.just(nodes.Every()) | trees(indexes[1]._view()))
        for sort in data.draw(st.lists(scored_orders, min_size=2, max_size=3)):
            group = data.draw(st.none() | columns)
            for index in indexes:
                view = index._view()
                assert walked(view, node, sort, data.draw(st.integers(1, 3)), group) == found(
                    view, node, sort, group=group
                )


@examples(60)
@given(history=histories, more=_batches, data=st.data())
def test_a_place_means_the_same_in_a_later_commit(history, more, data):
    sort = data.draw(orders.filter(len))
    with both(history) as indexes:
        view = indexes[0]._view()
        page = view.search(nodes.Every(), data.draw(st.integers(1, 4)), weighting=BM25(), sort=sort)
        if not page.keys:
            return
        place = view.place(page.keys[-1], 1.0, sort)
        last = ids(view, page.keys)[-1]
        kept = [document for document in more if document.id != last]
        for index in indexes:
            with index.writer() as writer:
                writer.add_all(kept)
                writer.commit(optimize=data.draw(st.booleans()))
        for index in indexes:
            view = index._view()
            expected = in_order(list(view.documents()), sort)
            hits = found(view, nodes.Every(), sort, after=place)
            assert [id for id, _ in hits] == expected[expected.index(last) + 1 :]


def test_a_place_outlives_its_document(tmp_path):
    for index in (Index.create(tmp_path / "x", fields={"n": "number"}), Index.memory(fields={"n": "number"})):
        with index.writer() as writer:
            writer.add_all(Document(str(n), "", "\u1791\u17b9\u1780", {"n": n // 2}) for n in range(6))
        view = index._view()
        for sort in ([SortKey("n")], [SortKey("n", True)]):
            page = view.search(nodes.Every(), 3, weighting=BM25(), sort=sort)
            place = view.place(page.keys[-1], 1.0, sort)
            with index.writer() as writer:
                writer.delete(ids(view, page.keys)[-1])
            rest = found(index._view(), nodes.Every(), sort, after=place)
            assert len(rest) == 3
            assert all(int(id) // 2 != 1 or int(id) == 3 for id, _ in rest)
            with index.writer() as writer:
                writer.add_all(Document(str(n), "", "\u1791\u17b9\u1780", {"n": n // 2}) for n in range(6))
            view = index._view()


@pytest.fixture
def embedded(tmp_path):
    return _numbered(Index.create(tmp_path / "x", fields={"n": "number"}))


def _numbered(index: Index) -> Index:
    with index.writer() as writer:
        writer.add_all(Document(str(n), "", "\u1791\u17b9\u1780", {"n": n}) for n in range(3))
    return index


@pytest.mark.parametrize(
    "place",
    ["x", 1, {}, [], [1, "0"], [1, 2, 3, "0"], [1, -1, "0"], [1, 0.5, "0"], [1, True, "0"], [1, 0, 0], [1, 0, None]]
    + [[value, 0, "0"] for value in (True, float("nan"), [], {}, "x")],
)
def test_what_is_no_place_is_refused(place: Any, embedded):
    for index in (embedded, _numbered(Index.memory(fields={"n": "number"}))):
        with pytest.raises(QueryError, match="place"):
            index._view().search(nodes.Every(), 3, weighting=BM25(), sort=[SortKey("n")], after=place)
    with pytest.raises(QueryError, match="place"):
        embedded._view().search(nodes.Every(), 3, weighting=BM25(), after=[None, 0, "0"])


@pytest.mark.parametrize("number", [0, 1 << 70])
@pytest.mark.parametrize("value", [-(1 << 80), 1 << 80, 1e300, -1e300, float("inf"), 0.5, None])
def test_a_place_may_hold_any_number(value: Any, number: int, embedded):
    for sort in ([SortKey("n")], [SortKey("n", True)]):
        rest = found(embedded._view(), nodes.Every(), sort, after=[value, number, "gone"])
        before = value is not None and (value < 0) == (not sort[0].reverse)
        few = [] if value is None else ["0"] if sort[0].reverse else ["1", "2"]
        assert [id for id, _ in rest] == (
            few
            if value in (None, 0.5)
            else []
            if not before
            else ["2", "1", "0"]
            if sort[0].reverse
            else ["0", "1", "2"]
        )


@examples(60)
@given(history=histories, data=st.data())
def test_of_each_group_the_first_is_found(history, data):
    with both(history) as indexes:
        node = data.draw(st.just(nodes.Every()) | trees(indexes[1]._view()))
        for group in data.draw(st.lists(columns, min_size=2, max_size=4)):
            sort = data.draw(scored_orders)
            for index in indexes:
                view = index._view()
                by_id = {document.id: document for document in view.documents()}
                names = {id: tuple(compared(document, group)[:1]) or id for id, document in by_id.items()}
                every = found(view, node, sort)
                sizes = Counter(names[id] for id, _ in every)
                expected = list({names[id]: (id, score) for id, score in reversed(every)}.values())
                expected.sort(key=every.index)
                page = view.search(node, 100, weighting=DEFAULT.weighting, sort=sort, group=group)
                with wide():
                    again = view.search(node, 100, weighting=DEFAULT.weighting, sort=sort, group=group)
                assert again.keys == page.keys
                assert list(zip(ids(view, page.keys), page.scores.tolist(), strict=True)) == expected
                assert page.groups == len(sizes)
                assert page.sizes is not None
                assert page.sizes.tolist() == [sizes[names[id]] for id, _ in expected]


_WIDE = [-(1 << 63), -2, 0, 1.25, 2, 10**15, float("inf")]
_BOUNDS: dict[str, list[Any]] = {
    "kind": ["", "A", "b", "\u1780"],
    "size": _WIDE,
    "day": [date(2020, 6, 1), datetime(2021, 5, 11, 8, 30), date(2022, 1, 1)],
    "open": [False, True],
    "absent": [1],
}


def facet(documents: Sequence[Document], chosen: set[str], wanted: Counted) -> list[tuple[Any, int]]:
    """What a facet tells, by loops over documents."""

    def bound(value: Any) -> Any:
        return keyword_form(value.encode()) if isinstance(value, str) else number_of(value)

    if wanted.ranges:
        return [
            (
                (low, high),
                sum(
                    document.id in chosen
                    and any(
                        (low is None or bound(low) <= value) and (high is None or value < bound(high))
                        for value in compared(document, wanted.column)
                    )
                    for document in documents
                ),
            )
            for low, high in dict.fromkeys(wanted.ranges)
        ]
    shown: dict[Any, Any] = {}
    counts: Counter[Any] = Counter()
    for document in documents:
        given = document.fields.get(wanted.column)
        written = given if isinstance(given, list) else [given]
        values = compared(document, wanted.column)
        for value, text in zip(values, written, strict=False):
            shown.setdefault(value, text if isinstance(text, str) else value)
        if document.id in chosen:
            counts.update(set(values))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(shown[value], count) for value, count in ranked][: wanted.most]


@examples(80)
@given(history=histories, data=st.data())
def test_facets_count_what_loops_count(history, data):
    with both(history) as indexes:
        views = [index._view() for index in indexes]
        every = list(views[1].documents())
        node = data.draw(st.just(nodes.Every()) | trees(views[1]))
        chosen = set(ids(views[1], views[1].search(node, 100, weighting=BM25()).keys))
        wanted = []
        for column in [*SORTED, "absent"]:
            bounds = st.none() | st.sampled_from(_BOUNDS[column])
            ranges = data.draw(st.lists(st.tuples(bounds, bounds), max_size=3, unique=True))
            most = data.draw(st.none() | st.integers(1, 3))
            wanted += [Counted(column, most=most), Counted(column, ranges=tuple(ranges))]
        for view in views:
            told = view.facets(node, wanted)
            assert [list(one.items()) for one in told] == [facet(every, chosen, one) for one in wanted]


@examples(60)
@given(history=histories, data=st.data())
def test_dates_are_counted_by_year_month_and_day(history, data):
    with both(history) as indexes:
        views = [index._view() for index in indexes]
        node = data.draw(st.just(nodes.Every()) | trees(views[1]))
        chosen = set(ids(views[1], views[1].search(node, 100, weighting=BM25()).keys))
        days = [
            document.fields["day"]
            for document in views[1].documents()
            if document.id in chosen and "day" in document.fields
        ]
        dates = [day.date() if isinstance(day, datetime) else day for day in days if isinstance(day, date)]
        months = [day.replace(day=1) for day in dates]
        years = [day.replace(month=1, day=1) for day in dates]
        expected = [Counter(map(number_of, each)) for each in (years, months, dates)]
        for view in views:
            told = view.facets(node, [Counted("day", "year"), Counted("day", "month"), Counted("day", "day")])
            assert told == expected
            ranked = sorted(expected[0].items(), key=lambda item: (-item[1], item[0]))
            assert list(told[0].items()) == ranked
            view.warm()
            assert view.facets(node, [Counted("day", "year", most=1)])[0] == dict(ranked[:1])


def test_only_dates_have_years(tmp_path):
    fields = {"k": "keyword", "n": "number"}
    for index in (Index.create(tmp_path / "x", fields=fields), Index.memory(fields=fields)):
        with index.writer() as writer:
            writer.add(Document("1", "", "\u1791\u17b9\u1780", {"k": "a", "n": 0.5}))
        for column in fields:
            with pytest.raises(QueryError, match="dates are counted by month"):
                index._view().facets(nodes.Every(), [Counted(column, "month")])
