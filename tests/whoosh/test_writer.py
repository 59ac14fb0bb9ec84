"""The writer keeps the protocol of Whoosh's: options, groups, the schema, deletions, ways of merging, errors."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from whoosh import analysis, columns, fields, formats, index, query, writing
from whoosh.filedb.filestore import RamStorage

from khsearch.columnar import create_in, open_dir, verify
from khsearch.errors import DocumentError, IndexLockedError, IndexStoreError, KhsearchError, QueryError
from khsearch.whoosh.fields import KHMER

SCHEMA = fields.Schema(name=fields.ID(unique=True, stored=True), text=fields.TEXT(stored=True))
KHMER_TEXT = "\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6"
FAMILY = fields.Schema(kind=fields.ID, name=fields.ID(stored=True))


def names(found: Any) -> list[str]:
    with found.reader() as reader:
        return [stored["name"] for stored in reader.all_stored_fields()]


def filled(folder: Path, *batches: list[str]) -> Any:
    """An index with a commit for each batch of names, none of them merged."""
    found = create_in(folder, SCHEMA)
    for batch in batches:
        writer = found.writer()
        for name in batch:
            writer.add_document(name=name, text=f"text of {name}")
        writer.commit(merge=False)
    return found


def test_options_of_whooshs_writers_are_taken_and_others_refused(tmp_path: Path) -> None:
    found = create_in(tmp_path, SCHEMA)
    with found.writer(procs=4, limitmb=512, batchsize=10, multisegment=True, timeout=1.0, delay=0.01) as writer:
        writer.add_document(name="a", text="ant")
    with pytest.raises(TypeError, match="limit_mb"):
        found.writer(limit_mb=512)
    assert names(found) == ["a"]


@pytest.mark.parametrize(
    ("how", "segments", "left"),
    [
        ({"merge": False}, 3, ["a", "b", "c"]),
        ({"mergetype": writing.NO_MERGE}, 3, ["a", "b", "c"]),
        ({}, 3, ["a", "b", "c"]),
        ({"mergetype": writing.MERGE_SMALL}, 3, ["a", "b", "c"]),
        ({"optimize": True}, 1, ["a", "b", "c"]),
        ({"mergetype": writing.OPTIMIZE}, 1, ["a", "b", "c"]),
        ({"mergetype": writing.CLEAR}, 1, ["c"]),
    ],
)
@pytest.mark.parametrize("by_attribute", [False, True])
def test_ways_of_merging(
    tmp_path: Path, how: dict[str, Any], segments: int, left: list[str], by_attribute: bool
) -> None:
    found = filled(tmp_path, ["a"], ["b"])
    writer = found.writer()
    writer.add_document(name="c", text="text of c")
    if by_attribute:
        for name, value in how.items():
            setattr(writer, name, value)
        writer.commit()
    else:
        writer.commit(**how)
    assert (names(found), len(found.columns().commit.leaves.segments)) == (left, segments)
    assert verify(tmp_path) == []


def test_clearing_drops_earlier_commits_even_where_segments_were_merged_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khsearch.columnar.segments.builder.MAX_DOCS", 2)
    monkeypatch.setattr("khsearch.columnar.segments.policy.FACTOR", 2)
    monkeypatch.setattr("khsearch.whoosh.writing.writer.WAITING", 1)
    found = filled(tmp_path, ["a", "b"], ["c", "d"])
    writer = found.writer()
    for number in range(8):
        writer.update_document(name=f"n{number}", text="new")
    writer.commit(mergetype=writing.CLEAR)
    assert names(found) == [f"n{number}" for number in range(8)]


def test_a_way_of_merging_of_ones_own_is_refused(tmp_path: Path) -> None:
    writer = create_in(tmp_path, SCHEMA).writer()
    with pytest.raises(writing.IndexingError, match="segments are not Whoosh's"):
        writer.commit(mergetype=lambda writer, segments: segments)
    writer.commit(mergetype=writing.NO_MERGE)


def test_documents_are_deleted_and_restored_by_number(tmp_path: Path) -> None:
    found = filled(tmp_path, ["a", "b"], ["c"])
    with found.writer() as writer:
        writer.delete_document(1)
        writer.delete_document(2)
        writer.delete_document(2, delete=False)
        writer.delete_document(0)
        writer.delete_document(0, delete=False)
        assert [writer.is_deleted(doc) for doc in range(3)] == [False, True, False]
        assert (writer.deleted_count(), writer.has_deletions()) == (1, True)
        with writer.searcher() as searcher:
            assert [stored["name"] for stored in searcher.documents()] == ["a", "c"]
        with pytest.raises(writing.IndexingError, match="no document of number 3"):
            writer.delete_document(3)
        writer.merge = False
    assert names(found) == ["a", "c"]


def test_a_query_that_cannot_be_costs_no_document(tmp_path: Path) -> None:
    found = create_in(tmp_path, SCHEMA)
    with found.writer() as writer:
        writer.add_document(name="a", text="cat")
        with pytest.raises(QueryError):
            writer.delete_by_query(query.Regex("text", "("))
        writer.add_document(name="b", text="cat")
    assert names(found) == ["a", "b"]


def test_a_group_lies_in_one_segment_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khsearch.columnar.segments.builder.MAX_DOCS", 3)
    monkeypatch.setattr("khsearch.whoosh.writing.writer.WAITING", 2)
    found = create_in(tmp_path, FAMILY)
    with found.writer() as writer:
        for family in range(4):
            with writer.group():
                writer.add_document(kind="parent", name=f"p{family}")
                for child in range(family):
                    writer.update_document(kind="child", name=f"c{family}{child}")
    assert len(found.columns().commit.leaves.segments) > 1
    parents = query.NestedParent(query.Term("kind", "parent"), query.Term("name", "c31"))
    with found.searcher() as searcher:
        assert [hit["name"] for hit in searcher.search(parents)] == ["p3"]
    with found.writer() as writer:
        assert writer.delete_by_query(parents) == 4  # the parent and its children
        writer.optimize = True
    assert names(found) == ["p0", "p1", "c10", "p2", "c20", "c21"]


def test_fields_are_added_and_removed(tmp_path: Path) -> None:
    found = filled(tmp_path, ["a"])
    with found.writer() as writer:
        writer.add_field("tags", fields.KEYWORD(stored=True, sortable=True))
        writer.add_field("*_of", fields.TEXT(stored=True), glob=True)
        writer.add_document(name="b", tags="x y", title_of="ant", text="bat")
        with pytest.raises(writing.IndexingError, match="before"):
            writer.add_field("late", fields.TEXT)
    again = open_dir(tmp_path)
    assert again.schema.names() == ["name", "tags", "text"]
    assert "title_of" in again.schema
    with again.searcher() as searcher:
        assert searcher.document(name="b") == {"name": "b", "tags": "x y", "title_of": "ant", "text": "bat"}
    again.remove_field("tags")
    again.remove_field("text")
    with found.searcher() as searcher:
        assert searcher.document(name="b") == {"name": "b", "title_of": "ant"}
        assert list(searcher.reader().indexed_field_names()) == ["name", "title_of"]
    found.optimize()
    found.add_field("text", fields.TEXT(stored=True))
    with found.searcher() as searcher:
        assert searcher.document(name="b") == {"name": "b", "title_of": "ant"}
        assert not list(searcher.lexicon("text"))
    assert verify(tmp_path) == []


@pytest.mark.parametrize(("name", "like"), [("tags", "tags"), ("*gs", "tags"), ("number", "number")])
def test_a_field_of_another_kind_is_added_when_what_it_held_is_gone(tmp_path: Path, name: str, like: str) -> None:
    kinds = {"tags": fields.KEYWORD(sortable=True), "number": fields.NUMERIC(sortable=True)}
    found = create_in(tmp_path, fields.Schema(**kinds))
    with found.writer() as writer:
        writer.add_document(tags="x", number=1, _boost=2.0)
    found.remove_field(like)
    other, glob = kinds["number" if like == "tags" else "tags"], "*" in name
    with found.writer() as writer, pytest.raises(fields.FieldConfigurationError, match=r"optimize\(\)"):
        writer.add_field(name, other, glob=glob)
    found.optimize()
    with found.writer() as writer:
        writer.add_field(name, other, glob=glob)
        writer.add_document(**{like: "5"})
    assert found.doc_count() == 2


def test_a_field_is_added_or_not_as_the_writer_ends(tmp_path: Path) -> None:
    found = create_in(tmp_path, SCHEMA)
    writer = found.writer()
    writer.add_field("more", fields.TEXT)
    assert "more" not in found.schema
    writer.cancel()
    assert open_dir(tmp_path).schema.names() == ["name", "text"]


def test_documents_of_a_reader_are_added_as_they_were_indexed(tmp_path: Path) -> None:
    schema = fields.Schema(
        name=fields.ID(unique=True, stored=True),
        text=fields.TEXT(analyzer=analysis.StemmingAnalyzer(), spelling=True),
        body=KHMER(),
        number=fields.NUMERIC(sortable=True),
    )
    stock = RamStorage().create_index(schema)
    with stock.writer() as writer:
        writer.add_document(name="a", text="cats rendering", body=KHMER_TEXT, number=5)
        writer.add_document(name="b", text="bats and cats", _boost=2.0)
    source = stock
    for folder in ("first", "second"):
        found = create_in(tmp_path / folder, schema)
        with found.writer() as writer, source.reader() as reader:
            writer.add_reader(reader)
        source = found
        with found.reader() as ours, stock.reader() as theirs:
            assert list(ours.all_terms()) == list(theirs.all_terms())
            assert [stored["name"] for stored in ours.all_stored_fields()] == ["a", "b"]
            assert ours.postings("text", b"cat").weight() == theirs.postings("text", b"cat").weight()
            assert list(ours.column_reader("number", translate=False)) == list(
                theirs.column_reader("number", translate=False)
            )
    with found.writer() as writer:
        assert writer.delete_by_term("name", "a") == 1  # ids are known, too


def test_a_khmer_field_is_indexed_as_its_analyzer_says(tmp_path: Path) -> None:
    texts = ["\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6 and \u1794\u17d2\u179a\u1791\u17c1\u179f", "", "cat 12"]
    schema = fields.Schema(words=KHMER(), bigrams=KHMER("bigrams"))
    stock, found = RamStorage().create_index(schema), create_in(tmp_path, schema)
    for one in (stock, found):
        with one.writer() as writer:
            for text in texts:
                writer.add_document(words=text, bigrams=text)
    with found.reader() as ours, stock.reader() as theirs:
        assert list(ours.all_terms()) == list(theirs.all_terms())
        for name, term in theirs.all_terms():
            assert list(ours.postings(name, term).items_as("frequency")) == list(
                theirs.postings(name, term).items_as("frequency")
            )


def test_what_cannot_be_kept_is_refused_in_words(tmp_path: Path) -> None:
    field = fields.FieldType(formats.PositionBoosts(), analysis.SimpleAnalyzer(), scorable=True)
    with pytest.raises(DocumentError, match="PositionBoosts cannot be kept") as caught:
        create_in(tmp_path, fields.Schema(text=field))
    assert isinstance(caught.value, fields.FieldConfigurationError)
    weighing = analysis.RegexTokenizer(r"\S+") | analysis.DelimitedAttributeFilter(
        delimiter="^", attribute="boost", default=1.0, type=float
    )
    for phrase in (True, False):
        found = create_in(tmp_path, fields.Schema(text=fields.TEXT(analyzer=weighing, phrase=phrase)))
        with found.writer() as writer:
            with pytest.raises(DocumentError, match="weights, which cannot be kept"):
                writer.add_document(text="alfa^0.5 bravo")
            writer.add_document(text="alfa^1.0 bravo")
        assert found.doc_count() == 1


def test_errors_are_whooshs_too(tmp_path: Path) -> None:
    with pytest.raises(index.EmptyIndexError):
        open_dir(tmp_path)
    kinds = {"number": fields.NUMERIC, "day": fields.DATETIME, "column": fields.COLUMN(columns.NumericColumn("b"))}
    found = create_in(tmp_path, fields.Schema(name=fields.ID(unique=True), **kinds))
    writer = found.writer()
    with pytest.raises(index.LockError) as locked:
        found.writer()
    assert isinstance(locked.value, IndexLockedError)
    with pytest.raises(fields.UnknownFieldError):
        writer.add_document(nobody="x")
    with pytest.raises(ValueError, match="number"):
        writer.add_document(number="x")
    with pytest.raises(TypeError, match="number"):
        writer.add_document(number=object())
    for name, value in [("day", "one"), ("day", datetime.date(2020, 1, 1)), ("column", "x"), ("column", 300)]:
        with pytest.raises(ValueError, match=name):
            writer.add_document(**{name: value})
    with pytest.raises(ValueError, match="day"):
        writer.delete_by_term("day", "one")
    with pytest.raises(ValueError, match="not negative"):
        writer.add_document(name="x", _boost=-1)
    writer.commit()
    with pytest.raises(writing.IndexingError) as ended:
        writer.add_document(name="a")
    assert isinstance(ended.value, IndexStoreError)
    assert isinstance(ended.value, KhsearchError)


def test_whooshs_buffered_writer_shows_what_waits(tmp_path: Path) -> None:
    found = create_in(tmp_path, SCHEMA)
    writer = writing.BufferedWriter(found, period=None, limit=3)
    for number in range(5):
        writer.add_document(name=f"n{number}", text="cat")
    writer.update_document(name="n1", text="dog")
    writer.update_document(name="n4", text="dog")
    with writer.searcher() as searcher:
        assert sorted(hit["name"] for hit in searcher.search(query.Term("text", "dog"))) == ["n1", "n4"]
        assert len(searcher.search(query.Term("text", "cat"))) == 3
    writer.close()
    assert sorted(names(found)) == [f"n{number}" for number in range(5)]


def test_whooshs_async_writer_waits_for_the_lock(tmp_path: Path) -> None:
    found = create_in(tmp_path, SCHEMA)
    first = found.writer()
    first.add_document(name="a", text="ant")
    second = writing.AsyncWriter(found, delay=0.01)
    second.add_document(name="b", text="bat")
    second.commit()
    first.commit()
    second.join(30)
    assert sorted(names(found)) == ["a", "b"]
