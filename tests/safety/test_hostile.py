"""An index folder is data: whatever lies in it, the answer is right or an error of ours, and nothing runs."""

import contextlib
import pickle
import random
import shutil
import struct
import tempfile
from pathlib import Path

import numpy as np
import orjson
import pytest
import xxhash

from khsearch import columnar, version
from khsearch.columnar.files import blockfile, catalog
from khsearch.columnar.files.disk import Disk
from khsearch.errors import IndexDamagedError, IndexStoreError, KhsearchError
from tests.columnar.corpora import TABLED, Arrays, add, create, opened, tables
from tests.safety.model import contents, grow

PART = 64  # bytes that are zeroed or swapped


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """A folder with several segments and deleted documents, and what it holds."""
    folder = tmp_path_factory.mktemp("healthy")
    index = create(folder, {"name": "healthy"})
    grow(index, random.Random(3), commits=4, merge=False)
    assert len(index.searcher().commit.leaves.segments) > 1
    assert index.searcher().commit.leaves.live is not None
    return folder, contents(folder)


def damage(path: Path, rng: random.Random) -> None:
    """Change a file in one of the ways in which media fail."""
    data = bytearray(path.read_bytes())
    at, other = rng.randrange(len(data)), rng.randrange(len(data))
    match rng.randrange(5):
        case 0:
            del data[at:]
        case 1:
            data[at] ^= 1 << rng.randrange(8)
        case 2:
            data[at : at + PART] = bytes(len(data[at : at + PART]))
        case 3:
            first, second = bytes(data[at : at + PART]), bytes(data[other : other + PART])
            if len(first) == len(second) == PART:
                data[at : at + PART], data[other : other + PART] = second, first
        case 4:
            data += bytes(rng.randrange(1, 100))
    path.write_bytes(data)


def test_damage_is_an_error_and_never_a_wrong_answer(healthy, tmp_path, size):
    folder, truth = healthy
    rng = random.Random(11)
    for case in range(size(400, 10_000)):
        copy = tmp_path / str(case)
        shutil.copytree(folder, copy)
        path = rng.choice(sorted(path for path in copy.iterdir() if path.stat().st_size))
        before = path.read_bytes()
        damage(path, rng)
        changed = path.read_bytes() != before
        with contextlib.suppress(IndexStoreError):
            assert contents(copy) == truth
        if changed:
            assert any(path.name in problem for problem in columnar.verify(copy)), path.name
        shutil.rmtree(copy)


def test_a_missing_or_exchanged_file_is_told(healthy, tmp_path):
    folder, truth = healthy
    segments = sorted(path.name for path in folder.glob("*.seg"))
    for name in segments:
        copy = tmp_path / name
        shutil.copytree(folder, copy)
        (copy / name).unlink()
        with pytest.raises(IndexStoreError, match=name):
            opened(copy)
        assert any(name in problem for problem in columnar.verify(copy))
        shutil.copy(folder / next(other for other in segments if other != name), copy / name)
        with pytest.raises(IndexStoreError, match=name):
            opened(copy)
    assert contents(folder) == truth


class Bomb:
    """Says so if anyone unpickles it."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle ran",))


def refused(folder: Path) -> None:
    with pytest.raises(KhsearchError):
        contents(folder)
    with contextlib.suppress(KhsearchError):
        assert columnar.verify(folder)


def write_catalog(folder: Path, change) -> None:
    """Rewrite the catalog, changed, with a checksum that fits."""
    path = folder / catalog.CATALOG_NAME
    told = orjson.loads(path.read_bytes().partition(b"\n")[2])
    body = change(told)
    body = body if isinstance(body, bytes) else orjson.dumps(told)
    path.write_bytes(catalog.HEAD + f"{xxhash.xxh3_64_hexdigest(body)}\n".encode() + body)


def set_in(*keys_and_value):
    *keys, last, value = keys_and_value

    def change(told):
        for key in keys:
            told = told[key]
        told[last] = value

    return change


CATALOGS = [
    set_in("segments", 0, 0, "../outside.seg"),
    set_in("segments", 0, 0, "/etc/passwd"),
    set_in("segments", 0, 0, "catalog.json"),
    set_in("segments", 0, 0, 7),
    set_in("segments", 0, 1, -1),
    set_in("segments", 0, 1, 1 << 60),
    set_in("segments", 0, 1, 1.5),
    set_in("segments", 0, 2, "x" * 16),
    set_in("segments", 0, 2, "0" * 16),
    set_in("segments", 0, 3, 1 << 50),
    set_in("segments", 0, 3, 0),
    set_in("segments", 0, 3, True),
    set_in("segments", 0, 4, 1 << 40),
    set_in("segments", 0, 4, -1),
    set_in("segments", 0, []),
    set_in("segments", {}),
    set_in("segments", None),
    set_in("deletions", None),
    set_in("deletions", ["../x.del", 10, "0" * 16]),
    set_in("generation", -5),
    set_in("generation", "new"),
    set_in("settings", []),
    set_in("format", 0),
    set_in("format", version.NOW + 1),
    set_in("format", True),
    set_in("others", ["khsearch.json"]),
    set_in("others", {"../x.json": "0" * 16}),
    set_in("others", {"khsearch.json": "0" * 15}),
    set_in("others", {"khsearch.json": None}),
    set_in("others", 7),
    set_in("documents", 7),
    set_in("format", None),
    lambda told: told["segments"].append(told["segments"][0]),
    lambda told: b"[" * 3_000_000,
    lambda told: b'{"segments":' * 100_000,
    lambda told: b"",
    lambda told: b"null",
    lambda told: pickle.dumps(Bomb()),
]


@pytest.mark.parametrize("change", CATALOGS)
def test_a_crafted_catalog_is_refused(healthy, tmp_path, change):
    copy = tmp_path / "index"
    shutil.copytree(healthy[0], copy)
    write_catalog(copy, change)
    refused(copy)


def test_pickles_and_links_are_refused(healthy, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    for number, name in enumerate(sorted(path.name for path in healthy[0].iterdir() if path.stat().st_size)):
        copy = tmp_path / f"pickle{number}"
        shutil.copytree(healthy[0], copy)
        (copy / name).write_bytes(pickle.dumps(Bomb()))
        refused(copy)
        copy = tmp_path / f"link{number}"
        shutil.copytree(healthy[0], copy)
        (copy / name).rename(outside / name)
        (copy / name).symlink_to(outside / name)
        refused(copy)
        (copy / name).unlink()
        (copy / name).mkdir()
        refused(copy)
    assert all(path.is_file() for path in outside.iterdir())


def rewritten(folder: Path, change) -> None:
    """Rewrite the first segment with changed sections or description and all checksums right, as an attacker would."""
    known = catalog.read_catalog(folder)
    entry = known.segments[0]
    file = blockfile.BlockFile(folder / entry.file.name, size=entry.file.size, root=entry.file.root)
    sections = {name: file.section(name).whole().copy() for name in file.section_sizes()}
    meta = file.meta
    change(sections, meta)
    writer = blockfile.BlockFileWriter(Disk(), folder / "new")
    for name, values in sections.items():
        writer.add(name, values)
    writer.finish(meta)
    (folder / "new").rename(folder / entry.file.name)
    write_catalog(folder, set_in("segments", 0, 1, writer.size))
    write_catalog(folder, set_in("segments", 0, 2, f"{writer.root:016x}"))


def fill(name, value, dtype=None):
    def change(sections, _):
        values = sections[name]
        if len(values):
            sections[name] = np.full(len(values), value, dtype or values.dtype)

    return change


def drop(name):
    def change(sections, _):
        del sections[name]

    return change


def shorten(name):
    def change(sections, _):
        sections[name] = sections[name][:-1]

    return change


def describe(*keys_and_value):
    def change(_, meta):
        set_in(*keys_and_value)(meta)

    return change


SECTIONS = ["df", "extra", "lengths", "rests", "rows", "keys", "high", "low", "tf", "pos", "terms", "doclens"]
SEGMENTS = [
    *(drop(f"2.{name}") for name in SECTIONS),
    *(shorten(f"2.{name}") for name in SECTIONS if name not in ("low", "rests")),
    fill("2.df", 255),
    fill("2.df", 0),
    fill("2.df", (1 << 32) - 1, np.uint32),
    fill("2.df", -1, np.int64),
    fill("2.extra", 255),
    fill("2.extra", (1 << 63) - 1, np.uint64),
    fill("2.lengths", 200),
    fill("2.lengths", (1 << 32) - 1, np.uint32),
    fill("2.rows", 1 << 40),
    fill("2.rows", -1),
    fill("2.rows", -(1 << 63)),
    fill("2.high", 255),
    fill("2.high", 0),
    fill("2.rests", 77),
    fill("2.rests", 24),
    fill("2.doclens", 0),
    fill("stored.starts", 0),
    fill("stored.starts", 1 << 30, np.uint32),
    fill("stored.starts", -4, np.int64),
    fill("stored.blobs", 0),
    drop("stored.starts"),
    drop("stored.blobs"),
    drop("stored.dictionary"),
    drop("ids.codes"),
    drop("heads.codes"),
    shorten("heads.starts"),
    fill("heads.starts", 1 << 30, np.uint32),
    drop("ids.starts"),
    fill("ids.starts", 1 << 31, np.uint32),
    fill("column1.counts", 250),
    fill("column1.counts", -1, np.int64),
    drop("column1.values"),
    describe("docs", 5),
    describe("docs", -1),
    describe("fields", []),
    describe("fields", "words", "prefix", 7),
    describe("fields", "words", "prefix", "../"),
    describe("fields", "words", "tokens", "many"),
    describe("fields", "words", "top", -1),
    describe("fields", "words", "top", 1 << 40),
    describe("fields", "words", {}),
    describe("columns", "length", "kind", "pickle"),
    describe("columns", "length", "prefix", None),
    describe("columns", "length", "low", "x"),
]


@pytest.mark.parametrize("change", SEGMENTS)
def test_a_crafted_segment_is_refused(healthy, tmp_path, change):
    copy = tmp_path / "index"
    shutil.copytree(healthy[0], copy)
    rewritten(copy, change)
    refused(copy)


PAIRS = [
    *(change(f"2.{name}") for name in ("pairs", "seconds", "together", "often") for change in (drop, shorten)),
    fill("2.pairs", 0),
    fill("2.pairs", 1 << 40, np.uint64),
    fill("2.pairs", -1, np.int64),
    fill("2.pairs", (1 << 32) - 1, np.uint32),
    fill("2.seconds", 250),
    fill("2.together", 0),
    fill("2.together", 254),
    fill("2.together", 255),
    fill("2.often", (1 << 32) - 1, np.uint32),
]


@pytest.fixture(scope="module")
def tabled(tmp_path_factory):
    """A folder with a segment that has a table of pairs."""
    folder = tmp_path_factory.mktemp("tabled")
    columnar.create(folder, TABLED)
    with tables(), Arrays(folder, TABLED).writer() as writer:
        add(writer, [(str(number), [b"a", b"b", b"c"][: number % 4]) for number in range(600)])
    return folder


@pytest.mark.parametrize("change", PAIRS)
def test_a_crafted_table_of_pairs_is_refused(tabled, tmp_path, change):
    copy = tmp_path / "index"
    shutil.copytree(tabled, copy)
    assert columnar.verify(copy) == []
    rewritten(copy, change)
    with pytest.raises(IndexDamagedError, match=r"\.seg: damaged"):
        assert not list(columnar.EmbeddedView(opened(copy).searcher(), {}).pairs("words"))
    assert columnar.verify(copy)


def more_than_there_are(sections, _):
    sections["2.often"] = sections["2.often"] + 1


@pytest.mark.parametrize("change", [fill("2.seconds", 0), more_than_there_are])
def test_a_table_that_lies_is_told(tabled, tmp_path, change):
    copy = tmp_path / "index"
    shutil.copytree(tabled, copy)
    rewritten(copy, change)
    assert any("the table of pairs" in problem for problem in columnar.verify(copy))


@pytest.mark.parametrize("positions", [0, 1, 200])
def test_crafted_positions_have_an_end(tabled, tmp_path, positions):
    copy = tmp_path / "index"
    shutil.copytree(tabled, copy)
    rewritten(copy, fill("2.pos", positions))
    rewritten(copy, describe("fields", "words", "pairs", False))
    for codes, starts, dfs in columnar.EmbeddedView(opened(copy).searcher(), {}).pairs("words"):
        assert len(starts) - 1 == len(dfs) == 0 == len(codes)


def test_a_document_that_unpacks_to_more_than_allowed_is_refused(tmp_path):
    frame = b"\x28\xb5\x2f\xfd" + bytes([0xE0]) + struct.pack("<Q", 1 << 50) + b"\x01\x00\x00"

    def change(sections, _):
        sections["stored.blobs"] = np.frombuffer(frame, np.uint8)
        sections["stored.starts"] = np.array([0, len(frame)], np.uint8)

    index = create(tmp_path)
    with index.writer() as writer:
        add(writer, [("a", [b"a"])])
    rewritten(tmp_path, change)
    refused(tmp_path)


def test_nothing_is_written_outside_of_the_folder():
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "index"
        grow(create(folder), random.Random(5))
        assert [path.name for path in Path(parent).iterdir()] == ["index"]
