"""policy: which segments to merge, so that many small commits keep few segments and rewrite each document seldom."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FACTOR = 8  # segments of one level that are merged into one of the next
FLOOR = 1 << 16  # bytes: all smaller segments are of one level
MAX_SIZE = 4 << 30  # bytes: what is larger is merged no more, except to drop deleted documents
DELETED = 0.4  # share of deleted documents from which a segment is written anew


def level(size: int) -> int:
    """The level of a segment of so many bytes of live documents: each is FACTOR times the one below."""
    out = 0
    while size > FLOOR:
        size //= FACTOR
        out += 1
    return out


def choose(sizes: Sequence[int], deleted: Sequence[float]) -> list[int]:
    """The next segments to merge, rising numbers; none where all is well.

    sizes: bytes of each segment; deleted: share of its documents that are deleted.
    """
    levels: dict[int, list[int]] = {}
    for number, (size, share) in enumerate(zip(sizes, deleted, strict=True)):
        live = int(size * (1 - share))
        if live <= MAX_SIZE // FACTOR:
            levels.setdefault(level(live), []).append(number)
    for members in (levels[which] for which in sorted(levels)):
        if len(members) >= FACTOR:
            return members
    return next(([number] for number, share in enumerate(deleted) if share >= DELETED), [])
