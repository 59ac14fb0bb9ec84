"""Pages are followed as they stand: their blocks run in order, in a folder of their own, and show what they say."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.pages import ROOT, Block

_PATIENCE = 300
RUNS = ("python", "bash", "console")
OUTPUT = "text"
"""The language of a block that is what the block before it writes; lines of `...` stand for any lines."""


@dataclass(frozen=True)
class Told:
    """What became of a block: what it wrote, by line of a `print` too, and the error that it ended in."""

    block: Block
    output: str
    error: str
    missing: bool
    printed: Mapping[int, list[str]]
    commands: list[dict[str, str]]


def follow(blocks: Iterable[Block], folder: Path, replaced: Mapping[str, str]) -> list[Told]:
    """Run blocks, as those of one page, with some strings replaced; what became of each that was run."""
    blocks = [one for one in blocks if one.language in RUNS or one.title]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    steps = [
        {"name": str(one), "language": one.language, "title": one.title, "code": _replaced(one.code, replaced, port)}
        for one in blocks
    ]
    work, told = folder / "work", folder / "told.json"
    work.mkdir()
    (folder / "steps.json").write_text(json.dumps({"steps": steps, "port": port}), "utf-8")
    command = [sys.executable, "-m", "tests.page_driver", str(folder / "steps.json"), str(told)]
    env = {**os.environ, "PATH": _path(folder / "bin"), "PYTHONPATH": _with_root(), "NO_COLOR": "1", "COLUMNS": "120"}
    env.pop("KHSEARCH_HTTP_AUTH", None)
    with (folder / "noise").open("w+b") as noise:
        driver = subprocess.Popen(command, cwd=work, env=env, stdout=noise, stderr=noise, start_new_session=True)
        try:
            driver.wait(_PATIENCE)
        finally:  # whatever it started goes with it
            with contextlib.suppress(ProcessLookupError):
                os.killpg(driver.pid, signal.SIGKILL)
    assert told.exists(), (folder / "noise").read_text("utf-8")
    results = json.loads(told.read_text("utf-8"))
    return [_told(block, result) for block, result in zip(blocks, results, strict=False)]


def _replaced(code: str, replaced: Mapping[str, str], port: int) -> str:
    for before, after in replaced.items():
        code = code.replace(before, after)
    return code.replace("127.0.0.1:8000", f"127.0.0.1:{port}")


def _told(block: Block, result: dict[str, Any]) -> Told:
    printed = {int(line): values for line, values in result["printed"].items()}
    return Told(block, result["output"], result["error"], result["missing"], printed, result["commands"])


def _with_root() -> str:
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))


def _path(folder: Path) -> str:
    """A PATH on which nothing is installed from anywhere: virtual environments, pip, apt-get and sudo are played."""
    folder.mkdir()
    real = Path(sys.executable).parent
    fake = f'exec "{sys.executable}" -m tests.fake_pip'
    scripts = {
        "pip": f'{fake} pip "$@"',
        "apt-get": f'{fake} apt-get "$@"',
        "sudo": 'exec "$@"',
        "python": f"""
            if [[ "${{1:-}} ${{2:-}}" == "-m venv" ]]; then
              mkdir -p "$3/bin"
              for name in python python3 pip; do cp "{folder}/$name" "$3/bin/$name"; done
              for name in khsearch uvicorn; do
                [[ ! -e "{real}/$name" ]] || ln -sf "{real}/$name" "$3/bin/$name"
              done
              printf 'PATH="%s:$PATH"\\n' "$PWD/$3/bin" > "$3/bin/activate"
              exit 0
            fi
            if [[ "${{1:-}} ${{2:-}}" == "-m pip" ]]; then shift 2; {fake} pip "$@"; fi
            exec "{sys.executable}" "$@"
        """,
    }
    scripts["python3"] = scripts["python"]
    for name, script in scripts.items():
        path = folder / name
        path.write_text(f"#!/usr/bin/env bash\n{script}\n", "utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"{folder}{os.pathsep}{real}{os.pathsep}{os.environ['PATH']}"


def wrong(told: Told, shown: str | None) -> list[str]:
    """What a block does not do as its page says: by comments behind `print`, or the block of output that follows it."""
    found = []
    if told.block.language == "python":
        for line, expected in promised(told.block.code).items():
            lines = [one for number, one in told.printed.items() if number in line]
            if not lines:
                found.append(f"{told.block}, line {line.stop - 1}: nothing was printed, but {expected!r} is told")
            elif not like(expected, lines[0][0]):
                found.append(f"{told.block}, line {line.stop - 1}: {expected!r} is told, {lines[0][0]!r} is printed")
    found += [
        f"{told.block}: $ {one['command']}\n--- told\n{one['shown']}--- written\n{one['output']}"
        for one in told.commands
        if one["shown"].strip() and not like(one["shown"].strip(), one["output"].strip())
    ]
    if shown is not None and not like(shown.strip(), told.output.strip()):
        found.append(f"{told.block}\n--- told\n{shown}--- written\n{told.output}")
    return found


def promised(code: str) -> dict[range, str]:
    """What comments behind calls of `print` say is printed, the first time, by the lines of each call."""
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(code).readline)
        if token.type == tokenize.COMMENT
    }
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    prints = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"]
    return {
        range(node.lineno, (node.end_lineno or node.lineno) + 1): comments[node.end_lineno]
        for node in prints
        if node.end_lineno in comments
    }


def like(told: str, written: str) -> bool:
    """Whether a text is as told, where a line of `...` stands for any lines, and `...` in a line for anything."""
    pattern = ""
    for line in told.splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += r".*?".join(re.escape(part) for part in line.rstrip().split("...")) + r" *\n"
    return re.fullmatch(pattern, written + "\n") is not None
