"""Ranges of numbers find what lies within, by terms and by columns, whatever the type of the field."""

from __future__ import annotations

import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh import fields, query, scoring

from khsearch.whoosh import create_in, open_dir
from tests.extent import examples

TYPES = {
    "int8": (lambda **options: fields.NUMERIC(int, 8, **options), st.integers(-128, 127)),
    "unsigned": (lambda **options: fields.NUMERIC(int, 32, signed=False, **options), st.integers(0, 300)),
    "int": (lambda **options: fields.NUMERIC(int, **options), st.integers(-(1 << 31), (1 << 31) - 1)),
    "no steps": (lambda **options: fields.NUMERIC(int, 16, shift_step=0, **options), st.integers(-(1 << 15), 0)),
    "float": (lambda **options: fields.NUMERIC(float, **options), st.floats(allow_nan=False).map(lambda x: x + 0.0)),
    "date": (
        lambda **options: fields.DATETIME(sortable=options["sortable"]),
        st.datetimes().map(lambda moment: moment.replace(fold=0)),
    ),
}


def found(index: Any, q: Any, **options: Any) -> list[int]:
    with index.searcher(**options) as searcher:
        return sorted(hit["id"] for hit in searcher.search(q, limit=None))


@pytest.mark.parametrize("sortable", [False, True])
@pytest.mark.parametrize("kind", TYPES)
@given(st.data())
@examples(15)
def test_a_range_finds_what_lies_within(kind: str, sortable: bool, data: st.DataObject) -> None:
    field, values = TYPES[kind]
    numbers = data.draw(st.lists(values, min_size=1, max_size=6))
    with TemporaryDirectory() as folder:
        index = create_in(folder, fields.Schema(id=fields.STORED, n=field(sortable=sortable, stored=True)))
        with index.writer() as writer:
            for number, value in enumerate(numbers):
                writer.add_document(id=number, n=value)
        for _ in range(4):
            bounds = data.draw(st.tuples(*[st.none() | st.sampled_from(numbers) | values] * 2))
            low, high = bounds
            open_low, open_high, constant = data.draw(st.tuples(*[st.booleans()] * 3))
            expected = [
                number
                for number, value in enumerate(numbers)
                if (low is None or (value > low if open_low else value >= low))
                and (high is None or (value < high if open_high else value <= high))
            ]
            made = query.DateRange if kind == "date" else query.NumericRange
            q = made("n", low, high, open_low, open_high, constantscore=constant)
            assert found(index, q) == expected
            assert found(index, q, weighting=scoring.Frequency()) == expected


def test_small_numbers_without_a_sign(tmp_path: Path) -> None:
    index = create_in(tmp_path, fields.Schema(id=fields.STORED, stock=fields.NUMERIC(signed=False)))
    with index.writer() as writer:
        for number, stock in enumerate([0, 1, 5, 1000]):
            writer.add_document(id=number, stock=stock)
    assert found(index, query.NumericRange("stock", 0, 5)) == [0, 1, 2]
    assert found(index, query.NumericRange("stock", None, 1, endexcl=True)) == [0]


def test_a_column_that_has_not_all_numbers_is_not_asked(tmp_path: Path) -> None:
    index = create_in(tmp_path, fields.Schema(id=fields.STORED, n=fields.NUMERIC, day=fields.DATETIME))
    with index.writer() as writer:
        writer.add_document(id=0, n=3, day=datetime.datetime(2020, 1, 1))
    later = fields.Schema(id=fields.STORED, n=fields.NUMERIC(sortable=True), day=fields.DATETIME(sortable=True))
    index = open_dir(tmp_path, schema=later)
    with index.writer() as writer:
        writer.add_document(id=1, n=4, day=datetime.datetime(2021, 1, 1))
    assert found(index, query.NumericRange("n", 1, 9)) == [0, 1]
    assert found(index, query.DateRange("day", datetime.datetime(2020, 1, 1), None)) == [0, 1]
    with index.writer() as writer:
        writer.add_document(id=2, n=[1, 20])
        writer.add_document(id=3, n=[])
    assert found(index, query.NumericRange("n", 10, 30)) == [2]
    assert found(index, query.Every("n")) == [0, 1, 2]
