"""An index as Python expects a collection to be: len, in, iteration, many at once, dicts, deleting by a filter."""

from __future__ import annotations

import io
import multiprocessing
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import (
    Document,
    DocumentError,
    Index,
    IndexExistsError,
    IndexLockedError,
    IndexMismatchError,
    IndexNotFoundError,
    IndexStoreError,
    QueryError,
    Ranking,
    TextField,
)
from khsearch.documents import json_line, read_stream
from tests.extent import examples

TEXT = "\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6"
NEWS = [
    Document("1", "", TEXT, {"category": "news", "year": 2020}),
    Document("2", "", TEXT, {"category": "sport", "year": 2021}),
    Document("3", "", TEXT, {"category": "news", "year": 2022}),
]
FIELDS: dict[str, Any] = {"category": "keyword", "year": "number"}


@pytest.fixture(params=["folder", "memory"])
def create(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Index]:
    """Make an index of NEWS in either engine."""

    def make(**options: Any) -> Index:
        index = Index.memory(**options) if request.param == "memory" else Index.create(tmp_path / "x", **options)
        with index.writer() as writer:
            writer.add_all(NEWS)
        return index

    return make


# A collection


def test_an_index_is_a_collection_of_documents(create: Callable[..., Index]) -> None:
    index = create(fields=FIELDS)
    assert len(index) == 3
    assert "1" in index
    assert "7" not in index
    assert 1 not in index
    assert None not in index
    assert list(index) == NEWS
    assert index.get_many(["3", "7", "1", "3"]) == [NEWS[2], None, NEWS[0], NEWS[2]]
    assert index.get_many(iter(())) == []


def test_an_empty_index_is_true() -> None:
    assert Index.memory()
    assert len(Index.memory()) == 0


def test_iteration_stays_with_its_commit(create: Callable[..., Index]) -> None:
    index = create(fields=FIELDS)
    documents = iter(index)
    first = next(documents)
    index.delete_by("year:2022")
    assert [first, *documents] == NEWS
    assert len(index) == 2


# Documents as dicts


def test_a_dict_is_a_document_as_a_line_of_json_is(create: Callable[..., Index]) -> None:
    index = create(fields=FIELDS)
    with index.writer() as writer:
        writer.add({"id": "4", "text": TEXT, "year": 2023, "day": date(2021, 5, 11), "none": None})
        writer.add_all(
            [
                {"id": 5, "title": TEXT, "text": "", "fields": {"category": "news", "at": {"$date": "2021-05-11"}}},
                {"_id": np.int64(6), "text": TEXT, "empty": {}, "gone": pandas.NA, "size": np.int64(3)},
            ]
        )
    assert index.get("4") == Document("4", "", TEXT, {"year": 2023, "day": date(2021, 5, 11)})
    assert index.get("5") == Document("5", TEXT, "", {"category": "news", "at": date(2021, 5, 11)})
    assert index.get("6") == Document("6", "", TEXT, {"gone": None, "size": 3})
    assert index.search(TEXT, filter="year:2023").total == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"text": TEXT}, "'id' is missing; add it"),
        ({"id": "1"}, "'text' is missing"),
        ({"id": 1.5, "text": TEXT}, "'id' is not a string"),
        ({"id": True, "text": TEXT}, "'id' is not a string"),
        ({"id": "1", "text": TEXT, "day": {"$date": "May"}}, "'day': .*; write dates as 2021-05-11"),
        ({"id": "1", "text": TEXT, "n": {"a": 1}}, "field 'n' is of type dict"),
        ({"id": "1", "text": TEXT, 5: "x"}, "field name 5 is of type int"),
        ({"id": "1", "text": TEXT, "year": "soon"}, "'year' is 'soon', but the index has it as number"),
        ([("id", "1"), ("text", TEXT)], "is no Document"),
    ],
)
def test_a_wrong_dict_is_an_error_that_names_the_key(create: Callable[..., Index], wrong: Any, says: str) -> None:
    index = create(fields=FIELDS)
    with index.writer() as writer, pytest.raises(DocumentError, match=says):
        writer.add(wrong)
    assert list(index) == NEWS


def test_a_dict_for_several_documents_is_refused(create: Callable[..., Index]) -> None:
    with create().writer() as writer, pytest.raises(ValueError, match="documents takes an iterable of documents"):
        writer.add_all({"id": "1", "text": TEXT})  # type: ignore[arg-type]


_VALUES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=3) | st.just({})
_VALUES = _VALUES | st.lists(st.sampled_from("ab"), max_size=2) | st.just({"$date": "2021-05-11"})


@examples(100)
@given(
    id=st.text("abc", min_size=1) | st.integers(0, 99),
    flat=st.dictionaries(st.sampled_from(["n", "tags", "$", "\u1780"]), _VALUES),
    nested=st.none() | st.dictionaries(st.sampled_from(["k", "m"]), _VALUES),
)
def test_a_dict_and_a_line_of_json_are_one_document(id: object, flat: dict[str, object], nested: object) -> None:
    record = {"id": id, "text": TEXT, **flat, **({} if nested is None else {"fields": nested})}
    index = Index.memory()
    with index.writer() as writer:
        writer.add(record)
    with io.BytesIO(orjson.dumps(record)) as stream:
        assert list(index) == list(read_stream(stream, "jsonl"))


def test_a_value_that_is_given_twice_is_refused_and_none_comes_back(create: Callable[..., Index]) -> None:
    index = create()
    with index.writer() as writer:
        with pytest.raises(DocumentError, match="'n' is there twice"):
            writer.add({"id": "1", "text": TEXT, "n": 4, "fields": {"n": 5}})
        writer.add({"id": "x", "text": TEXT, "n": None, "fields": {"n": 5}})
        writer.add(Document("y", "", TEXT, {"n": None, "m": 1}))
    lines = b"".join(json_line(document) + b"\n" for document in index.export())
    with io.BytesIO(lines) as stream:
        assert list(read_stream(stream, "jsonl")) == list(index)
    assert [one and one.fields for one in index.get_many(["x", "y"])] == [{"n": 5}, {"n": None, "m": 1}]


# Deleting by a filter


def test_what_a_filter_lets_through_is_deleted(create: Callable[..., Index]) -> None:
    index = create(fields=FIELDS)
    assert index.delete_by({"category": "news", "year": {"gte": 2021}}) == 1
    assert [document.id for document in index] == ["1", "2"]
    view = index._view()
    assert index.delete_by("category:news year:[2021 TO *]") == 0
    assert index._view() is view  # no commit where nothing was found
    with index.writer() as writer:
        assert writer.delete("1")
        assert writer.delete_by("category:news") == 0
        assert writer.delete_by("category:sport") == 1
    assert len(index) == 0


@pytest.mark.parametrize(
    "filter",
    [
        "",
        "  ",
        "nothing:5",
        "year:soon",
        {},
        {"and": [{}]},
        {"or": [{"year": 2020}, {}]},
        {"nothing": 5},
        {"year": "x"},
    ],
)
def test_a_filter_that_cannot_be_or_says_nothing_deletes_nothing(create: Callable[..., Index], filter: Any) -> None:
    index = create(fields=FIELDS)
    with pytest.raises(QueryError):
        index.delete_by(filter)
    index.writer().cancel()
    assert list(index) == NEWS


def test_delete_by_speaks_of_what_is_committed(create: Callable[..., Index]) -> None:
    index = create(fields=FIELDS)
    other = Index.open(index.address)
    writer = other.writer()
    with writer:
        writer.delete_by("category:sport")
        writer.add(NEWS[1])
        with pytest.raises(IndexStoreError, match="commit first, or call delete_by before add"):
            writer.delete_by("category:news")
    assert {document.id for document in index} == {"1", "2", "3"}


# Opened or created


def test_an_index_is_opened_or_created(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("\u179f\u17c4\u1798\u178a\u17b6\u179b\u17b8\u1793\n", "utf-8")
    given: dict[str, Any] = {"fields": {**FIELDS, "note": TextField(0.5)}, "ranking": Ranking(slop=2)}
    made = Index.open_or_create(tmp_path / "x", **given)
    with made.writer() as writer:
        writer.add_all(NEWS)
    assert len(Index.open_or_create(tmp_path / "x", **given)) == 3
    assert len(Index.open_or_create(tmp_path / "x", breaker="lattice")) == 3
    for wrong, says in (
        ({"fields": FIELDS}, r"'note' \(TextField\(weight=0.5\)\) is a field there; index.set_fields"),
        ({"fields": {**given["fields"], "note": "text"}}, r"'note' is TextField\(weight=0.5\) there, not 'text'"),
        ({"fields": {**given["fields"], "day": "date"}}, r"'day' \('date'\) is none there"),
        ({"breaker": "icu"}, "its breaker is 'lattice', not 'icu'"),
        ({"ranking": Ranking()}, "its ranking is Ranking"),
        ({"lexicon": words}, "built with another lexicon"),
    ):
        with pytest.raises(IndexMismatchError, match=says):
            Index.open_or_create(tmp_path / "x", **wrong)


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("precious")
    with pytest.raises(IndexExistsError, match=r"thesis\.doc"):
        Index.open_or_create(tmp_path)
    with pytest.raises(ValueError, match="unknown kind"):
        Index.open_or_create(tmp_path / "x", fields={"a": "string"})  # type: ignore[dict-item]
    assert not (tmp_path / "x").exists()


def open_and_add(path: Path, number: int) -> None:
    index = Index.open_or_create(path, fields={"n": "number"})
    with index.writer(wait=60) as writer:
        writer.add({"id": number, "text": TEXT, "n": number})


def test_several_processes_may_open_or_create_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=open_and_add, args=(tmp_path / "x", number)) for number in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 6
    assert {document.id for document in Index.open(tmp_path / "x")} == set("012345")


def test_a_lock_of_a_folder_that_was_made_anew_is_none(tmp_path: Path) -> None:
    first = Index.create(tmp_path / "x")
    stale = first.writer()
    for file in (tmp_path / "x").iterdir():
        file.unlink()
    second = Index.create(tmp_path / "x")
    with second.writer(), pytest.raises(IndexLockedError):
        first.writer()
    with pytest.raises(IndexNotFoundError, match="made anew"):
        stale.commit()
