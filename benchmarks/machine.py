"""machine: what a run ran on: kind of processor and versions, never a name of the host; and one core for all of it."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.errors import BenchmarkError

PACKAGES = ("khsearch", "numpy", "PyICU", "whoosh", "khmer-nltk", "tantivy", "bm25s", "ir-measures")


def describe() -> dict[str, object]:
    """Describe the machine and the versions of what was measured."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: found for name in PACKAGES if (found := installed(name))},
    }


def installed(package: str) -> str | None:
    """Version of a package, or None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def last_core() -> int:
    """The last core that this process may use: the first ones are where others work by default."""
    return max(os.sched_getaffinity(0))


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Keep this thread, and the threads and processes that it starts, on one core; None leaves them all cores."""
    allowed = os.sched_getaffinity(0)
    if core is None:
        yield
        return
    if core not in allowed:
        raise BenchmarkError(f"there is no core {core} to run on; choose one of {', '.join(map(str, sorted(allowed)))}")
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
