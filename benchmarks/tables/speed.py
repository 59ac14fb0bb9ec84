"""speed: what takes how long: the tables of indexing, queries, processes and growth."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import beside
from benchmarks.engines import Kind
from benchmarks.engines.pages import Page
from benchmarks.tables.shape import Loaded, corpus_of, table, times_as_much

_SCALED = (
    *("index", "open", "reader", "after another's commit"),
    *(f"{kind}, {when} p50" for kind in Kind for when in ("first", "warm")),
    *(f"{page}, warm p50" for page in Page),
)
_COMPARED = (": khsearch", ": khsearch-words", ": tantivy")
"""What the table tells of all that `scaling` measures, and of whom; the results have the rest."""


def indexing(found: Sequence[Loaded]) -> str:
    """Raw text to an index: speed, memory, bytes."""

    def row(name: str, one: Loaded) -> list[str]:
        shares = [one[share] for share in ("index_per_text", "stored_per_text")]
        return [
            f"{name} (first {one['documents']:,})" if one["documents"] < largest else name,
            f"{one['mb_per_cpu_s']['median']:.1f}",
            times_as_much(one["slower"]),
            times_as_much(one["slower_by_clock"]) if one["slower_by_clock"] else "",  # older runs did not tell it
            f"{one['memory_mb']:.0f}",
            *("" if share is None else f"{share:.2f}" for share in shares),
        ]

    parts = []
    for run in found:
        largest = run["settings"]["documents"]
        where = corpus_of(run) if run["settings"]["core"] is not None else f"{corpus_of(run)}, on all cores"
        columns = [where, "MB/CPU s", "CPU time, khsearch = 1", "by the clock", "peak MB"]
        columns += ["index / text", "stored / text"]
        parts.append(table(columns, [row(name, one) for name, one in run["figures"].items()]))
    return "\n\n".join(parts)


def tiny(found: Sequence[Loaded]) -> str:
    """Very many short lines."""
    parts = []
    for run in found:
        indexed, asked, filtered = (run["figures"][what] for what in ("indexing", "any_of_three", "filtered"))
        rows = []
        for name, one in indexed.items():
            times = asked[name]["first"]["p50"], asked[name]["warm"]["p50"]
            filters = (filtered[name][when]["median"] for when in ("first_ms", "then_ms"))
            cells = [f"{1e6 * one['cpu_s'] / one['documents']:.1f}", times_as_much(one["slower"])]
            cells += [f"{one[share]:.2f}" for share in ("index_per_text", "all_per_text")]
            rows.append([name, *cells, " / ".join(map(_figure, times)), " / ".join(f"{ms:.2f}" for ms in filters)])
        columns = [corpus_of(run), "CPU \u00b5s each", "khsearch = 1", "index / text", "all / text"]
        columns += ["any of three words, \u00b5s, p50: first / warm", "filter by keyword, ms: first / again"]
        parts.append(table(columns, rows))
    return "\n\n".join(parts)


def latency(found: Sequence[Loaded]) -> str:
    """Queries and pages; what opening and changes cost."""
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
        heading = f"{corpus_of(run)}, {asked} queries a class: \u00b5s, p50 / p95 (khsearch by this, words by this)"
        parts.append(table([heading, *(title for name in engines for title in (f"{name}, first", "warm"))], rows))
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


def start(found: Sequence[Loaded]) -> str:
    """Processes that do one small thing."""
    return "\n\n".join(
        table(
            [f"{corpus_of(run)}: a new process", "CPU, ms", "`import click` = 1", "python = 1", "tantivy = 1"],
            [
                [
                    name,
                    f"{1000 * one['seconds']['median']:.0f}",
                    *(times_as_much(one[by]) if one[by] else "" for by in ("of_click", "of_python", "of_tantivy")),
                ]
                for name, one in run["figures"].items()
            ],
        )
        for run in found
    )


def throughput(found: Sequence[Loaded]) -> str:
    """Queries a second by threads and processes."""
    return "\n\n".join(
        table(
            [f"{corpus_of(run)}: at a time", "queries/s, threads", "one = 1", "processes"],
            [
                [
                    f"{name}, {count}",
                    f"{threads['median']:,.0f}",
                    times_as_much(one["of_one"][count]),
                    f"{one['processes'][count]['median']:,.0f}" if one["processes"] else "",
                ]
                for name, one in run["figures"].items()
                for count, threads in one["threads"].items()
            ],
        )
        for run in found
    )


def scaling(found: Sequence[Loaded]) -> str:
    """All that is measured at growing sizes."""
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
        parts.append(table([heading, *(f"{int(size):,}" for size in sizes), "grows with power"], rows))
    return "\n\n".join(parts)


def _figures(size: str, one: Loaded, other: Loaded | None) -> str:
    both = [_figure(each["values"].get(size)) for each in (one, other) if each]
    return " / ".join(figure for figure in both if figure)


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def beside_tantivy(found: Sequence[Loaded]) -> str:
    """What khsearch takes beside tantivy."""
    both = ((beside.columns_of_queries(found), beside.rows_of_queries(found)), (beside.COLUMNS, beside.rows(found)))
    return "\n\n".join(table(columns, rows) for columns, rows in both)
