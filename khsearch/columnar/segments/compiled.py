"""compiled: a segment's postings as the compiled core reads them, where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from khsearch import native

if TYPE_CHECKING:
    from collections.abc import Mapping

    from khsearch.columnar.files.blockfile import BlockFile


def opened(file: BlockFile, docs: int, fields: Mapping[str, Any]) -> Any:
    """Return the core's own view of a segment's file; None without a core, or for a file that it cannot open.

    It is opened with the segment: a later commit may remove the file.
    """
    if native.core is None:
        return None
    parts = [(name, meta["tokens"], meta["positions"], meta["prefix"]) for name, meta in fields.items()]
    try:
        return native.core.Segment(file.path, file.data_size, file.sums, docs, file.sections, parts)
    except (OSError, OverflowError, native.core.DamageError):  # numpy says what is wrong, when it is read
        return None
