"""counting: raw text in, counts out: how often a teacher makes a string a word, and how often the string occurs at all.

The teacher is any breaker; that of khmer-nltk's conditional random field (`words.crf`) knows some 10,000 sentences
broken by hand. It finds compounds rather than the finest words; `learning` takes them apart. A run breaks alike
wherever it stands, so every different run is broken once, a megabyte of them at a time.

A word list with frequencies (one word a line, a tab and a count if there is one) is counted here too: such lists know
words that the texts at hand do not hold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from khsearch.arrays import distinct, spans
from khsearch.errors import LexiconError
from khsearch.frozen import frozen
from khsearch.khmer.text import script
from khsearch.khmer.text.clusters import Clusters, units
from khsearch.khmer.text.normalize import normalize, normalize_all
from khsearch.khmer.text.points import Offsets
from khsearch.khmer.words.breakers import Breaker
from khsearch.khmer.words.model import is_word
from khsearch.khmer.words.numbering import Numbering

Progress = Callable[[int, int], None]
"""Told of the runs that are done and of all there are."""

LONGEST = 8
"""Longest string that is counted, in clusters. Longer atoms are foreign names, which no shorter words make up."""

_RUN = re.compile(b"[\x80-\xd3\xdd]+")
_WORD = re.compile(b"(?:" + script.BASED_PATTERN + b")+")
_BATCH = 1 << 20  # characters that are worked on at once


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


def count_runs(texts: Iterable[str]) -> Counter[bytes]:
    """Runs of Khmer, in codes, and how often they occur; runs with a mark that has no base are passed over."""
    runs: Counter[bytes] = Counter()
    for batch in batches(texts):
        runs.update(_RUN.findall(normalize_all(batch).codes))
    return Counter({run: count for run, count in runs.items() if _WORD.fullmatch(run)})


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts as lists of about a megabyte."""
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
    runs: Mapping[bytes, int], teacher: Breaker, *, more: Collection[str] = (), progress: Progress | None = None
) -> Counts:
    """Let the teacher break every different run, then count its words, and in all runs its words and `more` strings."""
    words: Counter[bytes] = Counter()
    clusters: Counter[bytes] = Counter()
    done = 0
    for batch in _batches_of(runs):
        if progress is not None:
            progress(done, len(runs))
        done += int(np.count_nonzero(batch.clusters.leads))
        first = np.flatnonzero(teacher.break_all(batch.codes, batch.clusters))
        last = np.append(first[1:], len(batch.times)) - 1
        starts, ends = batch.clusters.starts, batch.clusters.ends
        words.update(_counted(batch.codes, starts.take(first), ends.take(last), batch.times.take(first)))
        clusters.update(_counted(batch.codes, starts, ends, batch.times))
    if progress is not None:
        progress(len(runs), len(runs))
    wanted = {*words, *(script.encode_term(string) for string in more)}
    return Counts(*map(_decoded, (words, count_strings(runs, wanted), clusters)))


@frozen
class _Batch:
    """Different runs, one a line: their codes, their c clusters, and how often the run of each occurs, (c,)."""

    codes: bytes
    clusters: Clusters
    times: Offsets


def _batches_of(runs: Mapping[bytes, int]) -> Iterator[_Batch]:
    lines: list[bytes] = []
    size = 0
    for number, run in enumerate(runs, 1):
        lines.append(run)
        size += len(run)
        if size >= _BATCH or number == len(runs):
            codes, clusters = _clusters(lines)
            times = np.array([runs[line] for line in lines], np.int64)
            yield _Batch(codes, clusters, times.take(np.cumsum(clusters.leads) - 1))
            lines, size = [], 0


def _clusters(runs: Sequence[bytes]) -> tuple[bytes, Clusters]:
    """Codes of some runs, one a line, and their clusters."""
    codes = b"\n".join([b"", *runs, b""])
    return codes, units(codes)[0].clusters()[0]


def _counted(codes: bytes, starts: Offsets, ends: Offsets, times: Offsets) -> dict[bytes, int]:
    """Add up the times of equal spans of some codes."""
    order, groups = spans.order(np.frombuffer(codes, np.uint8), starts, ends)
    totals = np.zeros(int(groups[-1]) + 1, np.int64)
    np.add.at(totals, groups, times.take(order))
    example = order.take(np.flatnonzero(np.diff(groups, prepend=-1)))
    found = zip(starts.take(example).tolist(), ends.take(example).tolist(), totals.tolist(), strict=True)
    return {codes[start:end]: total for start, end, total in found}


def _decoded(counts: Mapping[bytes, int]) -> Counter[str]:
    return Counter({script.decode_term(string): count for string, count in counts.items()})


def count_strings(runs: Mapping[bytes, int], wanted: Collection[bytes]) -> Counter[bytes]:
    """Times that each wanted string of at most LONGEST clusters occurs between cluster boundaries of the runs."""
    strings = _Strings(sorted(wanted))
    for batch in _batches_of(runs):
        strings.count(batch)
    return strings.found()


class _Strings:
    """Different strings, as a tree of clusters, and how often each was met.

    A level of the tree is what strings begin with up to some cluster, as rising keys: its number on the level before,
    times the number of different clusters, and the number of its last one.
    """

    def __init__(self, strings: Sequence[bytes]) -> None:
        codes, clusters = _clusters(strings)
        names = sorted({codes[a:b] for a, b in zip(clusters.starts.tolist(), clusters.ends.tolist(), strict=True)})
        self._strings = strings
        self._numbering = Numbering({name: number for number, name in enumerate(names, 1)})
        self._size = len(names) + 1
        numbers = self._numbering.number_all(codes, clusters)
        first = np.flatnonzero(clusters.leads)
        lengths = np.diff(first, append=len(numbers))
        self._levels: list[Offsets] = []
        self._counts: list[Offsets] = []
        self._ends: list[tuple[Offsets, Offsets]] = []  # by level: strings that end there, and where on it
        strings_at = np.arange(len(first))
        places = np.zeros(len(first), np.int64)
        for depth in range(LONGEST):
            longer = np.flatnonzero(lengths.take(strings_at) > depth)
            strings_at = strings_at.take(longer)
            keys = places.take(longer) * self._size + numbers.take(first.take(strings_at) + depth)
            level = distinct(keys)
            places = np.searchsorted(level, keys)
            ends = np.flatnonzero(lengths.take(strings_at) == depth + 1)
            self._levels.append(level)
            self._counts.append(np.zeros(len(level), np.int64))
            self._ends.append((strings_at.take(ends), places.take(ends)))

    def count(self, batch: _Batch) -> None:
        """Count the strings in some runs."""
        numbers = self._numbering.number_all(batch.codes, batch.clusters)
        following = np.append(numbers, np.zeros(LONGEST, np.int64))
        following[: len(numbers)][batch.clusters.leads] = 0  # no string goes on in another run
        at = np.flatnonzero(numbers)
        keys = numbers.take(at)
        for depth, (level, counts) in enumerate(zip(self._levels, self._counts, strict=True), 1):
            if not len(level):
                return
            places = np.searchsorted(level, keys)
            is_there = np.flatnonzero(level.take(places, mode="clip") == keys)
            at, places = at.take(is_there), places.take(is_there)
            np.add.at(counts, places, batch.times.take(at))
            further = following.take(at + depth)
            goes_on = np.flatnonzero(further)
            at = at.take(goes_on)
            keys = places.take(goes_on) * self._size + further.take(goes_on)

    def found(self) -> Counter[bytes]:
        """Return the strings that were met."""
        found: Counter[bytes] = Counter()
        for counts, (strings, places) in zip(self._counts, self._ends, strict=True):
            for string, times in zip(strings.tolist(), counts.take(places).tolist(), strict=True):
                if times:
                    found[self._strings[string]] = times
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
