"""telling: what a run tells beside its figures: its settings, and peers that could not be measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks import corpus
from benchmarks.console import note
from benchmarks.corpus import Corpus
from benchmarks.engines import choose


def peers(wanted: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Those that can be measured, and why others cannot, which is told."""
    found, skipped = choose(wanted)
    tell(skipped)
    return found, skipped


def tell(skipped: dict[str, str]) -> None:
    """Say which peers are not measured, and why."""
    for name, reason in skipped.items():
        note(f"{name}: skipped, {reason}")


def settings_of(whole: Corpus, **more: Any) -> dict[str, Any]:
    """Return what decides the outcome of a run over a corpus."""
    return {**whole.settings, "seed": corpus.SEED, **more}
