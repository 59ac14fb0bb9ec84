"""The example of the page about sites does what it says."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.pages import example, page
from tests.test_readme import run


def test_the_example(tmp_path: Path) -> None:
    printed = run([sys.executable, "-"], tmp_path, code=example(page("docs/site.md"), "site", "python")).splitlines()
    assert printed[0] == "2 {2021: 1, 2022: 1}"
    assert [line.partition(" ")[0] for line in printed[1:3]] == ["1", "2"]
    assert all("<mark>ស្រូវ</mark>" in line for line in printed[1:3])
    assert printed[3] == "3 True 2"
