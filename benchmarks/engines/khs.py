"""khs: khsearch as people use it, and khsearch asked for words alone: the same work as its peers do.

Prefix and fuzzy queries, and words without bigrams, are asked of the array postings below `Index`, and the hits read
as `Hit` reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from whoosh.fields import ID, Schema

from benchmarks.engines.base import LIMIT, Hits, Kind, Query, Spaced
from khsearch import Document, Index, Results, columnar
from khsearch.columnar import nodes
from khsearch.documents.document import from_json_line
from khsearch.fields import KHMER

_TITLE, _TEXT = "title", "text"


class Khsearch:
    """The default: words and cluster bigrams, ranked together."""

    kinds = frozenset(Kind)

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        """Index documents and commit."""
        with Index.create(folder / "index").writer() as writer:
            writer.add_all(documents)

    def open(self, folder: Path, spaced: Spaced) -> KhsearchOpened:
        """Open the index."""
        return KhsearchOpened(folder / "index")

    def stored_bytes(self, folder: Path) -> int | None:
        """Bytes of the stored documents."""
        segments = _columns(Index.open(folder / "index")).reader().segments
        sizes = [segment.file.section_sizes() for segment in segments]
        return sum(size for parts in sizes for name, size in parts.items() if name.startswith("stored."))


class KhsearchWords(Khsearch):
    """Words alone: the bigrams weigh nothing, and are not looked up."""

    def open(self, folder: Path, spaced: Spaced) -> KhsearchOpened:
        """Open the index."""
        return WordsOpened(folder / "index")


def _columns(index: Index) -> columnar.ColumnarIndex:
    words, bigrams = (KHMER(stream, analyzer=index.analyzer) for stream in ("words", "bigrams"))
    return columnar.open_dir(index.path, Schema(id=ID(unique=True), title=words, text=words, bigrams=bigrams))


class KhsearchOpened:
    """khsearch with its default ranking."""

    def __init__(self, path: Path) -> None:
        self.index = Index.open(path)
        self._columns = _columns(self.index)

    def top(self, query: Query) -> Hits:
        """Find the ten best documents."""
        if query.kind in (Kind.PREFIX, Kind.FUZZY):
            return self._fetch(self.node(query))
        return [(hit.id, hit.title) for hit in self._search(query, LIMIT)]

    def ids(self, query: Query) -> frozenset[str]:
        """Find all documents, with the same plan."""
        if query.kind in (Kind.PREFIX, Kind.FUZZY):
            reader = self._columns.reader()
            return frozenset(map(reader.doc_id, reader.matching(self.node(query)).docs.tolist()))
        return frozenset(hit.id for hit in self._search(query, self.index.doc_count))

    def _search(self, query: Query, limit: int) -> Results:
        if query.kind is Kind.PHRASE:
            return self.index.search(f'"{query.text}"', limit)
        return self.index.search(query.text, limit, match="all" if query.kind is Kind.AND else "any")

    def _fetch(self, node: nodes.Node) -> Hits:
        reader = self._columns.reader()
        found = reader.search(node, LIMIT).docnums.tolist()
        return [(reader.doc_id(number), from_json_line(reader.stored(number)).title) for number in found]

    def node(self, query: Query) -> nodes.Node:
        """Words of a query as a plan over title and text."""
        words = self.index.analyzer.terms(query.text).words
        if query.kind is Kind.PHRASE:
            return nodes.Or((nodes.Phrase(_TEXT, tuple(words)), nodes.Phrase(_TITLE, tuple(words))))
        if query.kind is Kind.PREFIX:
            return nodes.Or((nodes.Prefix(_TEXT, words[0]), nodes.Prefix(_TITLE, words[0])))
        if query.kind is Kind.FUZZY:
            term = b"".join(words)
            return nodes.Or((nodes.Fuzzy(_TEXT, term, utf8=False), nodes.Fuzzy(_TITLE, term, utf8=False)))
        either = tuple(nodes.Or((nodes.Term(_TEXT, word), nodes.Term(_TITLE, word))) for word in words)
        return nodes.And(either) if query.kind is Kind.AND else nodes.Or(either)

    def snippets(self, query: Query) -> list[str]:
        """Find the ten best documents, and an excerpt of each."""
        return [f"{hit.title} {hit.snippet.text}" for hit in self._search(query, LIMIT)]

    def add(self, document: Document) -> None:
        """Add one document and commit."""
        with self.index.writer() as writer:
            writer.add(document)

    def close(self) -> None:
        """Let go of nothing: files are mapped, and unmapped with the object."""


class WordsOpened(KhsearchOpened):
    """khsearch asked for words alone."""

    def top(self, query: Query) -> Hits:
        """Find the ten best documents."""
        return self._fetch(self.node(query))

    def ids(self, query: Query) -> frozenset[str]:
        """Find all documents, with the same plan."""
        reader = self._columns.reader()
        return frozenset(map(reader.doc_id, reader.matching(self.node(query)).docs.tolist()))
