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
from functools import partial
from itertools import pairwise

import numpy as np

import khsearch
from benchmarks import corpus, gold
from benchmarks.console import Show
from benchmarks.errors import DisagreementError, MissedError
from benchmarks.gold import Agreement, BreakText, FindWords, GoldSentence, KhmerWords, Quality, Span
from benchmarks.timing import Spread, interleaved, percentile, quotients, spread
from benchmarks.words import IcuWords, nltk_words
from khsearch.arrays import keep_freed_memory
from khsearch.khmer import Analyzer, Breaker, breaker, clusters, joiner_of, normalize_all

BASE = "PyICU, raw"
WORDS, ATOMS = "lattice, words", "lattice, atoms"
ORIGINAL = "khmer-nltk"
CHOSEN = {WORDS: ("lattice", "word"), ATOMS: ("lattice", "atom"), "crf": ("crf", "word"), "icu": ("icu", "word")}
"""Breaker and mode of what is measured of khsearch."""

BATCH = 1_000_000
QUERY_CLUSTERS = range(17, 24)
"""About 20 clusters: a long query."""

_RUN = re.compile("[\u1780-\u17b3][\u1780-\u17d3\u17dd]*")
_UNUSED_PEERS = ("khmercut", "khmer_tokenizer", "khmer_viterbi_segmenter")


@dataclass(frozen=True, slots=True)
class Breaking:
    """How well one breaker finds words, and how steadily; on how many sentences.

    khmer  words with a Khmer letter only
    """

    sentences: int
    quality: Quality
    khmer: KhmerWords
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
    found = {}
    ways = _ways()
    for number, (name, (break_text, find_words)) in enumerate(ways.items()):
        show(number, len(ways))
        found[name] = Breaking(
            len(sentences),
            gold.quality(sentences, break_text),
            gold.khmer_words(sentences, find_words),
            gold.agreement(sentences, break_text),
        )
    return found


def _ways() -> dict[str, tuple[BreakText, FindWords]]:
    def own(breaker: str, mode: str) -> tuple[BreakText, FindWords]:
        def find(text: str) -> list[Span]:
            return [(token.start, token.end) for token in khsearch.tokenize(text, breaker, mode=mode)]

        return lambda text: sorted({0, len(text), *(edge for span in find(text) for edge in span)}), find

    plain = IcuWords().boundaries
    return {name: own(*chosen) for name, chosen in CHOSEN.items()} | {
        BASE: (plain, lambda text: list(pairwise(plain(text))))
    }


def measure_speed(texts: Sequence[str], rounds: int, show: Show) -> dict[str, Speed]:
    """Time every breaker over the same batches, and for single queries taken from them."""
    keep_freed_memory()  # as all that breaks batches does
    batches = corpus.batches(texts, BATCH)[:4]
    plain = IcuWords()
    analyzers = {name: Analyzer(breaker(name)) for name in ("lattice", "crf", "icu")}
    works: dict[str, Callable[[], object]] = {
        BASE: lambda: [plain.step("\n".join(batch)) for batch in batches],
        "lattice, and terms of both streams": lambda: [analyzers["lattice"].batch(batch) for batch in batches],
        "lattice, words and signs": lambda: [_whole_words(analyzers["lattice"], batch) for batch in batches],
    }
    for name, (of, mode) in CHOSEN.items():
        works[name] = partial(_all_boundaries, analyzers[of], batches, mode)
    seconds = interleaved(works, rounds, show=show)
    size = sum(len(text.encode()) for batch in batches for text in batch)
    found = {
        name: Speed(quotients(seconds[BASE], took), spread([size / 1e6 / second for second in took]))
        for name, took in seconds.items()
    }
    queries = _queries(texts)
    found[BASE] = _with_queries(found[BASE], plain.step, queries)
    for name, (of, mode) in CHOSEN.items():
        found[name] = _with_queries(found[name], partial(khsearch.words, breaker=of, mode=mode), queries)
    found[ORIGINAL] = _original(batches[0])
    order = [WORDS, ATOMS, *(name for name in found if name not in (WORDS, ATOMS))]
    return {name: found[name] for name in order}


def _original(texts: Sequence[str]) -> Speed:
    """Time khmer-nltk itself over a small text of its own, and PyICU beside it; DisagreementError where `crf` differs.

    The two are asked for the words of each different run of Khmer in normal form: of other texts, khmer-nltk leaves
    characters out.
    """
    few = texts[: max(1, len(texts) // 100)]
    runs = list(dict.fromkeys(_RUN.findall(normalize_all(few).text)))
    plain = IcuWords()
    size = sum(len(run.encode()) for run in runs)
    words: list[list[str]] = []
    works: dict[str, Callable[[], object]] = {
        BASE: lambda: plain.step("\n".join(runs)),
        ORIGINAL: lambda: words.extend(map(nltk_words, runs)),
    }
    took = interleaved(works, 3)
    if words[: len(runs)] != list(khsearch.words_all(runs, "crf", mode="atom")):
        raise DisagreementError(f"the breaker crf finds other words than {ORIGINAL} in {len(runs):,} runs")
    return Speed(quotients(took[BASE], took[ORIGINAL]), spread([size / 1e6 / second for second in took[ORIGINAL]]))


def _all_boundaries(analyzer: Analyzer, batches: Sequence[Sequence[str]], mode: str) -> list[object]:
    """Find where words of Khmer begin, as offsets in the originals: what PyICU's loop is compared with."""
    return [_boundaries(analyzer.breaker, texts, mode) for texts in batches]


def _boundaries(breaker: Breaker, texts: Sequence[str], mode: str) -> object:
    normal = normalize_all(texts)
    units, _ = clusters.units(normal.codes)
    found, _ = units.clusters()
    lexicon, joiner = breaker.lexicon, joiner_of(breaker) if mode == "word" else None
    numbers = None if lexicon is None else lexicon.trie.numbering.number_all(normal.codes, found)
    begins = breaker.break_all(normal.codes, found, numbers)
    if joiner is not None:
        begins = joiner.join_all(normal.codes, found, begins, numbers)
    return normal.origin_of(found.starts.take(np.flatnonzero(begins)))


def _whole_words(analyzer: Analyzer, texts: Sequence[str]) -> object:
    """Find where whole words of any kind begin, dates and links among them, as offsets in the originals."""
    found = analyzer.whole_batch(texts, "word")
    return found.normal.origin_of(found.starts)


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


BARS: Mapping[str, Mapping[str, tuple[float, Callable[[Breaking], float]]]] = {
    WORDS: {
        "F1 of compound words with a Khmer letter": (93.2, lambda found: found.khmer.compound.f1),
        "F1 of their boundaries": (97.5, lambda found: found.khmer.boundary.f1),
        "agreement of compound words": (96.3, lambda found: found.agreement.compound),
    },
    ATOMS: {
        "F1 of simple words with a Khmer letter": (97.7, lambda found: found.khmer.simple.f1),
        "simple word F1": (97.7, lambda found: found.quality.simple.f1),
        "boundary F1": (98.5, lambda found: found.quality.boundary.f1),
        "agreement of compound words": (99.6, lambda found: found.agreement.compound),
        "agreement of simple words": (99.1, lambda found: found.agreement.simple),
        "agreement of two-word pairs": (99.7, lambda found: found.agreement.pairs),
    },
}
"""What whole words and atoms must reach on the development gold, in percent."""


def check(found: Mapping[str, Breaking]) -> None:
    """Hold the two modes of the default breaker to their bars; MissedError names those that they stay below."""
    missed = [
        f"{mode}: {name} {figure(found[mode]):.2f} < {bar}"
        for mode, bars in BARS.items()
        for name, (bar, figure) in bars.items()
        if figure(found[mode]) < bar
    ]
    if missed:
        raise MissedError("; ".join(missed))


def rows_of_quality(found: Mapping[str, Breaking]) -> list[list[str]]:
    """Rows for people: breaker, F1 of words with a Khmer letter by two views and of their boundaries, agreement."""
    rows = []
    for name, breaking in found.items():
        khmer, agreement = breaking.khmer, breaking.agreement
        figures = [khmer.compound.f1, khmer.boundary.f1, agreement.compound, agreement.pairs]
        figures += [khmer.simple.f1, agreement.simple]
        rows.append([name, *(f"{figure:.2f}" for figure in figures)])
    return rows


def rows_of_tokens(found: Mapping[str, Breaking]) -> list[list[str]]:
    """Rows for people: breaker, sentences, F1 of all tokens by two views, and of simple boundaries."""
    return [
        [
            name,
            f"{breaking.sentences:,}",
            *(
                f"{one.f1:.1f}"
                for one in (breaking.quality.simple, breaking.quality.compound, breaking.quality.boundary)
            ),
        ]
        for name, breaking in found.items()
    ]


def rows_of_speed(found: Mapping[str, Speed]) -> list[list[str]]:
    """Rows for people: breaker, ratio to PyICU, megabytes a second, microseconds a query."""
    rows = []
    for name, speed in found.items():
        query = "" if speed.query_us is None else f"{speed.query_us:.1f}"
        tail = "" if speed.query_us_p95 is None else f"{speed.query_us_p95:.1f}"
        ratio = f"{speed.ratio.median:.4f}" if speed.ratio.median < 0.1 else str(speed.ratio)
        rows.append([name, ratio, f"{speed.mb_per_s.median:.2f}", query, tail])
    return rows
