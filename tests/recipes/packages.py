"""A package of somebody else's, installed: rooms, and entry points as its pyproject.toml names them."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.pages import ROOT, example, page

ARCHITECTURE = page("ARCHITECTURE.md")


def recipe(name: str, language: str = "python") -> str:
    """An example of a recipe."""
    return example(ARCHITECTURE, name, language)


def install(folder: Path, table: str) -> Path:
    """Make a package `some_package` in a folder, with the entry points of a part of a pyproject.toml -> its folder."""
    package = folder / "some_package"
    package.mkdir()
    (package / "__init__.py").touch()
    info = folder / "some_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: some_package\nVersion: 1.0\n")
    groups = tomllib.loads(table)["project"]["entry-points"]
    lines = [
        line for group, found in groups.items() for line in (f"[{group}]", *(f"{k} = {v}" for k, v in found.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return package


def run(folder: Path, code: str, *arguments: str) -> str:
    """Run a program in a process of its own that has the package installed -> what it printed."""
    return command(folder, [sys.executable, "-W", "error", "-c", code, *arguments])


def command(folder: Path, arguments: list[str]) -> str:
    """Run a command in a process that has the package installed -> what it printed."""
    path = os.pathsep.join([str(folder), str(ROOT), os.environ.get("PYTHONPATH", "")])
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PYTHONPATH": path, "PATH": tools, "NO_COLOR": "1"}
    told = subprocess.run(arguments, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout
