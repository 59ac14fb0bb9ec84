"""site: articles with values, drawn with a seed; and whether an engine's pages are what a look at every article says.

What an engine finds for a query is compared with what others find. Everything else that it shows is held against the
values of these articles: totals, facets, the order by date, and what filters let through.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from benchmarks import agreement
from benchmarks.asking import Asked
from benchmarks.corpus import SEED
from benchmarks.engines import KHSEARCH, WORDS_ONLY, Query
from benchmarks.engines.base import LIMIT
from benchmarks.engines.pages import (
    AUTHOR,
    AUTHORS,
    DATE,
    FIRST_YEAR,
    OFFSETS,
    PRICE,
    SECTION,
    SECTIONS,
    YEARS,
    Page,
    Shown,
    section_of,
    year_of,
)
from benchmarks.errors import DisagreementError
from khsearch import Document

_SPAN = timedelta(days=365 * YEARS) // timedelta(microseconds=1)

Articles = Mapping[str, Document]
"""Documents by id."""


def with_values(documents: Sequence[Document], seed: int = SEED) -> list[Document]:
    """Give each document values; no two have one date."""
    choose = random.Random(seed)
    moments = choose.sample(range(_SPAN), len(documents))
    return [
        Document(
            document.id,
            document.title,
            document.text,
            {
                DATE: datetime(FIRST_YEAR, 1, 1) + timedelta(microseconds=moment),
                SECTION: f"section {choose.randrange(SECTIONS)}",
                AUTHOR: f"author {choose.randrange(AUTHORS)}",
                PRICE: choose.randrange(100_000) / 100,
            },
        )
        for document, moment in zip(documents, moments, strict=True)
    ]


class Found:
    """What each engine finds for each of some queries: how many documents, and for the first queries which ones."""

    def __init__(self, queries: Sequence[Query], articles: Articles) -> None:
        self._queries = queries
        self._articles = articles
        fetched = len(queries) if len(articles) <= agreement.MANY_DOCUMENTS else agreement.FETCHED
        self.fetched = min(fetched, len(queries))
        self.totals: dict[str, list[int]] = {}
        self._sets: dict[str, list[frozenset[str]]] = {}

    def tell_totals(self, asked: Mapping[str, Asked]) -> None:
        """Ask everybody how many there are; DisagreementError where they differ."""
        for name, one in asked.items():
            self.totals[name] = [one.page(number).total or 0 for number in range(len(self._queries))]
        for number, query in enumerate(self._queries):
            mine = {name: totals[number] for name, totals in self.totals.items()}
            if all(mine.values()):
                agreement.same_total(query, mine, more=KHSEARCH if WORDS_ONLY in mine else None)

    def tell_sets(self, asked: Mapping[str, Asked]) -> None:
        """Ask everybody for all documents of the first queries; DisagreementError where they differ."""
        for name, one in asked.items():
            self._sets[name] = [frozenset(id for id, _ in one.page(number).hits) for number in range(self.fetched)]
        for number, query in enumerate(self._queries[: self.fetched]):
            mine = {name: sets[number] for name, sets in self._sets.items()}
            if not all(mine.values()):
                continue
            if WORDS_ONLY in mine:
                agreement.includes(query, (KHSEARCH, mine.pop(KHSEARCH)), (WORDS_ONLY, mine[WORDS_ONLY]))
            agreement.same(query, mine)

    def deep_enough(self, page: Page) -> list[int]:
        """The numbers of the queries for which everybody has a page."""
        least = OFFSETS.get(page, 0) + (LIMIT if page in OFFSETS else 1)
        numbers = range(len(self._queries))
        return [number for number in numbers if all(totals[number] >= least for totals in self.totals.values())]

    def check(self, page: Page, numbers: Sequence[int], asked: Mapping[str, Asked]) -> None:
        """Hold the pages of queries of these numbers against the articles; DisagreementError."""
        for place, number in enumerate(numbers):
            if number >= self.fetched:
                break
            for name, one in asked.items():
                self._check(page, number, name, one.page(place))

    def _check(self, page: Page, number: int, name: str, shown: Shown) -> None:
        query, there = self._queries[number], self._sets[name][number]
        articles = {id: self._articles[id] for id in there}
        match page:
            case Page.SECTION:
                there = frozenset(id for id in there if articles[id].fields[SECTION] == section_of(query))
            case Page.YEAR:
                there = frozenset(id for id in there if date_of(articles[id]).year == year_of(query))
        hits = shown.hits[: max(len(there) - OFFSETS.get(page, 0), 0)]  # looser hits of khsearch's follow
        wanted = min(LIMIT, len(there) - OFFSETS.get(page, 0))
        wrong: object = None
        if len(hits) != wanted or len(dict(hits)) != wanted or not there.issuperset(dict(hits)):
            wrong = f"shows {hits}, and there are {len(there)}"
        elif any(self._articles[id].title != title for id, title in hits):
            wrong = f"shows other titles: {hits}"
        elif page is Page.NEWEST:
            best = sorted(there, key=lambda id: date_of(articles[id]), reverse=True)[:LIMIT]
            wrong = None if [id for id, _ in hits] == best else f"shows {hits}, and the latest are {best}"
        elif page in (Page.TOTAL, Page.FACETS) and shown.total != len(there):
            wrong = f"tells {shown.total} documents, and there are {len(there)}"
        elif page is Page.FACETS:
            counts = {
                field: Counter(str(one.fields[field]) for one in articles.values()) for field in (SECTION, AUTHOR)
            }
            wrong = None if shown.facets == counts else f"counts {shown.facets}, and there are {counts}"
        if wrong:
            raise DisagreementError(f"{page} {query.text!r}: {name} {wrong}")


def date_of(article: Document) -> datetime:
    """Return the date of an article."""
    fields: Mapping[str, Any] = article.fields
    found: datetime = fields[DATE]
    return found
