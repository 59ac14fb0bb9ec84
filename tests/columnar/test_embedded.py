"""The embedded engine: folders that are damaged, or were left half made."""

from __future__ import annotations

from pathlib import Path

import pytest

from khsearch import Document, Index, columnar
from khsearch.columnar.embedded.engine import Embedded
from khsearch.columnar.files import catalog
from khsearch.columnar.segments.segment import Segment
from khsearch.engine import Files, NameFile
from khsearch.errors import IndexExistsError, OtherDocumentsError
from khsearch.schema import schema_of

DOCUMENTS = [Document(f"the document of number {number:04}", "", "a") for number in range(1_000)]


def damage(folder: Path, section: str) -> None:
    """Change a byte in the middle of a section of the one segment."""
    (entry,) = catalog.read_catalog(folder).segments
    segment = Segment(folder, entry)
    start, length, _ = segment.file.sections[section]
    data = bytearray(segment.file.path.read_bytes())
    data[start + length // 2] ^= 1
    segment.file.path.write_bytes(data)


def test_documents_whose_ids_cannot_be_read_are_not_lost(tmp_path: Path) -> None:
    """They say themselves which id they have."""
    index = Index.create(tmp_path / "x")
    with index.writer() as writer:
        writer.add_all(DOCUMENTS)
    index.close()
    damage(tmp_path / "x", "ids.codes")
    assert any("ids.codes" in problem or "blocks" in problem for problem in Index.verify(tmp_path / "x"))
    assert list(Index.open(tmp_path / "x").export()) == DOCUMENTS
    assert Index.rescue(tmp_path / "x", tmp_path / "saved") == []
    assert list(Index.open(tmp_path / "saved").export()) == DOCUMENTS
    told: list[str] = []
    assert Index.rebuild(tmp_path / "x", on_lost=told.append) == len(DOCUMENTS)
    assert not told
    assert list(Index.open(tmp_path / "x").export()) == DOCUMENTS
    assert Index.verify(tmp_path / "x") == []


def test_what_an_interrupted_creation_leaves_is_no_reason_to_refuse_another(tmp_path: Path, monkeypatch) -> None:
    def several_files(name_file: NameFile) -> Files:
        """As those of a breaker with two resources."""
        return {name_file(suffix): suffix.encode() for suffix in (".json", ".khl", ".khl")}

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(catalog, "write", interrupt)
        with pytest.raises(KeyboardInterrupt):
            Embedded().create(str(tmp_path), schema_of({}), several_files)
    left = {path.name for path in tmp_path.iterdir()}
    assert len(left) == 4
    engine = Embedded().create(str(tmp_path), schema_of({}), several_files)
    assert left < {path.name for path in tmp_path.iterdir()}
    assert len(engine.view().files) == 3


@pytest.mark.parametrize("name", ["notes.txt", "00000001-0000.seg"])
def test_a_folder_with_other_files_is_refused(tmp_path: Path, name: str) -> None:
    tmp_path.joinpath(name).write_text("kept")
    with pytest.raises(IndexExistsError, match=name):
        Index.create(tmp_path)
    assert tmp_path.joinpath(name).read_text() == "kept"


def test_an_index_of_other_documents_is_whole_and_not_taken_for_ones_own(tmp_path: Path) -> None:
    columnar.create(tmp_path, columnar.FieldOptions(None))
    for ask in (Index.open, Index.rebuild, lambda path: Index.rescue(path, tmp_path / "new")):
        with pytest.raises(OtherDocumentsError, match=r"open it with khsearch\.whoosh\.open_dir"):
            ask(tmp_path)
    assert Index.verify(tmp_path) == []
    assert not (tmp_path / "new").exists()
