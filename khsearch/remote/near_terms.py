"""near_terms: the terms of a field that are a few edits from one, from the tables of an index.

Terms of one length are compared side by side.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from khsearch.arrays import Array, distances
from khsearch.engine import nodes


class Letters(NamedTuple):
    """Terms of one length, in order, and their characters as columns: (length, n) uint32."""

    terms: list[bytes]
    columns: Array


Lengths = dict[int, Letters]


def by_length(terms: Iterable[bytes], *, utf8: bool) -> Lengths:
    """Return terms by their number of characters: of UTF-8, or bytes."""
    found: dict[int, list[tuple[bytes, Array]]] = {}
    for term in terms:
        characters = _characters(term, utf8=utf8)
        found.setdefault(len(characters), []).append((term, characters))
    return {
        length: Letters([term for term, _ in some], np.array([row for _, row in some], np.uint32).T)
        for length, some in found.items()
    }


def near(known: Lengths, node: nodes.Fuzzy) -> list[bytes]:
    """Return the terms that a node stands for, in order."""
    wanted = _characters(node.term, utf8=node.utf8)
    found: list[bytes] = []
    for length in range(max(len(wanted) - node.distance, 0), len(wanted) + node.distance + 1):
        some = known.get(length)
        if some is None or length < node.prefix:
            continue
        if not length:
            found += some.terms if len(wanted) <= node.distance else []
            continue
        far = distances(some.columns, np.full(len(some.terms), length), wanted)
        fits = far <= node.distance
        if node.prefix:
            fits &= (some.columns[: node.prefix] == wanted[: node.prefix, None]).all(axis=0)
        found += [some.terms[number] for number in np.flatnonzero(fits).tolist()]
    return sorted(found)


def size_of(known: Lengths) -> int:
    """Bytes that a table takes, about."""
    return sum(some.columns.nbytes + 100 * len(some.terms) for some in known.values())


def _characters(term: bytes, *, utf8: bool) -> Array:
    if not utf8:
        return np.frombuffer(term, np.uint8).astype(np.uint32)
    return np.array([ord(letter) for letter in term.decode("utf-8", "surrogateescape")], np.uint32)
