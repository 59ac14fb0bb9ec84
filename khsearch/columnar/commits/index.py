"""index: an index folder as a whole: create it, open it, read it, write to it."""

from __future__ import annotations

import gc
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khsearch.columnar.files import catalog as contents
from khsearch.columnar.files.catalog import Catalog
from khsearch.columnar.files.disk import Disk, make_folder, told_as_store_errors
from khsearch.columnar.search.commit import Commit
from khsearch.columnar.search.compiled import searcher_of
from khsearch.errors import IndexDamagedError, IndexExistsError, IndexNotFoundError, IndexStoreError
from khsearch.frozen import frozen
from khsearch.sharing import Lock, loading

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from khsearch.columnar.commits.writer import BatchWriter
    from khsearch.columnar.search.searcher import Searcher
    from khsearch.columnar.segments.columns import Form
    from khsearch.engine import Node

ATTEMPTS = 100  # to read a commit while others follow


@frozen
class FieldOptions:
    """What writers and readers of a folder have to know of its fields.

    key        the field of ids, None where documents have none
    documents  whose stored documents the folder keeps; writers of others are refused
    form       in which text of columns is compared; None: as it is
    pairs      whether segments get tables of the frequent pairs of fields that keep positions
    translate  makes a node of a query of another language, for the commit that is asked
    """

    key: str | None
    documents: str = ""
    form: Form | None = None
    pairs: bool = False
    translate: Callable[[Searcher, Any], Node] | None = None


class IndexFolder:
    """One index folder, for any number of threads. Searchers see one commit or the next, never a mix."""

    def __init__(
        self, folder: Path, options: FieldOptions, *, disk: Disk | None = None, cache_bytes: int | None = None
    ) -> None:
        """Open the latest commit.

        cache_bytes: what every open commit may keep in memory of what it was asked for: decoded and scored postings,
        positions, tables of terms, columns, and what others have it keep (`Commit.memo`). None: 96 MB, and beside that
        the tables whose size follows from the index. Not counted are the pages of files that the system maps, 8
        bytes a document in each thread that searches, and what the compiled core keeps of files: 64 MB in a process.
        """
        self.folder = folder
        self.options = options
        self._disk = disk or Disk()
        self._cache_bytes = cache_bytes
        self._lock = Lock()
        self._last: tuple[tuple[int, int, int], Searcher] | None = None  # with the stamp of its catalog, as one
        self.searcher()

    def close(self) -> None:
        """Let go of the commit that is open; searchers that are still held stay whole. A second call does nothing."""
        self._last = None
        if self._disk.left:
            self._sweep()

    def searcher(self) -> Searcher:
        """One of the latest commit; the same object as long as no other commit follows."""
        stamp, last = contents.stamp(self.folder), self._last
        if last is not None and last[0] == stamp:
            return last[1]
        with self._lock:
            return self._refreshed()

    def writer(self, wait: float = 0.0, positions: Collection[str] = ()) -> BatchWriter:
        """The one writer; IndexLockedError where another works for longer than wait seconds.

        positions: fields that keep where in a document each token stands.
        """
        loading("khsearch.columnar.commits.writer")
        from khsearch.columnar.commits.writer import BatchWriter

        options, last = self.options, self._last
        return BatchWriter(
            self.folder,
            options.key,
            positions,
            wait=wait,
            disk=self._disk,
            documents=options.documents,
            form=options.form,
            pairs=options.pairs,
            known={} if last is None else last[1].commit.segments_by_name(),
        )

    def _sweep(self) -> None:
        """Remove the files that a commit left because they were open, unless somebody writes, who does so himself."""
        loading("khsearch.columnar.files.lock")
        from khsearch.columnar.files.lock import WriteLock

        gc.collect()  # what has them open may be held by what nobody holds
        with suppress(OSError, IndexStoreError):
            lock = WriteLock(self.folder, 0.0)
            try:
                contents.remove_strays(self._disk, self.folder, contents.read_catalog(self.folder))
            finally:
                lock.release()

    def _refreshed(self) -> Searcher:
        for _ in range(ATTEMPTS):
            stamp, last = contents.stamp(self.folder), self._last
            if last is not None and last[0] == stamp:
                return last[1]
            catalog = contents.read_catalog(self.folder)
            try:
                known = {} if last is None else last[1].commit.segments_by_name()
                commit = Commit(
                    self.folder,
                    catalog,
                    self.options.key,
                    known,
                    form=self.options.form,
                    cache_bytes=self._cache_bytes,
                )
                if last is not None:
                    commit.adopt(last[1].commit)
            except FileNotFoundError as error:
                missing = Path(error.filename or self.folder).name
                if contents.stamp(self.folder) == stamp:
                    raise IndexDamagedError(
                        f"{self.folder / missing}: damaged: the file is missing; restore it from a backup or rebuild"
                    ) from error
                continue
            searcher = searcher_of(commit, self.options.translate)
            self._last = stamp, searcher
            return searcher
        raise IndexDamagedError(f"{self.folder}: files vanish while they are opened; retry when the writers rest")


def create(
    folder: Path,
    options: FieldOptions,
    settings: Mapping[str, Any] | None = None,
    write_others: Callable[[], Mapping[str, str]] | None = None,
) -> IndexFolder:
    """Create an empty index in a folder, made if need be; IndexExistsError where there is one already.

    settings: anything that JSON can hold; the catalog keeps it. write_others: writes files beside the catalog that go
    with the first commit -> their names and checksums.
    """
    loading("khsearch.columnar.files.lock")
    from khsearch.columnar.files.lock import WriteLock

    disk = Disk()
    make_folder(folder)
    lock = WriteLock(folder, 0.0)
    try:
        if contents.exists(folder):
            raise IndexExistsError(f"{folder}: holds an index already; open it, or choose another folder")
        with told_as_store_errors(folder):
            others = dict(write_others() if write_others else {})
            catalog = Catalog(settings=dict(settings or {}), documents=options.documents, others=others)
            contents.write(disk, folder, catalog)
    finally:
        lock.release()
    return IndexFolder(folder, options)


def open_folder(folder: Path, options: FieldOptions, *, cache_bytes: int | None = None) -> IndexFolder:
    """Open the index of a folder; cache_bytes as `IndexFolder` takes it.

    IndexNotFoundError, IndexDamagedError, IndexMismatchError.
    """
    if not contents.exists(folder):
        raise IndexNotFoundError(f"{folder}: no index here; create one first")
    return IndexFolder(folder, options, cache_bytes=cache_bytes)
