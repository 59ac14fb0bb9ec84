"""merging: what Whoosh's users say of merging, when they commit, as what the arrays do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from whoosh import writing

from khsearch.whoosh.errors import IndexingError


class Merging(NamedTuple):
    """optimize: merge all segments into one. merge: as the policy says. clear: drop documents of earlier commits."""

    optimize: bool
    merge: bool
    clear: bool = False


_WAYS = {
    writing.NO_MERGE: Merging(optimize=False, merge=False),
    writing.MERGE_SMALL: Merging(optimize=False, merge=True),
    writing.OPTIMIZE: Merging(optimize=True, merge=True),
    writing.CLEAR: Merging(optimize=False, merge=False, clear=True),
}


def merging_of(writer: Any, mergetype: Callable[..., Any] | None, optimize: bool | None, merge: bool | None) -> Merging:
    """Return what a commit's arguments say, or where they are None, the writer's attributes of the same names.

    IndexingError for a mergetype that is none of Whoosh's.
    """
    chosen = mergetype or writer.mergetype
    if chosen is None:
        whole = writer.optimize if optimize is None else optimize
        return Merging(whole, writer.merge if merge is None else merge)
    if chosen not in _WAYS:
        raise IndexingError(
            f"segments are not Whoosh's, so {chosen!r} cannot merge them; choose one of whoosh.writing's NO_MERGE, "
            "MERGE_SMALL, OPTIMIZE and CLEAR"
        )
    return _WAYS[chosen]
