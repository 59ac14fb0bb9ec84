"""plots: results in, drawings out, as SVG that is readable on light and on dark ground.

Whatever is ink takes the colour of the reader's text: the SVG says so itself, by a style that knows both grounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmarks import machine

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#010203"  # stands for the colour of text until the file is written
COLOURS = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#8c8c8c", "#e69f00"]
"""Told apart by the colour-blind, and seen on white and on black."""

_STYLE = "<style>svg{color:#1f2328}@media(prefers-color-scheme:dark){svg{color:#d1d7e0}}</style>"

_KINDS = ("term", "and", "or", "phrase")
_LINES: dict[str, Literal["-", "--", ":"]] = {"khsearch": "-", "khsearch-words": "--", "tantivy": ":"}
_TICKS = [step * 10**power for power in range(6) for step in (1, 2, 5)]


def draw(results: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Draw each run that has a drawing; the files written, none without matplotlib."""
    if machine.installed("matplotlib") is None:
        return []
    drawers = {"scaling": _latency_by_size, "indexing": _indexing, "segmentation": _quality_and_speed}
    written = []
    for run in results:
        drawer = drawers.get(run["command"])
        if drawer is None or run["settings"].get("core", 0) is None:  # tables alone tell of all cores
            continue
        path = folder / f"{run['command']}-{run['settings']['corpus']}.svg"
        if _save(drawer, run, path):
            written.append(path)
    return written


def _save(drawer: Any, run: dict[str, Any], path: Path) -> bool:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(
        {
            **{
                "text.color": INK,
                "axes.edgecolor": INK,
                "axes.labelcolor": INK,
                "xtick.color": INK,
                "ytick.color": INK,
            },
            **{"svg.hashsalt": "khsearch", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False},
        }
    ):
        figure = Figure(figsize=(7, 4), layout="constrained")
        axes = figure.subplots()
        if not drawer(axes, run):
            return False
        figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})
    text = path.read_text(encoding="utf-8").replace(INK, "currentColor")
    head, _, rest = text.partition("<defs>")
    path.write_text(f"{head}{_STYLE}<defs>{rest}", encoding="utf-8")
    return True


def _latency_by_size(axes: Axes, run: dict[str, Any]) -> bool:
    from matplotlib.lines import Line2D

    colours = dict(zip(_KINDS, COLOURS, strict=False))
    for kind, colour in colours.items():
        for engine, style in _LINES.items():
            found = run["figures"].get(f"{kind}, warm p50 \u00b5s: {engine}")
            if found:
                sizes = [int(size) for size in found["values"]]
                axes.plot(sizes, list(found["values"].values()), style, color=colour)
    if not axes.lines:
        return False
    sizes = run["settings"]["sizes"]
    axes.set(xscale="log", yscale="log", xlabel="documents", ylabel="\u00b5s, median", title="Latency by size")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    ticks = [tick for tick in _TICKS if axes.get_ylim()[0] <= tick <= axes.get_ylim()[1]]
    axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
    keys = [Line2D([], [], color=colour, label=kind) for kind, colour in colours.items()]
    keys += [Line2D([], [], color=INK, linestyle=style, label=engine) for engine, style in _LINES.items()]
    axes.legend(handles=keys, fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return True


def _indexing(axes: Axes, run: dict[str, Any]) -> bool:
    names = list(run["figures"])
    values = [run["figures"][name]["mb_per_cpu_s"]["median"] for name in names]
    bars = axes.barh(
        names[::-1], values[::-1], color=[COLOURS[0] if name == "khsearch" else COLOURS[1] for name in names[::-1]]
    )
    axes.margins(x=0.1)
    axes.bar_label(bars, fmt="%.1f", padding=3, color=INK)
    axes.set(xlabel="MB of raw text per CPU second", title=f"Indexing: {run['settings']['corpus']}")
    return True


def _quality_and_speed(axes: Axes, run: dict[str, Any]) -> bool:
    quality, speed = run["figures"].get("quality", {}), run["figures"].get("speed", {})
    both = [name for name in quality if name in speed]
    for name, colour in zip(both, COLOURS, strict=False):
        score = quality[name]["khmer"]["compound"]
        f1 = 200 * score["right"] / max(score["found"] + score["there"], 1)
        axes.plot(speed[name]["ratio"]["median"], f1, "o", markersize=9, color=colour)
        place = (speed[name]["ratio"]["median"], f1)
        axes.annotate(name, place, textcoords="offset points", xytext=(8, 6), color=INK)
    axes.set(
        xscale="log",
        xlabel="speed, times PyICU",
        ylabel="words as people read them, F1",
        title="Breakers: quality and speed",
    )
    axes.margins(0.2)
    return bool(both)
