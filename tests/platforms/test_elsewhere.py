"""khsearch on systems that are not here: what is done is what there is done, and no name of POSIX is asked for."""

from __future__ import annotations

import ast
import gc
import ntpath
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

import khsearch
from khsearch import Document, Index
from khsearch.addresses import address_of, is_path
from khsearch.documents.files import ids
from khsearch.sandbox import _job_limits
from tests.platforms.elsewhere.names import MODULES, NAMES

ROOT = Path(khsearch.__file__).parent
TESTS = ROOT.parent / "tests" / "platforms"

DOORS = {
    "columnar/files/lock.py",
    "columnar/segments/beside.py",
    "descriptors.py",
    "documents/files/child.py",
    "documents/files/pipes.py",
    "sandbox.py",
    "sharing.py",
    "web/confined.py",
}
"""Rooms that ask for what only POSIX has, and know what to do where it is not."""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at what is open as Linux shows it")
@pytest.mark.parametrize("core", ["1", "0"])
def test_all_is_done_where_nothing_of_posix_is(tmp_path: Path, core: str) -> None:
    pytest.importorskip("selectolax")
    pytest.importorskip("starlette")
    own = {"PYTHONPATH": os.pathsep.join([str(TESTS / "elsewhere"), str(ROOT.parent)]), "KHSEARCH_NATIVE": core}
    done = subprocess.run(
        [sys.executable, "-m", "tests.platforms.scenario", str(tmp_path)],
        env={**os.environ, **own},
        cwd=ROOT.parent,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert ("in use" in done.stdout.decode()) <= (core == "1")


def open_segments() -> set[str]:
    """Files of segments that this process has open or mapped."""
    maps = Path("/proc/self/maps").read_text("utf-8", errors="replace").splitlines()
    found = {line.split()[-1] for line in maps}
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.add(str(one.readlink()))
    return {name for name in found if name.endswith(".seg")}


@pytest.mark.skipif(sys.platform != "linux", reason="looks at what is open as Linux shows it")
def test_an_index_that_is_closed_has_no_file_open(tmp_path: Path) -> None:
    """Whatever it was asked for, and at once: not when the garbage collector comes to it."""
    index = Index.create(tmp_path, breaker="icu", fields={"number": "number"})
    for start in range(0, 60, 20):
        with index.writer() as writer:
            writer.add_all(
                Document(str(n), "rain", f"rain and rice {n}", {"number": n}) for n in range(start, start + 20)
            )
    for query, options in (
        ("rain", {"facets": "number", "filter": {"number": {"gte": 3}}}),
        ('"rain and"', {}),
        ("ri*", {}),
        ("raim", {}),
        ("", {"sort": "-number"}),
    ):
        assert [hit.snippet.text for hit in index.search(query, **options)]
    assert index.complete("ra")
    assert list(index.similar("1"))
    assert open_segments()
    gc.disable()
    try:
        index.close()
        assert open_segments() == set()
    finally:
        gc.enable()


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_names_of_posix_have_few_doors(path: Path) -> None:
    absent = {name for names in NAMES.values() for name in names}
    tree = ast.parse(path.read_text("utf-8"))
    found = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in absent
    }
    found = {name for name in found if name.partition(".")[0] in NAMES}
    for node in ast.walk(tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {name for name in names if name.partition(".")[0] in MODULES}
    assert not found or str(path.relative_to(ROOT)) in DOORS


@pytest.mark.parametrize(
    ("root", "path", "id"),
    [
        ("C:\\archive", "C:\\archive\\2023\\report.pdf", "2023/report.pdf"),
        ("C:\\", "C:\\2023\\report.pdf", "2023/report.pdf"),
        ("C:\\archive", "C:\\other\\a.txt", "../other/a.txt"),
        ("C:\\archive", "D:\\other\\a.txt", "D:/other/a.txt"),
        ("\\\\server\\share\\archive", "\\\\server\\share\\archive\\a.txt", "a.txt"),
    ],
)
def test_ids_are_the_same_on_windows(monkeypatch: pytest.MonkeyPatch, root: str, path: str, id: str) -> None:
    monkeypatch.setattr(ids, "os", SimpleNamespace(path=ntpath, sep="\\"))
    assert ids.id_of(path, root) == id
    assert ids.path_of(id, root) == path
    assert ids.is_below(path, root) == (not id.startswith(("..", "D:")))


@pytest.mark.parametrize("path", ["C:\\index", "c:/index", "D:index", "\\\\server\\share\\index", "\\\\?\\C:\\index"])
def test_the_letter_of_a_drive_is_no_scheme(path: str) -> None:
    assert is_path(path)
    assert address_of(path).endswith(path)


@pytest.mark.skipif(sys.maxsize < 1 << 32, reason="the sizes of a system of 64 bits")
def test_a_job_of_windows_is_told_its_limits_where_it_reads_them() -> None:
    limits = _job_limits(350 << 20, programs=False)
    assert len(limits) == 144
    assert int.from_bytes(limits[16:20], sys.byteorder) == 0x2108
    assert int.from_bytes(limits[40:44], sys.byteorder) == 1
    assert int.from_bytes(limits[112:120], sys.byteorder) == 350 << 20
    assert int.from_bytes(_job_limits(1, programs=True)[16:20], sys.byteorder) == 0x2100
