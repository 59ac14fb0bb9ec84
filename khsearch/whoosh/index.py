"""index: an array index with a Whoosh schema: create it, open it, search it, write to it, as Whoosh's users do.

The methods are those of whoosh.index.Index and FileIndex, and mean what they mean there. The schema is kept in the
index as data, in a file that belongs to its commit.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from whoosh import fields
from whoosh.index import Index as WhooshIndex

from khsearch import columnar
from khsearch.columnar import FieldOptions, IndexFolder, Searcher
from khsearch.errors import IndexDamagedError, IndexMismatchError
from khsearch.whoosh import schema as schemas
from khsearch.whoosh.errors import as_whoosh_has_them
from khsearch.whoosh.reading.reader import WhooshReader
from khsearch.whoosh.searching.searcher import ColumnarSearcher, searcher_of
from khsearch.whoosh.writing.analysed import check_schema
from khsearch.whoosh.writing.writer import ColumnarWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from whoosh.fields import Schema

    from khsearch.columnar import Catalog, Disk
    from khsearch.engine import NameFile

T = TypeVar("T")

ATTEMPTS = 100  # to read a commit's schema while others follow

MAIN = "MAIN"
"""What Whoosh calls the index of a folder that has no other name."""

_KEY = "key"
"""The setting that names the field of ids: it stays what it was when the index was created."""

# What writers of Whoosh's take that means nothing here: batches are held in memory, and written by arrays.
_WRITER_OPTIONS = frozenset(
    ["procs", "limitmb", "batchsize", "multisegment", "compound", "codec", "poolclass", "docbase", "subargs"]
)


class ColumnarIndex(WhooshIndex):  # type: ignore[misc]
    """One index folder and its schema, for any number of threads."""

    def __init__(self, folder: Path, schema: Schema | None = None, *, disk: Disk | None = None) -> None:
        """Open the index of a folder; `schema` counts instead of the one that the index keeps."""
        self.folder = folder
        self.indexname = MAIN
        self._given = schema
        self._disk = disk or columnar.Disk()
        self._read: tuple[Mapping[str, str], Schema] | None = None  # with the files of the commit that keep it, as one
        with as_whoosh_has_them():
            catalog, kept = self._whole(lambda: _catalog_of(folder), lambda catalog: catalog.others)
            self.key = catalog.settings.get(_KEY, key_field(kept))
            options = FieldOptions(self.key, translate=self._translated)
            self._files = IndexFolder(folder, options, disk=self._disk)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.folder)!r})"

    # The schema

    @property
    def schema(self) -> Schema:
        """The schema of the latest commit."""
        return self._latest()[1]

    def _current_schema(self) -> Schema:
        return self.schema

    def _schema_of(self, others: Mapping[str, str]) -> Schema:
        if self._given is not None:
            return self._given
        if not others:
            raise IndexMismatchError(f"{self.folder}: keeps no schema; pass schema= to open_dir, and write a commit")
        known = self._read
        if known is None or known[0] != others:
            known = others, schemas.decode(str(self.folder), columnar.files_of(self.folder, others))
            self._read = known
        return known[1]

    def _translated(self, columns: Searcher, query: Any) -> Any:
        return searcher_of(columns, self._schema_of(columns.commit.catalog.others)).node(query)

    # Reading

    def columns(self) -> Searcher:
        """What searches the latest commit by nodes; the same object as long as no other commit follows."""
        return self._files.searcher()

    def reader(self, reuse: Any = None) -> WhooshReader:
        """A reader of the latest commit. `reuse` is of Whoosh's interface: what can be shared is shared anyway."""
        columns, schema = self._latest()
        return WhooshReader(columns.commit, schema)

    def searcher(self, **kwargs: Any) -> ColumnarSearcher:
        """A searcher of the latest commit; keywords as Whoosh's Searcher takes them, as `weighting`."""
        columns, schema = self._latest()
        return searcher_of(columns, schema, fromindex=self, **kwargs)

    def _latest(self) -> tuple[Searcher, Schema]:
        return self._whole(self.columns, lambda columns: columns.commit.catalog.others)

    def _whole(self, read: Callable[[], T], others: Callable[[T], Mapping[str, str]]) -> tuple[T, Schema]:
        """What is read of the latest commit, with its schema; another commit may follow meanwhile, with another one."""
        for _ in range(ATTEMPTS):
            found = read()
            try:
                return found, self._schema_of(others(found))
            except FileNotFoundError as error:
                if others(read()) == others(found):
                    raise IndexDamagedError(
                        f"{error.filename}: damaged: the file is missing; restore it from a backup, or pass schema= to "
                        "open_dir"
                    ) from error
        raise IndexDamagedError(f"{self.folder}: files vanish while they are opened; retry when the writers rest")

    def is_empty(self) -> bool:
        """Whether the latest commit has no documents, deleted ones included."""
        return self.columns().commit.doc_count_all == 0

    def latest_generation(self) -> int:
        """The number of the latest commit."""
        return self.columns().commit.catalog.generation

    def up_to_date(self) -> bool:
        """True: an index sees the latest commit whenever it is asked."""
        return True

    def last_modified(self) -> float:
        """When the latest commit was made, in seconds as time.time counts them."""
        return columnar.modified(self.folder)

    def close(self) -> None:
        """Let go of the commit that is open; searchers that are still held stay whole. A second call does nothing."""
        self._files.close()

    # Writing

    def writer(self, *, timeout: float = 0.0, delay: float = 0.1, merge: bool = True, **others: Any) -> ColumnarWriter:
        """The one writer; LockError where another works for longer than `timeout` seconds.

        merge: as the writer's attribute of that name. Other options of Whoosh's writers (procs, limitmb, ...) mean
        nothing here; an unknown one is a TypeError.
        """
        check_writer_options(others)
        writer = ColumnarWriter(self.folder, self.key, self._schema_for_writing, wait=timeout, disk=self._disk)
        writer.merge = merge
        return writer

    def _schema_for_writing(self, others: Mapping[str, str]) -> tuple[Schema, bool]:
        """The schema that counts, and whether it is the one that a commit of these files keeps."""
        return self._schema_of(others), self._is_kept(others)

    def _is_kept(self, others: Mapping[str, str]) -> bool:
        """Whether the index keeps the very schema that counts."""
        if self._given is None or not others:
            return bool(others)
        kept = columnar.files_of(self.folder, others)
        names = iter(kept)
        try:
            return dict(schemas.encode(self._given, lambda _: next(names))) == dict(kept)
        except StopIteration:
            return False

    def optimize(self, **kwargs: Any) -> None:
        """Merge all segments into one; keywords as for `writer`."""
        self.writer(**kwargs).commit(optimize=True)


def create_in(
    dirname: str | Path, schema: Schema | type, indexname: str | None = None, *, disk: Disk | None = None
) -> ColumnarIndex:
    """Create an empty index in a folder, made if need be; one that is there is emptied, as Whoosh does.

    indexname: several indexes may lie in one folder, each in a folder of its name. SchemaError for a schema that the
    arrays cannot keep; LockError where somebody is writing; IndexMismatchError where the folder keeps an index of
    khsearch.Index: open that with Index.open(path).whoosh().
    """
    folder = folder_of(dirname, indexname)
    kept = fields.ensure_schema(schema)
    check_schema(kept)
    key = key_field(kept)
    options = FieldOptions(key)
    with as_whoosh_has_them():
        if columnar.exists(folder):
            _catalog_of(folder)
            writer = IndexFolder(folder, options, disk=disk).writer()
            with writer:
                writer.delete_all()
                writer.replace_settings({_KEY: key})
                writer.replace_others(_written(folder, kept, writer.next_name))
        else:
            create_folder(folder, key, partial(_written, folder, kept, columnar.numbered_names()))
    index = ColumnarIndex(folder, kept, disk=disk)
    # This object knows what is no data of the schema, too, as long as nobody changes it.
    index._given, index._read = None, (index._files.searcher().commit.catalog.others, kept)
    return index


def create_folder(folder: Path, key: str | None, write: Callable[[], Mapping[str, str]]) -> IndexFolder:
    """Create an empty index in a folder, made if need be, whose field of ids is `key`; IndexExistsError.

    write: writes the files that keep its schema -> their names and checksums.
    """
    return columnar.create(folder, FieldOptions(key), {_KEY: key}, write)


def open_dir(
    dirname: str | Path,
    indexname: str | Schema | None = None,
    readonly: bool = False,
    schema: Schema | type | None = None,
) -> ColumnarIndex:
    """Open the index of a folder.

    indexname: as for create_in; a schema in its place is taken as one. schema: counts instead of the one that the index
    keeps, as for an index with fields of classes that are not loaded. readonly: of Whoosh's interface; opening never
    writes. Raises EmptyIndexError where there is none, IndexDamagedError, IndexMismatchError.
    """
    if isinstance(indexname, fields.Schema):
        indexname, schema = None, indexname
    return ColumnarIndex(folder_of(dirname, indexname), None if schema is None else fields.ensure_schema(schema))


def exists_in(dirname: str | Path, indexname: str | None = None) -> bool:
    """Whether a folder holds an index."""
    return columnar.exists(folder_of(dirname, indexname))


def _catalog_of(folder: Path) -> Catalog:
    """The catalog of a folder; IndexMismatchError where it is that of an Index, whose schema is another."""
    catalog = columnar.read_catalog(folder)
    if catalog.documents:
        raise IndexMismatchError(
            f"{folder}: keeps documents of {catalog.documents}; open it with khsearch.Index.open(path).whoosh()"
        )
    return catalog


def check_writer_options(given: Mapping[str, Any]) -> None:
    """Raise TypeError for an option that no writer of Whoosh's takes."""
    unknown = given.keys() - _WRITER_OPTIONS
    if unknown:
        raise TypeError(f"writer() got an unexpected keyword argument {min(unknown)!r}")


def folder_of(dirname: str | Path, indexname: str | None) -> Path:
    """Return the folder of an index that a folder holds; ValueError for a name that no folder can have."""
    folder = Path(dirname).absolute()
    if indexname in (None, MAIN):
        return folder
    if not isinstance(indexname, str) or not re.fullmatch(r"\w[\w.-]*", indexname):
        raise ValueError(f"indexname takes letters, digits, -, _ and ., not {indexname!r}")
    return folder / indexname


def key_field(schema: Schema) -> str | None:
    """The field that holds ids: the first that is unique and not a number."""
    for name, field in schema.items():
        if field.unique and not isinstance(field, fields.NUMERIC):
            return str(name)
    return None


def _written(folder: Path, schema: Schema, name_file: NameFile) -> dict[str, str]:
    return columnar.written(folder, schemas.encode(schema, name_file))
