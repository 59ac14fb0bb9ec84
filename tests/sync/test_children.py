"""Processes that read files: limits of time and memory, rights, order, and that none is left behind."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from khsearch.documents import Children, FieldNames, Order, Placed, reasons
from khsearch.documents.files import process as room
from khsearch.documents.formats import registry
from tests.sync.folders import Told, new_index, write


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that end in .odd are read by `hostile_child`."""
    monkeypatch.setattr(room, "CHILD", "tests.sync.hostile_child")
    monkeypatch.setitem(registry.BUILT_IN, "odd", "odd")
    monkeypatch.setattr(registry, "GUARDED", registry.GUARDED | {"odd"})


def read(tmp_path: Path, *contents: str, limit: float = 60.0, ocr: bool = False, jobs: int = 2) -> list[list[object]]:
    """What is found in files of some contents."""
    paths = [tmp_path / f"{number}.odd" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        write(path, content)
    with Children(jobs, limit, programs=ocr) as children:
        tasks = [children.start(Order(str(path), "odd", path.name, path.name, FieldNames(), ocr)) for path in paths]
        return [list(children.found(task, lambda size: None)) for task in tasks]


def texts(found: list[object]) -> list[object]:
    return [item.document.text if isinstance(item, Placed) else item.reason for item in found]


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize(
    ("content", "reason", "says"),
    [
        ("sleep", reasons.TOO_SLOW, "not read within 1 s; give it more with --time-limit"),
        ("spin", reasons.TOO_SLOW, "--time-limit"),
        ("fat", reasons.TOO_LARGE, "more memory than a file may"),
        ("crash", reasons.BROKEN, "died (signal 11)"),
        ("exit", reasons.BROKEN, "died (status 3)"),
        ("deep", reasons.BROKEN, "RecursionError"),
        ("write", reasons.UNREADABLE, "cannot be read"),
        ("run", reasons.UNREADABLE, "cannot be read"),
        ("large", reasons.TOO_LARGE, "part it"),
        ("other", reasons.BROKEN, "other.txt"),
    ],
)
def test_a_file_that_does_what_none_should_is_told_and_the_others_are_read(tmp_path, content, reason, says):
    limit = 1.0 if reason == reasons.TOO_SLOW else 60.0
    found = read(tmp_path, "a b", f"first {content} last", "c", limit=limit, jobs=1)
    assert texts(found[0]) == ["a", "b"]
    assert texts(found[2]) == ["c"]
    first, *_, error = found[1] if texts(found[1])[-1] != "last" else found[1][:-1]
    assert first.document.text == "first"
    assert error.reason == reason
    assert says in str(error)
    assert str(error).startswith("1.odd")
    assert not list(tmp_path.glob("*.written"))


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("limit", [1e8, 1e300, math.inf])
def test_a_limit_may_be_as_long_as_anybody_says(tmp_path, limit):
    assert texts(read(tmp_path, "a b", limit=limit)[0]) == ["a", "b"]


@pytest.mark.parametrize("jobs", [1, 4, 64])
def test_files_are_read_by_any_number_of_processes(tmp_path, jobs):
    pytest.importorskip("selectolax")
    write(tmp_path / "a.html", "<p>a</p>")
    with Children(jobs, 60.0, programs=False) as children:
        task = children.start(Order(str(tmp_path / "a.html"), "html", "a.html", "a.html", FieldNames(), False))
        assert texts(list(children.found(task, lambda size: None))) == ["a"]


@pytest.mark.usefixtures("odd")
def test_a_file_on_which_a_thread_fails_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("khsearch.documents.files.children.item_of", lambda *_: 1 / 0)
    assert texts(read(tmp_path, "a")[0]) == [reasons.BROKEN]


@pytest.mark.usefixtures("odd")
def test_what_a_reader_prints_is_nothing_that_it_found(tmp_path):
    assert texts(read(tmp_path, "a print b")[0]) == ["a", "b"]


@pytest.mark.usefixtures("odd")
def test_by_ocr_the_limit_is_one_between_signs_of_life(tmp_path):
    slow = " ".join(["breathe"] * 10)
    assert texts(read(tmp_path, f"{slow} a", limit=2.0, ocr=True)[0]) == ["a"]
    assert texts(read(tmp_path, f"{slow} a", limit=2.0)[0]) == [reasons.TOO_SLOW]


@pytest.mark.usefixtures("odd")
def test_where_programs_may_start_they_do_and_write_nothing(tmp_path):
    (found,) = read(tmp_path, "run write", ocr=True)
    assert "status 0" in str(found[0])
    assert found[1].reason == reasons.UNREADABLE


@pytest.mark.usefixtures("odd")
def test_documents_come_in_the_order_of_files_however_many_wait(tmp_path):
    found = read(tmp_path, "breathe a", "many", "many", "b", "c", jobs=3)
    assert [len(items) for items in found] == [1, 20_000, 20_000, 1, 1]
    assert [item.document.id for item in found[1][:2]] == ["1.odd#0", "1.odd#1"]


@pytest.mark.usefixtures("odd")
def test_files_of_guarded_formats_are_indexed_beside_others(tmp_path):
    for name, content in (("a.txt", "x"), ("b.odd", "one crash"), ("c.odd", "two three"), ("d.txt", "y")):
        write(tmp_path / "d" / name, content)
    told = Told()
    index = new_index(tmp_path / "x.idx")
    report = index.sync(tmp_path / "d", listener=told)
    assert [document.id for document in index.export()] == ["a.txt", "b.odd#1", "c.odd#1", "c.odd#2", "d.txt"]
    assert (report.read, report.passed_over) == (4, {reasons.BROKEN: 1})
    again = index.sync(tmp_path / "d")
    assert (again.unchanged, again.passed_over) == (4, {reasons.BROKEN: 1})


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
def test_no_process_is_left_when_the_parent_is_killed(tmp_path):
    write(tmp_path / "d" / "a.odd", "spin")
    code = (
        "import tests.sync.test_children as t, khsearch.documents.formats.registry as r\n"
        "t.room.CHILD = 'tests.sync.hostile_child'; r.BUILT_IN['odd'] = 'odd'; r.GUARDED |= {'odd'}\n"
        f"t.new_index(t.Path({str(tmp_path / 'x.idx')!r})).sync({str(tmp_path / 'd')!r})\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2])
    deadline = time.monotonic() + 60
    while not (started := children_of(parent.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    parent.kill()
    parent.wait()
    while any(os.path.exists(f"/proc/{pid}/cmdline") for pid in started) and time.monotonic() < deadline:  # noqa: PTH110
        time.sleep(0.05)
    assert started
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)
