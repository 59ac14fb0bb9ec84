"""lookup: distinct spans, to be looked up many at a time. No Python object per span."""

from __future__ import annotations

import numpy as np

from khsearch.arrays import spans
from khsearch.arrays.interning import keys_of
from khsearch.arrays.late import Array


class Lookup:
    """Spans of one byte array, each by its number. Immutable, for any number of threads."""

    def __init__(self, codes: Array, starts: Array) -> None:
        """Distinct spans: codes (m,) uint8, starts (t + 1,)."""
        self._codes, self._starts = codes, starts
        keys = keys_of(codes, starts[:-1], starts[1:])
        self._numbers = keys.argsort(kind="stable").astype(np.int32)
        self._keys = keys.take(self._numbers)

    def size(self) -> int:
        """Bytes that it takes beside the spans."""
        return int(self._numbers.nbytes + self._keys.nbytes)

    def find(self, codes: Array, starts: Array, ends: Array) -> Array:
        """The numbers of spans, -1 for one that is not here: (n,), (n,) -> (n,) int64."""
        found = np.full(len(starts), -1, np.int64)
        keys = keys_of(codes, starts, ends)
        places = self._keys.searchsorted(keys)
        rest = np.arange(len(starts))
        while len(rest):  # once more for each of several that share a key
            within = rest[places.take(rest) < len(self._keys)]
            rest = within[self._keys.take(places.take(within)) == keys.take(within)]
            numbers = self._numbers.take(places.take(rest))
            mine = self._starts.take(numbers), self._starts.take(numbers + 1)
            same = spans.equal(codes, starts.take(rest), ends.take(rest), self._codes, *mine)
            found[rest[same]] = numbers[same]
            rest = rest[~same]
            places[rest] += 1
        return found
