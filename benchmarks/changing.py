"""changing: an index is opened, and asked a first time; grows by a document; is changed by another process.

Opening is told by the clock, in a process of its own that has everything imported. A document is added, committed and
found by a process that has the index open: by the clock, which the disk is part of, and as CPU time of all its threads
until it is found; what they do later, as tantivy's do when they merge, is not told. After the commit of another
process, it is CPU time of the thread that asks. A thread that has waited is slower for a while, whatever it does, so a
warm query is asked among others, and also when another process has worked as long, which has committed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import asking, worker
from benchmarks.asking import Asked
from benchmarks.engines import KHSEARCH, Kind, Query
from benchmarks.errors import DisagreementError
from benchmarks.timing import Spread, quotients, spread

COLUMNS = ["engine", "open, ms", "open and find, ms", "memory, MB", "add one and find: ms, CPU ms"]
COLUMNS += ["khsearch / this, CPU", "first after another's commit: ms, times warm, times warm after a pause"]

_NEWCOMER = asking.STRANGER


@dataclass(frozen=True, slots=True)
class Start:
    """Milliseconds from a process that has everything imported to the first answer, and megabytes that stay."""

    open_ms: Spread
    open_and_find_ms: Spread
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Added:
    """A document added, committed, and found: milliseconds by the clock, and of CPU.

    ratio  khsearch's CPU time by this engine's, round by round
    """

    wall_ms: Spread
    cpu_ms: Spread
    ratio: Spread


@dataclass(frozen=True, slots=True)
class AfterCommit:
    """The first query of an open index after another process has committed a document, in milliseconds of CPU time.

    by_warm    that, by the time of the same query among others, when it is warm
    by_paused  that, by its time when it is warm, after as long a pause
    """

    first_ms: Spread
    by_warm: Spread
    by_paused: Spread


def starts(folders: Mapping[str, Path], text: str, rounds: int) -> dict[str, Start]:
    """Open the index of each engine in a new process, and ask for a word."""
    return {name: _start(name, folder, text, rounds) for name, folder in folders.items()}


def _start(name: str, folder: Path, text: str, rounds: int) -> Start:
    runs = [worker.run("open", name, str(folder), text) for _ in range(rounds + 1)][1:]
    return Start(
        open_ms=spread([1000 * run["open_s"] for run in runs]),
        open_and_find_ms=spread([1000 * run["open_and_find_s"] for run in runs]),
        memory_mb=median(run["memory_mb"] for run in runs),
    )


def after_commit(
    asked: Mapping[str, Asked], folders: Mapping[str, Path], queries: Sequence[Query]
) -> dict[str, AfterCommit]:
    """Ask each query right after another process has committed a document, and after one that has only asked, too."""
    return {name: _after_commit(name, one, folders[name], queries) for name, one in asked.items()}


def _after_commit(name: str, asked: Asked, folder: Path, queries: Sequence[Query]) -> AfterCommit:
    last = len(queries)
    with asking.begun({name: asked}, [*queries, Query(Kind.AND, _NEWCOMER)]):
        for _ in range(2):
            asked.microseconds()
        first, warm, paused = [], [], []
        for number in range(last):
            id = f"other{number}"
            worker.run("add", name, str(folder), id, _NEWCOMER)
            first.append(asked.after_commit(number) / 1000)
            if id not in asked.ids(last):
                raise DisagreementError(f"{name}: {id!r} was added by another process, and is not found")
            warm.append(asked.microseconds()[number] / 1000)
            worker.run("open", name, str(folder), queries[number].text)
            paused.append(asked.once(number) / 1000)
    return AfterCommit(spread(first), quotients(first, warm), quotients(first, paused))


def add_and_find(asked: Mapping[str, Asked], rounds: int) -> dict[str, Added]:
    """Add one document, commit, and find it by its title, engine by engine in turns; khsearch is one of them."""
    wall: dict[str, list[float]] = {name: [] for name in asked}
    cpu: dict[str, list[float]] = {name: [] for name in asked}
    with asking.begun(asked, [Query(Kind.AND, _NEWCOMER)]):
        for number in range(rounds):
            for name in list(asked)[:: -1 if number % 2 else 1]:
                took = _add_and_find(name, asked[name], f"new{number}")
                wall[name].append(took[0])
                cpu[name].append(took[1])
    return {name: Added(spread(wall[name]), spread(cpu[name]), quotients(cpu[KHSEARCH], cpu[name])) for name in asked}


def _add_and_find(name: str, asked: Asked, id: str) -> tuple[float, float]:
    before = len(asked.ids(0))
    took = asked.add(id, _NEWCOMER)
    after = asked.ids(0)
    if len(after) != before + 1 or id not in after:
        raise DisagreementError(f"{name}: {id!r} was added, and {len(after) - before} more documents found")
    return took


def rows(
    start: Mapping[str, Start], added: Mapping[str, Added], after_commit: Mapping[str, AfterCommit]
) -> list[list[str]]:
    """Rows for people, by engine."""
    found = []
    for name, one in start.items():
        add, after = added.get(name), after_commit.get(name)
        found.append(
            [
                name,
                str(one.open_ms),
                str(one.open_and_find_ms),
                f"{one.memory_mb:.0f}",
                f"{add.wall_ms}, {add.cpu_ms}" if add else "",
                str(add.ratio) if add else "",
                f"{after.first_ms}, {after.by_warm.median:.1f}, {after.by_paused.median:.1f}" if after else "",
            ]
        )
    return found
