"""standing: chunks in, nodes for the documents in which they stand out.

A way of a chunk stands in a document where its words stand side by side in the text, in the title, or in an own field
that is searched unnamed. Where a word is missing altogether, because it is part of a longer one there, the bigrams of
the chunk tell, every one of them, and of more than two clusters, the text (`inside`); in an own field, its terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from khsearch.engine import BM25, View, nodes
from khsearch.khmer import bigrams_between, clusters_of, script
from khsearch.query.frequencies import Frequencies
from khsearch.query.holding import holders
from khsearch.query.inside import Inside, Within
from khsearch.schema import BIGRAMS, TEXT, Role, for_words, with_positions

if TYPE_CHECKING:
    from khsearch.query.chunks import Chunk, Way

_BYTES = 600
"""That a chunk takes whose documents are remembered, beside four for each of these."""


_READ = 1 << 10
"""Chunks whose readings are remembered."""


def _size(settled: tuple[nodes.Node, int]) -> int:
    return _BYTES + 4 * settled[1]


class Standing:
    """What stands where, in one commit of an index; where chunks stand is remembered.

    weighting  of the search that will rank them
    inside     whether chunks are looked for inside longer words, too
    own        own text fields of the index in which chunks stand though nobody names them
    """

    def __init__(self, view: View, weighting: BM25, *, inside: bool, own: Iterable[str] = ()) -> None:
        self.own = tuple(own)
        self._view = view
        self._weighting = weighting
        self._inside = Inside(view) if inside else None
        self._nodes: dict[tuple[tuple[Way, ...], str | None], nodes.Node] = {}
        self._words, self._bigrams = Frequencies(view, TEXT), Frequencies(view, BIGRAMS)

    @property
    def fields(self) -> tuple[str, ...]:
        """Where phrases and patterns are looked for if no field is named."""
        return (*with_positions(), *self.own)

    def of_all(self, chunks: Sequence[Chunk]) -> tuple[nodes.Node, int]:
        """Where all of some chunks stand, each in any field, settled, and in how many documents."""
        if self._view.far is not None:
            where = tuple(chunk.ways for chunk in chunks)
            return self._remembered(where, lambda: self._view.settled(self.where(chunks), self._weighting))
        first, *others = sorted(chunks, key=self._rarest)
        found = self.settled(first)
        if not others or not found[1]:
            return found

        def both() -> tuple[nodes.Node, int]:
            # The others are only looked for where the rarest stands.
            return self._view.settled(nodes.And((found[0], *map(self.of, others))), self._weighting)

        return self._remembered(tuple(chunk.ways for chunk in (first, *others)), both)

    def where(self, chunks: Sequence[Chunk]) -> nodes.Node:
        """Where all of some chunks stand, each in any field; not settled."""
        each = tuple(map(self.of, chunks))
        return each[0] if len(each) == 1 else nodes.And(each)

    def settled(self, chunk: Chunk) -> tuple[nodes.Node, int]:
        """Where a chunk stands, in any field, settled, and in how many documents."""
        return self._remembered((chunk.ways,), lambda: self._view.settled(self.of(chunk), self._weighting))

    def read_as(self, text: str, find: Callable[[str], tuple[str, ...] | None]) -> tuple[str, ...] | None:
        """What a chunk that stands nowhere is read as, if `find` tells; remembered."""
        known: dict[str, tuple[str, ...] | None] = self._view.memo(
            "readings", (self._inside is not None, self.own), dict, lambda _: _READ * _BYTES
        )
        if text not in known:
            found = find(text)
            if len(known) >= _READ:
                known.clear()
            known[text] = found
        return known[text]

    def _remembered(
        self, ways: tuple[tuple[Way, ...], ...], find: Callable[[], tuple[nodes.Node, int]]
    ) -> tuple[nodes.Node, int]:
        return self._view.memo("standing", (self._inside is not None, self.own, ways), find, _size)

    def _rarest(self, chunk: Chunk) -> int:
        """Documents that have the rarest part of a chunk, about."""
        way = chunk.typed
        return self._bigrams.rarest(way.bigrams) if way.bigrams else self._words.rarest(way.words)

    def is_torn(self, way: Way) -> bool:
        """Whether no document has two neighbours of a way next to each other: it hardly stands anywhere."""
        return bool(way.bigrams) and not self._bigrams.rarest(way.bigrams)

    def of(self, chunk: Chunk, field: str | None = None) -> nodes.Node:
        """Where a chunk stands, in any way; in one field, or in all that are searched where none is named."""
        known = self._nodes.get((chunk.ways, field))
        if known is None:
            fields = (field,) if field is not None else (None, *self.own)
            found = tuple(node for name in fields for way in chunk.ways for node in self.in_way(way, name))
            known = self._nodes[chunk.ways, field] = found[0] if len(found) == 1 else nodes.Or(found)
        return known

    def in_way(self, way: Way, field: str | None = None) -> list[nodes.Node]:
        """Where a way stands, in text and title or in one field: as its words, then, if wanted, inside longer ones."""
        if field is not None:
            return self._in_field(way, field)
        words = _words(way)
        if len(way.words) == 1:
            return [words[0], *self.within_longer_words(way)]
        side_by_side = nodes.Or(tuple(nodes.Phrase(name, way.words) for name in with_positions()))
        if self._view.far is not None:  # nothing is gained by looking for the words first
            return [side_by_side, *self.within_longer_words(way)]
        return [nodes.And((*words, side_by_side)), *self.within_longer_words(way)]

    def _in_field(self, way: Way, field: str) -> list[nodes.Node]:
        """The same in one field, for which there are no bigrams: its terms tell what is inside them."""
        words = nodes.Term(field, way.words[0]) if len(way.words) == 1 else nodes.Phrase(field, way.words)
        units = _units(way)
        if self._inside is None or len(units) < 2 or not all(unit[0] >= script.BASES.start for unit in units):
            return [words]
        longer = holders(self._view, field, units)
        return [words, nodes.AnyOf(field, longer)] if longer else [words]

    def within_longer_words(self, way: Way) -> list[nodes.Node]:
        """Where a way stands though a word of it is missing: one node, or none if it has no bigrams.

        Of two clusters, their bigram tells all.
        """
        if self._inside is None or not way.bigrams or any(script.LETTER in word for word in way.words):
            return []  # no bigram tells of letters outside ASCII and Khmer
        bigrams = nodes.And(tuple(nodes.Term(BIGRAMS, bigram) for bigram in way.bigrams))
        units = _units(way)
        if len(units) == 2:
            return [bigrams]
        words = nodes.And(_words(way))
        in_order = _in_order(way, units)
        exact = None if in_order is None else nodes.AndNot(nodes.Phrase(BIGRAMS, in_order), words)
        return [nodes.TwoPhase(nodes.AndNot(bigrams, words), Within(self._inside, units), exact)]


def _units(way: Way) -> tuple[bytes, ...]:
    """Its clusters, numbers and words of letters."""
    return tuple(
        unit for word in way.words for unit in (clusters_of(word) if word[0] >= script.BASES.start else [word])
    )


def _in_order(way: Way, units: Sequence[bytes]) -> tuple[bytes, ...] | None:
    """The bigrams of a way, one for each two neighbours of its units; None where some two have none."""
    if len(way.bigrams) == len(units) - 1:
        return way.bigrams
    between = tuple(bigrams_between(way.words))
    return between if len(between) == len(units) - 1 and set(between) == set(way.bigrams) else None


def _words(way: Way) -> tuple[nodes.Node, ...]:
    names = for_words(Role.RANK)
    return tuple(nodes.AnyField(names, word) for word in dict.fromkeys(way.words))
