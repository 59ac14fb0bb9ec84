"""bm25: the formula, and what it needs of a collection.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the idf that never turns
negative (Lucene's):

    score = weight * idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average))
    idf   = ln(1 + (N - n + 0.5) / (n + 0.5))

N are the live documents, n those of them that have the term, tf how often the term is in the field of the document,
length the tokens of that field, average their mean over all live documents. Nothing of it is written to disk: tf and
length are, exactly, and the rest follows from the commit that is read. So scores never depend on how an index is cut
into segments, and never age.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real
from types import MappingProxyType

import numpy as np

from khsearch.columnar.arrays import Array

_GREATEST = 1e9  # scores are float32


@dataclass(frozen=True, slots=True)
class FieldScale:
    """How one field scores: saturation k1, length normalisation b, and what its scores are multiplied by.

    sharpness raises rare terms further above common ones: idf is multiplied by (idf / ln(1 + N)) ** sharpness, which is
    at most about 1. 0 is the textbook's formula. rarity_in names a field whose documents say how rare a term is, for a
    field that holds part of it. ValueError for numbers that no score comes from.
    """

    k1: float = 1.2
    b: float = 0.75
    weight: float = 1.0
    sharpness: float = 0.0
    rarity_in: str = ""

    def __post_init__(self) -> None:
        for name in ("k1", "b", "weight", "sharpness"):
            value = getattr(self, name)
            number = float(value) if isinstance(value, Real) else math.nan
            if not 0 <= number <= (1.0 if name == "b" else _GREATEST):
                takes = "a number from 0 to 1" if name == "b" else "a number that is not negative"
                raise ValueError(f"{name} takes {takes}, not {value!r:.60}")
            object.__setattr__(self, name, number)
        if type(self.rarity_in) is not str:
            raise ValueError(f"rarity_in takes the name of a field, not {self.rarity_in!r:.60}")


@dataclass(frozen=True, slots=True)
class BM25:
    """The weighting of a search: one scale for all fields, others for those named."""

    default: FieldScale = FieldScale()
    fields: Mapping[str, FieldScale] = field(default_factory=lambda: MappingProxyType({}))

    def scale(self, name: str) -> FieldScale:
        """The scale of a field."""
        return self.fields.get(name, self.default)


def idf(docs: int, having: int) -> float:
    """Weight of a term that `having` of `docs` live documents have."""
    return math.log(1 + (docs - having + 0.5) / (having + 0.5))


def term_weight(docs: int, having: int, scale: FieldScale) -> float:
    """What a term's scores are multiplied by: weight and idf, sharpened."""
    rarity = idf(docs, having)
    if scale.sharpness and docs:
        rarity *= (rarity / math.log(1 + docs)) ** scale.sharpness
    return scale.weight * rarity


def norms(lengths: Array, average: float, scale: FieldScale) -> Array:
    """The part of the denominator that the document decides: lengths (docs,) tokens -> (docs,) float32."""
    if average <= 0 or scale.b == 0:
        return np.full(len(lengths), scale.k1, np.float32)
    return (scale.k1 * (1 - scale.b + scale.b / average * lengths.astype(np.float64))).astype(np.float32)


def scores(tf: Array | float, norm: Array, factor: float, k1: float) -> Array:
    """Scores of one term's postings: tf (p,), norm of each document (p,), factor = weight * idf -> (p,) float32."""
    frequency = tf if isinstance(tf, float) else tf.astype(np.float32)
    out: Array = norm + np.float32(frequency) if isinstance(frequency, float) else norm + frequency
    np.divide(np.float32(frequency) if isinstance(frequency, float) else frequency, out, out=out)
    out *= np.float32(factor * (k1 + 1))
    return out
