"""nearby: many spellings, ready to be asked which of them was meant by what was typed. Code forms in, numbers out.

The likeliest is that with the greatest score, ln of how often it is meant less the excess of what was typed over it
(`costs`): Bayes' rule, as far as it depends on the spelling.

The spellings are a trie of strokes, level by level. A search goes down its branches side by side and keeps, for every
branch, what each beginning of the typed word exceeds the strokes of the branch by (Oflazer 1996, "Error-tolerant
finite-state recognition"). A branch ends where no spelling on it can be among the likeliest any more; of too many
branches, the best are followed.

    spellings     ab  abc  b
    level 0       a   b            first 0 1 1     whole -1 2
    level 1       b                first 0 1       whole 0
    level 2       c                first 0 0       whole 1
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from khsearch.arrays import Array, spread
from khsearch.khmer.spelling.costs import EditCosts, Floats, Strokes, strokes, strokes_of_all

LONGEST = 32
"""Strokes of the longest word that is compared, typed or known."""

_FOLLOWED = 6000
"""Branches that are followed from one level to the next."""


class Near(NamedTuple):
    """A spelling by its number, the excess of what was typed over it, and its score."""

    number: int
    excess: float
    score: float


class _Level(NamedTuple):
    """The branches of so many strokes.

    stroke  (n,) the last stroke of each, by its place in the alphabet
    first   (n + 1,) where in the next level those that go on from each begin
    whole   (n,) number of the spelling that each is, or -1
    best    (n,) the greatest prior of the spellings that begin so
    """

    stroke: Array
    first: Array
    whole: Array
    best: Floats


class Nearby:
    """Spellings with their priors: ln of how often each is meant, up to a constant. Immutable; safe for threads."""

    def __init__(self, codes: Array, starts: Array, priors: Floats, costs: EditCosts) -> None:
        """Distinct spellings in byte order: codes (m,) uint8, starts (t + 1,); priors (t,)."""
        self._costs = costs
        self._priors = priors
        letters, firsts = strokes_of_all(codes, starts)
        there = np.zeros(int(letters.max(initial=0)) + 1, np.bool_)
        there[letters] = True
        self._alphabet = there.nonzero()[0]
        places = np.cumsum(there, dtype=np.uint16) - np.uint16(1)
        self._levels = _levels(places.take(letters), firsts, priors)

    def size(self) -> int:
        """Bytes that it takes."""
        return sum(array.nbytes for level in self._levels for array in level) + self._priors.nbytes

    def likeliest(self, word: bytes, limit: int, farthest: float) -> list[Near]:
        """The spellings of the greatest scores, but those whose excess is more than `farthest`; best first."""
        typed = strokes(word)
        if not 0 < len(typed) <= LONGEST or not self._levels or limit < 1:
            return []
        instead, put, out = self._costs.excess(typed, self._alphabet)
        come = np.append(np.float32(0), np.cumsum(put))[:, None]
        found = _Found(limit)
        branches, parents = np.arange(len(self._levels[0].stroke)), np.zeros(len(self._levels[0].stroke), np.int64)
        ways = come
        swaps = _Swaps(typed, self._alphabet, self._costs)
        for level in self._levels:
            stroke = level.stroke.take(branches)
            before = ways.take(parents, axis=1)
            ways = before + out.take(stroke)
            np.minimum(ways[1:], before[:-1] + instead.take(stroke, axis=1), out=ways[1:])
            swaps.lower(ways, before, parents, stroke)
            # Strokes put in come last: where one more beginning is reached from the one before.
            ways -= come
            np.minimum.accumulate(ways, axis=0, out=ways)
            ways += come
            whole = level.whole.take(branches)
            ends = np.flatnonzero((whole >= 0) & (ways[-1] <= farthest))
            found.add(whole[ends], ways[-1][ends], self._priors)
            least = ways.min(axis=0)
            hope = level.best.take(branches) - least
            alive = np.flatnonzero((hope > found.least) & (least <= farthest))
            if len(alive) > _FOLLOWED:
                alive = alive[np.argpartition(-hope[alive], _FOLLOWED)[:_FOLLOWED]]
            firsts = level.first.take(branches[alive])
            counts = level.first.take(branches[alive] + 1) - firsts
            branches, parents = spread(firsts, counts), np.repeat(alive, counts)
            if not len(branches):
                break
        return found.best()


class _Found:
    """The best of what was found."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._near: list[Near] = []
        self.least = -np.inf
        """The score that one more has to have."""

    def add(self, numbers: Array, excesses: Floats, priors: Floats) -> None:
        """Keep the best of these and those before."""
        scores = priors.take(numbers) - excesses
        better = scores > self.least
        rows = (numbers[better].tolist(), excesses[better].tolist(), scores[better].tolist())
        self._near += map(Near, *rows)
        self._near = sorted(self._near, key=lambda near: (-near.score, near.number))[: self._limit]
        if len(self._near) == self._limit:
            self.least = self._near[-1].score

    def best(self) -> list[Near]:
        """All that are kept, best first."""
        return self._near


class _Swaps:
    """Neighbours typed in each other's place, as letters of other scripts often are; followed from level to level."""

    def __init__(self, typed: list[int], alphabet: Strokes, costs: EditCosts) -> None:
        self._cost = np.float32(costs.swapped)
        # Place in the alphabet of each stroke typed that may have been swapped; others are in none.
        places = {stroke: place for place, stroke in enumerate(alphabet.tolist()) if costs.swaps(stroke)}
        self._typed = [places.get(stroke, -1) for stroke in typed]
        self._above: tuple[Floats, Array] | None = None

    def lower(self, ways: Floats, before: Floats, parents: Array, stroke: Array) -> None:
        """Take the way by a swap where it costs less."""
        if len(self._typed) < 2 or max(self._typed) < 0:
            return
        if self._above is not None:
            earlier, last = self._above[0].take(parents, axis=1), self._above[1].take(parents)
            for j, (one, other) in enumerate(zip(self._typed, self._typed[1:], strict=False)):
                if one >= 0 and other >= 0:
                    swapped = np.flatnonzero((stroke == one) & (last == other))
                    ways[j + 2, swapped] = np.minimum(ways[j + 2, swapped], earlier[j, swapped] + self._cost)
        self._above = before, stroke


def _levels(strokes_: Array, firsts: Array, priors: Floats) -> list[_Level]:
    """The trie of spellings in order: strokes (s,) by their places in the alphabet, firsts and ends (t + 1,)."""
    lengths = np.diff(firsts)
    members = np.flatnonzero((lengths > 0) & (lengths <= LONGEST))
    parents = np.zeros(len(members), np.int64)  # of each member, its branch in the level above
    levels: list[_Level] = []
    above: Array = np.zeros(0, np.int64)
    for depth in range(int(lengths[members].max(initial=0))):
        stroke = strokes_.take(firsts.take(members) + depth)
        new = np.ones(len(members), bool)
        new[1:] = (stroke[1:] != stroke[:-1]) | (parents[1:] != parents[:-1])
        begins = np.flatnonzero(new)
        own = np.cumsum(new) - 1
        if levels:
            first = np.searchsorted(parents[begins], np.arange(len(above) + 1))
            levels[-1] = levels[-1]._replace(first=first.astype(np.int32))
        whole = np.full(len(begins), -1, np.int32)
        ended = lengths.take(members) == depth + 1
        whole[own[ended]] = members[ended]
        best = np.maximum.reduceat(priors.take(members), begins)
        levels.append(_Level(stroke[begins], np.zeros(len(begins) + 1, np.int32), whole, best))
        members, parents, above = members[~ended], own[~ended], begins
    return levels
