"""latency: a query as typed in, ten hits with their stored title and id out: microseconds by class of query.

All engines hold the same words: khsearch's, which the peers are given with spaces between. A query is text to all of
them: the peers break it with PyICU, which finds the same words in these queries (see `queries`). Before a figure is
told, every query is asked of everybody for all documents, and all must find the same; khsearch's default, which finds
more by cluster bigrams and other spellings, must find at least those.

In each round every engine is asked all queries of a class, one engine after the other. A query's time is the least of
its rounds: on a busy machine the others tell of other work. Each is asked several times, so what an engine keeps of a
word between two queries is kept here; `first` is the round that finds nothing kept.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from benchmarks import agreement, worker
from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus, batches
from benchmarks.engines import KHSEARCH, WORDS_ONLY, Kind, Opened, Query, engine
from benchmarks.engines.base import LIMIT, Spaced
from benchmarks.engines.khs import KhsearchOpened
from benchmarks.errors import DisagreementError
from benchmarks.queries import Drawer
from benchmarks.timing import Spread, percentile, quotients, spread
from khsearch import Document
from khsearch.khmer.analyzer import Analyzer
from khsearch.khmer.breakers import breaker
from khsearch.khmer.script import decode_term

SNIPPETS, TYPO, MEANT, COMPLETION = "with snippets", "typing error", "did you mean", "completion"
"""Further classes, of khsearch alone: terms, with an excerpt of each hit; words with a slip, typed as if without, and
with what was probably meant; beginnings of words, completed."""

MANY_DOCUMENTS, FETCHED = 5_000, 15
"""From how many documents on the sets that are found are compared for so many queries of a class, then their sizes."""

NEWCOMER = "\u179f\u17d2\u179c\u17b6\u1782\u1798\u1793\u17cd"  # a greeting, in a document of its own


@dataclass(frozen=True, slots=True)
class Latency:
    """Microseconds of one engine for one class of queries.

    queries  how many were asked
    p50, p95, p99  of the queries' least times over rounds
    first    median of the first round
    ratio    khsearch's median time by this engine's, round by round: below 1, khsearch is faster
    words_ratio  the same of khsearch asked for words alone, the work that the peers do; None where it was not asked
    """

    queries: int
    p50: float
    p95: float
    p99: float
    first: float
    ratio: Spread
    words_ratio: Spread | None


@dataclass(frozen=True, slots=True)
class Start:
    """Milliseconds from a process that has everything imported to the first answer, and megabytes that stay."""

    open_ms: Spread
    open_and_find_ms: Spread
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured: by class of query and engine, or by engine."""

    latency: Mapping[str, Mapping[str, Latency]]
    start: Mapping[str, Start]
    add_and_find_ms: Mapping[str, Spread]


def measure(corpus: Corpus, names: Sequence[str], count: int, rounds: int, show: Show) -> Figures:
    """Measure khsearch, by default and with words alone, and some peers."""
    names = [KHSEARCH, WORDS_ONLY, *names]
    with tempfile.TemporaryDirectory(prefix="khsearch-bench-") as place, ExitStack() as closing:
        folders = build(corpus, names, Path(place), show)
        spaced = worker.spaced_by_icu()
        opened = {}
        for name in names:
            opened[name] = engine(name).open(folders[name], spaced)
            closing.callback(opened[name].close)
        ours = opened[KHSEARCH]
        if not isinstance(ours, KhsearchOpened):
            raise TypeError(f"{KHSEARCH} is opened as {type(ours).__name__}")
        drawer = Drawer(corpus.documents[:5_000], ours.index.analyzer, SEED)
        asked = {kind: drawer.draw(kind, count) for kind in Kind}
        able = {kind: {n: opened[n] for n in names if kind in engine(n).kinds} for kind in Kind}
        # The first round meets indexes just opened: nothing is kept yet, and nothing has been compared.
        taken = {kind: _rounds(asked[kind], {n: o.top for n, o in able[kind].items()}, rounds, show) for kind in Kind}
        latency = {str(kind): _latency(taken[kind]) for kind in Kind}
        titles = {document.id: document.title for document in corpus.documents}
        for kind in Kind:
            compare(asked[kind], able[kind], titles)
        terms = asked[Kind.TERM]
        slips = [Query(Kind.TERM, query.text) for query in asked[Kind.FUZZY]]
        for name, queries, work in (
            (SNIPPETS, terms, lambda query: [(hit.title, hit.snippet) for hit in ours.search(query, LIMIT)]),
            (TYPO, slips, ours.top),
            (MEANT, slips, lambda query: ours.search(query, LIMIT).suggestion),
            (COMPLETION, asked[Kind.PREFIX], lambda query: ours.index.complete(query.text)),
        ):
            latency[name] = _latency(_rounds(queries, {KHSEARCH: work}, rounds, show))
        _check_completion(ours, asked[Kind.PREFIX])
        start = {name: _start(name, folders[name], terms[0].text) for name in names if name != WORDS_ONLY}
        adding = {name: opened[name] for name in names if name not in (WORDS_ONLY, "bm25s")}
        added = {name: _add_and_find(one, rounds) for name, one in adding.items()}
    return Figures(latency, start, added)


def build(corpus: Corpus, names: Sequence[str], place: Path, show: Show) -> dict[str, Path]:
    """Index a corpus with each engine, in folders below `place`; khsearch's two ways share one."""
    folders: dict[str, Path] = {}
    spaced = spaced_by_khsearch(corpus.documents)
    for number, name in enumerate(names):
        show(number, len(names))
        folders[name] = folders[KHSEARCH] if name == WORDS_ONLY else place / name.replace(":", "-")
        if name == WORDS_ONLY:
            continue
        folders[name].mkdir()
        engine(name).build(folders[name], corpus.documents, spaced)
    return folders


def spaced_by_khsearch(documents: Sequence[Document]) -> Spaced:
    """Break texts into khsearch's words, with spaces between: what the peers index here."""
    analyzer = Analyzer(breaker())
    known: dict[str, str] = {}
    for batch in batches((document.text for document in documents), 1_000_000):
        found = analyzer.batch(batch).words
        words = iter(map(decode_term, found.terms()))
        counts = found.counts.tolist()
        known |= {text: " ".join(islice(words, count)) for text, count in zip(batch, counts, strict=True)}
    return known.__getitem__


def compare(queries: Sequence[Query], opened: Mapping[str, Opened], titles: Mapping[str, str]) -> None:
    """Ask everybody for the ten best documents and for all; DisagreementError where they differ.

    Of many documents, all are fetched for the first queries only, and counted for the others.
    """
    fetched = len(queries) if len(titles) <= MANY_DOCUMENTS else FETCHED
    for number, query in enumerate(queries):
        if number < fetched:
            found = {name: one.ids(query) for name, one in opened.items()}
            for name, one in opened.items():
                agreement.top_of(query, name, one.top(query), found[name], titles, LIMIT)
            if WORDS_ONLY in found:
                agreement.includes(query, (KHSEARCH, found.pop(KHSEARCH)), (WORDS_ONLY, found[WORDS_ONLY]))
            agreement.same(query, found)
        else:
            totals = {name: one.total(query) for name, one in opened.items()}
            agreement.same_total(query, totals, more=KHSEARCH if WORDS_ONLY in totals else None)


def _check_completion(ours: KhsearchOpened, queries: Sequence[Query]) -> None:
    for query in queries:
        found = ours.index.complete(query.text)
        wrong = [word for word in found if not word.startswith(query.text)]
        if wrong or not found:
            raise DisagreementError(f"completion of {query.text!r}: khsearch proposes {wrong or 'nothing'}")


def _rounds(
    queries: Sequence[Query], works: Mapping[str, Callable[[Query], object]], rounds: int, show: Show
) -> dict[str, list[list[float]]]:
    """Microseconds by engine: for each round, those of all queries."""
    taken: dict[str, list[list[float]]] = {name: [] for name in works}
    clock = time.perf_counter_ns
    for number in range(rounds + 1):
        show(number, rounds + 1)
        # Whose turn it is asks all queries: a processor that changes works at each query would time its caches.
        for name in list(works)[:: -1 if number % 2 else 1]:
            work = works[name]
            row = []
            for query in queries:
                started = clock()
                work(query)
                row.append((clock() - started) / 1000)
            taken[name].append(row)
    return taken


def _latency(taken: Mapping[str, list[list[float]]]) -> dict[str, Latency]:
    # The first round is told by itself: it pays for what is kept afterwards.
    medians = {name: [median(row) for row in rows[1:]] for name, rows in taken.items()}
    found = {}
    for name, (first, *later) in taken.items():
        times = [min(several) for several in zip(*later, strict=True)]
        p50, p95, p99 = (percentile(times, share) for share in (0.5, 0.95, 0.99))
        ratio = quotients(medians[KHSEARCH], medians[name])
        words = quotients(medians[WORDS_ONLY], medians[name]) if WORDS_ONLY in medians else None
        found[name] = Latency(len(times), p50, p95, p99, median(first), ratio, words)
    return found


def _start(name: str, folder: Path, text: str) -> Start:
    runs = [worker.run("open", name, str(folder), text) for _ in range(4)][1:]
    return Start(
        open_ms=spread([1000 * run["open_s"] for run in runs]),
        open_and_find_ms=spread([1000 * run["open_and_find_s"] for run in runs]),
        memory_mb=median(run["memory_mb"] for run in runs),
    )


def _add_and_find(opened: Opened, rounds: int) -> Spread:
    """Milliseconds to add one document, commit, and find it by its title."""
    times = []
    query = Query(Kind.AND, NEWCOMER)
    for number in range(rounds):
        document = Document(f"new{number}", NEWCOMER, NEWCOMER)
        before = len(opened.ids(query))
        started = time.perf_counter()
        opened.add(document)
        hits = opened.top(query)
        times.append(1000 * (time.perf_counter() - started))
        after = opened.ids(query)
        if len(after) != before + 1 or document.id not in after or not hits:
            raise DisagreementError(
                f"{type(opened).__name__}: {document.id!r} was added, and {len(after) - before} more documents found"
            )
    return spread(times)


def rows(latency: Mapping[str, Latency]) -> list[list[str]]:
    """Rows for people, of one class."""
    return [
        [
            name,
            str(one.queries),
            *(f"{figure:.0f}" for figure in (one.p50, one.p95, one.p99, one.first)),
            str(one.ratio),
            str(one.words_ratio) if one.words_ratio else "",
        ]
        for name, one in latency.items()
    ]


def rows_of_starts(figures: Figures) -> list[list[str]]:
    """Rows for people: milliseconds to open, to open and find, to add and find."""
    found = []
    for name, start in figures.start.items():
        added = figures.add_and_find_ms.get(name)
        found.append(
            [
                name,
                str(start.open_ms),
                str(start.open_and_find_ms),
                f"{start.memory_mb:.0f}",
                str(added) if added else "",
            ]
        )
    return found
