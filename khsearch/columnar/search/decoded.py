"""decoded: the postings of terms in one segment, decoded, kept as long as there is room that nothing else needs.

They outlive commits: what a term scores follows from all documents of a commit, and is worked out anew from these. A
field of a few documents, as commits add them, is decoded as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from khsearch.arrays import DOC, EMPTY, EMPTY_DOCS, Array, narrow, starts_of
from khsearch.columnar.postings.vocabulary import FEW

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


class _Whole(NamedTuple):
    """All postings of a field of a few documents: where those of each term begin, (terms + 1,), and their tokens."""

    first: Array
    docs: Array
    tf: Array
    first_token: Array
    positions: Array
    owners: Array

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return sum(part.nbytes for part in self)


def postings(cache: Cache, field: FieldReader, term: bytes) -> Postings | None:
    """The postings of a term; None where the field has no such term."""
    if field.count <= FEW:
        number = field.find(term)
        if number < 0:
            return None
        whole = _whole(cache, field)
        part = slice(int(whole.first[number]), int(whole.first[number + 1]))
        return Postings(whole.docs[part], whole.tf[part])
    at = field.offsets_of(term)
    if at is None:
        return None

    def decode() -> Postings:
        tf = field.frequencies(at)
        return Postings(field.doc_numbers(at).astype(DOC), np.ones(at.df, np.uint8) if tf is None else narrow(tf))

    return cache.spare(field, term, decode, _size_of)


def tokens(cache: Cache, field: FieldReader, term: bytes, bits: int) -> Tokens | None:
    """The tokens of a term in a field that keeps positions, packed; None where the field has no such term."""
    if field.count <= FEW:
        number = field.find(term)
        if number < 0:
            return None
        whole = _whole(cache, field)
        part = slice(int(whole.first_token[number]), int(whole.first_token[number + 1]))
        owners = whole.owners[part]
        return Tokens((owners.astype(np.int64) << bits) | whole.positions[part], owners)
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


def _whole(cache: Cache, field: FieldReader) -> _Whole:
    def decode() -> _Whole:
        df, docs, tf = field.postings(0, field.count)
        docs, tf, first = docs.astype(DOC), narrow(tf), starts_of(df)
        if not field.positions:
            return _Whole(first, docs, tf, EMPTY, EMPTY, EMPTY_DOCS)
        first_token = starts_of(tf).take(first)
        return _Whole(first, docs, tf, first_token, field.positions_of(0, field.count), docs.repeat(tf))

    return cache.spare(field, None, decode, _size_of)


def _size_of(found: Postings | Tokens | _Whole) -> int:
    return found.nbytes
