"""companions: the files that belong to a commit beside its segments: written durably, read back checked."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from khsearch.columnar.files import wholefile
from khsearch.columnar.files.disk import Disk, told_as_store_errors
from khsearch.columnar.files.format import (
    CATALOG_TEMPORARY_NAME,
    FIRST_NAMES,
    LEXICON_NAME,
    LOCK_NAME,
    MANIFEST_NAME,
    NUMBERED_NAME,
)
from khsearch.errors import IndexDamagedError, IndexStoreError

if TYPE_CHECKING:
    from khsearch.engine import Files, NameFile

_NUMBER = f"{0:08x}-"  # of what is made before the first commit; those of writers begin at 1
_TEMPORARY_NAME = f"{_NUMBER}0000.tmp"  # named as what the next writer sweeps up
_MOST_BYTES = 1 << 26


def numbered_names() -> NameFile:
    """Return what names the files of a first commit by numbers."""
    counter = itertools.count()
    return lambda suffix: f"{_NUMBER}{next(counter):04x}{suffix}"


def first_names() -> NameFile:
    """Return what names the files of a first commit: the first of a suffix has a name that people know."""
    numbered = numbered_names()
    taken: set[str] = set()

    def name_file(suffix: str) -> str:
        name = FIRST_NAMES.get(suffix, "")
        if not name or name in taken:
            name = numbered(suffix)
        taken.add(name)
        return name

    return name_file


def is_unfinished(name: str) -> bool:
    """Whether a creation that was interrupted may have left a file of this name."""
    if NUMBERED_NAME.fullmatch(name):
        return name.startswith(_NUMBER)
    return name in (LOCK_NAME, CATALOG_TEMPORARY_NAME, *FIRST_NAMES.values())


def written(folder: Path, files: Files) -> dict[str, str]:
    """Write files durably, the first last -> their names, each with its checksum. IndexStoreError for one too large."""
    for name, data in files.items():
        if len(data) > _MOST_BYTES:
            raise IndexStoreError(
                f"{folder / name}: {len(data):,} bytes, and a file of a commit holds at most {_MOST_BYTES:,}; make it "
                "smaller, as a breaker's resource, lexicon or spellings"
            )
    disk = Disk()
    with told_as_store_errors(folder):
        for name, data in reversed(list(files.items())):
            wholefile.replace(disk, folder / name, folder / _TEMPORARY_NAME, data)
    return {name: wholefile.checksum(data) for name, data in files.items()}


def files_of(folder: Path, others: Mapping[str, str]) -> Files:
    """The files of a commit, checked, the manifest first; FileNotFoundError, IndexDamagedError."""
    files = {}
    for name, checksum in (others or {MANIFEST_NAME: ""}).items():
        # Format 1 did not tell whether an index has a lexicon, which that of a breaker without one has not.
        if checksum or name != LEXICON_NAME or (folder / name).exists():
            files[name] = read(folder, name, checksum)
    return files


def read(folder: Path, name: str, checksum: str) -> bytes:
    """Read one file; a checksum that is empty is none. FileNotFoundError, IndexDamagedError."""
    try:
        data = wholefile.read(folder / name, _MOST_BYTES)
    except NotADirectoryError:
        raise _damaged(folder / name, "no file") from None
    if checksum and wholefile.checksum(data) != checksum:
        raise _damaged(folder / name, "not what was written")
    return data


def _damaged(path: Path, what: str) -> IndexDamagedError:
    return IndexDamagedError(
        f"{path}: damaged ({what}); restore it from a backup, or save the documents: "
        f"khsearch rebuild {path.parent} --to NEW"
    )
