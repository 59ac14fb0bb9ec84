"""meant: a row of words with nothing between them in, what was probably meant by it out, likeliest first.

A slip often makes the breaker divide a word otherwise, so stretches of up to `JOINED` words are held against the
candidates as one spelling. A *reading* of the row divides it into stretches, each as it was typed or as a candidate,
and is as likely as all of them together: a stretch counts ln(df + 1/2) - ln of the number of documents (of a pair, less
`COMPOUND`), and its excess off. So a row is rather one frequent word with a slip than several rare ones without.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from khsearch.frozen import frozen
from khsearch.khmer import Typed, clusters_of, script
from khsearch.query.frequencies import Frequencies
from khsearch.schema import BIGRAMS, TEXT, TITLE
from khsearch.sharing import loading

if TYPE_CHECKING:
    from khsearch.engine import View
    from khsearch.query.candidates import Candidate

RARE = 200
"""A word that fewer than one in so many documents have may be a slip."""

_WORDS = 30  # words of the longest row
JOINED = 4  # neighbouring words that are held against the candidates as one
_FEW = 3  # documents: a word in more of them is hardly a slip, however many there are
_UNKNOWN = 8.0  # nats by which a stretch that stays, though no document has it, is unlikely
_APART = 7.0  # nats by which two stretches side by side are less likely than each by itself says
_KEPT = 12  # readings of the first words that are followed


@frozen
class Change:
    """Words of a row, from `first` to before `end`, that were meant as a candidate."""

    first: int
    end: int
    meant: Candidate


@frozen
class Meant:
    """A reading of a row: what is changed in it, how much likelier it is than the row as typed, and its excess."""

    changes: tuple[Change, ...]
    gain: float
    excess: float


_Path = tuple[float, float, tuple[Change, ...], bytes]
"""Score, excess, changes, spelling."""


class Rows:
    """Rows of words, held against one commit: its text, title, and own fields that are searched unnamed."""

    def __init__(self, view: View, own: Iterable[str] = ()) -> None:
        self._view = view
        self._own = tuple(own)
        self._dfs = Frequencies(view, TEXT, TITLE, *self._own)
        self._bigrams = Frequencies(view, BIGRAMS)
        self._documents = math.log(view.doc_count + 1)

    def is_odd(self, word: bytes) -> bool:
        """Whether a word may be a slip, or a piece of a word that the breaker divided."""
        (df,) = self._dfs.of([word])
        return not df or (df <= _FEW and df * RARE < self._view.doc_count)

    def odd(self, words: Sequence[bytes]) -> list[bool]:
        """Of each word, whether it may be a slip or a piece: rare, a bare letter, or nowhere beside its neighbour."""
        odd = [self.is_odd(word) or _is_bare(word) for word in words]
        for place, (one, other) in enumerate(pairwise(words)):
            if script.BASES.start <= min(one[0], other[0]):
                pair = clusters_of(one)[-1] + clusters_of(other)[0]
                if not self._bigrams.of([pair])[0]:
                    odd[place] = odd[place + 1] = True
        return odd

    def meant(self, words: Sequence[bytes], odd: Sequence[bool], limit: int, df: int = 0) -> list[Meant]:
        """Readings of a row other than as it was typed, likeliest first.

        odd  which words may be changed, alone or with their neighbours
        df   documents in which the row stands as it was typed
        """
        if not any(odd):
            return []
        dfs = self._dfs.of(words)
        start: _Path = (0.0, 0.0, (), b"")
        paths: list[list[_Path]] = [[start], *([] for _ in words)]
        as_typed = [0.0, *(-math.inf for _ in words)]  # the likeliest of the first words without a change
        for first in range(len(words)):
            before = _best(paths[first], _KEPT)
            apart = _APART if first else 0
            for end in range(first + 1, min(first + JOINED, len(words)) + 1):
                for score, excess, change, spelling in self._stretch(words, dfs, odd, first, end):
                    if change is None:
                        as_typed[end] = max(as_typed[end], as_typed[first] + score - apart)
                    for path in before:
                        changes = path[2] if change is None else (*path[2], change)
                        paths[end].append((path[0] + score - apart, path[1] + excess, changes, path[3] + spelling))
        typed, likely = b"".join(words), as_typed[-1]
        if df:
            loading("khsearch.query.known")
            from khsearch.query.known import COMPOUND

            likely = max(likely, self._as_typed(df) - (COMPOUND if len(words) > 1 else 0))
        found = [path for path in _best(paths[-1], limit + 1) if path[3] != typed]
        return [Meant(path[2], path[0] - likely, path[1]) for path in found[:limit]]

    def _stretch(
        self, words: Sequence[bytes], dfs: Sequence[int], odd: Sequence[bool], first: int, end: int
    ) -> list[tuple[float, float, Change | None, bytes]]:
        """What a stretch may be: score, excess, what is changed, spelling."""
        typed = b"".join(words[first:end])
        out: list[tuple[float, float, Change | None, bytes]] = []
        if end == first + 1:
            out.append((self._as_typed(dfs[first]), 0.0, None, typed))
        if any(odd[first:end]):
            loading("khsearch.query.candidates")
            from khsearch.query.candidates import candidates

            for near in candidates(self._view, self._own).of(typed, self._view):
                score = near.score - self._documents
                if near.spelling != typed:
                    out.append((score, near.excess, Change(first, end, near), near.spelling))
                elif end > first + 1:
                    out.append((score, 0.0, None, typed))
        return out

    def _as_typed(self, df: int) -> float:
        return math.log(df + 0.5) - self._documents - (0 if df else _UNKNOWN)


def rows_of(typed: Typed) -> Iterator[tuple[int, int]]:
    """Rows of words with nothing between them, of Khmer, or single ones of other scripts: first word, last + 1."""
    words = typed.terms.words
    starts, ends = typed.edges
    first = 0
    for place in range(1, len(words) + 1):
        khmer = script.BASES.start <= words[place - 1][0]
        if place < len(words) and khmer and starts[place] == ends[place - 1] and script.BASES.start <= words[place][0]:
            continue
        if place - first <= _WORDS and script.CLASS[words[first][0]] != script.DIGIT:
            yield first, place
        first = place


def _best(paths: Sequence[_Path], limit: int) -> list[_Path]:
    """The likeliest paths, of those of one spelling the first."""
    found: dict[bytes, _Path] = {}
    for path in sorted(paths, key=lambda path: (-path[0], path[3])):
        found.setdefault(path[3], path)
        if len(found) == limit:
            break
    return list(found.values())


def _is_bare(word: bytes) -> bool:
    return len(word) == 1 and script.CLASS[word[0]] == script.BASE
