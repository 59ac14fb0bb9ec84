"""store: indexes in memory by name, as long as anyone holds them, each with its last commit and its one writer."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from weakref import WeakValueDictionary

from khsearch.documents import Document
from khsearch.engine import Batch, Files, Limits, NameFile
from khsearch.errors import IndexExistsError, IndexLockedError, IndexNotFoundError, IndexStoreError
from khsearch.memory.commit import Commit, Entry, entries_of
from khsearch.memory.view import MemoryView
from khsearch.schema import Schema


class Memory:
    """Indexes of this process, by address."""

    def __init__(self) -> None:
        self._engines: WeakValueDictionary[str, MemoryEngine] = WeakValueDictionary()

    def create(self, address: str, schema: Schema, write_files: Callable[[NameFile], Files]) -> MemoryEngine:
        """Create an empty index."""
        if address in self._engines:
            raise IndexExistsError(f"{address}: holds an index already; open it, or choose another name")
        counter = itertools.count()
        files = write_files(lambda suffix: f"{next(counter)}{suffix}")
        engine = self._engines[address] = MemoryEngine(address, Commit(files=files))
        return engine

    def open(self, address: str, *, cache_bytes: int | None = None) -> MemoryEngine:
        """Open an index that this process made and still holds."""
        found = self._engines.get(address)
        if found is None:
            raise IndexNotFoundError(f"{address}: no index here; one in memory lives as long as its process holds it")
        return found

    def verify(self, address: str) -> list[str]:
        """Nothing can be wrong with one that there is."""
        self.open(address)
        return []

    def rescue(self, address: str) -> tuple[Files, Iterator[Document | str]]:
        """All of it."""
        view = self.open(address).view()
        return view.files, view.documents()


class MemoryEngine:
    """One index: its last commit, and the right to write."""

    def __init__(self, name: str, commit: Commit) -> None:
        self.name = name
        self.writing = threading.Lock()
        self._view = MemoryView(name, commit)

    def view(self) -> MemoryView:
        """The last commit."""
        return self._view

    def publish(self, commit: Commit) -> None:
        """Make a commit the last one."""
        self._view = MemoryView(self.name, commit)

    def writer(self, schema: Schema, wait: float = 0.0) -> MemoryWriter:
        """The one writer."""
        deadline = time.monotonic() + min(wait, threading.TIMEOUT_MAX)
        if not self.writing.acquire(timeout=max(deadline - time.monotonic(), 0.0)):
            raise IndexLockedError(f"{self.name}: another writer is at work; retry when it ends")
        return MemoryWriter(self)

    def stats(self) -> dict[str, object]:
        """Terms by stream."""
        commit = self._view.commit
        streams = sorted({name for entry in commit.entries for name in entry.terms})
        return {
            "deleted": 0,
            "segments": min(len(commit.entries), 1),
            "cache": {"held": 0, "budget": 0},
            "terms": {name: len(commit.vocabulary(name)) for name in streams},
        }

    def close(self) -> None:
        """Nothing is held but memory, which goes when nobody holds this."""


class MemoryWriter:
    """Documents by id until the commit; for any number of threads, since each step is one."""

    limits = Limits(1 << 24, 1 << 28)

    def __init__(self, engine: MemoryEngine) -> None:
        commit = engine.view().commit
        self._engine = engine
        self._entries: dict[str, Entry] = {entry.document.id: entry for entry in commit.entries}
        self._files, self._traits = commit.files, commit.traits
        self.ended = False

    def __del__(self) -> None:
        self.cancel()

    def check_open(self) -> None:
        """Raise IndexStoreError where it has ended."""
        if self.ended:
            raise IndexStoreError(f"{self._engine.name}: this writer has ended; get a new one")

    def add_batch(self, batch: Batch) -> None:
        """Put documents behind all others."""
        self.check_open()
        for entry in entries_of(batch):
            self._entries.pop(entry.document.id, None)
            self._entries[entry.document.id] = entry
        self._traits |= batch.traits

    def delete(self, id: str) -> bool:
        """Forget the document of an id."""
        self.check_open()
        return self._entries.pop(id, None) is not None

    def delete_many(self, ids: Sequence[str]) -> int:
        """Forget the documents of some ids."""
        return sum(map(self.delete, ids))

    def clear(self) -> None:
        """Forget all documents."""
        self.check_open()
        self._entries, self._traits = {}, frozenset()

    def replace_files(self, write: Callable[[NameFile], Files]) -> None:
        """Have other files."""
        self.check_open()
        counter = itertools.count()
        self._files = write(lambda suffix: f"{next(counter)}{suffix}")

    def commit(self, *, optimize: bool = False) -> None:
        """Publish all at once; there is nothing to optimize."""
        self.check_open()
        self._engine.publish(Commit(tuple(self._entries.values()), self._files, self._traits))
        self.cancel()

    def cancel(self) -> None:
        """Give the right to write back."""
        if not self.ended:
            self.ended = True
            self._engine.writing.release()


MEMORY = Memory()
"""The indexes of this process."""
