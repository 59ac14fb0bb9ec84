"""summary: the six figures of the README: what is found, and what it costs, beside what one would pick instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.engines import KHSEARCH, TANTIVY
from benchmarks.tables.shape import Loaded, table

COMMANDS = ("relevance", "typos", "files", "latency", "indexing")
"""The commands whose results are read."""

_PEERS = ("PyICU words", "stock Whoosh")


def figures(found: Sequence[Loaded]) -> str:
    """Six rows at most: what is measured, khsearch, and others."""
    runs = {command: [run for run in found if run["command"] == command] for command in COMMANDS}
    rows = [
        *_ranking(runs["relevance"][:1]),
        *_misspelt(runs["typos"][:1]),
        *_files(runs["files"][:1]),
        *_queries(_largest(runs["latency"])),
        *_indexing([run for run in runs["indexing"] if TANTIVY in run["figures"]]),
    ]
    return table(["", "khsearch", "beside it"], rows)


def _largest(runs: Iterable[Loaded]) -> list[Loaded]:
    return sorted(runs, key=lambda run: -int(run["settings"]["documents"]))[:1]


def _ranking(runs: Iterable[Loaded]) -> Iterator[list[str]]:
    for run in runs:
        scores = {name: f"{one['nDCG@10']['mean']:.1f}" for name, one in run["figures"]["measures"].items()}
        others = ", ".join(f"{name} {scores[name]}" for name in _PEERS if name in scores)
        what = f"Ranking: a headline finds its article among {run['settings']['documents']:,}, nDCG@10"
        yield [what, scores[KHSEARCH], others]


def _misspelt(runs: Iterable[Loaded]) -> Iterator[list[str]]:
    for run in runs:
        for one in run["figures"].values():
            what = f"Misspelt words, {one['words']} of web comments: the right word suggested first; among three"
            yield [what, f"{one['first']:.0f} %; {one['three']:.0f} %", "not measured"]


def _files(runs: Iterable[Loaded]) -> Iterator[list[str]]:
    for run in runs:
        kinds = run["figures"]["kept"].values()
        whole = sum(one["exact"] == 100 for one in kinds)
        others = [one for one in kinds if one["exact"] < 100]
        told = sum(one["told"] == one["files"] for one in others)
        rest = "the others are told by name" if told == len(others) else f"{told} of the others are told by name"
        yield [f"Files: of {len(kinds)} kinds (Word, PDF, mail ...), read without a wrong word", f"{whole} kinds", rest]


def _queries(runs: Iterable[Loaded]) -> Iterator[list[str]]:
    for run in runs:
        asked = [run["figures"]["latency"].get(kind, {}) for kind in ("term", "phrase")]
        if all(TANTIVY in one for one in asked):
            ours, theirs = (
                "; ".join(f"{one[name]['warm']['p50'] / 1000:.2f} ms" for one in asked) for name in (KHSEARCH, TANTIVY)
            )
            what = f"A query of one word; of a phrase, in {run['settings']['documents']:,} texts, median CPU time"
            yield [what, ours, f"tantivy {theirs}"]


def _indexing(runs: Sequence[Loaded]) -> Iterator[list[str]]:
    if not runs:
        return
    names = "; ".join(run["settings"]["corpus"] for run in runs)
    speeds, sizes = (
        ["; ".join(tell(run["figures"][name]) for run in runs) for name in (KHSEARCH, TANTIVY)]
        for tell in (_speed, _size)
    )
    yield [f"Indexing, text by second of CPU time: {names}", speeds[0], f"tantivy {speeds[1]}"]
    yield [f"Size of the index without stored text, of the text: {names}", sizes[0], f"tantivy {sizes[1]}"]


def _speed(one: Loaded) -> str:
    return f"{one['mb_per_cpu_s']['median']:.1f} MB"


def _size(one: Loaded) -> str:
    return f"{100 * one['index_per_text']:.0f} %"
