"""tiers: what is known of the parts of an index, those that are alike in size together, so that it stays.

A commit that adds a small part has all the large ones still: what a room has made of them is kept, and only what it
knows of the small ones is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import TypeVar

from khsearch.engine import Part, View

T = TypeVar("T")

_SHARES = 1 / 12, 1 / 100
"""Of the documents of an index, from which on a part counts as large, and as middling."""


def tiers(
    view: View, room: str, key: Hashable, make: Callable[[Sequence[Part], Sequence[T]], T], size: Callable[[T], int]
) -> list[T]:
    """What a room makes of the parts of a commit, the largest first.

    make: of parts, and of what was made of those before, which stays as it is. size: bytes that it takes.
    """
    found: list[T] = []
    names: list[object] = []
    for is_small, parts in _tiers(view.parts()):
        names += [part.of for part in parts]
        made = partial(make, parts, tuple(found))
        # Small parts are others in every commit.
        owner = None if is_small else parts[-1].of
        found.append(view.memo(room, (key, *names), made, size, lasting=True, owner=owner))
    return found


def _tiers(parts: Iterable[Part]) -> list[tuple[bool, list[Part]]]:
    """The parts, largest first, those that are alike in size together; and whether they are small."""
    ordered = sorted(parts, key=lambda part: -part.documents)
    documents = sum(part.documents for part in ordered)

    def tier(part: Part) -> int:
        return sum(part.documents < share * documents for share in _SHARES)

    return [(number == len(_SHARES), list(members)) for number, members in groupby(ordered, tier)]
