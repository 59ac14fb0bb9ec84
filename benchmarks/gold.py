"""gold: text broken by hand in, figures out: how well a breaker finds the words, and how steadily.

A file of gold holds a sentence a line, its words divided by spaces; whether the sentence had spaces is not kept, so the
text to break has none. Inside a word, `_` joins the parts of a compound, `~` follows a prefix, `^` precedes a suffix.
So there are two views of one sentence: *compound* words are those between spaces, *simple* words the parts between any
of the marks: the finest that people tell apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

BreakText = Callable[[str], list[int]]
"""Breaks a text: str -> offsets of its boundaries in code points, rising, the first 0 and the last len(text)."""

Span = tuple[int, int]

FindWords = Callable[[str], list[Span]]
"""Finds the words of a text: str -> where each begins and ends in code points, in order."""

REPEAT = "\u17d7"  # says a word twice; Unicode counts it among the letters

_JOINTS = re.compile("[_~^]")
_LETTER = re.compile("[\u1780-\u17b3]")
_RUN = re.compile("[\u1780-\u17d3\u17dd]+")
CLUSTER = re.compile("[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17d3\u17dd])*")


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """One sentence broken by hand: its compound words, each as its simple words."""

    words: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """The sentence as a breaker gets it: no spaces, no marks."""
        return "".join(part for word in self.words for part in word)

    @property
    def compound(self) -> list[Span]:
        """Where the compound words stand in the text."""
        return _spans("".join(word) for word in self.words)

    @property
    def simple(self) -> list[Span]:
        """Where the simple words stand in the text."""
        return _spans(part for word in self.words for part in word)


def _spans(words: Iterable[str]) -> list[Span]:
    return list(pairwise(accumulate(map(len, words), initial=0)))


def read_gold(path: Path) -> list[GoldSentence]:
    """Read a file of gold; lines without words are passed over."""
    sentences = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = [tuple(filter(None, _JOINTS.split(word))) for word in line.split()]
        if any(words):
            sentences.append(GoldSentence(tuple(word for word in words if word)))
    return sentences


@dataclass(frozen=True, slots=True)
class Score:
    """How many items were found, how many there are, how many of those found are right; rates in percent."""

    found: int
    there: int
    right: int

    @property
    def precision(self) -> float:
        """Percentage of the found that are right."""
        return 100 * self.right / max(self.found, 1)

    @property
    def recall(self) -> float:
        """Percentage of those that there are that were found."""
        return 100 * self.right / max(self.there, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 200 * self.right / max(self.found + self.there, 1)


@dataclass(frozen=True, slots=True)
class Quality:
    """How many words are found: a word is right where both its boundaries are, and none stands between them.

    Every mark of punctuation is a word of its own, in the gold as in what is found, whatever the breaker makes of it:
    what lies between words concerns no search, and some breakers tell of a gap only where it begins and ends.

    simple, compound   words against either view
    boundary           boundaries inside sentences against those of the simple view
    """

    simple: Score
    compound: Score
    boundary: Score


def quality(sentences: Sequence[GoldSentence], break_text: BreakText) -> Quality:
    """Compare what a breaker finds in each sentence, broken by itself, with what people found."""
    return Quality(*_scores(_tokens_of(sentence, break_text) for sentence in sentences))


def _tokens_of(sentence: GoldSentence, break_text: BreakText) -> _Compared:
    bounds = sorted({*break_text(sentence.text), *_punctuation(sentence.text)})
    found = set(pairwise(bounds))
    edges = set(bounds[1:-1]), {end for _, end in sentence.simple[:-1]}
    return (found, set(sentence.simple)), (found, set(sentence.compound)), edges


def _punctuation(text: str) -> Iterator[int]:
    for place, char in enumerate(text):
        if char == REPEAT or unicodedata.category(char)[0] not in "LMN":
            yield from (place, place + 1)


_Compared = tuple[tuple[Set[object], Set[object]], ...]
"""What was found in a sentence and what is there, for each of some scores."""


def _scores(sentences: Iterable[_Compared]) -> list[Score]:
    """Add up sentences, each of which compares for the same three scores."""
    totals = [[0, 0, 0] for _ in range(3)]
    for compared in sentences:
        for counts, (found, there) in zip(totals, compared, strict=True):
            for i, figure in enumerate((len(found), len(there), len(found & there))):
                counts[i] += figure
    return [Score(*counts) for counts in totals]


@dataclass(frozen=True, slots=True)
class KhmerWords:
    """How many words with a Khmer letter are found; what else a sentence has counts neither way.

    The sign of repetition is cut off: the gold writes it by itself.

    simple, compound   words against either view
    boundary           edges of words inside sentences, against those of the compound view
    """

    simple: Score
    compound: Score
    boundary: Score


def khmer_words(sentences: Sequence[GoldSentence], find_words: FindWords) -> KhmerWords:
    """Compare the words with a Khmer letter that are found in each sentence, by itself, with what people found."""
    return KhmerWords(*_scores(_khmer_of(sentence, find_words) for sentence in sentences))


def _khmer_of(sentence: GoldSentence, find_words: FindWords) -> _Compared:
    text = sentence.text
    found, simple, compound = (_khmer(text, spans) for spans in (find_words(text), sentence.simple, sentence.compound))
    edges = [{edge for span in spans for edge in span} - {0, len(text)} for spans in (found, compound)]
    return (found, simple), (found, compound), (edges[0], edges[1])


def _khmer(text: str, spans: Iterable[Span]) -> set[Span]:
    trimmed = ((start, start + len(text[start:end].rstrip(REPEAT))) for start, end in spans)
    return {(start, end) for start, end in trimmed if _LETTER.search(text, start, end)}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often an item breaks alike by itself, as a query would, and inside a sentence; in percent.

    An *item* is a Khmer string of two clusters or more that stands in five sentences or more of the gold as a compound
    word, as a simple word, or as two compound words side by side. It agrees in one place when the boundaries there,
    its first and last among them, are those of the item broken by itself. Every place counts once, so frequent items
    count more.
    """

    compound: float
    simple: float
    pairs: float


def agreement(sentences: Sequence[GoldSentence], break_text: BreakText, *, least_sentences: int = 5) -> Agreement:
    """Compare how items break by themselves and inside their sentences."""
    texts = [sentence.text for sentence in sentences]
    bounds = [break_text(text) for text in texts]

    def rate(spans: Callable[[GoldSentence], list[Span]]) -> float:
        places: defaultdict[str, list[tuple[int, Span]]] = defaultdict(list)
        for number, sentence in enumerate(sentences):
            for start, end in spans(sentence):
                places[texts[number][start:end]].append((number, (start, end)))
        alike = total = 0
        for item, stands in places.items():
            if len({number for number, _ in stands}) < least_sentences or not _counts(item):
                continue
            alone = break_text(item)
            total += len(stands)
            for number, (start, end) in stands:
                alike += [at - start for at in bounds[number] if start <= at <= end] == alone
        return 100 * alike / max(total, 1)

    return Agreement(
        compound=rate(lambda sentence: sentence.compound),
        simple=rate(lambda sentence: sentence.simple),
        pairs=rate(lambda sentence: [(first, last) for (first, _), (_, last) in pairwise(sentence.compound)]),
    )


def _counts(item: str) -> bool:
    return _RUN.fullmatch(item) is not None and len(CLUSTER.findall(item)) > 1
