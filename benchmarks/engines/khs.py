"""khs: khsearch as people use it, and khsearch asked for words alone: the same work as its peers do.

`Index.search` looks for cluster bigrams and other spellings, too. Words alone are asked of the array postings below it,
and the hits read as `Hit` reads them.
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
from khsearch.ranking import DEFAULT, LEAD, TEXT, TITLE


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
    """Words alone, as they are written: neither bigrams nor other spellings are looked up."""

    kinds = frozenset({Kind.TERM, Kind.AND, Kind.OR, Kind.PHRASE})

    def open(self, folder: Path, spaced: Spaced) -> KhsearchOpened:
        """Open the index."""
        return WordsOpened(folder / "index")


def _columns(index: Index) -> columnar.ColumnarIndex:
    words = KHMER(analyzer=index.analyzer)
    return columnar.open_dir(index.path, Schema(id=ID(unique=True), title=words, text=words))


class KhsearchOpened:
    """khsearch with its default ranking."""

    def __init__(self, path: Path) -> None:
        self.index = Index.open(path)

    def top(self, query: Query) -> Hits:
        """Find the ten best documents."""
        return [(hit.id, hit.title) for hit in self._search(query, LIMIT)]

    def ids(self, query: Query) -> frozenset[str]:
        """Find all documents."""
        return frozenset(hit.id for hit in self._search(query, max(self.index.doc_count, 1)))

    def total(self, query: Query) -> int:
        """How many documents there are to find."""
        return self._search(query, LIMIT).total

    def _search(self, query: Query, limit: int) -> Results:
        typed = _TYPED.get(query.kind, "{}").format(query.text)
        return self.index.search(typed, limit, match="all" if query.kind is Kind.AND else "any")

    def snippets(self, query: Query) -> list[str]:
        """Find the ten best documents, and an excerpt of each."""
        return [f"{hit.title} {hit.snippet.text}" for hit in self._search(query, LIMIT)]

    def add(self, document: Document) -> None:
        """Add one document and commit."""
        with self.index.writer() as writer:
            writer.add(document)

    def close(self) -> None:
        """Let go of nothing: files are mapped, and unmapped with the object."""


_TYPED = {Kind.PHRASE: '"{}"', Kind.PREFIX: "{}*", Kind.FUZZY: "{}~1"}


class WordsOpened(KhsearchOpened):
    """khsearch asked for words alone."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._columns = _columns(self.index)

    def top(self, query: Query) -> Hits:
        """Find the ten best documents."""
        reader = self._columns.reader()
        found = reader.search(self._node(query), LIMIT, weighting=DEFAULT.weighting).docnums.tolist()
        return [(reader.doc_id(number), from_json_line(reader.stored(number)).title) for number in found]

    def ids(self, query: Query) -> frozenset[str]:
        """Find all documents."""
        reader = self._columns.reader()
        return frozenset(map(reader.doc_id, reader.matching(self._node(query)).docs.tolist()))

    def total(self, query: Query) -> int:
        """How many documents there are to find."""
        return self._columns.reader().count(self._node(query))

    def _node(self, query: Query) -> nodes.Node:
        words = self.index.analyzer.terms(query.text).words
        if query.kind is Kind.PHRASE:
            return nodes.Or((nodes.Phrase(TEXT, tuple(words)), nodes.Phrase(TITLE, tuple(words))))
        if query.kind is Kind.AND:
            return nodes.And(tuple(nodes.Or(_anywhere(word)) for word in words))
        return nodes.Or(tuple(term for word in words for term in _anywhere(word)))


def _anywhere(word: bytes) -> tuple[nodes.Term, nodes.Term]:
    return nodes.Term(TEXT, word), nodes.Term(LEAD, word)
