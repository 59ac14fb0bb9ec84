"""filetable: the files that the documents of an index came from, as a file of its commits, read when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khsearch.errors import IndexDamagedError
from khsearch.frozen import frozen
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.documents import Table


@frozen
class FileTable:
    """The bytes of a table (`documents.files.table`), and its path, for messages; both empty where there is none."""

    path: str = ""
    data: bytes = b""


NO_FILES = FileTable()


def table_of(kept: FileTable) -> Table:
    """Return the table; IndexDamagedError."""
    if kept.path and not kept.data:
        raise IndexDamagedError(f"{kept.path}: damaged (nothing is in it); restore it from a backup, or index anew")
    loading("khsearch.documents.files.table")
    from khsearch.documents import Table

    return Table(kept.data, kept.path)
