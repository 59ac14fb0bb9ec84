"""deletions: which documents of each segment are deleted, one file for a whole commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.columnar.files.blockfile import BlockFile, BlockFileWriter, damaged
from khsearch.columnar.files.catalog import FileEntry
from khsearch.columnar.files.format import CATALOG_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from khsearch.arrays import Array
    from khsearch.columnar.files.catalog import Catalog
    from khsearch.columnar.files.disk import Disk


def write_deletions(disk: Disk, path: Path, deleted: Mapping[str, Array]) -> FileEntry:
    """Write the deleted documents, (docs,) bool by the name of a segment's file -> the file, fsynced."""
    file = BlockFileWriter(disk, path)
    try:
        for name, gone in deleted.items():
            file.add(name, np.packbits(gone, bitorder="little"))
        file.finish({})
    finally:
        file.close()
    return FileEntry(path.name, file.size, file.root)


def read_deletions(folder: Path, catalog: Catalog) -> dict[str, Array]:
    """The deleted documents of each segment that has some -> (docs,) bool by the name of the segment's file."""
    counts = {entry.file.name: entry for entry in catalog.segments if entry.deleted}
    if not counts:
        return {}
    if catalog.deletions is None:
        raise damaged(folder / CATALOG_NAME, "deleted documents without their table")
    table = catalog.deletions
    file = BlockFile(folder / table.name, size=table.size, root=table.root)
    out = {}
    for name, entry in counts.items():
        section = file.section(name)
        if len(section) != (entry.docs + 7) >> 3:
            raise section.damage("the table of deleted documents has another length than it should")
        gone = np.unpackbits(section.whole(), bitorder="little")[: entry.docs].view(np.bool_)
        if int(gone.sum()) != entry.deleted:
            raise section.damage("another number of documents is deleted than the catalog says")
        out[name] = gone
    return out
