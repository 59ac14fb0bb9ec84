"""Streams are a table: a row more is a stream more, written, ranked and searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from khsearch import Document, Index, schema
from khsearch.engine import FieldScale
from khsearch.khmer.terms.batches import Batch
from khsearch.khmer.terms.typed import Terms
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


def test_a_stream_that_is_named_is_searched_by_its_name_in_quotes_and_by_patterns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_row(monkeypatch, Stream("both", "words", ("title", "text"), Role.NAMED, positions=True))
    index = Index.memory()
    with index.writer() as writer:
        writer.add(DOCUMENT)
    for query in ("both:ទឹក", 'both:"ទឹក ភ្លៀង"', '"ទឹក ភ្លៀង"', "both:ភ្លៀ*"):
        (hit,) = index.search(query, strict=True, ranking=Ranking())
        assert "both" in {part.field for part in hit.explain()}, query


def test_a_stream_of_another_source_ranks_and_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the source gives the terms of bigrams: a source is what `of` of a batch and of one text knows."""
    for of in (Batch, Terms):
        known = of.of
        monkeypatch.setattr(of, "of", lambda self, source, known=known: known(self, source.removeprefix("other ")))
    add_row(monkeypatch, Stream("more", "other bigrams", ("text",), Role.RANK, scale=FieldScale(weight=3.0)))
    index = Index.memory()
    with index.writer() as writer:
        writer.add(DOCUMENT)
    without = Ranking(bigrams=FieldScale(weight=0), readings=0)
    for match in ("any", "all"):
        (hit,) = index.search("ធ្លាក់ ទឹក", match=match, ranking=without)  # type: ignore[arg-type]
        assert "more" in {part.field for part in hit.explain()}
    assert [hit.id for hit in index.search("ក់ទឹ", ranking=without)] == ["1"]
