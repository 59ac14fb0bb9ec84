"""The same documents in an index of khsearch's and in one of stock Whoosh, numbered alike."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st
from whoosh import analysis, columns, fields
from whoosh.filedb.filestore import RamStorage

from khsearch.columnar import create_in

SCHEMA = fields.Schema(
    path=fields.ID(unique=True, stored=True, sortable=True),
    text=fields.TEXT(stored=True, vector=True, field_boost=2.5),
    stems=fields.TEXT(analyzer=analysis.StemmingAnalyzer(), spelling=True, sortable=True),
    chars=fields.TEXT(chars=True, phrase=True),
    loose=fields.TEXT(phrase=False, stored=True),
    tags=fields.KEYWORD(stored=True, commas=True, lowercase=True, scorable=True, sortable=True),
    number=fields.NUMERIC(stored=True, sortable=True),
    price=fields.NUMERIC(float, stored=True),  # stock Whoosh fails for one that is sortable
    cost=fields.NUMERIC(int, decimal_places=2, stored=True, sortable=True),
    bare=fields.NUMERIC(int),
    day=fields.DATETIME(stored=True, sortable=True),
    good=fields.BOOLEAN(stored=True),
    kept=fields.STORED,
    code=fields.COLUMN(columns.RefBytesColumn()),
    flag=fields.COLUMN(columns.BitColumn()),
    grams=fields.NGRAM(minsize=2, maxsize=3),
)
SCHEMA.add("*_of", fields.TEXT(stored=True), glob=True)
SORTABLE = ("path", "stems", "tags", "number", "cost", "day", "code", "flag")

WORDS = ["ant", "art", "bat", "bats", "batting", "cat", "cats", "door"]
_texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
_values: dict[str, st.SearchStrategy[Any]] = {
    "text": _texts,
    "stems": _texts,
    "chars": _texts,
    "loose": _texts,
    "tags": st.lists(st.sampled_from(["Ant", "ant hill", "b", "door"]), min_size=1, max_size=3).map(",".join),
    "number": st.integers(-5, 5),
    "price": st.integers(-20, 20).map(lambda value: value / 4),
    "cost": st.integers(100, 9999).map(lambda cents: Decimal(cents).scaleb(-2)),
    "bare": st.integers(-5, 5),
    "day": st.integers(0, 5).map(lambda days: datetime.datetime(2020, 1, 1) + datetime.timedelta(days)),
    "good": st.booleans(),
    "kept": st.one_of(st.integers(), st.text(max_size=3), st.lists(st.booleans(), max_size=2)),
    "code": st.sampled_from([b"a", b"b\xff", b"\x00"]),
    "flag": st.booleans(),
    "grams": _texts,
    "title_of": _texts,
    "_boost": st.sampled_from([0.5, 2.0]),
    "_loose_boost": st.sampled_from([0.5, 3.0]),
}
documents = st.fixed_dictionaries({}, optional=_values)
corpora = st.lists(documents, min_size=1, max_size=8).map(
    lambda found: [{"path": f"/{number}", **document} for number, document in enumerate(found)]
)


@contextmanager
def twins(corpus: list[dict[str, Any]], schema: fields.Schema = SCHEMA) -> Iterator[tuple[Any, Any]]:
    """The corpus in several commits of khsearch's, and in one of stock Whoosh."""
    stock = RamStorage().create_index(schema)
    with stock.writer() as writer:
        for document in corpus:
            writer.add_document(**document)
    with TemporaryDirectory() as folder:
        mine = create_in(folder, schema)
        for start in range(0, len(corpus), 3):
            with mine.writer() as writer:
                for document in corpus[start : start + 3]:
                    writer.add_document(**document)
        yield mine, stock
