"""Streams are a table: a row more is a stream more, written, ranked and searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from khsearch import Document, Index, schema
from khsearch.engine import FieldScale
from khsearch.query import Ranking
from khsearch.schema import Role, Stream

DOCUMENT = Document("1", "ចំណងជើង ទឹក", "ភ្លៀង ធ្លាក់ ទឹក")


def add_row(monkeypatch: pytest.MonkeyPatch, stream: Stream) -> None:
    monkeypatch.setattr(schema, "STREAMS", (*schema.STREAMS, stream))


@pytest.mark.parametrize("memory", [False, True])
def test_a_row_adds_a_stream(memory: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Stream("opening", "words", ("text",), Role.RANK, positions=True, most=1, scale=FieldScale(weight=5.0))
    add_row(monkeypatch, row)
    index = Index.memory() if memory else Index.create(tmp_path / "x")
    with index.writer() as writer:
        writer.add(DOCUMENT)
        writer.add(Document("2", "", "ទឹក ភ្លៀង ធ្លាក់"))
    view = index._view()
    assert len(view.terms("opening")) == 2
    (hit, other) = index.search("ទឹក", ranking=Ranking())
    assert (hit.id, other.id) == ("2", "1")
    parts = {part.field: part.score for part in hit.explain()}
    assert parts["opening"] > parts["text"]
    assert "opening" not in {part.field for part in other.explain()}


def test_a_stream_that_rescues_adds_to_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    add_row(monkeypatch, Stream("pairs", "bigrams", ("text",), Role.RESCUE, scale=FieldScale(weight=2.0)))
    index = Index.memory()
    with index.writer() as writer:
        writer.add(DOCUMENT)
    (hit,) = index.search("ធ្លាក់ទឹក", ranking=Ranking())
    assert {"pairs", "bigrams"} <= {part.field for part in hit.explain()}


def test_an_own_field_cannot_have_the_name_of_a_stream() -> None:
    for stream in schema.STREAMS:
        with pytest.raises(ValueError, match="cannot be a field"):
            Index.memory(fields={stream.name: "text"})
