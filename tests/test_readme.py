"""The README's examples do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import ROOT, example, page

README = page("README.md")


def run(command: list[str], folder: Path, *, code: str | None = None) -> str:
    scripts = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    told = subprocess.run(command, cwd=folder, env=env, input=code, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_first_use_from_python(tmp_path: Path) -> None:
    printed = run([sys.executable, "-"], tmp_path, code=example(README, "python", "python")).splitlines()
    assert printed[0].startswith("1 ")
    assert printed[0].endswith(" 1 កិច្ចប្រជុំលើកទី២")
    assert "<mark>ពិការភាព</mark>" in printed[1]
    assert printed[2:] == ["1 found", "['កិច្ចប្រជុំ', 'លើក', 'ទី', '២']"]


def test_fields_filters_and_counts(tmp_path: Path) -> None:
    printed = run([sys.executable, "-"], tmp_path, code=example(README, "fields", "python")).splitlines()
    assert printed == ["['1', '2'] 2 {2021: 1, 2022: 1}", "1"]


def test_a_stage_of_one_s_own(tmp_path: Path) -> None:
    printed = run([sys.executable, "-"], tmp_path, code=example(README, "stage", "python")).splitlines()
    assert printed == ["['old', 'new']", "new ['recency']", "old ['recency']"]


def test_whoosh_over_an_index(tmp_path: Path) -> None:
    printed = run([sys.executable, "-"], tmp_path, code=example(README, "whoosh", "python")).splitlines()
    assert printed == ["['1', '2'] {'law': [0], 'decree': [1]}", "ច្បាប់ស្តីពី<mark>ព្រៃឈើ</mark>"]


def test_first_use_from_the_shell(tmp_path: Path) -> None:
    (tmp_path / "sample_docs").symlink_to(ROOT / "sample_docs")
    printed = run(["bash", "-e"], tmp_path, code=example(README, "shell", "bash"))
    assert "001-working-group-disability.txt" in printed
    assert '"snippet"' in printed
    assert "កិច្ចប្រជុំ|លើក|ទី|២\n" in printed
    assert '{"total":' in printed
    backup = (tmp_path / "backup.jsonl").read_text("utf-8")
    assert len(backup.splitlines()) == len(list((ROOT / "sample_docs").glob("*.txt"))) - 1


@pytest.mark.slow
def test_an_archive_from_pip_install_on(tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", ROOT, tmp_path / "clone"], check=True)
    clone = tmp_path / "clone"
    for year in "2022", "2023":
        shutil.copytree(ROOT / "tests" / "files", clone / "archive" / year)
    code = example(README, "archive", "bash")
    # As scripts/test builds the compiled core, so that what it stands on is not built anew.
    env = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / "native" / "target"), "PYO3_NO_PYTHON": "1"}
    told = subprocess.run(["bash", "-e"], cwd=clone, env=env, input=code, capture_output=True, text=True, check=False)
    if told.returncode and re.search("Could not find a version|Failed to establish|NewConnectionError", told.stderr):
        pytest.skip("pip reaches no packages here")
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert lines[0] == "some files were passed over: their names stand above"
    assert sum("021-smot." in line and ".pdf" in line and "p. 1" in line for line in lines) >= 3
    assert "2023/021-smot.scan.pdf" in told.stderr
    assert re.search(r"\d+ unchanged, \d+ passed over", told.stderr)
    assert re.search(r"^khsearch: +\d+  docx$", told.stderr, re.M)
    report = (clone / "report.tsv").read_text("utf-8").splitlines()
    assert len(report) > 2 * len(list((ROOT / "tests" / "files").iterdir()))
