"""proximity: what documents get for pairs of terms that stand near each other (`khsearch.engine.Proximity`).

Where words stand is looked up for some documents only: the best of a search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, spread
from khsearch.columnar.search import bm25
from khsearch.engine import Proximity, term_weight

if TYPE_CHECKING:
    from khsearch.columnar.search.snapshot import Snapshot


def bonus(snapshot: Snapshot, docs: Array, wanted: Proximity) -> Array:
    """What documents, rising (n,), get for the pairs -> (n,) float32."""
    field, scale = wanted.field, wanted.scale
    bits = snapshot.place_bits(field)
    norm = snapshot.norms(field, scale).take(docs)
    total = np.zeros(len(docs), np.float32)
    near: dict[bytes, Array] = {}
    havings: dict[bytes, int] = {}
    for pair in wanted.pairs:
        for term in pair:
            if term not in near:
                placed = snapshot.placed(field, term)
                near[term], havings[term] = _places_in(placed.places, docs, bits), placed.having
        first, second = near[pair[0]], near[pair[1]]
        if not len(first) or not len(second):
            continue
        at = second.searchsorted(first, "right")
        # The next document is further away than any slop: positions leave room above them.
        hits = (at < len(second)) & (second.take(at, mode="clip") - first <= wanted.slop)
        if hits.any():
            tf = np.bincount(docs.searchsorted(first[hits] >> bits), minlength=len(docs))
            weight = term_weight(snapshot.doc_count, min(havings[term] for term in pair), scale)
            total += bm25.scores(tf.astype(np.int64), norm, weight, scale.k1)
    return total


def _places_in(places: Array, docs: Array, bits: int) -> Array:
    """Those of a term's places, rising, that lie in the documents, rising."""
    wide = docs.astype(places.dtype)
    starts = places.searchsorted(wide << bits)
    ends = places.searchsorted((wide + 1) << bits)
    return places.take(spread(starts, ends - starts))
