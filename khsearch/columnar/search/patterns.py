"""patterns: queries that stand for many terms -> the documents that have any of them.

All of these documents score alike, so the first are the best: whoever needs only so many (`enough`) gets those of the
first segments, which are as many at least.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import DOC, EMPTY_DOCS, Array, spans
from khsearch.columnar.postings import layout
from khsearch.columnar.postings.decode import FieldReader, TermOffsets
from khsearch.columnar.postings.vocabulary import behind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from khsearch.columnar.search.commit import Commit

CHUNK_TOKENS = 1 << 16  # decoded together: they stay in the cache
BULK = 24  # neighbouring terms from which decoding them together pays
LISTED = 1 << 18  # terms of a field up to which they are made ready to be looked up
KEY = 8  # bytes of a term that tell it from most others


def docs_of_prefix(commit: Commit, name: str, prefix: bytes, enough: int | None = None) -> Array:
    """Live documents with a term that begins so -> (n,) DOC, rising."""
    return docs_of_range(commit, name, prefix, behind(prefix), enough)


def docs_of_range(commit: Commit, name: str, start: bytes, stop: bytes | None, enough: int | None = None) -> Array:
    """Live documents with a term from start on and before stop -> (n,) DOC, rising."""
    return _live_docs(commit, name, lambda field: _docs_between(commit, field, start, stop), enough)


def docs_of_terms(commit: Commit, name: str, terms: Iterable[bytes], enough: int | None = None) -> Array:
    """Live documents with any of the terms -> (n,) DOC, rising."""
    wanted = sorted(set(terms))
    return _live_docs(commit, name, lambda field: map(field.doc_numbers, _offsets_of(commit, field, wanted)), enough)


def docs_of_field(commit: Commit, name: str) -> Array:
    """Live documents with any term in the field -> (n,) DOC, rising."""
    has = commit.terms.lengths(name) > 0
    return (has if commit.leaves.live is None else has & commit.leaves.live).nonzero()[0].astype(DOC)


def _live_docs(
    commit: Commit, name: str, pieces: Callable[[FieldReader], Iterable[Array]], enough: int | None
) -> Array:
    """Live documents of all segments; what one of them has comes in pieces, in any order."""
    out = [EMPTY_DOCS]
    missing = commit.doc_count_all if enough is None else enough
    for base, field in commit.terms.fields(name):
        if missing <= 0:
            break
        flags = np.zeros(field.docs, bool)
        for found in pieces(field):
            flags[found] = True
        if commit.leaves.live is not None:
            flags &= commit.leaves.live[base : base + field.docs]
        docs = flags.nonzero()[0].astype(DOC)
        docs += base
        out.append(docs)
        missing -= len(docs)
    return np.concatenate(out)


def _docs_between(commit: Commit, field: FieldReader, start: bytes, stop: bytes | None) -> Iterable[Array]:
    """Documents of neighbouring terms, in pieces of any order."""
    listed = _listed(commit, field)
    terms = listed or field
    low, high = terms.lower(start), field.count if stop is None else terms.lower(stop)
    if listed is not None and high - low < BULK:
        return map(field.doc_numbers, listed.offsets_of(range(low, high)))
    return (field.docs_between(first, last) for first, last in field.chunks(low, high, CHUNK_TOKENS))


def _offsets_of(commit: Commit, field: FieldReader, terms: Sequence[bytes]) -> Iterable[TermOffsets]:
    """Where those of some terms lie that a segment has."""
    listed = _listed(commit, field)
    if listed is not None:
        return listed.offsets_of(listed.numbers_of(terms))
    return (at for at in map(field.offsets_of, terms) if at is not None)


class _Listed:
    """The terms of one field of one segment, ready to be looked up many at a time.

    keys      (t,) uint64, the first bytes of each, rising
    high, low (t,) int64, where the bits of each one's documents begin
    """

    def __init__(self, field: FieldReader) -> None:
        codes, starts = field.spans(0, field.count)
        self._text, self._starts = codes.tobytes(), starts
        self._df, cf = field.dfs(), field.cfs()
        self._docs, self._limits = field.docs, layout.width_limits(field.docs)
        none = np.zeros(field.count, np.int64)
        at = layout.offsets(self._df.astype(np.int64), cf, none, none, field.docs, self._limits)
        self._high, self._low = at.high, at.low
        self._keys = spans.load_part(spans.eights(codes), starts[:-1], np.diff(starts)).byteswap()

    def nbytes(self) -> int:
        """Bytes in memory."""
        arrays = (self._starts, self._df, self._high, self._low, self._keys)
        return len(self._text) + sum(array.nbytes for array in arrays)

    def lower(self, term: bytes) -> int:
        """How many terms of the field sort before this one."""
        first, last = (int(found[0]) for found in self._alike([term]))
        return bisect_left(range(last), term, first, key=self._name)

    def numbers_of(self, terms: Sequence[bytes]) -> list[int]:
        """Numbers of those of some terms that there are."""
        numbers = []
        for term, first, last in zip(terms, *(found.tolist() for found in self._alike(terms)), strict=True):
            if first < last:
                number = bisect_left(range(last), term, first, key=self._name)
                if number < last and self._name(number) == term:
                    numbers.append(number)
        return numbers

    def offsets_of(self, numbers: Sequence[int]) -> Iterator[TermOffsets]:
        """Where the documents of terms lie; of their tokens nothing is known."""
        at = np.array(numbers, np.int64)
        dfs = self._df.take(at).astype(np.int64)
        widths = layout.widths_of(dfs, self._limits)
        sizes = layout.high_sizes(dfs, widths, self._docs)
        columns = (dfs, widths, self._high.take(at), sizes, self._low.take(at) >> 3)
        for number, df, width, high, size, low in zip(numbers, *(column.tolist() for column in columns), strict=True):
            yield TermOffsets(number, df, 0, width, high, size, low, 0, 0, 0, 0)

    def _alike(self, terms: Sequence[bytes]) -> tuple[Array, Array]:
        """First and last + 1 of the terms that begin with the same bytes as each of some."""
        keys = np.array([int.from_bytes(term[:KEY].ljust(KEY, b"\0"), "big") for term in terms], np.uint64)
        return self._keys.searchsorted(keys), self._keys.searchsorted(keys, "right")

    def _name(self, number: int) -> bytes:
        return self._text[self._starts[number] : self._starts[number + 1]]


def _listed(commit: Commit, field: FieldReader) -> _Listed | None:
    """The terms of a field, made ready when first asked for; None where that takes too much memory."""
    if field.count > LISTED:
        return None
    return commit.memo("listed terms", field, lambda: _Listed(field), _Listed.nbytes, lasting=True, owner=field)
