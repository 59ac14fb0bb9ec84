"""Wheels as people install them: each in an empty environment, then the steps of the demo, in an empty folder.

python -m tests.installed WHEEL...     the wheels are taken from the index of packages that pip asks, but for these

Where a wheel is khsearch-base, nothing that compiles can be found, and it has to be small and quick.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

MOST_MEGABYTES, MOST_SECONDS = 150, 20
STEPS = (
    ("--version",),
    ("samples",),
    ("index", "demo.idx", "sample_docs"),
    ("search", "demo.idx", "-n", "3", "ក្រុមការងារជនមានពិការភាព"),
    ("search", "demo.idx", "-n", "3", "ជំងឺគ្រុនឈម"),
    ("words", "កិច្ចប្រជុំលើកទី២"),
    ("verify", "demo.idx"),
    ("bench", "--help"),
)


def seconds() -> float:
    """CPU time of all processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def megabytes(site: Path) -> float:
    """What is installed, without pip and what came with it."""
    kept = [path for path in site.iterdir() if path.name.split("-")[0] not in ("pip", "setuptools", "_distutils_hack")]
    files = [path for one in kept for path in ([one] if one.is_file() else one.rglob("*")) if path.is_file()]
    return sum(path.stat().st_size for path in files) / 1e6


def check(wheel: Path) -> None:
    """Install a wheel and run the steps; AssertionError."""
    base = wheel.name.startswith("khsearch_base-")
    with tempfile.TemporaryDirectory(prefix="khsearch-installed-") as name:
        folder = Path(name)
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "KHSEARCH"))}
        if base:
            (folder / "nothing").mkdir()
            environment |= {"PATH": str(folder / "nothing"), "CC": "/nowhere", "CXX": "/nowhere"}
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv/bin/python"
        before = seconds()
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel]
        subprocess.run(install, env=environment, check=True)
        for step in STEPS:
            command = [folder / "venv/bin/khsearch", *step]
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
            )
            assert done.returncode == 0, (step, done.stderr)
        (site,) = (folder / "venv/lib").glob("python*/site-packages")
        size, used = megabytes(site), seconds() - before
        print(f"{wheel.name}: installed and found, {size:.0f} MB, {used:.1f} s of CPU time")
        if base:
            assert size <= MOST_MEGABYTES, f"{size:.0f} MB, and {MOST_MEGABYTES} are the most"
            assert used <= MOST_SECONDS, f"{used:.1f} s of CPU time, and {MOST_SECONDS} are the most"


if __name__ == "__main__":
    for given in sys.argv[1:]:
        check(Path(given).resolve())
