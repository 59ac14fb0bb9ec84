"""writer: documents and their terms into a folder, as `khsearch.engine.EngineWriter` has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from khsearch.columnar.files.companions import written
from khsearch.columnar.postings.inversion import MAX_POSITION
from khsearch.columnar.segments.stored import MAX_BLOB
from khsearch.documents import bodies_of, heads_of
from khsearch.engine import Batch, Files, Limits, NameFile

if TYPE_CHECKING:
    from khsearch.arrays import Array
    from khsearch.columnar.commits.draft import Draft
    from khsearch.columnar.commits.writer import BatchWriter
    from khsearch.columnar.search.searcher import Searcher
    from khsearch.schema import Schema
    from khsearch.sharing import Lock


class EmbeddedWriter:
    """The writer of a folder."""

    limits = Limits(MAX_POSITION, MAX_BLOB)

    def __init__(self, writer: BatchWriter, schema: Schema) -> None:
        self._writer = writer
        self._kinds = schema.columns

    @property
    def ended(self) -> bool:
        """Whether it has been committed or cancelled."""
        return self._writer.ended

    def check_open(self) -> None:
        """Raise IndexStoreError where it has ended."""
        self._writer.check_open()

    def add_batch(self, batch: Batch) -> None:
        """Keep documents in two parts: what a list of hits shows, and the rest."""
        self._writer.add_batch(
            batch.documents.ids,
            bodies_of(batch.documents),
            batch.tokens,
            batch.rows,
            summaries=heads_of(batch.documents),
            kinds=self._kinds,
            traits=batch.traits,
        )

    def delete(self, id: str) -> bool:
        """Delete the document of an id."""
        return self._writer.delete(id)

    def delete_many(self, ids: Sequence[str]) -> int:
        """Delete the documents of some ids."""
        return self._writer.delete_many(ids)

    def delete_found(self, find: Callable[[Searcher], Array]) -> int:
        """Delete what `find` names, rising, of the index as it would be if all were committed now -> how many."""
        return self._writer.delete_found(find)

    @property
    def draft(self) -> Draft:
        """The commit to be, for whoever holds the mutex; documents that wait in memory are not in it yet."""
        return self._writer.draft

    @property
    def mutex(self) -> Lock:
        """What keeps the methods of this writer from running at once."""
        return self._writer.mutex

    def clear(self) -> None:
        """Delete every document."""
        self._writer.delete_all()

    def replace_files(self, write: Callable[[NameFile], Files]) -> None:
        """Write files beside those that count now; the commit puts them in their places."""
        self._writer.replace_others(written(self._writer.folder, write(self._writer.next_name)))

    def commit(self, *, optimize: bool = False) -> None:
        """Make everything durable and visible; `optimize` leaves one segment."""
        self._writer.commit(optimize=optimize)

    def cancel(self) -> None:
        """Forget everything since the last commit."""
        self._writer.cancel()
