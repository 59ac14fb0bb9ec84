"""The writer: what add accepts is stored as it was and can be committed; threads, ends, locks."""

from __future__ import annotations

import contextlib
import enum
import os
import re
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Document, DocumentError, Index, IndexLockedError, IndexStoreError, writing
from khsearch.columnar.commits.writer import MAX_KEY
from khsearch.columnar.embedded.writer import EmbeddedWriter
from khsearch.documents.document import MOST_ID_BYTES
from khsearch.engine import Limits
from tests.extent import examples

FIELDS = {"n": "number", "d": "date", "b": "boolean", "k": "keyword", "t": "text"}
TEXT = "ប្រជុំ"


def fill(index: Index, *documents: Document) -> None:
    with index.writer() as writer:
        writer.add_all(documents)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index.create(tmp_path / "x", fields=FIELDS)


# What is stored is what was given, at the moment of add


def test_what_the_caller_changes_after_add_is_not_seen(index: Index) -> None:
    fields: dict[str, object] = {}
    tags = ["a"]

    def reused():
        for number in range(5_000):  # more than are held before they are analysed
            fields.update(n=number, k=tags)
            tags[:] = [f"tag{number}"]
            yield Document(str(number), "", TEXT, fields)

    with index.writer() as writer:
        writer.add_all(reused())
        fields["n"] = object()
        tags.append(object())  # type: ignore[arg-type]
    stored = list(index.export())
    assert [document.fields["n"] for document in stored] == list(range(5_000))
    assert [document.fields["k"] for document in stored] == [[f"tag{number}"] for number in range(5_000)]


class Whole(int):
    pass


class Part(float):
    pass


class Letters(str):
    __slots__ = ()


class Colour(str, enum.Enum):  # noqa: UP042  (of older Pythons)
    RED = "red"


class Number(enum.IntEnum):
    THREE = 3


class Day(date):
    pass


class Moment(datetime):
    pass


class NotATime(datetime):
    """As pandas' NaT, which is a datetime by its type alone."""

    def utcoffset(self) -> timedelta | None:
        raise ValueError("NaTType does not support utcoffset")


class NotAvailable:
    """As pandas' NA."""

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


NotATime.__name__, NotATime.__module__ = "NaTType", "pandas._libs.tslibs.nattype"
NotAvailable.__name__, NotAvailable.__module__ = "NAType", "pandas._libs.missing"


@pytest.mark.parametrize(
    ("given_value", "kept"),
    [
        (np.int64(5), 5),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.datetime64("2021-05-11"), date(2021, 5, 11)),
        (np.datetime64("2021-05-11T10:30"), datetime(2021, 5, 11, 10, 30)),
        (np.datetime64("2021-05-11T10:30:00.123456789"), datetime(2021, 5, 11, 10, 30, 0, 123456)),
        (np.datetime64("NaT", "D"), None),
        (np.float64("nan"), None),
        (float("nan"), None),
        (Decimal("NaN"), None),
        (NotATime(1, 1, 1), None),
        (NotAvailable(), None),
        (None, None),
        (Decimal("1.50"), Decimal("1.50")),
        (Whole(7), 7),
        (Part(0.25), 0.25),
        (Letters("x"), "x"),
        (Colour.RED, "red"),
        (Number.THREE, 3),
        (Day(2021, 5, 11), date(2021, 5, 11)),
        (Moment(2021, 5, 11, 3, tzinfo=UTC), datetime(2021, 5, 11, 3, tzinfo=UTC)),
        (datetime(2021, 5, 11, 3, tzinfo=ZoneInfo("Asia/Phnom_Penh")), datetime(2021, 5, 10, 20, tzinfo=UTC)),
        (
            datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
            datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
        ),
        ([np.str_("a"), Letters("b")], ["a", "b"]),
        (-(2**63), -(2**63)),
    ],
)
def test_values_are_taken_as_what_they_are(index: Index, given_value: object, kept: object) -> None:
    fill(index, Document("1", "", TEXT, {"any": given_value}))
    found = index.get("1")
    assert found is not None
    assert found.fields == {"any": kept}
    value = found.fields["any"]
    assert type(value) is type(kept)
    assert list(index.export()) == [found]


def test_a_table_of_pandas_is_taken_row_by_row(index: Index) -> None:
    table = pandas.DataFrame({"n": [1, None], "d": [pandas.Timestamp("2021-05-11 10:30"), None], "k": ["a", pandas.NA]})
    fill(index, *(Document(str(place), "", TEXT, row) for place, row in enumerate(table.to_dict("records"))))
    assert [document.fields for document in index.export()] == [
        {"n": 1.0, "d": datetime(2021, 5, 11, 10, 30), "k": "a"},
        {"n": None, "d": None, "k": None},
    ]


def test_any_mapping_is_fields(index: Index) -> None:
    fill(index, Document("1", "", TEXT, MappingProxyType({"n": 5})))
    assert index.get("1") == Document("1", "", TEXT, {"n": 5})


_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 70), 1 << 70),
    st.floats(),
    st.decimals(),
    st.text(max_size=5),
    st.lists(st.text(max_size=3), max_size=3),
    st.dates(),
    st.datetimes(
        timezones=st.none()
        | st.just(UTC)
        | st.sampled_from([timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))])
    ),
    st.sampled_from(
        ["1,500", "1_000", "9" * 400, "2021-05", "true", "0000", "\u17e1\u17e2", b"x", object(), (1,), {1: 2}, {"a"}]
    ),
    st.sampled_from(
        [np.int32(3), np.float64(2.5), np.longdouble(1), np.complex64(1), np.timedelta64(1, "D"), np.void(b"x")]
    ),
)
_documents = st.builds(
    Document,
    st.one_of(st.text(max_size=4), st.just("long"), st.integers(0, 3)),
    st.one_of(st.text(max_size=4), st.none()),
    st.one_of(st.just(TEXT), st.text(max_size=5), st.just(5)),
    st.one_of(st.dictionaries(st.sampled_from([*FIELDS, "other", ""]), _values, max_size=4), st.none(), st.just([1])),
)


def without_nothing(value: object) -> object:
    return None if isinstance(value, float | Decimal) and Decimal(value).is_nan() else value


@given(st.lists(_documents, max_size=6))
@examples(150)
def test_what_add_accepts_is_committed_and_comes_back_equal(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Document]
) -> None:
    index = Index.create(tmp_path_factory.mktemp("any") / "x", fields=FIELDS)
    kept: dict[str, Document] = {}
    refusals: list[tuple[object, str]] = []
    writer = index.writer()
    for document in documents:
        if document.id == "long":
            document = replace(document, id="x" * 40_000)
        try:
            writer.add(document)
        except DocumentError as problem:
            refusals.append((document.id, str(problem)))
            continue
        kept.pop(document.id, None)
        fields = {name: without_nothing(value) for name, value in document.fields.items()}
        kept[document.id] = Document(document.id, document.title, document.text, fields)
    writer.commit()
    assert all(repr(name)[:20].strip("'\"") in told for name, told in refusals if name)
    assert list(index.export()) == list(kept.values())
    assert Index.verify(index.path) == []
    for name in ("n", "d", "b", "k"):
        index.search(TEXT, sort=name).facet(name)


class Lost:
    """As an object of somebody's that cannot be shown any more."""

    def __repr__(self) -> str:
        raise RuntimeError("the session is closed")


class LostFields(dict[str, object]):
    def items(self) -> Any:
        raise RuntimeError("the session is closed")


class LostList(list[str]):
    def __iter__(self) -> Any:
        raise RuntimeError("the session is closed")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (Document("bad", "", TEXT, LostFields(a=1)), "'bad': its fields cannot be read .*the session is closed"),
        (Document("bad", "", TEXT, {"a": LostList("b")}), "'bad': its field 'a' cannot be read .*session is closed"),
        (Document("bad", "", TEXT, {"a": Lost()}), "'bad': its field 'a' is of type Lost"),
        (Document("bad", "", TEXT, {Lost(): 1}), "'bad': its field name <Lost> is of type Lost"),  # type: ignore[dict-item]
        (Document("bad", "", TEXT, np.array([1, 2])), "'bad': its fields are of type ndarray"),  # type: ignore[arg-type]
        (Document(Lost(), "", TEXT), "<Lost>: its id is of type Lost"),  # type: ignore[arg-type]
        (Lost(), "<Lost> is no Document"),
    ],
)
def test_objects_that_fail_are_refused_and_cost_no_other_document(index: Index, bad: Any, says: str) -> None:
    with index.writer() as writer:
        writer.add(Document("1", "", TEXT))
        with pytest.raises(DocumentError, match=says):
            writer.add(bad)
        writer.add(Document("2", "", TEXT))
    assert [document.id for document in index.export()] == ["1", "2"]


def test_a_refusal_names_the_document_and_the_field(index: Index) -> None:
    with index.writer() as writer:
        for value in ("9" * 400, 1 << 64, float("inf"), "1_000", object(), b"1", [1], True):
            with pytest.raises(DocumentError, match=r"'bad'.*'n'"):
                writer.add(Document("bad", "", TEXT, {"n": value}))
        writer.add(Document("good", "", TEXT, {"n": 1}))
    assert [document.id for document in index.export()] == ["good"]


def test_the_greatest_id_is_one_number() -> None:
    assert MOST_ID_BYTES == MAX_KEY


def test_a_document_that_is_longer_than_an_index_can_hold_is_refused_at_add(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmbeddedWriter, "limits", Limits(words=100, bytes=1_000))
    with index.writer() as writer:
        writer.add(Document("1", "", "ក " * 99))
        with pytest.raises(DocumentError, match="'2': it is longer than an index can hold"):
            writer.add(Document("2", "", "ក " * 100))
        monkeypatch.setattr(EmbeddedWriter, "limits", Limits(words=100, bytes=300))
        with pytest.raises(DocumentError, match="'3': it is longer"):
            writer.add(Document("3", "", "ក " + "a" * 300))
    assert index.doc_count == 1


# Columns: with and without values, in any order

_kinds = {"n": st.integers(0, 5), "d": st.dates(), "b": st.booleans(), "k": st.text("aA", max_size=2)}
_rows = st.fixed_dictionaries({}, optional=_kinds)  # type: ignore[arg-type]


@given(st.lists(st.lists(_rows, max_size=3), min_size=1, max_size=4), st.lists(st.sampled_from("cord"), max_size=4))
@examples(60)
def test_commits_with_and_without_values_go_with_each_other(
    tmp_path_factory: pytest.TempPathFactory, commits: list[list[dict[str, object]]], between: list[str]
) -> None:
    index = Index.create(tmp_path_factory.mktemp("columns") / "x", fields=FIELDS)
    kept: dict[str, dict[str, object]] = {}
    for number, rows in enumerate(commits):
        with index.writer() as writer:
            for place, row in enumerate(rows):
                name = f"{number}-{place}"
                writer.add(Document(name, "", TEXT, row))
                kept[name] = row
        step = between[number] if number < len(between) else "c"
        if step == "o":
            index.optimize()
        elif step == "r":
            assert Index.rebuild(index.path) == len(kept)
        elif step == "d" and kept:
            gone = next(iter(kept))
            with index.writer() as writer:
                assert writer.delete(gone)
            del kept[gone]
    assert {document.id: document.fields for document in index.export()} == kept
    results = index.search(TEXT, sort="n")
    assert results.total == len(kept)
    for name in ("n", "b"):
        values = [row[name] for row in kept.values() if name in row]
        assert results.facet(name) == {value: values.count(value) for value in values}
    order = [kept[hit.id].get("n") for hit in index.search(TEXT, sort="n", limit=100)]
    assert order == sorted(order, key=lambda value: (value is None, value or 0))
    assert Index.verify(index.path) == []


# Threads


def test_threads_may_share_a_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "BATCH", 3_000)  # so that batches are passed on all the time
    index = Index.create(tmp_path / "x")
    fill(index, *(Document(f"old{n}", "", f"{TEXT} {n}") for n in range(50)))
    writer = index.writer()
    problems: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for number in range(300):
                writer.add(Document(f"{thread}-{number}", "", f"{TEXT} ពិការភាព {number} " * 5))
                if number % 50 == 0:
                    assert writer.delete(f"{thread}-{number}")
                    writer.delete(f"old{number // 50}")
                    writer.flush()
            writer.add_all(Document(f"all{thread}-{number}", "", TEXT) for number in range(100))
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.commit()
    assert problems == []
    assert index.doc_count == 4 * (300 - 6 + 100) + 50 - 6
    assert Index.verify(index.path) == []
    assert {document.id for document in index.export()} >= {"0-1", "3-299", "all2-99", "old49"}


def test_only_one_of_many_threads_ends_a_writer(index: Index) -> None:
    writer = index.writer()
    writer.add(Document("1", "", TEXT))
    ended: list[str] = []

    def end() -> None:
        try:
            writer.commit()
            ended.append("committed")
        except IndexStoreError:
            ended.append("told")

    threads = [threading.Thread(target=end) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["committed", "told", "told", "told"]
    assert index.doc_count == 1


# The end of a writer


@pytest.mark.parametrize("end", ["commit", "cancel", "with", "failure"])
def test_a_writer_that_has_ended_says_so(index: Index, end: str) -> None:
    writer = index.writer()
    if end == "failure":
        with pytest.raises(ZeroDivisionError), writer:
            raise ZeroDivisionError
    elif end == "with":
        with writer:
            writer.add(Document("0", "", TEXT))
    else:
        getattr(writer, end)()
    document = Document("1", "", TEXT)
    for call in (
        lambda: writer.add(document),
        lambda: writer.add_all([document]),
        lambda: writer.delete("1"),
        writer.flush,
        writer.commit,
    ):
        with pytest.raises(IndexStoreError, match="ended"):
            call()
    writer.cancel()
    assert "1" not in [found.id for found in index.export()]


@pytest.mark.parametrize("moment", ["khsearch.writing.analyse", "khsearch.columnar.embedded.writer.bodies_of"])
@pytest.mark.parametrize("end", ["add", "flush", "delete"])
def test_an_interruption_loses_nothing_that_a_later_commit_seems_to_keep(
    index: Index, monkeypatch: pytest.MonkeyPatch, moment: str, end: str
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "BATCH", 5 * len(TEXT))
    writer = index.writer()
    for number in range(4):
        writer.add(Document(str(number), "", TEXT))
    interrupt = {
        "add": lambda: writer.add(Document("4", "", TEXT)),
        "flush": writer.flush,
        "delete": lambda: writer.delete("9"),
    }[end]
    with monkeypatch.context() as patched:
        patched.setattr(moment, interrupted)
        with pytest.raises(KeyboardInterrupt):  # as in a cell of a notebook
            interrupt()
    writer.add(Document("5", "", TEXT))
    writer.commit()
    assert {"0", "1", "2", "3", "5"} <= {document.id for document in index.export()}


def test_a_block_may_commit_by_itself(index: Index) -> None:
    with index.writer() as writer:
        writer.add(Document("1", "", TEXT))
        writer.commit()
    assert index.doc_count == 1


# The lock


def test_a_writer_that_is_dropped_frees_the_lock(index: Index) -> None:
    writer = index.writer()
    writer.add(Document("1", "", TEXT))
    del writer
    index.writer().cancel()

    def fails() -> None:
        writer = index.writer()
        writer.add(Document("1", "", TEXT))
        problem = ZeroDivisionError(writer)  # the error and what raised it hold each other
        raise problem

    with contextlib.suppress(ZeroDivisionError):
        fails()
    index.writer().cancel()
    assert index.doc_count == 0


def test_who_holds_the_lock_is_told(index: Index) -> None:
    writer = index.writer()
    with pytest.raises(
        IndexLockedError,
        match=r"this process has been writing since \d{4}-\d\d-\d\dT[\d:]+[+-]\d\d:\d\d; commit or cancel",
    ):
        index.writer()
    child = os.fork()
    if not child:
        told = b"nothing"
        try:
            index.writer()
        except IndexLockedError as problem:
            told = str(problem).encode()
        os.write(1, b"")
        os._exit(0 if re.search(rb"process %d has been writing since" % os.getppid(), told) else 1)
    assert os.waitpid(child, 0)[1] == 0
    writer.cancel()
    assert (Path(index.path) / "write.lock").read_bytes() == b""
