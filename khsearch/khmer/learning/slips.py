"""slips: pairs of a misspelt word and the right one in, counts of what was typed for what out (`spelling.costs`).

The counts are found by expectation and maximisation, as Brill and Moore (2000, "An improved error model for noisy
channel spelling correction") do: each pair is aligned by the cheapest way from the right word to the misspelt one, what
happens on it is counted, and the costs from these counts align anew. At first, every slip costs 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from khsearch.errors import LexiconError
from khsearch.frozen import frozen
from khsearch.khmer.spelling.costs import KHMER, NOTHING, EditCosts, Slip, costs_of, strokes
from khsearch.khmer.spelling.variants import Variants
from khsearch.khmer.text import script
from khsearch.khmer.text.normalize import normalize

ROUNDS = 3
VARIANT_WEIGHT = 0.25
"""What a listed variant counts beside a misspelling that somebody made."""

_LONGEST = 40
_KHMER = frozenset(KHMER)
_INVISIBLE = bytes([script.END, ord(" "), script.LINE_END])


@frozen
class Pair:
    """Strokes that were typed, the right ones, and how much the pair counts."""

    typed: tuple[int, ...]
    right: tuple[int, ...]
    weight: float = 1.0


def read_pairs(path: Path) -> list[Pair]:
    """Pairs of a file, one a line: {"wrong": ..., "right": ...}.

    Where a line has a "part", it is learned from if that is "learn". What has no slip, or is not Khmer from end to end,
    is passed over. LexiconError names the line that is no pair.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise LexiconError(f"{path}: cannot be read as pairs ({problem}); name another file") from None
    pairs = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
                wrong, right, part = str(row["wrong"]), str(row["right"]), row.get("part", "learn")
            except (ValueError, KeyError, TypeError, AttributeError):
                raise LexiconError(
                    f'{path}, line {number}: {line[:60]!r} is no pair; write {{"wrong": ..., "right": ...}}'
                ) from None
            if part == "learn":
                pairs += _pair(wrong, right)
    return pairs


def variant_pairs(variants: Variants) -> list[Pair]:
    """Other spellings of words as if they were misspellings of the usual one, but of less weight."""
    return [
        pair
        for group in variants.groups
        for other in group.spellings[1:]
        if group.weight == 1
        for pair in _pair(other, group.spellings[0], VARIANT_WEIGHT)
    ]


def _pair(wrong: str, right: str, weight: float = 1.0) -> list[Pair]:
    typed, meant = (tuple(strokes(normalize(text).codes.translate(None, _INVISIBLE))) for text in (wrong, right))
    if typed == meant or not (0 < len(typed) <= _LONGEST and 0 < len(meant) <= _LONGEST):
        return []
    return [Pair(typed, meant, weight)] if _KHMER.issuperset(typed) and _KHMER.issuperset(meant) else []


def learn_slips(pairs: Sequence[Pair], rounds: int = ROUNDS) -> dict[Slip, float]:
    """Counts of what was typed for which stroke, strokes rightly typed included."""
    cost: Callable[[int, int], float] = _plain
    counts: dict[Slip, float] = {}
    for _ in range(rounds):
        counts = {}
        for pair in pairs:
            for slip in aligned(pair.typed, pair.right, cost):
                counts[slip] = counts.get(slip, 0.0) + pair.weight
        cost = _looked_up(costs_of(counts))
    return counts


def _plain(typed: int, right: int) -> float:
    return float(typed != right)


def _looked_up(costs: EditCosts) -> Callable[[int, int], float]:
    typed, put, out = costs.typed.tolist(), costs.put.tolist(), costs.out.tolist()

    def cost(x: int, y: int) -> float:
        return float(put[x] if y == NOTHING else out[y] if x == NOTHING else typed[x][y])

    return cost


def aligned(typed: Sequence[int], right: Sequence[int], cost: Callable[[int, int], float]) -> list[Slip]:
    """What was typed for what, on the cheapest way from the right strokes to the typed ones, in order."""
    # best[i][j]: what the cheapest way from j right strokes to i typed ones costs, and its last step.
    best: list[list[tuple[float, Slip]]] = [[(0.0, (NOTHING, NOTHING))]]
    for y in right:
        best[0].append((best[0][-1][0] + cost(NOTHING, y), (NOTHING, y)))
    for x in typed:
        above = best[-1]
        row = [(above[0][0] + cost(x, NOTHING), (x, NOTHING))]
        for j, y in enumerate(right):
            row.append(
                min(
                    (above[j][0] + cost(x, y), (x, y)),
                    (above[j + 1][0] + cost(x, NOTHING), (x, NOTHING)),
                    (row[j][0] + cost(NOTHING, y), (NOTHING, y)),
                    key=_cost,
                )
            )
        best.append(row)
    steps: list[Slip] = []
    i, j = len(typed), len(right)
    while i or j:
        step = best[i][j][1]
        steps.append(step)
        i, j = i - (step[0] != NOTHING), j - (step[1] != NOTHING)
    return steps[::-1]


def _cost(way: tuple[float, Slip]) -> float:
    return way[0]
