"""continuations: the words of an index and the pairs that they form, ready to be asked what goes on from a beginning.

Words stand in texts and titles, and are Khmer or of letters of other scripts. Of two Khmer words that stand side by
side somewhere, many just follow each other (*disease and*); a pair that forms a word or a name (*disease fever*) is
in more documents than chance would put it there:

    lift = d n / (a b)      d documents with the pair, a with the first word, b with the second, of n documents

which is the ratio of what is seen to what is expected of words that are independent (Brin et al., SIGMOD 1997).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import numpy as np

from khsearch.arrays import Array, Interner, pack, spans
from khsearch.engine import PAIR, TermList, View
from khsearch.frozen import frozen
from khsearch.khmer import script
from khsearch.query.chunks import FUNCTION_WORDS
from khsearch.schema import TEXT, TITLE

_LONGEST_TERM = 64  # codes, four for a letter outside ASCII: what is longer is hardly a word
FORMED = 0.25
"""The least lift of a pair that is one."""

_BEGINNERS = frozenset(("បាន", "មាន", "ត្រូវ", "នឹង", "អាច", "កំពុង", "គឺ", "ថា", "របស់", "ដោយ", "ដើម្បី", "ចំពោះ"))
"""Auxiliary verbs and prepositions, which end no word and no name: did, has, must, will, can, is doing, is, that, of,
by, in order to, for."""

_CLASSES = np.frombuffer(script.CLASS, np.uint8)


@frozen
class Continuation:
    """A word, or two words that form a pair, in code form, and in how many documents it is, deleted ones included.

    words  one or two
    least  documents that have it in the text, or in the title, whichever are more
    most   both added
    lift   of a pair
    """

    words: tuple[bytes, ...]
    least: int
    most: int
    lift: float = 0.0


@frozen
class _Terms:
    """Terms in order: codes, starts (t + 1,); documents by the field that has more (t,), and by both added (t,)."""

    codes: Array
    starts: Array
    most: Array
    sums: Array

    def take(self, numbers: Array) -> _Terms:
        """Some of them, in order."""
        codes, starts = spans.gather(self.codes, self.starts.take(numbers), self.starts.take(numbers + 1))
        return _Terms(codes, starts, self.most.take(numbers), self.sums.take(numbers))

    def sides(self) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Where the first words of pairs begin and end, and where the second ones do."""
        seconds = np.flatnonzero(self.codes == PAIR[0]) + 1
        return (self.starts[:-1], seconds - 1), (seconds, self.starts[1:])


class _Sorted:
    """The same, to be looked up."""

    def __init__(self, terms: _Terms) -> None:
        self._codes = terms.codes.tobytes()
        self._starts = terms.starts.data
        self.least, self.most = terms.most.astype(np.uint32), terms.sums.astype(np.uint32)

    def __getitem__(self, number: int) -> bytes:
        return self._codes[self._starts[number] : self._starts[number + 1]]

    def __len__(self) -> int:
        return len(self.most)

    def size(self) -> int:
        """Bytes that they take."""
        return len(self._codes) + self._starts.nbytes + int(self.least.nbytes + self.most.nbytes)

    def best(self, prefix: bytes, limit: int, skip: bytes = b"") -> list[int]:
        """Numbers of those that begin so, in most documents first, equal ones in order: `limit`, and not `skip`."""
        first = bisect_left(self, prefix)
        end = bisect_left(self, prefix + b"\xff", first)
        if skip and first < end and self[first] == skip:
            first += 1
        dfs = self.most[first:end].astype(np.int64)
        places = np.arange(len(dfs))
        if len(dfs) > 4 * limit:
            places = np.flatnonzero(dfs >= np.partition(dfs, len(dfs) - limit)[len(dfs) - limit])
        found: list[int] = (places[np.argsort(-dfs.take(places), kind="stable")[:limit]] + first).tolist()
        return found


class Continuations:
    """The words and pairs of one commit; immutable, for any number of threads."""

    def __init__(self, words: _Terms, pairs: _Terms, lifts: Array) -> None:
        self._words, self._pairs, self._lifts = _Sorted(words), _Sorted(pairs), lifts

    def size(self) -> int:
        """Bytes that it takes."""
        return self._words.size() + self._pairs.size() + int(self._lifts.nbytes)

    def words(self, beginning: bytes, limit: int) -> list[Continuation]:
        """The most frequent words that begin so and go on."""
        found, table = self._words.best(beginning, limit, skip=beginning), self._words
        return [Continuation((table[at],), int(table.least[at]), int(table.most[at])) for at in found]

    def pairs(self, beginning: bytes, limit: int) -> list[Continuation]:
        """The most frequent pairs that begin so: with some of the first word; or it, PAIR, some of the second."""
        found, table = self._pairs.best(beginning, limit), self._pairs
        return [
            Continuation((*table[at].split(PAIR),), int(table.least[at]), int(table.most[at]), float(self._lifts[at]))
            for at in found
        ]


def continuations(view: View) -> Continuations:
    """Return the table of a commit, made when first asked for."""
    return view.memo("continuations", None, lambda: _table(view), Continuations.size, lasting=True)


def _table(view: View) -> Continuations:
    words = _merged([[_whole_words(found) for found in view.vocabulary(name)] for name in (TEXT, TITLE)])
    pairs = _merged([[_khmer_pairs(found) for found in view.pairs(name)] for name in (TEXT, TITLE)])
    lifts = _lifts(words, pairs, view.doc_count + view.deleted)
    # Of a pair with deleted documents only a count can tell.
    formed = np.flatnonzero((lifts >= (0 if view.deleted else FORMED)) & ~_of_grammar(pairs))
    return Continuations(words, pairs.take(formed), lifts.take(formed).astype(np.float32))


def _merged(fields: Iterable[Iterable[TermList]]) -> _Terms:
    """Terms of several lists of several fields, in order, each once."""
    interner = Interner()
    by_field = []
    for lists in fields:
        dfs = np.zeros(0, np.int64)
        for codes, starts, having in lists:
            numbers = interner.intern(codes, starts[:-1], starts[1:])
            dfs = _padded(dfs, interner.count) + np.bincount(numbers, having, interner.count).astype(np.int64)
        by_field.append(dfs)
    dfs = np.stack([_padded(each, interner.count) for each in by_field])
    codes, starts, ends = interner.terms()
    order, _ = spans.order(codes, starts, ends)
    codes, starts = spans.gather(codes, starts.take(order), ends.take(order))
    return _Terms(codes, starts, dfs.max(0).take(order), dfs.sum(0).take(order))


def _padded(values: Array, size: int) -> Array:
    return np.append(values, np.zeros(size - len(values), np.int64))


def _whole_words(found: TermList) -> TermList:
    """Terms that are words which one may want to have completed: no numbers, and not endless."""
    codes, starts, _ = found
    kinds = _class_at(codes, starts[:-1])
    sizes = np.diff(starts)
    return _some(found, (sizes > 0) & (sizes <= _LONGEST_TERM) & ((kinds == script.BASE) | (kinds == script.ALPHA)))


def _khmer_pairs(found: TermList) -> TermList:
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


def _of_grammar(pairs: _Terms) -> Array:
    """Which pairs have a function word, or a second word that begins something else -> (p,) bool."""
    firsts, seconds = pairs.sides()
    found: Array = _among(pairs, firsts, FUNCTION_WORDS) | _among(pairs, seconds, FUNCTION_WORDS | _BEGINNERS)
    return found


def _among(pairs: _Terms, side: tuple[Array, Array], words: AbstractSet[str]) -> Array:
    """Where one side of the pairs is one of some words -> (p,) bool."""
    interner = Interner()
    codes, starts = pack([*map(script.encode_term, words)])
    interner.intern(codes, starts[:-1], starts[1:])
    known = interner.count
    found: Array = interner.intern(pairs.codes, *side) < known
    return found


def _lifts(words: _Terms, pairs: _Terms, documents: int) -> Array:
    """The lift of each pair -> (p,) float64."""
    interner = Interner()
    dfs = np.ones(len(words.sums) + 2 * len(pairs.sums), np.int64)  # of words that are too long to be known
    dfs[interner.intern(words.codes, words.starts[:-1], words.starts[1:])] = words.sums
    one, other = (dfs.take(interner.intern(pairs.codes, *side)) for side in pairs.sides())
    found: Array = pairs.sums * float(documents) / (one * other)
    return found
