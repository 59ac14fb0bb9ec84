"""writer: Whoosh's IndexWriter over an Index: its keywords become documents, which the Index's own writer adds.

So whatever an Index keeps of a document is right whichever side wrote it. The methods are those of
whoosh.writing.IndexWriter and SegmentWriter, and mean what they mean there, but for this: an id is in an index once, so
add_document replaces, too; and documents that were added and not committed yet are deleted by queries, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from whoosh import query
from whoosh.writing import IndexWriter

from khsearch.documents import Document
from khsearch.errors import DocumentError, IndexStoreError
from khsearch.schema import ID, TEXT, TITLE
from khsearch.whoosh.errors import IndexingError, refused
from khsearch.whoosh.writing.merging import merging_of
from khsearch.whoosh.writing.writer import docs_to_delete

if TYPE_CHECKING:
    from collections.abc import Callable

    from whoosh.fields import Schema

    from khsearch.columnar import EmbeddedWriter, Searcher
    from khsearch.whoosh.documents.reader import DocumentReader, DocumentSearcher
    from khsearch.writing import Writer

_REFUSED = {
    "_stored_": "an Index stores the value that it searches; give it as NAME alone",
    "_boost": "documents of an Index have no boosts; rank by a field of theirs, in a stage (khsearch.Stage)",
}


class DocumentWriter(IndexWriter):  # type: ignore[misc]
    """The writer of an Index as Whoosh's users have it.

    schema                       the index's, which stays as it is
    mergetype, optimize, merge   how to commit unless commit is told otherwise, as in Whoosh; merge means nothing here:
                                 the index merges as its policy says
    """

    def __init__(
        self, writer: Writer, engine: EmbeddedWriter, schema: Schema, searcher: Callable[..., DocumentSearcher]
    ) -> None:
        """`engine` is what `writer` writes to; searcher: what of the engine searches -> a Whoosh Searcher."""
        self.schema = schema
        self.mergetype: Callable[..., Any] | None = None
        self.optimize = False
        self.merge = True
        self._writer = writer
        self._engine = engine
        self._searcher = searcher

    @property
    def is_closed(self) -> bool:
        """Whether it has been committed or cancelled."""
        return self._engine.ended

    # Documents

    def add_document(self, /, **given: Any) -> None:
        """Add a document of id, title, text and further fields, in place of an older one of its id.

        Fields that the index does not know are stored, and not searched. DocumentError, and nothing added, where it
        does not fit.
        """
        own = {name: value for name, value in given.items() if name not in (ID, TITLE, TEXT)}
        for name in own:
            for sign, why in _REFUSED.items():
                if name.startswith("_") and (name.startswith(sign) or name.endswith(sign)):
                    raise refused(f"{name} cannot be kept: {why}", ValueError())
        if given.get(ID) is None:
            raise refused("a document of an Index has an id; give it one: add_document(id=...)", ValueError())
        title, text = (given.get(name) for name in (TITLE, TEXT))
        self._check_open()
        try:
            self._writer.add(Document(given[ID], "" if title is None else title, "" if text is None else text, own))
        except DocumentError as error:
            raise refused(str(error), error) from error

    def update_document(self, /, **given: Any) -> None:
        """As add_document, which replaces an older document of the same id."""
        self.add_document(**given)

    def add_reader(self, reader: Any) -> None:
        """Add all documents of a reader of Whoosh's, as add_document does with what is stored of them."""
        for stored in reader.all_stored_fields():
            self.add_document(**stored)

    def start_group(self) -> NoReturn:
        """Refuse: documents of an Index are replaced one by one, and do not stay neighbours."""
        raise IndexingError(
            "documents of an Index have no groups; keep groups in an index of khsearch.whoosh.create_in"
        )

    end_group = start_group

    # The schema

    def add_field(self, fieldname: str, fieldtype: Any, **kwargs: Any) -> NoReturn:
        """Refuse: an Index is created with its fields."""
        raise no_other_fields()

    def remove_field(self, fieldname: str, **kwargs: Any) -> NoReturn:
        """Refuse: an Index is created with its fields."""
        raise no_other_fields()

    # Deleting

    def delete_by_term(self, fieldname: str, text: Any, searcher: Any = None) -> int:
        """Delete all documents that have the term in the field -> how many; `searcher` is of Whoosh's interface."""
        self._check_open()
        if fieldname == ID:
            return int(self._writer.delete(text.decode("utf-8", "surrogatepass") if isinstance(text, bytes) else text))
        return self.delete_by_query(query.Term(fieldname, text))

    def delete_by_query(self, q: Any, searcher: Any = None) -> int:
        """Delete all documents that a Whoosh query or a node matches -> how many; `searcher` as above."""
        self._check_open()
        self._writer.flush()
        return self._engine.delete_found(lambda columns: docs_to_delete(q, self._searcher(columns)))

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Delete a document of the last commit by its number there."""
        if not delete:
            raise IndexingError("an Index brings no document back, for its id may be taken; add it again, or cancel()")
        self._check_number(docnum)
        with self._engine.mutex:
            if not self._engine.draft.is_deleted(docnum):
                self._engine.draft.delete_docs(np.array([docnum]))

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document of the last commit is deleted by now."""
        self._check_number(docnum)
        return self._engine.draft.is_deleted(docnum)

    def has_deletions(self) -> bool:
        """Whether any document of the last commit is deleted by now, and still lies in a segment."""
        return self._engine.draft.deleted > 0

    def deleted_count(self) -> int:
        """How many documents of the last commit are deleted by now, and still lie in a segment."""
        return self._engine.draft.deleted

    # Reading: the last commit, without what this writer has deleted of it

    def reader(self, reuse: Any = None) -> DocumentReader:
        """A reader of the last commit, without what this writer deleted."""
        found: DocumentReader = self.searcher().reader()
        return found

    def searcher(self, **kwargs: Any) -> DocumentSearcher:
        """A searcher of the last commit, without what this writer deleted."""
        self._check_open()
        with self._engine.mutex:
            columns: Searcher = self._engine.draft.searcher(committed=True)
        return self._searcher(columns, **kwargs)

    # The end

    def commit(
        self,
        mergetype: Callable[..., Any] | None = None,
        optimize: bool | None = None,
        merge: bool | None = None,
    ) -> None:
        """Make everything durable and visible at once.

        mergetype: one of whoosh.writing's NO_MERGE, MERGE_SMALL, OPTIMIZE and CLEAR, which drops all documents of
        earlier commits. optimize=True leaves one segment. merge: as the attribute.
        """
        self._check_open()
        how = merging_of(self, mergetype, optimize, merge)
        if how.clear:
            self._writer.flush()
            with self._engine.mutex:
                self._engine.draft.clear_committed()
        self._writer.commit(optimize=how.optimize)

    def cancel(self) -> None:
        """Forget everything since the last commit and give the lock back; a second call does nothing."""
        self._writer.cancel()

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if not self.is_closed:
            super().__exit__(kind, error, trace)

    def _check_open(self) -> None:
        try:
            self._engine.check_open()
        except IndexStoreError as error:
            raise IndexingError(str(error)) from error

    def _check_number(self, docnum: int) -> None:
        self._check_open()
        docs = self._engine.draft.docs
        if not 0 <= docnum < docs:
            raise IndexingError(f"no document of number {docnum!r}; there are {docs}")


def no_other_fields() -> IndexingError:
    """Return the error for a change of an Index's fields."""
    return IndexingError(
        "the fields of an Index are changed by itself: index.set_fields({**index.fields, ...}), or `khsearch fields`"
    )
