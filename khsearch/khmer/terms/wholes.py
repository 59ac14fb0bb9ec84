"""wholes: whole words, as people read them, from the atoms of a text. Lists in, lists out, in plain Python.

A whole word is a stretch of the codes that holds one atom or more, and signs that belong to it:

    text     \u1792\u17c6\u17d7 50%
    atoms    \u1792\u17c6 | 50
    words    \u1792\u17c6\u17d7 | 50%

Which atoms are one word says the joiner of the breaker, run by run of Khmer; then its *phrases*, the entries of a
user's lexicon that hold more than Khmer; then `patterns`. The sign of repetition belongs to the Khmer word before it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol, cast

from khsearch.frozen import frozen
from khsearch.khmer.terms.signs import JOINING, SIGNS, Span
from khsearch.khmer.text.script import END, SPACE
from khsearch.pattern import pattern
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.khmer.terms.typed import Run
    from khsearch.khmer.text.normal_text import NormalText
    from khsearch.khmer.text.points import Offsets
    from khsearch.khmer.words.modes import Joiner

_REPEATED = pattern(rb"(?<=[\x80-\xd3\xdd])\xd7+")
_OUTSIDE = pattern(f"[{''.join(SIGNS)}]")


@frozen
class Wholes:
    """Whole words of a text.

    firsts  number of the first atom of each
    starts  where in the codes of the normal form each begins
    ends    where each ends
    signs   numbers of those that are signs and no words, rising
    """

    firsts: list[int]
    starts: list[int]
    ends: list[int]
    signs: list[int]


class Phrases(Protocol):
    """What a joiner may have as `phrases`: the entries of a user's lexicon that are more than one run of Khmer."""

    def spans(
        self, normal: NormalText, starts: Sequence[int] | Offsets, ends: Sequence[int] | Offsets
    ) -> list[tuple[int, int]]:
        """Find stretches that are one word each: a text or batch and the edges of its atoms -> where each is."""


@frozen
class Stretch:
    """A stretch of codes that is one whole word.

    first, behind  numbers of its first atom, and of the one behind its last
    start, end     where it begins and ends in the codes
    is_sign        whether it is a sign and no word
    """

    first: int
    behind: int
    start: int
    end: int
    is_sign: bool


def phrases_of(joiner: Joiner | None) -> Phrases | None:
    """Return the phrases of a joiner, if it has any."""
    return cast("Phrases | None", getattr(joiner, "phrases", None))


def whole_words(normal: NormalText, runs: Sequence[Run], joiner: Joiner | None) -> Wholes:
    """Find the whole words of a short text: its normal form and its runs, with the atoms of each."""
    firsts: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, _, units, counts, khmer in runs:
        edges = list(accumulate(map(len, units), initial=start))
        if khmer and len(counts) < len(units):
            edges = [edges[number] for number in accumulate(counts, initial=0)]
        if khmer and joiner is not None and len(counts) > 1:
            firsts += accumulate(joined(joiner, units, counts)[:-1], initial=len(starts))
        else:
            firsts += range(len(starts), len(starts) + len(counts))
        starts += edges[:-1]
        ends += edges[1:]
    codes = normal.codes
    phrases = phrases_of(joiner)
    own = marked(phrases.spans(normal, starts, ends), codes) if phrases is not None else ()
    seen = _seen(normal)
    found = spans_of(seen, 0, len(seen)) if JOINING.search(seen) else ()
    stretches = chosen(_located(own, starts, ends), _located(found, starts, ends)) if own or found else []
    signs: list[int] = []
    if stretches:
        firsts, signs = _with_stretches(firsts, stretches, starts, ends)
    behind = [*firsts, len(starts)][1:]
    word_starts, word_ends = [starts[at] for at in firsts], [ends[at - 1] for at in behind]
    for sign in _REPEATED.finditer(codes):
        at = bisect_left(word_ends, sign.start())
        if at < len(word_ends) and word_ends[at] == sign.start():
            word_ends[at] = min([sign.end(), *word_starts[at + 1 : at + 2]])
    return Wholes(firsts, word_starts, word_ends, signs)


def spans_of(codes: bytes, start: int, end: int) -> Iterable[Span]:
    """What `patterns` finds in codes between two spaces, or in all of a text."""
    loading("khsearch.khmer.terms.patterns")
    from khsearch.khmer.terms.patterns import spans

    return spans(codes, start, end)


def joined(joiner: Joiner, units: Sequence[bytes], counts: Sequence[int]) -> list[int]:
    """How many atoms each word of a run has; ValueError where that is no joining of its atoms."""
    found = joiner.join_run(units, counts)
    if sum(found) != len(counts) or min(found) < 1:
        raise ValueError(
            f"a joiner makes words of {found!r:.60} atoms of a run of {len(counts)}: a word has one or more, and all "
            "together are the run; mend it"
        )
    return found


def marked(phrases: Iterable[tuple[int, int]], codes: bytes) -> list[Span]:
    """Phrases as spans: words, none of them in two texts."""
    return [(start, end, False) for start, end in phrases if codes.find(END, start, end) < 0]


def _seen(normal: NormalText) -> bytes:
    """Codes of a text, with the signs that have none as those that they are like."""
    codes = normal.codes
    if normal.raw.isascii() or not _OUTSIDE.search(normal.raw):
        return codes
    seen = bytearray(codes)
    for found in _OUTSIDE.finditer(normal.raw):
        place = normal.place_of(found.start())
        if place is not None and codes[place] == SPACE:
            seen[place] = ord(SIGNS[found[0]])
    return bytes(seen)


def _located(found: Iterable[Span], starts: Sequence[int], ends: Sequence[int]) -> Iterator[Stretch]:
    """Stretches that hold atoms and cut none; `starts` and `ends` are those of the atoms."""
    for start, end, is_sign in found:
        first, behind = bisect_left(starts, start), bisect_right(ends, end)
        if first >= behind or (first and ends[first - 1] > start) or (behind < len(starts) and starts[behind] < end):
            continue
        yield Stretch(first, behind, start, end, is_sign)


def chosen(phrases: Iterable[Stretch], patterns: Iterable[Stretch]) -> list[Stretch]:
    """Choose among stretches that may share atoms those that are words, in order.

    A phrase comes before a pattern, the longest phrase before others, the first before others as long.
    """
    taken: set[int] = set()
    found: list[Stretch] = []
    own = sorted(phrases, key=lambda one: (one.start - one.end, one.start))
    for one in (*own, *patterns):
        atoms = range(one.first, one.behind)
        if taken.isdisjoint(atoms):
            taken.update(atoms)
            found.append(one)
    found.sort(key=lambda one: one.first)
    for at in range(1, len(found)):
        one, before = found[at], found[at - 1].end
        if one.start < before:  # both claim a sign between them
            found[at] = Stretch(one.first, one.behind, before, one.end, one.is_sign)
    return found


def _with_stretches(
    firsts: Sequence[int], stretches: Sequence[Stretch], starts: list[int], ends: list[int]
) -> tuple[list[int], list[int]]:
    """Make words of stretches: words before -> words, and which of them are signs; the atoms' edges are moved."""
    begins = set(firsts)
    for one in stretches:
        begins.difference_update(range(one.first + 1, one.behind))
        begins.update((one.first, one.behind))
        starts[one.first], ends[one.behind - 1] = one.start, one.end
    begins.discard(len(starts))
    found = sorted(begins)
    return found, [bisect_left(found, one.first) for one in stretches if one.is_sign]
