"""Committed means kept, before it nothing is visible: by power cuts, failing disks, kill -9, and very many commits."""

import errno
import gc
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from khsearch import columnar
from khsearch.columnar.files import catalog, spool
from khsearch.columnar.segments import stored
from khsearch.errors import IndexLockedError, IndexStoreError
from tests.columnar.corpora import OPTIONS, Arrays, add, create, id_of, opened
from tests.safety.disks import FailingDisk, RememberingDisk
from tests.safety.model import contents, documents, grow

WORKER = """
import random, sys
from pathlib import Path
from khsearch import columnar
from khsearch.columnar.segments import builder
from tests.columnar.corpora import OPTIONS, Arrays, add, create, id_of, opened
from tests.safety.model import documents
builder.MAX_TOKENS = 200
folder, seed = Path(sys.argv[1]), int(sys.argv[2])
rng = random.Random(seed)
index = opened(folder)
number = 0
while True:
    writer = index.writer(wait=5)
    names = []
    for _ in range(rng.randint(1, 4)):
        batch = [(f"{seed}-{number}-{i}", text) for i, (_, text) in enumerate(documents(rng, 8))]
        add(writer, batch)
        names += [name for name, _ in batch]
        number += 1
    writer.commit(optimize=rng.random() < 0.2)
    print(*names, flush=True)
"""


def strays(folder):
    return {path.name for path in Path(folder).iterdir()} - catalog.read_catalog(Path(folder)).file_names()


@pytest.mark.parametrize("optimize", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_leaves_the_old_commit_or_the_new_one(tmp_path, seed, optimize, size):
    rng = random.Random(seed)
    folder = tmp_path / "index"
    grow(create(folder), rng)
    before, states, images = contents(folder), [], size(1, 10)

    def cut(disk):
        for _ in range(images):
            with tempfile.TemporaryDirectory(dir=tmp_path) as name:
                disk.image(Path(name), rng)
                states.append(contents(name))
                assert columnar.verify(name) == []
                if rng.random() < 0.2:
                    with opened(name).writer() as writer:
                        writer.delete("nobody")
                        add(writer, [("new", [b"a"])])
                    assert not strays(name)
                    assert columnar.verify(name) == []

    disk = RememberingDisk(folder, cut)
    writer = Arrays(folder, OPTIONS, disk=disk).writer()
    add(writer, documents(rng, 12))
    writer.delete(next(iter(before)))
    writer.commit(optimize=optimize)
    after = contents(folder)
    assert all(state in (before, after) for state in states)
    assert before in states
    # Commit has returned: no power cut takes it back.
    with tempfile.TemporaryDirectory(dir=tmp_path) as name:
        disk.image(Path(name), rng)
        assert contents(name) == after


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize("in_memory", [10, spool.IN_MEMORY])
def test_a_failing_disk_is_told_and_changes_nothing(tmp_path, number, stays, in_memory, monkeypatch):
    monkeypatch.setattr(spool, "IN_MEMORY", in_memory)
    monkeypatch.setattr(stored, "ENOUGH", 100)  # bytes after which a writer puts something into files before it commits
    rng = random.Random(number)
    folder = tmp_path / "index"
    grow(create(folder), rng)
    batch, before, at = documents(rng, 12), contents(folder), 0
    while True:
        disk = FailingDisk(at, number, stays=stays)
        try:
            writer = Arrays(folder, OPTIONS, disk=disk).writer()
            if at % 3 == 0:
                add(writer, documents(rng, 5))
                writer.delete_all()
                add(writer, [(name, text.split(b"|")) for name, text in before.items()])
            add(writer, batch)
            writer.commit(optimize=at % 2 == 0)
        except IndexStoreError:
            # Only where the new catalog is in place already may the commit show in spite of the error.
            assert contents(folder) in (before, before | {name: b"|".join(text) for name, text in batch})
        else:
            if disk.count < at:
                break
        assert columnar.verify(folder) == []
        with opened(folder).writer() as writer:
            add(writer, [("free", [b"b"])])
        assert not strays(folder)
        before = contents(folder)
        at += 1
    assert at > 10


def test_kill_at_any_moment_keeps_what_was_acknowledged(tmp_path, size):
    rng = random.Random(9)
    folder = tmp_path / "index"
    create(folder)
    acknowledged = set()
    for seed in range(size(4, 200)):
        command = [sys.executable, "-c", WORKER, str(folder), str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            acknowledged.update(worker.stdout.readline().split())
            time.sleep(rng.uniform(0, 0.4))
            worker.send_signal(signal.SIGKILL)
            complete = [line for line in worker.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
            acknowledged.update(" ".join(complete).split())
        assert columnar.verify(folder) == []
        searcher = opened(folder).searcher()
        assert acknowledged <= {id_of(searcher, doc) for doc in searcher.documents.all_live().tolist()}
        with opened(folder).writer() as writer:
            add(writer, [("free", [b"b"])])
        assert not strays(folder)


def test_many_small_commits_keep_few_segments(tmp_path, size):
    index = create(tmp_path)
    rng = random.Random(1)
    count = size(100, 1000)
    for i in range(count):
        with index.writer() as writer:
            add(writer, [(f"d{i}", documents(rng, 1)[0][1])])
        assert index.searcher().documents.docnum(f"d{i}") is not None
        assert len(index.searcher().commit.leaves.segments) <= 24
    assert index.searcher().commit.doc_count == count
    assert columnar.verify(tmp_path) == []


def test_there_is_one_writer(tmp_path):
    index = create(tmp_path)
    writer = index.writer()
    with pytest.raises(IndexLockedError):
        index.writer()
    with pytest.raises(IndexLockedError):
        opened(tmp_path).writer(wait=0.05)
    writer.cancel()
    index.writer().cancel()


def test_whoever_stops_waiting_leaves_word_of_who_writes(tmp_path, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    index = create(tmp_path)
    writer = index.writer()
    told = tmp_path.joinpath("write.lock").read_text()
    with monkeypatch.context() as patch:
        patch.setattr("time.sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            index.writer(wait=5)
    gc.collect()
    assert tmp_path.joinpath("write.lock").read_text() == told
    with pytest.raises(IndexLockedError, match="this process"):
        index.writer()
    writer.cancel()
    index.writer().cancel()


def test_an_error_inside_the_block_cancels(tmp_path):
    index = create(tmp_path)

    def fail(writer):
        with writer:
            add(writer, [("a", [b"a"])])
            raise ZeroDivisionError

    writer = index.writer()
    with pytest.raises(ZeroDivisionError):
        fail(writer)
    assert index.searcher().commit.doc_count == 0
    assert not strays(tmp_path)
    with pytest.raises(IndexStoreError, match="ended"):
        writer.commit()
