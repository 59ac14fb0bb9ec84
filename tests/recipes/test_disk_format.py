"""The recipe of a change on disk: an index of each format is kept, made by one program."""

from __future__ import annotations

from pathlib import Path

from khsearch import Index, version
from tests.recipes import stored
from tests.test_formats import DOCUMENTS, EXPECTED, STORED, answers, segment_formats


def test_an_index_of_every_format_is_kept() -> None:
    kept = {int(path.name): path for path in STORED.iterdir()}
    assert set(kept) == set(range(version.OLDEST, version.NOW + 1))
    for number, path in kept.items():
        assert set(segment_formats(path)) == {number}


def test_the_index_that_is_to_be_kept_holds_what_is_expected_of_all(tmp_path: Path) -> None:
    stored.make(tmp_path / "x")
    index = Index.open(tmp_path / "x")
    assert answers(index) == EXPECTED
    assert list(index.export()) == DOCUMENTS
    assert index.stats()["segments"] == 2
