"""report: results in, the README's tables out, between `<!-- benchmarks:NAME -->` and `<!-- /benchmarks:NAME -->`.

NAME is that of a command; its table tells all runs of the command that lie in the folder of results; that of `beside`
tells of all commands that have tantivy beside khsearch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import beside, plots, runs
from benchmarks.engines import Kind
from benchmarks.engines.pages import Page
from benchmarks.errors import BenchmarkError

README = Path(__file__).parent.parent / "README.md"

_MARKED = re.compile(r"<!-- benchmarks:(\w+) -->\n(.*?)<!-- /benchmarks:\1 -->", re.DOTALL)
_NOTHING = "*Not measured yet: `python -m benchmarks all` does it.*"

Loaded = dict[str, Any]
"""A run as `runs.load` reads it."""


def update(readme: Path, results: Path) -> list[str]:
    """Write the tables anew; the names of those written. BenchmarkError for a marker that nothing belongs to."""
    text = readme.read_text(encoding="utf-8")
    names = [found[1] for found in _MARKED.finditer(text)]
    readme.write_text(filled(text, results), encoding="utf-8")
    return names


def filled(text: str, results: Path) -> str:
    """Return a text with all its tables as the results have them."""

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        if name not in TABLES:
            raise BenchmarkError(f"no table {name!r}; the markers may name {', '.join(TABLES)}")
        return f"<!-- benchmarks:{name} -->\n{render(name, results)}\n<!-- /benchmarks:{name} -->"

    return _MARKED.sub(fill, text)


def render(name: str, results: Path) -> str:
    """Return the table of a command, with a line on how it was measured."""
    commands = beside.COMMANDS if name == "beside" else (name,)
    found = [runs.load(path) for command in commands for path in sorted(results.glob(f"{command}-*.json"))]
    return TABLES[name](found) + "\n\n" + _machine(found[0]["machine"]) if found else _NOTHING


def draw(results: Path) -> list[Path]:
    """Draw what the results allow; the files written."""
    loaded = [runs.load(path) for path in sorted(results.glob("*.json"))]
    return plots.draw(loaded, results)


def _machine(told: Loaded) -> str:
    versions = ", ".join(
        f"{name} {told[name]}" for name in ("khsearch", "PyICU", "tantivy", "whoosh", "bm25s") if name in told
    )
    return f"<sub>{told['processor']}, Python {told['python']}, SQLite {told['sqlite']}, {versions}</sub>"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 1)]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def _corpus(run: Loaded) -> str:
    told = run["settings"]
    return f"{told['corpus']}, {told['documents']:,} documents, {told['bytes'] / 1e6:.1f} MB"


def _times(value: Loaded) -> str:
    digits = 3 if value["median"] < 0.1 else 2
    return f"{value['median']:.{digits}f} ({value['least']:.{digits}f}\u2013{value['most']:.{digits}f})"


def _segmentation(found: Sequence[Loaded]) -> str:
    parts: list[str] = []
    for run in found:
        rows = [
            [
                name,
                *(f"{_f1(one['khmer'][view]):.1f}" for view in ("compound", "boundary")),
                *(f"{one['agreement'][kind]:.1f}" for kind in ("compound", "pairs")),
                f"{_f1(one['khmer']['simple']):.1f}",
                f"{one['agreement']['simple']:.1f}",
            ]
            for name, one in run["figures"].get("quality", {}).items()
        ]
        if rows and not parts:
            columns = [
                "breaker",
                "compound F1",
                "boundary F1",
                "agreement: compound",
                "pairs",
                "simple F1",
                "agreement",
            ]
            parts.append(_table(columns, rows))
    for run in found:
        speeds = [
            [name, _times(one["ratio"]), f"{one['query_us']:.0f}" if one["query_us"] else ""]
            for name, one in run["figures"].get("speed", {}).items()
        ]
        if speeds:
            parts.append(_table([f"breaker ({_corpus(run)})", "times PyICU", "query of 20 clusters, \u00b5s"], speeds))
    return "\n\n".join(parts)


def _f1(score: Loaded) -> float:
    return float(200 * score["right"] / max(score["found"] + score["there"], 1))


def _indexing(found: Sequence[Loaded]) -> str:
    def row(name: str, one: Loaded) -> list[str]:
        shares = [one[share] for share in ("index_per_text", "stored_per_text")]
        return [
            f"{name} (first {one['documents']:,})" if one["documents"] < largest else name,
            f"{one['mb_per_cpu_s']['median']:.1f}",
            _times(one["slower"]),
            _times(one["slower_by_clock"]) if one["slower_by_clock"] else "",  # older runs did not tell it
            f"{one['memory_mb']:.0f}",
            *("" if share is None else f"{share:.2f}" for share in shares),
        ]

    parts = []
    for run in found:
        largest = run["settings"]["documents"]
        where = _corpus(run) if run["settings"]["core"] is not None else f"{_corpus(run)}, on all cores"
        columns = [where, "MB/CPU s", "CPU time, khsearch = 1", "by the clock", "peak MB"]
        columns += ["index / text", "stored / text"]
        parts.append(_table(columns, [row(name, one) for name, one in run["figures"].items()]))
    return "\n\n".join(parts)


def _tiny(found: Sequence[Loaded]) -> str:
    parts = []
    for run in found:
        indexed, asked, filtered = (run["figures"][what] for what in ("indexing", "any_of_three", "filtered"))
        rows = []
        for name, one in indexed.items():
            times = asked[name]["first"]["p50"], asked[name]["warm"]["p50"]
            filters = (filtered[name][when]["median"] for when in ("first_ms", "then_ms"))
            cells = [f"{1e6 * one['cpu_s'] / one['documents']:.1f}", _times(one["slower"])]
            cells += [f"{one[share]:.2f}" for share in ("index_per_text", "all_per_text")]
            rows.append([name, *cells, " / ".join(map(_figure, times)), " / ".join(f"{ms:.2f}" for ms in filters)])
        columns = [_corpus(run), "CPU \u00b5s each", "khsearch = 1", "index / text", "all / text"]
        columns += ["any of three words, \u00b5s, p50: first / warm", "filter by keyword, ms: first / again"]
        parts.append(_table(columns, rows))
    return "\n\n".join(parts)


def _latency(found: Sequence[Loaded]) -> str:
    parts = []
    for run in found:
        latency = run["figures"]["latency"]
        engines = list(dict.fromkeys(name for by_engine in latency.values() for name in by_engine))
        rows = [
            [kind, *(cell for name in engines for cell in _first_and_warm(one.get(name), name))]
            for kind, one in latency.items()
        ]
        opened = {name: one["open_and_find_ms"] for name, one in run["figures"]["start"].items()}
        rows.append(["open and find", *(cell for name in engines for cell in (_ms(opened.get(name)), ""))])
        added = run["figures"]["added"]
        cells = (cell for name in engines for cell in (_added(added.get(name)), ""))
        rows.append(["add one, commit, find (khsearch by this)", *cells])
        if "after_commit" in run["figures"]:
            told = run["figures"]["after_commit"]
            cells = (cell for name in engines for cell in (_after(told.get(name)), ""))
            rows.append(["first query after another process has committed (times warm)", *cells])
        asked = max(one["queries"] for by_engine in latency.values() for one in by_engine.values())
        heading = f"{_corpus(run)}, {asked} queries a class: \u00b5s, p50 / p95 (khsearch by this, words by this)"
        parts.append(_table([heading, *(title for name in engines for title in (f"{name}, first", "warm"))], rows))
        parts[-1] += _left_out(latency) + _by_page_alone(latency)
    return "\n\n".join(parts)


def _first_and_warm(told: Loaded | None, name: str) -> tuple[str, str]:
    if told is None:
        return "", ""
    first, warm = (f"{told[when]['p50']:.0f} / {told[when]['p95']:.0f}" for when in ("first", "warm"))
    if name.startswith("khsearch"):
        return first, warm
    ratios = [told[ratio] for ratio in ("ratio", "words_ratio") if told[ratio]]
    of_first = ", ".join(f"{one['first']:.2f}" for one in ratios)
    of_warm = ", ".join(f"{one['p50']['median']:.2f}" for one in ratios)
    return f"{first} ({of_first})", f"{warm} ({of_warm})"


def _left_out(latency: Loaded) -> str:
    counts = {kind: max(one["left_out"] for one in by_engine.values()) for kind, by_engine in latency.items()}
    told = ", ".join(f"{kind} {count}" for kind, count in counts.items() if count)
    return f"\n\n<sub>Left out, for a side found nothing: {told}.</sub>" if told else ""


def _by_page_alone(latency: Loaded) -> str:
    """What total and facets cost, beside the same page without them."""
    alone, whole = (latency.get(page, {}) for page in (Page.ALONE, Page.FACETS))
    told = [
        f"{name} {one['warm']['p50'] / max(alone[name]['warm']['p50'], 1e-9):.2f}"
        for name, one in whole.items()
        if name in alone
    ]
    what = f"A {Page.FACETS} takes this many times the {Page.ALONE} alone, warm p50"
    return f"\n\n<sub>{what}: {', '.join(told)}.</sub>" if told else ""


def _after(told: Loaded | None) -> str:
    if not told:
        return ""
    return f"{1000 * told['first_ms']['median']:.0f} ({told['by_warm']['median']:.1f})"


def _added(told: Loaded | None) -> str:
    return f"{1000 * told['cpu_ms']['median']:.0f} ({told['ratio']['median']:.2f})" if told else ""


def _ms(told: Loaded | None) -> str:
    return f"{1000 * told['median']:.0f}" if told else ""


def _relevance(found: Sequence[Loaded]) -> str:
    rows = []
    for run in found:
        for name, measures in run["figures"]["measures"].items():
            paired = run["figures"]["paired"].get(name, {}).get("nDCG@10")
            gain = f"{paired['mean']:+.1f} ({paired['low']:+.1f} to {paired['high']:+.1f})" if paired else ""
            means = [f"{one['mean']:.1f} ({one['low']:.1f}\u2013{one['high']:.1f})" for one in measures.values()]
            rows.append([f"{run['settings']['corpus']}: {name}", *means, gain])
    columns = [*found[0]["figures"]["measures"]["khsearch"], "khsearch, nDCG@10 more"]
    return _table(["collection: ranking", *columns], rows)


def _probes(found: Sequence[Loaded]) -> str:
    rows = [
        [kind, f"{one['probes']:,}", f"{one['undisturbed']:.1f}", f"{one['disturbed']:.1f}"]
        for run in found
        for kind, one in run["figures"].items()
    ]
    return _table(["disturbance", "probes", "recall@10 before", "after"], rows)


def _sets(found: Sequence[Loaded]) -> str:
    columns = ["queries", "F1 of the set", "precision", "recall", 'match="all", F1', "total", "marks", "by date"]
    shares = ("f1", "precision", "recall", "every", "total", "marked", "by_date")
    return "\n\n".join(
        _table(
            [f"{_corpus(run)}: kind", *columns],
            [
                [kind, f"{one['queries']:,}", *("" if one[share] is None else f"{one[share]:.1f}" for share in shares)]
                for kind, one in run["figures"].items()
            ],
        )
        for run in found
    )


def _typos(found: Sequence[Loaded]) -> str:
    shares = ("first", "three", "misspelt", "spelt", "changed", "ms")
    columns = [
        "right word first",
        "among three",
        "recall@10, misspelt",
        "spelt right",
        "right words changed",
        "ms a word",
    ]
    return _table(
        ["misspelt words", *columns],
        [
            [f"{one['words']:,} of {_corpus(run)}", *(f"{one[share]:.1f}" for share in shares)]
            for run in found
            for one in run["figures"].values()
        ],
    )


def _raw(found: Sequence[Loaded]) -> str:
    return "\n\n".join(
        _table(
            [_corpus(run), "words found, %", "precision, %", "recall, %"],
            [
                [name, *(f"{one[what]:.0f}" for what in ("found", "precision", "recall"))]
                for name, one in run["figures"].items()
            ],
        )
        for run in found
    )


def _files(found: Sequence[Loaded]) -> str:
    parts = []
    for run in found:
        by_ocr = run["figures"]["by_ocr"] or {}
        rows = [
            [
                f"`.{kind}`",
                str(one["files"]),
                f"{one['exact']:.1f}",
                f"{one['told']} of {one['files']}" if one["told"] else "",
                f"{by_ocr[kind]['exact']:.1f}" if kind in by_ocr else "",
            ]
            for kind, one in run["figures"]["kept"].items()
        ]
        parts.append(_table(["made of known texts", "files", "exact words, %", "told", "with OCR, %"], rows))
        looks = run["figures"]["looks"]
        share = 100 * looks["second"] / looks["first"]
        parts.append(
            f"A sync of {looks['files']:,} such files takes {looks['first']:.1f} s of CPU time, a second that finds "
            f"nothing changed {share:.2f} % of that."
        )
    return "\n\n".join(parts)


def _served(found: Sequence[Loaded]) -> str:
    parts = []
    for run in found:
        figures, rows = run["figures"], []
        for name in ("steady", "crowd", "after"):
            load = figures[name]
            before, after = load["megabytes"]
            cells = [f"{load['rate']:,.0f}", f"{load['p50']:,.0f}", f"{load['p99']:,.0f}", f"{load['busy']:,}"]
            rows.append([f"{load['clients']}", *cells, f"{before:,.0f} to {after:,.0f}"])
        columns = [f"{_corpus(run)}: clients", "searches/s", "p50 ms", "p99 ms", "sent away", "memory, MB"]
        parts.append(_table(columns, rows))
        parts.append(
            f"Threads that ask the same `Index` for the same JSON, without HTTP, make {figures['threads']:,.0f} "
            f"searches/s: the server has {100 * figures['steady']['rate'] / figures['threads']:.0f} % of that. "
            "Who is sent away here comes back after 50 ms, not after the second that it is told."
        )
    return "\n\n".join(parts)


def _clusters(found: Sequence[Loaded]) -> str:
    parts = []
    for run in found:
        figures, rows = run["figures"], []
        for name, one in figures["rankings"].items():
            speed, same = figures["speeds"][name], figures["same"].get(name, {}).values()
            equal = 100 * sum(one["same"] for one in same) / sum(one["asked"] for one in same) if same else None
            asked = [speed[which] for which in ("new", "known")]
            times = [f"{each['p50_ms']:.1f} ({each['by_icu']:.1f}; {each['requests']})" for each in asked]
            cells = [f"{one['ndcg']:.1f}", f"{one['overlap']:.1f}", "" if equal is None else f"{equal:.1f}"]
            rows.append([name, *cells, f"{speed['documents_per_s']:,.0f} ({_times(speed['by_icu'])})", *times])
        ranked = ["nDCG@10", "of the embedded top 10, %", "the same answers, %"]
        timed = ["documents/s (by ICU's)", "new query, ms p50 (by ICU's; requests)", "known"]
        parts.append(_table([_corpus(run), *ranked, *timed], rows))
    return "\n\n".join(parts)


def _start(found: Sequence[Loaded]) -> str:
    return "\n\n".join(
        _table(
            [f"{_corpus(run)}: a new process", "CPU, ms", "`import click` = 1", "python = 1", "tantivy = 1"],
            [
                [
                    name,
                    f"{1000 * one['seconds']['median']:.0f}",
                    *(_times(one[by]) if one[by] else "" for by in ("of_click", "of_python", "of_tantivy")),
                ]
                for name, one in run["figures"].items()
            ],
        )
        for run in found
    )


def _throughput(found: Sequence[Loaded]) -> str:
    return "\n\n".join(
        _table(
            [f"{_corpus(run)}: at a time", "queries/s, threads", "one = 1", "processes"],
            [
                [
                    f"{name}, {count}",
                    f"{threads['median']:,.0f}",
                    _times(one["of_one"][count]),
                    f"{one['processes'][count]['median']:,.0f}" if one["processes"] else "",
                ]
                for name, one in run["figures"].items()
                for count, threads in one["threads"].items()
            ],
        )
        for run in found
    )


def _whoosh(found: Sequence[Loaded]) -> str:
    def row(kind: str, one: Loaded) -> list[str]:
        told = [f"{one[by]['p50']:,.0f} / {one[by]['p95']:,.0f}" for by in ("stock", "ours") if one[by]]
        told = told or [f"{one[by]:,.0f} documents/s" for by in ("stock_per_s", "ours_per_s")]
        return [kind, *told, f"{one['first']:.1f}", _tens(one["warm"])]

    parts = []
    for run in found:
        asked = max(one["count"] for one in run["figures"].values() if one["stock"])
        heading = f"{_corpus(run)}, {asked} queries a class: \u00b5s, p50 / p95"
        columns = [heading, "stock Whoosh", "khsearch", "times as fast: first", "warm"]
        parts.append(_table(columns, [row(kind, one) for kind, one in run["figures"].items()]))
    return "\n\n".join(parts)


def _tens(value: Loaded) -> str:
    return f"{value['median']:.1f} ({value['least']:.1f}\u2013{value['most']:.1f})"


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


_SCALED = (
    *("index", "open", "reader", "after another's commit"),
    *(f"{kind}, {when} p50" for kind in Kind for when in ("first", "warm")),
    *(f"{page}, warm p50" for page in Page),
)
_COMPARED = (": khsearch", ": khsearch-words", ": tantivy")
"""What the table tells of all that `scaling` measures, and of whom; the results have the rest."""


def _scaling(found: Sequence[Loaded]) -> str:
    parts = []
    for run in found:
        sizes, figures = [str(size) for size in run["settings"]["sizes"]], run["figures"]
        rows = []
        for name, one in figures.items():
            if name.startswith(_SCALED) and name.endswith(_COMPARED):
                # Where there is a 95th percentile, it stands beside the median.
                others = figures.get(name.replace(" p50 ", " p95 ")) if " p50 " in name else None
                cells = [_figures(size, one, others) for size in sizes]
                rows.append([name.replace(" p50 ", " p50 / p95 "), *cells, f"{one['exponent']:.2f}"])
        heading = f"{run['settings']['corpus']}, by documents"
        parts.append(_table([heading, *(f"{int(size):,}" for size in sizes), "grows with power"], rows))
    return "\n\n".join(parts)


def _figures(size: str, one: Loaded, other: Loaded | None) -> str:
    both = [_figure(each["values"].get(size)) for each in (one, other) if each]
    return " / ".join(figure for figure in both if figure)


def _beside(found: Sequence[Loaded]) -> str:
    both = ((beside.columns_of_queries(found), beside.rows_of_queries(found)), (beside.COLUMNS, beside.rows(found)))
    return "\n\n".join(_table(columns, rows) for columns, rows in both)


TABLES: dict[str, Callable[[Sequence[Loaded]], str]] = {
    "beside": _beside,
    "segmentation": _segmentation,
    "indexing": _indexing,
    "latency": _latency,
    "tiny": _tiny,
    "relevance": _relevance,
    "probes": _probes,
    "sets": _sets,
    "typos": _typos,
    "files": _files,
    "served": _served,
    "clusters": _clusters,
    "raw": _raw,
    "start": _start,
    "throughput": _throughput,
    "whoosh": _whoosh,
    "scaling": _scaling,
}
"""What a marker may name, and what writes it."""
