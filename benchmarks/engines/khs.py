"""khs: khsearch as people use it, and khsearch asked for words alone: the same work as its peers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.engines.base import ANY_OF, LIMIT, Hits, Kind, Query, Spaced
from khsearch import Document, Index, Results
from khsearch.columnar import Embedded
from khsearch.engine import FieldScale
from khsearch.query import DEFAULT, Ranking

_NOTHING = FieldScale(weight=0)
_TYPED = {Kind.PHRASE: '"{}"', Kind.PREFIX: "text:{}*", Kind.FUZZY: "text:{}~1"}


class Khsearch:
    """The default: words, lead, cluster bigrams and other readings, ranked together."""

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
        searcher = Embedded().open(str(folder / "index")).view().searcher
        sizes = [segment.file.section_sizes() for segment in searcher.commit.leaves.segments]
        return sum(size for parts in sizes for name, size in parts.items() if name.startswith(("stored.", "heads.")))


class KhsearchWords(Khsearch):
    """BM25 over the words of the text as they were typed: the same work as the peers do."""

    kinds = frozenset({Kind.TERM, Kind.AND, Kind.PHRASE}) | ANY_OF

    def open(self, folder: Path, spaced: Spaced) -> KhsearchOpened:
        """Open the index."""
        words = Ranking(lead=_NOTHING, bigrams=_NOTHING, closeness=_NOTHING, readings=0)
        return KhsearchOpened(folder / "index", words, {Kind.PHRASE: 'text:"{}"', Kind.AND: "text:{}"})


class KhsearchOpened:
    """An open index, with a ranking; `typed` is how a person writes each kind of query."""

    def __init__(self, path: Path, ranking: Ranking = DEFAULT, typed: Mapping[Kind, str] = _TYPED) -> None:
        self.index = Index.open(path)
        self._ranking = ranking
        self._typed = typed

    def top(self, query: Query) -> Hits:
        """Find the ten best documents."""
        return [(hit.id, hit.title) for hit in self.search(query, LIMIT)]

    def ids(self, query: Query) -> frozenset[str]:
        """Find all documents."""
        return frozenset(hit.id for hit in self.search(query, max(self.index.doc_count, 1)))

    def total(self, query: Query) -> int:
        """How many documents there are to find."""
        return self.search(query, LIMIT).total

    def search(self, query: Query, limit: int) -> Results:
        """Search as a person does."""
        way = self._typed.get(query.kind, "{}")
        words = query.text.split() if query.kind is Kind.AND else [query.text]
        typed = " ".join(map(way.format, words))
        return self.index.search(typed, limit, match="all" if query.kind is Kind.AND else "any", ranking=self._ranking)

    def add(self, document: Document) -> None:
        """Add one document and commit."""
        with self.index.writer() as writer:
            writer.add(document)

    def close(self) -> None:
        """Let go of nothing: files are mapped, and unmapped with the object."""
