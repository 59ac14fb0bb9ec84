"""index: an array index with a Whoosh schema: create it, open it, search it, write to it, as Whoosh's users do."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh import fields

from khsearch import columnar
from khsearch.columnar import FieldOptions, IndexFolder, Searcher
from khsearch.whoosh.queries import Translator
from khsearch.whoosh.reader import WhooshReader
from khsearch.whoosh.searcher import ColumnarSearcher
from khsearch.whoosh.writer import ColumnarWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from khsearch.columnar import Disk
    from khsearch.engine import Node


class ColumnarIndex:
    """One index folder and its schema, for any number of threads."""

    def __init__(self, folder: Path, schema: fields.Schema, *, disk: Disk | None = None) -> None:
        self.folder = folder
        self.schema = schema
        self.key = key_field(schema)
        self._disk = disk
        self._files = IndexFolder(folder, options_of(schema), disk=disk)

    @property
    def settings(self) -> dict[str, Any]:
        """What the caller of create_in wanted kept."""
        return self.columns().commit.catalog.settings

    def close(self) -> None:
        """Let go of the commit that is open; searchers that are still held stay whole. A second call does nothing."""
        self._files.close()

    def columns(self) -> Searcher:
        """What searches the latest commit by nodes; the same object as long as no other commit follows."""
        return self._files.searcher()

    def writer(self, wait: float = 0.0) -> ColumnarWriter:
        """The one writer; IndexLockedError where another works for longer than wait seconds."""
        return ColumnarWriter(self.folder, self.schema, self.key, wait=wait, disk=self._disk)

    def searcher(self, weighting: Any = None) -> ColumnarSearcher:
        """A Whoosh Searcher over the latest commit; weighting: one of Whoosh's (None: BM25F), or a BM25."""
        columns = self.columns()
        reader = WhooshReader(columns.commit, self.schema)
        return ColumnarSearcher(columns, reader, weighting=weighting, fromindex=self)

    def doc_count(self) -> int:
        """Live documents."""
        return self.columns().commit.doc_count

    def latest_generation(self) -> int:
        """The number of the latest commit."""
        return self.columns().commit.catalog.generation


def create_in(path: str | Path, schema: fields.Schema, settings: Mapping[str, Any] | None = None) -> ColumnarIndex:
    """Create an empty index in a folder, made if need be; IndexExistsError where there is one already.

    settings: anything that JSON can hold; it comes back as ColumnarIndex.settings.
    """
    folder = Path(path).absolute()
    columnar.create(folder, options_of(schema), settings)
    return ColumnarIndex(folder, schema)


def open_dir(path: str | Path, schema: fields.Schema) -> ColumnarIndex:
    """Open the index of a folder; IndexNotFoundError, IndexDamagedError, IndexMismatchError."""
    folder = Path(path).absolute()
    columnar.open_folder(folder, options_of(schema))
    return ColumnarIndex(folder, schema)


def exists_in(path: str | Path) -> bool:
    """Whether a folder holds an index."""
    return columnar.exists(Path(path))


def options_of(schema: fields.Schema) -> FieldOptions:
    """What the arrays have to know of a schema."""
    return FieldOptions(key_field(schema), translate=partial(_translated, schema))


def key_field(schema: fields.Schema) -> str | None:
    """The field that holds ids: the first that is unique and not a number."""
    for name, field in schema.items():
        if field.unique and not isinstance(field, fields.NUMERIC):
            return str(name)
    return None


def _translated(schema: fields.Schema, columns: Searcher, query: Any) -> Node:
    return Translator(columns.commit, schema).node(query)
