"""near_terms: the terms of an index, ready to be asked which are near a word. A view in, a TermTable out.

Two words that are near differ in the skeleton of one cluster at most (`khmer.edits`). So every term is filed under the
hashes of its skeleton and of its skeleton less each of its clusters; a word asks for the same hashes of its own, and
whatever is within `edits.MOST` of it is among what it gets. Only these are measured.

The terms are those of the words of texts and titles that are one run of Khmer, or of letters of other scripts, and not
so long that nobody can have meant them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import Array, Interner, spans, starts_of
from khsearch.engine import TermList, View
from khsearch.frozen import frozen
from khsearch.khmer import clusters as khmer_clusters
from khsearch.khmer import edits, neighbourhood, script
from khsearch.schema import TEXT, TITLE
from khsearch.sharing import cached_property

_ORDINARY = re.compile(rb"[\x80-\xb3][\x80-\xd3\xdd]*|(?:[a-z]|\x01[\x00-\x7f]{3})+")
_OVERLONG = re.compile(rb"[\x80-\xb3]%b{%d}" % (script.MARK_PATTERN, neighbourhood.LONGEST))
_LONGEST_TERM = 64  # codes, four for a letter outside ASCII: what is longer is hardly a word
_MANY = 4096  # terms that are measured for one word; of more, the most frequent
_KEPT = 20  # terms near one word that are kept
_REMEMBERED = 4096  # words whose nearest terms are remembered
_SLACK = 1e-4  # costs are float32
_DISTANCE_WEIGHT = 6.0
"""One cluster of distance is as unlikely as being e^6, some 400, times rarer."""


@frozen
class Near:
    """A term near a word: its distance in clusters (`khmer.edits`), and how many documents have it."""

    term: bytes
    distance: float
    df: int

    @property
    def likelihood(self) -> float:
        """How likely it was meant: logarithmic, to compare the terms near one word with."""
        return math.log(self.df + 1) - _DISTANCE_WEIGHT * self.distance


class TermTable:
    """The terms of one commit, immutable; safe for threads.

    terms  in order
    dfs    (t,) int64, documents that have each, deleted ones included; in title and text is twice
    """

    def __init__(self, sources: Iterable[TermList], documents: int) -> None:
        self.documents = documents
        codes, starts, self.dfs = _merged(sources)
        text = codes.tobytes()
        self.terms = [text[a:b] for a, b in pairwise(starts.tolist())]
        self._known: dict[bytes, list[Near]] = {}

    def size(self) -> int:
        """Bytes that it comes to take, about: terms as objects, as units, by hashes of their skeletons; near ones."""
        return sum(map(len, self.terms)) * 12 + len(self.terms) * 275 + _REMEMBERED * 400

    def nearest(self, word: bytes, limit: int = 5) -> list[Near]:
        """Other terms that may have been meant by a word, likeliest first; at most limit."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[word] = self._measured(word)
        return list(found[:limit])

    def alike(self, word: bytes, at_least: int = 0) -> list[Near]:
        """Other terms of the same skeleton that may have been meant and are in so many documents, likeliest first.

        Quick: most words have none.
        """
        units = _units_of(word)
        if not units or not self.terms:
            return []
        found = self._files.of_skeleton(units, at_least)
        found = found[self.dfs[found] >= at_least]
        return self._near(word, units, found) if len(found) else []

    def holding(self, word: bytes, limit: int) -> list[Near]:
        """The most frequent longer terms that hold a Khmer word of two clusters or more, whole clusters of theirs.

        The distance is 0.
        """
        if len(_units_of(word)) < 2 or script.CLASS[word[0]] != script.BASE or not self.terms:
            return []
        data, at, places = self._units.data, 0, []
        while (at := data.find(word, at + 1)) >= 0:
            if data[at - 1] != script.COENG and script.CLASS[data[at + len(word)]] != script.MARK:
                places.append(at)
        owners = np.searchsorted(self._units.borders, np.array(places, np.int64)) - 1
        found = [Near(self.terms[owner], 0.0, int(self.dfs[owner])) for owner in dict.fromkeys(owners.tolist())]
        longer = [near for near in found if near.term != word]
        return sorted(longer, key=lambda near: (-near.df, near.term))[:limit]

    def _measured(self, word: bytes) -> list[Near]:
        units = _units_of(word)
        if not units or not edits.farthest(units) or not self.terms:
            return []
        lengths = self._units.lengths
        found = self._files.sharing(units)
        found = found[np.abs(lengths[found] - len(units)) <= 1]
        if len(found) > _MANY:
            found = found[np.argpartition(-self.dfs[found], _MANY)[:_MANY]]
        return self._near(word, units, found)[:_KEPT]

    def _near(self, word: bytes, units: list[bytes], found: NDArray[np.int64]) -> list[Near]:
        """Those of some terms that are near enough to a word, likeliest first."""
        table, near = self._units, []
        farthest = edits.farthest(units) + _SLACK
        for length in sorted(set(table.lengths[found].tolist())):
            same = found[table.lengths[found] == length]
            others = table.numbers[table.firsts[same][None, :] + np.arange(length)[:, None]]
            far = table.inventory.distances(units, others)
            for place in np.flatnonzero(far <= farthest).tolist():
                term = self.terms[int(same[place])]
                if term != word:
                    near.append(Near(term, float(far[place]), int(self.dfs[same[place]])))
        return sorted(near, key=lambda item: (-item.likelihood, item.term))

    @cached_property
    def _units(self) -> neighbourhood.Units:
        return neighbourhood.Units(self.terms)

    @cached_property
    def _files(self) -> neighbourhood.Files:
        return neighbourhood.Files(self._units, self.dfs)


def _units_of(word: bytes) -> list[bytes]:
    """Units of a word that may be in the table; none of another."""
    return edits.units(word) if _is_ordinary(word) else []


def _merged(sources: Iterable[TermList]) -> tuple[Array, Array, Array]:
    """Ordinary terms of all sources in order, each once -> (codes, starts (t + 1,), documents of each (t,) int64)."""
    interner, dfs = Interner(), np.zeros(0, np.int64)
    for codes, starts, having in sources:
        kept = are_ordinary(codes, starts)
        numbers = interner.intern(codes, starts[:-1][kept], starts[1:][kept])
        added = np.bincount(numbers, having[kept], interner.count).astype(np.int64)
        added[: len(dfs)] += dfs
        dfs = added
    codes, starts, ends = interner.terms()
    order, _ = spans.order(codes, starts, ends)
    return *spans.gather(codes, starts[order], ends[order]), dfs[order]


def _is_ordinary(term: bytes) -> bool:
    """Whether a term is Khmer clusters, none of them overlong, or letters of other scripts, and not too long itself."""
    return len(term) <= _LONGEST_TERM and _ORDINARY.fullmatch(term) is not None and not _OVERLONG.search(term)


def are_ordinary(codes: Array, starts: Array) -> NDArray[np.bool_]:
    """The same of many terms at once: codes, starts (t + 1,) -> (t,)."""
    text = codes.tobytes()
    kinds = khmer_clusters.classes(text)
    sizes = np.diff(starts)
    khmer, letters = (
        np.diff(starts_of(of_kind).take(starts)) == sizes
        for of_kind in ((kinds == script.BASE) | (kinds == script.MARK), kinds == script.ALPHA)
    )
    first = np.append(kinds, np.uint8(script.MARK)).take(starts[:-1])
    found: NDArray[np.bool_] = (sizes > 0) & (sizes <= _LONGEST_TERM) & ((khmer & (first == script.BASE)) | letters)
    heads = kinds == script.BASE
    heads[1:] &= codes[:-1] != script.COENG
    heads[starts[:-1][sizes > 0]] = True
    clusters = np.flatnonzero(heads)
    overlong = clusters[np.diff(clusters, append=len(codes)) > neighbourhood.LONGEST]
    # A letter outside ASCII and Khmer is four bytes, and what the last three look like says nothing.
    doubtful = np.concatenate([overlong, np.flatnonzero(codes == script.LETTER)])
    for number in np.unique(np.searchsorted(starts, doubtful, "right") - 1).tolist():
        found[number] = _is_ordinary(text[starts[number] : starts[number + 1]])
    return found


def term_table(view: View) -> TermTable:
    """The table of a commit's terms, made when first asked for."""
    return view.memo("near_terms", None, lambda: _table(view), TermTable.size, lasting=True)


def _table(view: View) -> TermTable:
    return TermTable((terms for name in (TEXT, TITLE) for terms in view.vocabulary(name)), view.doc_count)
