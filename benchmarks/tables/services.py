"""services: what a server, a cluster and a program of Whoosh's get: their tables."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.tables.shape import Loaded, corpus_of, table, times_as_much


def served(found: Sequence[Loaded]) -> str:
    """The search page under load."""
    parts = []
    for run in found:
        figures, rows = run["figures"], []
        for name in ("steady", "crowd", "after"):
            load = figures[name]
            before, after = load["megabytes"]
            cells = [f"{load['rate']:,.0f}", f"{load['p50']:,.0f}", f"{load['p99']:,.0f}", f"{load['busy']:,}"]
            rows.append([f"{load['clients']}", *cells, f"{before:,.0f} to {after:,.0f}"])
        columns = [f"{corpus_of(run)}: clients", "searches/s", "p50 ms", "p99 ms", "sent away", "memory, MB"]
        parts.append(table(columns, rows))
        parts.append(
            f"Threads that ask the same `Index` for the same JSON, without HTTP, make {figures['threads']:,.0f} "
            f"searches/s: the server has {100 * figures['steady']['rate'] / figures['threads']:.0f} % of that. "
            "Who is sent away here comes back after 50 ms, not after the second that it is told."
        )
    return "\n\n".join(parts)


def clusters(found: Sequence[Loaded]) -> str:
    """On OpenSearch: answers, and what they cost."""
    parts = []
    for run in found:
        figures, rows = run["figures"], []
        for name, one in figures["rankings"].items():
            speed, same = figures["speeds"][name], figures["same"].get(name, {}).values()
            equal = 100 * sum(one["same"] for one in same) / sum(one["asked"] for one in same) if same else None
            asked = [speed[which] for which in ("new", "known")]
            times = [f"{each['p50_ms']:.1f} ({each['by_icu']:.1f}; {each['requests']})" for each in asked]
            cells = [f"{one['ndcg']:.1f}", f"{one['overlap']:.1f}", "" if equal is None else f"{equal:.1f}"]
            rows.append([name, *cells, f"{speed['documents_per_s']:,.0f} ({times_as_much(speed['by_icu'])})", *times])
        ranked = ["nDCG@10", "of the embedded top 10, %", "the same answers, %"]
        timed = ["documents/s (by ICU's)", "new query, ms p50 (by ICU's; requests)", "known"]
        parts.append(table([corpus_of(run), *ranked, *timed], rows))
    return "\n\n".join(parts)


def whoosh(found: Sequence[Loaded]) -> str:
    """A program of Whoosh's over stock Whoosh and over khsearch."""

    def row(kind: str, one: Loaded) -> list[str]:
        told = [f"{one[by]['p50']:,.0f} / {one[by]['p95']:,.0f}" for by in ("stock", "ours") if one[by]]
        told = told or [f"{one[by]:,.0f} documents/s" for by in ("stock_per_s", "ours_per_s")]
        return [kind, *told, f"{one['first']:.1f}", _tens(one["warm"])]

    parts = []
    for run in found:
        asked = max(one["count"] for one in run["figures"].values() if one["stock"])
        heading = f"{corpus_of(run)}, {asked} queries a class: \u00b5s, p50 / p95"
        columns = [heading, "stock Whoosh", "khsearch", "times as fast: first", "warm"]
        parts.append(table(columns, [row(kind, one) for kind, one in run["figures"].items()]))
    return "\n\n".join(parts)


def _tens(value: Loaded) -> str:
    return f"{value['median']:.1f} ({value['least']:.1f}\u2013{value['most']:.1f})"
