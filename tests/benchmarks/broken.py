"""A peer that loses a document: the benchmarks must notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.engines.base import Query, Spaced
from benchmarks.engines.fts5 import Fts5, Fts5Opened
from benchmarks.engines.pages import Page, Shown
from khsearch import Document


class LosesADocument(Fts5):
    """SQLite FTS5, without the first document."""

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        super().build(folder, documents[1:], spaced)


class LosesManyDocuments(Fts5):
    """SQLite FTS5, with every other document."""

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        super().build(folder, documents[::2], spaced)


class MixesTitlesUp(Fts5):
    """SQLite FTS5 that gives each document the title of another."""

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        titles = [document.title for document in documents]
        mixed = [Document(d.id, title, d.text) for d, title in zip(documents, titles[1:] + titles[:1], strict=True)]
        super().build(folder, mixed, spaced)


class Shows(Fts5):
    """SQLite FTS5 whose pages are wrong in one way."""

    wrong = Page.TOTAL

    def open(self, folder: Path, spaced: Spaced) -> Fts5Opened:
        opened, wrong = super().open(folder, spaced), self.wrong
        answer = opened.page

        def page(query: Query, page: Page) -> Shown:
            shown = answer(query, page)
            if page is not wrong:
                return shown
            if page is Page.FACETS:
                return replace(shown, facets={name: {} for name in shown.facets or {}})
            return replace(answer(query, Page.ALONE), total=(shown.total or 0) + 1)

        opened.page = page  # type: ignore[method-assign]
        return opened


class ForgetsTheOrder(Shows):
    """Pages by date come by score."""

    wrong = Page.NEWEST


class ForgetsTheFilter(Shows):
    """Pages of one section show all."""

    wrong = Page.SECTION


class CountsNothing(Shows):
    """Facets are empty."""

    wrong = Page.FACETS


class MarksNothing(Fts5):
    """SQLite FTS5 whose excerpts are the texts, with nothing marked."""

    def open(self, folder: Path, spaced: Spaced) -> Fts5Opened:
        opened = super().open(folder, spaced)
        opened.excerpts = lambda query: [(id, title) for id, title in opened.top(query)]  # type: ignore[attr-defined]
        return opened
