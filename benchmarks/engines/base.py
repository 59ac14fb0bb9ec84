"""base: what every engine can do here.

An engine builds an index of documents in a folder, committed, with every document stored; opened, it answers queries
with the stored id and title of the ten best. khsearch breaks texts itself; the peers know no Khmer, and are given each
text as words with spaces between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from khsearch import Document

LIMIT = 10
Hits = list[tuple[str, str]]
"""Up to ten hits, best first: stored id and title."""

EXCERPT_BYTES = 540
"""UTF-8 bytes of an excerpt at most: 180 Khmer characters, what khsearch's have by default."""

Excerpts = list[tuple[str, str]]
"""Up to ten hits, best first: stored id, and an excerpt as HTML, in which what was found is in an element."""

Spaced = Callable[[str], str]
"""A text -> its words with spaces between them."""


class Kind(StrEnum):
    """Classes of queries."""

    TERM = "term"
    AND = "and"
    OR = "or"
    PHRASE = "phrase"
    PREFIX = "prefix"
    FUZZY = "fuzzy"
    HEADLINE = "headline"


ANY_OF = frozenset({Kind.OR, Kind.HEADLINE})
"""Classes that find documents which hold any of the words."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query as a person types it; the kind says what is meant.

    term            one word
    and, or         two words, three words, with spaces between: all of them, or any
    headline        the words of a title or a first sentence, in order, with spaces between: any of them
    phrase          two words without a space: side by side
    prefix, fuzzy   how the word begins; a word with one slip: words at most one character away
    """

    kind: Kind
    text: str


class Opened(Protocol):
    """An index that can be asked. For one thread."""

    def top(self, query: Query) -> Hits:
        """Find the ten best documents: what is timed."""

    def ids(self, query: Query) -> frozenset[str]:
        """Find all documents: what is compared."""

    def total(self, query: Query) -> int:
        """How many documents there are to find: what is compared where there are too many to fetch."""

    def add(self, document: Document) -> None:
        """Add one document and commit, so that the next query finds it."""

    def close(self) -> None:
        """Let go of files."""


class Excerpting(Opened, Protocol):
    """An index that can show where in its documents it found something."""

    def excerpts(self, query: Query) -> Excerpts:
        """Find the ten best documents, each with an excerpt: what is timed."""


class Engine(Protocol):
    """A way to make an index and to open it."""

    kinds: frozenset[Kind]

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        """Index documents into an empty folder and commit: what is timed."""

    def open(self, folder: Path, spaced: Spaced) -> Opened:
        """Open what was built; `spaced` breaks queries."""

    def stored_bytes(self, folder: Path) -> int | None:
        """Bytes of the folder that hold the stored documents, where that can be told."""


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
