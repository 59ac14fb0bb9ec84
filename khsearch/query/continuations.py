"""continuations: the words of an index and the pairs that they form, ready to be asked what goes on from a beginning.

Of two Khmer words that stand side by side somewhere, many just follow each other (*disease and*); a pair that forms a
word or a name (*disease fever*) is in more documents than chance would put it there:

    lift = d n / (a b)      d documents with the pair, a with the first word, b with the second, of n documents

which is the ratio of what is seen to what is expected of words that are independent (Brin et al., SIGMOD 1997).

What is in order stays with the parts of an index (`word_tables`); a commit has its own numbers of documents.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from khsearch.arrays import Array
from khsearch.engine import PAIR, View
from khsearch.frozen import frozen
from khsearch.query.tiers import tiers
from khsearch.query.word_tables import TermTable, WordTables

FORMED = 0.25
"""The least lift of a pair that is one."""


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


class _Sorted:
    """Terms of a table, in order, to be looked up. least, most: documents of each, as of a Continuation, or 0."""

    def __init__(self, table: TermTable, dfs: Array, kept: Array) -> None:
        """dfs: of each term, in texts and in titles (2, t). kept: which terms (t,) bool."""
        self._text, self._starts = table.text, table.starts.data
        self.least, self.most = ((each * kept).astype(np.uint32) for each in (dfs.max(0), dfs.sum(0)))

    def __getitem__(self, number: int) -> bytes:
        return self._text[self._starts[number] : self._starts[number + 1]]

    def __len__(self) -> int:
        return len(self.most)

    def size(self) -> int:
        """Bytes that they take beside the table."""
        return int(self.least.nbytes + self.most.nbytes)

    def best(self, prefix: bytes, limit: int, skip: bytes = b"") -> list[int]:
        """Numbers of those that begin so, in most documents first, equal ones in order: `limit`, and not `skip`."""
        first = bisect_left(self, prefix)
        end = bisect_left(self, prefix + b"\xff", first)
        if skip and first < end and self[first] == skip:
            first += 1
        dfs = self.most[first:end].astype(np.int64)
        places = np.flatnonzero(dfs)
        if len(places) > 4 * limit:
            least = np.partition(dfs.take(places), len(places) - limit)[len(places) - limit]
            places = places[dfs.take(places) >= least]
        found: list[int] = (places[np.argsort(-dfs.take(places), kind="stable")[:limit]] + first).tolist()
        return found


@frozen
class _Layer:
    """The words and pairs that stand in parts of a commit, and in none before, with the documents of all parts."""

    words: _Sorted
    pairs: _Sorted
    lifts: Array


class Continuations:
    """The words and pairs of one commit; immutable, for any number of threads."""

    def __init__(self, layers: Sequence[_Layer]) -> None:
        self._layers = layers

    def size(self) -> int:
        """Bytes that it takes beside the tables of the parts."""
        return sum(layer.words.size() + layer.pairs.size() + int(layer.lifts.nbytes) for layer in self._layers)

    def words(self, beginning: bytes, limit: int) -> list[Continuation]:
        """The most frequent words that begin so and go on."""
        each = [(layer.words, at) for layer in self._layers for at in layer.words.best(beginning, limit, beginning)]
        found = [Continuation((table[at],), int(table.least[at]), int(table.most[at])) for table, at in each]
        return _best(found, limit)

    def pairs(self, beginning: bytes, limit: int) -> list[Continuation]:
        """The most frequent pairs that begin so: with some of the first word; or it, PAIR, some of the second."""
        each = [(layer.pairs, layer.lifts, at) for layer in self._layers for at in layer.pairs.best(beginning, limit)]
        found = [
            Continuation((*table[at].split(PAIR),), int(table.least[at]), int(table.most[at]), float(lifts[at]))
            for table, lifts, at in each
        ]
        return _best(found, limit)


def _best(found: list[Continuation], limit: int) -> list[Continuation]:
    return sorted(found, key=lambda one: (-one.most, PAIR.join(one.words)))[:limit]


def continuations(view: View) -> Continuations:
    """Return the table of a commit, made when first asked for."""
    return view.memo("continuations", None, lambda: _of(view), Continuations.size, lasting=True)


def _of(view: View) -> Continuations:
    found = tiers(view, "word tables", None, WordTables, WordTables.size)
    documents = view.doc_count + view.deleted
    # Of a pair with deleted documents only a count can tell.
    least = 0 if view.deleted else FORMED
    layers = []
    every = zip(found, _totals([one.words for one in found]), _totals([one.pairs for one in found]), strict=True)
    for tables, words, pairs in every:
        sums = np.append(words.sum(0), 1)  # the last for words that are too long to be known
        lifts = pairs.sum(0) * float(documents) / (sums.take(tables.sides[0]) * sums.take(tables.sides[1]))
        formed = _own(tables.pairs) & (lifts >= least)
        of_words = _Sorted(tables.words, words, _own(tables.words))
        layers.append(_Layer(of_words, _Sorted(tables.pairs, pairs, formed), lifts.astype(np.float32)))
    return Continuations(layers)


def _totals(tables: Sequence[TermTable]) -> list[Array]:
    """The documents of the terms of each table in all tables together: (2, t) each."""
    found = [table.dfs.copy() if number + 1 < len(tables) else table.dfs for number, table in enumerate(tables)]
    for table in tables:
        for total, home in zip(found, table.homes, strict=False):
            total[:, home.theirs] += table.dfs[:, home.mine]
    for number, table in enumerate(tables):
        if any(len(home.mine) for home in table.homes):
            found[number] = found[number].copy()
        for total, home in zip(found, table.homes, strict=False):
            found[number][:, home.mine] = total[:, home.theirs]
    return found


def _own(table: TermTable) -> Array:
    found = np.zeros(len(table), np.bool_)
    found[table.own] = True
    return found
