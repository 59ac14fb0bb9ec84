"""word_tables: the words of some parts of an index, and the pairs that they form, in order, with their documents.

Words stand in texts and titles, and are Khmer or of letters of other scripts; pairs are of Khmer words that stand side
by side. Parts are taken in turn: what stands in those before, too, is theirs (`Home`), whose tables stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np

from khsearch.arrays import Array, Interner, Lookup, pack, spans
from khsearch.engine import PAIR, Part, TermList
from khsearch.khmer import script
from khsearch.query.chunks import FUNCTION_WORDS
from khsearch.schema import TEXT, TITLE

_LONGEST_TERM = 64  # codes, four for a letter outside ASCII: what is longer is hardly a word

_BEGINNERS = frozenset(("បាន", "មាន", "ត្រូវ", "នឹង", "អាច", "កំពុង", "គឺ", "ថា", "របស់", "ដោយ", "ដើម្បី", "ចំពោះ"))
"""Auxiliary verbs and prepositions, which end no word and no name: did, has, must, will, can, is doing, is, that, of,
by, in order to, for."""

_CLASSES = np.frombuffer(script.CLASS, np.uint8)


class Home(NamedTuple):
    """Terms that stand in a table before, the earliest that has them: their numbers here, and there (n,)."""

    mine: Array
    theirs: Array


class TermTable:
    """Terms in order. Immutable.

    codes, starts  the terms: uint8, (t + 1,)
    dfs            documents of each, in texts and in titles: (2, t) int64
    homes          for each table before, what stands there
    own            the numbers of all others (n,), rising
    """

    def __init__(self, codes: Array, starts: Array, dfs: Array, before: Sequence[TermTable]) -> None:
        """Of distinct terms, in order; `before` has the tables of the parts that come first, in turn."""
        self.codes, self.starts, self.dfs = codes, starts, dfs
        self.text = codes.tobytes()
        self._lookup = Lookup(codes, starts)
        self.homes: list[Home] = []
        self.own = np.arange(len(starts) - 1)
        for table in before:
            theirs = table.find(codes, starts.take(self.own), starts.take(self.own + 1))
            has = theirs >= 0
            self.homes.append(Home(self.own[has], theirs[has]))
            self.own = self.own[~has]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def find(self, codes: Array, starts: Array, ends: Array) -> Array:
        """The numbers of terms, -1 for one that is not here: (n,), (n,) -> (n,)."""
        return self._lookup.find(codes, starts, ends)

    def size(self) -> int:
        """Bytes that it takes."""
        numbers = sum(home.mine.nbytes + home.theirs.nbytes for home in self.homes) + self.own.nbytes
        arrays = self.codes.nbytes + self.starts.nbytes + self.dfs.nbytes
        return int(numbers + arrays) + len(self.text) + self._lookup.size()


class WordTables:
    """The words and pairs of some parts, immutable; for any number of threads.

    words, pairs  the terms; of pairs with PAIR between them, and without those of grammar
    sides         (2, p) the numbers of the words of each pair, -1 for one that is too long to be known
    """

    words: TermTable
    pairs: TermTable
    sides: Array

    def __init__(self, parts: Sequence[Part], before: Sequence[WordTables]) -> None:
        """Of parts; `before` has those of the parts that come first, in turn."""
        fields = [(TEXT,), (TITLE,)]
        found = _counted([[_words(each) for part in parts for each in part.terms(name)] for name in fields])
        self.words = TermTable(*found, [tables.words for tables in before])
        codes, starts, dfs = _counted(
            [[_pairs(each) for part in parts for each in part.pairs(name)] for name in fields]
        )
        kept = np.flatnonzero(~_of_grammar(codes, starts))
        codes, at = spans.gather(codes, starts.take(kept), starts.take(kept + 1))
        self.pairs = TermTable(codes, at, dfs.take(kept, axis=1), [tables.pairs for tables in before])
        self.sides = np.stack([self.words.find(codes, *side) for side in _sides(codes, at)])

    def size(self) -> int:
        """Bytes that they take."""
        return self.words.size() + self.pairs.size() + int(self.sides.nbytes)


def _counted(fields: Iterable[Iterable[TermList]]) -> tuple[Array, Array, Array]:
    """Terms of several lists of two fields, in order, each once, with its documents in each: codes, starts, dfs."""
    interner = Interner()
    by_field = []
    for lists in fields:
        dfs = np.zeros(0, np.int64)
        for codes, starts, having in lists:
            numbers = interner.intern(codes, starts[:-1], starts[1:])
            dfs = _padded(dfs, interner.count) + np.bincount(numbers, having, interner.count).astype(np.int64)
        by_field.append(dfs)
    codes, starts, ends = interner.terms()
    order, _ = spans.order(codes, starts, ends)
    codes, starts = spans.gather(codes, starts.take(order), ends.take(order))
    return codes, starts, np.stack([_padded(each, interner.count) for each in by_field]).take(order, axis=1)


def _padded(values: Array, size: int) -> Array:
    return np.append(values, np.zeros(size - len(values), np.int64))


def _words(found: TermList) -> TermList:
    """Terms that are words which one may want to have completed: no numbers, and not endless."""
    codes, starts, _ = found
    kinds = _class_at(codes, starts[:-1])
    sizes = np.diff(starts)
    return _some(found, (sizes > 0) & (sizes <= _LONGEST_TERM) & ((kinds == script.BASE) | (kinds == script.ALPHA)))


def _pairs(found: TermList) -> TermList:
    """Pairs of Khmer words."""
    codes, starts, _ = found
    seconds = np.flatnonzero(codes == PAIR[0]) + 1
    both = (_class_at(codes, starts[:-1]) == script.BASE) & (_class_at(codes, seconds) == script.BASE)
    return _some(found, both & (np.diff(starts) <= _LONGEST_TERM))


def _class_at(codes: Array, places: Array) -> Array:
    return _CLASSES.take(np.append(codes, np.uint8(script.SPACE)).take(places))


def _some(found: TermList, kept: Array) -> TermList:
    codes, starts, dfs = found
    return TermList(*spans.gather(codes, starts[:-1][kept], starts[1:][kept]), dfs[kept])


def _sides(codes: Array, starts: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Where the first words of pairs begin and end, and where the second ones do."""
    seconds = np.flatnonzero(codes == PAIR[0]) + 1
    return (starts[:-1], seconds - 1), (seconds, starts[1:])


def _of_grammar(codes: Array, starts: Array) -> Array:
    """Which pairs have a function word, or a second word that begins something else -> (p,) bool."""
    firsts, seconds = _sides(codes, starts)
    found: Array = _among(codes, firsts, FUNCTION_WORDS) | _among(codes, seconds, FUNCTION_WORDS | _BEGINNERS)
    return found


def _among(codes: Array, side: tuple[Array, Array], words: AbstractSet[str]) -> Array:
    """Where one side of the pairs is one of some words -> (p,) bool."""
    known, starts = pack(sorted({*map(script.encode_term, words)}))
    found: Array = Lookup(known, starts).find(codes, *side) >= 0
    return found
