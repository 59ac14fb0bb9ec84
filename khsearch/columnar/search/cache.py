"""cache: what one commit keeps in memory of what it was asked for: one budget in bytes, one policy.

What was not used since the cache last looked goes first, the oldest before the others (second chance). Small entries
have a share of their own, since a large one would push out hundreds of them; what one side leaves free, the other may
use. Once all is full, only one in ADMITTED newcomers is kept: else queries that come again in turn, and need
somewhat more than there is room for, would each find that the others have thrown out what it needs.

Beside that, what is spare has whatever room is left, and goes before all else: what is decoded of a segment, which the
next commit asks for again.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from khsearch.sharing import Lock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable

BUDGET = 96 << 20  # bytes
SMALL = 1 << 12  # bytes of an entry that counts as small
SHARE = 3  # small entries may hold one in so many bytes against the others
ADMITTED = 4
OVERHEAD = 400  # bytes of an entry besides its arrays

T = TypeVar("T")


class Entry:
    """Something kept: its size in memory, and whether anyone asked for it since the cache last looked."""

    __slots__ = ("size", "used")

    def __init__(self, size: int) -> None:
        self.size = size + OVERHEAD
        self.used = False


class _Kept(Entry, Generic[T]):
    """A value of another room's, and whose it is: None where the commit's."""

    __slots__ = ("owner", "value")

    def __init__(self, value: T, size: int, owner: object) -> None:
        super().__init__(size)
        self.value = value
        self.owner = owner


E = TypeVar("E", bound=Entry)


class _Queue:
    """Entries by key, the oldest first, which of them belong to someone, and how many bytes they are."""

    def __init__(self) -> None:
        self.entries: dict[Hashable, Entry] = {}
        self.owned: dict[Hashable, _Kept[Any]] = {}
        self.held = 0

    def put(self, key: Hashable, entry: Entry) -> None:
        self.drop(key)
        self.entries[key] = entry
        if isinstance(entry, _Kept) and entry.owner is not None:
            self.owned[key] = entry
        self.held += entry.size

    def drop(self, key: Hashable) -> None:
        known = self.entries.pop(key, None)
        if known is not None:
            self.held -= known.size
            self.owned.pop(key, None)

    def evict(self) -> None:
        """Drop the oldest entry; one that was used meanwhile becomes the youngest instead."""
        key = next(iter(self.entries))
        oldest = self.entries[key]
        self.drop(key)
        if oldest.used:
            oldest.used = False
            self.put(key, oldest)


class Cache:
    """Entries by key; safe for threads.

    It counts the arrays and objects of its entries, not what the system maps of files, nor the scratch memory of
    threads. Lasting entries are tables whose size follows from the index, not from what is asked.
    """

    def __init__(self, budget: int | None = None) -> None:
        """Hold `budget` bytes at most. None: BUDGET bytes beside the lasting entries, which come on top."""
        self._budget = BUDGET if budget is None else budget
        self._on_top = budget is None
        self._small, self._large, self._lasting, self._spare = _Queue(), _Queue(), _Queue(), _Queue()
        self._turned_away = 0
        self._lock = Lock()

    @property
    def held(self) -> int:
        """Bytes held now."""
        with self._lock:  # what is put in before others go is not held yet
            return self._small.held + self._large.held + self._lasting.held + self._spare.held

    @property
    def budget(self) -> int:
        """Bytes that may be held."""
        return self._budget + (self._lasting.held if self._on_top else 0)

    def get(self, key: Hashable, kind: type[E]) -> E | None:
        """The entry of that kind, if it is still here."""
        found = self._small.entries.get(key) or self._large.entries.get(key)
        if not isinstance(found, kind):
            return None
        found.used = True
        return found

    def put(self, key: Hashable, entry: Entry) -> None:
        """Keep an entry if there is room for its like; what was used least recently makes room."""
        with self._lock:
            self._put(key, entry)

    def spared(self, owner: object, key: Hashable, kind: type[T]) -> T | None:
        """What is still kept of an owner with `spare`."""
        found = self._spare.entries.get((owner, key))
        if found is None:
            return None
        found.used = True
        return cast("_Kept[T]", found).value

    def spare(self, owner: object, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """What belongs to an owner, such as a field of a segment, kept as long as nothing else needs the room."""
        value = make()
        entry = _Kept(value, size(value), owner)
        with self._lock:
            if self._small.held + self._large.held + self._spare.held + entry.size <= self._room:
                self._spare.put((owner, key), entry)
        return value

    def memo(
        self,
        room: str,
        key: Hashable,
        make: Callable[[], T],
        size: Callable[[T], int],
        *,
        lasting: bool = False,
        owner: object = None,
    ) -> T:
        """What a room keeps under a key, made where it is not here; `size` tells its bytes, and they stay the same.

        lasting: a table whose size follows from the index: it is kept wherever the budget allows. owner: what it
        belongs to, if that may outlive the commit: a segment, or a field of one. Threads that ask at once may make it
        twice.
        """
        name = ("", room, key)
        found: Any = self._lasting.entries.get(name) or self._small.entries.get(name) or self._large.entries.get(name)
        if found is None:
            value = make()
            entry = _Kept(value, size(value), owner)
            with self._lock:
                self._put(name, entry, lasting=lasting)
            return value
        found.used = True
        return cast(T, found.value)

    def latest(self, kind: type[Entry], count: int) -> list[Any]:
        """Keys of entries of a kind, among so many of the youngest that are small and so many that are not."""
        with self._lock:
            rows = [islice(reversed(queue.entries.items()), count) for queue in (self._large, self._small)]
            return [key for row in rows for key, entry in row if isinstance(entry, kind)]

    def adopt(self, other: Cache, owners: Collection[object]) -> None:
        """Take over what belongs to owners that are still there; what is spare, the other one has no longer."""
        with other._lock:
            queues = (other._small, other._large, other._lasting)
            known = [item for queue in queues for item in queue.owned.items()]
            spare, other._spare = other._spare, _Queue()
        with self._lock:
            for key, entry in known:
                if entry.owner in owners:
                    self._put(key, entry, lasting=True)
            for key in [key for key, entry in spare.owned.items() if entry.owner not in owners]:
                spare.drop(key)
            self._spare = spare
            self._make_room()

    def _put(self, key: Hashable, entry: Entry, *, lasting: bool = False) -> None:
        if lasting and (self._on_top or self._lasting.held + entry.size <= self._budget):
            self._lasting.put(key, entry)
            self._make_room()
            return
        room = self._room
        small = entry.size <= SMALL
        queue, share = (self._small, room // SHARE) if small else (self._large, room - room // SHARE)
        if entry.size > room:
            return
        held = self._small.held + self._large.held
        if held + entry.size > room and queue.held + entry.size > share:
            self._turned_away = (self._turned_away + 1) % ADMITTED
            if self._turned_away and key not in queue.entries:
                return
        self._small.drop(key)
        self._large.drop(key)
        queue.put(key, entry)
        self._make_room()

    @property
    def _room(self) -> int:
        """Bytes for what is not lasting."""
        return self._budget if self._on_top else self._budget - self._lasting.held

    def _make_room(self) -> None:
        room = self._room
        while self._spare.entries and self._small.held + self._large.held + self._spare.held > room:
            self._spare.evict()
        while self._small.held + self._large.held > room:
            (self._small if self._small.held > room // SHARE else self._large).evict()
