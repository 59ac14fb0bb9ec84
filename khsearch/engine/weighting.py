"""weighting: how terms score, as values: BM25 with a scale a field, and the part of the formula that needs no document.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the idf that never turns
negative (Lucene's):

    score = weight * idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average))
    idf   = ln(1 + (N - n + 0.5) / (n + 0.5))

N are the live documents, n those of them that have the term (df), tf how often the term is in the field of the
document, length the tokens of that field, average their mean over all live documents.

Other systems have another idf, and boosts of fields and documents by which tf is multiplied: `BoostedScale`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from types import MappingProxyType

from khsearch.frozen import frozen
from khsearch.schema import FieldScale


def idf(docs: int, df: int) -> float:
    """Weight of a term that `df` of `docs` live documents have."""
    return math.log(1 + (docs - df + 0.5) / (df + 0.5))


_IDFS: dict[str, Callable[[int, int], float]] = {
    "lucene": idf,
    "whoosh": lambda docs, df: math.log(max(docs, 1) / (df + 1)) + 1,
    "none": lambda docs, df: 1.0,
}

EQUAL = 1 - 1e-6
"""Of a score that is to be reached, what is enough: scores are of 32 bits."""

UNSATURATED = 2.0**29
"""k1 of a field whose terms score tf itself (with b = 0): so great that what tf adds to the denominator is nothing."""


@dataclass(frozen=True, slots=True)
class BoostedScale(FieldScale):
    """A scale of a field with boosts, and with an idf by name.

    boost   what tf is multiplied by in every document
    boosts  the column with what tf is multiplied by in one document, "" where there is none; no value counts as 1
    idf     "lucene": as above; "whoosh": ln(N / (n + 1)) + 1; "none": 1, however rare a term is

    A length is a number of tokens, whatever their boosts.
    """

    boost: float = 1.0
    boosts: str = ""
    idf: str = "whoosh"

    def __post_init__(self) -> None:
        FieldScale.__post_init__(self)
        if not isinstance(self.boost, Real) or not math.isfinite(self.boost):
            raise ValueError(f"boost takes a number, not {self.boost!r:.60}")
        if self.idf not in _IDFS:
            raise ValueError(f"idf takes one of {', '.join(_IDFS)}, not {self.idf!r:.60}")


def boosts_of(scale: FieldScale) -> tuple[float, str]:
    """What a scale multiplies tf by in every document, and the column of what it is multiplied by in one."""
    return (scale.boost, scale.boosts) if isinstance(scale, BoostedScale) else (1.0, "")


@frozen
class BM25:
    """The weighting of a search: one scale for all fields, others for those named."""

    default: FieldScale = FieldScale()
    fields: Mapping[str, FieldScale] = field(default_factory=lambda: MappingProxyType({}))

    def scale(self, name: str) -> FieldScale:
        """The scale of a field."""
        return self.fields.get(name, self.default)


def term_weight(docs: int, df: int, scale: FieldScale) -> float:
    """What a term's scores are multiplied by: weight and idf, sharpened."""
    rarity = _IDFS[scale.idf](docs, df) if isinstance(scale, BoostedScale) else idf(docs, df)
    if scale.sharpness and docs:
        rarity *= (rarity / math.log(1 + docs)) ** scale.sharpness
    return scale.weight * rarity


@frozen
class Proximity:
    """Pairs of terms of a field that keeps positions, how near they must stand, in order, and how they score.

    A pair scores as a term of its own: its frequency in a document is how many tokens of the first are followed by the
    second within `slop` places, its idf the larger of the two, its score BM25 with a scale of its own.
    """

    field: str
    pairs: tuple[tuple[bytes, bytes], ...]
    slop: int
    scale: FieldScale
