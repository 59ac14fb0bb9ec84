"""interning: a term hash: spans of bytes in, dense numbers out, equal for equal bytes. No Python object per span."""

from __future__ import annotations

import numpy as np

from khsearch.arrays import spans
from khsearch.arrays.late import Array
from khsearch.arrays.runs import turns

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
STEP = np.uint64(0xBF58476D1CE4E5B9)
SHORT = 7  # spans up to this many bytes are their own key
LONG_TAG = np.uint64(1 << 63)
KEY_MASKS: Array = np.array([(1 << (8 * n)) - 1 for n in range(SHORT + 1)] + [0], np.uint64)
KEY_TAGS: Array = np.array([(n + 1) << 56 for n in range(SHORT + 2)], np.uint64)
MOST_IDS = 1 << 21  # the table of ids takes four bytes for each


class Interner:
    """Gives distinct byte spans dense numbers, in order of first appearance, whatever the hash function makes of them.

    Spans up to SHORT bytes are exact keys of an open-addressing table; longer ones are found by a hash, and their bytes
    compared with the term's. Two long terms with one hash are told apart by a dictionary, slowly but rightly.
    """

    def __init__(self) -> None:
        self.count = 0
        self._bits = 14
        self._slots = np.zeros(2 << self._bits, np.uint64)  # key, number + 1
        self._words = np.zeros(1 << 12, np.uint64)  # bytes of all terms, each filled up to a multiple of 8
        self._at = np.zeros(1 << 12, np.int64)  # first word of each number, and where the next one goes
        self._lengths = np.zeros(1 << 12, np.int64)  # bytes of each number
        self._odd: dict[bytes, int] = {}
        self._by_id = np.zeros(2, np.int32)  # number + 1 by id; the first and the last stay 0

    def terms(self) -> tuple[Array, Array, Array]:
        """All spans in the order of their numbers -> (codes uint8, starts (count,), ends (count,))."""
        starts = self._at[: self.count] * 8
        return self._words[: int(self._at[self.count])].view(np.uint8), starts, starts + self._lengths[: self.count]

    def intern(self, codes: Array, starts: Array, ends: Array, ids: Array | None = None) -> Array:
        """Numbers of spans: (n,), (n,) -> (n,) int32.

        ids: (n,) int32, none negative. In all calls, spans of one id are equal and equal spans have one id, 0 being
        none: the caller's word is taken for it, and the bytes of a span with an id are read only once.
        """
        if not len(starts):
            return np.zeros(0, np.int32)
        eights = spans.eights(codes)
        if ids is None:
            return self._of_bytes(eights, codes, starts, ends)
        size = min(int(ids.max()), MOST_IDS) + 2
        if size > len(self._by_id):
            self._by_id = _room(self._by_id, size)
        numbers: Array = self._by_id.take(ids, mode="clip")
        numbers -= 1
        rest = (numbers < 0).nonzero()[0]
        if len(rest):
            theirs = ids.take(rest)
            has = (theirs > 0) & (theirs <= MOST_IDS)
            at, fresh = rest[has], theirs[has]
            # Of several spans of one id, the one that wins its slot gives the term.
            self._by_id[fresh] = np.arange(len(fresh))
            won = self._by_id.take(fresh) == np.arange(len(fresh))
            at, fresh = at[won], fresh[won]
            self._by_id[fresh] = np.arange(self.count + 1, self.count + 1 + len(fresh))
            self._keep(eights, starts.take(at), ends.take(at) - starts.take(at))
            numbers[rest] = self._by_id.take(theirs, mode="clip") - 1
            rest = rest[~has]
            numbers[rest] = self._of_bytes(eights, codes, starts.take(rest), ends.take(rest))
        return numbers

    def _of_bytes(self, eights: Array, codes: Array, starts: Array, ends: Array) -> Array:
        lengths = ends - starts
        keys = _keys(eights, starts, lengths)
        # Sorted by 16 bits of a hash, most equal keys are neighbours already: only the first of each run is looked up.
        # It is the hash of the table, too, which is so searched from its beginning to its end.
        order = (_mixed(keys) >> np.uint64(48)).astype(np.uint16).argsort(kind="stable")
        keys = keys.take(order)
        fresh = turns(keys)
        first = fresh.nonzero()[0]
        heads = order.take(first)
        numbers = self._numbers_of(keys.take(first), eights, starts.take(heads), lengths.take(heads))
        numbers = numbers.take(fresh.cumsum(dtype=np.int32) - 1)
        long = (keys >= LONG_TAG).nonzero()[0]
        if len(long):
            spelt = order.take(long)
            wrong = self._differing(eights, starts.take(spelt), lengths.take(spelt), numbers.take(long))
            for i in long[wrong].tolist():
                numbers[i] = self._odd_number(codes, eights, starts[order[i]], lengths[order[i]])
        out = np.empty(len(numbers), np.int32)
        out[order] = numbers
        return out

    def _numbers_of(self, keys: Array, eights: Array, starts: Array, lengths: Array) -> Array:
        """The number of every key, given one if it has none: (n,) uint64, its span -> (n,) int64."""
        numbers = self._find(keys)
        missing = (numbers < 0).nonzero()[0]
        if len(missing):
            fresh, first, inverse = np.unique(keys[missing], return_index=True, return_inverse=True)
            at = missing[first]
            numbers[missing] = self._insert(fresh, eights, starts[at], lengths[at])[inverse]
        return numbers

    def _home(self, keys: Array) -> Array:
        mixed = _mixed(keys)
        mixed >>= np.uint64(64 - self._bits)
        out = mixed.view(np.int64)
        out <<= 1
        return out

    def _find(self, keys: Array) -> Array:
        """Number of each key, -1 where there is none: (n,) uint64 -> (n,) int64."""
        slots, wrap = self._slots, len(self._slots) - 1
        home = self._home(keys)
        missed = slots.take(home) != keys
        home += 1
        numbers = slots.take(home).view(np.int64)
        numbers -= 1
        rest = missed.nonzero()[0]
        home = home.take(rest)
        while len(rest):
            # A free slot ends the search: its number is 0, hence -1 here.
            going = (numbers.take(rest) >= 0).nonzero()[0]
            rest, home = rest.take(going), (home.take(going) + 1) & wrap
            found = slots.take(home)
            home += 1
            numbers[rest] = slots.take(home).view(np.int64) - 1
            going = (found != keys.take(rest)).nonzero()[0]
            rest, home = rest.take(going), home.take(going)
        return numbers

    def _insert(self, keys: Array, eights: Array, starts: Array, lengths: Array) -> Array:
        """Take in distinct keys that the table has not, with their spans -> (n,) int64 numbers."""
        numbers = np.arange(self.count, self.count + len(keys))
        self._keep(eights, starts, lengths)
        if self.count * 4 > len(self._slots):
            kept = self._slots.reshape(-1, 2)
            kept = kept[kept[:, 1] > 0]
            self._bits = (self.count * 2).bit_length()
            self._slots = np.zeros(2 << self._bits, np.uint64)
            self._put(kept[:, 0], kept[:, 1])
        self._put(keys, numbers.astype(np.uint64) + np.uint64(1))
        return numbers

    def _put(self, keys: Array, values: Array) -> None:
        slots, wrap = self._slots, len(self._slots) - 1
        home = self._home(keys)
        while len(keys):
            free = slots.take(home + 1) == 0
            at = home[free]
            slots[at + 1] = values[free]  # of several that want one slot the last wins
            won = np.zeros(len(keys), bool)
            won[free] = slots.take(at + 1) == values[free]
            slots[home[won]] = keys[won]
            home, keys, values = (home[~won] + 2) & wrap, keys[~won], values[~won]

    def _differing(self, eights: Array, starts: Array, lengths: Array, numbers: Array) -> Array:
        """Which spans are not, byte for byte, the terms of these numbers: (n,) -> their places."""
        theirs = self._at.take(numbers)
        wrong = self._lengths.take(numbers) != lengths
        rest = np.arange(len(numbers))
        shift = 0
        while len(rest):
            count = lengths.take(rest) - 8 * shift
            here = spans.load_part(eights, starts.take(rest) + 8 * shift, count)
            wrong[rest] |= here != self._words.take(theirs.take(rest) + shift, mode="clip")
            shift += 1
            rest = rest[count > 8]
        found: Array = wrong.nonzero()[0]
        return found

    def _odd_number(self, codes: Array, eights: Array, start: int, length: int) -> int:
        """The number of a long term whose hash another term has."""
        term = codes[start : start + length].tobytes()
        if term not in self._odd:
            self._odd[term] = self.count
            self._keep(eights, np.array([start]), np.array([length]))
        return self._odd[term]

    def _keep(self, eights: Array, starts: Array, lengths: Array) -> None:
        """Append terms, spans of the codes behind eights, to those that have a number."""
        sizes = (lengths + 7) >> 3
        base, count = int(self._at[self.count]), self.count
        self.count += len(starts)
        self._at, self._lengths = _room(self._at, self.count + 1), _room(self._lengths, self.count + 1)
        np.cumsum(sizes, out=self._at[count + 1 : self.count + 1])
        self._at[count + 1 : self.count + 1] += base
        self._lengths[count : self.count] = lengths
        used = int(self._at[self.count])
        self._words = _room(self._words, used)
        index = np.arange(base, used) - np.repeat(self._at[count : self.count], sizes)
        index *= 8
        self._words[base:used] = spans.load_part(
            eights, np.repeat(starts, sizes) + index, np.repeat(lengths, sizes) - index
        )


def _mixed(keys: Array) -> Array:
    """A hash of keys whose upper bits depend on all of theirs: (n,) uint64 -> (n,) uint64."""
    mixed: Array = keys ^ (keys >> np.uint64(32))
    mixed *= MULTIPLIER
    return mixed


def keys_of(codes: Array, starts: Array, ends: Array) -> Array:
    """A number for each span, of equal ones the same: (n,), (n,) -> (n,) uint64. Two long ones may share one."""
    return _keys(spans.eights(codes), starts, ends - starts) if len(starts) else np.zeros(0, np.uint64)


def _keys(eights: Array, starts: Array, lengths: Array) -> Array:
    """Exact keys of short spans, hashes of the long ones: (n,) -> (n,) uint64."""
    keys = spans.load(eights, starts)
    keys &= KEY_MASKS.take(lengths, mode="clip")
    keys |= KEY_TAGS.take(lengths, mode="clip")
    long = (lengths > SHORT).nonzero()[0]
    if len(long):
        begin, left = starts.take(long), lengths.take(long)
        mixed = left.astype(np.uint64) * STEP
        rest = np.arange(len(long))
        while len(rest):
            more = spans.load_part(eights, begin.take(rest), left.take(rest))
            more ^= mixed.take(rest)
            more *= STEP
            more ^= more >> np.uint64(29)
            mixed[rest] = more * MULTIPLIER
            begin[rest] += 8
            left[rest] -= 8
            rest = rest[left.take(rest) > 0]
        mixed ^= mixed >> np.uint64(32)
        mixed |= LONG_TAG
        keys[long] = mixed
    return keys


def _room(array: Array, size: int) -> Array:
    """The array, grown to at least size elements by doubling."""
    if size <= len(array):
        return array
    out = np.zeros(max(size, 2 * len(array)), array.dtype)
    out[: len(array)] = array
    return out
