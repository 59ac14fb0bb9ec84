"""stock_whoosh: Whoosh as it comes, over words between spaces."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whoosh import analysis, fields, index, query

from benchmarks.engines.base import ANY_OF, LIMIT, Hits, Kind, Query, Spaced
from khsearch import Document


class StockWhoosh:
    """Whoosh 2.7.4, with its own codec and writer."""

    kinds = frozenset(Kind)

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        """Index documents and commit."""
        schema = fields.Schema(
            id=fields.ID(stored=True, unique=True),
            title=fields.STORED,
            text=fields.STORED,
            body=fields.TEXT(analyzer=analysis.SpaceSeparatedTokenizer(), phrase=True),
        )
        writer = index.create_in(folder, schema).writer(limitmb=256)
        for document in documents:
            writer.add_document(**_document(document, spaced))
        writer.commit()

    def open(self, folder: Path, spaced: Spaced) -> WhooshOpened:
        """Open the index."""
        return WhooshOpened(folder, spaced)

    def stored_bytes(self, folder: Path) -> int | None:
        """Nobody can tell: its files are one."""
        return None


def _document(document: Document, spaced: Spaced) -> dict[str, str]:
    return {"id": document.id, "title": document.title, "text": document.text, "body": spaced(document.text)}


class WhooshOpened:
    """An open Whoosh index."""

    def __init__(self, folder: Path, spaced: Spaced) -> None:
        self._index = index.open_dir(folder)
        self._searcher = self._index.searcher()
        self._spaced = spaced

    def top(self, query: Query) -> Hits:
        """Find the ten best documents."""
        return [(hit["id"], hit["title"]) for hit in self._searcher.search(self._query(query), limit=LIMIT)]

    def ids(self, query: Query) -> frozenset[str]:
        """Find all documents."""
        found = self._searcher.docs_for_query(self._query(query))
        return frozenset(self._searcher.stored_fields(number)["id"] for number in found)

    def total(self, query: Query) -> int:
        """How many documents there are to find."""
        return sum(1 for _ in self._searcher.docs_for_query(self._query(query)))

    def _query(self, asked: Query) -> Any:
        if asked.kind is Kind.PREFIX:
            return query.Prefix("body", asked.text)
        if asked.kind is Kind.FUZZY:
            return query.FuzzyTerm("body", asked.text, maxdist=1, prefixlength=0)
        words = self._spaced(asked.text).split()
        if asked.kind is Kind.PHRASE and len(words) > 1:
            return query.Phrase("body", words)
        return (query.Or if asked.kind in ANY_OF else query.And)([query.Term("body", word) for word in words])

    def add(self, document: Document) -> None:
        """Add one document and commit."""
        writer = self._index.writer()
        writer.add_document(**_document(document, self._spaced))
        writer.commit()
        self._searcher = self._searcher.refresh()

    def close(self) -> None:
        """Close its files."""
        self._searcher.close()
        self._index.close()
