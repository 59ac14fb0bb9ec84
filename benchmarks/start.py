"""start: what a process costs, in CPU time, that does one small thing and ends: import, break words, search, show help.

Each thing is done by a new process, and what it prints is what this process finds. Python keeps the bytecode of all
modules in a folder of its own here; the round that fills it does not count. `khsearch search`, which shows an excerpt
of each hit, too, stands beside scripts that search with a peer for the same word and print ids and titles (`scripts`).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import khsearch
from benchmarks import cache, timing, worker
from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus
from benchmarks.engines import TANTIVY, Hits, Kind, Query, engine, fts5
from benchmarks.errors import DisagreementError
from benchmarks.queries import Drawer
from benchmarks.timing import Spread
from khsearch.cli import app

PYTHON, CLICK, COMMAND = "python", "import click", "khsearch search"
COLUMNS = ["a new process", "CPU, ms", "import click = 1", "python = 1", "a search with tantivy = 1"]

SCRIPTS = {TANTIVY: "a search with tantivy", "fts5": "a search with fts5"}
"""Peers that are searched by a script, and what that is called."""

_PLACES = {TANTIVY: Path(), "fts5": Path(fts5.NAME)}
"""What each script is given, in the folder of its index."""

_TEXT = "\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6"
_WORDS = "import sys; from khsearch import words; print(*words(sys.argv[1]))"
_SEARCH = "import sys; from khsearch import Index; print(Index.open(sys.argv[1]).search(sys.argv[2], 1)[0].id)"


@dataclass(frozen=True, slots=True)
class Start:
    """What to run, as arguments of Python, and the words that it has to print, among others."""

    arguments: Sequence[str]
    prints: Sequence[str]


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of a process, and what they are of those of `import click`, of Python, and of tantivy's script."""

    seconds: Spread
    of_click: Spread
    of_python: Spread
    of_tantivy: Spread | None


def starts(whole: Corpus, peers: Sequence[str], folder: Path) -> dict[str, Start]:
    """Return what is measured, by name; an index of the corpus is made if need be, those of peers in a folder."""
    index = cache.index_of(whole)
    query = Drawer(whole.documents[:1_000], index.analyzer, SEED).draw(Kind.TERM, 1)[0].text
    hits = [(hit.id, hit.title) for hit in index.search(query)]
    place, (best, _) = str(index.path), hits[0]
    chosen = {
        PYTHON: Start(["-c", "pass"], ()),
        CLICK: Start(["-c", "import click"], ()),
        "import khsearch": Start(["-c", "import khsearch; print(*dir(khsearch))"], ("Index", "words")),
        "words of a text": Start(["-c", _WORDS, _TEXT], khsearch.words(_TEXT)),
        "open an index and search": Start(["-c", _SEARCH, place, query], (best,)),
        "khsearch --help": Start(["-m", "khsearch", "--help"], tuple(app.commands)),
        COMMAND: Start(["-m", "khsearch", "search", place, query], _printed(hits)),
    }
    for name in peers:
        (folder / name).mkdir()
        chosen[SCRIPTS[name]] = _by_script(name, whole, Query(Kind.TERM, query), folder / name)
    return chosen


def _by_script(name: str, whole: Corpus, query: Query, folder: Path) -> Start:
    made, spaced = engine(name), worker.spaced_by_icu()
    made.build(folder, whole.documents, spaced)
    with closing(made.open(folder, spaced)) as opened:
        hits = opened.top(query)
    script = Path(__file__).parent / "scripts" / f"{name}_search.py"
    return Start([str(script), str(folder / _PLACES[name]), query.text], _printed(hits))


def _printed(hits: Hits) -> list[str]:
    return [word for id, title in hits for word in f"{id} {title}".split()]


def measure(chosen: Mapping[str, Start], rounds: int, show: Show) -> dict[str, Cost]:
    """Run each in turn; DisagreementError where one prints something else."""
    with tempfile.TemporaryDirectory() as bytecode:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        root = str(Path(khsearch.__file__).parent.parent)
        environment |= {"PYTHONPYCACHEPREFIX": bytecode, "PYTHONPATH": root}
        works = {name: partial(_run, name, start, environment) for name, start in chosen.items()}
        seconds = timing.interleaved(works, rounds, clock=_of_children, show=show)
    script = SCRIPTS[TANTIVY]
    return {
        name: Cost(
            timing.spread(took),
            timing.quotients(took, seconds[CLICK]),
            timing.quotients(took, seconds[PYTHON]),
            timing.quotients(took, seconds[script]) if script in seconds else None,
        )
        for name, took in seconds.items()
    }


def _run(name: str, start: Start, environment: Mapping[str, str]) -> None:
    command = [sys.executable, *start.arguments]
    done = subprocess.run(command, env=dict(environment), capture_output=True, check=False)
    printed = done.stdout.decode(errors="replace").split()
    missing = [word for word in start.prints if word not in printed]
    if done.returncode or missing:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"{missing[0]!r} is not printed"]
        raise DisagreementError(f"{name}: {reason[0]}")


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rows(found: Mapping[str, Cost]) -> list[list[str]]:
    """Return the rows of the table."""
    return [
        [
            name,
            f"{1000 * cost.seconds.median:.0f}",
            str(cost.of_click),
            str(cost.of_python),
            str(cost.of_tantivy or ""),
        ]
        for name, cost in found.items()
    ]
