"""variants: other spellings of what a person typed. A typed text in; the places that can be spelled otherwise, out.

Three sources, all at query time, so that an index never changes with them:

- groups of spellings of one word (`data/variants.tsv`) and of names of one thing (`data/synonyms.tsv`), and those of a
  user's file: found by a trie over *units* (a cluster, a number, a word of another script, a space, a sign), the
  longest first, at any cluster boundary, so also inside a compound and across the breaker's words;
- rules (`_RULES`) that lead from a spelling which is no word of the lexicon to one that is;
- repetition: a word twice and the word with the repetition sign U+17D7 are the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from khsearch.errors import LexiconError
from khsearch.khmer import lattice, script
from khsearch.khmer.lexicon import Lexicon, default_lexicon
from khsearch.khmer.normalize import NormalText, normalize, normalize_all
from khsearch.khmer.respelling import is_khmer, repeated, ruled
from khsearch.khmer.script import LETTER

_MARK = rb"(?:\xd2[\x80-\xb3]|[\xb4-\xd1\xd3\xdd])"
_UNIT = re.compile(rb"[\x80-\xb3]MARK*|MARK+|[0-9\x03]+|[a-z\x01]+|[ \n]+|[^\x02]".replace(b"MARK", _MARK))


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another spelling of a stretch of a typed text: what to search besides.

    start, end  code points of the typed text, whole clusters
    spelling    what could stand there instead
    weight      how sure it is the same: 1 for a spelling, less for a synonym
    """

    start: int
    end: int
    spelling: str
    weight: float


@dataclass(frozen=True, slots=True)
class Group:
    """Spellings of one word, or names of one thing; the reason says what parts them."""

    spellings: tuple[str, ...]
    reason: str
    weight: float = 1.0


@dataclass(slots=True)
class _Node:
    """A node of the trie of units: what follows, and what ends here (other spellings with weights)."""

    after: dict[bytes, _Node]
    others: dict[str, float]


class Variants:
    """Groups of spellings, ready to be found in texts. Built once; safe for threads."""

    def __init__(self, groups: Iterable[Group], lexicon: Lexicon | None = None) -> None:
        """`lexicon` tells the rules what a word is; None is the one that khsearch brings."""
        self.groups = tuple(groups)
        self._lexicon = lexicon
        self._root = _Node({}, {})
        for group in self.groups:
            for spelling in group.spellings:
                node = self._root
                for unit in _units_of(spelling):
                    node = node.after.setdefault(unit, _Node({}, {}))
                for other in group.spellings:
                    if other != spelling:
                        node.others[other] = max(group.weight, node.others.get(other, 0.0))

    @classmethod
    def read(cls, path: str | Path, lexicon: Lexicon | None = None) -> Variants:
        """Read a file of groups, UTF-8, one a line: spellings and, last, the reason, all divided by tabs; # comments.

        A reason may end in a number over 0 and up to 1, the weight: "abbreviation 0.8". Raises LexiconError.
        """
        return cls(read_groups(Path(path)), lexicon)

    def joined(self, other: Variants) -> Variants:
        """The groups of both: a spelling that stands in both has all its alternatives."""
        return Variants((*self.groups, *other.groups), self._lexicon)

    def alternatives(self, text: str) -> list[Alternative]:
        """Other spellings of stretches of a typed text, in order of where they begin; stretches may overlap."""
        normal = normalize(text)
        codes = normal.codes
        units = _units(normal)
        found = [*self._listed(units), *self._ruled(codes, units), *self._repeated(codes, units)]
        if not found:
            return []
        edges = [1]  # codes[0] is END
        for piece in _UNIT.findall(codes):
            edges.append(edges[-1] + len(piece))
        out = []
        for first, last, spelling, weight in sorted(found):
            span = _span(normal, edges[first], edges[last])
            if span is not None:
                out.append(Alternative(*span, spelling, weight))
        return out

    def _listed(self, units: Sequence[bytes]) -> Iterator[tuple[int, int, str, float]]:
        """Groups with a spelling that stands in the text -> first unit, last unit + 1, another spelling, weight."""
        root = self._root.after
        covered = 0
        for first, unit in enumerate(units):
            node = root.get(unit)
            if node is None:
                continue
            best, end, at = None, 0, first + 1
            while True:
                if node.others and (at - first > 2 or self._stands(units, first, at, node.others)):
                    best, end = node, at
                if at == len(units):
                    break
                node = node.after.get(units[at])
                if node is None:
                    break
                at += 1
            if best is not None and end > covered:
                for spelling, weight in best.others.items():
                    yield first, end, spelling, weight
                    if weight == 1:  # inside a synonym, a word may still be spelled otherwise
                        covered = end

    def _stands(self, units: Sequence[bytes], first: int, end: int, others: Iterable[str]) -> bool:
        """Whether one or two clusters are a word where they stand, as typed or in another spelling.

        They are part of many longer words: no boundary there, no match.
        """
        if not all(map(is_khmer, units[first:end])):
            return True
        left, right = first, end
        while left > 0 and first - left < _CONTEXT and is_khmer(units[left - 1]):
            left -= 1
        while right < len(units) and right - end < _CONTEXT and is_khmer(units[right]):
            right += 1
        before, behind = list(units[left:first]), list(units[end:right])
        spellings = [list(units[first:end]), *(list(_units_of(other)) for other in others)]
        return any(self._is_whole(before, middle, behind) for middle in spellings if all(map(is_khmer, middle)))

    def _is_whole(self, before: list[bytes], middle: list[bytes], behind: list[bytes]) -> bool:
        trie = self._words.trie
        numbers = [trie.numbers.get(unit, 0) for unit in (*before, *middle, *behind)]
        at, edges = 0, {0}
        for count in lattice.best_path(numbers, trie, self._words.unknown):
            at += count
            edges.add(at)
        return len(before) in edges and len(before) + len(middle) in edges

    @property
    def _words(self) -> Lexicon:
        return self._lexicon or default_lexicon()


_CONTEXT = 8  # clusters on either side that decide where a word ends


def _units(normal: NormalText) -> list[bytes]:
    units = _UNIT.findall(normal.codes)
    if LETTER in normal.codes:
        at = 1
        for i, unit in enumerate(units):
            if LETTER in unit:  # letters that share a code are told apart by what was typed
                word = "".join(normal.raw[place] for place in normal.origin[at : at + len(unit)].tolist())
                units[i] = script.encode_term(unicodedata.normalize("NFC", word.casefold()))
            at += len(unit)
    return [b" " if unit[0] in b" \n" else unit for unit in units]


def _units_of_all(spellings: Sequence[str]) -> list[tuple[bytes, ...]]:
    """Units of many spellings, each without the space around it."""
    texts = [spelling.strip() for spelling in spellings]
    found = [tuple(_UNIT.findall(codes)) for codes in normalize_all(texts).codes[1:-1].split(b"\x02")]
    for i, units in enumerate(found):
        if any(LETTER in unit or unit[0] in b" \n" for unit in units):
            found[i] = tuple(_units(normalize(texts[i])))
    return found


def _span(normal: NormalText, start: int, end: int) -> tuple[int, int] | None:
    """Offsets in the typed text of a stretch of its codes; None where it ends inside a character."""
    if normal.places is None:
        return start - 1, end - 1
    places = normal.places
    if places[start] == places[start - 1] or places[end] == places[end - 1]:
        return None  # U+17A8 is one character and two clusters
    first, last = normal.spans(np.array([start]), np.array([end]))
    return int(first[0]) - 1, int(last[0]) - 1


def read_groups(path: Path) -> list[Group]:
    """Groups of a file; LexiconError names the file and the line that cannot be one."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise LexiconError(f"{path}: cannot be read as UTF-8 variants ({problem}); name another file") from None
    groups: list[Group] = []
    known: dict[tuple[bytes, ...], int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            group = _parsed(line)
            for spelling in group.spellings:
                earlier = known.setdefault(_units_of(spelling), number)
                if earlier != number:
                    raise ValueError(f"{spelling!r} stands in line {earlier} too")
        except ValueError as problem:
            raise LexiconError(f"{path}, line {number}: {line.strip()!r}: {problem}; mend the line") from None
        groups.append(group)
    return groups


def _parsed(line: str) -> Group:
    *spellings, reason = (part.strip() for part in line.split("\t"))
    if len(spellings) < 2 or not all(spellings) or not reason:
        raise ValueError("give two spellings or more and then the reason, divided by tabs")
    if len({_units_of(spelling) for spelling in spellings}) != len(spellings):
        raise ValueError("two of the spellings are one for khsearch already")
    if any(_units_of(spelling) in ((), (b" ",)) for spelling in spellings):
        raise ValueError("a spelling without a letter")
    head, _, tail = reason.rpartition(" ")
    try:
        weight = float(tail)
    except ValueError:
        return Group(tuple(spellings), reason)
    if not head or not 0 < weight <= 1:
        raise ValueError("a weight is a number over 0 and up to 1, after the reason")
    return Group(tuple(spellings), head.strip(), weight)


@cache
def default_variants() -> Variants:
    """The spellings and synonyms that khsearch brings."""
    data = Path(__file__).parent / "data"
    return Variants([*read_groups(data / "variants.tsv"), *read_groups(data / "synonyms.tsv")])
