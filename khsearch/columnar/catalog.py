"""catalog: the table of contents of an index folder, one JSON file that names all others and is replaced whole.

A commit writes and fsyncs the files of its segments, fsyncs the folder, writes the new catalog aside, fsyncs it,
renames it over the old one and fsyncs the folder again: whatever happens in between, the old or the new catalog is
found, and all files that it names are whole.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
import xxhash

from khsearch.columnar.disk import LOCK_NAME, Disk
from khsearch.errors import IndexDamagedError, IndexMismatchError, IndexNotFoundError

if TYPE_CHECKING:
    from pathlib import Path

CATALOG_NAME = "catalog.json"
TEMPORARY_NAME = "catalog.tmp"
FORMAT = 1
MAX_CATALOG = 1 << 22  # bytes; orjson refuses more than 1024 levels of brackets by itself
MAX_DOCS = 1 << 40
HEAD = b"khsearch columnar "
FILE_NAME = re.compile(r"[0-9a-f]{8,16}-[0-9a-f]{4,8}\.(seg|del|tmp)", re.ASCII)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file that the index refers to."""

    name: str
    size: int  # bytes
    root: int  # uint64, checksum of its checksums


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment: its file, how many documents lie in it, and how many of them are deleted."""

    file: FileEntry
    docs: int
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that one commit consists of."""

    generation: int = 0
    counter: int = 0  # for names of files: none is ever given twice by committed writers
    settings: dict[str, Any] = field(default_factory=dict)
    segments: tuple[SegmentEntry, ...] = ()
    deletions: FileEntry | None = None

    def file_names(self) -> set[str]:
        """Names of all files that belong to the index, itself included."""
        names = {entry.file.name for entry in self.segments} | {CATALOG_NAME, LOCK_NAME}
        return names if self.deletions is None else names | {self.deletions.name}


def exists(folder: Path) -> bool:
    """Whether the folder holds a catalog."""
    return os.path.lexists(folder / CATALOG_NAME)


def stamp(folder: Path) -> tuple[int, int, int]:
    """What changes whenever a commit replaced the catalog; IndexNotFoundError where there is none."""
    try:
        found = os.stat(f"{folder}/{CATALOG_NAME}", follow_symlinks=False)  # noqa: PTH116
    except OSError as error:
        raise IndexNotFoundError(f"{folder}: no index here; create one first") from error
    return found.st_ino, found.st_size, found.st_mtime_ns


def write(disk: Disk, folder: Path, catalog: Catalog) -> None:
    """Make the catalog the folder's, durably; the files that it names are on the medium already."""
    body = orjson.dumps(
        {
            "format": FORMAT,
            "generation": catalog.generation,
            "counter": catalog.counter,
            "settings": catalog.settings,
            "segments": [[*_row(entry.file), entry.docs, entry.deleted] for entry in catalog.segments],
            "deletions": _row(catalog.deletions) if catalog.deletions else None,
        }
    )
    disk.fsync_folder(folder)
    temporary = folder / TEMPORARY_NAME
    disk.remove(temporary)
    fd = disk.create(temporary)
    try:
        disk.write(fd, HEAD + f"{xxhash.xxh3_64_hexdigest(body)}\n".encode() + body)
        disk.fsync(fd)
    finally:
        disk.close(fd)
    disk.rename(temporary, folder / CATALOG_NAME)
    disk.fsync_folder(folder)


def read(folder: Path) -> Catalog:
    """The folder's catalog, all checked; IndexNotFoundError, IndexDamagedError, IndexMismatchError."""
    path = folder / CATALOG_NAME
    head, _, body = _read_bytes(path).partition(b"\n")
    if head != HEAD + xxhash.xxh3_64_hexdigest(body).encode():
        raise _damaged(path)
    try:
        told = orjson.loads(body)
        if told["format"] != FORMAT:
            raise IndexMismatchError(
                f"{folder}: format {told['format']!r}, this version reads {FORMAT}; rebuild the index"
            )
        segments = tuple(
            SegmentEntry(_entry(row[:3], ".seg"), _count(row[3], MAX_DOCS), _count(row[4], row[3]))
            for row in told["segments"]
        )
        deletions = None if told["deletions"] is None else _entry(told["deletions"], ".del")
        settings = told["settings"]
        generation, counter = _count(told["generation"]), _count(told["counter"])
    except (orjson.JSONDecodeError, TypeError, KeyError, ValueError, IndexError) as error:
        raise _damaged(path) from error
    names = {entry.file.name for entry in segments}
    if (
        not isinstance(told["segments"], list)
        or not isinstance(settings, dict)
        or len(names) != len(segments)
        or any(entry.docs == 0 for entry in segments)
    ):
        raise _damaged(path)
    return Catalog(generation, counter, settings, segments, deletions)


def remove_strays(disk: Disk, folder: Path, catalog: Catalog) -> None:
    """Remove the files of this format that the catalog does not name: what a crash or an older commit left."""
    keep = catalog.file_names()
    with os.scandir(folder) as entries:
        found = [entry.name for entry in entries if not entry.is_dir(follow_symlinks=False)]
    for name in found:
        if (FILE_NAME.fullmatch(name) or name == TEMPORARY_NAME) and name not in keep:
            disk.remove(folder / name)


def _row(file: FileEntry) -> list[Any]:
    return [file.name, file.size, f"{file.root:016x}"]


def _entry(row: list[Any], suffix: str) -> FileEntry:
    name, size, root = row
    if not isinstance(name, str) or not FILE_NAME.fullmatch(name) or not name.endswith(suffix):
        raise ValueError(name)
    if not isinstance(root, str) or not re.fullmatch("[0-9a-f]{16}", root, re.ASCII):
        raise ValueError(root)
    return FileEntry(name, _count(size), int(root, 16))


def _count(value: Any, top: int = 1 << 62) -> int:
    if type(value) is not int or not 0 <= value <= top:
        raise ValueError(value)
    return value


def _read_bytes(path: Path) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise IndexNotFoundError(f"{path.parent}: no index here; create one first") from error
    except OSError as error:
        if isinstance(error, NotADirectoryError):
            raise IndexNotFoundError(f"{path.parent}: no index here; create one first") from error
        raise _damaged(path) from error
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_CATALOG:
            raise _damaged(path)
        with os.fdopen(fd, "rb", closefd=False) as file:
            return file.read(MAX_CATALOG + 1)
    finally:
        os.close(fd)


def _damaged(path: Path) -> IndexDamagedError:
    return IndexDamagedError(f"{path}: damaged: catalog; restore the file from a backup or rebuild the index")
