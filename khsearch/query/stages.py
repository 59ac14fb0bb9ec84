"""stages: the best documents of a search, judged again, each stage after the other.

The engine finds; a stage looks at so many of the best as its depth says, and gives each a new score. Whatever it does,
scores fall from the first rank to the last, and pages of one search never overlap.

A stage of one's own is a function of candidates, and goes into a ranking:

    def newer(candidates):
        long_ago = date.today() - timedelta(days=3650)
        days = [(date.today() - one.document.fields.get("date", long_ago)).days for one in candidates]
        return [one.score * 0.5 ** (age / 365) for one, age in zip(candidates, days)]

    index.search(query, ranking=Ranking(stages=[newer]))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real

from khsearch.arguments import COUNT, FUNCTION, TEXT
from khsearch.arrays import Array, np
from khsearch.documents import Document
from khsearch.engine import Best, Key, Proximity, View
from khsearch.frozen import frozen
from khsearch.sharing import cached_property

DEPTH = 100
"""How many of the best a stage looks at."""

CLOSE = "words close to each other"
"""What a hit's explanation calls what the engine adds where words of the query stand near each other."""


class Candidate:
    """A document that a stage judges: its score so far, its id and title, and the document, read when asked for.

    `query` is what was typed, operators and all; empty where the query was none that is typed.
    """

    def __init__(self, view: View, key: Key, score: float, query: str) -> None:
        self._view = view
        self._key = key
        self.score = score
        self.query = query

    @cached_property
    def id(self) -> str:
        """The document's id."""
        return self._view.summary(self._key)[0]

    @cached_property
    def title(self) -> str:
        """The document's title."""
        return self._view.summary(self._key)[1]

    @cached_property
    def document(self) -> Document:
        """The document, equal to the one that was added."""
        return self._view.document(self._key)


Judge = Callable[[Sequence[Candidate]], Sequence[float]]
"""Candidates, best first -> the new score of each."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A judge, the name under which a hit explains what it did, and how many of the best it looks at."""

    judge: Judge
    name: str
    depth: int = DEPTH

    def __post_init__(self) -> None:
        FUNCTION.of("judge", self.judge)
        TEXT.of("name", self.name)
        if COUNT.of("depth", self.depth) < 1:
            raise ValueError(f"depth takes a whole number from 1 on, not {self.depth!r}")

    def rescore(self, view: View, keys: Sequence[Key], scores: Array, query: str) -> Array:
        """Ask the judge; ValueError where it does not answer with one number for each."""
        candidates = [Candidate(view, key, score, query) for key, score in zip(keys, scores.tolist(), strict=True)]
        answer = self.judge(tuple(candidates))
        try:
            found = list(answer)
        except TypeError:
            raise self._wrong(candidates, f"{answer!r:.60}") from None
        if len(found) != len(candidates):
            raise self._wrong(candidates, f"{len(found)} of them")
        for candidate, score in zip(candidates, found, strict=True):
            if not _is_finite(score):
                raise self._wrong(candidates, f"{score!r:.60}, as for {candidate.id!r}")
        return np.array(found, np.float64)

    def _wrong(self, candidates: Sequence[Candidate], what: str) -> ValueError:
        return ValueError(
            f"the stage {self.name!r} must return one number for each of the {len(candidates)} candidates, in order, "
            f"not {what}"
        )


def _is_finite(score: object) -> bool:
    try:
        return isinstance(score, Real) and math.isfinite(score)
    except OverflowError:  # a whole number that no float holds
        return False


@frozen
class Judged:
    """A document of a search, ranked: its score, and of each stage that changed it: name, field, what it added.

    near  whose part of the score nobody has told yet
    """

    key: Key
    score: float
    added: tuple[tuple[str, str, float], ...] = ()
    near: Proximity | None = None

    def told(self, view: View) -> tuple[tuple[str, str, float], ...]:
        """What was added, all of it."""
        if self.near is None:
            return self.added
        return (CLOSE, self.near.field, float(view.proximity([self.key], self.near)[0])), *self.added


def rescored(
    view: View,
    retrieve: Callable[[int], Best],
    near: Proximity | None,
    stages: Sequence[Stage],
    count: int,
    offset: int,
    query: str,
) -> tuple[list[Judged], int]:
    """Return those of the best `count` documents after all stages from `offset` on, and how many of all are ahead.

    retrieve: so many of the best, best first. near: what it has added for, before any stage. query: what was typed.
    """
    # A stage may move any document that it looks at behind all others.
    best = retrieve(count + sum(stage.depth for stage in stages))
    added = [] if near is None or best.added is None else [(CLOSE, near.field, best.added)]
    untold = near if best.added is None else None
    order: Sequence[int] = range(len(best.keys))
    scores = best.scores
    if stages and best.keys:
        order, scores, by_stages = _staged(view, best, stages, query)
        added += by_stages
    keys, judged = best.keys, []
    for at in order[offset:count]:
        changes = () if not added else tuple([(name, of, change[at]) for name, of, change in added if change[at]])
        judged.append(Judged(keys[at], scores[at], changes, untold if at < DEPTH else None))
    return judged, best.ahead


def _staged(
    view: View, best: Best, stages: Sequence[Stage], query: str
) -> tuple[Sequence[int], Sequence[float], list[tuple[str, str, Sequence[float]]]]:
    """Documents after all stages: their order, their scores, and of each stage what it added to them."""
    scores = np.array(best.scores, np.float64)
    order = np.arange(len(scores))
    behind = order >= best.ahead
    added: list[tuple[str, str, Sequence[float]]] = []
    for stage in stages:
        first = order[: stage.depth]
        before = scores[first]
        scores[first] = stage.rescore(view, [best.keys[at] for at in first.tolist()], before, query)
        change = np.zeros(len(scores))
        change[first] = scores[first] - before
        added.append((stage.name, "", change.tolist()))
        order = order[np.lexsort((-scores[order], behind[order]))]
    return order.tolist(), scores.tolist(), added
