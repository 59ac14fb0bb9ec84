"""The example of docs/files.md does what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.pages import example, page


def test_an_archive_is_synced_from_python(tmp_path: Path) -> None:
    folder = tmp_path / "archive" / "2023"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text("---\ndate: 11/05/2021\ntags: NGO; UNICEF\nyear: ២០២១\n---\nកិច្ចប្រជុំ", encoding="utf-8")
    (folder / "empty.txt").touch()
    code = example(page("docs/files.md"), "sync", "python")
    told = subprocess.run([sys.executable, "-"], cwd=tmp_path, input=code, capture_output=True, text=True, check=True)
    first, reasons, problem, hit = told.stdout.splitlines()
    assert first == "1 read, 0 changed, 0 gone, 0 unchanged"
    assert reasons == "{'empty': 1}"
    assert problem.startswith("empty - archive/2023/empty.txt: ")
    assert hit.startswith("2023/a.md None 20")
