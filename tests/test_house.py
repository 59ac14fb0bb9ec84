"""The plan of the house: zones that do not know each other, foreign code behind one door, imports that run one way."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "khsearch"
ROOMS = sorted(ROOT.rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def own(path: Path) -> str:
    return ".".join(["khsearch", *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")


@pytest.mark.parametrize("path", ROOMS, ids=own)
def test_zones_do_not_know_each_other(path: Path) -> None:
    names = imported(path)
    if path.parent.name == "khmer":
        allowed = ("khsearch.khmer", "khsearch.errors", "khsearch.sharing")
        assert not any(name.split(".")[0] == "whoosh" for name in names)
        assert all(name.startswith(allowed) for name in names if name.startswith("khsearch."))
    if path.parent.name == "columnar":
        allowed = ("khsearch.columnar", "khsearch.errors", "khsearch.sharing")
        assert not any(name.split(".")[0] in ("icu", "khmernltk") for name in names)
        assert all(name.startswith(allowed) for name in names if name.startswith("khsearch."))


def test_foreign_code_has_one_door() -> None:
    for package, door in (
        ("icu", "khmer/breakers.py"),
        ("khmernltk", "khmer/breakers.py"),
        ("zstandard", "columnar/stored.py"),
    ):
        users = {str(path.relative_to(ROOT)) for path in ROOMS if package in {n.split(".")[0] for n in imported(path)}}
        assert users == {door}
    users = {path.parent.name for path in ROOMS if {"click", "rich"} & {n.split(".")[0] for n in imported(path)}}
    assert users == {"cli"}


def test_imports_run_one_way() -> None:
    """Without the imports for types and within functions, no room imports one that imports it, by whatever way."""
    names = {own(path): path for path in ROOMS}
    graph: dict[str, set[str]] = {}
    for name, path in names.items():
        tree = ast.parse(path.read_text("utf-8"))
        found: set[str] = set()
        for node in tree.body:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                found |= {f"{module}.{a.name}" if f"{module}.{a.name}" in names else module for a in node.names}
        graph[name] = {target for target in found if target in names} - {name}
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way, name))
        if name not in done:
            for target in sorted(graph[name]):
                walk(target, (*way, name))
            done.add(name)

    for name in sorted(graph):
        walk(name, ())


@pytest.mark.parametrize("path", [*ROOMS, *sorted(Path(__file__).parent.rglob("*.py"))], ids=lambda path: path.name)
def test_invisible_characters_are_escapes(path: Path) -> None:
    assert not {char for char in path.read_text("utf-8") if unicodedata.category(char) == "Cf"}


@pytest.mark.parametrize("path", ROOMS, ids=own)
def test_every_room_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
