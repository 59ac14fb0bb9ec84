"""Files: what is kept of them is measured, and too little is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import files
from benchmarks.errors import BenchmarkError, MissedError
from benchmarks.files import Kept

TEXT = "កាលពីថ្ងៃទី១១ ខែឧសភា ក្រុមការងារជនមានពិការភាពបានប្រជុំនៅភ្នំពេញ។"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "made"
    place.mkdir()
    (place / "a.txt").write_text(TEXT, encoding="utf-8")
    (place / "a.half.txt").write_text(TEXT[: len(TEXT) // 2], encoding="utf-8")
    (place / "a.csv").write_text(f"text\n{TEXT}\n", encoding="utf-8")
    (place / "a.srt").write_bytes(b"")
    return place


def test_what_is_kept_is_a_share_of_the_words(folder: Path) -> None:
    kept = files.kept(folder, ocr=False)
    assert kept["csv"] == Kept(1, 100.0, 100.0, 0)
    assert 20 < kept["half.txt"].exact < 80
    assert kept["srt"] == Kept(1, 0.0, 0.0, 1)
    with pytest.raises(MissedError, match=r"half.txt: .*; srt: 0.0, not 100; srt: sound, and told"):
        files.check(kept, None)
    with pytest.raises(MissedError, match=r"scan.pdf by OCR: 50.0, not 94"):
        files.check({}, {"scan.pdf": Kept(1, 50.0, 50.0, 0)})
    with pytest.raises(MissedError, match=r"weasy.pdf: 1 not told"):
        files.check({"weasy.pdf": Kept(2, 60.0, 50.0, 1)}, None)


def test_a_second_look_reads_nothing(folder: Path) -> None:
    looks = files.look_twice(folder, 8, lambda done, total: None)
    assert looks.files == 8
    with pytest.raises(MissedError, match=r"takes 100.0 % of the first"):
        files.check_looks(files.Looks(1, 1.0, 1.0))


def test_a_folder_without_originals_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="no originals"):
        files.kept(tmp_path, ocr=False)
