"""Files by the calls of a system that has no O_NOFOLLOW, no pread and no open folders; locks of all who use flock."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from khsearch import Index, IndexLockedError, descriptors
from khsearch.columnar.files.disk import Disk
from khsearch.documents.files.pipes import Pipe, _Polled, _Read
from khsearch.web import confined

HELD = "from fcntl import *; f = open(sys.argv[1], 'r+b'); flock(f, LOCK_EX | LOCK_NB); print('held', flush=True)"
"""What an earlier khsearch did to keep others from writing."""


@pytest.fixture(params=["posix", "elsewhere"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The system that is here, and one that has less."""
    if request.param == "elsewhere":
        monkeypatch.setattr(descriptors, "_NO_LINK", 0)
        monkeypatch.delattr(os, "pread")
        monkeypatch.delattr(os, "O_DIRECTORY")
        monkeypatch.setattr(confined, "_WALKS", False)
    return str(request.param)


@pytest.mark.usefixtures("system")
def test_no_file_is_opened_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"there")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("none")
    for name in ("link", "dangling"):
        for flags in (descriptors.READ, os.O_RDWR | os.O_CREAT, os.O_RDWR | os.O_CREAT | os.O_EXCL):
            with pytest.raises(OSError, match=r"link|exists"):
                descriptors.open_file(tmp_path / name, flags)
    with pytest.raises(FileNotFoundError):
        descriptors.open_file(tmp_path / "none", descriptors.READ)
    assert not (tmp_path / "none").exists()
    fd = descriptors.open_file(tmp_path / "file", descriptors.READ)
    assert descriptors.read_at(fd, 10, 2) == b"ere"
    assert descriptors.read_at(fd, 10, 5) == b""
    assert not os.get_inheritable(fd)
    assert descriptors.is_at(fd, tmp_path / "file")
    assert not descriptors.is_at(fd, tmp_path / "link")
    assert not descriptors.is_at(fd, tmp_path / "none")
    os.close(fd)
    descriptors.fsync_folder(tmp_path)


def test_a_link_that_appears_meanwhile_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    opened = os.open

    def swapped(path: Path, *flags: int) -> int:
        path.unlink()
        path.symlink_to("secret")
        return opened(path, *flags)

    monkeypatch.setattr(descriptors, "_NO_LINK", 0)
    (tmp_path / "file").write_bytes(b"file")
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0  # noqa: PTH208
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", swapped)
        with pytest.raises(OSError, match="link") as told:
            descriptors.open_file(tmp_path / "file", descriptors.READ)
    assert told.value.errno == errno.ELOOP
    assert before == (len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0)  # noqa: PTH208


def test_what_another_has_open_for_a_moment_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [3]

    def busy(source: Path, target: Path) -> None:
        left[0] -= 1
        if left[0]:
            problem = PermissionError(errno.EACCES, "in use")
            problem.winerror = 32  # type: ignore[attr-defined]
            raise problem

    monkeypatch.setattr(Path, "replace", busy)
    Disk().rename(tmp_path / "a", tmp_path / "b")
    assert left == [0]
    monkeypatch.setattr(descriptors, "_PATIENCE", 0.05)
    left[0] = -1
    with pytest.raises(PermissionError):
        Disk().rename(tmp_path / "a", tmp_path / "b")

    def refused(source: Path, target: Path) -> None:
        left[0] = 0
        raise PermissionError(errno.EACCES, "not yours")

    monkeypatch.setattr(Path, "replace", refused)
    started = time.monotonic()
    with pytest.raises(PermissionError, match="not yours"):
        Disk().rename(tmp_path / "a", tmp_path / "b")
    assert time.monotonic() - started < 0.04  # POSIX means what it says


@pytest.mark.usefixtures("system")
def test_files_below_a_root_are_opened_and_no_others(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("a.txt", "b/c/d.txt", "b/.hidden", ".git/config", "\u1780\u17b6.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"there")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (root / "link.txt").symlink_to("a.txt")
    (root / "folder").symlink_to("b")
    (root / "b" / "up").symlink_to("../..")
    os.mkfifo(root / "pipe")
    for path in ("a.txt", "b/c/d.txt", "\u1780\u17b6.txt"):
        found = confined.opened(root, path)
        assert found is not None
        with found.stream:
            assert (found.stream.read(), found.name, found.known.st_size) == (b"there", path.split("/")[-1], 5)
    for path in (
        *("", ".", "..", "/a.txt", "a.txt/", "b", "b//c/d.txt", "b/./c/d.txt", "../secret.txt", "b/../../secret.txt"),
        *("link.txt", "folder/c/d.txt", "b/up/secret.txt", "pipe", ".git/config", "b/.hidden", "a.txt\0", "A.TXT"),
        *(
            "a.txt.",
            "a.txt ",
            "a.txt::$DATA",
            "b\\c\\d.txt",
            "..\\secret.txt",
            "C:\\secret.txt",
            "C:a.txt",
            "nul",
            "GIT~1",
        ),
    ):
        assert confined.opened(root, path) is None
    (tmp_path / "other").symlink_to("root")
    found = confined.opened(tmp_path / "other", "a.txt")  # the root itself may be reached by a link
    assert found is not None
    found.stream.close()


@pytest.mark.parametrize(
    "name",
    [
        "nul",
        "NUL.txt",
        "com1",
        "Com1.tar.gz",
        "lpt\u00b2",
        "conin$",
        "aux .txt",
        "a:b",
        "a?",
        "a|b",
        'a"b',
        "a.",
        "a ",
        "a\\b",
    ],
)
def test_names_that_windows_reads_in_its_own_way_are_none(name: str) -> None:
    assert confined._OWN_WAY.search(name)


@pytest.mark.parametrize("name", ["null", "com", "com10", "console.txt", "a.b.c", "a b", "auxiliary", "lpt.", "\u1780"])
def test_other_names_are_names(name: str) -> None:
    assert not confined._OWN_WAY.search(name.rstrip("."))


@pytest.mark.skipif(sys.platform == "win32", reason="needs flock")
def test_a_writer_and_one_of_an_earlier_khsearch_exclude_each_other(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x.idx", breaker="icu")
    lock = tmp_path / "x.idx" / "write.lock"
    lock.touch()
    code = f"import sys; {HELD}; sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        lock.write_text(f"{other.pid} 2026-01-01T00:00:00+07:00\n", "utf-8")  # as it told who it was
        with pytest.raises(IndexLockedError, match=rf"process {other.pid} has been writing since 2026-01-01"):
            index.writer()
        other.kill()
    with index.writer(wait=5):
        done = subprocess.run([sys.executable, "-c", f"import sys; {HELD}", lock], capture_output=True, check=False)
        assert b"BlockingIOError" in done.stderr
        assert lock.read_text("utf-8").split()[0] == str(os.getpid())
    subprocess.run([sys.executable, "-c", f"import sys; {HELD}", lock], check=True, capture_output=True)


@pytest.mark.parametrize("kind", [_Polled, _Read])
def test_a_pipe_is_waited_for_no_longer_than_somebody_says(kind: type) -> None:
    end, other = os.pipe()
    pipe: Pipe = kind(end)
    assert pipe.read(0.01) is None
    assert pipe.read(0.0) is None
    os.write(other, b"some")
    assert pipe.read(5.0) == b"some"
    os.write(other, b"more" * 15_000)
    found = b""
    while len(found) < 60_000:
        found += pipe.read(5.0) or b""
    assert found == b"more" * 15_000
    os.close(other)
    assert pipe.read(5.0) == b""
    pipe.close()
    os.close(end)
