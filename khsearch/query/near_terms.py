"""near_terms: the terms of an index, ready to be asked which hold a word, or begin so. A view in, a TermTable out.

The terms are those of the words of texts and titles that are one run of Khmer, or of letters of other scripts, and not
so long that nobody can have meant them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import Array, Interner, spans, starts_of
from khsearch.engine import TermList, View
from khsearch.frozen import frozen
from khsearch.khmer import clusters as khmer_clusters
from khsearch.khmer import letters_of, script
from khsearch.schema import TEXT, TITLE
from khsearch.sharing import cached_property

_LONGEST_CLUSTER = 8  # codes: a longer one is hardly text
_ORDINARY = re.compile(rb"[\x80-\xb3][\x80-\xd3\xdd]*|(?:[a-z]|\x01[\x00-\x7f]{3})+")
_OVERLONG = re.compile(rb"[\x80-\xb3]%b{%d}" % (script.MARK_PATTERN, _LONGEST_CLUSTER))
_LONGEST_TERM = 64  # codes, four for a letter outside ASCII: what is longer is hardly a word


@frozen
class Near:
    """A term, and how many documents have it."""

    term: bytes
    df: int


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

    def size(self) -> int:
        """Bytes that it comes to take, about: terms as objects, and end to end."""
        return sum(map(len, self.terms)) * 2 + len(self.terms) * 65

    def holding(self, word: bytes, limit: int) -> list[Near]:
        """The most frequent longer terms that hold a Khmer word of two clusters or more, whole clusters of theirs."""
        if (
            not _is_ordinary(word)
            or len(letters_of(word)) < 2
            or script.CLASS[word[0]] != script.BASE
            or not self.terms
        ):
            return []
        data, at, places = self._data, 0, []
        while (at := data.find(word, at + 1)) >= 0:
            if data[at - 1] != script.COENG and script.CLASS[data[at + len(word)]] != script.MARK:
                places.append(at)
        owners = np.searchsorted(self._borders, np.array(places, np.int64)) - 1
        found = [Near(self.terms[owner], int(self.dfs[owner])) for owner in dict.fromkeys(owners.tolist())]
        longer = [near for near in found if near.term != word]
        return sorted(longer, key=lambda near: (-near.df, near.term))[:limit]

    @cached_property
    def _data(self) -> bytes:
        """All terms, an END before, between and behind them."""
        end = bytes([script.END])
        return end + end.join(self.terms) + end

    @cached_property
    def _borders(self) -> Array:
        """Where in `_data` the ENDs are (t + 1,)."""
        return np.cumsum([0, *(len(term) + 1 for term in self.terms)])


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
    overlong = clusters[np.diff(clusters, append=len(codes)) > _LONGEST_CLUSTER]
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
