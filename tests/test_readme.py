"""The README is short, its examples do what they say, and it leads through an install."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.page_runner import follow, wrong
from tests.pages import ROOT, blocks, page


def test_it_is_short() -> None:
    assert len(page("README.md").splitlines()) <= 130


def test_first_use_from_python(tmp_path: Path) -> None:
    """The short form of what `test_page_blocks` does with every page."""
    (told,) = follow([one for one in blocks("README.md") if one.language == "python"], tmp_path, {})
    assert not told.error
    assert not wrong(told, None)


@pytest.mark.slow
def test_an_archive_from_pip_install_on(tmp_path: Path) -> None:
    """As the tutorial has it, but with a virtual environment and pip as they are, and every kind of file."""
    subprocess.run(["git", "clone", "-q", ROOT, tmp_path / "clone"], check=True)
    clone = tmp_path / "clone"
    for year in "2022", "2023":
        shutil.copytree(ROOT / "tests" / "files", clone / "archive" / year)
    code = """
        python3 -m venv .venv
        .venv/bin/pip install --quiet '.[files,pdf]'
        export PATH="$PWD/.venv/bin:$PATH"
        khsearch index archive.idx archive || echo "some files were passed over: their names stand above"
        khsearch search archive.idx 'ស្មូត្រ' --filter 'format:pdf' -n 3
        khsearch index archive.idx archive --sync --report report.tsv || true
        khsearch search archive.idx 'ស្មូត្រ' --filter 'folder:2023 pages:[1 TO 9]' --facet format
    """
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
