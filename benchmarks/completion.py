"""completion: what beginnings of words are completed to, held against a look at every text; and what that takes."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.console import Show
from benchmarks.corpus import SEED, Corpus
from benchmarks.errors import MissedError
from khsearch import Index

COLUMNS = [
    "beginnings",
    "completed",
    "proposals",
    "that stand nowhere",
    "\u00b5s, first",
    "warm",
    "term: first",
    "warm",
]

_DRAWN = re.compile("[\u1780-\u17b3][\u1780-\u17d3\u17dd]*|[a-z]+")
_TOLD = 5
_STEP = 500  # beginnings between two signs of life


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some beginnings of words.

    beginnings  how many
    completed   how many of them go on
    proposals   to how many texts together
    nowhere     those that stand in no document, each behind what was typed
    taken       CPU time of a completion in microseconds, met for the first time and warm
    term        the same of a search for the whole word
    """

    beginnings: int
    completed: int
    proposals: int
    nowhere: list[tuple[str, str]]
    taken: tuple[float, float]
    term: tuple[float, float]


def beginnings(collection: Corpus, index: Index, count: int) -> list[tuple[str, str]]:
    """Draw words of the documents, and where each is cut: at any character, inside of a cluster as well."""
    words = sorted({word for document in collection.documents for word in _words(index, document.text)})
    choose = random.Random(SEED)
    drawn = choose.choices(words, k=count)
    return [(word[: choose.randint(1, len(word))], word) for word in drawn]


def _words(index: Index, text: str) -> set[str]:
    """Words of Khmer and of ASCII letters: of some other scripts, words are broken out of what stands as one here."""
    return {token.term for token in index.analyzer.tokens(text) if _DRAWN.fullmatch(token.term)}


def measure(
    index: Index, drawn: Sequence[tuple[str, str]], stands: Callable[[str], frozenset[int]], show: Show
) -> Figures:
    """Complete all beginnings, and look for what is proposed in every text."""
    proposed, nowhere = [], []
    for number, (typed, _) in enumerate(drawn):
        if not number % _STEP:
            show(number, len(drawn))
        proposed.append(index.complete(typed))
        nowhere += [(typed, text) for text in proposed[-1] if not stands(text.split()[-1])]
    again = Index.open(index.path)
    again.complete(drawn[0][0])  # makes the tables of the commit, once
    return Figures(
        len(drawn),
        sum(map(bool, proposed)),
        sum(map(len, proposed)),
        nowhere,
        _times(again.complete, [typed for typed, _ in drawn[:_STEP]]),
        _times(lambda word: again.search(word)[:10], [word for _, word in drawn[:_STEP]]),
    )


def _times(work: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """Microseconds of CPU time for a text: of all for the first time, and of all once more."""
    rounds = []
    for _ in range(2):
        start = time.process_time()
        for text in texts:
            work(text)
        rounds.append(1e6 * (time.process_time() - start) / max(len(texts), 1))
    return rounds[0], rounds[1]


def row(found: Figures) -> list[str]:
    """The row for people, as `COLUMNS` names it."""
    counts = [found.beginnings, found.completed, found.proposals, len(found.nowhere)]
    return [*(f"{count:,}" for count in counts), *(f"{time:.0f}" for time in (*found.taken, *found.term))]


def check(found: Figures) -> None:
    """MissedError names the first proposals that stand nowhere."""
    if found.nowhere:
        told = "; ".join(f"{text!r} for {typed!r}" for typed, text in found.nowhere[:_TOLD])
        raise MissedError(f"{len(found.nowhere)} completions stand in no document: {told}")
