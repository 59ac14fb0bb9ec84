"""A writer whose folder is removed, or removed and made anew, keeps nothing and spoils nothing of others."""

import shutil

import pytest

from khsearch import Document, Index, IndexNotFoundError

DOCUMENT = Document("old", text="\u1791\u17b9\u1780")


@pytest.mark.parametrize("waits", [True, False])
def test_a_writer_older_than_its_folder_commits_nothing(tmp_path, waits):
    path = tmp_path / "x"
    writer = Index.create(path).writer()
    writer.add(DOCUMENT)
    if not waits:
        writer.flush()
    shutil.rmtree(path)
    made = Index.create(path, fields={"n": "number"})
    with made.writer() as other:
        other.add(Document("new", text="\u1791\u17b9\u1780", fields={"n": 1}))
    with pytest.raises(IndexNotFoundError, match="made anew, while this writer was open"):
        writer.commit()
    assert Index.verify(path) == []
    assert [document.id for document in Index.open(path).export()] == ["new"]
    with made.writer() as other:
        other.add(Document("newer", text="\u1791\u17b9\u1780"))
    assert len(Index.open(path)) == 2


def test_it_is_cancelled_beside_a_writer_of_the_new_folder(tmp_path):
    path = tmp_path / "x"
    stale = Index.create(path).writer()
    stale.add(DOCUMENT)
    shutil.rmtree(path)
    with Index.create(path).writer() as other:
        other.add(Document("new", text="\u1791\u17b9\u1780"))
        other.flush()
        stale.cancel()  # which removes what no commit needs
    assert Index.verify(path) == []
    assert [document.id for document in Index.open(path).export()] == ["new"]


def test_where_the_folder_is_gone_nothing_is_made(tmp_path):
    writer = Index.create(tmp_path / "x").writer()
    writer.add(DOCUMENT)
    shutil.rmtree(tmp_path / "x")
    with pytest.raises(IndexNotFoundError, match="made anew, while this writer was open"):
        writer.commit()
    assert not (tmp_path / "x").exists()
