"""A site under load: what is measured is checked."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import corpus, served
from benchmarks.errors import DisagreementError, MissedError
from benchmarks.served import Figures, Load
from khsearch import Index

GOOD = Load(16, 900, 0, 75.0, 200.0, 500.0, (230.0, 240.0))
MEASURED = Figures(GOOD, replace(GOOD, busy=50), GOOD, 60, 100.0)


def show(*_: object) -> None:
    pass


@pytest.mark.slow
def test_clients_commits_and_a_crowd() -> None:
    found = served.measure(corpus.load(corpus.SAMPLE_DOCS), 3, 1.5, 5, show)
    assert found.steady.answers > 10
    assert found.commits > 0
    assert found.threads > 0
    assert len(served.rows(found)) == 3


def test_a_wrong_total_is_told(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "x.idx")
    with index.writer() as writer:
        writer.add({"id": "1", "text": "one"})
    asked = tmp_path / "queries.json"
    asked.write_text('{"one": [2]}')
    with served.server(index.path) as (process, url), pytest.raises(DisagreementError, match="'wrong': "):
        served._load(process, url, asked, 2, 1)


@pytest.mark.parametrize(
    "figures",
    [
        replace(MEASURED, steady=replace(GOOD, p99=5_000.0)),
        replace(MEASURED, threads=500.0),
        replace(MEASURED, steady=replace(GOOD, busy=1)),
        replace(MEASURED, crowd=GOOD),
    ],
)
def test_a_bar_that_is_missed_is_told(figures: Figures) -> None:
    told: dict[str, Any] = asdict(figures)
    with pytest.raises(MissedError):
        served.check(told)
    served.check(asdict(MEASURED))
