"""analyzer: texts in, terms out. The only road, for documents and for queries.

Every text gives two streams of terms. *Words* are what the breaker finds in its runs of Khmer, its numbers and other
words. *Bigrams* are pairs of neighbouring clusters, across word boundaries and spaces but not across the end of a
sentence: they rescue what no dictionary knows. A number or a word of ASCII letters stands for a cluster there. Terms
are in code form (`script.encode_term`).

A batch of texts is analysed as arrays (`Analyzer.batch`), a short text as lists (`Analyzer.terms`, `Analyzer.tokens`):
one behaviour, held equal by tests.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from khsearch.khmer import script
from khsearch.khmer.breakers import Breaker, LatticeBreaker, icu_version, word_ends
from khsearch.khmer.memory import keep_freed_memory
from khsearch.khmer.normalize import NormalText, normalize, normalize_all
from khsearch.khmer.script import END, LETTER, Codes, Offsets, Units
from khsearch.khmer.streams import Keys, Stream, TermKeys

FORMAT = 1
"""Raised whenever a change here, in `script`, `marks` or `normalize` makes a text give other terms."""


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
        self._keys = Keys(breaker.lexicon) if isinstance(breaker, LatticeBreaker) else None

    def settings(self) -> dict[str, object]:
        """Everything that decides how a text breaks, as JSON-able values: an index keeps it and compares it."""
        return {
            "format": FORMAT,
            "breaker": self.breaker.name,
            "breaker_version": self.breaker.version,
            "icu": icu_version(),
            "unicode": unicodedata.unidata_version,
        }

    def batch(self, texts: Sequence[str]) -> Batch:
        """Analyse many texts as one array; a megabyte at a time is fastest."""
        keep_freed_memory()
        normal = normalize_all(texts)
        units, inside = script.units(normal.codes)
        numbers = None
        if self._keys is None:
            clusters, which = units.clusters()
            opens = np.ones(len(units.starts), np.bool_)  # a run of digits or letters is a word
            opens[which] = self.breaker.break_all(normal.codes, clusters)
        else:
            # The lattice breaks the others as runs of one cluster of no word: they are few, and need not be taken out.
            numbers = self._keys.number_all(normal.codes, units.all())
            numbers *= units.khmer
            opens = self.breaker.break_all(normal.codes, units.all(), numbers)
        if _LIGATURE in normal.raw:
            opens = opens & (normal.origin_of(units.starts) != normal.origin_of(units.starts - 1))
        firsts = np.flatnonzero(opens)
        starts, ends = units.starts.take(firsts), units.ends.take(np.append(firsts, len(opens))[1:] - 1)
        word_keys = pair_keys = None
        if self._keys is not None and numbers is not None:
            word_keys = self._keys.of_words(numbers, firsts)
            pair_keys = self._keys.of_pairs(numbers)
        text_ends = np.flatnonzero(normal.array == END)
        foreign = np.flatnonzero(normal.array == LETTER)
        bigrams = _bigrams(normal.array, inside, units, pair_keys, foreign, text_ends)
        if len(foreign):
            words, starts, ends = _with_foreign_words(normal, starts, ends, word_keys, foreign, text_ends)
        else:
            words = Stream(normal.array, starts, ends, _counts(starts, text_ends), word_keys)
        return Batch(normal, words, bigrams, starts, ends)

    def terms(self, text: str) -> Terms:
        """Both streams of one text."""
        normal = normalize(text)
        if len(normal.codes) > _SHORT or _LIGATURE in text:
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
            elif piece.lastindex is None or LETTER in piece[0]:
                before = b""
                if piece[3]:
                    first, last = piece.span()
                    letters = "".join([normal.raw[place] for place in normal.origin[first:last].tolist()])
                    words.extend(term for term, _, _ in _foreign_words(letters, first))
                continue
            else:
                words.append(piece[0])
                clusters = [piece[0]]
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
            words.append(b"".join(clusters[at : at + count]))
            at += count
        return words

    def tokens(self, text: str) -> list[Token]:
        """Return the words of one text as tokens, offsets in code points of `text`."""
        batch = self.batch([text])
        starts, ends = batch.word_spans()
        found = zip(batch.words.terms(), starts.tolist(), ends.tolist(), strict=True)
        return [Token(script.decode_term(term), i, start, end) for i, (term, start, end) in enumerate(found)]

    def boundaries(self, text: str) -> list[int]:
        """Offsets between words, and between words and what is none: 0 first, len(text) last, rising, no two alike."""
        normal = normalize(text)
        found = {0, len(text)}
        if len(normal.codes) > _SHORT or LETTER in normal.codes or _LIGATURE in text:
            for token in self.tokens(text):
                found.update((token.start, token.end))
            return sorted(found)
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
                starts.append(piece.start())
                ends.append(piece.end())
        return starts, ends


def cluster_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of every Khmer cluster of a text: first character, last character + 1."""
    normal = normalize_all([text])
    clusters = script.clusters(normal.array, script.classes(normal.codes))
    starts, ends = normal.spans(clusters.starts, clusters.ends)
    # The first of the two clusters that one U+17A8 stands for has no length.
    return [(a - 1, b - 1) for a, b in zip(starts.tolist(), ends.tolist(), strict=True) if a < b]


def _counts(starts: Offsets, text_ends: Offsets) -> Offsets:
    return np.diff(np.searchsorted(starts, text_ends))


def _bigrams(
    codes: Codes,
    inside: NDArray[np.bool_],
    units: Units,
    keys: TermKeys | None,
    foreign: Offsets,
    text_ends: Offsets,
) -> Stream:
    """Pairs of neighbouring units: Khmer clusters, numbers, words of ASCII letters.

    Without what stands between them, two units are a stretch of codes even where a space divides them. One space stays
    before a number or word of letters, so that two such keep apart. `keys` are those of every unit and the next.
    """
    sizes = units.ends - units.starts
    marked = np.flatnonzero(units.apart & ~units.khmer)
    spaced = codes
    if len(marked):
        spaces = units.starts.take(marked) - 1
        inside[spaces] = True
        spaced = codes.copy()
        spaced[spaces] = script.SPACE
    reach = sizes.copy()
    reach[marked] += 1
    ends = np.cumsum(reach)
    starts = ends - sizes
    pairs = ~units.opening[1:]
    if len(foreign):
        strange = np.searchsorted(units.starts, foreign, "right") - 1
        pairs[strange[strange < len(pairs)]] = False
        pairs[strange[strange > 0] - 1] = False
    firsts = np.flatnonzero(pairs)
    counts = _counts(firsts, np.searchsorted(units.starts, text_ends) - 1)  # a pair is where its second unit is
    keys = None if keys is None else keys.take(firsts)
    return Stream(spaced.compress(inside), starts.take(firsts), ends.take(firsts + 1), counts, keys)


def _foreign_words(letters: str, start: int) -> Iterator[tuple[bytes, int, int]]:
    """Words of a run of letters outside ASCII and Khmer -> term, and where in the codes it begins and ends.

    The run begins at `start`. ICU knows the words of scripts without spaces. What is no letter or digit for Python is
    passed over.
    """
    at = 0
    for stop in word_ends(letters):
        word = unicodedata.normalize("NFC", unicodedata.normalize("NFC", letters[at:stop]).casefold())
        if any(map(str.isalnum, word)):
            yield script.encode_term(word), start + at, start + stop
        at = stop


def _with_foreign_words(
    normal: NormalText, starts: Offsets, ends: Offsets, keys: TermKeys | None, foreign: Offsets, text_ends: Offsets
) -> tuple[Stream, Offsets, Offsets]:
    """Replace the runs that hold foreign letters by their words -> the stream, and the words' edges in the codes."""
    is_foreign = np.zeros(len(starts), np.bool_)
    is_foreign[np.searchsorted(starts, foreign, "right") - 1] = True
    runs = np.flatnonzero(is_foreign)
    firsts, sizes = starts.take(runs), ends.take(runs) - starts.take(runs)
    behind = np.cumsum(sizes)
    places = normal.origin_of(np.repeat(firsts - behind + sizes, sizes) + np.arange(behind[-1]))
    letters = "".join([normal.raw[place] for place in places.tolist()])
    found = [
        list(_foreign_words(letters[end - size : end], first))
        for first, size, end in zip(firsts.tolist(), sizes.tolist(), behind.tolist(), strict=True)
    ]
    times = np.ones(len(starts), np.int64)
    times[runs] = list(map(len, found))
    owner = np.repeat(np.arange(len(starts)), times)
    at = np.flatnonzero(is_foreign.take(owner))
    words = [word for of_run in found for word in of_run]
    word_starts, word_stops = starts.take(owner), ends.take(owner)
    word_starts[at] = [start for _, start, _ in words]
    word_stops[at] = [stop for _, _, stop in words]
    # Their terms have no codes of their own: they are written behind the codes of the batch.
    blob = b"".join([term for term, _, _ in words])
    lengths = np.fromiter((len(term) for term, _, _ in words), np.int64, len(words))
    term_starts, term_ends = word_starts.copy(), word_stops.copy()
    term_ends[at] = len(normal.codes) + np.cumsum(lengths)
    term_starts[at] = term_ends[at] - lengths
    if keys is not None:
        keys = keys.take(owner)
    stream = Stream(
        np.frombuffer(normal.codes + blob, np.uint8), term_starts, term_ends, _counts(word_starts, text_ends), keys
    )
    return stream, word_starts, word_stops
