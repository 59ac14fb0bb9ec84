"""index: an index folder as a whole: create it, open it, read it, write to it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh import fields

from khsearch.columnar import catalog as contents
from khsearch.columnar import nodes, values
from khsearch.columnar.catalog import Catalog
from khsearch.columnar.disk import Disk, WriteLock, told_as_store_errors
from khsearch.columnar.opened import open_segments
from khsearch.columnar.reader import Reader
from khsearch.columnar.whoosh_queries import Translator
from khsearch.columnar.whoosh_reader import PlanWeighting, WhooshReader
from khsearch.columnar.whoosh_searcher import ColumnarSearcher
from khsearch.columnar.whoosh_writer import Writer
from khsearch.errors import IndexDamagedError, IndexExistsError, IndexNotFoundError
from khsearch.sharing import Lock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from khsearch.columnar.bm25 import BM25
    from khsearch.columnar.columns import Form

ATTEMPTS = 100  # to read a commit while others follow


class ColumnarIndex:
    """One index folder, for any number of threads. Readers see one commit or the next, never a mix."""

    def __init__(
        self,
        folder: Path,
        schema: fields.Schema,
        *,
        disk: Disk | None = None,
        documents: str = "",
        form: Form | None = None,
    ) -> None:
        """`documents` and `form` are for writers: see `BatchWriter`."""
        self.decode: Callable[[bytes], dict[str, Any]] = values.decode
        self.folder = folder
        self.schema = schema
        self.key = key_field(schema)
        self._documents = documents
        self._form = form
        self._disk = disk or Disk()
        self._lock = Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._reader: Reader | None = None
        self.reader()

    @property
    def settings(self) -> dict[str, Any]:
        """What the caller of create_in wanted kept."""
        return self.reader().catalog.settings

    def close(self) -> None:
        """Let go of the commit that is open; readers that are still held stay whole. A second call does nothing."""
        self._reader, self._stamp = None, None

    def reader(self) -> Reader:
        """The latest commit; the same object as long as no other commit follows."""
        stamp = contents.stamp(self.folder)
        reader = self._reader
        if reader is not None and stamp == self._stamp:
            return reader
        with self._lock:
            return self._refreshed()

    def writer(self, wait: float = 0.0) -> Writer:
        """The one writer; IndexLockedError where another works for longer than wait seconds."""
        return Writer(
            self.folder,
            self.schema,
            self.key,
            wait=wait,
            disk=self._disk,
            documents=self._documents,
            form=self._form,
        )

    def searcher(self, weighting: BM25 | None = None) -> ColumnarSearcher:
        """A Whoosh Searcher over the latest commit."""
        reader = WhooshReader(self.reader(), self.schema, self.decode)
        return ColumnarSearcher(reader, weighting=PlanWeighting(weighting), fromindex=self)

    def doc_count(self) -> int:
        """Live documents."""
        return int(self.reader().doc_count)

    def latest_generation(self) -> int:
        """The number of the latest commit."""
        return self.reader().catalog.generation

    def optimize(self, wait: float = 0.0) -> None:
        """Merge everything into one segment without deleted documents."""
        self.writer(wait).commit(optimize=True)

    def _refreshed(self) -> Reader:
        for _ in range(ATTEMPTS):
            stamp = contents.stamp(self.folder)
            if self._reader is not None and stamp == self._stamp:
                return self._reader
            catalog = contents.read(self.folder)
            try:
                reader = Reader(self.folder, catalog, self.key, open_segments(self._reader), form=self._form)
            except FileNotFoundError as error:
                missing = Path(error.filename or self.folder).name
                if contents.stamp(self.folder) == stamp:
                    raise IndexDamagedError(
                        f"{self.folder / missing}: damaged: the file is missing; restore it from a backup or rebuild"
                    ) from error
                continue
            reader.translate = partial(_translated, self.schema)
            self._reader, self._stamp = reader, stamp
            return reader
        raise IndexDamagedError(f"{self.folder}: files vanish while they are opened; retry when the writers rest")


def create_in(
    path: str | Path,
    schema: fields.Schema,
    settings: Mapping[str, Any] | None = None,
    *,
    documents: str = "",
    write_others: Callable[[], Mapping[str, str]] | None = None,
    form: Form | None = None,
) -> ColumnarIndex:
    """Create an empty index in a folder, made if need be; IndexExistsError where there is one already.

    settings: anything that JSON can hold; it comes back as ColumnarIndex.settings. documents: whose stored documents it
    keeps; writers of other documents are refused. write_others: writes files beside the catalog that go with the
    first commit -> their names and checksums. form: in which text of columns is compared.
    """
    folder, disk = Path(path).absolute(), Disk()
    with told_as_store_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    lock = WriteLock(folder, 0.0)
    try:
        if contents.exists(folder):
            raise IndexExistsError(f"{folder}: holds an index already; open it, or choose another folder")
        with told_as_store_errors(folder):
            others = write_others() if write_others else {}
            contents.write(
                disk, folder, Catalog(settings=dict(settings or {}), documents=documents, others=dict(others))
            )
    finally:
        lock.release()
    return ColumnarIndex(folder, schema, documents=documents, form=form)


def open_dir(
    path: str | Path, schema: fields.Schema, *, documents: str = "", form: Form | None = None
) -> ColumnarIndex:
    """Open the index of a folder; IndexNotFoundError, IndexDamagedError, IndexMismatchError."""
    folder = Path(path).absolute()
    if not contents.exists(folder):
        raise IndexNotFoundError(f"{folder}: no index here; create one first")
    return ColumnarIndex(folder, schema, documents=documents, form=form)


def _translated(schema: fields.Schema, reader: Reader, query: Any) -> nodes.Node:
    return Translator(reader, schema).node(query)


def exists_in(path: str | Path) -> bool:
    """Whether a folder holds an index."""
    return contents.exists(Path(path))


def key_field(schema: fields.Schema) -> str | None:
    """The field that holds ids: the first that is unique and not a number."""
    for name, field in schema.items():
        if field.unique and not isinstance(field, fields.NUMERIC):
            return str(name)
    return None
