"""typos: real misspellings: is the right word what khsearch takes them for, and are its documents found.

A folder holds

    pairs.jsonl   {"wrong", "right", "part"}, a line each; part "learn" is what costs were learned from
    words.json    {"corrections": [{"wrong", "right"}], "alone": [{"wrong", "right", "docs"}]}: misspelt words that were
                  not learned from, and the ids of the documents that hold the right ones
    retrieval/    corpus.jsonl, the documents

The right words of all pairs that stand in a document should stay as they are.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.console import Show
from benchmarks.errors import BenchmarkError
from khsearch import Index
from khsearch.khmer import normalize

COLUMNS = ["words", "right first", "among three", "R@10 misspelt", "R@10 right", "right words", "changed", "ms a word"]
LIMIT = 10
_AMONG = 3


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A word as it was typed, the right one, and the documents that hold that, where they are known."""

    wrong: str
    right: str
    relevant: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Typos:
    """Misspelt words to correct, others to search for, and right words."""

    corrections: Sequence[Misspelt]
    alone: Sequence[Misspelt]
    right: Sequence[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in percent.

    words      misspelt words
    first      whose likeliest correction is the right word
    three      whose three likeliest have it among them
    misspelt   recall@10 of such a word typed alone
    spelt      recall@10 of the right word
    right      right words that stand in a document
    changed    of those, which are corrected
    ms         CPU time of the corrections of one word, in milliseconds, the first of all left out
    """

    words: int
    first: float
    three: float
    misspelt: float
    spelt: float
    right: int
    changed: float
    ms: float


def read(folder: Path, stands: Callable[[str], frozenset[int]]) -> Typos:
    """Read a folder; `stands` tells the documents in which a word stands. BenchmarkError."""
    try:
        words = json.loads((folder / "words.json").read_text("utf-8"))
        lines = (folder / "pairs.jsonl").read_text("utf-8").splitlines()
        right = sorted({str(json.loads(line)["right"]) for line in lines if line.strip()})
        found = Typos(
            [_misspelt(row) for row in words["corrections"]],
            [_misspelt(row) for row in words["alone"]],
            [word for word in right if stands(word)],
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BenchmarkError(
            f"{folder}: not a folder of misspellings ({problem}); it holds pairs.jsonl, words.json, retrieval/"
        ) from None
    if not found.corrections or not found.alone or not found.right:
        raise BenchmarkError(f"{folder}: no misspelt word to correct, or to search for, or no right word in a document")
    return found


def _misspelt(row: Mapping[str, object]) -> Misspelt:
    docs = row.get("docs", ())
    assert isinstance(docs, Sequence)
    return Misspelt(str(row["wrong"]), str(row["right"]), frozenset(map(str, docs)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A misspelt word and what it was taken for, likeliest first."""

    word: Misspelt
    taken_for: Sequence[str]

    @property
    def rank(self) -> int:
        """Place of the right word, from 0; a large number where it is not among them."""
        right = normalize(self.word.right).text
        places = [place for place, one in enumerate(self.taken_for) if normalize(one).text == right]
        return places[0] if places else LIMIT


def measure(index: Index, typos: Typos, show: Show) -> tuple[Figures, list[Outcome]]:
    """Ask for everything."""
    total = len(typos.corrections) + len(typos.alone) + len(typos.right)
    index.corrections(typos.corrections[0].wrong)  # what is made once for a commit
    before = time.process_time()
    outcomes = [Outcome(word, index.corrections(word.wrong, limit=_AMONG)) for word in typos.corrections]
    spent = time.process_time() - before
    show(len(outcomes), total)
    misspelt = [_recall(index, word.wrong, word.relevant) for word in typos.alone]
    spelt = [_recall(index, word.right, word.relevant) for word in typos.alone]
    show(len(outcomes) + len(misspelt), total)
    changed = [bool(index.corrections(word, limit=1)) for word in typos.right]
    figures = Figures(
        len(outcomes),
        100 * fmean(outcome.rank == 0 for outcome in outcomes),
        100 * fmean(outcome.rank < _AMONG for outcome in outcomes),
        fmean(misspelt),
        fmean(spelt),
        len(typos.right),
        100 * fmean(changed),
        1000 * spent / len(outcomes),
    )
    return figures, outcomes


def _recall(index: Index, query: str, relevant: frozenset[str]) -> float:
    found = {hit.id for hit in index.search(query, limit=LIMIT)}
    return 100 * len(found & relevant) / min(LIMIT, len(relevant)) if relevant else 100.0


def row(found: Figures) -> list[str]:
    """The figures for people."""
    shares = [f"{share:.1f}" for share in (found.first, found.three, found.misspelt, found.spelt)]
    return [f"{found.words:,}", *shares, f"{found.right:,}", f"{found.changed:.1f}", f"{found.ms:.1f}"]


def missed(outcomes: Sequence[Outcome], count: int) -> list[list[str]]:
    """Rows for people: words whose right word is not first: typed, right, what they were taken for."""
    wrong = sorted((outcome for outcome in outcomes if outcome.rank), key=lambda outcome: -outcome.rank)
    return [[one.word.wrong, one.word.right, ", ".join(one.taken_for)] for one in wrong[:count]]
