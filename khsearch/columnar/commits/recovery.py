"""recovery: of an index that may be damaged, every document that can still be read, and a word for each that cannot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from khsearch.columnar.files import catalog as contents
from khsearch.columnar.segments.deletions import read_deletions
from khsearch.columnar.segments.segment import Segment
from khsearch.errors import KhsearchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from khsearch.columnar.files.catalog import SegmentEntry

_UNREADABLE = (KhsearchError, ValueError, IndexError, OverflowError)


class Recovered(NamedTuple):
    """A stored document: its id, empty where that cannot be read, its summary and its blob."""

    key: bytes
    summary: bytes
    stored: bytes


def recover(path: str | Path) -> Iterator[Recovered | str]:
    """Every live document of the last commit that its checksums vouch for; for what is lost, a str that tells it.

    Where the table of deleted documents is lost, deleted documents come back: better one too many. Raises
    IndexNotFoundError, and IndexDamagedError where the catalog itself cannot be read: nothing can be told then.
    """
    folder = Path(path)
    catalog = contents.read_catalog(folder)
    try:
        deleted = read_deletions(folder, catalog)
    except (KhsearchError, OSError) as problem:
        deleted = {}
        yield f"which documents were deleted ({problem})"
    for entry in catalog.segments:
        gone = deleted.get(entry.file.name)
        for number, found in enumerate(_documents(folder, entry)):
            if gone is None or not gone[number]:
                yield found


def _documents(folder: Path, entry: SegmentEntry) -> Iterator[Recovered | str]:
    try:
        segment = Segment(folder, entry)
    except (KhsearchError, OSError, ValueError) as problem:
        for number in range(entry.docs):
            yield f"document {number} of {entry.file.name} ({problem})"
        return
    for number in range(entry.docs):
        try:
            key = segment.id_of(number)
        except _UNREADABLE:
            key = b""
        try:
            yield Recovered(key, segment.summary(number), segment.stored.blob(number))
        except _UNREADABLE as problem:
            yield f"document {number} of {entry.file.name} ({problem})"
