"""What lives longer than a call, in more than one process: forks, working folders, closing, copies."""

from __future__ import annotations

import copy
import dataclasses
import gc
import importlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pandas
import pytest

from khsearch import Document, Index, IndexStoreError, KhsearchError, QueryError, sharing, words

TEXT = "ប្រជុំ ពិការភាព"


@pytest.fixture
def index(tmp_path: Path) -> Index:
    made = Index.create(tmp_path / "x", fields={"n": "number"})
    with made.writer() as writer:
        writer.add_all(Document(str(n), f"ទី{n}", f"{TEXT} {n}", {"n": n}) for n in range(100))
    return made


def in_child(work: Callable[[], object]) -> bytes:
    """What a forked child says by an exception, nothing where all is well; SIGALRM ends it if it hangs."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(20)
        told = b""
        try:
            work()
        except BaseException as problem:
            told = repr(problem).encode()
        os.write(writing, told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    status = os.waitpid(child, 0)[1]
    return told if status == 0 else b"ended by signal %d: %b" % (status, told)


def everything(index: Index) -> None:
    """Every public call."""
    results = index.search(f"{TEXT} បជុំ", sort="n")
    assert results.total == 100
    assert results.facet("n")
    assert results[0].snippet.marks
    results[0].explain()
    assert results[0].document.fields
    index.search("បជុំ").suggestion  # noqa: B018
    index.search("ប្រ*", filter="n:[3 TO 20]").total  # noqa: B018
    assert index.complete("ប្រ")
    assert index.similar("3")
    assert index.stats()
    assert words(TEXT)
    with Index.open(index.path) as other:
        assert other.search(TEXT).total == 100
    with index.writer(wait=15) as writer:
        writer.add(Document("3", "", TEXT, {"n": 3}))


@pytest.mark.slow
def test_a_child_can_do_everything_whatever_threads_of_the_parent_were_in(index: Index) -> None:
    stop = threading.Event()
    problems: list[BaseException] = []

    def loop() -> None:
        while not stop.is_set():
            try:
                everything(index)
            except BaseException as problem:
                problems.append(problem)
                return

    threads = [threading.Thread(target=loop) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            assert in_child(lambda: everything(index)) == b""
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == []


def test_a_fork_waits_for_what_threads_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "khsearch_slow.py").write_text("import sys, time\nsys.begun.set()\ntime.sleep(0.5)\n")
    begun = threading.Event()
    monkeypatch.setattr(sys, "begun", begun, raising=False)
    monkeypatch.setattr(sharing, "_late", {"khsearch_slow"})

    def load() -> None:
        importlib.import_module("khsearch_slow")

    thread = threading.Thread(target=load)
    thread.start()
    begun.wait(10)
    assert in_child(load) == b""
    thread.join()
    assert sys.modules.pop("khsearch_slow")


FORK_AT_THE_FIRST_USE = """
import faulthandler, os, sys, threading, time
sys.setswitchinterval(1e-5)
import khsearch
def use():
    from khsearch import Document, Index, words
    words("កម្ពុជា")
    index = Index.memory()
    with index.writer() as writer:
        writer.add(Document("1", "", "កម្ពុជា ไทย"))
    (hit,) = index.search("កម្* ไทย")
    hit.snippet, hit.explain(), index.complete("កម")
thread = threading.Thread(target=use)
thread.start()
time.sleep(float(sys.argv[1]))
child = os.fork()
if not child:
    faulthandler.dump_traceback_later(30, exit=True)
    use()
    os._exit(0)
thread.join()
sys.exit(os.waitpid(child, 0)[1])
"""


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1, 0.2, 0.3])
def test_a_fork_while_another_thread_uses_khsearch_for_the_first_time(delay: float) -> None:
    """Whatever the thread is importing at that moment, the child can import it, too."""
    output_of(FORK_AT_THE_FIRST_USE, str(delay))


def test_what_is_imported_late_is_told_to_who_forks(index: Index) -> None:
    """A thread that imports anything else when a process is forked would make the child wait for ever."""
    use = (
        "import sys; from khsearch import Index, sharing;"
        "from tests.test_processes import everything, late; before = set(sys.modules);"
        "index = Index.open(sys.argv[1]); everything(index); late(index);"
        "print(*sorted(set(sys.modules) - before)); print(*sharing._late)"
    )
    new, told = (line.split() for line in output_of(use, str(index.path)).splitlines())
    # Whoever waits for a room waits for what it imports.
    wait = (
        "import sys; from importlib import import_module; from khsearch import Index;"
        "from tests.test_processes import everything, late; before = set(sys.modules);"
        "[import_module(name) for name in sys.argv[1:]];"
        "print(*sorted(set(sys.modules) - before))"
    )
    waited_for = output_of(wait, *told).split()
    assert [name for name in new if name not in waited_for and not name.startswith(tuple(told))] == []


def output_of(code: str, *args: str) -> str:
    root = Path(__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-c", code, *args], cwd=root, capture_output=True, check=True
    ).stdout.decode()


def late(index: Index) -> None:
    """What else an index can be asked for."""
    index.search("ภาษาไทย Москва 部署").total  # noqa: B018
    Index.verify(index.path)
    Index.rebuild(index.path)
    with index.writer() as writer:
        writer.add_all(Document(f"x{n}", "", f"ภาษาไทย {n:x} " * 50, {"n": n}) for n in range(1_000))


def test_a_child_can_do_everything(index: Index) -> None:
    everything(index)
    assert in_child(lambda: everything(index)) == b""


def test_a_child_does_not_use_its_parents_writer(index: Index) -> None:
    writer = index.writer()
    writer.add(Document("new", "", TEXT))

    def use() -> None:
        for call in (writer.commit, lambda: writer.add(Document("child", "", TEXT)), lambda: writer.delete("1")):
            with pytest.raises(IndexStoreError, match=r"forked|ended"):
                call()
        writer.cancel()

    assert in_child(use) == b""
    assert in_child(gc.collect) == b""
    writer.commit()
    assert index.get("new") is not None
    assert index.get("child") is None
    assert Index.verify(index.path) == []


def test_a_child_that_lives_on_holds_no_lock(index: Index, tmp_path: Path) -> None:
    writer = index.writer()
    child = os.fork()
    if not child:
        time.sleep(30)
        os._exit(0)
    try:
        writer.cancel()
        index.writer().cancel()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    # A parent that is killed while its child lives on.
    code = (
        "import os, sys, time\nfrom khsearch import Index\nwriter = Index.open(sys.argv[1]).writer()\n"
        "if not os.fork():\n    print(os.getpid(), flush=True)\n    time.sleep(60)\n    os._exit(0)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(index.path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        grandchild = int(parent.stdout.readline())
        try:
            parent.kill()
            parent.wait()
            index.writer(wait=10).cancel()
        finally:
            os.kill(grandchild, signal.SIGKILL)


def test_a_relative_path_survives_a_change_of_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ours.tsv").write_text("សោមដាលីន\tSomDalin\tname\n", "utf-8")
    created = Index.create("x")
    opened = Index.open("x", spellings="ours.tsv")
    monkeypatch.chdir("/")
    for index in (created, opened):
        with index.writer() as writer:
            writer.add(Document("1", "", "សោមដាលីន"))
        assert index.search("សោមដាលីន").total == 1
    assert opened.search("SomDalin").total == 1
    monkeypatch.chdir(tmp_path)
    assert Index.rebuild("x") == 1
    assert Index.rescue("x", "y") == []
    monkeypatch.chdir("/")
    assert opened.search("សោមដាលីន").total == 1


# Closing


def test_a_closed_index_says_so_and_its_hits_stay(index: Index) -> None:
    with Index.open(index.path) as opened:
        results = opened.search(TEXT, limit=3)
        assert len(results) == 3
    assert results[0].snippet.marks
    assert results.total == 100
    opened.close()
    assert "x" in repr(opened)
    for call in (
        lambda: opened.search(TEXT),
        lambda: opened.get("1"),
        lambda: opened.doc_count,
        lambda: opened.complete("ប្រ"),
        lambda: list(opened.export()),
        opened.writer,
        opened.stats,
        opened.optimize,
    ):
        with pytest.raises(IndexStoreError, match="closed"):
            call()


def mapped(folder: Path) -> int:
    """How many mappings of files of a folder this process has."""
    return Path("/proc/self/maps").read_text().count(str(folder))


def resident() -> float:
    """Megabytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


needs_proc = pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="reads /proc, which only Linux has")


@needs_proc
def test_closing_or_dropping_an_index_frees_its_mappings(index: Index) -> None:
    before = mapped(index.path)
    opened = Index.open(index.path)
    everything_but_writing = opened.search(TEXT).total, opened.complete("ប្រ"), opened.search("ប្រ*").total
    assert everything_but_writing
    assert mapped(index.path) > before
    opened.close()
    assert mapped(index.path) == before
    opened = Index.open(index.path)
    assert opened.search(TEXT).total == 100
    del opened
    assert mapped(index.path) == before


@needs_proc
@pytest.mark.slow
def test_two_hundred_indexes_opened_and_dropped_leave_little_memory(tmp_path: Path) -> None:
    code = """
import gc, sys
sys.path.insert(0, sys.argv[2])
from khsearch import Index
from tests.test_processes import resident
def use(index):
    assert index.search("ប្រជុំ ពិការភាព").total == 2000
    index.complete("ប្រ"), index.search("បជុំ").suggestion
use(Index.open(sys.argv[1]))
gc.collect()
before = resident()
held = [Index.open(sys.argv[1]) for _ in range(200)]
for index in held:
    use(index)
del held, index
gc.collect()
print(resident() - before)
"""
    made = Index.create(tmp_path / "x")
    with made.writer() as writer:
        writer.add_all(Document(str(n), "", f"{TEXT} {n} " * 20) for n in range(2000))
    root = str(Path(__file__).parent.parent)
    told = subprocess.run(
        [sys.executable, "-c", code, str(made.path), root], capture_output=True, text=True, check=True
    )
    assert float(told.stdout) <= 50


# Copies


COPIES: list[Callable[[object], object]] = [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]


@pytest.mark.parametrize("copied", COPIES)
def test_hits_results_and_documents_survive_copying(index: Index, copied: Callable[[object], object]) -> None:
    results = index.search(TEXT, limit=3)
    hit = copied(results[0])
    assert hit == results[0]
    assert (hit.id, hit.title, hit.document, hit.snippet) == (  # type: ignore[attr-defined]
        results[0].id,
        results[0].title,
        results[0].document,
        results[0].snippet,
    )
    all_of_them = copied(results)
    assert list(all_of_them) == list(results)  # type: ignore[call-overload]
    assert (all_of_them.total, all_of_them.problem, all_of_them.suggestion) == (100, None, None)  # type: ignore[attr-defined]
    assert copied(results[0].document) == results[0].document
    assert copied(results[0].snippet) == results[0].snippet


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_of_an_index_is_another_handle(tmp_path: Path, copied: Callable[[Index], Index]) -> None:
    (tmp_path / "spellings").write_text("ការងារ\tកិច្ចការ\tsynonym\n", "utf-8")
    with Index.create(tmp_path / "x").writer() as writer:
        writer.add(Document("1", "", "កិច្ចការ"))
    index = Index.open(tmp_path / "x", spellings=tmp_path / "spellings")
    copy = copied(index)
    copy.close()
    with copied(index) as other:
        assert [hit.id for hit in other.search("ការងារ")] == [hit.id for hit in index.search("ការងារ")] == ["1"]
    assert index.search("ការងារ").total == 1


def test_a_pickled_hit_needs_no_index(index: Index) -> None:
    results = pickle.loads(pickle.dumps(index.search(TEXT, limit=2)))
    assert [hit.rank for hit in results] == [1, 2]
    assert results[0].snippet.html()
    for call in (results[0].explain, lambda: results.facet("n")):
        with pytest.raises(QueryError, match="search again"):
            call()
    assert issubclass(QueryError, KhsearchError)


def test_hits_are_rows_of_plain_values(index: Index) -> None:
    results = index.search(TEXT, limit=2)
    rows = [dataclasses.asdict(hit) for hit in results]
    names = ("rank", "score", "id", "title", "loose", "more")
    assert rows == [{name: getattr(hit, name) for name in names} for hit in results]
    assert dataclasses.asdict(results[0].document)["fields"] == results[0].document.fields
    assert pandas.DataFrame(results)["id"].tolist() == [hit.id for hit in results]
