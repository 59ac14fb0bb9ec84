"""runs: the figures of one command as one JSON file, with all that is needed to run it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.errors import BenchmarkError

_KEPT = Path(__file__).parent / "results"
RESULTS = _KEPT if _KEPT.is_dir() else Path("khsearch-results")
"""Where full runs are kept: in a checkout beside the benchmarks, and the documentation's tables are made of them."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one command.

    command   its name
    settings  what decides the outcome: corpus and its hash, size, seed, rounds, core
    figures   what was measured
    skipped   peers that were not measured, each with the reason
    """

    command: str
    settings: Mapping[str, Any]
    figures: Mapping[str, Any]
    skipped: Mapping[str, str]


def save(run: Run, path: Path) -> None:
    """Write a run, readable and in a steady order."""
    content = {"command": run.command, "machine": machine.describe(), "settings": run.settings}
    content |= {"skipped": run.skipped, "figures": run.figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_plain(content), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> dict[str, Any]:
    """Read what `save` wrote."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise BenchmarkError(f"{path}: no result of a run ({problem}); run the benchmark again") from None
    if not isinstance(content, dict) or "command" not in content:
        raise BenchmarkError(f"{path}: no result of a run; run the benchmark again")
    return content


def _plain(value: Any) -> Any:
    """Make a value of what JSON knows; four significant digits are more than any figure here is worth."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
