"""quality: what is right and what is found: the tables of breakers, rankings, sets, misspellings and files."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.tables.shape import Loaded, corpus_of, table, times_as_much


def segmentation(found: Sequence[Loaded]) -> str:
    """Breakers: their quality, and their speed beside PyICU."""
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
            parts.append(table(columns, rows))
    for run in found:
        speeds = [
            [name, times_as_much(one["ratio"]), f"{one['query_us']:.0f}" if one["query_us"] else ""]
            for name, one in run["figures"].get("speed", {}).items()
        ]
        if speeds:
            parts.append(table([f"breaker ({corpus_of(run)})", "times PyICU", "query of 20 clusters, \u00b5s"], speeds))
    return "\n\n".join(parts)


def _f1(score: Loaded) -> float:
    return float(200 * score["right"] / max(score["found"] + score["there"], 1))


def relevance(found: Sequence[Loaded]) -> str:
    """Measures of rankings, with intervals."""
    rows = []
    for run in found:
        for name, measures in run["figures"]["measures"].items():
            paired = run["figures"]["paired"].get(name, {}).get("nDCG@10")
            gain = f"{paired['mean']:+.1f} ({paired['low']:+.1f} to {paired['high']:+.1f})" if paired else ""
            means = [f"{one['mean']:.1f} ({one['low']:.1f}\u2013{one['high']:.1f})" for one in measures.values()]
            rows.append([f"{run['settings']['corpus']}: {name}", *means, gain])
    columns = [*found[0]["figures"]["measures"]["khsearch"], "khsearch, nDCG@10 more"]
    return table(["collection: ranking", *columns], rows)


def probes(found: Sequence[Loaded]) -> str:
    """How well disturbed queries find what undisturbed ones do."""
    rows = [
        [kind, f"{one['probes']:,}", f"{one['undisturbed']:.1f}", f"{one['disturbed']:.1f}"]
        for run in found
        for kind, one in run["figures"].items()
    ]
    return table(["disturbance", "probes", "recall@10 before", "after"], rows)


def sets(found: Sequence[Loaded]) -> str:
    """How much of what counts as found is right, and how much of what is right is found."""
    columns = ["queries", "F1 of the set", "precision", "recall", 'match="all", F1', "total", "marks", "by date"]
    shares = ("f1", "precision", "recall", "every", "total", "marked", "by_date")
    return "\n\n".join(
        table(
            [f"{corpus_of(run)}: kind", *columns],
            [
                [kind, f"{one['queries']:,}", *("" if one[share] is None else f"{one[share]:.1f}" for share in shares)]
                for kind, one in run["figures"].items()
            ],
        )
        for run in found
    )


def typos(found: Sequence[Loaded]) -> str:
    """Whether real misspellings are read as what was meant."""
    shares = ("first", "three", "misspelt", "spelt", "changed", "ms")
    columns = [
        "right word first",
        "among three",
        "recall@10, misspelt",
        "spelt right",
        "right words changed",
        "ms a word",
    ]
    return table(
        ["misspelt words", *columns],
        [
            [f"{one['words']:,} of {corpus_of(run)}", *(f"{one[share]:.1f}" for share in shares)]
            for run in found
            for one in run["figures"].values()
        ],
    )


def raw(found: Sequence[Loaded]) -> str:
    """Words from inside runs, found by each engine as it comes."""
    return "\n\n".join(
        table(
            [corpus_of(run), "words found, %", "precision, %", "recall, %"],
            [
                [name, *(f"{one[what]:.0f}" for what in ("found", "precision", "recall"))]
                for name, one in run["figures"].items()
            ],
        )
        for run in found
    )


def files(found: Sequence[Loaded]) -> str:
    """Words of files that are kept, and a second look at a folder."""
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
        parts.append(table(["made of known texts", "files", "exact words, %", "told", "with OCR, %"], rows))
        looks = run["figures"]["looks"]
        share = 100 * looks["second"] / looks["first"]
        parts.append(
            f"A sync of {looks['files']:,} such files takes {looks['first']:.1f} s of CPU time, a second that finds "
            f"nothing changed {share:.2f} % of that."
        )
    return "\n\n".join(parts)
