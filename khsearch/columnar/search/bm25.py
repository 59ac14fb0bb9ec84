"""bm25: the part of the formula (`engine.weighting`) that documents decide, as arrays.

Nothing of it is written to disk: tf and length are, exactly, and the rest follows from the commit that is read. So
scores never depend on how an index is cut into segments, and never age.
"""

from __future__ import annotations

import numpy as np

from khsearch.arrays import Array
from khsearch.engine import FieldScale


def norms(lengths: Array, average: float, scale: FieldScale) -> Array:
    """The part of the denominator that the document decides: lengths (docs,) tokens -> (docs,) float32."""
    if average <= 0 or scale.b == 0:
        return np.full(len(lengths), scale.k1, np.float32)
    return (scale.k1 * (1 - scale.b + scale.b / average * lengths.astype(np.float64))).astype(np.float32)


def boosted(norm: Array, boosts: Array) -> Array:
    """The norms (docs,) of documents whose tf counts times boosts, (docs,) or (1,) float64 -> (docs,) float32.

    tf * boost / (tf * boost + norm) is tf / (tf + norm / boost): scores of boosted terms are scores with another norm.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        out = (norm / boosts).astype(np.float32)
    out[np.broadcast_to(boosts == 0, out.shape)] = np.inf  # what counts nothing scores nothing, whatever k1 is
    return out


def scores(tf: Array, norm: Array, factor: float, k1: float) -> Array:
    """Scores of one term's postings: tf (p,), norm of each document (p,), factor = weight * idf -> (p,) float32."""
    frequency = tf.astype(np.float32)
    out: Array = norm + frequency
    np.divide(frequency, out, out=out)
    out *= np.float32(factor * (k1 + 1))
    return out
