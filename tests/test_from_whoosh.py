"""The page for those who come from Whoosh does what it says, as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages import example, page
from tests.test_readme import run

PAGE = page("docs/from-whoosh.md")


def test_the_door_is_whooshs(tmp_path: Path) -> None:
    printed = run(["python", "-"], tmp_path, code=example(PAGE, "door", "python")).splitlines()
    assert printed == ['Meetings កិច្ច<b class="match term0">ប្រជុំ</b>លើកទី២']


@pytest.mark.parametrize("documents", [40, pytest.param(20_000, marks=pytest.mark.slow)])
def test_an_index_is_brought_over(tmp_path: Path, documents: int) -> None:
    code = example(PAGE, "import", "bash")
    assert "documents = 20_000\n" in code
    printed = run(["bash", "-e"], tmp_path, code=code.replace("documents = 20_000\n", f"documents = {documents}\n"))
    assert [line.split()[-3:] for line in printed.splitlines()] == [["documents,", "as", "before"]] * 2
    assert (tmp_path / "new.idx" / "catalog.json").exists()
