"""encode: postings in term order in, the sections of one field out, a chunk of terms at a time.

`compiled.coded` gives the same, byte for byte, by native/src/writing/coding.rs: what changes here changes there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, narrow, spans, starts_of
from khsearch.columnar.files.spool import Spool
from khsearch.columnar.postings import layout
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from khsearch.columnar.files.blockfile import BlockFileWriter
    from khsearch.columnar.files.disk import Disk
    from khsearch.columnar.postings.inversion import Postings

STREAMS = ("high", "low", "tf", "rest", "pos", "terms")


@frozen
class Coded:
    """Postings of some terms, the first of which begins a block, and of all terms of a field if it is the last part.

    streams: by name, uint8. df, extra, lengths: (t,) documents of each term, tokens beyond these, bytes. rests: (t,)
    uint8, bits of a position's rest. rows: (blocks + 1, layout.COLUMNS) int64, where the parts of each block begin, and
    last where all end. keys: (blocks,) uint64, the first eight bytes of each block's first term. top: the highest
    position.
    """

    streams: Mapping[str, Array]
    df: Array
    extra: Array
    lengths: Array
    rests: Array
    rows: Array
    keys: Array
    top: int


def coded(codes: Array, starts: Array, postings: Postings, docs: int) -> Coded:
    """Code terms, codes cut at starts (t + 1,), and their postings, in a segment of so many documents."""
    df, lengths = postings.df, np.diff(starts)
    first = starts_of(df)
    token = starts_of(postings.tf)
    cf = np.diff(token[first])
    rests = _rest_widths(postings.positions, token[first[:-1]], len(df))
    at = layout.offsets(df, cf, rests, lengths, docs, layout.width_limits(docs))
    streams = {
        "high": _high(at, postings.docs, first),
        "low": _low(at, postings.docs, first),
        "tf": _tf(at, token[:-1], first),
        "terms": codes,
    }
    top = 0
    if postings.positions is not None:
        top = int(postings.positions.max(initial=0))
        streams |= {"pos": postings.positions.astype(np.uint8), "rest": _rest(at, postings.positions)}
    heads = starts[:-1][:: layout.BLOCK]
    keys = spans.load_part(spans.eights(codes), heads, lengths[:: layout.BLOCK]).byteswap()
    return Coded(
        streams,
        df.astype(np.uint32),
        (cf - df).astype(np.uint32),
        lengths.astype(np.uint32),
        rests.astype(np.uint8),
        at.rows,
        keys,
        top,
    )


class FieldEncoder:
    """Collects the coded postings of one field until they go into the segment's file."""

    def __init__(self, disk: Disk, new_path: Callable[[], Path], *, positions: bool) -> None:
        self.terms = 0
        self._top = 0
        self._positions = positions
        self._streams = {name: Spool(disk, new_path) for name in STREAMS}
        self._counts = [(np.zeros(0, np.uint8),) * 4]  # df, extra tokens, bytes, bits of rest
        self._rows: list[Array] = []
        self._keys: list[Array] = []
        self._row = np.zeros(layout.COLUMNS, np.int64)

    def add(self, part: Coded) -> None:
        """Append the next terms. Every call but the last brings a multiple of layout.BLOCK terms."""
        for name, stream in part.streams.items():
            self._streams[name].append(stream)
        self._counts.append((part.df, part.extra, part.lengths, part.rests))
        self._rows.append(part.rows[:-1] + self._row)
        self._row = part.rows[-1] + self._row
        self._keys.append(part.keys)
        self._top = max(self._top, part.top)
        self.terms += len(part.df)

    def meta(self) -> dict[str, int]:
        """What the segment's header keeps of the field: how many tokens, and the highest position."""
        return {"tokens": int(self._row[layout.TOKENS]), "top": self._top}

    def write(self, file: BlockFileWriter, prefix: str) -> None:
        """Write all sections of the field; their names begin with prefix."""
        df, extra, lengths, rests = map(np.concatenate, zip(*self._counts, strict=True))
        file.add(prefix + "df", narrow(df))
        file.add(prefix + "extra", narrow(extra))
        file.add(prefix + "lengths", narrow(lengths))
        if self._positions:
            file.add(prefix + "rests", rests)
        file.add(prefix + "rows", np.concatenate([*self._rows, self._row[None]]).ravel())
        file.add(prefix + "keys", np.concatenate([*self._keys, np.zeros(0, np.uint64)]))
        for name, spool in self._streams.items():
            file.begin(prefix + name, np.uint8)
            for piece in spool.drain():
                file.append(piece)
            file.end()

    def close(self) -> None:
        """Give back what the spools hold."""
        for spool in self._streams.values():
            spool.close()


def _high(at: layout.Offsets, docs: Array, first: Array) -> Array:
    flags = np.zeros(int(at.rows[-1, layout.HIGH]) << 3, np.uint8)
    bit = docs >> np.repeat(at.width, at.df)
    bit += np.repeat(at.high - first[:-1], at.df)
    bit += np.arange(len(bit))
    flags[bit] = 1
    return np.packbits(flags, bitorder="little")


def _low(at: layout.Offsets, docs: Array, first: Array) -> Array:
    out = np.zeros(int(at.rows[-1, layout.LOW]), np.uint8)
    layout.put_runs(out, docs, at.width, at.low >> 3, first)
    return out


def _tf(at: layout.Offsets, token: Array, first: Array) -> Array:
    """The bits of frequencies: one a token, set where a document begins; token (p,), first (t + 1,).

    Of three terms, a twice in one document and once in another, b once in one, c in one document three times:

        tf      2 1 | 1 | 3         of each posting
        token   0 2 | 3 | 4         the number of its first token
        first   0     2   3   4     the first posting of each term, and last how many there are
        bits    1 0 1 |   | 1 0 0   b, whose frequencies are all 1, has none

    A posting's bit is its token's number less that of the term's first token, from where the term's bits begin.
    """
    flags = np.zeros((int(at.rows[-1, layout.TF]) << 3) + 1, np.uint8)
    # All of a term without bits falls on the last flag, which is then left out.
    shift = np.where(at.cf > at.df, at.tf - token[first[:-1]], -1 - token[-1] if len(token) else 0)
    bit = np.repeat(shift, at.df)
    bit += token
    np.maximum(bit, -1, out=bit)
    flags[bit] = 1
    return np.packbits(flags[:-1], bitorder="little")


def _rest(at: layout.Offsets, positions: Array) -> Array:
    out = np.zeros(int(at.rows[-1, layout.REST]), np.uint8)
    if len(out):
        layout.put_runs(out, positions >> 8, at.rest_width, at.rest >> 3, starts_of(at.cf))
    return out


def _rest_widths(positions: Array | None, first: Array, terms: int) -> Array:
    if positions is None or not terms:
        return np.zeros(terms, np.int64)
    top = np.maximum.reduceat(positions, first) >> 8
    return layout.RESTS.take(np.searchsorted((1 << layout.RESTS) - 1, top))
