"""python -m tests.whoosh.suite [pytest options]: Whoosh's own tests over khsearch's index, and how many of them pass.

Each that fails is printed, with its error and where it was raised. The exit status is 1 where too few pass; where the
source package of Whoosh cannot be had, it says so and ends with 0. `-k NAME` runs some of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.whoosh.suite.source import NotToBeHadError, unpack
from tests.whoosh.suite.verdict import AT_LEAST, Rows, judge, listed

ROOT = Path(__file__).parents[3]
INDEXES = ("stock", "khsearch")


def main(options: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="khsearch-suite-") as name:
        folder = Path(name)
        try:
            tests = unpack(folder)
        except NotToBeHadError as error:
            print(f"skipped: the source package of Whoosh 2.7.4, with its tests, cannot be had: {error}")
            return 0
        started = [_start(folder, tests, index, options) for index in INDEXES]
        stock, ours = (_finished(folder, index, running) for index, running in zip(INDEXES, started, strict=True))
    # Where options choose among the tests, most of the list is not there.
    return _tell(stock, ours, {name: why for name, why in listed().items() if name in stock or not options})


def _start(folder: Path, tests: Path, index: str, options: list[str]) -> subprocess.Popen[str]:
    plugin = [
        "-p",
        "tests.whoosh.suite.plugin",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:hypothesispytest",
    ]
    settings = [
        "-c",
        os.devnull,
        "--rootdir",
        str(tests),
        "-W",
        "ignore",
        "--tb=no",
        "-q",
        "--continue-on-collection-errors",
    ]
    # A test of Whoosh's (minimize_dfa) passes or fails by the order of a set of strings.
    told = {"PYTHONHASHSEED": "2", "PYTHONPATH": str(ROOT), "SUITE_INDEX": index}
    told["SUITE_REPORT"] = str(_report(folder, index))
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *plugin, *settings, *options, str(tests)],
        cwd=folder,
        env={**os.environ, **told},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _finished(folder: Path, index: str, running: subprocess.Popen[str]) -> Rows:
    told, _ = running.communicate()
    print(f"Whoosh's tests have run over {index}", flush=True)
    report = _report(folder, index)
    if not report.exists() or running.returncode not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise SystemExit(f"{told}\nthe run over {index} ended before its report; what it printed stands above")
    rows: Rows = json.loads(report.read_text(encoding="utf-8"))
    return rows


def _report(folder: Path, index: str) -> Path:
    return folder / f"{index}.json"


def _tell(stock: Rows, ours: Rows, spared: dict[str, str]) -> int:
    found = judge(stock, ours, spared)
    for name in found.failed:
        row = ours.get(name, {"outcome": "did not run"})
        print(f"fails: {name}: {row.get('error', row['outcome'])}  [{row.get('at', '')}; {row.get('line', '')}]")
    for title, names in (
        ("need not pass, but do; take them off the list", found.to_strike),
        ("on the list, but no tests of Whoosh's that touch an index; mend the list", found.unknown),
        ("touch no index, but fare otherwise", found.bystanders),
    ):
        if names:
            print(f"{title}: {', '.join(names)}")
    passed = len(found.wanted) - len(found.failed)
    print(f"{len(stock)} tests, of those that touch an index {len(found.spared)} need not pass and the others should")
    print(f"{passed} of {len(found.wanted)} that should pass do: {found.share:.1%}; at least {AT_LEAST:.0%} have to")
    return 0 if found.is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
