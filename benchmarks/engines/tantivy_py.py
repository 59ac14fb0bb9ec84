"""tantivy_py: tantivy through its Python package. Words stand between spaces, and its whitespace tokenizer finds them.

Queries are built as objects: its parser is slower, and Khmer needs none of its syntax.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.engines.base import ANY_OF, EXCERPT_BYTES, LIMIT, Excerpts, Hits, Kind, Query, Spaced
from benchmarks.engines.pages import (
    AUTHOR,
    DATE,
    OFFSETS,
    PRICE,
    SECTION,
    Page,
    Shown,
    microseconds,
    section_of,
    year_of,
)
from khsearch import Document

HEAP, LEAST_HEAP = 256_000_000, 15_000_000
"""Bytes of a writer: of all documents, and of one, for which the least that it takes is the cheapest."""


class Tantivy:
    """tantivy, with one writer thread for each core that it may use."""

    kinds = frozenset(Kind)
    pages = frozenset(Page)

    excerpts = False

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        """Index documents and commit."""
        with_values = any(document.fields for document in documents)
        index = tantivy.Index(_schema(with_values=with_values, excerpts=self.excerpts), str(folder))
        writer = index.writer(HEAP, num_threads=len(os.sched_getaffinity(0)))
        for document in documents:
            writer.add_document(_document(document, spaced, excerpts=self.excerpts))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path, spaced: Spaced) -> TantivyOpened:
        """Open the index."""
        return TantivyOpened(folder, spaced)

    def stored_bytes(self, folder: Path) -> int | None:
        """Bytes of its document store."""
        return sum(path.stat().st_size for path in folder.glob("*.store"))


class TantivyWithExcerpts(Tantivy):
    """tantivy as its snippets need it: the words of a text are stored with spaces between, in place of the text."""

    excerpts = True


def _schema(*, with_values: bool, excerpts: bool) -> Any:
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title",) if excerpts else ("title", "text"):  # stored, and not searched: the words are in the body
        schema.add_bytes_field(name, stored=True)
    schema.add_text_field("body", stored=excerpts, tokenizer_name="whitespace")
    if with_values:
        schema.add_integer_field(DATE, indexed=True, fast=True)
        schema.add_float_field(PRICE, indexed=True, fast=True)
        for name in (SECTION, AUTHOR):
            schema.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    return schema.build()


def _document(document: Document, spaced: Spaced, *, excerpts: bool = False) -> Any:
    content: dict[str, Any] = {"id": document.id, "title": document.title.encode()}
    if not excerpts:
        content["text"] = document.text.encode()
    content |= {
        name: microseconds(value) if isinstance(value, datetime) else value for name, value in document.fields.items()
    }
    return tantivy.Document(**content, body=spaced(document.text))


class TantivyOpened:
    """An open tantivy index."""

    def __init__(self, folder: Path, spaced: Spaced) -> None:
        self._index = tantivy.Index.open(str(folder))
        self._index.reload()
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self._spaced = spaced

    def top(self, query: Query) -> Hits:
        """Find the ten best documents."""
        return self._best(self._query(query))

    def filtered(self, query: Query, author: str) -> Hits:
        """Find the ten best documents of an author."""
        wanted = tantivy.Query.term_query(self._schema, AUTHOR, author)
        return self._best(self._within(self._query(query), wanted))

    def _best(self, asked: Any) -> Hits:
        searcher = self._searcher
        found: Hits = []
        for _, address in searcher.search(asked, LIMIT, count=False).hits:
            stored = searcher.doc(address)
            found.append((stored["id"][0], stored["title"][0].decode()))
        return found

    def excerpts(self, query: Query) -> Excerpts:
        """Find the ten best documents, each with an excerpt; of an index with excerpts."""
        searcher, asked = self._searcher, self._query(query)
        generator = tantivy.SnippetGenerator.create(searcher, asked, self._schema, "body")
        generator.set_max_num_chars(EXCERPT_BYTES)
        found: Excerpts = []
        for _, address in searcher.search(asked, LIMIT, count=False).hits:
            stored = searcher.doc(address)
            found.append((stored["id"][0], generator.snippet_from_doc(stored).to_html()))
        return found

    def ids(self, query: Query) -> frozenset[str]:
        """Find all documents."""
        searcher = self._searcher
        found = searcher.search(self._query(query), max(searcher.num_docs, 1)).hits
        return frozenset(searcher.doc(address)["id"][0] for _, address in found)

    def total(self, query: Query) -> int:
        """How many documents there are to find."""
        return int(self._searcher.search(self._query(query), 1).count or 0)  # type: ignore[attr-defined]

    def page(self, query: Query, page: Page) -> Shown:
        """Answer a page."""
        asked, more = self._query(query), dict[str, Any]()
        match page:
            case Page.FOUND:
                more["limit"] = max(self._searcher.num_docs, 1)
            case Page.NEWEST:
                more["order_by_field"] = DATE
            case Page.SECTION:
                asked = self._within(asked, tantivy.Query.term_query(self._schema, SECTION, section_of(query)))
            case Page.YEAR:
                year = year_of(query)
                low, high = (microseconds(datetime(first, 1, 1)) for first in (year, year + 1))
                kind = tantivy.FieldType.Integer
                asked = self._within(
                    asked, tantivy.Query.range_query(self._schema, DATE, kind, low, high, include_upper=False)
                )
            case Page.DEEP | Page.DEEPER:
                more["offset"] = OFFSETS[page]
        counted = page in (Page.TOTAL, Page.FACETS)
        found: Any = self._searcher.search(asked, **{"limit": LIMIT, "count": counted} | more)
        hits: Hits = []
        for _, address in found.hits:
            stored = self._searcher.doc(address)
            hits.append((stored["id"][0], stored["title"][0].decode()))
        if page is not Page.FACETS:
            return Shown(hits, found.count)
        wanted = {name: {"terms": {"field": name, "size": 1_000}} for name in (SECTION, AUTHOR)}
        counts = self._searcher.aggregate(asked, wanted)
        facets = {name: {one["key"]: one["doc_count"] for one in told["buckets"]} for name, told in counts.items()}
        return Shown(hits, found.count, facets)

    def _within(self, asked: Any, filter: Any) -> Any:
        must = tantivy.Occur.Must
        return tantivy.Query.boolean_query([(must, asked), (must, tantivy.Query.const_score_query(filter, 0.0))])

    def refresh(self) -> None:
        """See the latest commit."""
        self._index.reload()
        self._searcher = self._index.searcher()

    def _query(self, query: Query) -> Any:
        if query.kind is Kind.PREFIX:
            return tantivy.Query.regex_query(self._schema, "body", re.escape(query.text) + ".*")
        if query.kind is Kind.FUZZY:
            return tantivy.Query.fuzzy_term_query(self._schema, "body", query.text, 1, transposition_cost_one=False)
        words = self._spaced(query.text).split()
        if query.kind is Kind.PHRASE and len(words) > 1:
            return tantivy.Query.phrase_query(self._schema, "body", [*words])
        terms = [tantivy.Query.term_query(self._schema, "body", word) for word in words]
        if len(terms) == 1:
            return terms[0]
        occur = tantivy.Occur.Should if query.kind in ANY_OF else tantivy.Occur.Must
        return tantivy.Query.boolean_query([(occur, term) for term in terms])

    def add(self, document: Document) -> None:
        """Add one document and commit."""
        writer = self._index.writer(LEAST_HEAP, num_threads=1)
        writer.add_document(_document(document, self._spaced))
        writer.commit()
        self.refresh()

    def close(self) -> None:
        """Let go of files when the object goes."""
