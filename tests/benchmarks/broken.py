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
    """SQLite FTS5 that stores other titles."""

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        mixed = [Document(d.id, f"{d.title} ", d.text) for d in documents]
        super().build(folder, mixed, spaced)
