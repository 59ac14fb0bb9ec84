"""layout: where each term's bits lie. Both the encoder and the decoder derive it from the terms' counts alone.

A term's document numbers are Elias-Fano coded: the low `width` bits of each as they are, the high bits as gaps in
unary, `width` being what makes both together shortest. Frequencies are one bit per token, set where a document begins,
and missing where every frequency is 1. A position is a low byte and `rest` further bits. So the size of each part
follows from the number of documents in the segment and the term's two counts, and only the offsets of every BLOCK-th
term are written down.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK = 64  # terms between two rows of offsets that are written down; at each the bits begin on a byte
COLUMNS = 6  # of a block's row: bytes of high, low, tf, rest; tokens; bytes of terms
HIGH, LOW, TF, REST, TOKENS, TERMS = range(COLUMNS)
WIDTHS: Array = np.array([24, 16, 8, 4, 0], np.int64)
RESTS: Array = np.array([0, 1, 2, 4, 8, 16, 24], np.int64)


def width_limits(docs: int) -> Array:
    """Up to which document frequency each of WIDTHS but the last pays: docs in the segment -> (4,) int64, rising."""
    top = max(docs - 1, 0)
    pairs = zip(WIDTHS[1:].tolist(), WIDTHS[:-1].tolist(), strict=True)
    return np.array([-(-((top >> small) - (top >> large)) // (large - small)) for small, large in pairs], np.int64)


def widths_of(df: Array, limits: Array) -> Array:
    """How many low bits the documents of terms have: df (t,) -> (t,) int64."""
    return WIDTHS.take(limits.searchsorted(df, "right"))


def high_sizes(df: Array, width: Array, docs: int) -> Array:
    """How many bits the high parts of the documents of terms take: df, width (t,), docs in the segment -> (t,)."""
    sizes: Array = df + (max(docs - 1, 0) >> width)
    return sizes


@frozen
class Offsets:
    """Where the bits of neighbouring terms begin: all (t,) int64, bits unless said otherwise."""

    df: Array
    cf: Array
    width: Array
    high: Array
    high_size: Array
    low: Array
    tf: Array
    rest: Array
    rest_width: Array
    tokens: Array  # tokens, which are also bytes of the low positions
    rows: Array  # (blocks + 1, COLUMNS) relative to the first, last the totals


def offsets(df: Array, cf: Array, rests: Array, lengths: Array, docs: int, limits: Array) -> Offsets:
    """Lay out terms from the first of a block on: df, cf, bits of rest and bytes of each (t,), docs in the segment."""
    t = len(df)
    width = widths_of(df, limits)
    blocks = -(-t // BLOCK)
    sizes = np.zeros((COLUMNS, blocks * BLOCK), np.int64)
    sizes[HIGH, :t] = high_sizes(df, width, docs)
    sizes[LOW, :t] = (df * width + 7) & -8
    sizes[TF, :t] = cf * (cf > df)
    sizes[REST, :t] = (cf * rests + 7) & -8
    sizes[TOKENS, :t] = cf
    sizes[TERMS, :t] = lengths
    within = sizes.reshape(COLUMNS, blocks, BLOCK).cumsum(2)
    rows = np.zeros((blocks + 1, COLUMNS), np.int64)
    ends = within[:, :, -1]
    rows[1:, :TOKENS] = ((ends[:TOKENS] + 7) >> 3).T
    rows[1:, TOKENS:] = ends[TOKENS:].T
    if blocks > 1:
        np.cumsum(rows, axis=0, out=rows)
    within -= sizes.reshape(within.shape)
    within[:TOKENS] += rows[:-1, :TOKENS].T[:, :, None] << 3
    within[TOKENS:] += rows[:-1, TOKENS:].T[:, :, None]
    begin = within.reshape(COLUMNS, -1)[:, :t]
    return Offsets(
        df, cf, width, begin[HIGH], sizes[HIGH, :t], begin[LOW], begin[TF], begin[REST], rests, begin[TOKENS], rows
    )


def skipped(df: Sequence[int], cf: Sequence[int], rests: Sequence[int], docs: int, limits: Sequence[int]) -> list[int]:
    """What `offsets` says of the term after these, the first ones of a block: bits of HIGH, LOW, TF, REST; TOKENS.

    For one term, that takes a tenth of the time.
    """
    top = max(docs - 1, 0)
    widths = WIDTHS.tolist()
    buckets = [top >> width for width in widths]
    high = low = tf = rest = 0
    for docs_of_term, tokens, bits in zip(df, cf, rests, strict=True):
        kind = bisect_right(limits, docs_of_term)
        high += docs_of_term + buckets[kind]
        low += (docs_of_term * widths[kind] + 7) & -8
        if tokens > docs_of_term:
            tf += tokens
        rest += (tokens * bits + 7) & -8
    return [high, low, tf, rest, sum(cf)]


def put_runs(out: Array, values: Array, widths: Array, start: Array, first: Array) -> None:
    """Write the low bits of the numbers of t runs: values[first[i] : first[i + 1]], widths[i] bits of each.

    Run i begins at byte start[i] of out, which is still zero.
    """
    counts = np.diff(first)
    # The offset of a number is that of its run and its own number, in bytes or, where it has less than one, in widths.
    base = start * (8 // np.clip(widths, 1, 8)) - first[:-1] * np.maximum(widths >> 3, 1)
    kinds, bases = np.repeat(widths.astype(np.uint8), counts), np.repeat(base, counts)
    for width in sorted(set(widths.tolist()) - {0}):
        mine = np.flatnonzero(kinds == width)
        offset = bases.take(mine)
        offset += mine * max(width >> 3, 1)
        _put_bits(out, values.take(mine), width, offset)


def _put_bits(out: Array, values: Array, width: int, offset: Array) -> None:
    if width >= 8:
        for k in range(width >> 3):
            out[offset + k] = (values >> (8 * k)).astype(np.uint8)
        return
    # One byte for each number of the width that out could hold, then as many of them together as fit.
    parts = np.zeros(len(out) * 8 // width, np.uint8)
    parts[offset] = values.astype(np.uint8) & np.uint8((1 << width) - 1)
    if width == 1:
        out |= np.packbits(parts, bitorder="little")
        return
    for k in range(8 // width):
        out |= parts[k :: 8 // width] << np.uint8(k * width)


def get_bits(data: Array, width: int, start: Array | int, index: Array) -> Array:
    """Read back what put_runs wrote -> (n,) int64."""
    if width >= 8:
        size = width >> 3
        at = start + index * size
        out = data.take(at).astype(np.int64)
        for k in range(1, size):
            out |= data.take(at + k).astype(np.int64) << (8 * k)
        return out
    bit = index * width
    return (data.take(start + (bit >> 3)).astype(np.int64) >> (bit & 7)) & ((1 << width) - 1)


def get_run(data: Array, width: int, count: int) -> Array:
    """The first count numbers of a run: data uint8 from the run's first byte on -> (count,) int64."""
    if width == 8:
        return data[:count].astype(np.int64)
    if width == 16:
        return data[: 2 * count].view("<u2").astype(np.int64)
    if width == 4:
        used = data[: (count + 1) >> 1]
        out = np.empty(2 * len(used), np.int64)
        np.bitwise_and(used, 15, out=out[0::2])
        np.right_shift(used, 4, out=out[1::2])
        return out[:count]
    return get_bits(data, width, 0, np.arange(count))
