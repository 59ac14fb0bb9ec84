"""engines: khsearch and its peers under one interface, each behind a door of its own."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from benchmarks import machine
from benchmarks.engines.base import Engine, Excerpts, Hits, Kind, Opened, Query, Spaced
from benchmarks.engines.pages import Page
from benchmarks.errors import BenchmarkError

KHSEARCH, WORDS_ONLY, TANTIVY = "khsearch", "khsearch-words", "tantivy"

_WITH_EXCERPTS = {TANTIVY: "benchmarks.engines.tantivy_py:TantivyWithExcerpts"}
"""Engines that need an index of its own for excerpts, and the class that makes it."""

_ENGINES = {
    KHSEARCH: ("benchmarks.engines.khs:Khsearch", "khsearch"),
    WORDS_ONLY: ("benchmarks.engines.khs:KhsearchWords", "khsearch"),
    TANTIVY: ("benchmarks.engines.tantivy_py:Tantivy", "tantivy"),
    "fts5": ("benchmarks.engines.fts5:Fts5", None),
    "whoosh": ("benchmarks.engines.stock_whoosh:StockWhoosh", "whoosh"),
    "bm25s": ("benchmarks.engines.bm25s_py:Bm25s", "bm25s"),
}
PEERS = tuple(name for name in _ENGINES if name not in (KHSEARCH, WORDS_ONLY))

__all__ = [
    "KHSEARCH",
    "PEERS",
    "TANTIVY",
    "WORDS_ONLY",
    "Engine",
    "Excerpts",
    "Hits",
    "Kind",
    "Opened",
    "Query",
    "Spaced",
    "choose",
    "engine",
    "pages_of",
    "with_excerpts",
]


def engine(name: str) -> Engine:
    """Make the engine of a name, or of a class given as module:class."""
    place = _ENGINES[name][0] if name in _ENGINES else name
    module, _, attribute = place.partition(":")
    try:
        found: Engine = getattr(importlib.import_module(module), attribute)()
    except (ImportError, AttributeError, ValueError) as problem:
        raise BenchmarkError(
            f"no engine {name!r} ({problem}); choose from {', '.join(_ENGINES)} or module:class"
        ) from None
    return found


def pages_of(name: str) -> frozenset[Page]:
    """The kinds of pages that an engine answers."""
    found: frozenset[Page] = getattr(engine(name), "pages", frozenset())
    return found


def with_excerpts(name: str) -> str | None:
    """Return the engine that gives excerpts for an engine, by a name that `engine` knows; None where there is none."""
    return KHSEARCH if name == KHSEARCH else _WITH_EXCERPTS.get(name)


def choose(peers: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Those of some peers that can be measured, and the reason for each that cannot."""
    skipped = {}
    for name in peers:
        package = _ENGINES[name][1] if name in _ENGINES else None
        if package and machine.installed(package) is None:
            skipped[name] = "not installed; pip install 'khsearch[bench]'"
    return [name for name in peers if name not in skipped], skipped
