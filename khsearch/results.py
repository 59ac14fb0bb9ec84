"""results: what a search returns. Hits know their rank and score; documents and snippets are fetched when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

from khsearch.columnar import Reader
from khsearch.documents import Document
from khsearch.documents.document import from_json_line
from khsearch.khmer.analyzer import Analyzer, Terms
from khsearch.snippets import Snippet, make_snippet


@dataclass(frozen=True)
class Hit:
    """One document found: its rank, from 1, and its score."""

    rank: int
    score: float
    _reader: Reader = field(repr=False, compare=False)
    _docnum: int = field(repr=False)
    _terms: Terms = field(repr=False, compare=False)
    _analyzer: Analyzer = field(repr=False, compare=False)

    @cached_property
    def id(self) -> str:
        """The document's id."""
        return self._reader.doc_id(self._docnum)

    @cached_property
    def document(self) -> Document:
        """The document, equal to the one that was added."""
        return from_json_line(self._reader.stored(self._docnum))

    @property
    def title(self) -> str:
        """The document's title."""
        return self.document.title

    @cached_property
    def snippet(self) -> Snippet:
        """One to three excerpts of the document's text, with what the query asked for marked."""
        return make_snippet(self.document.text, self._terms, self._analyzer)


class Results(Sequence[Hit]):
    """The hits of a search, best first."""

    def __init__(self, hits: Sequence[Hit], seconds: float, count: Callable[[], int]) -> None:
        self._hits = hits
        self.seconds = seconds
        """Time that the search took, in seconds."""
        self._count = count

    @cached_property
    def total(self) -> int:
        """How many documents the query finds in all: exact, and counted when asked for."""
        return self._count()

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
