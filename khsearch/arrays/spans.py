"""spans: terms as spans of one byte array. Load, order, compare and copy them without an object per term."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays.runs import spread, starts_of, turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.arrays.late import Array

MASKS: Array = np.array([(1 << (8 * n)) - 1 for n in range(8)] + [(1 << 64) - 1], np.uint64)


def eights(codes: Array | bytes) -> Array:
    """The 8 bytes at every offset as one number, first byte lowest, zero-filled: (n,) uint8 -> (n + 1,) uint64.

    A view of 8 bytes a number that lie 1 byte apart: index it, for take() would first copy all of it.
    """
    padded = np.zeros(len(codes) + 8, np.uint8)
    padded[: len(codes)] = np.frombuffer(codes, np.uint8) if isinstance(codes, bytes) else codes
    return np.ndarray((len(codes) + 1,), "<u8", padded.data, strides=(1,))


def load(eights: Array, starts: Array) -> Array:
    """The 8 bytes of the codes behind `eights` from each start on: (n,) -> (n,) uint64."""
    out: Array = eights[starts]
    return out


def load_part(eights: Array, starts: Array, counts: Array) -> Array:
    """Bytes starts to starts + min(counts, 8), zero-filled, first byte lowest: (n,), (n,) -> (n,) uint64."""
    out = load(eights, starts)
    out &= MASKS.take(counts, mode="clip")
    return out


def order(codes: Array, starts: Array, ends: Array) -> tuple[Array, Array]:
    """Sort spans bytewise -> (order (n,) int64, group (n,) int64): equal spans, and only they, share a group number.

    Groups number the distinct spans in order from 0; group[i] belongs to span order[i].
    """
    loaded = eights(codes)
    lengths = ends - starts
    keys = load_part(loaded, starts, lengths).byteswap()
    # Zero-filled keys tie a span with itself plus zero bytes: the shorter comes first, which is bytewise order.
    sizes = np.minimum(lengths, 9)
    out = np.lexsort((sizes, keys))
    keys, sizes = keys[out], sizes[out]
    fresh = turns(keys) | turns(sizes)
    depth = 8
    places = np.flatnonzero(sizes == 9)
    while len(places):
        group = np.cumsum(fresh)[places]
        tied = np.zeros(len(places), bool)
        same = group[1:] == group[:-1]
        tied[1:] |= same
        tied[:-1] |= same
        places, group = places[tied], group[tied]
        if not len(places):
            break
        members = out[places]
        left = lengths[members] - depth
        keys = load_part(loaded, starts[members] + depth, left).byteswap()
        sizes = np.minimum(left, 9)
        inner = np.lexsort((sizes, keys, group))
        out[places] = members[inner]
        group, keys, sizes = group[inner], keys[inner], sizes[inner]
        fresh[places] |= ~turns(group) & (turns(keys) | turns(sizes))
        places = places[sizes == 9]
        depth += 8
    return out, np.cumsum(fresh) - 1


def gather(codes: Array, starts: Array, ends: Array) -> tuple[Array, Array]:
    """Copy spans end to end -> (codes uint8, starts (n + 1,) int64 of each in them)."""
    counts = ends - starts
    return codes[spread(starts, counts)], starts_of(counts)


def equal(codes: Array, starts: Array, ends: Array, others: Array, begins: Array, stops: Array) -> Array:
    """Whether spans of one array are those of another, one by one -> (n,) bool."""
    found: Array = ends - starts == stops - begins
    alike = found.nonzero()[0]
    one, at = gather(codes, starts.take(alike), ends.take(alike))
    other, _ = gather(others, begins.take(alike), stops.take(alike))
    found[alike[at.searchsorted((one != other).nonzero()[0], "right") - 1]] = False
    return found


def pack(terms: Sequence[bytes]) -> tuple[Array, Array]:
    """Byte strings end to end -> (codes uint8, starts (n + 1,) int64)."""
    counts = np.fromiter(map(len, terms), np.int64, len(terms))
    return np.frombuffer(b"".join(terms), np.uint8), starts_of(counts)
