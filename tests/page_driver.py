"""Run the blocks of one page, in order, in the folder where it stands: steps as JSON in, what became of each out.

    python -m tests.page_driver STEPS TOLD

Blocks of Python share their names, as cells of a notebook do; a block that is a file is written. What serves goes on in
the background until all is done. A block that ends in an error is the last one, unless a package is missing for it.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

SERVES = re.compile(r"^(?:\S*khsearch serve \S+|\S*uvicorn \S+|(?P<django>python manage\.py runserver))", re.M)
_PATIENCE = 60


def main(steps: Path, told: Path) -> None:
    """Run all steps that there are; TOLD has what became of those that were run."""
    work = json.loads(steps.read_text("utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    servers: list[subprocess.Popen[bytes]] = []
    results: list[dict[str, Any]] = []
    sys.path.insert(0, str(Path.cwd()))
    try:
        for step in work["steps"]:
            results.append(_run(step, names, servers, work["port"]))
            if results[-1]["error"] and not results[-1]["missing"]:
                break
    finally:
        _end(servers)
        told.write_text(json.dumps(results), "utf-8")


def _run(step: dict[str, Any], names: dict[str, Any], servers: list[Any], port: int) -> dict[str, Any]:
    if step["title"]:
        path = Path(step["title"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step["code"], "utf-8")
        return _told()
    if step["language"] == "python":
        return _python(step, names)
    typed = re.sub(r"^\$ ", "", step["code"], flags=re.M)
    if SERVES.search(typed):
        return _serve(typed, servers, port)
    if step["language"] == "console":
        return _console(step["code"])
    return _bash(step["code"])


def _told(output: str = "", error: str = "", **more: Any) -> dict[str, Any]:
    missing = re.search(r"No module named '(\w+)|pip install '?khsearch\[([\w-]+)", error)
    return {"output": output, "error": error, "missing": bool(missing), "printed": {}, "commands": [], **more}


def _python(step: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    printed: dict[int, list[str]] = {}
    where = f"<{step['name']}>"

    def tell(*values: object, sep: str = " ", end: str = "\n", **more: Any) -> None:
        frame = sys._getframe(1)
        if frame.f_code.co_filename == where:
            printed.setdefault(frame.f_lineno, []).append(sep.join(map(str, values)))
        print(*values, sep=sep, end=end, **more)

    names["print"] = tell
    output, error = io.StringIO(), ""
    with contextlib.redirect_stdout(output):
        try:
            exec(compile(step["code"], where, "exec"), names)
        except BaseException:
            error = traceback.format_exc()
    return _told(output.getvalue(), error, printed=printed)


def _bash(code: str) -> dict[str, Any]:
    ran = subprocess.run(
        ["bash", "-ec", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE * 5,
        check=False,
    )
    failed = f"status {ran.returncode}\n{ran.stdout}\n{ran.stderr}" if ran.returncode else ""
    return _told(ran.stdout, failed, noise=ran.stderr)


def _console(code: str) -> dict[str, Any]:
    """Run each command behind a `$`; it may go on in lines that end in a backslash. What it writes is told as one."""
    commands: list[dict[str, str]] = []
    for command, shown in re.findall(r"^\$ (.*(?:(?<=\\)\n.*)*)\n((?:(?!\$ ).*\n)*)", code, re.M):
        ran = subprocess.run(
            ["bash", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        commands.append({"command": command, "shown": shown, "output": ran.stdout})
        if ran.returncode > 1:
            return _told("", f"$ {command}\nstatus {ran.returncode}\n{ran.stdout}", commands=commands)
    return _told("", "", commands=commands)


def _end(servers: list[subprocess.Popen[bytes]]) -> None:
    for server in servers:
        server.terminate()
        server.wait(_PATIENCE)
    servers.clear()


def _serve(code: str, servers: list[subprocess.Popen[bytes]], port: int) -> dict[str, Any]:
    _end(servers)  # who starts another has ended the one before
    code = SERVES.sub(
        lambda found: f"exec {found[0]} {f'{port} --noreload' if found['django'] else f'--port {port}'}", code
    )
    with Path("server.log").open("wb") as log:
        server = subprocess.Popen(["bash", "-ec", code], stdout=log, stderr=log)
    servers.append(server)
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return _told()
        except HTTPError:
            return _told()
        except (URLError, OSError):
            time.sleep(0.1)
    return _told("", f"nothing answers\n{Path('server.log').read_text('utf-8')}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
