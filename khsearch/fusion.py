"""fusion: rankings of several searches -> one, by ranks alone, so that scores of any kind may be put together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Set
from itertools import islice
from numbers import Integral
from typing import Any, TypeAlias

from khsearch.arguments import COUNT, FACTOR, Kind, optional

Ranked: TypeAlias = Iterable[Any]
"""Documents, best first: ids, (id, score) pairs, or objects with an `id`, such as hits."""

_NO_RANKING = (str, bytes, bytearray, memoryview, Set, Mapping)
_RANKING = Kind(
    "ids, (id, score) pairs or hits in their order",
    lambda value: value if isinstance(value, Iterable) and not isinstance(value, _NO_RANKING) else None,
)
_WEIGHTS = Kind("a number that is not negative for each ranking", lambda value: tuple(map(FACTOR.read, value)))


def fuse(
    *rankings: Ranked, k: float = 60, weights: Iterable[float] | None = None, limit: int | None = None
) -> list[tuple[Any, float]]:
    """Fuse rankings by their ranks -> ids with their new scores, best first; such a list can be fused again.

    rankings  of each the best documents, best first: ids, (id, score) pairs, or objects with an `id`, such as hits
    k         how little the first ranks stand out
    weights   how much each ranking counts, instead of all alike; one of 0 is left out
    limit     how many, at most

    A document scores the sum over the rankings of weight / (k + rank), ranks from 1: reciprocal rank fusion (Cormack,
    Clarke and Buettcher 2009). Equals stand in the order in which they come first in the rankings. ValueError for what
    is no ranking, and for numbers that cannot be.

        fuse(index.search(query, 50), nearest(query, 50), limit=10)
    """
    k = FACTOR.of("k", k)
    most = optional(COUNT).of("limit", limit)
    given = [1.0] * len(rankings) if weights is None else _WEIGHTS.of("weights", weights)
    if len(given) != len(rankings) or None in given:
        raise ValueError(f"weights takes {_WEIGHTS.takes}, {len(rankings)} of them, not {weights!r:.60}")
    scores: dict[Hashable, float] = {}
    for number, (ranking, weight) in enumerate(zip(rankings, given, strict=True), 1):
        if not weight:
            continue
        ids = dict.fromkeys(_id_of(one, number) for one in _RANKING.of(f"ranking {number}", ranking))
        for rank, id in enumerate(ids, 1):
            scores[id] = scores.get(id, 0.0) + weight / (k + rank)
    return list(islice(sorted(scores.items(), key=lambda entry: -entry[1]), most))


def _id_of(given: object, number: int) -> Hashable:
    """The id of a document of a ranking; ValueError."""
    is_pair = isinstance(given, tuple) and len(given) == 2 and not hasattr(given, "id")
    one: object = given[0] if is_pair else given  # type: ignore[index]
    found = getattr(one, "id", one)
    if isinstance(found, Integral) and not isinstance(found, bool):
        return int(found)
    if isinstance(found, str):
        return found
    raise ValueError(f"ranking {number} takes {_RANKING.takes}, not {given!r:.60}")
