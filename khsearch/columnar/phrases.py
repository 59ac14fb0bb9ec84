"""phrases: which documents hold terms near each other, found by intersecting the places of their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.columnar import bm25
from khsearch.columnar.arrays import EMPTY_DOCS, Array
from khsearch.columnar.matches import NONE, Matches, where_in
from khsearch.columnar.snapshot import PLACE_BITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.columnar.bm25 import FieldScale
    from khsearch.columnar.snapshot import Snapshot


def phrase(snapshot: Snapshot, field: str, terms: Sequence[bytes], slop: int, scale: FieldScale) -> Matches:
    """Documents with the terms in order, each at most slop places behind the one before; their terms' scores added."""
    entries = [snapshot.scored(field, term, scale) for term in terms]
    if not entries or not all(len(entry.docs) for entry in entries):
        return NONE
    if len(entries) == 1:
        return Matches(entries[0].docs, entries[0].scores)
    places = [snapshot.places(field, term, scale) for term in terms]
    docs = _distinct(_adjacent(places) if slop == 1 else _ordered(places, slop))
    if not len(docs):
        return NONE
    scores = np.zeros(len(docs), np.float32)
    for entry in entries:
        scores += entry.scores.take(entry.docs.searchsorted(docs))
    return Matches(docs, scores)


def pair_bonus(
    snapshot: Snapshot, field: str, pair: tuple[bytes, bytes], slop: int, scale: FieldScale, boost: float
) -> Matches:
    """Documents where the second term follows the first within slop places, scored as BM25 scores one term."""
    first, second = (snapshot.scored(field, term, scale) for term in pair)
    if not len(first.docs) or not len(second.docs):
        return NONE
    places = [snapshot.places(field, term, scale) for term in pair]
    ends = _adjacent(places) if slop == 1 else _ordered(places, slop)
    docs, tf = np.unique(ends >> PLACE_BITS, return_counts=True)
    rarer = min(len(first.docs), len(second.docs))
    factor = boost * scale.weight * bm25.idf(snapshot.doc_count, rarer)
    return Matches(docs, bm25.scores(tf, snapshot.norms(field, scale).take(docs), factor, scale.k1))


def _adjacent(places: Sequence[Array]) -> Array:
    """Places of the first token of every run in which each term follows the one before at once."""
    order = sorted(range(len(places)), key=lambda i: len(places[i]))
    found = places[order[0]] - order[0]
    for i in order[1:]:
        found = found[_members(found + i, places[i])]
        if not len(found):
            break
    return found


def _members(wanted: Array, places: Array) -> Array:
    """Which of `wanted` are among `places`, both rising -> their places in wanted."""
    return where_in(wanted, places)[0]


def _ordered(places: Sequence[Array], slop: int) -> Array:
    """Places of the last token of every chain in which each term comes 1 to slop places behind the one before."""
    found = places[0]
    for following in places[1:]:
        if not len(found):
            break
        # The nearest earlier token that is still part of a chain decides.
        at = found.searchsorted(following, "left") - 1
        before = found.take(at, mode="clip")
        gap = following - before
        found = following[(at >= 0) & (gap <= slop) & (before >> PLACE_BITS == following >> PLACE_BITS)]
    return found


def _distinct(places: Array) -> Array:
    """The documents of rising places, each once."""
    if not len(places):
        return EMPTY_DOCS
    docs = places >> PLACE_BITS
    first = np.ones(len(docs), bool)
    np.not_equal(docs[1:], docs[:-1], out=first[1:])
    return docs[first]
