"""The recipe of a file format: a package of somebody else's brings it; the command line reads it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.recipes.packages import command, install, recipe, run

TEXT = "ភ្លៀងធ្លាក់\n\nស្រូវវស្សា\nបានផលល្អ\n"
READ = """
from khsearch.documents import read_path
for found in read_path("a.para", on_error=print):
    print((found.id, found.title))
"""


def test_a_format_of_a_package_is_read(tmp_path: Path) -> None:
    package = install(tmp_path, recipe("format", "toml"))
    (package / "paragraphs.py").write_text(recipe("format"))
    (tmp_path / "a.para").write_text(TEXT)
    assert run(tmp_path, READ) == "('a.para#1', 'ភ្លៀងធ្លាក់')\n('a.para#2', 'ស្រូវវស្សា')\n"
    command(tmp_path, [sys.executable, "-m", "khsearch", "index", "x", "a.para"])
    assert "a.para#2" in command(tmp_path, [sys.executable, "-m", "khsearch", "search", "x", "ស្រូវ"])


def test_a_format_is_registered_by_a_program(tmp_path: Path) -> None:
    (tmp_path / "a.para").write_text(f"{TEXT}\n\n\n\n")
    program = f"{recipe('format')}\nfrom khsearch import register_format\nregister_format('para', read)\n"
    told = run(tmp_path, program + READ).splitlines()
    assert told[0] == "('a.para#1', 'ភ្លៀងធ្លាក់')"
    assert told[2] == "a.para, paragraph 3: nothing stands here; remove the empty paragraph"
