"""Columns: values compared as Python compares them, whatever stands beside them, and text by its form."""

from __future__ import annotations

import math
import tempfile
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.arrays import Array
from khsearch.columnar.files.blockfile import BlockFile, BlockFileWriter
from khsearch.columnar.files.disk import Disk
from khsearch.columnar.search.doc_values import doc_values
from khsearch.columnar.segments import column_files, columns
from khsearch.columnar.segments.collected import Collected
from khsearch.errors import DocumentError, QueryError
from tests.columnar.built import build

whole = st.integers(-(1 << 63), (1 << 64) - 1) | st.sampled_from([2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63)])
numbers = whole | st.floats(allow_nan=False) | st.sampled_from([0.5, float(2**53), 1e300])
bounds = numbers | st.integers(-(1 << 70), 1 << 70) | st.sampled_from([float("inf"), float("-inf")])
NAN = float("nan")


def lower(text: bytes) -> bytes:
    return text.decode().lower().encode()


def flat(rows: list[object]) -> list[object]:
    return [value for row in rows if row is not None for value in (row if isinstance(row, list) else [row])]


def shown(column: columns.Column) -> list[object]:
    return [column.shown(value) for value in column.values]


def inside(column: columns.Column, low: object, high: object, **bounds: bool) -> Array:
    """Whether each document has a value between two bounds."""
    values = doc_values("c", column)
    return values.docs(*values.span(low, high, **bounds))


@given(st.lists(st.lists(st.none() | numbers | st.lists(numbers, max_size=3), max_size=6), max_size=4))
def test_numbers_of_all_sizes_come_back_equal_from_any_segments(parts: list[list[object]]) -> None:
    column = columns.join("n", [build("n", rows, "number") for rows in parts])
    told = flat([row for rows in parts for row in rows])
    assert shown(column) == told
    order = column.compared
    by_value = sorted(range(len(told)), key=lambda i: (told[i], i))
    assert np.lexsort([np.arange(len(told)), order]).tolist() == by_value


@given(st.lists(numbers, max_size=8), st.none() | bounds, st.none() | bounds, st.booleans(), st.booleans())
def test_ranges_hold_what_python_says_they_do(
    values: list[int | float], low: object, high: object, with_low: bool, with_high: bool
) -> None:
    column = build("n", list(values), "number")
    found = inside(column, low, high, with_low=with_low, with_high=with_high)
    expected = [
        (low is None or value > low or (with_low and value == low))
        and (high is None or value < high or (with_high and value == high))
        for value in values
    ]
    assert found.tolist() == expected


@given(st.lists(numbers, max_size=8), st.lists(st.tuples(bounds, bounds), max_size=5))
def test_any_of_many_spans_holds_what_python_says(
    values: list[int | float], spans: list[tuple[int | float, int | float]]
) -> None:
    column = build("n", list(values), "number")
    alone = [(value, value) for value in values[:2]]
    for wanted in (spans, spans + alone, alone):
        expected = [any(low <= value <= high for low, high in wanted) for value in values]
        assert doc_values("n", column).docs_in(wanted).tolist() == expected
    assert not doc_values("n", column).docs_in([(NAN, NAN)]).any()


@given(
    st.lists(st.text("aAbB", max_size=2), max_size=6), st.lists(st.tuples(*[st.text("ab", max_size=2)] * 2), max_size=4)
)
def test_spans_of_text_are_compared_by_its_form(values: list[str], spans: list[tuple[str, str]]) -> None:
    column = build("t", list(values), "text", lower)
    expected = [any(low <= value.lower() <= high for low, high in spans) for value in values]
    assert doc_values("t", column).docs_in(spans).tolist() == expected


@given(
    st.lists(
        st.none() | st.text("aAbB\u1780", max_size=3) | st.lists(st.text("aA", max_size=2), max_size=3), max_size=8
    ),
    st.none() | st.text("aAbB", max_size=3),
    st.none() | st.text("aAbB", max_size=3),
)
def test_text_is_compared_by_its_form_and_shown_as_written(
    rows: list[object], low: str | None, high: str | None
) -> None:
    half = len(rows) // 2
    column = columns.join("t", [build("t", part, "text", lower) for part in (rows[:half], rows[half:])])
    told = [str(value) for value in flat(rows)]
    assert shown(column) == told
    if told:
        assert [column.forms[i].decode() for i in column.compared] == [text.lower() for text in told]
    assert inside(column, low, high).tolist() == [
        any((low is None or text.lower() >= low) and (high is None or text.lower() <= high) for text in flat([row]))  # type: ignore[attr-defined]
        for row in rows
    ]


def written_and_read(column: columns.Column) -> columns.Column:
    with tempfile.TemporaryDirectory() as folder:
        writer = BlockFileWriter(Disk(), Path(folder, "x"))
        told = column_files.write(writer, "c.", column)
        writer.finish({})
        file = BlockFile(Path(folder, "x"), size=writer.size, root=writer.root)
        return column_files.read(file, "c.", told, len(column.counts))


@given(st.lists(st.none() | numbers, max_size=8) | st.lists(st.none() | st.text("aAbB", max_size=3), max_size=8))
def test_columns_of_every_kind_lie_in_a_file_and_come_back(rows: list[object]) -> None:
    built = build("c", rows, None, lower)
    back = written_and_read(built)
    assert shown(back) == flat(rows)
    assert back.counts.tolist() == [row is not None for row in rows]
    assert np.array_equal(np.argsort(back.compared, kind="stable"), np.argsort(built.compared, kind="stable"))


@given(st.lists(st.lists(numbers | st.just(NAN), max_size=3), max_size=8))
def test_nan_is_no_value(rows: list[list[float]]) -> None:
    told = [[value for value in row if not math.isnan(value)] for row in rows]
    assert shown(build("n", rows)) == flat(told)
    assert build("n", rows).counts.tolist() == list(map(len, told))
    # The first format kept it as a value.
    fractions = [value for row in rows for value in row if isinstance(value, float)]
    old = columns.Column("float", np.array([len(fractions), 0]), np.array(fractions, np.float64))
    read = columns.join("n", [written_and_read(old), build("n", [2**63, 1])])
    assert shown(written_and_read(read)) == [*(value for value in fractions if not math.isnan(value)), 2**63, 1]
    assert read.counts.tolist() == [len(read.values) - 2, 0, 1, 1]


@given(st.lists(st.none() | numbers, min_size=1, max_size=8), st.data())
def test_a_selection_is_the_column_of_what_was_kept(rows: list[object], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    chosen = columns.select(build("n", rows, "number"), np.array(kept))
    assert shown(chosen) == flat([row for row, is_kept in zip(rows, kept, strict=True) if is_kept])


def test_a_column_without_values_goes_with_any_other() -> None:
    nothing = build("c", [None, []])
    for rows in ([1], [0.5], ["a"], [2**63, 0.5], [None]):
        filled = build("c", rows)
        for parts in ([nothing, filled], [filled, nothing], [nothing, filled, nothing]):
            assert shown(columns.join("c", parts)) == shown(filled)


def test_a_declared_kind_refuses_the_other() -> None:
    with pytest.raises(DocumentError, match="one kind"):
        build("c", ["a"], "number")
    assert shown(build("c", [5], "text")) == ["5"]
    with pytest.raises(QueryError, match="holds numbers"):
        inside(build("c", [5]), "a", None)


def test_nothing_lies_beside_nan() -> None:
    for rows in ([1], [0.5], [2**63, 0.5]):
        for low, high in ((math.nan, None), (None, math.nan), (0, math.nan), (math.nan, math.nan)):
            assert not inside(build("c", rows), low, high).any()


def test_dates_are_those_of_the_clocks_where_they_were_written() -> None:
    east, west = timezone(timedelta(hours=7)), timezone(timedelta(hours=-11))
    plain = datetime(2021, 5, 11, 3, 30)
    assert columns.number_of(plain.replace(tzinfo=east)) == columns.number_of(plain)
    assert columns.number_of(plain.replace(tzinfo=west)) == columns.number_of(plain)
    assert columns.number_of(datetime.max.replace(tzinfo=west)) == columns.number_of(datetime.max)
    assert columns.number_of(date(1, 1, 1)) == columns.number_of(datetime.min.replace(tzinfo=east)) == 0
    assert columns.number_of(Decimal("9007199254740993")) == 2**53 + 1
    assert columns.number_of(np.int64(2**62 + 1)) == 2**62 + 1
    assert columns.number_of(np.bool_(True)) == 1


@given(st.lists(st.lists(st.none() | st.text(max_size=2) | st.lists(st.text(max_size=2), max_size=3), max_size=5)))
def test_texts_that_come_in_batches_are_one_column(batches: list[list[object]]) -> None:
    collected, first = Collected(lower), 0
    for rows in batches:
        collected.add(first, columns.given("t", rows))
        first += len(rows) + 1  # behind each batch there is a document without the column
    column = collected.finish("t", first)
    rows = [row for rows in batches for row in [*rows, None]]
    assert shown(column) == flat(rows)
    assert shown(columns.join("t", [build("t", [*rows, None], None, lower) for rows in batches])) == flat(rows)
    assert column.counts.tolist() == [len(flat([row])) for row in rows]
    assert list(column.names) == sorted(set(column.names))
