"""index: an Index as a whoosh.index.Index, over the same folder: what one side writes, the other finds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, cast

from whoosh.index import Index as WhooshIndex

from khsearch import columnar
from khsearch.opening import Commit
from khsearch.whoosh.documents.planning import columns_of, searcher_of
from khsearch.whoosh.documents.reader import DocumentReader, DocumentSearcher
from khsearch.whoosh.documents.writer import DocumentWriter, no_other_fields
from khsearch.whoosh.errors import as_whoosh_has_them
from khsearch.whoosh.index import MAIN, check_writer_options

if TYPE_CHECKING:
    from whoosh.fields import Schema

    from khsearch.columnar import EmbeddedWriter
    from khsearch.writing import Writer


class DocumentIndex(WhooshIndex):  # type: ignore[misc]
    """An Index under Whoosh's interface, for any number of threads. It sees the latest commit whenever it is asked.

    The schema has the fields id, title and text, and the Index's own: text and keywords as such, numbers as NUMERIC,
    dates as DATETIME, truth values as BOOLEAN, all of them stored. The methods are those of whoosh.index.Index, and
    mean what they mean there.
    """

    def __init__(self, latest: Callable[[], Commit], writer: Callable[[float], Writer]) -> None:
        """latest: the last commit of the Index. writer: its one writer, waiting so many seconds for another.

        IndexStoreError for an index that lies in no folder.
        """
        columns_of(latest().view)
        self.indexname = MAIN
        self._latest = latest
        self._writer = writer

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._latest().view.name}>"

    @property
    def schema(self) -> Schema:
        """The schema of the latest commit."""
        return self.reader().schema

    def _current_schema(self) -> Schema:
        return self.schema

    # Reading

    def reader(self, reuse: Any = None) -> DocumentReader:
        """A reader of the latest commit. `reuse` is of Whoosh's interface: what can be shared is shared anyway."""
        found: DocumentReader = self.searcher().reader()
        return found

    def searcher(self, **kwargs: Any) -> DocumentSearcher:
        """A searcher of the latest commit; it ranks as the Index does, or by the `weighting` given."""
        return searcher_of(self._latest(), fromindex=self, **kwargs)

    def is_empty(self) -> bool:
        """Whether the latest commit has no documents, deleted ones included."""
        return self.doc_count_all() == 0

    def doc_count(self) -> int:
        """Live documents."""
        return self._latest().view.doc_count

    def doc_count_all(self) -> int:
        """Documents, deleted ones that still lie in a segment included."""
        return columns_of(self._latest().view).commit.doc_count_all

    def latest_generation(self) -> int:
        """The number of the latest commit."""
        return columns_of(self._latest().view).commit.catalog.generation

    def up_to_date(self) -> bool:
        """True: an index sees the latest commit whenever it is asked."""
        return True

    def last_modified(self) -> float:
        """When the latest commit was made, in seconds as time.time counts them."""
        return columnar.modified(columns_of(self._latest().view).commit.folder)

    def close(self) -> None:
        """Do nothing: the Index, whose files these are, stays open until it is closed."""

    # Writing

    def writer(self, *, timeout: float = 0.0, delay: float = 0.1, merge: bool = True, **options: Any) -> DocumentWriter:
        """The Index's one writer; LockError where another works for longer than `timeout` seconds.

        Other options of Whoosh's writers (procs, limitmb, merge, ...) mean nothing here; an unknown one is a TypeError.
        """
        check_writer_options(options)
        with as_whoosh_has_them():
            writer = self._writer(timeout)
        latest = self._latest()
        return DocumentWriter(
            writer, cast("EmbeddedWriter", writer.engine), self.schema, partial(searcher_of, latest, fromindex=self)
        )

    def optimize(self, **kwargs: Any) -> None:
        """Merge all segments into one; keywords as for `writer`."""
        self.writer(**kwargs).commit(optimize=True)

    def add_field(self, fieldname: str, fieldspec: Any) -> NoReturn:
        """Refuse: an Index is created with its fields."""
        raise no_other_fields()

    def remove_field(self, fieldname: str) -> NoReturn:
        """Refuse: an Index is created with its fields."""
        raise no_other_fields()
