"""pages: what a site asks for beside the words of a query, and what comes back.

An article has values beside its text: a date, a keyword of few values, one of many, and a number.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from benchmarks.engines.base import Hits, Opened, Query

FieldKind = Literal["date", "keyword", "number"]
DATE, SECTION, AUTHOR, PRICE = "date", "section", "author", "price"
FIELDS: Mapping[str, FieldKind] = {DATE: "date", SECTION: "keyword", AUTHOR: "keyword", PRICE: "number"}
"""The fields of an article, as khsearch has them."""

SECTIONS, AUTHORS, FIRST_YEAR, YEARS = 12, 200, 2005, 20


class Page(StrEnum):
    """Kinds of pages: the ten hits of a query, and what is asked beside them.

    found    all hits, to compare them
    alone    nothing
    total    how many there are
    facets   that, and how many have each section and each author
    newest   hits in order of their date, the latest first
    section  hits of one section
    year     hits of one year
    deep     hits from rank 1,000 on
    deeper   hits from rank 10,000 on
    """

    FOUND = "found"
    ALONE = "page of ten hits"
    TOTAL = "page with total"
    FACETS = "page with total and two facets"
    NEWEST = "page sorted by date"
    SECTION = "page filtered by keyword"
    YEAR = "page filtered by year"
    DEEP = "page at rank 1,000"
    DEEPER = "page at rank 10,000"


OFFSETS = {Page.DEEP: 1_000, Page.DEEPER: 10_000}
"""From which rank on a page shows hits."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: its hits, and, where they were asked for, how many there are in all, and how many have each value."""

    hits: Hits
    total: int | None = None
    facets: Mapping[str, Mapping[str, int]] | None = None


class Site(Opened, Protocol):
    """An index of articles with values."""

    def page(self, query: Query, page: Page) -> Shown:
        """Answer a page: what is timed."""

    def filtered(self, query: Query, author: str) -> Hits:
        """Find the ten best documents of an author."""

    def refresh(self) -> None:
        """See what another process has committed, if that does not come by itself."""


def section_of(query: Query) -> str:
    """Return the section that a query is filtered by: another one for other words."""
    return f"section {zlib.crc32(query.text.encode()) % SECTIONS}"


def year_of(query: Query) -> int:
    """Return the year that a query is filtered by."""
    return FIRST_YEAR + zlib.crc32(query.text.encode()) % YEARS


def microseconds(moment: datetime) -> int:
    """Return a moment as a whole number, for engines that have no dates: microseconds from 1970 on."""
    since = moment - datetime(1970, 1, 1)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
