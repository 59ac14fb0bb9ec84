"""deletions: which documents of each segment are deleted, one file for a whole commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from khsearch.arrays import np
from khsearch.columnar.files.blockfile import BlockFile, BlockFileWriter, damaged
from khsearch.columnar.files.catalog import FileEntry
from khsearch.columnar.files.format import CATALOG_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from khsearch.arrays import Array
    from khsearch.columnar.files.catalog import Catalog
    from khsearch.columnar.files.disk import Disk


_FLAGS = bytes.maketrans(b"01", b"\0\1")


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
    return {name: np.frombuffer(bytearray(gone), np.bool_) for name, gone in deleted_in(folder, catalog).items()}


def deleted_in(folder: Path, catalog: Catalog) -> dict[str, bytes]:
    """The same without arrays: a byte a document, 1 where it is deleted."""
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
        packed = section.read(0, len(section))
        if len(packed) != (entry.docs + 7) >> 3:
            raise section.damage("the table of deleted documents has another length than it should")
        bits = int.from_bytes(packed, "little") & (1 << entry.docs) - 1
        if bits.bit_count() != entry.deleted:
            raise section.damage("another number of documents is deleted than the catalog says")
        out[name] = f"{bits:0{entry.docs}b}"[::-1].encode().translate(_FLAGS)
    return out
