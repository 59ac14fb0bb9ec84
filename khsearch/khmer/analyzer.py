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
from khsearch.khmer.breakers import Breaker, icu_version, word_ends
from khsearch.khmer.memory import keep_freed_memory
from khsearch.khmer.normalize import NormalText, normalize, normalize_all
from khsearch.khmer.script import END, LETTER, Clusters, Codes, Offsets
from khsearch.khmer.streams import Stream

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
        codes = normal.array
        kinds = script.classes(normal.codes)
        clusters = script.clusters(codes, kinds)
        begins = self.breaker.break_all(normal.codes, clusters)
        if _LIGATURE in normal.raw:
            origin = normal.origin
            begins = begins & (origin.take(clusters.starts) != origin.take(clusters.starts - 1))
        starts, ends = _word_edges(kinds, clusters, begins)
        text_ends = np.flatnonzero(codes == END)
        foreign = np.flatnonzero(codes == LETTER)
        if len(foreign):
            words, starts, ends = _with_foreign_words(normal, starts, ends, foreign, text_ends)
        else:
            words = Stream(codes, starts, ends, _counts(starts, text_ends))
        return Batch(normal, words, _bigrams(normal.codes, kinds, clusters, text_ends), starts, ends)

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
                    words.extend(term for term, _, _ in _foreign_words(normal, *piece.span()))
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
        if normal.places is None and LETTER not in normal.codes and len(text) <= _SHORT:
            return self._short_boundaries(normal.codes)
        found = {0, len(text)}
        for token in self.tokens(text):
            found.update((token.start, token.end))
        return sorted(found)

    def _short_boundaries(self, codes: bytes) -> list[int]:
        """Boundaries of a text whose codes are its characters, one for one, between an END and another."""
        found = {0, len(codes) - 2}
        for piece in _PIECE.finditer(codes):
            if piece[1]:
                found.update(accumulate(map(len, self.run_words(piece[1])), initial=piece.start() - 1))
            elif piece[2] or piece[3]:
                found.update((piece.start() - 1, piece.end() - 1))
        return sorted(found)


def cluster_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of every Khmer cluster of a text: first character, last character + 1."""
    normal = normalize_all([text])
    clusters = script.clusters(normal.array, script.classes(normal.codes))
    starts, ends = normal.spans(clusters.starts, clusters.ends)
    # The first of the two clusters that one U+17A8 stands for has no length.
    return [(a - 1, b - 1) for a, b in zip(starts.tolist(), ends.tolist(), strict=True) if a < b]


def _word_edges(kinds: Codes, clusters: Clusters, begins: NDArray[np.bool_]) -> tuple[Offsets, Offsets]:
    """Where words begin and end in the codes: those of Khmer runs from `begins`, every other run as one."""
    opens = np.zeros(len(kinds), np.bool_)
    closes = np.zeros(len(kinds), np.bool_)
    turns = kinds[1:] != kinds[:-1]
    other = kinds >= script.DIGIT
    np.logical_and(turns, other[1:], out=opens[1:])
    np.logical_and(turns, other[:-1], out=closes[1:])
    opens[clusters.starts[begins]] = True
    last = np.empty(len(begins), np.bool_)  # a cluster is a word's last where the next begins another
    last[:-1], last[-1:] = begins[1:], True
    closes[clusters.ends[last]] = True
    return np.flatnonzero(opens), np.flatnonzero(closes)


def _counts(starts: Offsets, text_ends: Offsets) -> Offsets:
    return np.diff(np.searchsorted(starts, text_ends))


def _bigrams(codes: bytes, kinds: Codes, clusters: Clusters, text_ends: Offsets) -> Stream:
    """Pairs of neighbouring units: Khmer clusters, numbers, words of ASCII letters.

    Without what stands between them, two units are a stretch of codes even where a space divides them. One space stays
    before a number or word of letters, so that two such keep apart.
    """
    array = np.frombuffer(codes, np.uint8)
    other = kinds >= script.DIGIT
    opens = np.flatnonzero(other[1:] & (kinds[1:] != kinds[:-1])) + 1
    kept = kinds != script.SEPARATOR
    marked = opens[~kept.take(opens - 1)] - 1
    kept[marked] = True
    spaced = array
    if len(marked):
        spaced = array.copy()
        spaced[marked] = script.SPACE
    edges = np.zeros(len(codes) + 1, np.int64)
    np.cumsum(kept, out=edges[1:])
    begins = np.zeros(len(codes), np.bool_)
    begins[clusters.starts] = True
    begins[opens] = True
    starts = np.flatnonzero(begins)
    closes = np.zeros(len(codes) + 1, np.bool_)
    closes[clusters.ends] = True
    closes[np.flatnonzero(other[:-1] & (kinds[1:] != kinds[:-1])) + 1] = True
    ends = np.flatnonzero(closes)
    hard = np.zeros(len(codes) + 1, np.int32)
    np.cumsum(np.frombuffer(codes.translate(script.HARD), np.uint8), out=hard[1:])
    firsts = np.flatnonzero(hard.take(starts[:-1]) == hard.take(ends[1:]))
    counts = _counts(starts.take(firsts + 1), text_ends)
    return Stream(spaced[kept], edges.take(starts.take(firsts)), edges.take(ends.take(firsts + 1)), counts)


def _foreign_words(normal: NormalText, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Words of a run of letters outside ASCII and Khmer -> term, and where in the codes it begins and ends.

    ICU knows the words of scripts without spaces. What is no letter or digit for Python is passed over.
    """
    places = normal.origin[start:end]
    run = "".join([normal.raw[place] for place in places.tolist()])
    at = 0
    for stop in word_ends(run):
        word = unicodedata.normalize("NFC", unicodedata.normalize("NFC", run[at:stop]).casefold())
        if any(map(str.isalnum, word)):
            yield script.encode_term(word), start + at, start + stop
        at = stop


def _with_foreign_words(
    normal: NormalText, starts: Offsets, ends: Offsets, foreign: Offsets, text_ends: Offsets
) -> tuple[Stream, Offsets, Offsets]:
    """Replace the runs that hold foreign letters by their words -> the stream, and the words' edges in the codes."""
    runs = np.unique(np.searchsorted(starts, foreign, "right") - 1)
    found = [word for run in runs.tolist() for word in _foreign_words(normal, int(starts[run]), int(ends[run]))]
    terms = [term for term, _, _ in found]
    firsts = np.array([first for _, first, _ in found], np.int64)
    kept = np.ones(len(starts), np.bool_)
    kept[runs] = False
    word_starts = np.concatenate([starts[kept], firsts])
    order = np.argsort(word_starts, kind="stable")
    word_starts = word_starts.take(order)
    stops = np.array([stop for _, _, stop in found], np.int64)
    word_ends_ = np.concatenate([ends[kept], stops]).take(order)
    # Their terms have no codes of their own: they are written behind the codes of the batch.
    blob = b"".join(terms)
    lengths = np.fromiter(map(len, terms), np.int64, len(terms))
    behind = len(normal.codes) + np.cumsum(lengths)
    term_starts = np.concatenate([starts[kept], behind - lengths]).take(order)
    term_ends = np.concatenate([ends[kept], behind]).take(order)
    codes = np.frombuffer(normal.codes + blob, np.uint8)
    return Stream(codes, term_starts, term_ends, _counts(word_starts, text_ends)), word_starts, word_ends_
