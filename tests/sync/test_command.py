"""`khsearch index` over files: what it says, its exit status, and what interrupts and kills leave."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from khsearch import Index
from khsearch.documents import FILE_FIELDS, reasons
from tests.cli.test_cli import run
from tests.sync.folders import RAIN, RICE, contents, write

SLOWLY = """
import sys, time
from khsearch.syncing import reading
from khsearch.cli import main
reading._BETWEEN_COMMITS = {between}
real = reading.FileReader._file
def slowly(self, *args):
    time.sleep({pause})
    return real(self, *args)
reading.FileReader._file = slowly
sys.argv = ["khsearch", *{args}]
main()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for number in range(5):
        write(tmp_path / "d" / "2022" / f"{number}.txt", f"{RICE} {number}")
    write(tmp_path / "d" / "t.csv", f"id,text,date\n1,{RICE},2021-05-11\n")
    return tmp_path / "d"


def start(*args: str, pause: float = 0.0, between: float = 30.0) -> subprocess.Popen[str]:
    """Begin the command, with a pause before each file."""
    code = SLOWLY.format(pause=pause, between=between, args=list(args))
    command = [sys.executable, "-c", code]
    # What began the tests may ignore interrupts, and whatever it begins would, too.
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=obey_interrupts)


def obey_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def lines(done) -> list[str]:
    return [line.removeprefix("khsearch: ") for line in done.stderr.splitlines()]


def test_a_folder_is_indexed_and_kept_up_to_date(folder):
    done = run("index", "x.idx", "d", "--sync")
    assert (done.exit_code, done.stdout) == (0, "")
    assert lines(done)[0] == "files: 6 read"
    assert lines(done)[1].startswith("6 added, 0 replaced; 6 documents in x.idx")
    done = run("index", "x.idx", "d", "--sync")
    assert done.exit_code == 0
    assert lines(done)[0] == "files: 0 read, 6 unchanged"
    (folder / "2022" / "0.txt").unlink()
    write(folder / "2022" / "1.txt", RAIN)
    assert lines(run("index", "x.idx", "d", "--sync"))[0] == "files: 0 read, 1 changed, 4 unchanged, 1 gone"
    assert set(run("fields", "x.idx").stdout.split()) == {f"{name}={kind}" for name, kind in FILE_FIELDS.items()}
    assert run("search", "x.idx", RICE, "--filter", 'folder:"2022" format:txt').exit_code == 0
    assert "t.csv#1" in run("search", "x.idx", RICE, "--filter", "date:2021").stdout
    assert run("index", "x.idx", "d").exit_code == 0


def test_what_is_passed_over_is_named_counted_and_listed(folder):
    write(folder / "bad.txt", b"\xff")
    write(folder / "old.doc", "x")
    write(folder / "odd.zzz", "x")
    write(folder / "t.csv", f"id,text\n1,{RICE}\n1,{RAIN}\n")
    done = run("index", "x.idx", "d", "--sync", "--report", "d/report.csv")
    assert done.exit_code == 1
    first, second, *told, _ = lines(done)
    assert first.startswith("skipped: d/bad.txt: not UTF-8 at byte 0")
    assert second.startswith("skipped: d/t.csv, line 3: the id 't.csv#1' is that of d/t.csv, line 2")
    assert told[0] == "files: 6 read, 3 passed over"
    (kinds,) = (line for line in told if reasons.UNKNOWN_KIND in line)
    assert ".doc 1 (save it as .docx" in kinds
    assert ".zzz 1" in kinds
    head, *rows = [line.split("\t") for line in Path("d/report.csv").read_text("utf-8").splitlines()]
    assert head == ["status", "path", "documents", "reason", "message"]
    found = {row[1]: row[:1] + row[2:4] for row in rows}
    assert found["d/bad.txt"] == ["passed over", "0", reasons.ENCODING]
    assert found["d/old.doc"] == ["passed over", "0", reasons.UNKNOWN_KIND]
    assert found["d/t.csv"] == ["read", "1", reasons.TWICE]
    assert found["d/2022/0.txt"] == ["read", "1", ""]
    done = run("index", "x.idx", "d", "--sync", "--report", "d/report.csv")
    assert done.exit_code == 1
    assert not any("skipped" in line for line in lines(done))
    assert "d/report.csv" not in Path("d/report.csv").read_text("utf-8")


def test_what_is_no_path_and_no_time_is_refused(folder):
    for args in ([""], ["d", "--time-limit", "nan"]):
        done = run("index", "x.idx", *args)
        assert (done.exit_code, "fault" in done.stderr, Path("x.idx").exists()) == (2, False, False)


def test_what_was_passed_over_before_stops_a_run_that_is_to_stop(folder):
    write(folder / "bad.txt", b"\xff")
    assert run("index", "x.idx", "d").exit_code == 1
    write(folder / "new.txt", RICE)
    done = run("index", "x.idx", "d", "--sync", "--stop-at-bad")
    assert (done.exit_code, lines(done)[0][:32]) == (2, "d/bad.txt: not UTF-8 at byte 0; ")
    assert "new.txt" not in contents(Index.open("x.idx"))


def test_a_name_is_one_line_that_steers_nothing(folder):
    for name in ("a\nb.pdf", "\x1b[31m.pdf", "a  \t b.txt"):
        write(folder / name, RICE)
    done = run("index", "x.idx", "d", "--sync", "--report", "r.tsv")
    assert [line.partition(": not")[0] for line in lines(done)[:2]] == [
        r"skipped: d/\x1b[31m.pdf",
        r"skipped: d/a\nb.pdf",
    ]
    assert r"d/a  \t b.txt" in [line.split("\t")[1] for line in Path("r.tsv").read_text("utf-8").splitlines()]


def test_a_report_is_not_written_over_a_file_of_something_else(folder):
    done = run("index", "x.idx", "d", "--report", "d/2022/0.txt")
    assert (done.exit_code, "is no report; name another file" in done.stderr) == (2, True)
    assert (folder / "2022" / "0.txt").read_text("utf-8") == f"{RICE} 0"


def test_the_format_of_stdin_chooses_no_files_of_a_folder(folder):
    assert run("index", "x.idx", "-", "d", "--format", "lines", stdin=RAIN).exit_code == 0
    assert Index.open("x.idx").doc_count == 7


def test_nothing_that_can_be_read_is_status_2_and_leaves_no_index(folder):
    write(folder.parent / "e" / "a.doc", "x")
    (folder.parent / "f").mkdir()
    for args in (["e"], ["e", "--sync"], ["f"], ["nowhere"], ["d", "--stop-at-bad", "e/a.doc"]):
        assert run("index", "x.idx", *args).exit_code == 2
        assert not Path("x.idx").exists()
    assert run("index", "x.idx", "f", "--sync").exit_code == 0
    assert run("index", "x.idx", "f").exit_code == 2
    assert run("index", "x.idx", "e", "--sync").exit_code == 2
    assert Index.open("x.idx").doc_count == 0


def test_own_fields_are_stronger_than_those_of_files(folder):
    write(folder / "t.csv", f"id,text,date,modified\n1,{RICE},11/05/2021,x\n2,{RICE},soon,y\n")
    done = run("index", "x.idx", "d/t.csv", "--field", "date=date:dmy")
    assert done.exit_code == 1
    assert "t.csv, line 3" in done.stderr
    assert "values that do not go with their fields: 1" in done.stderr
    assert run("search", "x.idx", RICE, "--filter", "date:2021-05-11").exit_code == 0
    assert run("index", "x.idx", "d/t.csv", "--field", "date=date:dmy").exit_code == 1
    assert run("index", "y.idx", "d/t.csv", "--no-file-fields").exit_code == 0
    assert Index.open("y.idx").fields == {}


def test_what_was_passed_over_before_is_counted_and_not_named_again(folder):
    for number in range(120):
        write(folder / f"bad{number}.txt", b"\xff")
    told = lines(run("index", "x.idx", "d"))
    assert sum(line.startswith("skipped: ") for line in told) == 120
    assert not any("earlier runs" in line for line in told)
    told = lines(run("index", "x.idx", "d", "--sync"))
    assert not any(line.startswith("skipped: ") for line in told)
    assert "120 of these as in earlier runs: --report FILE names all" in told


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_read(folder):
    done = run("index", "x.idx", "d", "--report", "nowhere/r.tsv")
    assert done.exit_code == 2
    assert "--report: nowhere is no folder; name a file in one that is there" in done.stderr
    assert not Path("x.idx").exists()


def test_a_pipe_that_is_named_is_read(folder):
    os.mkfifo("pipe.csv")
    process = start("index", "x.idx", "pipe.csv", "d")
    Path("pipe.csv").write_text(f"id,text\nown,{RAIN}\n", encoding="utf-8")
    assert process.communicate()[1]
    assert process.returncode == 0
    assert {"own", "t.csv#1"} <= set(contents(Index.open("x.idx")))


def test_an_interrupt_keeps_what_was_committed(folder):
    process = start("index", "x.idx", "d", "--sync", pause=0.3, between=-1.0)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        time.sleep(0.05)
        if Path("x.idx/catalog.json").exists() and Index.open("x.idx").doc_count:
            break
    process.send_signal(signal.SIGINT)
    told = process.communicate()[1]
    assert process.returncode == 130
    assert "Traceback" not in told
    kept = Index.open("x.idx").doc_count
    assert f"interrupted; x.idx has {kept} documents, and what was committed stays: run it again to go on" in told
    assert 0 < kept < 6
    done = run("index", "x.idx", "d", "--sync")
    assert lines(done)[0] == f"files: {6 - kept} read, {kept} unchanged"


def test_files_are_watched_until_an_interrupt(folder):
    process = start("index", "x.idx", "d", "--watch", "--report", "r.tsv")
    told: list[str] = []

    def wait_for(text: str) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            told.append(line)
            if text in line:
                return

    wait_for("6 documents in x.idx")
    write(folder / "new.txt", RAIN)
    wait_for(": 1 read; 7 documents")
    (folder / "new.txt").unlink()
    (folder / "bad.txt").write_bytes(b"\xff")
    wait_for("1 gone; 6 documents")
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 0
    assert sum("bad.txt" in line for line in told) == 1
    assert Path("r.tsv").read_text("utf-8").count("d/t.csv\t") == 1


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_killed_anywhere_is_mended_by_the_next(folder, seed):
    rng = random.Random(seed)
    for number in range(60):
        write(folder / f"{number}.txt", f"{RICE} {number}")
    for _ in range(4):
        process = start("index", "x.idx", "d", "--sync", pause=0.01, between=rng.choice([-1.0, 0.05]))
        time.sleep(rng.uniform(0.3, 1.2))
        process.kill()
        process.communicate()
        for number in rng.sample(range(60), 3):
            write(folder / f"{number}.txt", f"{RAIN} {rng.random()}")
        (folder / f"{rng.randrange(60)}.txt").unlink(missing_ok=True)
    assert run("index", "x.idx", "d", "--sync").exit_code == 0
    assert run("index", "fresh.idx", "d").exit_code == 0
    assert contents(Index.open("x.idx")) == contents(Index.open("fresh.idx"))
    assert Index.verify("x.idx") == []
