"""report: results in, the tables of pages out, between `<!-- benchmarks:NAME -->` and `<!-- /benchmarks:NAME -->`.

NAME is that of a command; its table tells all runs of the command that lie in the folder of results; that of `beside`
tells of all commands that have tantivy beside khsearch, and `figures` are the six of the README.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import beside, plots, runs
from benchmarks.errors import BenchmarkError
from benchmarks.tables import quality, services, speed, summary
from benchmarks.tables.shape import Loaded

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = (README, ROOT / "docs" / "explanation" / "benchmarks.md")
"""The pages whose tables are written."""

_MARKED = re.compile(r"<!-- benchmarks:(\w+) -->\n(.*?)<!-- /benchmarks:\1 -->", re.DOTALL)
_NOTHING = "*Not measured yet: `python -m benchmarks all` does it.*"


def update(page: Path, results: Path) -> list[str]:
    """Write the tables of a page anew; their names. BenchmarkError for a marker that nothing belongs to."""
    text = page.read_text(encoding="utf-8")
    names = [found[1] for found in _MARKED.finditer(text)]
    page.write_text(filled(text, results), encoding="utf-8")
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
    commands = _OF_SEVERAL.get(name, (name,))
    found = [runs.load(path) for command in commands for path in sorted(results.glob(f"{command}-*.json"))]
    return TABLES[name](found) + "\n\n" + _measured([run["machine"] for run in found]) if found else _NOTHING


def draw(results: Path) -> list[Path]:
    """Draw what the results allow; the files written."""
    loaded = [runs.load(path) for path in sorted(results.glob("*.json"))]
    return plots.draw(loaded, results)


def show(page: Path, results: Path) -> list[Path]:
    """Put the drawings that a page shows from its own folder there; the files written."""
    shown = re.findall(r"\]\(([\w-]+\.svg)\)", page.read_text(encoding="utf-8"))
    drawn = [name for name in shown if (results / name).exists()]
    return [Path(shutil.copyfile(results / name, page.parent / name)) for name in drawn]


def _measured(machines: Sequence[Loaded]) -> str:
    told = machines[0]
    processors = " and ".join(dict.fromkeys(machine["processor"] for machine in machines))
    versions = ", ".join(
        f"{name} {told[name]}" for name in ("khsearch", "PyICU", "tantivy", "whoosh", "bm25s") if name in told
    )
    return f"<sub>{processors}, Python {told['python']}, SQLite {told['sqlite']}, {versions}</sub>"


_OF_SEVERAL = {"beside": beside.COMMANDS, "figures": summary.COMMANDS}
"""The commands of tables that tell of several."""

TABLES: dict[str, Callable[[Sequence[Loaded]], str]] = {
    "figures": summary.figures,
    "beside": speed.beside_tantivy,
    "segmentation": quality.segmentation,
    "indexing": speed.indexing,
    "latency": speed.latency,
    "tiny": speed.tiny,
    "relevance": quality.relevance,
    "probes": quality.probes,
    "sets": quality.sets,
    "typos": quality.typos,
    "files": quality.files,
    "served": services.served,
    "clusters": services.clusters,
    "raw": quality.raw,
    "start": speed.start,
    "throughput": speed.throughput,
    "whoosh": services.whoosh,
    "scaling": speed.scaling,
}
"""What a marker may name, and what writes it."""
