"""probes: queries, and the same queries disturbed as people disturb them; how often are the documents still found.

A line of the file is a JSON object: id, kind of disturbance, orig, pert (the query before and after), rel (documents
that hold the words of orig). Recall@10 is the share of rel, of ten at most, among the ten best hits.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.console import Show
from benchmarks.errors import BenchmarkError
from khsearch import Index

LIMIT = 10
MEAN = "mean of kinds"


@dataclass(frozen=True, slots=True)
class Probe:
    """One query, undisturbed and disturbed, and the documents of the collection that should be found."""

    id: str
    kind: str
    undisturbed: str
    disturbed: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Robustness:
    """Recall@10 in percent over the probes of one kind."""

    probes: int
    undisturbed: float
    disturbed: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Recall@10 of one probe, in percent."""

    probe: Probe
    undisturbed: float
    disturbed: float


def read(path: Path, known: frozenset[str]) -> list[Probe]:
    """Read the probes that have a document among those known."""
    try:
        entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = [
            Probe(entry["id"], entry["kind"], entry["orig"], entry["pert"], known.intersection(entry["rel"]))
            for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BenchmarkError(f"{path}: not a file of probes ({problem})") from None
    found = [probe for probe in found if probe.relevant]
    if not found:
        raise BenchmarkError(f"{path}: no probe has a document of this collection; name the one they were made for")
    return found


def ask(index: Index, probes: Sequence[Probe], show: Show) -> list[Outcome]:
    """Ask both queries of every probe."""
    kept: dict[str, list[str]] = {}

    def recall(query: str, relevant: frozenset[str]) -> float:
        if query not in kept:
            kept[query] = [hit.id for hit in index.search(query, limit=LIMIT)]
        return 100 * len(relevant.intersection(kept[query])) / min(len(relevant), LIMIT)

    outcomes = []
    for number, probe in enumerate(probes):
        show(number, len(probes))
        before, after = (recall(query, probe.relevant) for query in (probe.undisturbed, probe.disturbed))
        outcomes.append(Outcome(probe, before, after))
    return outcomes


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Robustness]:
    """Recall by kind, and its mean over kinds."""
    kinds: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        kinds[outcome.probe.kind].append(outcome)
    found = {
        kind: Robustness(len(some), fmean(o.undisturbed for o in some), fmean(o.disturbed for o in some))
        for kind, some in sorted(kinds.items())
    }
    means = (fmean(one.undisturbed for one in found.values()), fmean(one.disturbed for one in found.values()))
    return found | {MEAN: Robustness(len(outcomes), *means)}


def rows(found: Mapping[str, Robustness]) -> list[list[str]]:
    """Rows for people: kind, probes, recall undisturbed and disturbed, and what the disturbance costs."""
    return [
        [
            kind,
            str(one.probes),
            f"{one.undisturbed:.1f}",
            f"{one.disturbed:.1f}",
            f"{one.disturbed - one.undisturbed:+.1f}",
        ]
        for kind, one in found.items()
    ]


def worst(outcomes: Sequence[Outcome], count: int) -> list[list[str]]:
    """Rows for people: the probes that lose most: id, loss, query before and after."""
    apart = sorted(outcomes, key=lambda outcome: (outcome.disturbed - outcome.undisturbed, outcome.probe.id))
    return [
        [o.probe.id, f"{o.disturbed - o.undisturbed:+.0f}", o.probe.undisturbed, o.probe.disturbed]
        for o in apart[:count]
        if o.disturbed < o.undisturbed
    ]
