"""catalog: the table of contents of an index folder, one JSON file that names all others and is replaced whole.

A commit writes and fsyncs the files of its segments, fsyncs the folder, writes the new catalog aside, fsyncs it,
renames it over the old one and fsyncs the folder again: whatever happens in between, the old or the new catalog is
found, and all files that it names are whole.
"""

from __future__ import annotations

import os
import re
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from khsearch import version
from khsearch.columnar.files import wholefile
from khsearch.columnar.files.format import (
    CATALOG_NAME,
    CATALOG_TEMPORARY_NAME,
    FIRST_NAMES,
    LOCK_NAME,
    MANIFEST_NAME,
    NUMBERED_NAME,
)
from khsearch.errors import IndexNotFoundError
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from khsearch.columnar.files.disk import Disk

MAX_CATALOG = 1 << 22  # bytes; orjson refuses more than 1024 levels of brackets by itself
MAX_DOCS = 1 << 40
HEAD = b"khsearch columnar "
INDEX_DOCUMENTS = "khsearch.Index"
"""Whose documents an index keeps, where they are those of `khsearch.Index`."""
_ROOT = re.compile("[0-9a-f]{16}", re.ASCII)


@frozen
class FileEntry:
    """A file that the index refers to."""

    name: str
    size: int  # bytes
    root: int  # uint64, checksum of its checksums


@frozen
class SegmentEntry:
    """A segment: its file, how many documents lie in it, and how many of them are deleted."""

    file: FileEntry
    docs: int
    deleted: int = 0


@frozen
class Catalog:
    """Everything that one commit consists of.

    documents   whose stored documents the index keeps: only writers of theirs may add some; "" is anybody's
    others      files that belong to the commit and are their owner's matter: names, each with the checksum of its
                content (`wholefile.checksum`), or "" where format 1 told none
    """

    generation: int = 0
    counter: int = 0  # for names of files: none is ever given twice by committed writers
    settings: dict[str, Any] = field(default_factory=dict)
    segments: tuple[SegmentEntry, ...] = ()
    deletions: FileEntry | None = None
    documents: str = ""
    others: Mapping[str, str] = field(default_factory=dict)

    def file_names(self) -> set[str]:
        """Names of all files that belong to the index, itself included."""
        names = {entry.file.name for entry in self.segments} | {CATALOG_NAME, LOCK_NAME, *self.others}
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


def modified(folder: Path) -> float:
    """When a commit last replaced the catalog, in seconds from 1970; IndexNotFoundError where there is none."""
    return stamp(folder)[2] / 1e9


def write(disk: Disk, folder: Path, catalog: Catalog) -> None:
    """Make the catalog the folder's, durably; the files that it names are on the medium already."""
    body = orjson.dumps(
        {
            "format": version.NOW,
            "generation": catalog.generation,
            "counter": catalog.counter,
            "settings": catalog.settings,
            "documents": catalog.documents,
            "others": dict(catalog.others),
            "segments": [[*_row(entry.file), entry.docs, entry.deleted] for entry in catalog.segments],
            "deletions": _row(catalog.deletions) if catalog.deletions else None,
        }
    )
    disk.fsync_folder(folder)
    data = HEAD + f"{wholefile.checksum(body)}\n".encode() + body
    wholefile.replace(disk, folder / CATALOG_NAME, folder / CATALOG_TEMPORARY_NAME, data)


def read_catalog(folder: Path) -> Catalog:
    """The folder's catalog, all checked; IndexNotFoundError, IndexDamagedError, IndexMismatchError."""
    path = folder / CATALOG_NAME
    try:
        head, _, body = wholefile.read(path, MAX_CATALOG).partition(b"\n")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexNotFoundError(f"{folder}: no index here; create one first") from error
    if head != HEAD + wholefile.checksum(body).encode():
        raise wholefile.damaged(path, "catalog")
    try:
        header = orjson.loads(body)
        number = version.check_format(folder, header["format"])
        segments = tuple(_segment(*row) for row in header["segments"])
        deletions = None if header["deletions"] is None else _entry(header["deletions"], ".del")
        settings = header["settings"]
        if number == 1:  # it did not tell
            own = (folder / MANIFEST_NAME).exists()
            header |= {
                "documents": INDEX_DOCUMENTS if own else "",
                "others": dict.fromkeys(FIRST_NAMES.values() if own else (), ""),
            }
        documents, others = header["documents"], dict(_other(*other) for other in header["others"].items())
        generation, counter = _count(header["generation"]), _count(header["counter"])
    except (orjson.JSONDecodeError, TypeError, KeyError, ValueError, IndexError, AttributeError) as error:
        raise wholefile.damaged(path, "catalog") from error
    names = {entry.file.name for entry in segments}
    if (
        not isinstance(header["segments"], list)
        or not isinstance(settings, dict)
        or not isinstance(documents, str)
        or len(names) != len(segments)
        or any(entry.docs == 0 for entry in segments)
    ):
        raise wholefile.damaged(path, "catalog")
    return Catalog(generation, counter, settings, segments, deletions, documents, others)


def remove_strays(disk: Disk, folder: Path, catalog: Catalog) -> None:
    """Remove the files of this format that the catalog does not name: what a crash or an older commit left.

    What somebody has open may stay: the disk tells whether any file is left.
    """
    disk.left = False
    keep = catalog.file_names()
    with os.scandir(folder) as entries:
        found = [entry.name for entry in entries if not entry.is_dir(follow_symlinks=False)]
    for name in found:
        ours = NUMBERED_NAME.fullmatch(name) or name in (CATALOG_TEMPORARY_NAME, *FIRST_NAMES.values())
        if ours and name not in keep:
            disk.discard(folder / name)


def _row(file: FileEntry) -> list[Any]:
    return [file.name, file.size, f"{file.root:016x}"]


@lru_cache(maxsize=1 << 10, typed=True)
def _segment(name: Any, size: Any, root: Any, docs: Any, deleted: Any) -> SegmentEntry:
    # Most segments of a commit are those of the last one.
    return SegmentEntry(_entry((name, size, root), ".seg"), _count(docs, MAX_DOCS), _count(deleted, docs))


def _entry(row: Sequence[Any], suffix: str) -> FileEntry:
    name, size, root = row
    if not isinstance(name, str) or not NUMBERED_NAME.fullmatch(name) or not name.endswith(suffix):
        raise ValueError(name)
    if not isinstance(root, str) or not _ROOT.fullmatch(root):
        raise ValueError(root)
    return FileEntry(name, _count(size), int(root, 16))


@lru_cache(maxsize=1 << 10, typed=True)
def _other(name: Any, checksum: Any) -> tuple[str, str]:
    if not isinstance(name, str) or not (NUMBERED_NAME.fullmatch(name) or name in FIRST_NAMES.values()):
        raise ValueError(name)
    if not isinstance(checksum, str) or not re.fullmatch("|[0-9a-f]{16}", checksum, re.ASCII):
        raise ValueError(checksum)
    return name, checksum


def _count(value: Any, top: int = 1 << 62) -> int:
    if type(value) is not int or not 0 <= value <= top:
        raise ValueError(value)
    return value
