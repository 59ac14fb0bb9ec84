"""Opening, creating and rebuilding while others write: what counts is the commit that is there when its turn comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from khsearch import Document, Index, IndexDamagedError, IndexLockedError, IndexStoreError
from khsearch.columnar import IndexFolder
from khsearch.columnar.files import wholefile
from khsearch.columnar.files.format import LEXICON_NAME, MANIFEST_NAME
from khsearch.columnar.files.lock import WriteLock
from khsearch.khmer.words.lexicon import Lexicon
from tests.state import lexicons


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return with_document(Index.create(tmp_path / "x"), "1")


def with_document(index: Index, name: str) -> Index:
    with index.writer() as writer:
        writer.add(Document(name, "", f"លោក{lexicons.WHOLE}នៅភូមិ"))
    return index


def ids(index: Index) -> list[str]:
    return sorted(document.id for document in index.export())


def before(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, act: Callable[[], object]) -> None:
    """Let somebody act right before the next call of a function."""
    function = getattr(owner, name)

    def called(*args: Any, **named: Any) -> Any:
        monkeypatch.setattr(owner, name, function)
        act()
        return function(*args, **named)

    monkeypatch.setattr(owner, name, called)


def test_a_rebuild_keeps_what_others_commit_while_it_waits(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    before(monkeypatch, IndexFolder, "writer", lambda: with_document(Index.open(index.path), "2"))
    assert Index.rebuild(index.path) == 2
    assert ids(index) == ["1", "2"]


def test_a_writer_breaks_texts_by_the_rebuild_that_it_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khsearch.khmer.words.by_lexicon.default_lexicon", lexicons.of_parts)
    index = with_document(Index.create(tmp_path / "x"), "1")

    def rebuild() -> None:
        monkeypatch.setattr("khsearch.khmer.words.by_lexicon.default_lexicon", lexicons.of_wholes)
        Index.rebuild(index.path)

    before(monkeypatch, IndexFolder, "writer", rebuild)
    with_document(index, "2")
    for handle in (index, Index.open(index.path)):
        assert {hit.id for hit in handle.search(lexicons.WHOLE, match="all")} == {"1", "2"}


@pytest.mark.parametrize("name", [MANIFEST_NAME, LEXICON_NAME])
def test_opening_while_a_rebuild_replaces_the_files_opens_the_rebuilt(
    index: Index, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    read = wholefile.read

    def rebuilt(path: Path, most: int) -> bytes:
        if path.name == name:
            monkeypatch.setattr(wholefile, "read", read)
            Index.rebuild(index.path)
            assert not path.exists()
        return read(path, most)

    monkeypatch.setattr(wholefile, "read", rebuilt)
    assert ids(Index.open(index.path)) == ["1"]
    assert Index.verify(index.path) == []


@pytest.mark.parametrize("name", [MANIFEST_NAME, LEXICON_NAME])
def test_a_file_that_is_really_missing_is_told(tmp_path: Path, few_words: Lexicon, name: str) -> None:
    index = with_document(Index.create(tmp_path / "x", lexicon=few_words), "1")
    (index.path / name).unlink()
    for read in (Index.open, Index.rebuild):
        with pytest.raises(IndexDamagedError, match=f"{name}: damaged: the file is missing"):
            read(index.path)
    assert any(name in problem for problem in Index.verify(index.path))
    Index.rescue(index.path, tmp_path / "saved")
    assert ids(Index.open(tmp_path / "saved")) == ["1"]
    with_document(Index.open(tmp_path / "saved"), "2")


def test_who_comes_second_to_create_an_index_changes_nothing_of_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    lock = WriteLock(folder, 0.0)  # of the first one, which is at work
    with pytest.raises(IndexLockedError):
        Index.create(folder, fields={"n": "number"})
    lock.release()
    assert [path.name for path in folder.iterdir()] == ["write.lock"]
    with_document(Index.create(folder), "1")
    assert Index.verify(folder) == []


@pytest.mark.parametrize("name", ["file", "file/x"])
def test_an_index_where_a_file_stands_is_refused_and_told_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(IndexStoreError, match="choose another path"):
        Index.create(tmp_path / name)
    assert (tmp_path / "file").read_text() == "kept"


def test_stats_do_not_mind_files_that_vanish(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [*index.path.iterdir(), index.path / "00000009-0009.seg"]
    size = index.stats()["bytes"]
    monkeypatch.setattr(Path, "iterdir", lambda _: iter(listed))
    assert index.stats()["bytes"] == size
