"""writer: documents in and out of one index, seen by nobody until commit, gone without a trace on cancel."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from khsearch.columnar import catalog as contents
from khsearch.columnar import columns as column_values
from khsearch.columnar import policy
from khsearch.columnar.builder import Builder, key_tokens
from khsearch.columnar.catalog import Catalog, SegmentEntry
from khsearch.columnar.deletions import read_deletions, write_deletions
from khsearch.columnar.disk import Disk, Lock, told_as_store_errors
from khsearch.columnar.merge import Merger, sources_of
from khsearch.columnar.reader import Reader
from khsearch.columnar.segment import Segment, hashes_of
from khsearch.errors import DocumentError, IndexStoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from khsearch.columnar.arrays import Array
    from khsearch.columnar.inversion import TokenBatch

MAX_KEY = 1 << 15  # bytes of an id


class BatchWriter:
    """The one writer of an index folder. It holds the lock until commit or cancel.

    An error in a document leaves the writer as it was before that document; any other error cancels it.
    """

    def __init__(self, folder: Path, key: str | None, *, wait: float = 0.0, disk: Disk | None = None) -> None:
        """Take the lock, waiting for it so many seconds; IndexLockedError, IndexNotFoundError, IndexDamagedError."""
        self.folder = folder
        self.key = key
        self.positional: dict[str, bool] = {}
        self._disk = disk or Disk()
        self._lock = Lock(folder, wait)
        self._closed = False
        try:
            self._catalog = contents.read(folder)
            with told_as_store_errors(folder):
                contents.remove_strays(self._disk, folder, self._catalog)
                self._gone = read_deletions(folder, self._catalog)
        except BaseException:
            self._lock.release()
            raise
        self._entries = list(self._catalog.segments)
        self._counter = self._catalog.counter
        self._open: dict[str, Segment] = {}
        self._changed = self._deletions_changed = False
        self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._closed:
            return
        if kind is None:
            self.commit()
        else:
            self.cancel()

    def add_batch(
        self,
        ids: Sequence[str],
        stored: Sequence[bytes],
        tokens: Mapping[str, TokenBatch],
        columns: Mapping[str, Sequence[object]] | None = None,
        *,
        heads: Sequence[bytes] | None = None,
    ) -> None:
        """Add documents, replacing older ones of the same id, be they in this batch, this writer or the index.

        ids: one per document, not empty. stored: one blob per document. tokens: of each field, for all documents.
        columns: of each column one value per document: None, a value, or a list of values. heads: one small blob per
        document, what a list of hits shows of it: kept as it is, and read ten times quicker than the stored blob.
        """
        if self.key is None:
            raise DocumentError("the schema has no unique text field to keep ids in; add one, or use add_document")
        keys = [name.encode("utf-8", "surrogatepass") for name in ids]
        if not all(keys):
            raise DocumentError("an id is empty; give every document an id")
        self._add(keys, stored, {**tokens, self.key: key_tokens(keys)}, columns or {}, heads=heads)

    def delete(self, name: str) -> bool:
        """Delete the document of that id -> whether there was one."""
        self._check_open()
        with self._cancelled_on_error():
            return self._delete_keys([name.encode("utf-8", "surrogatepass")]) > 0

    def commit(self, *, optimize: bool = False, merge: bool = True) -> None:
        """Make everything durable and visible at once; merge segments as policy says, or all of them to optimize."""
        self._check_open()
        with self._cancelled_on_error():
            self._spill()
            self._drop_empty()
            if optimize and (len(self._entries) > 1 or any(entry.deleted for entry in self._entries)):
                self._merge(list(range(len(self._entries))))
            elif merge:
                self._merge_by_policy()
            if self._changed:
                self._publish()
        self._close()

    def cancel(self) -> None:
        """Forget everything since the last commit and give the lock back; a second call does nothing."""
        if self._closed:
            return
        self._builder.close()
        # The catalog on disk decides: a commit may have failed after it was in place. What cannot be removed now is a
        # stray that the next writer removes.
        with contextlib.suppress(OSError, IndexStoreError):
            contents.remove_strays(self._disk, self.folder, contents.read(self.folder))
        self._close()

    # For the rooms that add documents in other ways

    def _add(
        self,
        keys: Sequence[bytes],
        stored: Sequence[bytes],
        tokens: Mapping[str, TokenBatch],
        columns: Mapping[str, Sequence[object]],
        *,
        heads: Sequence[bytes] | None = None,
        replace: bool = True,
    ) -> None:
        self._check_open()
        count = len(keys)
        heads = [b""] * count if heads is None else heads
        if len(stored) != count or len(heads) != count or any(len(batch.counts) != count for batch in tokens.values()):
            raise DocumentError("ids, blobs and token counts differ in number; pass one of each per document")
        if any(len(key) > MAX_KEY for key in keys):
            raise DocumentError(f"an id is longer than {MAX_KEY} bytes; shorten it")
        built = {}
        for name, rows in columns.items():
            if len(rows) != count:
                raise DocumentError(
                    f"column {name!r} has {len(rows)} rows for {count} documents; pass one per document"
                )
            built[name] = column_values.build(name, rows)
            self._check_kind(name, built[name])
        if not count:
            return
        with self._cancelled_on_error():
            if replace:
                self._delete_keys([key for key in keys if key])
            for number, key in enumerate(keys, self._builder.docs):
                if key:
                    mine = self._pending.setdefault(key, [])
                    if replace:
                        self._pending_gone.update(mine)
                        mine.clear()
                    mine.append(number)
            marked = {name: (batch, self.positional.get(name, False)) for name, batch in tokens.items()}
            self._builder.add(keys, heads, stored, marked, built)
            if self._builder.full:
                self._spill()
                self._merge_by_policy()

    def _delete_keys(self, keys: list[bytes]) -> int:
        """Mark the documents of these ids as deleted wherever they are -> how many were."""
        count = 0
        for key in keys:
            pending = self._pending.pop(key, [])
            self._pending_gone.update(pending)
            count += len(pending)
        if self._entries and self.key is not None and keys:
            hashes = hashes_of(keys, len(keys))
            for number, entry in enumerate(self._entries):
                found = self._segment(entry).docs_of_ids(keys, hashes)
                count += self._mark(number, [doc for docs in found for doc in docs])
        return count

    def _mark(self, number: int, docs: Sequence[int] | Array) -> int:
        """Delete documents of one segment -> how many of them were live."""
        if not len(docs):
            return 0
        entry = self._entries[number]
        gone = self._gone.get(entry.file.name)
        gone = np.zeros(entry.docs, bool) if gone is None else gone.copy()
        gone[docs] = True
        self._gone[entry.file.name] = gone
        deleted = int(gone.sum())
        if deleted > entry.deleted:
            self._changed = self._deletions_changed = True
            self._entries[number] = dataclasses.replace(entry, deleted=deleted)
        return deleted - entry.deleted

    def _reader(self) -> Reader:
        """What the index would be if all were committed now; pending documents are written first."""
        self._spill()
        draft = dataclasses.replace(self._catalog, segments=tuple(self._entries), deletions=None)
        return Reader(self.folder, draft, self.key, self._open, deleted=self._gone)

    # Segments

    def _begin(self) -> None:
        self._name = self._next_name(".seg")
        self._builder = Builder(self._disk, self.folder, self._name, self.key)
        self._pending: dict[bytes, list[int]] = {}
        self._pending_gone: set[int] = set()

    def _spill(self) -> None:
        """Write the documents held in memory as a segment."""
        if not self._builder.docs:
            return
        with told_as_store_errors(self.folder):
            file = self._builder.write()
        entry = SegmentEntry(file, self._builder.docs)
        self._entries.append(entry)
        self._changed = True
        gone = sorted(self._pending_gone)
        self._begin()
        self._mark(len(self._entries) - 1, gone)

    def _drop_empty(self) -> None:
        """Leave out segments that have no live document."""
        kept = [entry for entry in self._entries if entry.deleted < entry.docs]
        if len(kept) < len(self._entries):
            self._entries = kept
            self._changed = self._deletions_changed = True

    def _merge_by_policy(self) -> None:
        while True:
            shares = [entry.deleted / entry.docs for entry in self._entries]
            chosen = policy.choose([entry.file.size for entry in self._entries], shares)
            if not chosen:
                return
            self._merge(chosen)

    def _merge(self, numbers: list[int]) -> None:
        """Put one segment in the place of several."""
        entries = [self._entries[number] for number in numbers]
        segments = [self._segment(entry) for entry in entries]
        sources = sources_of(segments, [self._gone.get(entry.file.name) for entry in entries])
        merger = Merger(self._disk, self.folder, self._next_name(".seg"), sources, self.key)
        kept = [entry for number, entry in enumerate(self._entries) if number not in set(numbers)]
        if merger.docs:
            with told_as_store_errors(self.folder):
                file = merger.write()
            kept.insert(numbers[0], SegmentEntry(file, merger.docs))
        self._entries = kept
        committed = self._catalog.file_names()
        for entry in entries:
            self._open.pop(entry.file.name, None)
            self._deletions_changed |= self._gone.pop(entry.file.name, None) is not None
            if entry.file.name not in committed:
                with told_as_store_errors(self.folder):
                    self._disk.remove(self.folder / entry.file.name)
        self._changed = True

    def _segment(self, entry: SegmentEntry) -> Segment:
        found = self._open.get(entry.file.name)
        if found is None:
            found = self._open[entry.file.name] = Segment(self.folder, entry)
        return found

    def _publish(self) -> None:
        """Commit what the entries say."""
        deletions = self._catalog.deletions
        with told_as_store_errors(self.folder):
            if not any(entry.deleted for entry in self._entries):
                deletions = None
            elif self._deletions_changed:
                gone = {entry.file.name: self._gone[entry.file.name] for entry in self._entries if entry.deleted}
                deletions = write_deletions(self._disk, self.folder / self._next_name(".del"), gone)
            published = Catalog(
                self._catalog.generation + 1, self._counter, self._catalog.settings, tuple(self._entries), deletions
            )
            contents.write(self._disk, self.folder, published)
            self._catalog = published
        # The commit stands; what cannot be removed now, the next writer removes.
        with contextlib.suppress(OSError):
            contents.remove_strays(self._disk, self.folder, published)

    def _check_kind(self, name: str, column: column_values.Column) -> None:
        """Numbers and text never share a column, in whatever segment they are."""
        kinds = {self._segment(entry).column_kind(name) for entry in self._entries}
        kinds |= {self._builder.column_kind(name), column.kind if len(column.values) else None}
        if "text" in kinds and kinds & {"int", "float"}:
            raise DocumentError(f"column {name!r} holds numbers and text at once; give each column one kind of value")

    def _next_name(self, suffix: str) -> str:
        self._counter += 1
        return f"{self._counter:08x}-{self._catalog.generation & 0xFFFF:04x}{suffix}"

    def _check_open(self) -> None:
        if self._closed:
            raise IndexStoreError(f"{self.folder}: this writer has ended; get a new one")

    def _cancelled_on_error(self) -> _Cancelling:
        return _Cancelling(self)

    def _close(self) -> None:
        self._closed = True
        self._open.clear()
        self._lock.release()


class _Cancelling:
    """Cancels the writer when the block raises, but leaves the error alone."""

    def __init__(self, writer: BatchWriter) -> None:
        self._writer = writer

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: Any) -> None:
        if kind is not None:
            self._writer.cancel()
