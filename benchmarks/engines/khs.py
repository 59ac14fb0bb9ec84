"""khs: khsearch as people use it, and khsearch asked for words alone: the same work as its peers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.engines.base import ANY_OF, LIMIT, Excerpts, Hits, Kind, Query, Spaced
from benchmarks.engines.pages import AUTHOR, DATE, FIELDS, OFFSETS, SECTION, Page, Shown, section_of, year_of
from khsearch import Document, Index, Results
from khsearch.columnar import Embedded
from khsearch.engine import FieldScale
from khsearch.query import DEFAULT, Match, Ranking

_NOTHING = FieldScale(weight=0)
_TYPED = {Kind.PHRASE: '"{}"', Kind.PREFIX: "text:{}*", Kind.FUZZY: "text:{}~1"}


class Khsearch:
    """The default: words, lead, cluster bigrams and other readings, ranked together."""

    kinds = frozenset(Kind)
    pages = frozenset(Page)

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        """Index documents and commit."""
        fields = FIELDS if any(document.fields for document in documents) else {}
        with Index.create(folder / "index", fields=fields).writer() as writer:
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
        return KhsearchOpened(folder / "index", words, {Kind.PHRASE: 'text:"{}"', Kind.AND: "text:{}"}, "any")


class KhsearchOpened:
    """An open index, with a ranking; `typed` is how a person writes each kind of query, `match` what pages find."""

    def __init__(
        self, path: Path, ranking: Ranking = DEFAULT, typed: Mapping[Kind, str] = _TYPED, match: Match = "best"
    ) -> None:
        self.index = Index.open(path)
        self._ranking = ranking
        self._typed = typed
        self._match = match

    def top(self, query: Query) -> Hits:
        """Find the ten best documents."""
        return [(hit.id, hit.title) for hit in self.search(query, LIMIT)]

    def excerpts(self, query: Query) -> Excerpts:
        """Find the ten best documents, each with an excerpt."""
        return [(hit.id, hit.snippet.html()) for hit in self.search(query, LIMIT)]

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

    def page(self, query: Query, page: Page) -> Shown:
        """Answer a page."""
        match: Match = "any" if query.kind in ANY_OF else self._match
        if page is Page.FOUND and match == "best":
            match = "strict"
        more: dict[str, Any] = {"match": match, "ranking": self._ranking}
        match page:
            case Page.FOUND:
                more["limit"] = max(self.index.doc_count, 1)
            case Page.FACETS:
                more["facets"] = [SECTION, AUTHOR]
            case Page.NEWEST:
                more["sort"] = f"-{DATE}"
            case Page.SECTION:
                more["filter"] = {SECTION: section_of(query)}
            case Page.YEAR:
                more["filter"] = {DATE: year_of(query)}
            case Page.DEEP | Page.DEEPER:
                more["offset"] = OFFSETS[page]
        results = self.index.search(query.text, **more)
        hits = [(hit.id, hit.title) for hit in results]
        total = results.total if page in (Page.TOTAL, Page.FACETS) else None
        if page is not Page.FACETS:
            return Shown(hits, total)
        facets = {name: {str(value): count for value, count in results.facets[name].items()} for name in results.facets}
        return Shown(hits, total, facets)

    def filtered(self, query: Query, author: str) -> Hits:
        """Find the ten best documents of an author."""
        results = self.index.search(
            query.text, LIMIT, filter={AUTHOR: author}, match=self._match, ranking=self._ranking
        )
        return [(hit.id, hit.title) for hit in results]

    def refresh(self) -> None:
        """Do nothing: a search sees the latest commit."""

    def add(self, document: Document) -> None:
        """Add one document and commit."""
        with self.index.writer() as writer:
            writer.add(document)

    def close(self) -> None:
        """Let go of nothing: files are mapped, and unmapped with the object."""
