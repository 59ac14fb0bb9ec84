"""writer: documents in and out of one index, seen by nobody until commit, gone without a trace on cancel."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

import numpy as np

from khsearch.columnar import catalog as contents
from khsearch.columnar import columns as column_values
from khsearch.columnar import format as formats
from khsearch.columnar import policy
from khsearch.columnar.builder import Builder, key_tokens
from khsearch.columnar.catalog import Catalog, SegmentEntry
from khsearch.columnar.deletions import read_deletions, write_deletions
from khsearch.columnar.disk import Disk, WriteLock, told_as_store_errors
from khsearch.columnar.merge import Merger, sources_of
from khsearch.columnar.reader import Reader
from khsearch.columnar.segment import Segment, hashes_of
from khsearch.errors import DocumentError, IndexMismatchError, IndexStoreError
from khsearch.sharing import Lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from khsearch.columnar.arrays import Array
    from khsearch.columnar.inversion import TokenBatch

MAX_KEY = 1 << 15  # bytes of an id
NO_KINDS: Mapping[str, column_values.Kind] = {}
_PROPER = {contents.INDEX_DOCUMENTS: "write with khsearch.Index.open(path).writer()"}


P = ParamSpec("P")
T = TypeVar("T")


def one_at_a_time(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Methods of one writer run one after the other, whatever threads call them."""

    @functools.wraps(method)
    def guarded(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.mutex:
            return method(self, *args, **kwargs)

    return guarded


class BatchWriter:
    """The one writer of an index folder, for any number of threads. It holds the lock until commit or cancel.

    An error in a document leaves the writer as it was before that document; any other error cancels it. A writer that
    nobody holds any more frees the lock; what it did is gone. In a forked child it is ended.
    """

    def __init__(
        self,
        folder: Path,
        key: str | None,
        *,
        wait: float = 0.0,
        disk: Disk | None = None,
        documents: str = "",
        form: column_values.Form | None = None,
    ) -> None:
        """Take the lock, waiting for it so many seconds.

        documents: whose documents this writer adds. form: in which text of columns is compared. Raises
        IndexLockedError, IndexNotFoundError, IndexDamagedError; IndexMismatchError where the index keeps the documents
        of others, who could not read these.
        """
        self.folder = folder
        self.key = key
        self.mutex = Lock()
        self._form = form
        self.positional: dict[str, bool] = {}
        self._disk = disk or Disk()
        self._lock = WriteLock(folder, wait)
        self._process = self._lock.process
        self._closed = False
        try:
            self._catalog = contents.read(folder)
            if self._catalog.documents != documents:
                raise IndexMismatchError(
                    f"{folder}: keeps documents of {self._catalog.documents or 'other writers'}, which could not read "
                    f"those of this writer; {_PROPER.get(self._catalog.documents, 'write with what created it')}"
                )
            with told_as_store_errors(folder):
                contents.remove_strays(self._disk, folder, self._catalog)
                self._gone = read_deletions(folder, self._catalog)
        except BaseException:
            self._lock.release()
            raise
        self._entries = list(self._catalog.segments)
        self._counter = self._catalog.counter
        self._catalog_others = self._catalog.others
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

    def __del__(self) -> None:
        # The lock frees itself; a spool would keep its file open.
        with contextlib.suppress(Exception):
            if not self._closed and os.getpid() == self._process:
                self._builder.close()

    @one_at_a_time
    def add_batch(
        self,
        ids: Sequence[str],
        stored: Sequence[bytes],
        tokens: Mapping[str, TokenBatch],
        columns: Mapping[str, Sequence[object]] | None = None,
        *,
        heads: Sequence[bytes] | None = None,
        kinds: Mapping[str, column_values.Kind] | None = None,
        traits: Iterable[str] = (),
    ) -> None:
        """Add documents, replacing older ones of the same id, be they in this batch, this writer or the index.

        ids: one per document, not empty. stored: one blob per document. tokens: of each field, for all documents.
        columns: of each column one value per document: None, a value, or a list of values. heads: one small blob per
        document, what a list of hits shows of it: kept as it is, and read ten times quicker than the stored blob.
        kinds: what columns are declared to hold. traits: lines that say what the tokens depend on; their union is kept.
        """
        if self.key is None:
            raise DocumentError("the schema has no unique text field to keep ids in; add one, or use add_document")
        keys = [name.encode("utf-8", "surrogatepass") for name in ids]
        if not all(keys):
            raise DocumentError("an id is empty; give every document an id")
        every = {**tokens, self.key: key_tokens(keys)}
        self._add(keys, stored, every, columns or {}, heads=heads, kinds=kinds or {}, traits=traits)

    @one_at_a_time
    def delete(self, name: str) -> bool:
        """Delete the document of that id -> whether there was one."""
        self.check_open()
        with self._cancelled_on_error():
            return self._delete_keys([name.encode("utf-8", "surrogatepass")]) > 0

    @one_at_a_time
    def delete_all(self) -> None:
        """Delete every document."""
        self.check_open()
        self._builder.close()
        self._begin()
        self._entries, self._gone = [], {}
        self._changed = self._deletions_changed = True

    @one_at_a_time
    def commit(self, *, optimize: bool = False, merge: bool = True) -> None:
        """Make everything durable and visible at once; merge segments as policy says, or all of them to optimize."""
        self.check_open()
        with self._cancelled_on_error():
            self._spill()
            self._drop_empty()
            if optimize and self._can_be_better():
                self._merge(list(range(len(self._entries))))
            elif merge:
                self._merge_by_policy()
            if self._changed:
                self._publish()
        self._close()

    def replace_others(self, names: Sequence[str]) -> None:
        """Let the commit refer to these files of the owner's instead of those before."""
        self.check_open()
        self._catalog_others = tuple(names)
        self._changed = True

    def next_name(self, suffix: str) -> str:
        """A name for a new file of the index, which is removed unless a commit refers to it."""
        self._counter += 1
        return f"{self._counter:08x}-{self._catalog.generation & 0xFFFF:04x}{suffix}"

    @one_at_a_time
    def cancel(self) -> None:
        """Forget everything since the last commit and give the lock back; a second call does nothing."""
        if self._closed:
            return
        if os.getpid() != self._process:  # the files are the parent's
            self._close()
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
        kinds: Mapping[str, column_values.Kind] = NO_KINDS,
        traits: Iterable[str] = (),
    ) -> None:
        self.check_open()
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
            built[name] = column_values.build(name, rows, kinds.get(name), self._form)
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
            self._builder.add(keys, heads, stored, marked, built, traits)
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
        return Reader(self.folder, draft, self.key, self._open, deleted=self._gone, form=self._form)

    # Segments

    def _begin(self) -> None:
        self._name = self.next_name(".seg")
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
        merger = Merger(self._disk, self.folder, self.next_name(".seg"), sources, self.key, self._form)
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
                deletions = write_deletions(self._disk, self.folder / self.next_name(".del"), gone)
            published = Catalog(
                self._catalog.generation + 1,
                self._counter,
                self._catalog.settings,
                tuple(self._entries),
                deletions,
                self._catalog.documents,
                self._catalog_others,
            )
            contents.write(self._disk, self.folder, published)
            self._catalog = published
        # The commit stands; what cannot be removed now, the next writer removes.
        with contextlib.suppress(OSError):
            contents.remove_strays(self._disk, self.folder, published)

    def _check_kind(self, name: str, column: column_values.Column) -> None:
        """Numbers and text never share a column, in whatever segment they are."""
        if not len(column.values):
            return
        kinds = {self._segment(entry).column_kind(name) for entry in self._entries}
        kinds |= {self._builder.column_kind(name), column.kind}
        if "text" in kinds and kinds - {"text", None}:
            raise DocumentError(f"column {name!r} holds numbers and text at once; give each column one kind of value")

    def _can_be_better(self) -> bool:
        """Whether merging everything would change anything: segments, deleted documents, an older format."""
        entries = self._entries
        deleted = any(entry.deleted for entry in entries)
        return len(entries) > 1 or deleted or any(self._segment(entry).format < formats.NOW for entry in entries)

    @property
    def ended(self) -> bool:
        """Whether it has been committed or cancelled."""
        return self._closed

    def check_open(self) -> None:
        """Raise IndexStoreError where the writer has ended, or belongs to another process."""
        if self._closed:
            raise IndexStoreError(f"{self.folder}: this writer has ended; get a new one")
        if os.getpid() != self._process:
            raise IndexStoreError(
                f"{self.folder}: this writer belongs to process {self._process}, from which this one was forked; get a "
                "new one here when that one has ended"
            )

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
