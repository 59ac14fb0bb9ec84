"""compiled: a segment's file as the compiled core reads it, where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from khsearch import native
from khsearch.columnar.files.blockfile import damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from khsearch.columnar.files.blockfile import BlockFile

T = TypeVar("T")


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


def told(ask: Callable[[], T]) -> T:
    """What the core answers; IndexDamagedError where a file is not what was written."""
    try:
        return ask()
    except native.core.DamageError as problem:
        path, part = problem.args
    raise damaged(Path(path), part)
