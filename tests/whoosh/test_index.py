"""An index is created, found and opened with Whoosh's own arguments, and keeps its schema."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from whoosh import analysis, fields, index, query

from khsearch import Index, columnar
from khsearch.columnar import create_in, exists_in, open_dir
from khsearch.errors import IndexDamagedError, IndexMismatchError, IndexStoreError
from khsearch.whoosh.fields import KHMER

SCHEMA = fields.Schema(name=fields.ID(unique=True, stored=True), text=KHMER(stored=True))


def test_an_index_is_found_and_opened_with_whooshs_arguments(tmp_path: Path) -> None:
    folder = str(tmp_path / "x")
    assert not exists_in(folder)
    made = create_in(folder, SCHEMA)
    assert isinstance(made, index.Index)
    assert made.is_empty()
    assert exists_in(folder)
    for arguments in ((), (SCHEMA,), (None, True), (None, False, SCHEMA)):
        opened = open_dir(folder, *arguments)
        assert opened.schema == SCHEMA
        assert (opened.doc_count(), opened.doc_count_all(), opened.up_to_date()) == (0, 0, True)
    with made.writer() as writer:
        writer.add_document(name="a", text="cat")
    assert not opened.is_empty()
    assert opened.latest_generation() == made.latest_generation() > 0
    assert abs(opened.last_modified() - time.time()) < 60
    assert opened.refresh().doc_count() == 1


def test_who_creates_an_index_uses_it_whatever_its_schema_holds(tmp_path: Path) -> None:
    stemmed = fields.Schema(text=fields.TEXT(analysis.StemmingAnalyzer(stemfn=lambda word: word[:3]), stored=True))
    for _ in range(2):
        made = create_in(tmp_path, stemmed)
        for text in ("render", "image"):
            with made.writer() as writer:
                writer.add_document(text=text)
        with made.searcher() as searcher:
            assert len(searcher.search(query.Term("text", "ren"))) == 1
    with pytest.raises(IndexMismatchError, match="schema="):
        open_dir(tmp_path)
    assert open_dir(tmp_path, schema=stemmed).doc_count() == 2


def test_where_a_file_stands_there_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a letter")
    with pytest.raises(IndexStoreError, match="a file stands"):
        create_in(tmp_path / "x", SCHEMA)


def test_several_indexes_lie_in_one_folder(tmp_path: Path) -> None:
    for name in (None, "one", "two"):
        with create_in(tmp_path, SCHEMA, name).writer() as writer:
            writer.add_document(name=name or "main")
    for name in (None, "one", "two"):
        assert exists_in(tmp_path, name)
        with open_dir(tmp_path, indexname=name).searcher() as searcher:
            assert [stored["name"] for stored in searcher.documents()] == [name or "main"]
    assert not exists_in(tmp_path, "three")
    for odd in ("../x", "", "a/b", ".x", 5):
        with pytest.raises(ValueError, match="indexname"):
            create_in(tmp_path, SCHEMA, odd)  # type: ignore[arg-type]


def test_creating_empties_an_index_that_is_there(tmp_path: Path) -> None:
    old = create_in(tmp_path, SCHEMA)
    with old.writer() as writer:
        writer.add_document(name="a", text="cat")
    searcher = old.searcher()
    new = create_in(tmp_path, fields.Schema(other=fields.ID(unique=True, stored=True)))
    assert (new.doc_count(), open_dir(tmp_path).schema.names()) == (0, ["other"])
    assert searcher.document(name="a") == {"name": "a", "text": "cat"}  # what is open stays whole
    with new.writer() as writer:
        writer.update_document(other="b")
        writer.update_document(other="b")
    assert new.doc_count() == 1
    assert columnar.verify(tmp_path) == []
    writer = new.writer()
    with pytest.raises(index.LockError):
        create_in(tmp_path, SCHEMA)
    writer.cancel()


def test_a_class_is_a_schema(tmp_path: Path) -> None:
    class Declared(fields.SchemaClass):
        name = fields.ID(stored=True)
        text = fields.TEXT

    assert create_in(tmp_path, Declared).schema.names() == ["name", "text"]
    assert open_dir(tmp_path, schema=Declared).schema.names() == ["name", "text"]


def test_a_schema_that_is_given_counts_and_is_kept_by_the_next_commit(tmp_path: Path) -> None:
    create_in(tmp_path, SCHEMA)
    more = fields.Schema(name=fields.ID(unique=True, stored=True), text=KHMER(stored=True), tags=fields.KEYWORD)
    given = open_dir(tmp_path, schema=more)
    assert open_dir(tmp_path).schema == SCHEMA
    with given.writer() as writer:
        writer.add_document(name="a", tags="x")
    assert open_dir(tmp_path).schema == more


def test_an_index_without_a_schema_says_so(tmp_path: Path) -> None:
    columnar.create(tmp_path, columnar.FieldOptions("name"))
    with pytest.raises(IndexMismatchError, match="pass schema="):
        open_dir(tmp_path)
    with open_dir(tmp_path, schema=SCHEMA).writer() as writer:
        writer.add_document(name="a", text="cat")
    assert open_dir(tmp_path).schema == SCHEMA


def test_a_damaged_schema_is_told(tmp_path: Path) -> None:
    create_in(tmp_path, SCHEMA)
    (path,) = (item for item in tmp_path.iterdir() if item.suffix == ".json" and item.name != "catalog.json")
    data = path.read_bytes()
    path.write_bytes(data.replace(b"TEXT", b"ID", 1) + b" ")
    with pytest.raises(IndexDamagedError, match=path.name):
        open_dir(tmp_path)
    path.unlink()
    with pytest.raises(IndexDamagedError, match="missing"):
        open_dir(tmp_path)
    os.truncate(tmp_path / "catalog.json", 10)
    with pytest.raises(IndexDamagedError):
        open_dir(tmp_path)


def test_the_folder_of_an_index_of_khsearchs_own_is_left_alone(tmp_path: Path) -> None:
    Index.create(tmp_path)
    for attempt in (lambda: create_in(tmp_path, SCHEMA), lambda: open_dir(tmp_path, schema=SCHEMA)):
        with pytest.raises(IndexMismatchError, match=r"whoosh\(\)"):
            attempt()


def test_a_handle_sees_the_schema_that_others_commit(tmp_path: Path) -> None:
    one = create_in(tmp_path, SCHEMA)
    other = open_dir(tmp_path)
    old = one.searcher()
    other.add_field("tags", fields.KEYWORD(stored=True))
    with one.writer() as writer:
        writer.add_document(name="a", tags="x")
    assert [hit["tags"] for hit in other.searcher().search(query.Term("tags", "x"))] == ["x"]
    assert "tags" not in old.schema
    assert old.refresh().document(name="a") == {"name": "a", "tags": "x"}
