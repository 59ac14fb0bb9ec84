"""encode: postings in term order in, the sections of one field out, a chunk of terms at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, narrow, spans, starts_of
from khsearch.columnar.files.spool import Spool
from khsearch.columnar.postings import layout

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from khsearch.columnar.files.blockfile import BlockFileWriter
    from khsearch.columnar.files.disk import Disk
    from khsearch.columnar.postings.inversion import Postings

STREAMS = ("high", "low", "tf", "rest", "pos", "terms")


class FieldEncoder:
    """Collects the encoded postings of one field until they go into the segment's file."""

    def __init__(self, disk: Disk, new_path: Callable[[], Path], docs: int, *, positions: bool) -> None:
        self.terms = 0
        self._tokens = 0
        self._top = 0
        self._docs = docs
        self._limits = layout.width_limits(docs)
        self._positions = positions
        self._streams = {name: Spool(disk, new_path) for name in STREAMS}
        self._counts = [(np.zeros(0, np.uint8),) * 4]  # df, extra tokens, bytes, bits of rest
        self._rows: list[Array] = []
        self._keys: list[Array] = []
        self._row = np.zeros(layout.COLUMNS, np.int64)

    def add(self, codes: Array, starts: Array, postings: Postings) -> None:
        """Encode the next terms, codes cut at starts (t + 1,), and their postings.

        Every call but the last brings a multiple of layout.BLOCK terms.
        """
        df, lengths = postings.df, np.diff(starts)
        first = starts_of(df)
        token = starts_of(postings.tf)
        cf = np.diff(token[first])
        rests = _rest_widths(postings.positions, token[first[:-1]], len(df))
        at = layout.offsets(df, cf, rests, lengths, self._docs, self._limits)
        streams = self._streams
        streams["high"].append(_high(at, postings.docs, first))
        streams["low"].append(_low(at, postings.docs, first))
        streams["tf"].append(_tf(at, token[:-1], first))
        if self._positions and postings.positions is not None:
            self._top = max(self._top, int(postings.positions.max(initial=0)))
            streams["pos"].append(postings.positions.astype(np.uint8))
            streams["rest"].append(_rest(at, postings.positions))
        streams["terms"].append(codes)
        self._counts.append(
            (df.astype(np.uint32), (cf - df).astype(np.uint32), lengths.astype(np.uint32), rests.astype(np.uint8))
        )
        self._rows.append(at.rows[:-1] + self._row)
        self._row = at.rows[-1] + self._row
        heads = starts[:-1][:: layout.BLOCK]
        self._keys.append(spans.load_part(spans.eights(codes), heads, lengths[:: layout.BLOCK]).byteswap())
        self.terms += len(df)
        self._tokens += int(token[-1])

    def meta(self) -> dict[str, int]:
        """What the segment's header keeps of the field: how many tokens, and the highest position."""
        return {"tokens": self._tokens, "top": self._top}

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
