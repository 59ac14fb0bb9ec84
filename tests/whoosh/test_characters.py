"""Where tokens stand in their text, of fields that are to keep it, and highlighting by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from whoosh import fields, highlight, query
from whoosh.filedb.filestore import RamStorage
from whoosh.query import spans

from khsearch.columnar import create_in
from khsearch.errors import IndexDamagedError
from khsearch.whoosh import values
from khsearch.whoosh.reading import characters

TEXT = "alfa bravo charlie delta echo foxtrot golf hotel india juliet kilo lima"


def test_highlighting_by_characters_reads_no_text_again(tmp_path: Path) -> None:
    index = create_in(tmp_path, fields.Schema(text=fields.TEXT(stored=True, chars=True)))
    with index.writer() as writer:
        writer.add_document(text=TEXT)
    with index.searcher() as searcher:
        results = searcher.search(query.Term("text", "juliet"), terms=True)
        highlighter = highlight.Highlighter(fragmenter=highlight.PinpointFragmenter(surround=10, autotrim=True))
        assert highlighter.can_load_chars(results, "text")
        highlighter.formatter = highlight.UppercaseFormatter()
        assert highlighter.highlight_hit(results[0], "text") == "india JULIET kilo"


def test_spans_have_characters_after_a_merge_too(tmp_path: Path) -> None:
    index = create_in(tmp_path, fields.Schema(text=fields.TEXT(chars=True), other=fields.TEXT(chars=True)))
    for text in (TEXT, "golf hotel"):
        with index.writer() as writer:
            writer.add_document(text=text, other=text)
    with index.writer() as writer:
        writer.remove_field("other")
        writer.optimize = True
    near = spans.SpanNear(query.Term("text", "golf"), query.Term("text", "hotel"))
    with index.searcher() as searcher:
        matcher = near.matcher(searcher)
        found = []
        while matcher.is_active():
            found += [(matcher.id(), span.startchar, span.endchar) for span in matcher.spans()]
            matcher.next()
        assert found == [(0, TEXT.index("golf"), TEXT.index("hotel") + 5), (1, 0, 10)]
        assert searcher.stored_fields(0) == {}
        stored = values.decode(searcher.reader().commit.documents.stored(0))
        assert list(stored[characters.NAME]) == ["text"]


@pytest.mark.parametrize("source", ["stock", "ours"])
def test_they_come_along_with_a_reader(tmp_path: Path, source: str) -> None:
    schema = fields.Schema(text=fields.TEXT(stored=True, chars=True))
    first = create_in(tmp_path / "first", schema) if source == "ours" else RamStorage().create_index(schema)
    with first.writer() as writer:
        writer.add_document(text="golf hotel golf")
    second = create_in(tmp_path / "second", schema)
    with first.reader() as reader, second.writer() as writer:
        writer.add_reader(reader)
    with second.reader() as reader:
        assert list(map(tuple, reader.postings("text", "golf").value_as("characters"))) == [(0, 0, 4), (2, 11, 15)]
        assert reader.stored_fields(0) == {"text": "golf hotel golf"}


@pytest.mark.parametrize("kept", [5, {"text": 5}, {"text": {"a": [1, 2]}}, {"text": {"a": 7}}])
def test_crafted_characters_are_refused(kept: object) -> None:
    with pytest.raises(IndexDamagedError):
        characters.of_term(values.encode({characters.NAME: kept}), "text", b"a")
