"""decode: one field of one segment, read back: the postings of its terms as arrays."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, distinct, spread, starts_of
from khsearch.columnar.postings import layout
from khsearch.columnar.postings.vocabulary import Vocabulary
from khsearch.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from khsearch.columnar.files.blockfile import BlockFile, Section

BLOCK = layout.BLOCK
KNOWN = 1 << 14  # offsets of terms that are remembered
CHUNK_TOKENS = 1 << 19  # of a chunk of terms decoded together


@frozen
class TermOffsets:
    """One term of one segment: its number and where its postings lie."""

    number: int
    df: int
    cf: int
    width: int
    high: int  # bit
    high_size: int  # bits
    low: int  # byte
    tf: int  # bit
    rest: int  # byte
    rest_width: int
    tokens: int


_UNKNOWN = TermOffsets(-1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


class FieldReader(Vocabulary):
    """The postings of one field in one segment; all sections verified when touched."""

    def __init__(self, file: BlockFile, prefix: str, docs: int, *, positions: bool) -> None:
        super().__init__(file, prefix)
        self.docs = docs
        self.positions = positions
        part = file.section
        self._rests = part(prefix + "rests") if positions else None
        self._high, self._low, self._tf = part(prefix + "high"), part(prefix + "low"), part(prefix + "tf")
        self._rest, self._pos = part(prefix + "rest"), part(prefix + "pos")
        self._limits = layout.width_limits(docs)
        if self._rests is not None and len(self._rests) != self.count:
            raise self._rests.damage("the tables of terms disagree about their number")
        self._check_sizes()
        self._known: dict[bytes, TermOffsets | None] = {}

    @property
    def tokens(self) -> int:
        """Tokens of all terms whose positions are kept."""
        return len(self._pos)

    def _check_sizes(self) -> None:
        """All parts are as long as the last row of offsets says."""
        ends = self._row(-(-self.count // BLOCK))
        parts = {layout.HIGH: self._high, layout.LOW: self._low, layout.TF: self._tf, layout.REST: self._rest}
        parts[layout.TERMS] = self._terms
        if self.positions:
            parts[layout.TOKENS] = self._pos
        for column, section in parts.items():
            if len(section) != ends[column]:
                raise section.damage("it has another length than it should")
        for section in (self._df, self._extra, self._lengths):
            if section.raw.dtype not in (np.uint8, np.uint16, np.uint32):
                raise section.damage("it holds numbers of another kind than it should")

    def offsets_of(self, term: bytes) -> TermOffsets | None:
        """Where the postings of a term lie; None where the field has no such term."""
        found = self._known.get(term, _UNKNOWN)
        if found is _UNKNOWN:
            number = self.find(term)
            found = None if number < 0 else self.offsets(number)
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[term] = found
        return found

    def offsets(self, number: int) -> TermOffsets:
        """Where the postings of one term lie."""
        block = number // BLOCK
        first = block * BLOCK
        df: list[int] = self._df.part(first, number + 1).tolist()
        cf = list(map(int.__add__, df, self._extra.part(first, number + 1).tolist()))
        rests = [0] * len(df) if self._rests is None else self._rests.part(first, number + 1).tolist()
        limits = self._limits.tolist()
        high, low, tf, rest, tokens = layout.skipped(df[:-1], cf[:-1], rests[:-1], self.docs, limits)
        row = self._row(block)
        width = int(layout.WIDTHS[bisect_right(limits, df[-1])])
        return TermOffsets(
            number,
            df[-1],
            cf[-1],
            width,
            (row[layout.HIGH] << 3) + high,
            df[-1] + (max(self.docs - 1, 0) >> width),
            row[layout.LOW] + (low >> 3),
            (row[layout.TF] << 3) + tf,
            row[layout.REST] + (rest >> 3),
            rests[-1],
            row[layout.TOKENS] + tokens,
        )

    def doc_numbers(self, at: TermOffsets) -> Array:
        """The documents of a term -> (df,) int64, rising."""
        bits = _bits(self._high, at.high, at.high_size)
        docs = bits.nonzero()[0]
        if len(docs) != at.df:
            raise self._high.damage("a list has another length than it should")
        docs -= _counting(at.df)
        if at.width:
            size = (at.df * at.width + 7) >> 3
            docs <<= at.width
            docs |= layout.get_run(self._low.part(at.low, at.low + size), at.width, at.df)
        return docs

    def frequencies(self, at: TermOffsets) -> Array | None:
        """How often the term is in each of its documents -> (df,) int64; None where once in each."""
        if at.cf == at.df:
            return None
        first = _bits(self._tf, at.tf, at.cf).nonzero()[0]
        if len(first) != at.df:
            raise self._tf.damage("a list has another length than it should")
        tf = np.empty(at.df, np.int64)
        np.subtract(first[1:], first[:-1], out=tf[:-1])
        tf[-1] = at.cf - int(first[-1])
        return tf

    def token_positions(self, at: TermOffsets) -> Array:
        """Positions of the term's tokens -> (cf,) int64."""
        positions = self._pos.part(at.tokens, at.tokens + at.cf).astype(np.int64)
        if at.rest_width:
            rest = self._rest.part(at.rest, at.rest + ((at.cf * at.rest_width + 7) >> 3))
            positions |= layout.get_bits(rest, at.rest_width, 0, _counting(at.cf)) << 8
        return positions

    def chunks(self, start: int = 0, stop: int | None = None, tokens: int = CHUNK_TOKENS) -> Iterator[tuple[int, int]]:
        """Cut terms start to stop into ranges of about so many tokens each, to be decoded together."""
        stop = self.count if stop is None else stop
        if stop <= start:
            return
        cf = self._df.part(start, stop).astype(np.int64) + self._extra.part(start, stop)
        ends = np.cumsum(cf)
        at = 0
        while at < len(ends):
            base = int(ends[at - 1]) if at else 0
            to = max(at + 1, int(ends.searchsorted(base + tokens, "right")))
            yield start + at, start + to
            at = to

    def postings(self, start: int, stop: int) -> tuple[Array, Array, Array]:
        """Postings of neighbouring terms -> (df (t,), docs (p,), tf (p,)), all int64, in order of terms.

        Of three terms as `encode._tf` draws them:

            first     0     2   3   4    the first posting of each term
            cf_first  0     3   4   7    and its first token
            bits      1 0 1 |   | 1 0 0  b has none
            token     0 2   | 3 | 4      the first token of each posting, whose steps are the frequencies

        Where a term has no bits, each posting is one token; where it has, a set bit's number among the bits is that of
        the token, once the tokens before it that have no bits are added.
        """
        at = self._offsets(start, stop)
        docs = self._docs_of(at)
        first = starts_of(at.df)
        cf_first = starts_of(at.cf)
        begin = cf_first[:-1].repeat(at.df)
        several = np.flatnonzero(at.cf > at.df)
        if len(several) == 0:
            return at.df, docs, np.ones(len(docs), np.int64)
        # A token's number within the range, of every posting's first token.
        token = begin + (np.arange(len(docs)) - first[:-1].repeat(at.df))
        lo = int(at.tf[several[0]])
        bits = _bits(self._tf, lo, int(at.tf[several[-1]] + at.cf[several[-1]]) - lo)
        tokens = spread(at.tf[several] - lo, at.cf[several])
        new = np.flatnonzero(bits.take(tokens))
        where = spread(first[several], at.df[several])
        if len(new) != len(where):
            raise self._tf.damage("lists have another length than they should")
        within = starts_of(at.cf[several])[:-1]
        token[where] = new - (within - cf_first[several]).repeat(at.df[several])
        return at.df, docs, np.diff(token, append=int(cf_first[-1]))

    def docs_between(self, start: int, stop: int) -> Array:
        """Documents of neighbouring terms -> (p,) int64, in order of terms."""
        return self._docs_of(self._offsets(start, stop))

    def positions_of(self, start: int, stop: int) -> Array:
        """Positions of all tokens of neighbouring terms -> (n,) int64, in order of terms."""
        at = self._offsets(start, stop)
        first = int(at.tokens[0])
        total = int(at.cf.sum())
        out = self._pos.part(first, first + total).astype(np.int64)
        for width in distinct(at.rest_width).tolist():
            if width:
                mine = np.flatnonzero(at.rest_width == width)
                where = spread(starts_of(at.cf)[mine], at.cf[mine])
                index = where - starts_of(at.cf)[mine].repeat(at.cf[mine])
                begin = (at.rest[mine] >> 3).repeat(at.cf[mine])
                lo = int(begin[0])
                hi = int(begin[-1]) + ((int(at.cf[mine[-1]]) * width + 7) >> 3)
                out[where] |= layout.get_bits(self._rest.part(lo, hi), width, begin - lo, index) << 8
        return out

    def _docs_of(self, at: layout.Offsets) -> Array:
        """Documents of the terms at these offsets."""
        lo = int(at.high[0])
        bits = _bits(self._high, lo, int(at.high[-1] + at.high_size[-1]) - lo)
        found = bits.nonzero()[0]
        total = int(at.df.sum())
        if len(found) != total:
            raise self._high.damage("lists have another length than they should")
        index = np.arange(total) - starts_of(at.df)[:-1].repeat(at.df)
        docs: Array = found - (at.high - lo).repeat(at.df) - index
        widths = at.width.repeat(at.df)
        begin = (at.low >> 3).repeat(at.df)
        docs <<= widths
        for width in distinct(at.width).tolist():
            if width:
                mine = np.flatnonzero(widths == width)
                start = begin[mine]
                base = int(start[0])
                end = int(start[-1]) + ((int(index[mine[-1]] + 1) * width + 7) >> 3)
                docs[mine] |= layout.get_bits(self._low.part(base, end), width, start - base, index[mine])
        return docs

    def _offsets(self, start: int, stop: int) -> layout.Offsets:
        block = start // BLOCK
        first = block * BLOCK
        df = self._df.part(first, stop).astype(np.int64)
        cf = df + self._extra.part(first, stop)
        lengths = self._lengths.part(first, stop)
        rests = np.zeros(len(df), np.int64) if self._rests is None else self._rests.part(first, stop).astype(np.int64)
        at = layout.offsets(df, cf, rests, lengths, self.docs, self._limits)
        row = np.array(self._row(block), np.int64)
        skip = slice(start - first, None)
        bits = row << 3
        return layout.Offsets(
            df[skip],
            cf[skip],
            at.width[skip],
            at.high[skip] + bits[layout.HIGH],
            at.high_size[skip],
            at.low[skip] + bits[layout.LOW],
            at.tf[skip] + bits[layout.TF],
            at.rest[skip] + bits[layout.REST],
            rests[skip],
            at.tokens[skip] + row[layout.TOKENS],
            at.rows,
        )


_COUNT: Array = np.arange(1 << 10)


def _counting(n: int) -> Array:
    """0 to n - 1, int64, not to be written to. It grows once in a while and is read in every query."""
    global _COUNT  # noqa: PLW0603
    counting = _COUNT
    if len(counting) < n:
        counting = np.arange(2 * n)
        _COUNT = counting
    return counting[:n]


def _bits(section: Section, start: int, count: int) -> Array:
    """Bits start to start + count of a section -> (count,) bool."""
    low = start >> 3
    data = section.part(low, (start + count + 7) >> 3)
    skip = start & 7
    return np.unpackbits(data, bitorder="little")[skip : skip + count].view(np.bool_)
