"""beside: results of all speed benchmarks in, what khsearch takes beside tantivy out: where it is ahead, where behind.

Times of queries are those of `latency`, a column for each run of it; everything else has a row with both figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks import start
from benchmarks.engines import KHSEARCH, TANTIVY, Kind
from benchmarks.engines.pages import Page
from benchmarks.latency import EXCERPTS, LONG, OF_THREE
from benchmarks.scaling import exponent

COMMANDS = ("latency", "indexing", "tiny", "start", "throughput")
"""The commands whose results are read."""

QUERIES = "CPU time of a query, tantivy = 1: warm p50 / p95; first p50"
COLUMNS = ["beside tantivy", KHSEARCH, TANTIVY, "khsearch, tantivy = 1"]

_CLASSES = (*Kind, EXCERPTS, *Page, *map(OF_THREE.format, LONG))
_GROWING = (Kind.TERM, Kind.AND, Kind.OR, Kind.PHRASE, Kind.HEADLINE)
_LEAST_GROWN = 10_000
"""Documents of the smaller corpus at least, of two that growth is told of."""

Loaded = Mapping[str, Any]
"""A run as `runs.load` reads it."""


Row = list[str]
"""A figure: its name, that of khsearch, that of tantivy, and what the one is of the other."""


def columns_of_queries(found: Sequence[Loaded]) -> list[str]:
    """Name the columns of `rows_of_queries`: one for each run of `latency`."""
    names = (f"{run['settings']['corpus']}, {run['settings']['documents']:,}" for run in _latency(found))
    return [QUERIES, *names]


def rows_of_queries(found: Sequence[Loaded]) -> list[list[str]]:
    """Tell what khsearch takes for a query of each class, by default and with words alone."""
    runs = [run["figures"]["latency"] for run in _latency(found)]
    rows = []
    for kind in map(str, _CLASSES):
        for ratio, name in (("ratio", kind), ("words_ratio", f"{kind}, words alone")):
            cells = [_cell(run.get(kind, {}).get(TANTIVY, {}).get(ratio)) for run in runs]
            if any(cells):
                rows.append([name, *cells])
    return rows


def rows(found: Sequence[Loaded]) -> list[Row]:
    """Tell the figures that are no times of single queries."""
    told = [*_of_change(found), *_of_growth(found)]
    for command, tell in (
        ("indexing", _of_indexing),
        ("tiny", _of_tiny),
        ("start", _of_start),
        ("throughput", _of_threads),
    ):
        for run in found:
            if run["command"] == command:
                told += tell(run)
    return told


def _latency(found: Sequence[Loaded]) -> list[Loaded]:
    runs = [run for run in found if run["command"] == "latency"]
    return sorted(runs, key=lambda run: (run["settings"]["documents"], run["settings"]["corpus"]))


def _cell(ratio: Loaded | None) -> str:
    if not ratio:
        return ""
    return f"{ratio['p50']['median']:.2f} / {ratio['p95']['median']:.2f}; {ratio['first']:.1f}"


def _where(run: Loaded) -> str:
    return f"{run['settings']['corpus']}, {run['settings']['documents']:,} documents"


def _of_change(found: Sequence[Loaded]) -> Iterator[Row]:
    for run in _latency(found):
        added, after = (run["figures"][what] for what in ("added", "after_commit"))
        if TANTIVY in added:
            ours, theirs = (f"{added[name]['cpu_ms']['median']:.1f} ms" for name in (KHSEARCH, TANTIVY))
            yield [f"add one, commit, find: {_where(run)}", ours, theirs, _told(added[TANTIVY]["ratio"])]
        if TANTIVY in after:
            first = [after[name]["first_ms"]["median"] for name in (KHSEARCH, TANTIVY)]
            warm = [after[name]["by_warm"]["median"] for name in (KHSEARCH, TANTIVY)]
            ours, theirs = (f"{ms:.1f} ms, {by:.1f} \u00d7 warm" for ms, by in zip(first, warm, strict=True))
            yield [f"first query after another's commit: {_where(run)}", ours, theirs, _by(*first)]


def _of_growth(found: Sequence[Loaded]) -> Iterator[Row]:
    """How p50 grows between the smallest corpus that is large enough and the largest that grew from the same."""
    by_corpus: dict[str, dict[int, Loaded]] = {}
    for run in _latency(found):
        settings = run["settings"]
        if settings["documents"] >= _LEAST_GROWN:
            by_corpus.setdefault(settings["corpus"], {})[settings["documents"]] = run["figures"]["latency"]
    for corpus, runs in by_corpus.items():
        sizes = min(runs), max(runs)
        for kind in map(str, _GROWING) if sizes[0] < sizes[1] else ():
            ours, theirs = (
                exponent({size: runs[size][kind][name]["warm"]["p50"] for size in sizes})
                for name in (KHSEARCH, TANTIVY)
            )
            name = f"{kind}, p50 grows with the power: {corpus}, {sizes[0]:,} to {sizes[1]:,} documents"
            yield [name, f"{ours:.2f}", f"{theirs:.2f}", ""]


def _of_indexing(run: Loaded) -> Iterator[Row]:
    ours, theirs = run["figures"][KHSEARCH], run["figures"].get(TANTIVY)
    if theirs is None:
        return
    alone = run["settings"]["core"] is not None
    what, slower = ("mb_per_cpu_s", "slower") if alone else ("mb_per_wall_s", "slower_by_clock")
    name = "indexing, CPU" if alone else "indexing on all cores, by the clock"
    each = (f"{1000 / one[what]['median']:.0f} ms/MB" for one in (ours, theirs))
    yield [f"{name}: {_where(run)}", *each, _told(_inverse(theirs[slower]))]
    if alone:
        shares = [one["index_per_text"] for one in (ours, theirs)]
        yield [f"index without stored text / text: {_where(run)}", *map("{:.2f}".format, shares), _by(*shares)]


def _of_tiny(run: Loaded) -> Iterator[Row]:
    figures = run["figures"]
    if TANTIVY not in figures["indexing"]:
        return
    where = f"{run['settings']['documents']:,} lines of five words"
    ours, theirs = (figures["indexing"][name] for name in (KHSEARCH, TANTIVY))
    each = (f"{1e6 * one['cpu_s'] / one['documents']:.1f} \u00b5s" for one in (ours, theirs))
    yield [f"indexing one of {where}", *each, _told(_inverse(theirs["slower"]))]
    shares = [one["index_per_text"] for one in (ours, theirs)]
    yield [f"index without stored text / text: {where}", *map("{:.2f}".format, shares), _by(*shares)]
    asked = figures["any_of_three"]
    times = (f"{asked[name]['warm']['p50']:,.0f} \u00b5s" for name in (KHSEARCH, TANTIVY))
    yield [f"any of three words, warm p50: {where}", *times, _told(asked[TANTIVY]["ratio"]["p50"])]
    for when in ("first", "then"):
        told = (f"{figures['filtered'][name][f'{when}_ms']['median']:,.2f} ms" for name in (KHSEARCH, TANTIVY))
        ratio = _told(figures["filtered"][TANTIVY][f"{when}_ratio"])
        yield [f"filter by one of as many keywords, {when}: {where}", *told, ratio]


def _of_start(run: Loaded) -> Iterator[Row]:
    ours, theirs = (run["figures"].get(name) for name in (start.COMMAND, start.SCRIPTS[TANTIVY]))
    if ours and theirs:
        times = (f"{1000 * one['seconds']['median']:.0f} ms" for one in (ours, theirs))
        yield [f"a search from the shell, CPU: {_where(run)}", *times, _told(ours["of_tantivy"])]


def _of_threads(run: Loaded) -> Iterator[Row]:
    if TANTIVY in run["figures"]:
        one, two = ([run["figures"][name][what] for name in (KHSEARCH, TANTIVY)] for what in ("threads", "of_one"))
        times = [1e6 / both["1"]["median"] for both in one]
        yield [f"a query of one thread: {_where(run)}", *(f"{time:,.0f} \u00b5s" for time in times), _by(*times)]
        gains = (both["2"]["median"] for both in two)
        yield [f"queries/s of two threads, one = 1: {_where(run)}", *map("{:.2f}".format, gains), ""]


def _inverse(ratio: Loaded) -> Loaded:
    return {"median": 1 / ratio["median"], "least": 1 / ratio["most"], "most": 1 / ratio["least"]}


def _told(ratio: Loaded) -> str:
    return f"{_short(ratio['median'])} ({_short(ratio['least'])}\u2013{_short(ratio['most'])})"


def _by(ours: float, theirs: float) -> str:
    return _short(ours / max(theirs, 1e-9))


def _short(value: float) -> str:
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"
