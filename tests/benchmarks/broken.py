"""A peer that loses a document: the benchmarks must notice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.engines.base import Spaced
from benchmarks.engines.fts5 import Fts5
from khsearch import Document


class LosesADocument(Fts5):
    """SQLite FTS5, without the first document."""

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        super().build(folder, documents[1:], spaced)


class MixesTitlesUp(Fts5):
    """SQLite FTS5 that gives each document the title of another."""

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        titles = [document.title for document in documents]
        mixed = [Document(d.id, title, d.text) for d, title in zip(documents, titles[1:] + titles[:1], strict=True)]
        super().build(folder, mixed, spaced)
