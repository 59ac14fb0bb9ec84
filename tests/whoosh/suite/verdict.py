"""verdict: what came of each test over both indexes in; which tests count, and which of those pass, out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("need_not_pass.tsv")
AT_LEAST = 0.95  # the share of the tests that touch an index and should pass, that has to pass

Rows = Mapping[str, Mapping[str, object]]  # by test: outcome, touches, and of a failure error, at, line


@dataclass(frozen=True)
class Verdict:
    """Tests by name, in order."""

    wanted: list[str]  # pass over Whoosh's index, touch it, and are not on the list
    failed: list[str]  # wanted, and do not pass over khsearch's
    spared: list[str]  # on the list
    to_strike: list[str]  # on the list, and pass: they can be taken off it
    unknown: list[str]  # on the list, and no test of Whoosh's that touches an index
    bystanders: list[str]  # touch no index, and fare otherwise

    @property
    def share(self) -> float:
        """Of the tests that should pass, those that do."""
        return 1 - len(self.failed) / max(len(self.wanted), 1)

    @property
    def is_good(self) -> bool:
        """Whether enough of them do, and the list is in order."""
        return bool(self.wanted) and self.share >= AT_LEAST and not self.unknown


def listed() -> dict[str, str]:
    """The tests that need not pass, with the reasons."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


def judge(stock: Rows, ours: Rows, spared: Mapping[str, str]) -> Verdict:
    """What the two runs say."""

    def passes(rows: Rows, name: str) -> bool:
        return rows.get(name, {}).get("outcome") == "passed"

    known = {name for name, row in stock.items() if row["touches"]}
    touching = {name for name in known if passes(stock, name)}
    wanted = touching - set(spared)
    return Verdict(
        wanted=sorted(wanted),
        failed=sorted(name for name in wanted if not passes(ours, name)),
        spared=sorted(spared),
        to_strike=sorted(name for name in touching & set(spared) if passes(ours, name)),
        unknown=sorted(set(spared) - known),
        bystanders=sorted(
            name for name, row in stock.items() if not row["touches"] and passes(stock, name) != passes(ours, name)
        ),
    )
