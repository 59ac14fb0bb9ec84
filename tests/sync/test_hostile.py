"""A folder of hostile files: each is told, the others are indexed, in bounded memory and time."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from khsearch import Index
from tests.sync import hostile

MOST = 500 << 20
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at memory as Linux shows it"),
]


def resident(pid: int) -> int:
    """Bytes of memory of a process and its children that no other shares."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    total = 0
    for one in (pid, *map(int, listed.stdout.split())):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


@pytest.mark.parametrize("jobs", [1, 4])
def test_hostile_files_are_told_and_the_others_are_indexed(tmp_path: Path, jobs: int) -> None:
    count = hostile.make(tmp_path / "d")
    report = tmp_path / "report.tsv"
    args = ["index", "x.idx", "d", "--sync", f"--jobs={jobs}", "--time-limit=20", f"--report={report}"]
    started = time.monotonic()
    most = 0
    command = [sys.executable, "-m", "khsearch", *args]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            most = max(most, resident(process.pid))
            time.sleep(0.02)
        assert process.stderr is not None
        told = process.stderr.read()
    print(told, f"{most >> 20} MB, {time.monotonic() - started:.1f} s")
    assert process.returncode == 1
    assert "Traceback" not in told
    rows = [line.split("\t") for line in report.read_text("utf-8").splitlines()[1:]]
    found = {row[1] for row in rows if row[0] == "read"}
    assert found >= {f"d/{name}" for name in hostile.GOOD}
    passed = {row[1] for row in rows if row[3]}
    assert len(passed) == count
    assert all(f"skipped: {path}" in told for path in passed)
    assert most < MOST
    ids = {document.id for document in Index.open(tmp_path / "x.idx").export()}
    assert {"good.txt", "sub/good.csv#1"} <= ids
    assert not any("secret" in id or "passwd" in id for id in ids)
