"""analyzer: texts in, terms out. The only road, for documents and for queries.

Every text gives two streams of terms. *Words* are what the breaker finds in its runs of Khmer, its numbers, and its
words of other scripts (`foreign`): letters part where the script changes and where digits begin. A word longer than
`script.LONGEST_TERM` is several, divided from its beginning on. *Bigrams* are pairs of neighbouring clusters, across
word boundaries and spaces but not across the end of a sentence: they rescue what no dictionary knows. A number or a
word of ASCII letters stands for a cluster there. Terms are in code form (`script.encode_term`).

A batch of texts is analysed as arrays (`Analyzer.batch`), a short text as lists (`Analyzer.terms`, `Analyzer.tokens`):
one behaviour, held equal by tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import keep_freed_memory
from khsearch.khmer.terms.foreign import foreign_units, with_foreign_words
from khsearch.khmer.terms.streams import Keys, Stream, bigrams_of, count_in_texts
from khsearch.khmer.text import script, scripts
from khsearch.khmer.text.normalize import NormalText, normalize, normalize_all
from khsearch.khmer.text.script import END, LETTER, LONGEST_TERM, Offsets, Units
from khsearch.khmer.words.breakers import Breaker

FORMAT = 2
"""Raised whenever a change here, in `script`, `scripts`, `marks` or `normalize` makes a text give other terms.

1 is what khsearch 0.1 had. In 2, a term has a greatest length and a cluster a greatest number of subscripts, a change
of script is a border of words and shapes of letters are folded, and two encodings that look right are put right.
`behaviour.affected_by_format_2` knows which terms of 1 tell that a text gives others in 2.
"""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: its term, its place among the words, and the offsets of its first and last character + 1."""

    term: str
    position: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What `Analyzer.batch` found: the normal form, the two streams, and where in the normal form each word stands."""

    normal: NormalText
    words: Stream
    bigrams: Stream
    word_starts: Offsets
    word_ends: Offsets

    @property
    def foreign(self) -> str:
        """Distinct characters outside ASCII and the Khmer block that the originals hold, sorted."""
        return script.others_in(self.normal.points)

    @property
    def by_icu(self) -> bool:
        """Whether ICU broke a run of another script."""
        return LETTER in self.normal.codes and _by_icu(self.foreign)

    def word_spans(self) -> tuple[Offsets, Offsets]:
        """Offsets of every word in its own original text: two arrays (k,) int64."""
        starts, ends = self.normal.spans(self.word_starts, self.word_ends)
        firsts = np.repeat(np.array(self.normal.firsts, np.int64), self.words.counts)
        return starts - firsts, ends - firsts


@dataclass(frozen=True, slots=True)
class Terms:
    """The two streams of one text, in code form: what a query is made of."""

    words: list[bytes]
    bigrams: list[bytes]


# A short text's pieces, in codes: a run of Khmer, of digits, of letters, or what no bigram crosses.
_PIECE = re.compile(rb"([\x80-\xd3\xdd]+)|([0-9\x03]+)|([a-z\x01]+)|[\xd4\xd5\xd9\xda?!\n\x02]")
_CLUSTER = re.compile(rb"[\x80-\xb3]MARK*|^MARK+".replace(b"MARK", rb"(?:\xd2[\x80-\xb3]|[\xb4-\xd1\xd3\xdd])"))
_SHORT = 2_000  # codes; beyond, arrays are faster than lists
_LIGATURE = "\u17a8"  # one character that stands for two clusters: no word begins inside it


class Analyzer:
    """Normalise, break, make terms."""

    def __init__(self, breaker: Breaker) -> None:
        self.breaker = breaker
        self._keys = None if breaker.lexicon is None else Keys(breaker.lexicon)

    def settings(self) -> dict[str, object]:
        """What khsearch itself brings to how a text breaks, as JSON-able values; `behaviour` has the rest."""
        return {"format": FORMAT, "breaker": self.breaker.name, "breaker_version": self.breaker.version}

    def batch(self, texts: Sequence[str]) -> Batch:
        """Analyse many texts as one array; a megabyte at a time is fastest."""
        keep_freed_memory()
        normal = normalize_all(texts)
        units, inside = script.units(normal.codes)
        opens, numbers = self._broken(normal.codes, units)
        joined = None
        if _LIGATURE in normal.raw:
            joined = normal.origin.take(units.starts) == normal.origin.take(units.starts - 1)
            opens = opens & ~joined
        firsts = _divide(opens, joined)
        starts, ends = units.starts.take(firsts), units.ends.take(np.append(firsts, len(opens))[1:] - 1)
        word_keys = pair_keys = None
        if self._keys is not None and numbers is not None:
            word_keys = self._keys.of_words(numbers, firsts)
            pair_keys = self._keys.of_pairs(numbers)
        text_ends = np.flatnonzero(normal.array == END)
        foreign = foreign_units(normal, units)
        bigrams = bigrams_of(normal.array, inside, units, pair_keys, foreign, text_ends)
        if foreign is not None:
            words, starts, ends = with_foreign_words(normal, starts, ends, word_keys, foreign.take(firsts), text_ends)
        else:
            words = Stream(normal.array, starts, ends, count_in_texts(starts, text_ends), word_keys)
        return Batch(normal, words, bigrams, starts, ends)

    def _broken(self, codes: bytes, units: Units) -> tuple[NDArray[np.bool_], Offsets | None]:
        """Which units begin words, and for a breaker that reads a lexicon, their cluster numbers, 0 for no clusters."""
        if self._keys is not None and 8 * np.count_nonzero(units.khmer) > 7 * len(units.khmer):
            # The lattice breaks the others as runs of one cluster of no word: few need not be taken out.
            numbers = self._keys.number_all(codes, units.all())
            numbers *= units.khmer
            return self.breaker.break_all(codes, units.all(), numbers), numbers
        clusters, which = units.clusters()
        opens = np.ones(len(units.starts), np.bool_)  # a run of digits or letters is a word
        if self._keys is None:
            opens[which] = self.breaker.break_all(codes, clusters)
            return opens, None
        found = self._keys.number_all(codes, clusters)
        opens[which] = self.breaker.break_all(codes, clusters, found)
        numbers = np.zeros(len(opens), np.int64)
        numbers[which] = found
        return opens, numbers

    def reading_depends(self, text: str) -> tuple[str, bool]:
        """What the answer for one text depends on besides the breaker: `foreign` and `by_icu` of a batch of it."""
        if text.isascii():
            return "", False
        others = script.others_in(script.points_of(text))
        return others, _by_icu(others)

    def terms(self, text: str) -> Terms:
        """Both streams of one text."""
        normal = normalize(text)
        if len(normal.codes) > _SHORT or LETTER in normal.codes or _LIGATURE in text:
            batch = self.batch([text])
            return Terms(batch.words.terms(), batch.bigrams.terms())
        words: list[bytes] = []
        bigrams: list[bytes] = []
        before = b""
        behind = 0
        for piece in _PIECE.finditer(normal.codes):
            if piece[1]:
                clusters = _CLUSTER.findall(piece[1])
                words.extend(self._join(clusters))
            elif piece.lastindex is None:
                before = b""
                continue
            else:
                clusters = [piece[0]] if len(piece[0]) <= LONGEST_TERM else _divided(piece[0])
                words.extend(clusters)
            if before:
                gap = b"" if piece[1] or behind == piece.start() else b" "
                bigrams.append(before + gap + clusters[0])
            bigrams.extend(map(bytes.__add__, clusters, clusters[1:]))
            before, behind = clusters[-1], piece.end()
        return Terms(words, bigrams)

    def run_words(self, run: bytes) -> list[bytes]:
        """Words of one run of Khmer, all in code form."""
        return self._join(_CLUSTER.findall(run))

    def _join(self, clusters: list[bytes]) -> list[bytes]:
        words, at = [], 0
        for count in self.breaker.break_run(clusters):
            end = at + count
            while end - at > LONGEST_TERM:
                words.append(b"".join(clusters[at : at + LONGEST_TERM]))
                at += LONGEST_TERM
            words.append(b"".join(clusters[at:end]))
            at = end
        return words

    def tokens(self, text: str) -> list[Token]:
        """Return the words of one text as tokens, offsets in code points of `text`."""
        batch = self.batch([text])
        starts, ends = batch.word_spans()
        terms = list(map(script.decode_term, batch.words.terms()))
        return list(map(Token, terms, range(len(terms)), starts.tolist(), ends.tolist()))

    def boundaries(self, text: str) -> list[int]:
        """Offsets between words, and between words and what is none: 0 first, len(text) last, rising, no two alike."""
        normal = normalize(text)
        if len(normal.codes) > _SHORT or LETTER in normal.codes or _LIGATURE in text:
            edges = np.concatenate([*self.batch([text]).word_spans(), [0, len(text)]])
            is_edge = np.zeros(len(text) + 1, np.bool_)
            is_edge[edges] = True
            return np.flatnonzero(is_edge).tolist()
        found = {0, len(text)}
        starts, ends = self._short_words(normal.codes)
        if normal.moves and starts:
            starts, ends = (places.tolist() for places in normal.spans(np.array(starts), np.array(ends)))
        found.update(place - 1 for places in (starts, ends) for place in places)  # a character stands before the text
        return sorted(found)

    def _short_words(self, codes: bytes) -> tuple[list[int], list[int]]:
        """Where words begin and end in the codes of a short text."""
        starts: list[int] = []
        ends: list[int] = []
        for piece in _PIECE.finditer(codes):
            if piece[1]:
                edges = list(accumulate(map(len, self.run_words(piece[1])), initial=piece.start()))
                starts += edges[:-1]
                ends += edges[1:]
            elif piece[2] or piece[3]:
                edges = [*range(piece.start(), piece.end(), LONGEST_TERM), piece.end()]
                starts += edges[:-1]
                ends += edges[1:]
        return starts, ends


def _divided(run: bytes) -> list[bytes]:
    """The words of a run of digits or ASCII letters."""
    return [run[at : at + LONGEST_TERM] for at in range(0, len(run), LONGEST_TERM)]


def _divide(opens: NDArray[np.bool_], joined: NDArray[np.bool_] | None) -> Offsets:
    """Divide words of more than LONGEST_TERM units; `joined` tells units that are one character with the one before.

    Which units begin words (u,), changed in place -> their numbers.
    """
    firsts = np.flatnonzero(opens)
    lengths = np.append(firsts, len(opens))
    lengths = lengths[1:] - lengths[:-1]
    if lengths.max(initial=0) <= LONGEST_TERM:
        return firsts
    long = np.flatnonzero(lengths > LONGEST_TERM)
    for first, length in zip(firsts.take(long).tolist(), lengths.take(long).tolist(), strict=True):
        at = first + LONGEST_TERM
        while at < first + length:
            at -= joined is not None and bool(joined[at])
            opens[at] = True
            at += LONGEST_TERM
    return np.flatnonzero(opens)


def _by_icu(characters: str) -> bool:
    letters = (char for char in characters if script.code_of(char) == LETTER)
    return any(map(scripts.is_by_icu, letters))


def cluster_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of every Khmer cluster of a text: first character, last character + 1."""
    normal = normalize_all([text])
    clusters = script.clusters(normal.array, script.classes(normal.codes))
    starts, ends = normal.spans(clusters.starts, clusters.ends)
    # The first of the two clusters that one U+17A8 stands for has no length.
    return [(a - 1, b - 1) for a, b in zip(starts.tolist(), ends.tolist(), strict=True) if a < b]
