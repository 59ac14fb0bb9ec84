"""weighting: how terms score, as values: BM25 with a scale a field, and the part of the formula that needs no document.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the idf that never turns
negative (Lucene's):

    score = weight * idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average))
    idf   = ln(1 + (N - n + 0.5) / (n + 0.5))

N are the live documents, n those of them that have the term (df), tf how often the term is in the field of the
document, length the tokens of that field, average their mean over all live documents.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from khsearch.frozen import frozen
from khsearch.schema import FieldScale


@frozen
class BM25:
    """The weighting of a search: one scale for all fields, others for those named."""

    default: FieldScale = FieldScale()
    fields: Mapping[str, FieldScale] = field(default_factory=lambda: MappingProxyType({}))

    def scale(self, name: str) -> FieldScale:
        """The scale of a field."""
        return self.fields.get(name, self.default)


def idf(docs: int, df: int) -> float:
    """Weight of a term that `df` of `docs` live documents have."""
    return math.log(1 + (docs - df + 0.5) / (df + 0.5))


def term_weight(docs: int, df: int, scale: FieldScale) -> float:
    """What a term's scores are multiplied by: weight and idf, sharpened."""
    rarity = idf(docs, df)
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
