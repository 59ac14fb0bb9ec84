"""kept: what is kept in memory of what an index in OpenSearch was asked for: a budget in bytes, the oldest goes first.

Entries belong to a commit, to a part of the index that other commits have, too, or to no commit in particular; those of
a commit or part that is gone go with it. Tables whose size follows from the index go last.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar, cast

from khsearch.engine import EVERY_COMMIT
from khsearch.sharing import Lock

BUDGET = 96 << 20
"""Bytes, where nobody says how many."""

T = TypeVar("T")


class Kept:
    """The memory of one engine; for any number of threads."""

    def __init__(self, cache_bytes: int | None = None) -> None:
        self.budget = BUDGET if cache_bytes is None else cache_bytes
        self.held = 0
        self._lock = Lock()
        self._entries: OrderedDict[tuple[Hashable, str, Hashable], tuple[Any, int]] = OrderedDict()
        self._tables: OrderedDict[tuple[Hashable, str, Hashable], tuple[Any, int]] = OrderedDict()

    def memo(
        self,
        owner: Hashable,
        room: str,
        key: Hashable,
        make: Callable[[], T],
        size: Callable[[T], int],
        *,
        lasting: bool = False,
    ) -> T:
        """Return what a room keeps under a key, made if need be. owner: a commit, a part, or EVERY_COMMIT."""
        place = (owner, room, key)
        with self._lock:
            for entries in (self._entries, self._tables):
                if place in entries:
                    entries.move_to_end(place)
                    return cast("T", entries[place][0])
        value = make()
        with self._lock:
            entries = self._tables if lasting else self._entries
            known = entries.get(place)
            if known is not None:  # another thread was quicker
                return cast("T", known[0])
            entries[place] = value, size(value)
            self.held += entries[place][1]
            for entries in (self._entries, self._tables):
                while self.held > self.budget and entries and next(iter(entries)) != place:
                    self.held -= entries.popitem(last=False)[1][1]
        return value

    def forget_others(self, owners: Iterable[Hashable]) -> None:
        """Forget what belongs to no commit or part of these."""
        staying = {EVERY_COMMIT, *owners}
        with self._lock:
            for entries in (self._entries, self._tables):
                for place in [place for place in entries if place[0] not in staying]:
                    self.held -= entries.pop(place)[1]
