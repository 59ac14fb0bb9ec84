"""The embedded engine: folders that are damaged, or were left half made."""

from __future__ import annotations

from pathlib import Path

from khsearch import Document, Index
from khsearch.columnar.files import catalog
from khsearch.columnar.segments.segment import Segment

DOCUMENTS = [Document(f"the document of number {number:04}", "", "a") for number in range(1_000)]


def damage(folder: Path, section: str) -> None:
    """Change a byte in the middle of a section of the one segment."""
    (entry,) = catalog.read(folder).segments
    segment = Segment(folder, entry)
    start, length, _ = segment.file._sections[section]
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
