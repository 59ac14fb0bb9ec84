"""Browsing, sorting, paging, counting and grouping, over every engine, held against a look at every document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Facet, Hit, Index, QueryError, Results
from khsearch.query import Ranking
from tests.extent import examples

FIELDS = {"kind": "keyword", "tags": "keyword", "price": "number", "when": "date", "open": "boolean", "note": "text"}
WORDS = ("ពិការភាព", "សាលា", "ឆ្មា", "ទឹក")
_days = st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.sampled_from(
    [date(2021, 5, 11), date(2021, 6, 1), date(2020, 2, 29)]
)
_moments = st.builds(datetime.combine, _days, st.times())
_values: dict[str, st.SearchStrategy[object]] = {
    "kind": st.sampled_from(["ក", "ខ", "a b", "C++", ""]),
    "tags": st.lists(st.sampled_from(["x", "y", "z"]), max_size=4),
    "price": st.integers(-3, 3) | st.sampled_from([0.5, 2**60 + 1, -1e300, float(2**53)]),
    "when": _days | _moments,
    "open": st.booleans(),
    "note": st.sampled_from(WORDS),
}
_fields = st.fixed_dictionaries({}, optional=_values)
_texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
_documents = st.lists(st.tuples(st.integers(0, 20), _texts, _fields), max_size=14)
commits = st.lists(st.tuples(_documents, st.sets(st.integers(0, 20), max_size=3)), min_size=1, max_size=4)
"""Commits: documents that are added, and ids that are deleted, where they are there."""

Commits = Sequence[tuple[Sequence[tuple[int, str, dict[str, object]]], set[int]]]


@contextmanager
def filled(engine: str, given: Commits) -> Iterator[tuple[Index, list[Document]]]:
    """An index of all commits, and the documents that are in it, in the order in which they were added."""
    with TemporaryDirectory() as folder:
        index = Index.memory(fields=FIELDS) if engine == "memory" else Index.create(Path(folder) / "x", fields=FIELDS)
        live: dict[str, Document] = {}
        for added, deleted in given:
            with index.writer() as writer:
                for number, text, fields in added:
                    document = Document(str(number), "", text, fields)
                    live.pop(document.id, None)
                    live[document.id] = document
                    writer.add(document)
                for number in deleted:
                    writer.delete(str(number))
                    live.pop(str(number), None)
        yield index, list(live.values())
        index.close()


def ids(hits: Results | Sequence[Hit] | Sequence[Document]) -> list[str]:
    return [one.id for one in hits]


def first(value: object) -> object:
    """What a document is sorted and grouped by: the first value, dates as moments."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, datetime.min.time()) if isinstance(value, date) else value


def form(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


def in_order(documents: Sequence[Document], sort: Sequence[str]) -> list[Document]:
    """Sorted by several keys, the last first; missing values last, equals in the order in which they were added."""
    found = list(documents)
    for key in reversed(sort):
        name = key.removeprefix("-")
        some = [one for one in found if first(one.fields.get(name)) is not None]
        none = [one for one in found if first(one.fields.get(name)) is None]
        some.sort(key=lambda one: form(first(one.fields[name])), reverse=key != name)  # type: ignore[arg-type, return-value]
        found = some + none
    return found


engines = pytest.mark.parametrize("engine", ["columnar", "memory"])
sorts = st.lists(
    st.sampled_from(["kind", "-kind", "tags", "price", "-price", "when", "-when", "open", "-open"]), max_size=3
)


@engines
@given(commits, sorts)
@examples(60)
def test_browsing_shows_all_in_order(engine: str, given: Commits, sort: list[str]) -> None:
    with filled(engine, given) as (index, documents):
        for query in ("", " ", "*"):
            found = index.search(query, 100, sort=sort)
            assert ids(found) == ids(in_order(documents, sort))
            assert found.total == len(documents)
            assert found.after is None
            assert found.suggestion is found.corrected is found.problem is None
            assert not any(hit.loose or hit.snippet.marks or hit.title_marks or hit.text_marks for hit in found)


@engines
@given(
    commits,
    sorts,
    st.sampled_from(["", WORDS[0], f"{WORDS[1]} {WORDS[2]}", f'"{WORDS[3]}" {WORDS[0]}']),
    st.integers(1, 4),
)
@examples(60)
def test_pages_side_by_side_are_one_list(engine: str, given: Commits, sort: list[str], query: str, size: int) -> None:
    with filled(engine, given) as (index, _):
        for match in ("best", "any", "strict"):
            whole = index.search(query, 100, match=match, sort=sort)  # type: ignore[arg-type]
            by_offset, by_token, token = [], [], None
            while True:
                page = index.search(query, size, len(by_offset), match, sort=sort)  # type: ignore[arg-type]
                if not page:
                    break
                by_offset += page
            while True:
                page = index.search(query, size, match=match, sort=sort, search_after=token)  # type: ignore[arg-type]
                by_token += page
                token = page.after
                if token is None:
                    break
                assert len(page) == size
            assert ids(by_offset) == ids(whole) == ids(by_token)
            assert [hit.rank for hit in by_token] == list(range(1, len(whole) + 1))
            assert [hit.loose for hit in by_token] == [hit.loose for hit in whole]
            assert [hit.score for hit in by_token] == pytest.approx([hit.score for hit in whole])


def many(engine: str, count: int, folder: Path) -> Index:
    """Articles of which many score alike, in two commits."""
    index = Index.memory(fields=FIELDS) if engine == "memory" else Index.create(folder / "x", fields=FIELDS)
    for start in (0, count // 3):
        with index.writer() as writer:
            for number in range(start, count // 3 if not start else count):
                text = " ".join(WORDS[: 1 + number % 4] * (1 + number % 3))
                writer.add(Document(str(number), "", text, {"price": number % 7, "kind": str(number % 5)}))
    return index


@engines
@pytest.mark.parametrize("sort", [[], ["price"], ["score"], ["-price", "score", "kind"]])
@pytest.mark.parametrize("query", [WORDS[3], f"{WORDS[3]} {WORDS[2]}", ""])
def test_deep_pages_go_on_behind_what_stages_look_at(tmp_path: Path, engine: str, sort: list[str], query: str) -> None:
    index = many(engine, 260, tmp_path)
    whole = ids(index.search(query, 1000, sort=sort))
    assert len(set(whole)) == len(whole) >= index.search(query).total > 60
    found: list[str] = []
    token = None
    while True:
        page = index.search(query, 23, sort=sort, search_after=token)
        found += ids(page)
        token = page.after
        if token is None:
            break
    assert found == whole


@engines
def test_pages_go_on_in_a_later_commit(tmp_path: Path, engine: str) -> None:
    index = many(engine, 60, tmp_path)
    for sort in (["price", "kind"], []):
        page = index.search("", 30, sort=sort)
        assert page.after is not None
        before = set(ids(page))
        with index.writer() as writer:
            for hit in list(page)[:10]:
                writer.delete(hit.id)
            writer.commit(optimize=True)
        rest = index.search("", 100, sort=sort, search_after=page.after)
        assert not before & set(ids(rest))
        assert len(rest) == index.doc_count - 20
        with index.writer() as writer:
            writer.add_all(hit.document for hit in list(page)[:10])


def test_stages_of_ones_own_may_move_what_they_like(tmp_path: Path) -> None:
    index = many("columnar", 260, tmp_path)
    ranking = Ranking(stages=[lambda candidates: [float(int(one.id) % 10) for one in candidates]])
    whole = ids(index.search(WORDS[3], 1000, ranking=ranking))
    found: list[str] = []
    token = None
    while True:
        page = index.search(WORDS[3], 40, ranking=ranking, search_after=token)
        found += ids(page)
        token = page.after
        if token is None:
            break
    assert found == whole


def test_a_token_is_what_was_told(tmp_path: Path) -> None:
    index = many("columnar", 60, tmp_path)
    after = index.search(WORDS[3], 5, sort="price").after
    assert after is not None
    for other in ("", "x", "\u1780", after[:-3], "A" * 300, "bnVsbA", "W10", "e30"):
        with pytest.raises(QueryError, match="search_after"):
            index.search(WORDS[3], 5, sort="price", search_after=other)
    for query, options in (
        (WORDS[2], {"sort": "price"}),
        (WORDS[3], {}),
        (WORDS[3], {"sort": "price", "match": "any"}),
    ):
        with pytest.raises(QueryError, match="another search"):
            index.search(query, 5, search_after=after, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="offset"):
        index.search(WORDS[3], 5, 5, sort="price", search_after=after)


def several(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def counts(documents: Sequence[Document], name: str, of: Callable[[Any], object]) -> dict[object, int]:
    """How many documents have each value, each counted once."""
    found = Counter(value for one in documents for value in {of(value) for value in several(one.fields.get(name))})
    return dict(found)


def shown(value: object) -> object:
    """Midnight is a day."""
    return value.date() if isinstance(value, datetime) and not value.time() > datetime.min.time() else value


@engines
@given(commits, st.sampled_from(["", WORDS[0]]))
@examples(60)
def test_facets_count_what_is_found(engine: str, given: Commits, query: str) -> None:
    with filled(engine, given) as (index, documents):
        found = [one for one in documents if query in one.text]
        results = index.search(
            query, 2, match="all", facets=["kind", "tags", "price", "open", Facet("when", by="year")]
        )
        assert results.total == len(found)
        assert list(results.facets) == ["kind", "tags", "price", "open", "when"]
        for name in ("kind", "tags", "price", "open"):
            told = results.facets[name]
            assert told == counts(found, name, lambda value: value)
            assert list(told.values()) == sorted(told.values(), reverse=True)
            assert results.facet(name) == told
            assert list(results.facet(name, limit=2).items()) == list(told.items())[:2]
        assert results.facets["when"] == counts(found, "when", lambda day: day.year)
        assert results.facet("when", by="month") == counts(found, "when", lambda day: f"{day.year:04}-{day.month:02}")
        assert results.facet("when", "day") == counts(found, "when", lambda day: date(day.year, day.month, day.day))
        assert results.facet("when") == counts(found, "when", shown)
        ranges = [(0, 2), (None, 0), (1, None), (2**60, 2**60 + 1), (None, None)]
        told = results.facet("price", ranges=ranges)
        assert list(told) == ranges
        for low, high in ranges:
            inside = [one for one in found if _between(one.fields.get("price"), low, high)]
            assert told[low, high] == len(inside)
        orjson.dumps(results.to_dict())


def _between(value: Any, low: Any, high: Any) -> bool:
    return value is not None and (low is None or value >= low) and (high is None or value < high)


def test_ranges_of_dates_and_words(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x", fields=FIELDS)
    with index.writer() as writer:
        for number, day in enumerate(
            [date(2020, 12, 31), datetime(2021, 1, 1), datetime(2021, 5, 11, 10), date(2022, 1, 1)]
        ):
            writer.add(Document(str(number), "", "x", {"when": day, "kind": "AbC"[number % 3]}))
    results = index.search()
    halves = [(2021, "2021-05-11"), (date(2021, 5, 11), datetime(2021, 5, 11, 10)), ("២០២១-០៥-១១", None)]
    assert results.facet("when", ranges=halves) == {halves[0]: 1, halves[1]: 0, halves[2]: 2}
    assert results.facet("kind", ranges=[("a", "B"), ("b", None)]) == {("a", "B"): 2, ("b", None): 2}
    page = index.search(facets=[Facet("when", ranges=halves[:1]), Facet("kind", ranges=[("b", None)])]).to_dict()
    assert page["facets"] == {"when": {"2021 TO 2021-05-11": 1}, "kind": {"b TO *": 2}}


@pytest.mark.parametrize(
    ("facet", "said"),
    [
        (Facet("none"), "no field 'none'.*there are kind, tags, price, when, open"),
        (Facet("note"), "no field 'note'"),
        (Facet("kind", by="year"), "'kind' holds a keyword, which has no year"),
        (Facet("open", ranges=[(0, 1)]), "'open' holds a boolean, which has no ranges"),
        (Facet("price", ranges=[("x", None)]), "'price', which holds a number: 'x' is no number"),
        (Facet("price", ranges=[(True, None)]), "True is none"),
        (Facet("when", ranges=[(5.5, None)]), "5.5 is none"),
        (Facet("when", ranges=[("soon", None)]), "'soon' is no date"),
        (Facet("kind", ranges=[(5, None)]), "5 is none"),
    ],
)
def test_a_facet_that_cannot_be_is_refused(facet: Facet, said: str) -> None:
    index = Index.memory(fields=FIELDS)
    with pytest.raises(QueryError, match=said):
        index.search(facets=facet)


def test_a_facet_takes_what_it_takes() -> None:
    for wrong in (
        {"by": "week"},
        {"limit": -1},
        {"ranges": [5]},
        {"ranges": [(1, 2, 3)]},
        {"by": "year", "ranges": [(1, 2)]},
    ):
        with pytest.raises(ValueError, match=r"by|limit|ranges"):
            Facet("when", **wrong)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="'when' twice"):
        Index.memory(fields=FIELDS).search(facets=["when", Facet("when", by="year")])


@engines
@given(commits, st.sampled_from(["", WORDS[0]]), sorts, st.sampled_from(["kind", "tags", "price", "when", "open"]))
@examples(60)
def test_groups_show_their_first(engine: str, given: Commits, query: str, sort: list[str], name: str) -> None:
    with filled(engine, given) as (index, documents):
        found = ids(index.search(query, 100, match="strict", sort=sort or ["score"]))
        by_id = {one.id: one for one in documents}
        groups: dict[object, list[str]] = {}
        for one in found:
            value = first(by_id[one].fields.get(name))
            groups.setdefault(("alone", one) if value is None else form(value), []).append(one)
        results = index.search(query, 100, sort=sort, group_by=name)
        assert ids(results) == [members[0] for members in groups.values()]
        assert [hit.more for hit in results] == [len(members) - 1 for members in groups.values()]
        assert results.groups == index.search(query, 0, sort=sort, group_by=name).groups == len(groups)
        assert results.total == len(found)
        pages: list[str] = []
        token = None
        while True:
            page = index.search(query, 2, sort=sort, group_by=name, search_after=token)
            pages += ids(page)
            token = page.after
            if token is None:
                break
        assert pages == ids(results)
        assert ids(index.search(query, 2, 1, sort=sort, group_by=name)) == ids(results)[1:3]


@engines
def test_many_searches_see_one_commit(tmp_path: Path, engine: str) -> None:
    index = many(engine, 60, tmp_path)
    found = index.search_many(["", WORDS[3], WORDS[0]], 3, sort="price")
    assert [ids(one) for one in found] == [
        ids(index.search(query, 3, sort="price")) for query in ("", WORDS[3], WORDS[0])
    ]
    assert index.search_many([]) == []
    with pytest.raises(TypeError):
        index.search_many([""], colour="red")


@pytest.mark.parametrize("sort", ["none", ["price", "-none"], "note", "-score", ["text"]])
def test_a_sort_that_cannot_be_names_the_fields_there_are(sort: str | list[str]) -> None:
    with pytest.raises(QueryError, match=r"there are kind, tags, price, when, open|the best come first"):
        Index.memory(fields=FIELDS).search(sort=sort)
    for wrong in (5, [5], [[]]):
        with pytest.raises(ValueError, match="sort takes a str"):
            Index.memory(fields=FIELDS).search(sort=wrong)  # type: ignore[arg-type]


def test_a_field_named_score_is_a_field(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x", fields={"score": "number"})
    with index.writer() as writer:
        writer.add_all(Document(str(number), "", WORDS[0] * number, {"score": number}) for number in (1, 2, 3))
    assert ids(index.search(WORDS[0], sort="-score")) == ["3", "2", "1"]


def test_a_month_has_the_documents_that_a_filter_finds(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x", fields=FIELDS)
    with index.writer() as writer:
        writer.add_all(
            Document(str(number), "", "x", {"when": date(2019, 11, 20) + timedelta(days=9 * number)})
            for number in range(60)
        )
    for by in ("year", "month", "day"):
        for value, count in index.search().facet("when", by).items():  # type: ignore[arg-type]
            assert index.search(filter={"when": value}).total == count
