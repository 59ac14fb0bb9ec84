"""segmentation: breakers against words broken by hand, against themselves, and against the time that PyICU takes.

Quality and agreement are defined in `gold`. Speed is CPU time for batches of about a megabyte of raw UTF-8, as a ratio
to the time in which PyICU steps over the boundaries of the same text and does nothing with them: above 1 is faster.
What khsearch's breakers do in that time: normalise, find clusters, break, and lead every boundary back to the original.
"""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks import corpus, gold
from benchmarks.console import Show
from benchmarks.errors import MissedError
from benchmarks.gold import Agreement, GoldSentence, Quality
from benchmarks.timing import Spread, interleaved, percentile, quotients, spread
from benchmarks.words import IcuWords
from khsearch.khmer import Analyzer, breaker, clusters, normalize_all

BASE = "PyICU, raw"
BREAKERS = ("lattice", "icu", "crf")
SLOW = "crf"
SAMPLE = 400
"""Sentences that the slow breaker is measured on."""

BATCH = 1_000_000
QUERY_CLUSTERS = range(17, 24)
"""About 20 clusters: a long query."""

_UNUSED_PEERS = ("khmercut", "khmer_tokenizer", "khmer_viterbi_segmenter")


@dataclass(frozen=True, slots=True)
class Breaking:
    """How well one breaker finds words, and how steadily; on how many sentences."""

    sentences: int
    quality: Quality
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast one breaker is.

    ratio        times the speed of PyICU's bare loop over the same text
    mb_per_s     megabytes of UTF-8 per CPU second
    query_us     microseconds for one query of about 20 clusters: median, and 95th percentile
    """

    ratio: Spread
    mb_per_s: Spread
    query_us: float | None = None
    query_us_p95: float | None = None


def measure_quality(sentences: Sequence[GoldSentence], show: Show) -> dict[str, Breaking]:
    """Compare every breaker with the gold."""
    sample = sentences[:: max(1, len(sentences) // SAMPLE)][:SAMPLE]
    found = {}
    ways = _ways()
    for number, (name, break_text) in enumerate(ways.items()):
        show(number, len(ways))
        chosen = sample if name == SLOW else sentences
        found[name] = Breaking(len(chosen), gold.quality(chosen, break_text), gold.agreement(chosen, break_text))
    return found


def _ways() -> dict[str, Callable[[str], list[int]]]:
    ways: dict[str, Callable[[str], list[int]]] = {name: Analyzer(breaker(name)).boundaries for name in BREAKERS}
    return ways | {BASE: IcuWords().boundaries}


def measure_speed(texts: Sequence[str], rounds: int, show: Show) -> dict[str, Speed]:
    """Time every breaker over the same batches, and for single queries taken from them."""
    batches = corpus.batches(texts, BATCH)[:4]
    plain = IcuWords()
    works: dict[str, Callable[[], object]] = {
        BASE: lambda: [plain.step("\n".join(batch)) for batch in batches],
        "lattice": lambda: [_boundaries(lattice, batch) for batch in batches],
        "icu": lambda: [_boundaries(icu, batch) for batch in batches],
        "lattice, and terms of both streams": lambda: [lattice.batch(batch) for batch in batches],
    }
    lattice, icu, crf = (Analyzer(breaker(name)) for name in BREAKERS)
    seconds = interleaved(works, rounds, show=show)
    size = sum(len(text.encode()) for batch in batches for text in batch)
    found = {
        name: Speed(quotients(seconds[BASE], took), spread([size / 1e6 / second for second in took]))
        for name, took in seconds.items()
    }
    # The slow breaker has a small text of its own, and so has PyICU beside it.
    few = batches[0][: max(1, len(batches[0]) // 100)]
    slow_works: dict[str, Callable[[], object]] = {
        BASE: lambda: plain.step("\n".join(few)),
        SLOW: lambda: _boundaries(crf, few),
    }
    little = interleaved(slow_works, 3)
    few_bytes = sum(len(text.encode()) for text in few)
    slow = Speed(quotients(little[BASE], little[SLOW]), spread([few_bytes / 1e6 / took for took in little[SLOW]]))
    queries = _queries(texts)
    return {
        BASE: _with_queries(found[BASE], plain.step, queries),
        "lattice": _with_queries(found["lattice"], lattice.terms, queries),
        "icu": _with_queries(found["icu"], icu.terms, queries),
        "crf": slow,
    } | {name: speed for name, speed in found.items() if name not in (BASE, "lattice", "icu")}


def _boundaries(analyzer: Analyzer, texts: Sequence[str]) -> object:
    """Find where words of Khmer begin, as offsets in the originals: what PyICU's loop is compared with."""
    normal = normalize_all(texts)
    units, _ = clusters.units(normal.codes)
    found, _ = units.clusters()
    begins = analyzer.breaker.break_all(normal.codes, found)
    return normal.origin_of(found.starts[begins])


def _queries(texts: Sequence[str]) -> list[str]:
    """Sentences of about 20 clusters."""
    pieces = (piece.strip() for text in texts for piece in re.split("[\u17d4\n ]", text))
    found: list[str] = []
    for piece in pieces:
        if 20 <= len(piece) <= 100 and len(gold.CLUSTER.findall(piece)) in QUERY_CLUSTERS:
            found.append(piece)
            if len(found) == 300:
                break
    return found


def _with_queries(speed: Speed, work: Callable[[str], object], queries: Sequence[str]) -> Speed:
    if not queries:
        return speed
    best: dict[str, float] = {}
    for _ in range(5):
        for query in queries:
            started = time.perf_counter()
            work(query)
            took = time.perf_counter() - started
            best[query] = min(best.get(query, took), took)
    times = [1e6 * took for took in best.values()]
    return Speed(speed.ratio, speed.mb_per_s, percentile(times, 0.5), percentile(times, 0.95))


def skipped() -> dict[str, str]:
    """Peers that are not measured, each with the reason."""
    reasons = {True: "no adapter here", False: "not installed"}
    return {name: reasons[importlib.util.find_spec(name) is not None] for name in _UNUSED_PEERS}


BARS: Mapping[str, tuple[float, Callable[[Breaking], float]]] = {
    "simple word F1": (94.5, lambda found: found.quality.simple.f1),
    "boundary F1": (98.0, lambda found: found.quality.boundary.f1),
    "agreement of compound words": (99.3, lambda found: found.agreement.compound),
    "agreement of simple words": (98.0, lambda found: found.agreement.simple),
    "agreement of two-word pairs": (99.1, lambda found: found.agreement.pairs),
}
"""What the default breaker must reach on the development gold, in percent."""


def check(found: Breaking) -> None:
    """Hold the default breaker to its bars; MissedError names those it stays below."""
    missed = [f"{name} {figure(found):.2f} < {bar}" for name, (bar, figure) in BARS.items() if figure(found) < bar]
    if missed:
        raise MissedError("lattice: " + "; ".join(missed))


def rows_of_quality(found: Mapping[str, Breaking]) -> list[list[str]]:
    """Rows for people: breaker, sentences, F1 of the two views and of boundaries, agreement of three kinds."""
    rows = []
    for name, breaking in found.items():
        quality, agreement = breaking.quality, breaking.agreement
        figures = [quality.simple.f1, quality.compound.f1, quality.boundary.f1]
        figures += [agreement.compound, agreement.simple, agreement.pairs]
        rows.append([name, f"{breaking.sentences:,}", *(f"{figure:.1f}" for figure in figures)])
    return rows


def rows_of_speed(found: Mapping[str, Speed]) -> list[list[str]]:
    """Rows for people: breaker, ratio to PyICU, megabytes a second, microseconds a query."""
    rows = []
    for name, speed in found.items():
        query = "" if speed.query_us is None else f"{speed.query_us:.1f}"
        tail = "" if speed.query_us_p95 is None else f"{speed.query_us_p95:.1f}"
        ratio = f"{speed.ratio.median:.3f}" if speed.ratio.median < 0.1 else str(speed.ratio)
        rows.append([name, ratio, f"{speed.mb_per_s.median:.2f}", query, tail])
    return rows
