"""decode: one field of one segment, read back: terms by name, prefix or number, and their postings as arrays."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from khsearch.columnar import layout
from khsearch.columnar.arrays import Array, spread, starts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from khsearch.columnar.blockfile import BlockFile, Section

BLOCK = layout.BLOCK
KNOWN = 1 << 14  # places of terms that are remembered
CHUNK_TOKENS = 1 << 19  # of a chunk of terms decoded together


@dataclass(frozen=True, slots=True)
class TermPlace:
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


class FieldReader:
    """The postings of one field in one segment; all sections verified when touched."""

    def __init__(self, file: BlockFile, prefix: str, docs: int, *, positions: bool) -> None:
        self.docs = docs
        self.positions = positions
        part = file.section
        self._df, self._extra, self._lengths = part(prefix + "df"), part(prefix + "extra"), part(prefix + "lengths")
        self._rests = part(prefix + "rests") if positions else None
        self._rows, self._keys = part(prefix + "rows"), part(prefix + "keys")
        self._high, self._low, self._tf = part(prefix + "high"), part(prefix + "low"), part(prefix + "tf")
        self._rest, self._pos, self._terms = part(prefix + "rest"), part(prefix + "pos"), part(prefix + "terms")
        self._limits = layout.width_limits(docs)
        self.count = len(self._df)
        blocks = -(-self.count // BLOCK)
        fits = len(self._extra) == self.count == len(self._lengths) and len(self._keys) == blocks
        if not fits or len(self._rows) != (blocks + 1) * layout.COLUMNS:
            raise self._df.damage("the tables of terms disagree about their number")
        if self._rests is not None and len(self._rests) != self.count:
            raise self._rests.damage("the tables of terms disagree about their number")
        self._check_sizes(blocks)
        self._key_list: memoryview | None = None
        self._known: dict[bytes, TermPlace] = {}

    def _check_sizes(self, blocks: int) -> None:
        """All parts are as long as the last row of places says."""
        ends = self._row(blocks)
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

    def find(self, term: bytes) -> int:
        """The number of a term; -1 where the field has none such."""
        number = self.lower(term)
        return number if number < self.count and self.term(number) == term else -1

    def lower(self, term: bytes) -> int:
        """How many terms of the field sort before this one."""
        if self._key_list is None:
            self._key_list = self._keys.whole().data
        key = int.from_bytes(term[:8].ljust(8, b"\0"), "big")
        low = max(bisect_left(self._key_list, key) - 1, 0)
        high = bisect_right(self._key_list, key)
        # The first terms of blocks low + 1 to high - 1 share the key: compare them whole.
        while high - low > 1:
            middle = (low + high) >> 1
            if self.term(middle * BLOCK) <= term:
                low = middle
            else:
                high = middle
        names = self.block_terms(low) if self.count else []
        return low * BLOCK + bisect_left(names, term)

    def prefix_range(self, prefix: bytes) -> tuple[int, int]:
        """Numbers of the first term that has the prefix and of the first after it that has not."""
        follower = prefix.rstrip(b"\xff")
        start = self.lower(prefix)
        if not follower:
            return start, self.count
        return start, self.lower(follower[:-1] + bytes([follower[-1] + 1]))

    def term(self, number: int) -> bytes:
        """The bytes of a term by its number."""
        block, inner = divmod(number, BLOCK)
        at = self._row(block)[layout.TERMS]
        lengths = self._lengths.part(block * BLOCK, number + 1)
        begin = at + int(lengths[:inner].sum(dtype=np.int64))
        return self._terms.part(begin, begin + int(lengths[inner])).tobytes()

    def block_terms(self, block: int) -> list[bytes]:
        """The terms of one block, in order."""
        at = self._row(block)[layout.TERMS]
        lengths = self._lengths.part(block * BLOCK, min((block + 1) * BLOCK, self.count)).tolist()
        text = self._terms.part(at, at + sum(lengths)).tobytes()
        out, begin = [], 0
        for length in lengths:
            out.append(text[begin : begin + length])
            begin += length
        return out

    def spans(self, start: int, stop: int) -> tuple[Array, Array]:
        """Bytes of the terms start to stop end to end -> (codes uint8, starts (stop - start + 1,) int64)."""
        if stop <= start:
            return np.zeros(0, np.uint8), np.zeros(1, np.int64)
        block = start // BLOCK
        lengths = self._lengths.part(block * BLOCK, stop)
        begins = starts_of(lengths)[start - block * BLOCK :] + self._row(block)[layout.TERMS]
        codes = self._terms.part(int(begins[0]), int(begins[-1]))
        return codes, begins - begins[0]

    def names(self, start: int = 0) -> Iterator[bytes]:
        """The terms in order, from number start on."""
        for block in range(start // BLOCK, -(-self.count // BLOCK)):
            names = self.block_terms(block)
            yield from names[max(start - block * BLOCK, 0) :]

    def dfs(self) -> Array:
        """Documents of every term, deleted ones included -> (count,)."""
        return self._df.whole()

    def cfs(self) -> Array:
        """Tokens of every term, those in deleted documents included -> (count,) int64."""
        return self._df.whole().astype(np.int64) + self._extra.whole()

    def place_of(self, term: bytes) -> TermPlace | None:
        """Where the postings of a term lie; None where the field has no such term."""
        found = self._known.get(term)
        if found is None:
            number = self.find(term)
            if number < 0:
                return None
            found = self.place(number)
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[term] = found
        return found

    def place(self, number: int) -> TermPlace:
        """Where the postings of one term lie."""
        at = self._places(number, number + 1)
        columns = (at.df, at.cf, at.width, at.high, at.high_size, at.low >> 3, at.tf, at.rest >> 3)
        df, cf, width, high, size, low, tf, rest = (int(column[0]) for column in columns)
        return TermPlace(number, df, cf, width, high, size, low, tf, rest, int(at.rest_width[0]), int(at.tokens[0]))

    def doc_numbers(self, place: TermPlace) -> Array:
        """The documents of a term -> (df,) int64, rising."""
        bits = _bits(self._high, place.high, place.high_size)
        docs = bits.nonzero()[0]
        if len(docs) != place.df:
            raise self._high.damage("a list has another length than it should")
        docs -= _counting(place.df)
        if place.width:
            size = (place.df * place.width + 7) >> 3
            docs <<= place.width
            docs |= layout.get_run(self._low.part(place.low, place.low + size), place.width, place.df)
        return docs

    def frequencies(self, place: TermPlace) -> Array | None:
        """How often the term is in each of its documents -> (df,) int64; None where once in each."""
        if place.cf == place.df:
            return None
        first = _bits(self._tf, place.tf, place.cf).nonzero()[0]
        if len(first) != place.df:
            raise self._tf.damage("a list has another length than it should")
        tf = np.empty(place.df, np.int64)
        np.subtract(first[1:], first[:-1], out=tf[:-1])
        tf[-1] = place.cf - int(first[-1])
        return tf

    def token_positions(self, place: TermPlace, index: Array | None = None) -> Array:
        """Positions of the term's tokens, of all or of those numbered index (within the term) -> (n,) int64."""
        part = self._pos.part(place.tokens, place.tokens + place.cf)
        low = (part if index is None else part.take(index)).astype(np.int64)
        if place.rest_width:
            rest = self._rest.part(place.rest, place.rest + ((place.cf * place.rest_width + 7) >> 3))
            if index is None:
                index = _counting(place.cf)
            low |= layout.get_bits(rest, place.rest_width, 0, index) << 8
        return low

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
        """Postings of neighbouring terms -> (df (t,), docs (p,), tf (p,)), all int64, in order of terms."""
        at = self._places(start, stop)
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
        return self._docs_of(self._places(start, stop))

    def positions_of(self, start: int, stop: int) -> Array:
        """Positions of all tokens of neighbouring terms -> (n,) int64, in order of terms."""
        at = self._places(start, stop)
        first = int(at.tokens[0])
        total = int(at.cf.sum())
        out = self._pos.part(first, first + total).astype(np.int64)
        for width in np.unique(at.rest_width).tolist():
            if width:
                mine = np.flatnonzero(at.rest_width == width)
                where = spread(starts_of(at.cf)[mine], at.cf[mine])
                index = where - starts_of(at.cf)[mine].repeat(at.cf[mine])
                begin = (at.rest[mine] >> 3).repeat(at.cf[mine])
                lo = int(begin[0])
                hi = int(begin[-1]) + ((int(at.cf[mine[-1]]) * width + 7) >> 3)
                out[where] |= layout.get_bits(self._rest.part(lo, hi), width, begin - lo, index) << 8
        return out

    def _docs_of(self, at: layout.Places) -> Array:
        """Documents of the terms at these places."""
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
        for width in np.unique(at.width).tolist():
            if width:
                mine = np.flatnonzero(widths == width)
                start = begin[mine]
                base = int(start[0])
                end = int(start[-1]) + ((int(index[mine[-1]] + 1) * width + 7) >> 3)
                docs[mine] |= layout.get_bits(self._low.part(base, end), width, start - base, index[mine])
        return docs

    def _row(self, block: int) -> list[int]:
        row: list[int] = self._rows.part(block * layout.COLUMNS, (block + 1) * layout.COLUMNS).tolist()
        return row

    def _places(self, start: int, stop: int) -> layout.Places:
        block = start // BLOCK
        first = block * BLOCK
        df = self._df.part(first, stop).astype(np.int64)
        cf = df + self._extra.part(first, stop)
        lengths = self._lengths.part(first, stop)
        rests = np.zeros(len(df), np.int64) if self._rests is None else self._rests.part(first, stop).astype(np.int64)
        at = layout.places(df, cf, rests, lengths, self.docs, self._limits)
        row = np.array(self._row(block), np.int64)
        skip = slice(start - first, None)
        bits = row << 3
        return layout.Places(
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
