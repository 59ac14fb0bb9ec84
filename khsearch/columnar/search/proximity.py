"""proximity: what documents get because terms of the query stand near each other in them.

A pair of terms is scored as a term of its own: its frequency in a document is how many tokens of the first are followed
by the second within `slop` positions, its idf the larger of the two, its score BM25 with a scale of its own. Positions
are looked up in the given documents only, so a search asks for its best ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array
from khsearch.columnar.search import bm25
from khsearch.columnar.search.phrases import within
from khsearch.engine import Proximity, term_weight

if TYPE_CHECKING:
    from khsearch.columnar.search.commit import Commit


def bonus(commit: Commit, docs: Array, wanted: Proximity) -> Array:
    """What documents, rising (n,), get for the pairs -> (n,) float32."""
    field, scale, terms = wanted.field, wanted.scale, commit.terms
    bits = terms.position_bits(field)
    norm = terms.norms(field, scale).take(docs)
    total = np.zeros(len(docs), np.float32)
    near: dict[bytes, Array] = {}
    dfs: dict[bytes, int] = {}
    for pair in wanted.pairs:
        for term in pair:
            if term not in near:
                entry = terms.positions(field, term)
                near[term], dfs[term] = within(entry.packed, docs, bits), entry.df
        first, second = near[pair[0]], near[pair[1]]
        if not len(first) or not len(second):
            continue
        at = second.searchsorted(first, "right")
        behind = second.take(at, mode="clip")
        hits = ((at < len(second)) & (behind - first <= wanted.slop)).nonzero()[0]
        owners = first.take(hits) >> bits
        owners = owners[owners == behind.take(hits) >> bits]  # a slop may reach into the next document
        if len(owners):
            places, tf = np.unique(docs.searchsorted(owners), return_counts=True)
            weight = term_weight(commit.doc_count, min(dfs[term] for term in pair), scale)
            total[places] += bm25.scores(tf, norm.take(places), weight, scale.k1)
    return total
