"""A small index of any engine, and what people type at worst."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from khsearch import Document, Index
from tests.indexes import ENGINES, new_index

DOCUMENTS = (
    Document("1", "ទឹកជំនន់", "ទឹកជំនន់នៅភ្នំពេញ", {"year": 2024, "day": date(2024, 9, 30), "tags": ["ទឹក", "news"]}),
    Document("2", "ភ្លៀង", "ភ្លៀងធ្លាក់នៅភ្នំពេញ " + "ក្រុម " * 200 + "\fទឹកជំនន់", {"year": 2020, "tags": ["news"]}),
    Document("3", "ព្រៃឈើ", "ច្បាប់ស្តីពីព្រៃឈើ", {"year": 2002, "draft": True}),
    Document("4", "ទឹក", "ទឹកស្អាត", {}),
)
FIELDS: Any = {"year": "number", "day": "date", "tags": "keyword", "draft": "boolean"}

HOSTILE = (
    *("", " ", "*", '"', "(" * 300, "title:", "a OR", "-x", "year:[2000 TO", "\0", "\ud800", "😀", "\u200b"),
    *("ទឹក" * 5000, "ក្" * 9999, "?" * 10_001, "' OR 1=1 --", '{"a": 1}'),
)
"""No question may be an error."""


@pytest.fixture(scope="module", params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = new_index(request, request.param, tmp_path_factory.mktemp("library"), fields=FIELDS)
    with made.writer() as writer:
        writer.add_all(DOCUMENTS)
    return made


@contextmanager
def elsewhere(index: Index) -> Iterator[None]:
    """Hold that an index is asked, and never in this thread."""
    threads: list[threading.Thread] = []
    search = index.search

    def asked(*args: Any, **named: Any) -> Any:
        threads.append(threading.current_thread())
        return search(*args, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "search", asked)
        yield
    assert threads
    assert threading.current_thread() not in threads
