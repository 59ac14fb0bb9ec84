"""latency: a query as typed in, ten hits with their stored title and id out: microseconds by class of query.

All engines hold the same words: khsearch's, which the peers are given with spaces between. A query is text to all of
them: the peers break it with PyICU, which finds the same words in these queries (see `queries`). Before a figure is
told, every query is asked of everybody for all documents, and all must find the same; khsearch's default, which finds
more by cluster bigrams and other spellings, must find at least those. A query for which a side finds nothing is left
out on all sides, and counted. Where a hit is shown with an excerpt, the word that was asked for must be marked in it.

Each engine, and each ranking of khsearch, works alone in a process of its own, begun anew for every class (`asking`).
In each round every engine is asked all queries of a class, all different, one after the other: what it keeps of a query
has to outlive all others. The first round meets every query for the first time and is told by itself; the second is not
told; those that follow are `warm`. Times are CPU time of the thread that asks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median

from benchmarks import agreement, asking, changing, site
from benchmarks.asking import Asked
from benchmarks.changing import Added, AfterCommit, Start
from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus, batches
from benchmarks.engines import KHSEARCH, WORDS_ONLY, Kind, Query, engine, pages_of, with_excerpts
from benchmarks.engines.base import Spaced
from benchmarks.engines.pages import Page
from benchmarks.errors import DisagreementError
from benchmarks.queries import Drawer
from benchmarks.timing import Spread, percentile, quotients
from khsearch import Document, Index
from khsearch.khmer import Analyzer, breaker, script

EXCERPTS = "term, with excerpts"
"""A further class: terms, with an excerpt of each hit; of engines that make excerpts."""

OF_THREE = "{}, any of three words"
LONG = (Page.TOTAL, Page.FACETS, Page.NEWEST)
"""Pages that look at all that is found, and what they are called where that is much: the documents of three words."""

TYPO, MEANT, COMPLETION = "typing error", "did you mean", "completion"
"""Further classes, of khsearch alone: words with a slip, typed as if without, and with what was probably meant;
beginnings of words, completed."""

_WORKS = {TYPO: "top", MEANT: "meant", COMPLETION: "completion"}


@dataclass(frozen=True, slots=True)
class Times:
    """Microseconds that half of the queries, and 19 of 20, take at most."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """What one engine's times are of another's: of the first round, and of the warm ones, round by round."""

    first: float
    p50: Spread
    p95: Spread

    def __str__(self) -> str:
        return f"{self.first:.2f}, {self.p50.median:.2f}, {self.p95.median:.2f}"


@dataclass(frozen=True, slots=True)
class Latency:
    """Times of one engine for one class of queries.

    queries   how many were asked, all different
    left_out  how many more there were for which a side finds nothing
    first     of the round in which each query is met for the first time
    warm      medians over the rounds after it
    ratio     khsearch's times by this engine's: below 1, khsearch is faster
    words_ratio  the same of khsearch asked for words alone, the work that the peers do; None where it was not asked
    """

    queries: int
    left_out: int
    first: Times
    warm: Times
    ratio: Ratio
    words_ratio: Ratio | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured: by class of query and engine, or by engine."""

    latency: Mapping[str, Mapping[str, Latency]]
    start: Mapping[str, Start]
    added: Mapping[str, Added]
    after_commit: Mapping[str, AfterCommit]


def measure(corpus: Corpus, names: Sequence[str], count: int, rounds: int, show: Show) -> Figures:
    """Measure khsearch, by default and with words alone, and some peers."""
    names = [KHSEARCH, WORDS_ONLY, *names]
    drawer = Drawer(corpus.documents[:5_000], Analyzer(breaker()), SEED)
    articles = {document.id: document for document in site.with_values(corpus.documents)}
    corpus = replace(corpus, documents=list(articles.values()))
    titles = {document.id: document.title for document in corpus.documents}
    with (
        tempfile.TemporaryDirectory(prefix="khsearch-bench-", ignore_cleanup_errors=True) as place,
        ExitStack() as closing,
    ):
        folders = build(corpus, names, Path(place), show)
        asked = {name: closing.enter_context(Asked(name, folders[name])) for name in names}
        latency: dict[str, dict[str, Latency]] = {}
        drawn: dict[Kind, list[Query]] = {}
        for number, kind in enumerate(Kind):
            show(number, len(Kind) + len(_WORKS) + 1)
            drawn[kind] = drawer.draw(kind, count)
            able = {name: asked[name] for name in names if kind in engine(name).kinds}
            latency[str(kind)] = ask_class(drawn[kind], able, titles, rounds)
        slips = [Query(Kind.TERM, query.text) for query in drawn[Kind.FUZZY]]
        chosen = {TYPO: slips, MEANT: slips, COMPLETION: drawn[Kind.PREFIX]}
        for number, (name, work) in enumerate(_WORKS.items(), len(Kind)):
            show(number, len(Kind) + len(_WORKS) + 1)
            ours = {KHSEARCH: asked[KHSEARCH]}
            with asking.begun(ours, chosen[name], work):
                latency[name] = _latency(_rounds(ours, rounds), frozenset())
        latency[EXCERPTS] = _with_excerpts(corpus, names, asked[KHSEARCH], drawn[Kind.TERM], rounds, Path(place))
        half = drawn[Kind.TERM][: max(count // 2, 1)]
        able = {name: asked[name] for name in names if pages_of(name)}
        latency |= pages_of_site(half, able, articles, rounds)
        three = drawn[Kind.OR][: max(count // 2, 1)]
        latency |= {
            OF_THREE.format(page): told for page, told in pages_of_site(three, able, articles, rounds, LONG).items()
        }
        _check_completion(Index.open(folders[KHSEARCH] / "index"), drawn[Kind.PREFIX])
        del able[WORDS_ONLY], folders[WORDS_ONLY]
        after_commit = changing.after_commit(able, folders, drawn[Kind.TERM][:rounds])
        start = changing.starts(folders, drawn[Kind.TERM][0].text, rounds)
        added = changing.add_and_find({name: asked[name] for name in folders if name != "bm25s"}, rounds)
    return Figures(latency, start, added, after_commit)


def ask_class(
    queries: Sequence[Query], asked: Mapping[str, Asked], titles: Mapping[str, str], rounds: int
) -> dict[str, Latency]:
    """Times of the queries of one class; DisagreementError where two engines do not find the same."""
    with asking.begun(asked, queries):
        taken = _rounds(asked, rounds)
        return _latency(taken, agreement.compare(queries, asked, titles))


def _with_excerpts(
    corpus: Corpus, names: Sequence[str], ours: Asked, queries: Sequence[Query], rounds: int, place: Path
) -> dict[str, Latency]:
    """Times of hits with an excerpt each; DisagreementError where one does not mark what was found."""
    spaced = spaced_by_khsearch(corpus.documents)
    words = {document.id: frozenset(spaced(document.text).split()) for document in corpus.documents}
    with ExitStack() as closing:
        asked = {KHSEARCH: ours}
        for name in names:
            other = with_excerpts(name)
            if other and name != KHSEARCH:
                folder = place / other
                folder.mkdir()
                engine(other).build(folder, corpus.documents, spaced)
                asked[name] = closing.enter_context(Asked(other, folder))
        with asking.begun(asked, queries, "excerpts"):
            taken = _rounds(asked, rounds)
            left_out = agreement.compare_excerpts(queries, asked, words)
        return _latency(taken, left_out)


def pages_of_site(
    queries: Sequence[Query],
    asked: Mapping[str, Asked],
    articles: site.Articles,
    rounds: int,
    pages: Iterable[Page] = Page,
) -> dict[str, dict[str, Latency]]:
    """Times of pages, all kinds or some; DisagreementError where one is wrong."""
    found = site.Found(queries, articles)
    with asking.begun(asked, queries, Page.TOTAL):
        found.tell_totals(asked)
    with asking.begun(asked, queries, Page.FOUND):
        found.tell_sets(asked)
    latency: dict[str, dict[str, Latency]] = {}
    for page in pages:
        numbers = [] if page is Page.FOUND else found.deep_enough(page)
        if not numbers:
            continue
        with asking.begun(asked, [queries[number] for number in numbers], page):
            taken = _rounds(asked, rounds)
            found.check(page, numbers, asked)
        latency[str(page)] = _latency(taken, frozenset())
    return latency


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
        words = iter(map(script.decode_term, found.terms()))
        counts = found.counts.tolist()
        known |= {text: " ".join(islice(words, count)) for text, count in zip(batch, counts, strict=True)}
    return known.__getitem__


def _check_completion(index: Index, queries: Sequence[Query]) -> None:
    for query in queries:
        found = index.complete(query.text)
        wrong = [word for word in found if not word.startswith(query.text)]
        if wrong or not found:
            raise DisagreementError(f"completion of {query.text!r}: khsearch proposes {wrong or 'nothing'}")


def _rounds(asked: Mapping[str, Asked], rounds: int) -> dict[str, list[list[float]]]:
    """Microseconds by engine: of all queries in the first round, in one that is not told, and in the warm ones."""
    taken: dict[str, list[list[float]]] = {name: [] for name in asked}
    for number in range(rounds + 2):
        for name in list(asked)[:: -1 if number % 2 else 1]:
            taken[name].append(asked[name].microseconds())
    return taken


def _latency(taken: Mapping[str, list[list[float]]], left_out: frozenset[int]) -> dict[str, Latency]:
    kept = {
        name: [_times([time for number, time in enumerate(row) if number not in left_out]) for row in rows]
        for name, rows in taken.items()
    }
    asked = len(taken[KHSEARCH][0]) - len(left_out)
    found = {}
    for name, (first, _, *warm) in kept.items():
        middle = Times(median(one.p50 for one in warm), median(one.p95 for one in warm))
        words = _ratio(kept[WORDS_ONLY], kept[name]) if WORDS_ONLY in kept else None
        found[name] = Latency(asked, len(left_out), first, middle, _ratio(kept[KHSEARCH], kept[name]), words)
    return found


def _times(row: Sequence[float]) -> Times:
    return Times(percentile(row, 0.5), percentile(row, 0.95))


def _ratio(above: Sequence[Times], below: Sequence[Times]) -> Ratio:
    p50 = quotients([one.p50 for one in above[2:]], [one.p50 for one in below[2:]])
    p95 = quotients([one.p95 for one in above[2:]], [one.p95 for one in below[2:]])
    return Ratio(above[0].p50 / max(below[0].p50, 1e-9), p50, p95)


def rows(latency: Mapping[str, Latency]) -> list[list[str]]:
    """Rows for people, of one class."""
    return [
        [
            name,
            f"{one.queries} of {one.queries + one.left_out}",
            *(f"{figure:.0f}" for times in (one.first, one.warm) for figure in (times.p50, times.p95)),
            str(one.ratio),
            str(one.words_ratio) if one.words_ratio else "",
        ]
        for name, one in latency.items()
    ]
