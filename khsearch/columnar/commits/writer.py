"""writer: documents in and out of one index, seen by nobody until commit, gone without a trace on cancel."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from khsearch.columnar.commits.draft import Draft
from khsearch.columnar.commits.pending import Pending
from khsearch.columnar.files import catalog as contents
from khsearch.columnar.files.disk import Disk, told_as_store_errors
from khsearch.columnar.files.lock import WriteLock
from khsearch.columnar.segments import columns as column_values
from khsearch.columnar.segments.builder import Builder, check_sizes, key_tokens
from khsearch.errors import DocumentError, IndexMismatchError, IndexStoreError
from khsearch.schema import Kind
from khsearch.sharing import Lock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from khsearch.arrays import Array
    from khsearch.columnar.search.searcher import Searcher
    from khsearch.columnar.segments.merge import Pruning
    from khsearch.columnar.segments.segment import Segment
    from khsearch.engine import TokenBatch

MAX_KEY = 1 << 15  # bytes of an id
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

    An error in a document leaves the writer as it was before that batch; any other error cancels it. A writer that
    nobody holds any more frees the lock; what it did is gone. In a forked child it is ended.
    """

    def __init__(
        self,
        folder: Path,
        key: str | None,
        positions: Collection[str] = (),
        *,
        wait: float = 0.0,
        disk: Disk | None = None,
        documents: str = "",
        form: column_values.Form | None = None,
        pairs: bool = False,
        known: Mapping[str, Segment] = MappingProxyType({}),
    ) -> None:
        """Take the lock, waiting for it so many seconds.

        key: the field of ids. positions: fields that keep where tokens stand. documents: whose documents this writer
        adds. form: in which text of columns is compared. pairs: whether segments get tables of frequent pairs. known:
        segments that are open already, by the names of their files.

        Raises IndexLockedError, IndexNotFoundError, IndexDamagedError; IndexMismatchError where the index keeps the
        documents of others, who could not read these.
        """
        self.folder = folder
        self.key = key
        self.mutex = Lock()
        self._form = form
        self._pairs = pairs
        self._positions = frozenset(positions)
        self._disk = disk or Disk()
        self._lock = WriteLock(folder, wait)
        self._process = self._lock.process
        self._closed = False
        try:
            catalog = contents.read_catalog(folder)
            if catalog.documents != documents:
                raise IndexMismatchError(
                    f"{folder}: keeps documents of {catalog.documents or 'other writers'}, which could not read those "
                    f"of this writer; {_PROPER.get(catalog.documents, 'write with what created it')}"
                )
            with told_as_store_errors(folder):
                contents.remove_strays(self._disk, folder, catalog)
                self._draft = Draft(self._disk, folder, catalog, key, form, known, pairs=pairs)
        except BaseException:
            self._lock.release()
            raise
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
        summaries: Sequence[bytes] | None = None,
        kinds: Mapping[str, Kind] | None = None,
        traits: Iterable[str] = (),
    ) -> None:
        """Add documents, replacing older ones of the same id, be they in this batch, this writer or the index.

        ids: one per document, not empty. stored: one blob per document. tokens: of each field, for all documents.
        columns: of each column one value per document: None, a value, or a list of values. summaries: one small blob
        per document, what a list of hits shows of it: kept as it is, and read ten times quicker than the stored blob.
        kinds: what columns are declared to hold. traits: lines that say what the tokens depend on; their union is kept.
        """
        if self.key is None:
            raise DocumentError("the schema has no unique text field to keep ids in; add one, or use add_document")
        keys = [name.encode("utf-8", "surrogatepass") for name in ids]
        if not all(keys):
            raise DocumentError("an id is empty; give every document an id")
        every = {**tokens, self.key: key_tokens(keys)}
        self._add(keys, stored, every, columns or {}, summaries=summaries, kinds=kinds, traits=traits)

    def delete(self, name: str) -> bool:
        """Delete the document of that id -> whether there was one."""
        return self.delete_many([name]) > 0

    @one_at_a_time
    def delete_many(self, names: Sequence[str]) -> int:
        """Delete the documents of some ids -> how many there were."""
        self.check_open()
        with self._cancelled_on_error():
            return self._delete_keys([name.encode("utf-8", "surrogatepass") for name in names])

    @one_at_a_time
    def delete_found(self, find: Callable[[Searcher], Array]) -> int:
        """Delete what `find` names, rising, of the index as it would be if all were committed now -> how many."""
        self.check_open()
        with self._cancelled_on_error():
            searcher = self._searcher()
        docs = find(searcher)
        with self._cancelled_on_error():
            return self._draft.delete_docs(docs)

    @one_at_a_time
    def delete_all(self) -> None:
        """Delete every document."""
        self.check_open()
        with self._cancelled_on_error():
            self._builder.close()
        self._begin()
        self._draft.clear()

    @one_at_a_time
    def commit(self, *, optimize: bool = False, merge: bool = True, pruning: Pruning | None = None) -> None:
        """Make everything durable and visible at once; merge segments as policy says, or all of them to optimize.

        pruning: what of the documents is left out when all are merged.
        """
        self.check_open()
        with self._cancelled_on_error():
            self._spill()
            self._draft.drop_empty()
            if optimize:
                self._draft.merge_all(pruning)
            elif merge:
                self._draft.merge_by_policy()
            self._lock.check()
            self._draft.publish()
        self._close()

    @one_at_a_time
    def replace_others(self, others: Mapping[str, str]) -> None:
        """Let the commit refer to these files of the owner's, with their checksums, instead of those before."""
        self.check_open()
        self._draft.replace_others(others)

    @one_at_a_time
    def replace_settings(self, settings: Mapping[str, Any]) -> None:
        """Let the commit keep these settings of the owner's, anything that JSON can hold, instead of those before."""
        self.check_open()
        self._draft.replace_settings(settings)

    @one_at_a_time
    def next_name(self, suffix: str) -> str:
        """A name for a new file of the index, which is removed unless a commit refers to it."""
        return self._draft.next_name(suffix)

    @one_at_a_time
    def cancel(self) -> None:
        """Forget everything since the last commit and give the lock back; a second call does nothing."""
        if self._closed:
            return
        if os.getpid() == self._process and self._lock.is_of_folder:  # else the files are the parent's, or another's
            # What cannot be removed now is a stray that the next writer removes.
            with contextlib.suppress(OSError, IndexStoreError):
                self._builder.close()
                self._draft.close()
                # The catalog on disk decides: a commit may have failed after it was in place.
                contents.remove_strays(self._disk, self.folder, contents.read_catalog(self.folder))
        self._close()

    @property
    def draft(self) -> Draft:
        """The commit to be, for whoever holds the mutex; documents that wait in memory are not in it yet."""
        return self._draft

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

    # For writers that add documents in other ways

    def _add(
        self,
        keys: Sequence[bytes],
        stored: Sequence[bytes],
        tokens: Mapping[str, TokenBatch],
        columns: Mapping[str, Sequence[object]],
        *,
        summaries: Sequence[bytes] | None = None,
        replace: bool = True,
        kinds: Mapping[str, Kind] | None = None,
        traits: Iterable[str] = (),
        more: bool = False,
    ) -> None:
        """As add_batch, for ids in bytes. more: documents follow that have to lie in the same segment."""
        self.check_open()
        count = len(keys)
        summaries = [b""] * count if summaries is None else summaries
        given = [len(stored), len(summaries), *(len(batch.counts) for batch in tokens.values())]
        if any(number != count for number in given):
            raise DocumentError("ids, blobs and token counts differ in number; pass one of each per document")
        if max(map(len, keys), default=0) > MAX_KEY:
            raise DocumentError(f"an id is longer than {MAX_KEY} bytes; shorten it")
        values = {}
        for name, rows in columns.items():
            if len(rows) != count:
                raise DocumentError(
                    f"column {name!r} has {len(rows)} rows for {count} documents; pass one per document"
                )
            values[name] = column_values.given(name, rows, (kinds or {}).get(name))
            self._check_kind(name, values[name])
        if not count:
            return
        marked = {name: (batch, name in self._positions) for name, batch in tokens.items()}
        check_sizes(stored, marked)
        with self._cancelled_on_error():
            if replace:
                self._delete_keys([key for key in keys if key])
            self._pending.add(keys, self._builder.docs, replace=replace)
            self._builder.add(keys, summaries, stored, marked, values, traits)
            if self._builder.full and not more:
                self._spill()
                self._draft.merge_by_policy(added=True)

    def _delete_keys(self, keys: list[bytes]) -> int:
        """Mark the documents of these ids as deleted wherever they are -> how many were."""
        return self._pending.delete(keys) + self._draft.delete_ids(keys)

    def _searcher(self) -> Searcher:
        """What the index would be if all were committed now; pending documents are written first."""
        self._spill()
        return self._draft.searcher()

    def _begin(self) -> None:
        name = self._draft.next_name(".seg")
        self._builder = Builder(self._disk, self.folder, name, self.key, self._form, pairs=self._pairs)
        self._pending = Pending()

    def _spill(self) -> None:
        """Write the documents held in memory as a segment."""
        if not self._builder.docs:
            return
        self._lock.check()
        file = self._builder.write()
        self._draft.add(file, self._builder.docs, sorted(self._pending.gone))
        self._begin()

    def _check_kind(self, name: str, column: column_values.Column | column_values.Texts) -> None:
        """Numbers and text never share a column, in whatever segment they are."""
        if not len(column.values):
            return
        kinds = self._draft.column_kinds(name) | {self._builder.column_kind(name), column.kind}
        if "text" in kinds and kinds - {"text", None}:
            raise DocumentError(f"column {name!r} holds numbers and text at once; give each column one kind of value")

    @contextlib.contextmanager
    def _cancelled_on_error(self) -> Iterator[None]:
        """Cancel the writer when the block raises; the system's errors come out as those of the index."""
        try:
            with told_as_store_errors(self.folder):
                yield
        except BaseException:
            self.cancel()
            raise

    def _close(self) -> None:
        self._closed = True
        self._draft.close()
        self._lock.release()
