"""phrases: which documents hold terms near each other, found by intersecting the positions of their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import DOC, EMPTY_DOCS, Array, spread, turns
from khsearch.columnar.search.matches import FAR, Matches, where_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.columnar.search.commit import Commit
    from khsearch.engine import FieldScale

MARKS = 1 << 20  # cells of the table of marks: it stays in the cache
MANY = 1 << 9  # positions from which marking pays


def phrase(
    commit: Commit, field: str, terms: Sequence[bytes], slop: int, scale: FieldScale, among: Array | None = None
) -> Matches:
    """Documents with the terms in order, each at most slop places behind the one before; their terms' scores added.

    among: documents, rising (n,), if no others are wanted; of several terms only.
    """
    if len(terms) == 1:
        return commit.terms.impacts((field,), terms[0], (scale,)).matches()
    docs = docs_of_phrase(commit, field, terms, slop, among)
    scores = np.zeros(len(docs), np.float32)
    for term in terms:
        scores += commit.terms.impacts((field,), term, (scale,)).at(docs, commit.scratch.sums())
    return Matches(docs, scores)


def docs_of_phrase(commit: Commit, field: str, terms: Sequence[bytes], slop: int, among: Array | None = None) -> Array:
    """The documents of several terms in order, each at most slop places behind the one before -> (n,) DOC, rising."""
    packed = _packed(commit, field, terms)
    if not packed:
        return EMPTY_DOCS
    bits = commit.terms.position_bits(field)
    if among is not None:
        packed = [within(positions, among, bits) for positions in packed]
    return _near_docs(commit, packed, bits, slop)


def _packed(commit: Commit, field: str, terms: Sequence[bytes]) -> list[Array]:
    """The packed positions of all terms; none where a term has none."""
    out = []
    for term in terms:
        packed = commit.terms.positions(field, term).packed
        if not len(packed):
            return []
        out.append(packed)
    return out


def within(packed: Array, docs: Array, bits: int) -> Array:
    """Those of a term's packed positions, rising, that lie in the documents, rising."""
    wide = docs.astype(packed.dtype)
    starts = packed.searchsorted(wide << bits)
    ends = packed.searchsorted((wide + 1) << bits)
    return packed.take(spread(starts, ends - starts))


def _near_docs(commit: Commit, packed: Sequence[Array], bits: int, slop: int) -> Array:
    """Documents that hold the terms in order and near -> (n,) DOC, rising."""
    if slop == 1:
        found = _adjacent(packed, commit.scratch.marks(MARKS))
        last = found + (len(packed) - 1)
        docs = (found >> bits)[found >> bits == last >> bits]
    else:
        docs = _ordered(packed, slop, bits) >> bits
    first: Array = docs[turns(docs)].astype(DOC)
    return first


def _adjacent(packed: Sequence[Array], marks: Array) -> Array:
    """The first token of every run in which each term follows the one before at once."""
    order = sorted(range(len(packed)), key=lambda i: len(packed[i]))
    found = packed[order[0]] - order[0]
    for i in order[1:]:
        found = found.take(_shared(found + i, packed[i], marks))
        if not len(found):
            break
    return found


def _shared(wanted: Array, packed: Array, marks: Array) -> Array:
    """Which of `wanted` are among `packed`, both rising -> their indices in wanted. marks: (MARKS,) bool, all False."""
    if len(wanted) < MANY or len(wanted) * FAR < len(packed):
        return where_in(wanted, packed)[0]
    # Few share a cell by chance; those that do are told apart by looking them up.
    cells = wanted & (MARKS - 1)
    marks[cells] = True
    likely = packed.take(marks.take(packed & (MARKS - 1)).nonzero()[0])
    marks[cells] = False
    theirs = likely & (MARKS - 1)
    marks[theirs] = True
    at = marks.take(cells).nonzero()[0]
    marks[theirs] = False
    return at.take(where_in(wanted.take(at), likely)[0])


def _ordered(packed: Sequence[Array], slop: int, bits: int) -> Array:
    """The last token of every chain in which each term comes 1 to slop positions behind the one before, packed."""
    found = packed[0]
    for following in packed[1:]:
        if not len(found):
            break
        # The nearest earlier token that is still part of a chain decides.
        at = found.searchsorted(following, "left") - 1
        before = found.take(at, mode="clip")
        gap = following - before
        found = following[(at >= 0) & (gap <= slop) & (before >> bits == following >> bits)]
    return found
