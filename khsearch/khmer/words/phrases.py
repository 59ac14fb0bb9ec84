"""phrases: entries of a user's word list that no lattice knows: with spaces, digits, Latin, dots, signs, other scripts.

In an index a phrase is its atoms side by side. Here a text's atoms come in, and out come the stretches that are one
phrase each. Phrases lie in a tree of *units*: clusters, runs of digits or of ASCII letters, spaces, of which one or
more are alike, and other characters one by one. What the normal form does not tell apart, letters of other scripts and
signs outside ASCII, is compared as it stands in the text, but for case.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from khsearch.arrays import np
from khsearch.frozen import frozen
from khsearch.khmer.text import script
from khsearch.khmer.text.normal_text import NormalText
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.text.script import CLASS, END, LETTER, LINE_END, SEPARATOR, SPACE
from khsearch.sharing import cached_property

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from khsearch.khmer.text.points import Offsets

_UNIT = re.compile(script.CLUSTER_PATTERN + rb"|[0-9\x03]+|[a-z]+|\x20+|[\x00-\xff]")
_VAGUE = frozenset((SPACE, LETTER, LINE_END))  # codes of characters of many kinds
_SPACES = re.compile(" +")
_Tree = dict[bytes, Any]  # of units, each with the tree behind it; b"" has the endings


@frozen
class _Endings:
    """The phrases whose units, from the first that is in an atom to the last, lead to one place of the tree.

    texts  signs before and behind these -> the units as they stand in a text; None where their codes say all
    sizes  how many signs there are before and behind
    """

    texts: dict[tuple[str, str], set[str | None]]
    sizes: set[tuple[int, int]]


@dataclass(frozen=True)
class Phrases:
    """Phrases by their texts."""

    texts: tuple[str, ...]

    def spans(
        self, normal: NormalText, starts: Sequence[int] | Offsets, ends: Sequence[int] | Offsets
    ) -> list[tuple[int, int]]:
        """Find phrases: a text or batch and the edges of its atoms in the codes, rising -> (first code, code behind).

        No phrase divides an atom. Of those that begin at one atom the longest counts, and it comes before all others
        that overlap it and begin later. Edges as arrays are looked through as arrays.
        """
        found = []
        behind = 0
        for start in self._openings(normal.codes, starts):
            if start >= behind:
                span = self._at(normal, start, ends)
                if span and span[0] >= behind:
                    found.append(span)
                    behind = span[1]
        return found

    def _at(self, normal: NormalText, start: int, ends: Sequence[int] | Offsets) -> tuple[int, int] | None:
        """The longest phrase whose first atom begins at a place."""
        codes, tree, at = normal.codes, self._tree, start
        longest = None
        while unit := _UNIT.match(codes, at):
            form = _as_unit(unit[0])
            if form not in tree:
                break
            tree, at = tree[form], unit.end()
            if b"" not in tree:
                continue
            i = bisect_left(ends, at)
            if i == len(ends) or ends[i] != at:
                continue
            endings: _Endings = tree[b""]
            for lead, tail in endings.sizes:
                span = start - lead, at + tail
                if span[0] < 1 or END in codes[span[0] : span[1]]:
                    continue
                signs = normal.characters(span[0], start), normal.characters(at, span[1])
                texts = endings.texts.get(signs, ())
                if (None in texts or (texts and _exact(normal, start, at) in texts)) and (
                    longest is None or span[1] - span[0] > longest[1] - longest[0]
                ):
                    longest = span
        return longest

    def _openings(self, codes: bytes, starts: Sequence[int] | Offsets) -> Sequence[int]:
        """Those of some places where a phrase may begin."""
        if isinstance(starts, Sequence):
            pairs = self._pairs
            return [start for start in starts if codes[start : start + 2] in pairs]
        read = np.frombuffer(codes, np.uint8)
        pair = read.take(starts).astype(np.int64) << 8 | read.take(starts + 1)  # END is behind all atoms
        found: list[int] = starts[self._is_pair.take(pair)].tolist()
        return found

    @cached_property
    def _pairs(self) -> frozenset[bytes]:
        """The first two codes of the first atoms."""
        first = [unit for unit in self._tree if len(unit) > 1]
        alone = [unit for unit in self._tree if len(unit) == 1]
        return frozenset({unit[:2] for unit in first} | {unit + bytes([code]) for unit in alone for code in range(256)})

    @cached_property
    def _is_pair(self) -> NDArray[np.bool_]:
        found = np.zeros(1 << 16, np.bool_)
        found[[pair[0] << 8 | pair[1] for pair in self._pairs]] = True
        return found

    @cached_property
    def _tree(self) -> _Tree:
        tree: _Tree = {}
        for text in self.texts:
            for form in dict.fromkeys([text, *(unicodedata.normalize(name, text) for name in ("NFC", "NFD"))]):
                _grow(tree, normalize(form))
        return tree


def _grow(tree: _Tree, phrase: NormalText) -> None:
    codes = phrase.codes
    seen = [place for place, code in enumerate(codes) if CLASS[code] != SEPARATOR]
    if not seen:
        return
    first, last = seen[0], seen[-1] + 1
    core = codes[first:last]
    for unit in _UNIT.findall(core):
        tree = tree.setdefault(_as_unit(unit), {})
    exact = _exact(phrase, first, last) if _VAGUE.intersection(core) else None
    lead, tail = phrase.characters(1, first), phrase.characters(last, len(codes) - 1)
    endings = tree.setdefault(b"", _Endings({}, set()))
    endings.texts.setdefault((lead, tail), set()).add(exact)
    endings.sizes.add((len(lead), len(tail)))


def _as_unit(unit: bytes) -> bytes:
    return b" " if unit[0] == SPACE else unit


def _exact(normal: NormalText, start: int, end: int) -> str:
    """What stands at some codes, as far as they do not say it; spaces as one, without regard to case."""
    text = []
    for code, char in zip(normal.codes[start:end], normal.characters(start, end), strict=True):
        is_space = code == SPACE and (char.isspace() or unicodedata.category(char) == "Cc")
        text.append(char if code in _VAGUE and not is_space else " " if is_space else script.decode_term(bytes([code])))
    folded = unicodedata.normalize("NFC", "".join(text)).casefold()
    return _SPACES.sub(" ", unicodedata.normalize("NFC", folded))
