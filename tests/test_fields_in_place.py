"""Own fields that are changed in place: afterwards the index is as one that was created with them."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, DocumentError, Index, IndexLockedError, QueryError, TextField
from khsearch.documents import fitting, validate
from khsearch.schema import kinds_of
from tests.extent import examples
from tests.test_formats import DOCUMENTS as STORED_DOCUMENTS
from tests.test_formats import EXPECTED, STORED, answers

RAIN, WATER, SCHOOL = "ភ្លៀង", "ទឹក", "សាលា"
DOCUMENTS = [
    Document("1", "", RAIN, {"n": 3, "day": date(2021, 5, 11), "tag": ["a", "b"], "note": WATER}),
    Document("2", "", SCHOOL, {"n": 10, "day": "2020", "tag": "A", "note": f"{RAIN} {WATER}"}),
    Document("3", WATER, "", {"other": object.__name__}),
]


@pytest.fixture(params=["folder", "memory"])
def create(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Index]:
    def make(**fields: Any) -> Index:
        index = (
            Index.memory(fields=fields) if request.param == "memory" else Index.create(tmp_path / "x", fields=fields)
        )
        with index.writer() as writer:
            writer.add_all(DOCUMENTS)
        return index

    return make


def test_a_field_is_added_from_what_documents_have(create: Callable[..., Index]) -> None:
    index = create(tag="keyword")
    reader = Index.open(index.address)
    with pytest.raises(QueryError):
        reader.search(RAIN, filter="n:3")
    index.set_fields({**index.fields, "n": "number", "note": TextField(0.5), "day": "date"})
    for one in (index, reader):
        assert one.fields == {"tag": "keyword", "n": "number", "note": TextField(0.5), "day": "date"}
        assert {hit.id for hit in one.search(RAIN)} == {"1", "2"}
        assert [hit.id for hit in one.search(WATER, sort="-n")] == ["2", "1", "3"]
        assert one.search(filter="n:3").facet("tag") == {"a": 1, "b": 1}
        assert list(one) == DOCUMENTS
    with reader.writer() as writer:
        writer.add(Document("4", "", RAIN, {"n": 5}))
    assert index.search(filter="n:[4 TO 6]").total == 1


def test_a_field_is_dropped_and_one_gets_another_kind(create: Callable[..., Index]) -> None:
    index = create(tag="keyword", n="number", note="text")
    index.set_fields({"note": "keyword"})
    assert index.search().facet("note") == {WATER: 1, f"{RAIN} {WATER}": 1}
    with pytest.raises(QueryError):
        index.search(filter="tag:a")
    index.set_fields({})
    assert index.fields == {}
    assert list(index) == DOCUMENTS


def test_a_value_that_does_not_go_with_its_field_changes_nothing_or_is_told(create: Callable[..., Index]) -> None:
    index = create(tag="keyword")
    for fields, says in (
        ({"tag": "text"}, "document '1': its field 'tag'"),
        ({"note": "number"}, "document '1': its field 'note' .* as number: .*no field was changed"),
    ):
        with pytest.raises(DocumentError, match=says):
            index.set_fields(fields)
        assert index.fields == {"tag": "keyword"}
        assert index.search(filter="tag:a").total == 2
    told: list[str] = []
    index.set_fields({"note": "number", "n": "number"}, on_lost=told.append)
    assert [item[:13] for item in told] == ["document '1':", "document '2':"]
    assert index.search(filter="n:3").total == 1
    assert list(index) == DOCUMENTS
    index.set_fields({**index.fields, "day": "date"})  # what did not go before is no reason to refuse another field
    assert index.search(filter="day:2021").total == 1


def test_what_is_no_declaration_is_refused(create: Callable[..., Index]) -> None:
    index = create()
    with pytest.raises(ValueError, match="unknown kind"):
        index.set_fields({"n": "float"})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="'text' cannot be a field"):
        index.set_fields({"text": "text"})
    with index.writer(), pytest.raises(IndexLockedError):
        index.set_fields({"n": "number"})
    assert index.fields == {}


def test_weights_alone_leave_what_was_analysed(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x", fields={"note": "text"})
    with index.writer() as writer:
        writer.add_all(DOCUMENTS)
    segments = {path.name for path in (tmp_path / "x").glob("*.seg")}
    assert {hit.id for hit in index.search(RAIN)} == {"1"}
    index.set_fields({"note": TextField(2)})
    assert {hit.id for hit in index.search(RAIN)} == {"1", "2"}
    index.set_fields({"note": TextField(0)})
    assert {hit.id for hit in index.search(RAIN)} == {"1"}
    assert {path.name for path in (tmp_path / "x").glob("*.seg")} == segments
    view = index._view()
    index.set_fields({"note": "text"})
    assert index._view() is view


def test_the_breaker_and_all_else_stay(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("សោមដាលីន\n", "utf-8")
    index = Index.create(tmp_path / "x", lexicon=words)
    with index.writer() as writer:
        writer.add(Document("1", "", "លោកសោមដាលីន", {"n": 1}))
    index.set_spellings({"som": "សោមដាលីន"})
    version = index.analyzer.breaker.version
    index.set_fields({"n": "number"})
    again = Index.open(tmp_path / "x")
    assert again.analyzer.breaker.version == version
    assert again.stats()["lexicon"] == "own"
    assert again.search("som", filter="n:1").total == 1
    assert Index.verify(tmp_path / "x") == []


def test_a_writer_that_waited_writes_the_fields_that_are_there_then(create: Callable[..., Index]) -> None:
    index = create()
    engine, first = index._engine, [True]
    writer_of = engine.writer

    def writer(*args: Any) -> Any:
        if first.pop():
            first.append(False)
            Index.open(index.address).set_fields({"n": "number", "note": "text"})
        else:
            first.append(False)
        return writer_of(*args)

    engine.writer = writer  # type: ignore[method-assign]
    with index.writer() as waited:
        waited.add(Document("4", "", RAIN, {"n": 7, "note": SCHOOL}))
    assert index.search(filter="n:7").total == 1
    assert index.search(f'note:"{SCHOOL}"').total == 1


@pytest.mark.parametrize("number", sorted(path.name for path in STORED.iterdir()))
def test_an_old_index_gets_other_fields(tmp_path: Path, number: str) -> None:
    shutil.copytree(STORED / number, tmp_path / "x")
    index = Index.open(tmp_path / "x")
    index.set_fields({**index.fields, "note": TextField(0.5)})
    assert answers(index) | {"sorted": []} == EXPECTED | {"sorted": []}
    index.set_fields({**index.fields, "note": "text", "extra": "keyword"})
    assert answers(index) == EXPECTED
    assert index.search(filter="extra:kept").total == 1
    assert list(index) == STORED_DOCUMENTS
    assert Index.verify(tmp_path / "x") == []


_KINDS = st.sampled_from(["text", "keyword", "number", "date", "boolean", TextField(0.5), TextField(2)])
_FIELDS = st.dictionaries(st.sampled_from("abc"), _KINDS, max_size=3)
_VALUES = st.sampled_from(["1", "0", "2021", RAIN, f"{RAIN} {WATER}", "true", 1, 2.5, True, ["1"], None])
_ROWS = st.lists(st.dictionaries(st.sampled_from("abc"), _VALUES), min_size=1, max_size=4)


@pytest.mark.parametrize("memory", [True, False])
@examples(60)
@given(before=_FIELDS, after=_FIELDS, rows=_ROWS)
def test_it_is_as_if_it_had_been_created_so(
    tmp_path_factory: pytest.TempPathFactory, memory: bool, before: Any, after: Any, rows: Any
) -> None:
    documents = [Document(str(n), "", RAIN if n % 2 else WATER, row) for n, row in enumerate(rows)]

    def made(fields: Any) -> Index:
        path = tmp_path_factory.mktemp("x") / "x"
        index = Index.memory(fields=fields) if memory else Index.create(path, fields=fields)
        with index.writer() as writer:
            for document in documents:
                writer.add_again(document)
        return index

    index, expected = made(before), made(after)
    kinds = kinds_of(after)
    parts = [validate(one) for one in documents]
    fits = {name for name, kind in kinds.items() if not any(fitting(one, {name: kind})[1] for one in parts)}
    if {name for name in after if kinds_of(before).get(name) != kinds[name]} <= fits:
        index.set_fields(after)
    else:
        with pytest.raises(DocumentError):
            index.set_fields(after)
        assert index.fields == made(before).fields
        told: list[str] = []
        index.set_fields(after, on_lost=told.append)
        assert told
    assert index.fields == expected.fields
    assert state(index) == state(expected)


def state(index: Index) -> object:
    kinds = index.fields
    columns = [name for name, kind in kinds.items() if kind != "text" and not isinstance(kind, TextField)]
    words = [hit.id for query in (RAIN, WATER, f"{RAIN} {WATER}") for hit in index.search(query)]
    named = [hit.id for name in kinds if name not in columns for hit in index.search(f"{name}:{RAIN}")]
    return words, named, [index.search().facet(name) for name in columns], list(index)


def read_until(path: Path, over: Any, told: Any) -> None:
    """Ask until it is over; tell every answer that is of no commit."""
    index, answers = Index.open(path), 0
    while not over.is_set():
        try:
            found = index.search(filter=f"note:{WATER}").total
        except QueryError:
            found = 0
        if (found, [document.id for document in index]) not in ((0, ["1", "2", "3"]), (2, ["1", "2", "3"])):
            told.put(found)
        answers += 1
    told.put(f"{answers > 10}")


def test_readers_of_other_processes_go_on(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x", fields={"n": "number"})
    with index.writer() as writer:
        writer.add_all(DOCUMENTS)
    context = multiprocessing.get_context("fork")
    over, told = context.Event(), context.Queue()
    readers = [context.Process(target=read_until, args=(tmp_path / "x", over, told)) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(20):
        index.set_fields({"n": "number", "note": "text"} if number % 2 else {"n": "number"})
    over.set()
    assert [told.get(timeout=60) for _ in readers] == ["True", "True"]
    for reader in readers:
        reader.join()
        assert reader.exitcode == 0
