"""phrases: which documents hold terms near each other, found by intersecting the places of their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import DOC, Array, turns
from khsearch.columnar.search.matches import FAR, NONE, Matches, where_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.columnar.search.postings_cache import Placed
    from khsearch.columnar.search.snapshot import Snapshot
    from khsearch.engine import FieldScale

MARKS = 1 << 20  # cells of the table of marks: it stays in the cache
MANY = 1 << 9  # places from which marking pays


def phrase(snapshot: Snapshot, field: str, terms: Sequence[bytes], slop: int, scale: FieldScale) -> Matches:
    """Documents with the terms in order, each at most slop places behind the one before; their terms' scores added."""
    if len(terms) == 1:
        return snapshot.scored((field,), terms[0], (scale,)).matches()
    entries = _entries(snapshot, field, terms)
    if not entries:
        return NONE
    bits = snapshot.place_bits(field)
    docs = _near_docs(snapshot, entries, bits, slop)
    scores = np.zeros(len(docs), np.float32)
    for term in terms:
        scores += snapshot.scored((field,), term, (scale,)).at(docs, snapshot.accumulator())
    return Matches(docs, scores)


def _entries(snapshot: Snapshot, field: str, terms: Sequence[bytes]) -> list[Placed]:
    """The places of all terms; none where a term has none."""
    out = []
    for term in terms:
        entry = snapshot.placed(field, term)
        if not entry.having:
            return []
        out.append(entry)
    return out


def _near_docs(snapshot: Snapshot, entries: Sequence[Placed], bits: int, slop: int) -> Array:
    """Documents that hold the terms in order and near -> (n,) DOC, rising."""
    places = [entry.places for entry in entries]
    if slop == 1:
        found = _adjacent(places, snapshot.marks(MARKS))
        last = found + (len(places) - 1)
        docs = (found >> bits)[found >> bits == last >> bits]
    else:
        docs = _ordered(places, slop, bits) >> bits
    first: Array = docs[turns(docs)].astype(DOC)
    return first


def _adjacent(places: Sequence[Array], marks: Array) -> Array:
    """Places of the first token of every run in which each term follows the one before at once."""
    order = sorted(range(len(places)), key=lambda i: len(places[i]))
    found = places[order[0]] - order[0]
    for i in order[1:]:
        found = found.take(_shared(found + i, places[i], marks))
        if not len(found):
            break
    return found


def _shared(wanted: Array, places: Array, marks: Array) -> Array:
    """Which of `wanted` are among `places`, both rising -> their places in wanted. marks: (MARKS,) bool, all False."""
    if len(wanted) < MANY or len(wanted) * FAR < len(places):
        return where_in(wanted, places)[0]
    # Few share a cell by chance; those that do are told apart by looking them up.
    cells = wanted & (MARKS - 1)
    marks[cells] = True
    likely = places.take(marks.take(places & (MARKS - 1)).nonzero()[0])
    marks[cells] = False
    theirs = likely & (MARKS - 1)
    marks[theirs] = True
    at = marks.take(cells).nonzero()[0]
    marks[theirs] = False
    return at.take(where_in(wanted.take(at), likely)[0])


def _ordered(places: Sequence[Array], slop: int, bits: int) -> Array:
    """Places of the last token of every chain in which each term comes 1 to slop places behind the one before."""
    found = places[0]
    for following in places[1:]:
        if not len(found):
            break
        # The nearest earlier token that is still part of a chain decides.
        at = found.searchsorted(following, "left") - 1
        before = found.take(at, mode="clip")
        gap = following - before
        found = following[(at >= 0) & (gap <= slop) & (before >> bits == following >> bits)]
    return found
