"""decoded: the postings of terms in one segment, decoded, kept as long as there is room that nothing else needs.

They outlive commits: what a term scores follows from all documents of a commit, and is worked out anew from these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from khsearch.arrays import DOC, EMPTY, Array, narrow, starts_of

if TYPE_CHECKING:
    from khsearch.columnar.postings.decode import FieldReader
    from khsearch.columnar.search.cache import Cache


class Postings(NamedTuple):
    """A term's postings in one segment, deleted documents included: docs (n,) DOC, rising, and tf (n,), unsigned."""

    docs: Array
    tf: Array

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self.docs.nbytes + self.tf.nbytes


class Tokens(NamedTuple):
    """A term's tokens in one segment: packed (n,), rising, document << bits | position, and the document of each."""

    packed: Array
    docs: Array

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self.packed.nbytes + self.docs.nbytes


def postings(cache: Cache, field: FieldReader, term: bytes) -> Postings | None:
    """The postings of a term; None where the field has no such term."""
    known = cache.spared(field, term, Postings)
    if known is not None:
        return known
    at = field.offsets_of(term)
    if at is None:
        return None

    def decode() -> Postings:
        tf = field.frequencies(at)
        return Postings(field.doc_numbers(at).astype(DOC), np.ones(at.df, np.uint8) if tf is None else narrow(tf))

    return cache.spare(field, term, decode, _size_of)


def tokens(cache: Cache, field: FieldReader, term: bytes, bits: int) -> Tokens | None:
    """The tokens of a term in a field that keeps positions, packed; None where the field has no such term."""
    known = cache.spared(field, (term, bits), Tokens)
    if known is not None:
        return known
    at = field.offsets_of(term)
    if at is None:
        return None

    def decode() -> Tokens:
        found = postings(cache, field, term)
        assert found is not None
        owners = found.docs.repeat(found.tf) if at.cf > at.df else found.docs
        packed = owners.astype(np.int64) << bits
        packed |= field.token_positions(at)
        return Tokens(packed.astype(np.int32) if field.docs << bits < 1 << 31 else packed, owners)

    return cache.spare(field, (term, bits), decode, _size_of)


def by_document(field: FieldReader) -> tuple[Array, Array]:
    """The terms of each document -> (where those of each begin (docs + 1,), numbers of terms (p,) int32)."""
    numbers, owners = [np.zeros(0, np.int32)], [EMPTY]
    for start, stop in field.chunks():
        df, docs, _ = field.postings(start, stop)
        numbers.append(np.arange(start, stop, dtype=np.int32).repeat(df))
        owners.append(docs)
    docs = np.concatenate(owners)
    order = docs.argsort(kind="stable")
    return starts_of(np.bincount(docs, minlength=field.docs)), np.concatenate(numbers).take(order)


def _size_of(found: Postings | Tokens) -> int:
    return found.nbytes
