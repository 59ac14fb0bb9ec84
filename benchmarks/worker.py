"""worker: one engine at work in a process of its own, so that its memory can be told; one line of JSON on stdout.

python -m benchmarks.worker build ENGINE FOLDER < DOCUMENTS     documents as lines of JSON, on stdin
python -m benchmarks.worker open ENGINE FOLDER QUERY            open, and ask a first query
python -m benchmarks.worker filter ENGINE FOLDER QUERY AUTHOR   open, ask, and ask for those of an author
python -m benchmarks.worker add ENGINE FOLDER ID TEXT           add one document and commit
python -m benchmarks.worker ask ENGINE FOLDER                   answer what stdin asks: see `asking`
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from benchmarks import asking
from benchmarks.engines import Kind, Query, engine
from benchmarks.engines.pages import Site
from benchmarks.errors import BenchmarkError
from benchmarks.words import IcuWords
from khsearch import Document
from khsearch.documents import read_stream


def run(*arguments: str, documents: Path | None = None) -> dict[str, Any]:
    """Start a worker and wait for its figures."""
    command = [sys.executable, "-m", "benchmarks.worker", *arguments]
    root = Path(__file__).parent.parent
    with (documents or Path(os.devnull)).open("rb") as stream:
        done = subprocess.run(command, stdin=stream, capture_output=True, cwd=root, check=False)
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise BenchmarkError(f"{' '.join(arguments[:2])} failed: {' '.join(reason)}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def spaced_by_icu() -> Any:
    """Break texts with PyICU and put spaces between the pieces: what people do before they use an index."""
    pieces = IcuWords().pieces
    return lambda text: " ".join(pieces(text))


def build(name: str, folder: Path) -> dict[str, float]:
    """Index the documents of stdin: seconds, and megabytes that it took beyond what was there before."""
    documents = list(read_stream(sys.stdin.buffer, "jsonl"))
    made, spaced = engine(name), spaced_by_icu()
    spaced("\u1780")
    with suppress(OSError):  # forget the peak of reading the documents
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, wall, cpu = _status("VmRSS"), time.perf_counter(), _cpu()
    made.build(folder, documents, spaced)
    wall, cpu = time.perf_counter() - wall, _cpu() - cpu
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"wall_s": wall, "cpu_s": cpu, "memory_mb": _status("VmHWM") - before + children}


def open_(name: str, folder: Path, text: str) -> dict[str, float]:
    """Open an index and ask a first query: seconds, and megabytes that stay."""
    made, spaced = engine(name), spaced_by_icu()
    spaced("\u1780")
    before, started = _status("VmRSS"), time.perf_counter()
    opened = made.open(folder, spaced)
    opened_s = time.perf_counter() - started
    hits = opened.top(Query(Kind.TERM, text))
    return {
        "open_s": opened_s,
        "open_and_find_s": time.perf_counter() - started,
        "memory_mb": _status("VmRSS") - before,
        "hits": len(hits),
    }


def filter_(name: str, folder: Path, text: str, author: str) -> dict[str, Any]:
    """Open an index, ask a query, then twice for its documents of an author: milliseconds of CPU, ids of the hits."""
    query, spaced = Query(Kind.TERM, text), spaced_by_icu()
    opened = cast("Site", engine(name).open(folder, spaced))
    opened.top(query)
    taken, hits = [], list[str]()
    for _ in range(2):
        started = time.thread_time_ns()
        hits = [id for id, _ in opened.filtered(query, author)]
        taken.append((time.thread_time_ns() - started) / 1e6)
    return {"first_ms": taken[0], "then_ms": taken[1], "hits": hits}


def add(name: str, folder: Path, id: str, text: str) -> dict[str, float]:
    """Add one document and commit."""
    opened = engine(name).open(folder, spaced_by_icu())
    opened.add(Document(id, text, text))
    opened.close()
    return {}


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _status(name: str) -> float:
    """A figure of this process in megabytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def main(arguments: Sequence[str]) -> None:
    """Do what the arguments say."""
    task, name, folder, *rest = arguments
    if task == "ask":
        asking.serve(name, Path(folder), spaced_by_icu())
        return
    figures: dict[str, Any]
    if task == "build":
        figures = build(name, Path(folder))
    elif task == "filter":
        figures = filter_(name, Path(folder), rest[0], rest[1])
    elif task == "add":
        figures = add(name, Path(folder), rest[0], rest[1])
    else:
        figures = open_(name, Path(folder), rest[0])
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
