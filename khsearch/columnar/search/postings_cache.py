"""postings_cache: decoded and scored postings of terms, kept while memory allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from khsearch.sharing import Lock

if TYPE_CHECKING:
    from khsearch.arrays import Array
    from khsearch.columnar.search.matches import Matches

BUDGET = 72 << 20  # bytes of arrays
ADMITTED = 4  # once it is full
MAX_TOPS = 20_000  # terms whose best documents are kept beyond that
TOP = 100  # documents kept so: as many as whoever re-ranks asks for
OVERHEAD = 400  # bytes of an entry besides its arrays


class Entry:
    """Something decoded: its size in memory, and whether anyone asked for it since the cache last looked."""

    __slots__ = ("size", "used")

    def __init__(self, size: int) -> None:
        self.size = size + OVERHEAD
        self.used = False


class Positions(Entry):
    """The packed positions of one term's live tokens, (n,), rising, and in how many documents they are."""

    __slots__ = ("df", "packed")

    def __init__(self, packed: Array, df: int) -> None:
        super().__init__(packed.nbytes)
        self.packed = packed
        self.df = df


E = TypeVar("E", bound=Entry)


class PostingsCache:
    """Entries by key; safe for threads."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._entries: dict[object, Entry] = {}
        self._tops: dict[object, Matches] = {}
        self._held = 0
        self._turned_away = 0
        self._lock = Lock()

    def get(self, key: object, kind: type[E]) -> E | None:
        """The entry of that kind, if it is still here."""
        found = self._entries.get(key)
        if not isinstance(found, kind):
            return None
        found.used = True
        return found

    def put(self, key: object, entry: Entry) -> None:
        """Keep an entry; what was used least recently makes room.

        Once memory is full, only one in ADMITTED is kept: else queries that come again in turn, and need somewhat more
        than there is room for, would each find that the others have thrown out what it needs.
        """
        with self._lock:
            if self._held + entry.size > self._budget and key not in self._entries:
                self._turned_away = (self._turned_away + 1) % ADMITTED
                if self._turned_away:
                    return
            known = self._entries.pop(key, None)
            if known is not None:
                self._held -= known.size
            self._entries[key] = entry
            self._held += entry.size
            while self._held > self._budget and len(self._entries) > 1:
                oldest = next(iter(self._entries))
                old = self._entries.pop(oldest)
                if old.used and old is not entry:
                    old.used = False
                    self._entries[oldest] = old
                    continue
                self._held -= old.size

    def top(self, key: object) -> Matches | None:
        """The best documents of a term, at most TOP, best first; None where unknown."""
        return self._tops.get(key)

    def put_top(self, key: object, found: Matches) -> Matches:
        """Keep the best documents of a term."""
        with self._lock:
            if len(self._tops) >= MAX_TOPS:
                for old in list(self._tops)[: MAX_TOPS // 10]:
                    del self._tops[old]
            self._tops[key] = found
        return found
