"""fts5: SQLite's full-text index, with the documents in a table beside it.

Its "ascii" tokenizer takes whatever is not ASCII for letters, so words between spaces stay whole. The index holds no
text of its own (content='').
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.engines.base import ANY_OF, LIMIT, Hits, Kind, Query, Spaced
from benchmarks.engines.pages import (
    AUTHOR,
    DATE,
    OFFSETS,
    PRICE,
    SECTION,
    Page,
    Shown,
    microseconds,
    section_of,
    year_of,
)
from khsearch import Document

NAME = "index.db"
_FIND = "SELECT d.id, d.title FROM words w JOIN documents d ON d.number = w.rowid WHERE words MATCH ?"
_COUNT = "SELECT d.{0}, count(*) FROM words w JOIN documents d ON d.number = w.rowid WHERE words MATCH ? GROUP BY d.{0}"
_TABLE = (
    "CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT UNIQUE, title TEXT, text TEXT, "
    "date INTEGER, section TEXT, author TEXT, price REAL)"
)


class Fts5:
    """SQLite FTS5, in WAL mode, synchronous."""

    kinds = frozenset(Kind) - {Kind.FUZZY}
    pages = frozenset(Page)

    def build(self, folder: Path, documents: Sequence[Document], spaced: Spaced) -> None:
        """Index documents and commit."""
        database = _connect(folder)
        database.execute(_TABLE)
        database.execute("CREATE VIRTUAL TABLE words USING fts5(body, content='', tokenize='ascii')")
        with database:
            for document in documents:
                _insert(database, document, spaced)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

    def open(self, folder: Path, spaced: Spaced) -> Fts5Opened:
        """Open the index."""
        return Fts5Opened(_connect(folder), spaced)

    def stored_bytes(self, folder: Path) -> int | None:
        """Bytes of ids, titles and texts, which lie there as they are."""
        database = _connect(folder)
        lengths = "length(CAST(id AS BLOB)) + length(CAST(title AS BLOB)) + length(CAST(text AS BLOB))"
        (found,) = database.execute(f"SELECT sum({lengths}) FROM documents").fetchone()
        database.close()
        return int(found)


def _connect(folder: Path) -> sqlite3.Connection:
    database = sqlite3.connect(folder / NAME)
    database.execute("PRAGMA journal_mode = WAL")
    return database


def _insert(database: sqlite3.Connection, document: Document, spaced: Spaced) -> None:
    values: Mapping[str, Any] = document.fields
    date = microseconds(values[DATE]) if DATE in values else None
    content = (document.id, document.title, document.text, date, *map(values.get, (SECTION, AUTHOR, PRICE)))
    number = database.execute(
        "INSERT INTO documents (id, title, text, date, section, author, price) VALUES (?, ?, ?, ?, ?, ?, ?)", content
    ).lastrowid
    database.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (number, spaced(document.text)))


class Fts5Opened:
    """An open SQLite database."""

    def __init__(self, database: sqlite3.Connection, spaced: Spaced) -> None:
        self._database = database
        self._spaced = spaced

    def top(self, query: Query) -> Hits:
        """Find the ten best documents."""
        statement = f"{_FIND} ORDER BY w.rank LIMIT {LIMIT}"
        return self._database.execute(statement, (self._expression(query),)).fetchall()

    def ids(self, query: Query) -> frozenset[str]:
        """Find all documents."""
        return frozenset(id for id, _ in self._database.execute(_FIND, (self._expression(query),)))

    def total(self, query: Query) -> int:
        """How many documents there are to find."""
        statement = "SELECT count(*) FROM words WHERE words MATCH ?"
        return int(self._database.execute(statement, (self._expression(query),)).fetchone()[0])

    def page(self, query: Query, page: Page) -> Shown:
        """Answer a page."""
        expression, given = self._expression(query), list[object]()
        where = ""
        if page is Page.SECTION:
            where, given = " AND d.section = ?", [section_of(query)]
        elif page is Page.YEAR:
            year = year_of(query)
            where = " AND d.date >= ? AND d.date < ?"
            given = [microseconds(datetime(first, 1, 1)) for first in (year, year + 1)]
        order = "d.date DESC" if page is Page.NEWEST else "w.rank"
        rest = "" if page is Page.FOUND else f" ORDER BY {order} LIMIT {LIMIT} OFFSET {OFFSETS.get(page, 0)}"
        hits = self._database.execute(f"{_FIND}{where}{rest}", (expression, *given)).fetchall()
        total = self.total(query) if page in (Page.TOTAL, Page.FACETS) else None
        if page is not Page.FACETS:
            return Shown(hits, total)
        counts = {
            name: dict(self._database.execute(_COUNT.format(name), (expression,)).fetchall())
            for name in (SECTION, AUTHOR)
        }
        return Shown(hits, total, counts)

    def filtered(self, query: Query, author: str) -> Hits:
        """Find the ten best documents of an author."""
        statement = f"{_FIND} AND d.author = ? ORDER BY w.rank LIMIT {LIMIT}"
        return self._database.execute(statement, (self._expression(query), author)).fetchall()

    def refresh(self) -> None:
        """Do nothing: a statement sees the latest commit."""

    def _expression(self, query: Query) -> str:
        if query.kind is Kind.PREFIX:
            return f'"{query.text}"*'
        quoted = [f'"{word}"' for word in self._spaced(query.text).replace('"', " ").split()]
        between = dict.fromkeys(ANY_OF, " OR ") | {Kind.PHRASE: " + "}
        return between.get(query.kind, " ").join(quoted)

    def add(self, document: Document) -> None:
        """Add one document and commit."""
        with self._database:
            _insert(self._database, document, self._spaced)

    def close(self) -> None:
        """Close the database."""
        self._database.close()
