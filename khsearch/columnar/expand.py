"""expand: queries that stand for many terms -> the documents that have any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.columnar.arrays import DOC, EMPTY_DOCS, Array

if TYPE_CHECKING:
    from collections.abc import Iterable

    from khsearch.columnar.decode import FieldReader
    from khsearch.columnar.snapshot import Snapshot

CHUNK_TOKENS = 1 << 16  # decoded together: they stay in the cache
BULK = 8  # terms from which decoding them together pays


def docs_of_prefix(snapshot: Snapshot, name: str, prefix: bytes) -> Array:
    """Live documents with a term that begins so -> (n,) DOC, rising."""
    return _union(snapshot, ((base, field, [field.prefix_range(prefix)]) for base, field in snapshot.fields(name)))


def docs_of_range(snapshot: Snapshot, name: str, start: bytes, stop: bytes | None) -> Array:
    """Live documents with a term from start on and before stop -> (n,) DOC, rising."""
    return _union(
        snapshot,
        (
            (base, field, [(field.lower(start), field.count if stop is None else field.lower(stop))])
            for base, field in snapshot.fields(name)
        ),
    )


def docs_of_terms(snapshot: Snapshot, name: str, terms: Iterable[bytes]) -> Array:
    """Live documents with any of the terms -> (n,) DOC, rising."""
    wanted = sorted(set(terms))
    return _union(
        snapshot,
        ((base, field, _runs([field.find(term) for term in wanted])) for base, field in snapshot.fields(name)),
    )


def docs_of_field(snapshot: Snapshot, name: str) -> Array:
    """Live documents with any term in the field -> (n,) DOC, rising."""
    has = snapshot.lengths(name) > 0
    return (has if snapshot.live is None else has & snapshot.live).nonzero()[0].astype(DOC)


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Rising term numbers, -1 for none, as ranges of neighbours."""
    out: list[tuple[int, int]] = []
    for number in numbers:
        if number >= 0 and out and out[-1][1] == number:
            out[-1] = out[-1][0], number + 1
        elif number >= 0:
            out.append((number, number + 1))
    return out


def _union(snapshot: Snapshot, parts: Iterable[tuple[int, FieldReader, list[tuple[int, int]]]]) -> Array:
    flags: Array | None = None
    for base, field, ranges in parts:
        for low, high in ranges:
            for found in _decoded(field, low, high):
                if flags is None:
                    flags = np.zeros(snapshot.doc_count_all, bool)
                flags[found + base] = True
    if flags is None:
        return EMPTY_DOCS
    if snapshot.live is not None:
        flags &= snapshot.live
    return flags.nonzero()[0].astype(DOC)


def _decoded(field: FieldReader, low: int, high: int) -> Iterable[Array]:
    """Documents of neighbouring terms, in pieces of any order."""
    if high - low < BULK:
        return (field.doc_numbers(field.place(number)) for number in range(low, high))
    return (field.docs_between(start, stop) for start, stop in field.chunks(low, high, CHUNK_TOKENS))
