"""results: what a search returns. Hits know their rank and score; documents and snippets are fetched when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import overload

from khsearch.columnar import Reader, nodes
from khsearch.columns import column_of, shown
from khsearch.documents import Document
from khsearch.explain import Part, explain
from khsearch.khmer.analyzer import Analyzer
from khsearch.khmer.variants import Variants
from khsearch.query import Plan
from khsearch.ranking import TEXT, Ranking
from khsearch.snippets import Snippet, make_snippet
from khsearch.stored import document_of, id_and_title
from khsearch.suggest import suggestion

_LONG = 200_000  # characters of a text


@dataclass(frozen=True, slots=True)
class Search:
    """What one search asked, and of which commit: what its hits and counts need later."""

    text: str
    reader: Reader
    analyzer: Analyzer
    plan: Plan
    ranking: Ranking
    filter: nodes.Node | None
    fields: Mapping[str, str]
    variants: Variants

    @property
    def wanted(self) -> nodes.Node:
        """The query together with its filter."""
        return self.plan.node if self.filter is None else nodes.Require(self.plan.node, self.filter)


@dataclass(frozen=True)
class Hit:
    """One document found: its rank, from 1, and its score."""

    rank: int
    score: float
    _docnum: int = field(repr=False)
    _search: Search = field(repr=False, compare=False)

    @cached_property
    def _head(self) -> tuple[str, str]:
        return id_and_title(self._search.reader.head(self._docnum))

    @property
    def id(self) -> str:
        """The document's id."""
        return self._head[0]

    @property
    def title(self) -> str:
        """The document's title."""
        return self._head[1]

    @cached_property
    def document(self) -> Document:
        """The document, equal to the one that was added."""
        reader = self._search.reader
        return document_of(reader.head(self._docnum), reader.stored(self._docnum))

    @cached_property
    def snippet(self) -> Snippet:
        """One to three excerpts of the document's text, with what the query asked for marked."""
        text, search = self.document.text, self._search
        terms = search.plan.terms
        if len(text) > _LONG:
            # To look in vain for words that are not there takes longest of all.
            terms = replace(terms, words=[word for word in terms.words if self._has(word)] or terms.words)
        return make_snippet(text, terms, search.analyzer)

    def _has(self, word: bytes) -> bool:
        return self._search.reader.frequency(TEXT, word, self._docnum) > 0

    def explain(self) -> list[Part]:
        """Why it scores what it scores: terms that matched, fields, and what each adds; together, the score."""
        search = self._search
        return explain(search.reader, self._docnum, search.plan, search.ranking.weighting)


class Results(Sequence[Hit]):
    """The hits of a search, best first or as sorted."""

    def __init__(self, hits: Sequence[Hit], seconds: float, search: Search) -> None:
        self._hits = hits
        self._search = search
        self.seconds = seconds
        """Time that the search took, in seconds."""

    @cached_property
    def total(self) -> int:
        """How many documents the query finds in all: exact, and counted when asked for."""
        return self._search.reader.count(self._search.wanted)

    @property
    def problem(self) -> str | None:
        """What was wrong with the query, where it was searched as plain words instead; None where nothing was."""
        return self._search.plan.problem

    @cached_property
    def suggestion(self) -> str | None:
        """What was probably meant ("did you mean"), in words of the index; None where nothing is likelier."""
        search = self._search
        return suggestion(search.reader, search.analyzer, search.text, search.variants)

    def facet(self, field: str) -> dict[str | int | float | bool | date, int]:
        """How many of all documents found have each value of a field, most frequent first."""
        kind = self._search.fields.get(field, "text")
        counts = self._search.reader.facets(self._search.wanted, column_of(self._search.fields, field))
        return {shown(value, kind): count for value, count in counts.items()}

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...

    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        return self._hits[index]

    def __len__(self) -> int:
        return len(self._hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self._hits)

    def __repr__(self) -> str:
        return f"<{len(self)} hits in {1000 * self.seconds:.1f} ms>"
