"""postings: the tokens of a range of documents in one field, from the field's postings in a segment of Whoosh's.

terms      ant   bat        the distinct terms that stand in the range
ids        0 1 0            which of them each token is, document by document
counts     2 1              tokens of each document
positions  0 1 0            where each stands in its document, None for a field that keeps none
places     0 3 4 7 0 3      where it begins and ends in the text, two numbers a token; None as well
boosts     1.0 2.5          of each document in the field: what its tokens weigh beside the field's own boost
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import formats
from whoosh.codec import whoosh3
from whoosh.fields import SpellField

from khsearch.arrays import Array
from khsearch.frozen import frozen
from khsearch.whoosh.boosts import boost_of
from khsearch.whoosh.reading.matchers import keeps_characters, keeps_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from whoosh.fields import FieldType
    from whoosh.reading import SegmentReader

_TOLERANCE = 1e-5  # relative, of weights, which Whoosh keeps as float32
_ROUNDED = 2e-7  # relative, of one of them
_DIGITS = 6  # of a boost as somebody wrote it
_INT = 4  # bytes
_MOST_KNOWN = 1 << 16


@frozen
class Tokens:
    """The tokens of n documents, as above.

    ids: (t,) int32. counts: (n,) int64. positions: (t,) int32. places: (t, 2) int32. boosts: (n,) float64.
    """

    terms: list[bytes]
    ids: Array
    counts: Array
    positions: Array | None
    places: Array | None
    boosts: Array


def tokens_of(name: str, field: FieldType, segment: SegmentReader, low: int, high: int, numbers: Array) -> Tokens:
    """Return the tokens of the documents from low to high of a segment.

    numbers: (docs,) int32 of all documents of the segment: what each is numbered from 0 among those of the range that
    are kept; -1 for all others.

    Raises UnevenError for a document whose tokens differ in weight, and whatever Whoosh does for damaged files.
    """
    gathered = _Gathered(field)
    for term, info in _terms(segment, name):
        if (info.min_id() or 0) < high and (info.max_id() is None or info.max_id() >= low):
            gathered.add(segment, (name, term), info, low, high)
    return gathered.tokens(numbers)


class UnevenError(Exception):
    """The tokens of a document weigh differently within a field; `number` is the document's in its segment."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _terms(segment: SegmentReader, name: str) -> Iterator[tuple[bytes, Any]]:
    for (field, term), info in segment._terms.items_from(name, b""):
        if field != name:
            return
        yield term, info


class _Gathered:
    """Postings of one field, term by term: document, frequency, weight; the positions of all tokens."""

    def __init__(self, field: FieldType) -> None:
        self.terms: list[bytes] = []
        self.ends: list[int] = []  # of each term's postings
        self.docs = array("I")
        self._field = field
        self._tf = array("I")
        self._weights = array("f")
        self._positions = array("I")
        self._places = array("I")
        self._known: dict[bytes, list[int]] = {}
        self._take = self._taker()

    def _taker(self) -> Callable[[Any, int], None]:
        """What reads the frequencies, or positions, of a block of postings."""
        form = self._field.format
        # Whoosh gives the words of a spelling field the values of another field's terms.
        if isinstance(form, formats.Existence) or isinstance(self._field, SpellField):
            return lambda _, count: self._tf.extend([1] * count)
        if keeps_characters(form):
            return self._take_characters
        if keeps_positions(form):
            return self._take_positions
        if type(form) is formats.Frequency:
            return lambda values, count: self._tf.extend(struct.unpack(f"!{count}I", _joined(values)))
        return lambda values, _: self._tf.extend(form.decode_frequency(value) for value in values or ())

    def _take_positions(self, values: Sequence[bytes], _: int) -> None:
        for value in values:
            places = self._known.get(value)  # most are of one token, and many of those stand at the same place
            if places is None:
                places = self._positions_of(value)
                if len(self._known) < _MOST_KNOWN:
                    self._known[value] = places
            self._tf.append(len(places))
            self._positions.extend(places)

    def _positions_of(self, value: bytes) -> list[int]:
        form = self._field.format
        if type(form) is formats.Positions and value.endswith(b"."):
            return list(accumulate(formats.loads(value[_INT:])))
        return list(form.decode_positions(value))

    def _take_characters(self, values: Sequence[bytes], _: int) -> None:
        for value in values:
            places = self._field.format.decode_characters(value)
            self._tf.append(len(places))
            for position, start, end in places:
                self._positions.append(position)
                self._places.extend((start, end))

    def add(self, segment: SegmentReader, term: tuple[str, bytes], info: Any, low: int, high: int) -> None:
        """Take the postings of a term in documents from low to high."""
        terms, form = segment._terms, self._field.format
        if isinstance(terms, whoosh3.W3TermsReader):
            matcher = segment.codec().postings_reader(terms._postfile, info, form, term=term)
        else:
            matcher = terms.matcher(*term, form)
        blocks = _blocks if isinstance(matcher, whoosh3.W3LeafMatcher) else _one_block
        self.terms.append(bytes(term[1]))
        for ids, weights, values in blocks(matcher, low, high):
            first, last = bisect_left(ids, low), bisect_left(ids, high)
            count = last - first
            self.docs.extend(ids[first:last])
            self._weights.extend([weights] * count if isinstance(weights, float) else weights[first:last])
            size = _INT if isinstance(values, bytes) else 1  # of what is in one piece
            self._take(None if values is None else values[first * size : last * size], count)
        self.ends.append(len(self.docs))

    def tokens(self, numbers: Array) -> Tokens:
        """Put all that was taken in the order of documents."""
        docs, tf = numbers.take(np.asarray(self.docs)), np.asarray(self._tf, np.int32)
        if len(docs) != len(tf):
            raise ValueError(f"{len(docs)} postings with {len(tf)} frequencies")
        sizes: Array = np.diff(np.array(self.ends, np.int64), prepend=0)
        terms = np.repeat(np.arange(len(self.terms), dtype=np.int32), sizes)
        kept = (docs >= 0) & (tf > 0)
        boosts = self._boosts(docs, tf, kept, int(numbers.max(initial=-1)) + 1)
        every = np.repeat(kept, tf)
        docs, terms = np.repeat(docs, tf)[every], np.repeat(terms, tf)[every]
        form = self._field.format
        positions = np.asarray(self._positions, np.int32)[every] if keeps_positions(form) else None
        order = np.lexsort((terms, docs) if positions is None else (terms, positions, docs))
        places = np.asarray(self._places, np.int32).reshape(-1, 2)[every][order] if keeps_characters(form) else None
        found = np.zeros(len(self.terms), bool)
        found[terms] = True
        return Tokens(
            [self.terms[term] for term in np.flatnonzero(found).tolist()],
            (np.cumsum(found, dtype=np.int32) - 1)[terms[order]],
            np.bincount(docs, minlength=len(boosts)),
            None if positions is None else positions[order],
            places,
            boosts,
        )

    def _boosts(self, docs: Array, tf: Array, kept: Array, count: int) -> Array:
        """The boost of each of so many documents -> (n,) float64."""
        factor = boost_of(self._field)
        if not factor or isinstance(self._field, SpellField):
            return np.ones(count)
        boosts = np.asarray(self._weights, np.float64)[kept] / (tf[kept] * factor)
        low, high = np.full(count, np.inf), np.full(count, -np.inf)
        np.minimum.at(low, docs[kept], boosts)
        np.maximum.at(high, docs[kept], boosts)
        found = np.where(np.isfinite(low), low, 1.0)
        uneven = np.flatnonzero(high - low > _TOLERANCE * np.maximum(np.abs(high), 1.0))
        if len(uneven):
            raise UnevenError(int(np.asarray(self.docs)[docs == uneven[0]][0]))
        odd = np.flatnonzero(np.abs(found - 1.0) > _TOLERANCE)
        whole = np.ones(count)
        whole[odd] = [_as_written(boost) for boost in found[odd].tolist()]
        return whole


def _as_written(boost: float) -> float:
    """A boost as somebody gave it, from one that went through a float32."""
    short = float(f"{boost:.{_DIGITS}g}")
    return short if abs(short - boost) <= _ROUNDED * abs(boost) else boost


Block = tuple["Sequence[int]", "Sequence[float] | float", Any]
"""Documents of postings, rising; their weights; their values, in one piece where each has the same size."""


def _blocks(matcher: Any, low: int, high: int) -> Iterator[Block]:
    """The blocks of a posting list that have documents from low to high."""
    while matcher.is_active():
        if matcher.block_max_id() >= low:
            if matcher.block_min_id() >= high:
                return
            matcher._read_ids()
            _, weights, values = matcher._data
            yield matcher._ids, 1.0 if weights is None else weights, values
        matcher._next_block()


def _one_block(matcher: Any, _low: int, _high: int) -> Iterator[Block]:
    """All postings of a matcher of another kind."""
    ids, weights, values = [], [], []
    while matcher.is_active():
        ids.append(matcher.id())
        weights.append(matcher.weight())
        values.append(matcher.value())
        matcher.next()
    yield ids, weights, values


def _joined(values: Any) -> bytes:
    return values if isinstance(values, bytes) else b"".join(values)
