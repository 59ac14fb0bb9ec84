"""A site over a few documents with fields of every kind, and hostile ids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from khsearch import Document, Index, TextField
from khsearch.web import create_app

RICE = "\u179f\u17d2\u179a\u17bc\u179c"
SCHOOL = "\u179f\u17b6\u179b\u17b6\u179a\u17c0\u1793"
YEAR = "\u1786\u17d2\u1793\u17b6\u17c6"  # the name of a field

FIELDS = {
    "section": "keyword",
    "price": "number",
    "date": "date",
    "draft": "boolean",
    "note": TextField(0.5),
    "remark": "text",
    YEAR: "number",
}

DOCUMENTS = (
    Document(
        "1",
        f"{RICE} x",
        f"{RICE} {SCHOOL}",
        {"section": "HOW TO b", "price": 1e16, "date": date(2021, 5, 11), "draft": True, YEAR: 2021},
    ),
    Document(
        "news/2021/b.txt",
        SCHOOL,
        f"{RICE} {SCHOOL}",
        {"section": ['say "x"', "a, b"], "price": Decimal("1.50"), "date": datetime(2021, 6, 1, 3, 4), "draft": False},
    ),
    Document("../b/x.txt", "", RICE, {"section": "other", "price": 1e-7, "date": date(987, 1, 2), "big": 2**63}),
    Document("3", SCHOOL, "", {"price": -5, "date": "2022-01-03", "note": RICE, "remark": "alpha beta"}),
)


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index of a few documents, which no test changes."""
    made = Index.create(tmp_path_factory.mktemp("site") / "secret-place.idx", fields=FIELDS)
    with made.writer() as writer:
        writer.add_all(DOCUMENTS)
    with made:
        yield made


@pytest.fixture(scope="session")
def app(index: Index) -> ASGIApp:
    """The application over it."""
    return create_app(index)


@pytest.fixture
def own(tmp_path: Path) -> Index:
    """An index that a test may change."""
    made = Index.create(tmp_path / "own.idx", fields=FIELDS)
    with made.writer() as writer:
        writer.add_all(DOCUMENTS)
    return made
