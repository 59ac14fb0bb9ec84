"""scaling: every figure of indexing and latency at growing sizes, and how it grows with them.

A figure grows as a power of the number of documents: with the exponent 0 it stays, with 1 it doubles where the
documents double. The exponent told is the slope of a straight line through the logarithms, by least squares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks import corpus, indexing, latency
from benchmarks.console import Show
from benchmarks.engines import KHSEARCH
from benchmarks.indexing import Indexing
from benchmarks.latency import Figures

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)

Series = dict[str, dict[int, float]]
"""A figure by the number of documents, by what it tells."""


def measure(
    docs: Path, sizes: Sequence[int], peers: Sequence[str], queries: int, rounds: int, show: Show
) -> tuple[dict[int, dict[str, Indexing]], dict[int, Figures]]:
    """Index and ask corpora of growing size, each the beginning of the next."""
    whole = corpus.load(docs, max(sizes))
    indexed: dict[int, dict[str, Indexing]] = {}
    asked: dict[int, Figures] = {}
    for number, size in enumerate(sizes):
        show(number, len(sizes))
        part = corpus.make(whole.name, whole.documents[:size])
        growing = [name for name in peers if name != "bm25s"]
        indexed[size] = indexing.measure(dict.fromkeys([KHSEARCH, *growing], part), rounds, lambda done, total: None)
        asked[size] = latency.measure(part, peers, queries, rounds, lambda done, total: None)
    return indexed, asked


def series(indexed: Mapping[int, Mapping[str, Indexing]], asked: Mapping[int, Figures]) -> Series:
    """All figures, by what they tell and of whom."""
    found: Series = {}
    for size, engines in indexed.items():
        for name, one in engines.items():
            found.setdefault(f"index, CPU s: {name}", {})[size] = one.cpu_s
            found.setdefault(f"index, peak MB: {name}", {})[size] = one.memory_mb
            if one.index_per_text is not None:
                found.setdefault(f"index / text: {name}", {})[size] = one.index_per_text
    for size, figures in asked.items():
        for kind, by_engine in figures.latency.items():
            for name, took in by_engine.items():
                for when, times in (("first", took.first), ("warm", took.warm)):
                    found.setdefault(f"{kind}, {when} p50 \u00b5s: {name}", {})[size] = times.p50
                    found.setdefault(f"{kind}, {when} p95 \u00b5s: {name}", {})[size] = times.p95
        for name, start in figures.start.items():
            found.setdefault(f"open and find, ms: {name}", {})[size] = start.open_and_find_ms.median
            found.setdefault(f"reader, MB: {name}", {})[size] = start.memory_mb
        for name, added in figures.added.items():
            found.setdefault(f"add one and find, CPU ms: {name}", {})[size] = added.cpu_ms.median
        for name, after in figures.after_commit.items():
            found.setdefault(f"after another's commit, ms: {name}", {})[size] = after.first_ms.median
    return found


def exponent(values: Mapping[int, float]) -> float:
    """With which power of the number of documents a figure grows; 0 where there is only one."""
    if len(values) < 2:
        return 0.0
    sizes, figures = np.log(list(values)), np.log(np.maximum(list(values.values()), 1e-9))
    return float(np.polyfit(sizes, figures, 1)[0])


def rows(found: Series, sizes: Sequence[int]) -> list[list[str]]:
    """Rows for people: the figure at each size, and its exponent."""
    return [
        [name, *(f"{values[size]:,.3g}" if size in values else "" for size in sizes), f"{exponent(values):.2f}"]
        for name, values in found.items()
    ]
