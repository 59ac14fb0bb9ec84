"""Threads and processes that read while a writer commits see one commit or the next, never a mix."""

import subprocess
import sys
import threading
import time

from khsearch import columnar
from khsearch.engine import nodes
from tests.columnar.corpora import add, create

DOCS = 20

WATCHER = """
import sys, time
from khsearch import columnar
from tests.columnar.corpora import create, opened
from tests.safety.test_readers import look
index = opened(sys.argv[1])
stop, seen = time.monotonic() + float(sys.argv[2]), set()
while time.monotonic() < stop:
    seen.add(look(index))
print(len(seen))
"""


def version(number: int) -> list[bytes]:
    return [b"v%d" % number, b"of", b"all"] * (1 + number % 3)


def look(index) -> int:
    """Which version a reader finds; every document must be of it, by every road."""
    searcher = index.searcher()
    assert searcher.commit.doc_count == DOCS
    blobs = {searcher.documents.stored(doc) for doc in searcher.documents.all_live().tolist()}
    assert len(blobs) == 1
    number = int(blobs.pop().split(b"|")[0][1:])
    word = version(number)[0]
    top = searcher.search(nodes.Term("words", word), 5, count=True)
    assert top.total == DOCS
    assert len(set(top.scores.tolist())) == 1
    assert len(searcher.matching(nodes.Phrase("words", (word, b"of", b"all"))).docs) == DOCS
    assert searcher.count(nodes.Prefix("words", b"v")) == DOCS
    assert searcher.search(nodes.Or((nodes.Term("words", word), nodes.Term("words", b"of"))), 3).docnums.size == 3
    return number


def test_readers_see_whole_commits_only(tmp_path, size):
    seconds = size(2.0, 60.0)
    index = create(tmp_path)
    names = [f"d{i}" for i in range(DOCS)]
    with index.writer() as writer:
        add(writer, [(name, version(0)) for name in names])
    command = [sys.executable, "-c", WATCHER, str(tmp_path), str(seconds)]
    watchers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(size(1, 4))]
    stop = time.monotonic() + seconds
    failures, seen = [], set()

    def watch():
        try:
            while time.monotonic() < stop:
                seen.add(look(index))
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=watch) for _ in range(size(4, 8))]
    for thread in threads:
        thread.start()
    number = 0
    while time.monotonic() < stop:
        number += 1
        with index.writer() as writer:
            writer.delete(names[0])
            add(writer, [(name, version(number)) for name in names])
            if number % 7 == 0:
                writer.commit(optimize=True)
    for thread in threads:
        thread.join()
    assert not failures
    assert len(seen) > 1
    for watcher in watchers:
        out, _ = watcher.communicate()
        assert watcher.returncode == 0
        assert int(out) > 0
    assert columnar.verify(tmp_path) == []


def test_a_reader_sees_the_latest_commit_whenever_another_thread_opens_it(tmp_path):
    writing = create(tmp_path)
    folder = columnar.IndexFolder(tmp_path, columnar.FieldOptions("id"))
    code, at, steps = columnar.IndexFolder.searcher.__code__, 0, 1

    def other_thread(frame, event, _):
        nonlocal steps
        if frame.f_code is code and event == "line":
            steps += 1
            if steps == at:
                folder.searcher()
        return other_thread

    while at <= steps:
        at, steps = at + 1, 0
        with writing.writer() as writer:
            add(writer, [(f"d{at}", [b"a"])])
        before = sys.gettrace()
        sys.settrace(other_thread)
        try:
            found = folder.searcher()
        finally:
            sys.settrace(before)
        assert found.commit.doc_count == at
    assert at > 2
