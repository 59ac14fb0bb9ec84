"""The recipe of a stream: a row, and a rebuild for what an index holds; `tests/test_streams.py` has the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from khsearch import Document, Index, schema
from khsearch.engine import FieldScale
from khsearch.query import Ranking
from khsearch.schema import Role, Stream

ROW = Stream("opening", "words", ("text",), Role.RANK, positions=True, most=1, scale=FieldScale(weight=5.0))


def test_an_index_from_before_has_a_new_stream_after_a_rebuild(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index.create(tmp_path / "x").writer() as writer:
        writer.add(Document("1", "", "ទឹក ភ្លៀង"))
    monkeypatch.setattr(schema, "STREAMS", (*schema.STREAMS, ROW))
    index = Index.open(tmp_path / "x")
    with index.writer() as writer:
        writer.add(Document("2", "", "ទឹក ភ្លៀង"))
    assert fields_of(index) == {"1": False, "2": True}
    assert Index.rebuild(tmp_path / "x") == 2
    assert fields_of(index) == {"1": True, "2": True}


def fields_of(index: Index) -> dict[str, bool]:
    found = index.search("ទឹក", ranking=Ranking())
    return {hit.id: "opening" in {part.field for part in hit.explain()} for hit in found}
