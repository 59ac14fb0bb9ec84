"""closeness: among the best documents, those in which terms of the query stand near each other move up.

A pair of terms is scored as a term of its own: its frequency in a document is how many tokens of the first are followed
by the second within `slop` places, its idf the larger of the two, its score BM25 with a scale of its own. Where words
stand is looked up for the best documents only, in blocks of DEPTH by rank, so that pages of one search never overlap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, spread
from khsearch.columnar.search import bm25
from khsearch.columnar.search.postings_cache import TOP
from khsearch.engine import Proximity, term_weight

if TYPE_CHECKING:
    from khsearch.columnar.search.snapshot import Snapshot

DEPTH = TOP


def moved_up(snapshot: Snapshot, docs: Array, scores: Array, wanted: Proximity) -> tuple[Array, Array]:
    """Add the bonus to documents, best first (n,), and order each block of DEPTH anew -> (docs, scores)."""
    order = np.argsort(docs)
    scores = scores.copy()
    scores[order] += bonus(snapshot, docs.take(order), wanted)
    block = np.arange(len(docs)) // DEPTH
    best = np.lexsort((docs, -scores, block))
    return docs.take(best), scores.take(best)


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
