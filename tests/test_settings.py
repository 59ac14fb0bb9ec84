"""Settings as a file: another index is as the one that they are of; a file that is none is told by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Index, IndexDamagedError, IndexMismatchError, IndexStoreError, Ranking, TextField
from khsearch.khmer import Lexicon
from tests.extent import examples
from tests.test_formats import DOCUMENTS, EXPECTED, STORED, answers

FIELDS: dict[str, Any] = {
    "number": "number",
    "share": "number",
    "date": "date",
    "open": "boolean",
    "tags": "keyword",
    "note": "text",
    "summary": TextField(0.5),
}


OWN = ["COVID-19", "សាលាថ្មី", "ខ្ញៃឃ្លៀច"]


@pytest.fixture(params=[{}, {"breaker": "icu"}, {"lexicon": STORED / "1" / "lexicon.khl"}, {"lexicon": OWN}], ids=str)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Index, Path]:
    """An index with settings of all kinds, and their file."""
    index = Index.create(tmp_path / "x", fields=FIELDS, ranking=Ranking(slop=2), **request.param)
    index.set_spellings({"ភ្នំពេញ": "PP"})
    with index.writer() as writer:
        writer.add_all(DOCUMENTS)
    (tmp_path / "settings.json").write_bytes(index.settings())
    return index, tmp_path / "settings.json"


def test_another_index_is_as_the_one_that_they_are_of(kept: tuple[Index, Path], tmp_path: Path) -> None:
    index, file = kept
    new = Index.create(tmp_path / "new", settings=file)
    with new.writer() as writer:
        writer.add_all(index)
    for made in (new, Index.open(tmp_path / "new")):
        assert made.fields == index.fields == FIELDS
        assert made.ranking == index.ranking
        assert made.spellings == index.spellings
        assert made.analyzer.settings() == index.analyzer.settings()
        assert list(made) == list(index)
        assert answers(made) == answers(index)
        assert [hit.id for hit in made.search("pp")] == [hit.id for hit in index.search("pp")] == ["1"]
        same = ("documents", "terms", "breaker", "lexicon", "fields")
        assert [made.stats()[name] for name in same] == [index.stats()[name] for name in same]
        assert made.settings() == file.read_bytes()
    assert Index.verify(tmp_path / "new") == []
    in_memory = Index.create("memory://test-settings", settings=file)
    assert in_memory.fields == FIELDS
    assert answers(index) == EXPECTED or index.analyzer.breaker.name == "icu"


def test_settings_stand_for_all_else(kept: tuple[Index, Path], tmp_path: Path, few_words: Lexicon) -> None:
    _, file = kept
    others = {"fields": {}, "breaker": "icu", "lexicon": few_words, "ranking": Ranking(slop=3)}
    for name, other in others.items():
        with pytest.raises(ValueError, match="leave the others out"):
            Index.create(tmp_path / "new", settings=file, **{name: other})  # type: ignore[arg-type]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"files": {}}',
        b'{"format": 1, "analyzer": {}, "files": {}}',
        b"\xff",
        b"id,text\n",
    ],
)
def test_a_foreign_file_is_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "s.json"
    file.write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"s\.json: not settings .*khsearch export INDEX --settings"):
        Index.create(tmp_path / "new", settings=file)
    file.write_bytes((STORED / "4" / "khsearch.json").read_bytes())  # a manifest alone
    with pytest.raises(IndexDamagedError, match=r"s\.json"):
        Index.create(tmp_path / "new", settings=file)
    with pytest.raises(IndexStoreError, match=r"none\.json: cannot be read"):
        Index.create(tmp_path / "new", settings=tmp_path / "none.json")
    assert not (tmp_path / "new").exists()


def test_settings_of_a_later_khsearch_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr("khsearch.version.NOW", 99)
        (tmp_path / "s.json").write_bytes(Index.memory().settings())
    with pytest.raises(IndexMismatchError, match=r"s\.json: its format is 99"):
        Index.create(tmp_path / "new", settings=tmp_path / "s.json")


@pytest.fixture(scope="module")
def whole() -> bytes:
    """A file of settings."""
    return Index.memory(fields=FIELDS, lexicon=STORED / "1" / "lexicon.khl").settings()


@examples(60)
@given(data=st.data())
def test_damage_anywhere_is_found(tmp_path_factory: pytest.TempPathFactory, whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at]
    if data.draw(st.booleans()):
        damaged += bytes([data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))]) + whole[at + 1 :]
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "s.json").write_bytes(damaged)
    with pytest.raises(IndexDamagedError, match=r"s\.json"):
        Index.create(folder / "new", settings=folder / "s.json")
