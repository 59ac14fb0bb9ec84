"""Filters as data: they find what a look at every document finds, on both engines, and nothing in a value is read."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, Facet, Index, QueryError, quote
from khsearch.documents import values
from tests.extent import examples
from tests.indexes import ENGINES, new_index

FIELDS = {"tags": "keyword", "price": "number", "day": "date", "open": "boolean", "note": "text"}
KEYWORDS = ["a", "A ", "b", "b\u200b", "c d", 'x" OR tags:"a', "\u17e1", "1", "", "*"]
NUMBERS: list[Any] = [-2, 0, 1, 1.5, Decimal("2.5"), "1,500", "\u17e1\u17e0", 9007199254740993, 1e300, True + 1]
DAYS: list[Any] = [
    *(date(2021, 5, 11), datetime(2021, 5, 11), datetime(2021, 5, 11, 10, 30), "2021", "2021-06", "2022-01-01T10"),
    datetime(2021, 5, 11, 3, tzinfo=timezone(timedelta(hours=7))),
]
NOTES = ["ទឹក", "សាលា", "ទឹក ផ្សារ", "ផ្សារ"]
GIVEN: dict[str, list[Any]] = {
    "tags": [*KEYWORDS, "never", "B"],
    "price": [*NUMBERS, 3, "-2", np.float32(1.5), np.int64(1), -(10**30), 10**30, float("inf")],
    "day": [*DAYS, 2021, 2022, "2021-05", "\u17e2\u17e0\u17e2\u17e1-\u17e0\u17e5-\u17e1\u17e1", date(1, 1, 1), 9999],
    "open": [True, False, "no", np.bool_(True)],
    "note": [*NOTES, "ផ្សារ ទឹក"],
}


def drawn(count: int) -> list[Document]:
    source = random.Random(5)
    documents = []
    for number in range(count):
        fields: dict[str, object] = {}
        if source.random() < 0.8:
            some = source.sample(KEYWORDS, source.randint(0, 3))
            fields["tags"] = some[0] if some and source.random() < 0.5 else some
        for name, each in (("price", NUMBERS), ("day", DAYS), ("open", [True, False, "yes"]), ("note", NOTES)):
            if source.random() < 0.8:
                fields[name] = source.choice(each)
        documents.append(Document(str(number), "", "x", fields))
    return documents


DOCUMENTS = drawn(80)
GONE = {"3", "40", "41"}


@pytest.fixture(scope="module", params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    made = new_index(request, request.param, tmp_path_factory.mktemp("filters"), fields=FIELDS)
    for part in (DOCUMENTS[:30], DOCUMENTS[30:35], DOCUMENTS[35:]):
        with made.writer() as writer:
            writer.add_all(part)
    with made.writer() as writer:
        for id in GONE:
            writer.delete(id)
    yield made
    made.close()


def found(index: Index, filter: object) -> set[str]:
    return {hit.id for hit in index.search("", 1000, filter=filter)}


# A look at every document


def span(value: Any, kind: str) -> tuple[Any, Any]:
    """The first and the last value that a value names."""
    if kind == "keyword":
        return (values.keyword(str(value)),) * 2
    if kind == "number":
        number = (
            values.number(value) if isinstance(value, str) else value.item() if isinstance(value, np.generic) else value
        )
        return (float(number) if isinstance(number, Decimal) else number,) * 2
    if kind == "boolean":
        return (values.truth(value) if isinstance(value, str) else bool(value),) * 2
    if isinstance(value, str | int):
        return values.days(f"{value:04}" if isinstance(value, int) else value)
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None),) * 2
    return datetime.combine(value, time.min), datetime.combine(value, time.max)


def having(document: Document, name: str) -> list[Any]:
    """The values of a document, as they are compared."""
    given: Any = document.fields.get(name)
    kind = FIELDS[name]
    if given is None or kind == "text":
        return [] if given is None else [given]
    return [span(value, kind)[0] for value in (given if isinstance(given, list) else [given])]


def holds(document: Document, name: str, wanted: Any) -> bool:
    kind, mine = FIELDS[name], having(document, name)
    if isinstance(wanted, list | tuple | set | frozenset):
        return any(holds(document, name, one) for one in wanted)
    if wanted is None:
        return not mine
    if kind == "text" and isinstance(wanted, str):
        return all(chunk in " ".join(mine).split() for chunk in wanted.split())
    if not isinstance(wanted, Mapping):
        first, last = span(wanted, kind)
        return any(first <= value <= last for value in mine)
    for operator, value in wanted.items():
        if operator == "exists" and bool(value) != bool(mine):
            return False
        if operator == "not" and holds(document, name, value):
            return False
    tests = {
        "gt": lambda value, first, last: value > last,
        "gte": lambda value, first, last: value >= first,
        "lt": lambda value, first, last: value < first,
        "lte": lambda value, first, last: value <= last,
    }
    bounds = [(tests[name], span(value, kind)) for name, value in wanted.items() if name in tests]
    return not bounds or any(all(test(value, *ends) for test, ends in bounds) for value in mine)


def passes(document: Document, filter: Any) -> bool:
    for name, wanted in filter.items():
        if name == "not":
            kept = not passes(document, wanted)
        elif name in ("and", "or"):
            kept = (all if name == "and" else any)(passes(document, one) for one in wanted)
        else:
            kept = holds(document, name, wanted)
        if not kept:
            return False
    return True


def of_field(name: str) -> st.SearchStrategy[Any]:
    value = st.sampled_from(GIVEN[name])
    several = st.lists(st.none() | value, max_size=4)
    operators: dict[str, Any] = {"exists": st.booleans(), "not": st.none() | value | several}
    if name not in ("open", "note"):
        operators |= dict.fromkeys(("gt", "gte", "lt", "lte"), value)
    mapping = st.fixed_dictionaries({}, optional=operators)
    return value | st.none() | several | several.map(tuple) | mapping


fields = st.fixed_dictionaries({}, optional={name: of_field(name) for name in FIELDS})
filters = st.recursive(
    fields,
    lambda child: st.builds(
        lambda own, more: own | more,
        fields,
        st.fixed_dictionaries({}, optional={"not": child} | dict.fromkeys(("and", "or"), st.lists(child, max_size=3))),
    ),
    max_leaves=5,
)


@given(filters)
@examples(600)
def test_a_filter_finds_what_a_look_at_every_document_does(index: Index, filter: Any) -> None:
    assert found(index, filter) == {one.id for one in DOCUMENTS if one.id not in GONE and passes(one, filter)}


@pytest.mark.parametrize("name", FIELDS)
def test_each_value_finds_its_documents(index: Index, name: str) -> None:
    for value in GIVEN[name]:
        for filter in (
            {name: value},
            {name: [value]},
            {name: {"not": {"not": value}}},
            {"not": {name: {"not": value}}},
        ):
            assert found(index, filter) == {
                one.id for one in DOCUMENTS if one.id not in GONE and passes(one, filter)
            }, filter


def test_a_filter_does_not_score_and_goes_with_a_query(index: Index) -> None:
    alone = {hit.id: hit.score for hit in index.search("x", 1000)}
    kept = index.search("x", 1000, filter={"open": True})
    assert 0 < len(kept) == kept.total < len(alone)
    assert all(alone[hit.id] == hit.score for hit in kept)


@pytest.mark.parametrize("filter", ["", "  \n", "\u200b", {}, {"and": []}, {"and": [{}]}, {"tags": {}}, {"or": [{}]}])
def test_what_says_nothing_is_no_filter(index: Index, filter: Any) -> None:
    assert len(found(index, filter)) == index.doc_count
    with pytest.raises(QueryError):
        index.delete_by(filter)


@pytest.mark.parametrize("filter", [{"or": []}, {"tags": []}, {"tags": set()}, {"not": {}}, {"note": []}])
def test_any_of_nothing_is_nothing(index: Index, filter: Any) -> None:
    assert not found(index, filter)


@pytest.mark.parametrize(
    "facet", ["tags", "price", "open", *(Facet("day", by=by) for by in ("year", "month", "day"))], ids=repr
)
def test_what_a_facet_tells_is_a_filter_for_as_many(index: Index, facet: str | Facet) -> None:
    name = facet if isinstance(facet, str) else facet.field
    counts = index.search("", facets=[facet]).facets[name]
    assert counts
    for value, count in counts.items():
        assert len(found(index, {name: value})) == count
        written = f"{value:04}" if name == "day" and isinstance(value, int) else value
        assert len(found(index, f"{name}:{quote(written)}")) == count


class Colour(StrEnum):
    A = "a"


class Year(IntEnum):
    NOW = 2021


def test_values_are_taken_as_what_they_are(index: Index) -> None:
    same: list[tuple[str, Any, Any]] = [
        ("tags", Colour.A, "a"),
        ("tags", np.str_("a"), "a"),
        ("day", Year.NOW, "2021"),
        ("day", np.datetime64("2021-05-11"), date(2021, 5, 11)),
        ("day", pd.Timestamp("2021-05-11 10:30"), datetime(2021, 5, 11, 10, 30)),
        ("price", Decimal("1.50"), 1.5),
        ("price", np.uint64(1), 1),
        ("price", 1.0, 1),
    ]
    for name, given_, meant in same:
        assert found(index, {name: given_}) == found(index, {name: meant}) != set()


@pytest.mark.parametrize(
    ("filter", "told"),
    [
        ({"color": "red"}, "no field 'color'; there are day, note, open, price, tags, text, title"),
        ({5: "red"}, "no field 5; there are day"),
        ({"id": "3"}, "no field 'id'; there are day"),
        ({"tags": 5}, "'tags' holds a keyword, and 5 is none; give a str"),
        ({"tags": [["a"]]}, r"'tags' holds a keyword, and \['a'\] is none"),
        ({"tags": b"a"}, "'tags' holds a keyword, and b'a' is none"),
        ({"tags": "\ud800"}, "'tags' holds a keyword, and .* has a lone surrogate"),
        ({"tags": {"like": "a"}}, "'tags' .* 'like' is no operator; there are gt, gte, lt, lte, exists, not"),
        ({"tags": {"exists": 1}}, "'exists' takes True or False, not 1"),
        ({"price": "x"}, "'price' holds a number, and 'x' is no number; write it as 1500.* a range is {\"gte\": 10"),
        ({"price": "1e5"}, "'price' holds a number"),
        ({"price": True}, "'price' holds a number, and True is none; give an int"),
        ({"price": float("nan")}, "'price' holds a number, and nan is none"),
        ({"price": Decimal("nan")}, "'price' holds a number"),
        ({"price": np.float64("nan")}, "'price' holds a number"),
        ({"price": pd.NA}, "'price' holds a number"),
        ({"price": {"gt": [1, 2]}}, r"'price' holds a number, and \[1, 2\] is none"),
        ({"price": {"gt": None}}, "'price' holds a number, and None is none"),
        ({"price": date(2021, 1, 1)}, "'price' holds a number"),
        ({"price": (one for one in [1])}, "'price' holds a number, and <generator"),
        ({"day": "soon"}, "'day' holds a date, and 'soon' is no date; write it as"),
        ({"day": 0}, "'day' holds a date, and 0 is none; give a date or datetime, a year as an int"),
        ({"day": 20210511}, "'day' holds a date"),
        ({"day": 2021.0}, "'day' holds a date"),
        ({"day": True}, "'day' holds a date"),
        ({"day": pd.NaT}, "'day' holds a date"),
        ({"open": 1}, "'open' holds a boolean, and 1 is none; give True or False"),
        ({"open": {"gt": False}}, "'open' holds a boolean, and truth values have no range"),
        ({"note": 5}, "'note' holds text, and 5 is none; give a str"),
        ({"note": {"gte": "a"}}, "'note' holds text, and words have no range"),
        ({"note": "?!"}, "'note' holds text, and '\\?!' has no word to look for"),
        ({"title": None, "or": {"tags": "a"}}, "'or' takes a list of mappings"),
        ({"not": ["a"]}, "'not' takes a mapping"),
        ({"and": ["tags:a"]}, "'and' takes a list of mappings"),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_can(index: Index, filter: Any, told: str) -> None:
    with pytest.raises(QueryError, match=told):
        index.search("x", filter=filter)


def test_mappings_inside_each_other_have_an_end(index: Index) -> None:
    for wrap in (lambda one: {"not": one}, lambda one: {"and": [one]}, lambda one: {"or": [{"open": True}, one]}):
        filter: Any = {"tags": "a"}
        for _ in range(30):
            filter = wrap(filter)
        assert index.search("", filter=filter).total
        for _ in range(5000):
            filter = wrap(filter)
        with pytest.raises(QueryError, match="40 mappings inside each other"):
            index.search("", filter=filter)
    value: Any = "a"
    for _ in range(5000):
        value = {"not": value}
    with pytest.raises(QueryError, match=r"'tags' .* 40 mappings inside each other"):
        index.search("", filter={"tags": value})
    own: dict[str, Any] = {}
    own["not"] = own
    with pytest.raises(QueryError, match="inside each other"):
        index.search("", filter=own)


def test_what_changes_afterwards_changes_nothing(index: Index) -> None:
    tags = ["a"]
    results = index.search("", filter={"tags": tags})
    tags[:] = ["never"]
    assert results.total == len(found(index, {"tags": "a"}))


def test_thousands_of_values_are_one_look(tmp_path: Path) -> None:
    fields = {"key": "keyword", "n": "number", "day": "date"}
    made = Index.create(tmp_path / "x", fields=fields)
    start = date(2020, 1, 1)
    with made.writer() as writer:
        writer.add_all(
            Document(str(at), "", "x", {"key": f"k{at}", "n": at, "day": start + timedelta(days=at)})
            for at in range(50)
        )
    odd = range(1, 30_000, 2)
    wanted = {str(at) for at in range(1, 50, 2)}
    assert found(made, {"key": [f"K{at}" for at in odd]}) == wanted
    assert found(made, {"n": [*odd, 0.5, 10**40, -(10**40)]}) == wanted
    assert found(made, {"day": {start + timedelta(days=at) for at in odd}}) == wanted


def test_texts_of_any_length(index: Index) -> None:
    assert not found(index, {"tags": "x" * 200_000})
    assert found(index, {"note": "ទឹក " * 500}) == found(index, {"note": "ទឹក"})


def test_an_index_without_documents_and_fields_without_values(tmp_path: Path) -> None:
    made = Index.create(tmp_path / "x", fields=FIELDS)
    for filter in (
        {"tags": ["a", "b"]},
        {"price": [1, 2]},
        {"tags": None},
        {"note": {"exists": False}},
        {"day": {"gt": 2021}},
    ):
        assert not found(made, filter)
    with made.writer() as writer:
        writer.add(Document("1", "", "x"))
    assert found(made, {"tags": ["a", "b"]}) == set()
    assert found(made, {"price": [None, 2], "day": None}) == {"1"}


@pytest.mark.parametrize(
    "asked",
    [
        *("price>5", "price > 5", "price=7", "!price:7", "--price:7", "price != 5", "price :7", "price IN [1,2]"),
        *("price:7 || price:8", "price:7 && price:8", "tags='a b'", "tags:'a b'", "tags:!=x", "tags:=x", "*:*"),
        *("(price>5 OR price:7)", "price:[1 TO 2] AND tags>=a", "tags:a and tags:b", "not tags:a", "tags IN (a)"),
        *("tags IS NULL", "tags LIKE a", "price BETWEEN 1 AND 2"),
    ],
)
def test_what_other_engines_would_understand_is_told_with_what_to_write(asked: str) -> None:
    index = Index.memory(fields={"price": "number", "tags": "keyword"})
    with pytest.raises(QueryError, match=r"write|double quotes|leave the filter out"):
        index.search(filter=asked)
    for text in (
        "a=b",
        "x > y",
        '"price>5"',
        "tags:\"'a b'\"",
        'tags:"!=x"',
        "text:price",
        "save the price!",
        "R & D",
        "price TO x",
        "price : 1",
        "a and b",
    ):
        index.search(filter=text)


def test_a_star_lets_everything_through_and_deletes_nothing() -> None:
    index = Index.memory()
    with index.writer() as writer:
        writer.add(Document("1", "", "x"))
    assert index.search(filter="*").total == index.search("*", filter=" * ").total == 1
    with pytest.raises(QueryError, match="says nothing"):
        index.delete_by("*")


def test_no_field_has_the_name_of_an_operator() -> None:
    for name in ("and", "or", "not"):
        with pytest.raises(ValueError, match="in a filter it joins others"):
            Index.memory(fields={name: "keyword"})
        with pytest.raises(ValueError, match="in a filter it joins others"):
            Index.memory().set_fields({name: "keyword"})


def test_a_star_behind_a_field_is_any_value() -> None:
    index = Index.memory(fields={"price": "number", "tags": "keyword", "day": "date", "open": "boolean"})
    with index.writer() as writer:
        writer.add(Document("1", "", "x", {"price": 0, "tags": ["*"], "day": "2021", "open": False}))
        writer.add(Document("2", "", "x"))
    for name in index.fields:
        assert [hit.id for hit in index.search(filter=f"{name}:*")] == ["1"]
        assert [hit.id for hit in index.search(filter=f"-{name}:*")] == ["2"]
    assert index.search(filter='tags:"*"').total == 1
    assert index.search("tags:*").total == 1
