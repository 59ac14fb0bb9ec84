"""variants: other spellings of what a person typed. A typed text in; the places that can be spelled otherwise, out.

Three sources, all at query time, so that an index never changes with them:

- groups of spellings of one word (`data/variants.tsv`) and of names of one thing (`data/synonyms.tsv`), and those of a
  user's file: found by a trie over *units* (a cluster, a number, a word of another script, a space, a sign), the
  longest first, at any cluster boundary, so also inside a compound and across the breaker's words;
- rules (`_RULES`) that lead from a spelling which is no word of the lexicon to one that is;
- repetition: a word twice and the word with the repetition sign U+17D7 are the same.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from khsearch.errors import LexiconError
from khsearch.khmer import lattice, script
from khsearch.khmer.lexicon import Lexicon, default_lexicon
from khsearch.khmer.normalize import NormalText, normalize
from khsearch.khmer.script import COENG, LETTER
from khsearch.khmer.trie import BASE_MASK, NO_WORD, PARENT_SHIFT, VALUE_MASK, VALUE_SHIFT, Trie

_REPEAT = 0xD7
_MAX_REPEATED = 4  # clusters of a word that is written twice

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

    def _ruled(self, codes: bytes, units: Sequence[bytes]) -> Iterator[tuple[int, int, str, float]]:
        """Where a rule leads to a word of the lexicon; from a word to a spelling that is none, where it may be met."""
        if not _RULED.search(codes):
            return
        trie = self._words.trie
        for place, unit in enumerate(units):
            if not _RULED.search(unit):
                continue
            behind = units[place + 1] if place + 1 < len(units) else b""
            for rule in _RULES:
                changed = rule(unit, behind)
                if changed:
                    yield from _through(trie, units, place, changed)

    def _repeated(self, codes: bytes, units: Sequence[bytes]) -> Iterator[tuple[int, int, str, float]]:
        trie = self._words.trie if _REPEAT in codes else None
        if trie is not None:
            for place in (i for i, unit in enumerate(units) if unit[0] == _REPEAT):
                for first in range(max(0, place - _MAX_REPEATED), place):
                    if _is_word(trie, units[first:place]):
                        yield first, place + 1, 2 * _spelled(units[first:place]), 1.0
                        break
        for size in range(1, min(_MAX_REPEATED, len(units) // 2) + 1):
            same = list(map(operator.eq, units, units[size:]))
            if True not in same:
                continue
            for first in range(len(same) - size + 1):
                word = units[first : first + size]
                if all(same[first : first + size]) and _is_word(self._words.trie, word):
                    yield first, first + 2 * size, _spelled(word) + chr(script.KHMER_FIRST + _REPEAT - 0x80), 1.0

    def _stands(self, units: Sequence[bytes], first: int, end: int, others: Iterable[str]) -> bool:
        """Whether one or two clusters are a word where they stand, as typed or in another spelling.

        They are part of many longer words: no boundary there, no match.
        """
        if not all(map(_is_khmer, units[first:end])):
            return True
        left, right = first, end
        while left > 0 and first - left < _CONTEXT and _is_khmer(units[left - 1]):
            left -= 1
        while right < len(units) and right - end < _CONTEXT and _is_khmer(units[right]):
            right += 1
        before, behind = list(units[left:first]), list(units[end:right])
        spellings = [list(units[first:end]), *(list(_units_of(other)) for other in others)]
        return any(self._is_whole(before, middle, behind) for middle in spellings if all(map(_is_khmer, middle)))

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


def _is_khmer(unit: bytes) -> bool:
    return script.CLASS[unit[0]] == script.BASE


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


@cache
def _units_of(spelling: str) -> tuple[bytes, ...]:
    return tuple(_units(normalize(spelling.strip())))


def _spelled(units: Sequence[bytes]) -> str:
    return script.decode_term(b"".join(units))


def _span(normal: NormalText, start: int, end: int) -> tuple[int, int] | None:
    """Offsets in the typed text of a stretch of its codes; None where it ends inside a character."""
    if normal.places is None:
        return start - 1, end - 1
    places = normal.places
    if places[start] == places[start - 1] or places[end] == places[end - 1]:
        return None  # U+17A8 is one character and two clusters
    first, last = normal.spans(np.array([start]), np.array([end]))
    return int(first[0]) - 1, int(last[0]) - 1


# Rules: each takes a cluster and the one behind it, and returns what could be written instead, or nothing.

_M, _NIKAHIT, _REAHMUK, _YUUKALEAPINTU, _TOANDAKHIAT, _AHSDA = 0x98, 0xC6, 0xC7, 0xC8, 0xCD, 0xCF
_RULED = re.compile(rb"[\xc6-\xc8\xcf]|\x98\xd2|\xd2\x98|\xbb|\xc9|\xca")
_PLAIN_NIKAHIT = re.compile(rb"[\x80-\xa2](?:\xd2[\x80-\xa2])*\xc6")
_PLAIN = re.compile(rb"[\x80-\xa2](?:\xd2[\x80-\xa2])*")
_UNDER_VOWEL = re.compile(rb"([\x80-\xa2](?:\xd2[\x80-\xa2])*)([\xb7-\xba\xbe])\xbb(.*)")
_WITH_SHIFTER = re.compile(rb"([\x80-\xa2](?:\xd2[\x80-\xa2])*)[\xc9\xca]([\xb7-\xba\xbe])(.*)")


def _nikahit_as_m(unit: bytes, behind: bytes) -> list[tuple[bytes, ...]]:
    """C+nikahit C -> C M+coeng C: the older and the newer spelling of the infix -am-."""
    if not _PLAIN_NIKAHIT.fullmatch(unit) or not behind or not _is_khmer(behind) or behind[1:2] == bytes([COENG]):
        return []
    below = behind
    if behind[0] == script.DA:  # a subscript DA is written as TA (normalize)
        below = bytes([script.TA]) + behind[1:]
    return [(unit[:-1], bytes([_M, COENG]) + below)]


def _m_as_nikahit(unit: bytes, behind: bytes) -> list[tuple[bytes, ...]]:
    """The same backwards."""
    if not _PLAIN.fullmatch(unit) or behind[:2] != bytes([_M, COENG]) or behind[3:4] == bytes([COENG]):
        return []
    changed = [(unit + bytes([_NIKAHIT]), behind[2:])]
    if behind[2] == script.TA:
        changed.append((unit + bytes([_NIKAHIT]), bytes([script.DA]) + behind[3:]))
    return changed


def _shifter_as_u(unit: bytes, _: bytes) -> list[tuple[bytes, ...]]:
    """A register shifter under a vowel above looks like the vowel U, and is typed so; normalize puts U last."""
    found = _UNDER_VOWEL.fullmatch(unit)
    if found:
        return [(found[1] + shifter + found[2] + found[3],) for shifter in (b"\xca", b"\xc9")]
    found = _WITH_SHIFTER.fullmatch(unit)
    return [(found[1] + found[2] + b"\xbb" + found[3],)] if found else []


def _visarga(unit: bytes, _: bytes) -> list[tuple[bytes, ...]]:
    """Reahmuk and yuukaleapintu look alike and are taken for each other."""
    swap = {_REAHMUK: _YUUKALEAPINTU, _YUUKALEAPINTU: _REAHMUK}.get(unit[-1])
    return [(unit[:-1] + bytes([swap]),)] if swap else []


def _ahsda(unit: bytes, _: bytes) -> list[tuple[bytes, ...]]:
    """Ahsda typed for toandakhiat."""
    return [(unit[:-1] + bytes([_TOANDAKHIAT]),)] if unit[-1] == _AHSDA else []


_Rule = Callable[[bytes, bytes], list[tuple[bytes, ...]]]
_RULES: tuple[_Rule, ...] = (_nikahit_as_m, _m_as_nikahit, _shifter_as_u, _visarga, _ahsda)
_REVERSED = re.compile(rb"\x98\xd2|[\xc9\xca][\xb7-\xba\xbe]")
_REACH = 4  # clusters of a word before the one that a rule changes


def _through(
    trie: Trie, units: Sequence[bytes], place: int, changes: list[tuple[bytes, ...]]
) -> Iterator[tuple[int, int, str, float]]:
    """What rules make of the word around `place`: the first change that gives a word where there was none."""
    for change in changes:
        end = place + len(change)
        other = [*units[max(0, place - _REACH) : place], *change, *units[end : end + _REACH]]
        shift = max(0, place - _REACH)
        for first in range(shift, place + 1):
            stop = shift + _word_end(trie, other, first - shift)
            if stop >= end and not _is_word(trie, units[first:stop]):
                yield first, stop, _spelled(other[first - shift : stop - shift]), 1.0
                return
    # From the newer spelling to the older, which no lexicon lists but texts have.
    if not _REVERSED.search(b"".join(units[place : place + 2])):
        return
    for change in changes:
        end = place + len(change)
        for first in range(max(0, place - _REACH), place + 1):
            stop = first + _word_end(trie, units[first : end + _REACH], 0)
            if stop >= end:
                other = [*units[first:place], *change, *units[end:stop]]
                if not _is_word(trie, other):
                    yield first, stop, _spelled(other), 1.0
                break


def _word_end(trie: Trie, units: Sequence[bytes], first: int) -> int:
    """Where the longest word that begins at `first` ends, or `first`."""
    slots, numbers = trie.slots, trie.numbers
    slot, end = 0, first
    for at in range(first, len(units)):
        child = (slots[slot] & BASE_MASK) + numbers.get(units[at], 0)
        if units[at] not in numbers or slots[child] >> PARENT_SHIFT != slot or child == slot:
            break
        slot = child
        if slots[slot] >> VALUE_SHIFT & VALUE_MASK != NO_WORD:
            end = at + 1
    return end


def _is_word(trie: Trie, units: Sequence[bytes]) -> bool:
    return bool(units) and _word_end(trie, units, 0) == len(units)


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
