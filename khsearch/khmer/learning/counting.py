"""counting: raw text in, counts out: how often a teacher makes a string a word, and how often the string occurs at all.

The teacher is khmer-nltk's conditional random field (Apache-2.0), which knows some 10,000 sentences broken by hand.
It finds compounds rather than the finest words; `learning` takes them apart. A run breaks alike wherever it stands, so
every different run is broken once.

A word list with frequencies (one word a line, a tab and a count if there is one) is counted here too: such lists know
words that the texts at hand do not hold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from khsearch.errors import LexiconError
from khsearch.frozen import frozen
from khsearch.khmer.text.normalize import normalize, normalize_all
from khsearch.khmer.words.model import clusters_of, is_word

Teacher = Callable[[str], Sequence[int]]
"""Breaks a run of Khmer in normal form: str -> offsets where its words end."""

Progress = Callable[[int, int], None]
"""Told of the runs that are done and of all there are."""

LONGEST = 8
"""Longest string that is counted, in clusters. Longer atoms are foreign names, which no shorter words make up."""

_RUN = re.compile("[\u1780-\u17d3\u17dd]+")
_BATCH = 1 << 20  # characters normalised at once


@frozen
class Counts:
    """What was counted in texts.

    words      times the teacher made a string a word
    strings    times a string occurs from one cluster boundary to another, word or not
    clusters   times a cluster occurs
    """

    words: Counter[str]
    strings: Counter[str]
    clusters: Counter[str]


def count_runs(texts: Iterable[str]) -> Counter[str]:
    """Runs of Khmer in normal form and how often they occur; runs with a mark that has no base are passed over."""
    runs: Counter[str] = Counter()
    for batch in _batches(texts):
        runs.update(_RUN.findall(normalize_all(batch).text))
    return Counter({run: count for run, count in runs.items() if is_word(run)})


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def count(
    runs: Counter[str], teacher: Teacher, *, more: Collection[str] = (), progress: Progress | None = None
) -> Counts:
    """Let the teacher break every different run, then count its words, and in all runs its words and `more` strings."""
    words: Counter[str] = Counter()
    clusters: Counter[str] = Counter()
    for done, (run, times) in enumerate(runs.items()):
        if progress is not None and done % 100 == 0:
            progress(done, len(runs))
        pieces = clusters_of(run)
        for piece in pieces:
            clusters[piece] += times
        for word in _whole_clusters(run, pieces, teacher(run)):
            words[word] += times
    if progress is not None:
        progress(len(runs), len(runs))
    return Counts(words, count_strings(runs, {*words, *more}), clusters)


def _whole_clusters(run: str, pieces: Sequence[str], ends: Iterable[int]) -> list[str]:
    """Cut a run where the teacher and the clusters agree that something ends."""
    cuts = sorted({*ends, len(run)} & set(accumulate(map(len, pieces))))
    return [run[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]


def count_strings(runs: Counter[str], wanted: Collection[str]) -> Counter[str]:
    """Times that each wanted string of at most LONGEST clusters occurs between cluster boundaries of the runs."""
    found: Counter[str] = Counter()
    for run, times in runs.items():
        pieces = clusters_of(run)
        edges = [0, *accumulate(map(len, pieces))]
        for first in range(len(pieces)):
            start = edges[first]
            for end in edges[first + 1 : first + 1 + LONGEST]:
                string = run[start:end]
                if string in wanted:
                    found[string] += times
    return found


def read_frequencies(paths: Iterable[Path]) -> Counter[str]:
    """Add up word lists: one word a line, then a tab (or spaces) and its count; 1 where there is none; # comments.

    A folder stands for the .txt files in it. What is not a Khmer word is passed over: public lists hold all sorts.
    """
    totals: Counter[str] = Counter()
    for path in _files(paths):
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except OSError as error:
            raise LexiconError(f"{path}: cannot be read ({error.strerror}); give the path of a word list") from None
        except UnicodeDecodeError:
            raise LexiconError(f"{path}: not UTF-8; save the word list as UTF-8") from None
        for line in lines:
            word, *rest = line.partition("#")[0].split() or [""]
            word = normalize(word).text
            if is_word(word) and len(rest) <= 1 and (not rest or rest[0].isdecimal()):
                totals[word] += int(rest[0]) if rest else 1
    return totals


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.txt")) if path.is_dir() else [path]
