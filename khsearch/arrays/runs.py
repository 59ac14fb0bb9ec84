"""runs: runs of equal values, ragged rows, narrow types: the few words about arrays that every room shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from khsearch.arrays.late import Array

DOC = np.int32  # of document numbers: half the memory of int64, and an index holds fewer than 2 ** 31
EMPTY: Array = np.zeros(0, np.int64)
EMPTY_DOCS: Array = np.zeros(0, DOC)
EMPTY_SCORES: Array = np.zeros(0, np.float32)


def starts_of(counts: Array) -> Array:
    """Where each group begins when groups of these sizes lie end to end: (n,) ints -> (n + 1,) int64, last the sum."""
    out = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=out[1:])
    return out


def turns(values: Array) -> npt.NDArray[np.bool_]:
    """Where a value is another than the one before it, the first one being so: (n,) -> (n,)."""
    found = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def distinct(values: Array) -> Array:
    """The different ones of some values, rising: (n,) -> (k,). numpy.unique, at first, imports 15 ms of numpy.ma."""
    ordered = np.sort(values)
    found: Array = ordered[turns(ordered)]
    return found


def numbered(values: Array) -> tuple[Array, Array]:
    """The different ones of some values, rising, and the number among them of each: (n,) -> (k,), (n,) int64."""
    order = np.argsort(values, kind="stable")
    ordered = values.take(order)
    fresh = turns(ordered)
    numbers = np.empty(len(values), np.int64)
    numbers[order] = np.cumsum(fresh) - 1
    return ordered[fresh], numbers


def narrow(values: Array) -> Array:
    """The same non-negative integers in the smallest unsigned dtype that holds them."""
    top = int(values.max()) if len(values) else 0
    for bits, dtype in ((8, np.uint8), (16, np.uint16), (32, np.uint32)):
        if top < 1 << bits:
            return values.astype(dtype)
    return values.astype(np.uint64)


def spread(starts: Array, counts: Array) -> Array:
    """Indices of all members of spans: starts (n,), counts (n,) -> (sum(counts),) int64, span after span."""
    ends = np.cumsum(counts, dtype=np.int64)
    out = np.repeat(starts - (ends - counts), counts)
    out += np.arange(len(out))
    return out


def stable_order(values: Array, bound: int) -> Array:
    """What sorts values (n,), all below bound, equal ones in their order: -> (n,) int64.

    Radix sorting 16 bits at a time: numpy does that for this dtype, and only for it.
    """
    top = (1 << 16) - 1
    order: Array = np.minimum(values, top).astype(np.uint16).argsort(kind="stable")
    if bound <= top:
        return order
    # The larger ones lie behind the others, in their order.
    first = len(values) - int(np.count_nonzero(values >= top))
    high = order[first:]
    rest = values.take(high)
    shift = 0
    while bound >> shift:
        by_digit = ((rest >> shift) & top).astype(np.uint16).argsort(kind="stable")
        high, rest = high.take(by_digit), rest.take(by_digit)
        shift += 16
    order[first:] = high
    return order
