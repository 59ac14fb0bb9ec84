"""What holds the pages to what they show: which output is as it was told, and which is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.page_runner import follow, like, promised, wrong
from tests.pages import Block


def block(code: str, language: str = "python", title: str = "") -> Block:
    return Block("page.md", 1, language, title, code)


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("a", "a"),
        ("a ... c", "a b c"),
        ("...c", "abc"),
        ("...\nc", "a\nb\nc"),
        ("a\n...\nc", "a\nc"),
        ("a\n...", "a\nb\nc"),
        ("a", "a   "),
    ],
)
def test_output_is_as_told(told: str, written: str) -> None:
    assert like(told, written)


@pytest.mark.parametrize(
    ("told", "written"), [("a", "b"), ("a", "a\nb"), ("a ... c", "a b\nc"), ("...\nc", "a\nb"), ("a.c", "abc")]
)
def test_output_is_not_as_told(told: str, written: str) -> None:
    assert not like(told, written)


def test_only_comments_behind_print_are_promises() -> None:
    code = "x = 1  # one\nprint(x)  # 1\nprint(\n    x,\n)  # 2\n# 3\nprint(x)\n"
    assert promised(code) == {range(2, 3): "1", range(3, 6): "2"}


def test_a_page_that_lies_is_found_out(tmp_path: Path) -> None:
    page = [
        block("print(1)  # 1\nfor x in 2, 3:\n    print(x)  # 2\n"),
        block("print(1)  # 2\nif False:\n    print(3)  # 3\n"),
        block("$ echo a\na\n$ echo b\nc\n", "console"),
        block("kept.txt\n", "text", "kept.txt"),
        block("cat kept.txt\n", "bash"),
    ]
    told = follow(page, tmp_path, {})
    assert [one.error for one in told] == [""] * 5
    found = [len(wrong(one, "kept.txt\n" if one.block.language == "bash" else None)) for one in told]
    assert found == [0, 2, 1, 0, 0]
    assert wrong(told[4], "other\n")


def test_a_page_begins_in_an_empty_folder(tmp_path: Path) -> None:
    (told,) = follow([block("ls -A\n", "bash")], tmp_path, {})
    assert told.output == ""


def test_an_error_ends_a_page_and_a_missing_package_does_not(tmp_path: Path) -> None:
    told = follow([block("import nowhere_to_be_found\n"), block("1 / 0\n"), block("print(1)\n")], tmp_path, {})
    assert [one.missing for one in told] == [True, False]
    assert "ZeroDivisionError" in told[1].error


@pytest.mark.parametrize(
    "command", ["pip install khserch", "pip install 'khsearch[pfd]'", "sudo apt-get install libicu", "pip list"]
)
def test_what_cannot_be_installed_is_found_out(command: str, tmp_path: Path) -> None:
    (told,) = follow([block(f"{command}\n", "bash")], tmp_path, {})
    assert "nobody knows" in told.error


def test_a_virtual_environment_is_played(tmp_path: Path) -> None:
    made = "python3 -m venv .venv\n. .venv/bin/activate\n"
    code = f"{made}pip install 'khsearch[pdf]'\nkhsearch words x\ntype -P khsearch\n"
    (told,) = follow([block(code, "bash")], tmp_path, {})
    assert told.output.splitlines() == ["x", str(tmp_path / "work" / ".venv" / "bin" / "khsearch")]
