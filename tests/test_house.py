"""The plan of the house: zones that do not know each other, foreign code behind one door, imports that run one way."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import unicodedata
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

import khsearch
from khsearch import MissingExtraError

ROOT = Path(__file__).parent.parent / "khsearch"
ROOMS = sorted(ROOT.rglob("*.py"))


def own(path: Path) -> str:
    return ".".join(["khsearch", *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")


BENCHMARKS = sorted((ROOT.parent / "benchmarks").rglob("*.py"))
ZONES = {path.parent.name for path in ROOT.glob("*/__init__.py")}
NAMES = {own(path) for path in ROOMS}


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@cache
def imported(path: Path, *, types: bool = True) -> set[str]:
    """Modules that a file imports, wherever in it; without those for types alone if not `types`."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = list(ast.walk(tree))
    typing = [] if types else [one for node in nodes if is_for_types(node) for one in node.body]
    hidden = {id(inner) for one in typing for inner in ast.walk(one)}
    names: set[str] = set()
    for node in nodes:
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            wholes = {f"{module}.{alias.name}" for alias in node.names} & NAMES
            names |= wholes or {module}
    return names


def floor_of(map_of: str) -> dict[str, int]:
    """Floors of rooms and folders from the lines of a map: a docstring with lines of names, a gap, and what they do."""
    floors: dict[str, int] = {}
    for number, line in enumerate(map_of.splitlines()):
        found = re.match(r"(?: {4})?(?=\S)([\w/, ]*?)  +\S", line)
        for name in re.split(r"[ ,]+", found[1]) if found else ():
            assert name not in floors, f"{name} stands twice on the map"
            floors[name] = number
    return floors


def packages_of(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", [*ROOMS, *BENCHMARKS], ids=str)
def test_nobody_outside_imports_an_inner_room(path: Path) -> None:
    mine = path.relative_to(ROOT).parts[0] if path.is_relative_to(ROOT) else ""
    for name in imported(path):
        _, zone, *rooms = [*name.split("."), ""]
        if name.startswith("khsearch.") and zone in ZONES - {mine} and any(rooms):
            shown = importlib.import_module(f"khsearch.{zone}").__all__  # some rooms are names of the face themselves
            assert ".".join(filter(None, rooms)) in shown, f"{path} imports {name}: ask the face of {zone}"


def test_khmer_and_columnar_know_neither_whoosh_nor_each_other() -> None:
    for path in ROOMS:
        zone = path.relative_to(ROOT).parts[0]
        if zone != "whoosh":
            assert "whoosh" not in packages_of(path), path
        if zone == "khmer":
            assert not any(name.startswith("khsearch.columnar") for name in imported(path)), path
        if zone == "columnar":
            assert not any(name.startswith("khsearch.khmer") for name in imported(path)), path


def test_only_who_finds_engines_knows_one() -> None:
    """Searching, planning, hits and the command line ask `khsearch.engine`, whatever keeps the index."""
    for engine, doors in (
        ("columnar", {"addresses.py", "whoosh"}),
        ("memory", {"addresses.py"}),
        ("remote", {"addresses.py"}),
    ):
        users = {
            path.relative_to(ROOT).parts[0]
            for path in ROOMS
            for name in imported(path)
            if name.startswith(f"khsearch.{engine}")
        }
        assert users == {engine, *doors}


@pytest.mark.parametrize("path", ROOMS, ids=own)
def test_the_map_says_what_may_import_what(path: Path) -> None:
    floors = floor_of(inspect.getdoc(khsearch) or "")
    assert set(floors) == {f"{name}/" for name in ZONES} | {path.stem for path in ROOT.glob("*.py")} - {"__init__"}

    def floor(name: str) -> int:
        room = name.split(".")[1]
        return floors.get(f"{room}/", floors.get(room, -1))

    if path != ROOT / "__init__.py":
        mine = floor(own(path))
        for name in imported(path, types=False):
            if name.startswith("khsearch.") and name.split(".")[1] != own(path).split(".")[1]:
                assert floor(name) < mine, f"{own(path)} imports {name}, which the map has above it"


@pytest.mark.parametrize("zone", sorted(ZONES))
def test_the_map_of_a_zone_says_what_may_import_what(zone: str) -> None:
    floors = floor_of(inspect.getdoc(importlib.import_module(f"khsearch.{zone}")) or "")
    rooms = [path for path in (ROOT / zone).rglob("*.py") if path.name != "__init__.py"]
    first = {path.relative_to(ROOT / zone).parts[0].removesuffix(".py") for path in rooms}
    assert {name.removesuffix("/") for name in floors} == first
    for path in rooms:
        mine = path.relative_to(ROOT / zone).parts[0].removesuffix(".py")
        for name in imported(path, types=False):
            if name.startswith(f"khsearch.{zone}.") and (other := name.split(".")[2]) != mine:
                at, behind = (floors.get(one, floors.get(f"{one}/", -1)) for one in (other, mine))
                assert at <= behind, f"{own(path)} imports {name}, which the map has above it"


def test_foreign_code_has_one_door() -> None:
    for package, door in (
        ("icu", "khmer/words/icu.py"),
        ("khmernltk", "khmer/learning/crf_building.py"),
        ("zstandard", "columnar/segments/stored.py"),
        ("filelock", "descriptors.py"),
        ("opensearchpy", "remote/client.py"),
        ("pypdfium2", "documents/formats/pdf/pdfium.py"),
        ("langchain_core", "integrations/langchain.py"),
        ("llama_index", "integrations/llama_index.py"),
        ("haystack", "integrations/haystack.py"),
        ("apsw", "integrations/sqlite_fts5.py"),
    ):
        users = {str(path.relative_to(ROOT)) for path in ROOMS if package in packages_of(path)}
        assert users == {door}
    for packages, zone in (({"click", "rich"}, "cli"), ({"starlette", "uvicorn", "jinja2", "mcp", "pydantic"}, "web")):
        users = {path.relative_to(ROOT).parts[0] for path in ROOMS if packages & packages_of(path)}
        assert users == {zone}


def test_the_compiled_core_has_one_door() -> None:
    # What is imported for types alone is indented by four.
    names = re.compile(r"^(?! {4}\w)\s*(from|import) khsearch\._core|from (khsearch|\.) import .*\b_core\b", re.M)
    users = {path for path in [*ROOMS, *BENCHMARKS] if names.search(path.read_text("utf-8"))}
    assert users == {ROOT / "native.py"}


def test_imports_run_one_way() -> None:
    """Without the imports for types and within functions, no room imports one that imports it, by whatever way."""
    graph: dict[str, set[str]] = {}
    for path in ROOMS:
        tree = ast.parse(path.read_text("utf-8"))
        found: set[str] = set()
        for node in tree.body:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                found |= {f"{module}.{a.name}" if f"{module}.{a.name}" in NAMES else module for a in node.names}
        graph[own(path)] = {target for target in found if target in NAMES} - {own(path)}
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way, name))
        if name not in done:
            for target in sorted(graph[name]):
                walk(target, (*way, name))
            done.add(name)

    for name in sorted(graph):
        walk(name, ())


@pytest.mark.parametrize("path", [path for path in ROOMS if path.name == "__init__.py"], ids=own)
def test_a_face_says_the_same_to_readers_of_types_and_to_python(path: Path) -> None:
    typed = {
        alias.asname
        for node in ast.parse(path.read_text("utf-8")).body
        if is_for_types(node)
        for one in node.body
        for alias in one.names
    }
    if typed:
        module = importlib.import_module(own(path))
        assert typed == set(module.__all__)
        assert typed <= set(dir(module))
        for name in typed:
            with suppress(MissingExtraError):  # a room whose package is not installed says so
                assert getattr(module, name) is not None


@pytest.mark.parametrize("path", ROOMS, ids=own)
def test_rooms_are_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 350


@pytest.mark.parametrize("path", [*ROOMS, *sorted(Path(__file__).parent.rglob("*.py"))], ids=lambda path: path.name)
def test_invisible_characters_are_escapes(path: Path) -> None:
    assert not {char for char in path.read_text("utf-8") if unicodedata.category(char) == "Cf"}


@pytest.mark.parametrize("path", ROOMS, ids=own)
def test_every_room_says_what_it_is_for(path: Path) -> None:
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    assert told.startswith((f"{own(path).split('.')[-1]}:", f"{path.parent.name}.", "python -m"))
