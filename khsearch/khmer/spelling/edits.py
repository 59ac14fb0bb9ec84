"""edits: how far one word is from another, counted in clusters. Clusters in, costs out.

A slip of hand or ear changes a cluster, drops one, adds one or swaps two. What is easily taken for another costs
little: letters of one sound, vowels that differ in length or in one stroke, a sign left out. Costs are in clusters: 1
is a cluster that has nothing to do with the other.

Any cost under `SKELETON_CHANGE` leaves the *skeleton* of a word as it is: its letters and subscripts, those of one
sound taken for one, without vowels and signs. Two words no further apart than `MOST` differ in the skeleton of one
cluster at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from khsearch.arrays import numbered
from khsearch.frozen import frozen
from khsearch.khmer.text import script
from khsearch.khmer.text.script import COENG

MOST = 1.1
"""The greatest distance that is looked for."""

SKELETON_CHANGE = 0.6
"""The least cost of what changes the skeleton: two such changes are more than `MOST`."""

DROP, DROP_RO, SWAP = 0.9, 0.6, 0.8  # a final RO is silent, so it is forgotten and added
_BASE, _BASE_ALIKE = 1.0, 0.4
_SUBSCRIPT, _SUBSCRIPT_GONE, _SUBSCRIPT_ALIKE = 0.8, 0.6, 0.4
_VOWEL, _VOWEL_GONE, _VOWEL_ALIKE = 0.7, 0.45, 0.35
_SHIFTER, _SIGN = 0.3, 0.4

Costs = NDArray[np.float32]

_SOUNDS = ("កគ", "ខឃ", "ចជ", "ឆឈ", "ដតទឌ", "ឋថធឍ", "នណ", "បព", "ផភ", "លឡ", "សឝឞ", "ឥឦ", "ឧឩឪឱឳ", "ឫឬ", "ឭឮ", "ឯឰ")
_VOWEL_PAIRS = ("ិី", "ិឹ", "ីឹ", "ីឺ", "ឹឺ", "ឺើ", "ុូ", "ូួ", "េែ", "ែៃ", "ោៅ", "ៀឿ", "ើឿ", "ីើ", "េើ", "ោើ")
_BARE_RO = bytes([script.RO])
_SUBSCRIPTS = re.compile(b"\xd2.", re.DOTALL)
_SHIFTERS, _VOWELS = b"\xc9\xca", bytes(range(0xB6, 0xC6))
_NO_SHIFTERS, _NO_VOWELS = (bytes(set(range(256)).difference(kind)) for kind in (_SHIFTERS, _VOWELS))


def _codes(text: str) -> bytes:
    return bytes(ord(char) & 0xFF for char in text)


def _sound_table() -> bytes:
    table = bytearray(range(256))
    for sounds in map(_codes, _SOUNDS):
        for code in sounds:
            table[code] = sounds[0]
    return bytes(table)


_SOUND = _sound_table()
_LIKE: dict[bytes, bytes] = {}
for _one, _other in map(_codes, _VOWEL_PAIRS):
    for _a, _b in ((_one, _other), (_other, _one)):
        _LIKE[bytes([_a])] = _LIKE.get(bytes([_a]), b"") + bytes([_b])
UNIT = re.compile(script.CLUSTER_PATTERN + rb"|\x01[\x00-\x7f]{3}|[^\x80-\xff]")


def units(word: bytes) -> list[bytes]:
    """A word's clusters, or the letters of a word of another script."""
    return UNIT.findall(word)


@frozen
class Parts:
    """What a cluster is made of, in codes; any part may be empty."""

    base: bytes
    subscripts: bytes
    vowels: bytes
    shifter: bytes
    signs: bytes

    @property
    def skeleton(self) -> bytes:
        """Base and subscripts, those of one sound alike."""
        return (self.base + self.subscripts).translate(_SOUND)


@lru_cache(maxsize=1 << 15)
def parts(unit: bytes) -> Parts:
    """Take a cluster apart."""
    if unit[0] == script.LETTER:
        return Parts(unit, b"", b"", b"", b"")
    base = unit[:1] if script.CLASS[unit[0]] != script.MARK else b""
    marks = unit[len(base) :]
    subscripts = b""
    if COENG in marks:
        subscripts = b"".join(_SUBSCRIPTS.findall(marks))
        marks = _SUBSCRIPTS.sub(b"", marks)
    vowels, shifter = marks.translate(None, _NO_VOWELS), marks.translate(None, _NO_SHIFTERS)
    return Parts(base, subscripts, vowels, shifter, marks.translate(None, _VOWELS + _SHIFTERS))


def drop(unit: bytes) -> float:
    """Cost of a cluster left out or added."""
    return DROP_RO if unit == _BARE_RO else DROP


def farthest(word: list[bytes]) -> float:
    """How far from a word something may be and still be meant: of a short word, little makes another word."""
    if script.CLASS[word[0][0]] == script.ALPHA:
        return MOST if len(word) > 3 else 0.0
    return (0.5, 0.75, 1.0)[len(word) - 1] if len(word) <= 3 else MOST


_COMPARED_VOWELS = 4


def _compared(unit: bytes) -> tuple[bytes, ...]:
    """What is compared of a cluster: base, its sound, subscripts, their sounds, vowels, shifter, signs."""
    found = parts(unit)
    sound, sounds = found.base.translate(_SOUND), found.subscripts.translate(_SOUND)
    return found.base, sound, found.subscripts, sounds, found.vowels, found.shifter, found.signs


class Inventory:
    """All units of an index, numbered, with their parts as arrays: what a unit costs against all others at once."""

    def __init__(self, names: list[bytes]) -> None:
        self.names = names
        self._drops = np.array([drop(name) for name in names], np.float32)
        self._numbers: list[dict[bytes, int]] = []
        self._parts = []
        for values in zip(*map(_compared, names), strict=True):
            numbers = {value: number for number, value in enumerate(dict.fromkeys(filter(None, values)), 1)}
            self._numbers.append(numbers)
            self._parts.append(np.array([numbers.get(value, 0) for value in values], np.int32))

    def changes(self, unit: bytes, which: NDArray[np.integer]) -> Costs:
        """Cost of a unit written for others, by their numbers: (k,) -> (k,), 0 to 1."""
        named = zip(self._numbers, _compared(unit), strict=True)
        mine = [numbers.get(value, -1) if value else 0 for numbers, value in named]  # -1: no unit here has it
        base, sound, below, sounds, vowels, shifter, signs = (part.take(which) for part in self._parts)
        cost = np.where(base == mine[0], 0, np.where(sound == mine[1], _BASE_ALIKE, _BASE))
        gone = np.where((below == 0) | (mine[2] == 0), _SUBSCRIPT_GONE, _SUBSCRIPT)
        cost += np.where(below == mine[2], 0, np.where(sounds == mine[3], _SUBSCRIPT_ALIKE, gone))
        alike = [
            self._numbers[_COMPARED_VOWELS].get(bytes([vowel]), -1) for vowel in _LIKE.get(parts(unit).vowels, b"")
        ]
        other = np.where((vowels == 0) | (mine[4] == 0), _VOWEL_GONE, _VOWEL)
        for number in alike:
            other[vowels == number] = _VOWEL_ALIKE
        cost += np.where(vowels == mine[4], 0, other)
        cost += _SHIFTER * (shifter != mine[5]) + _SIGN * (signs != mine[6])
        return np.minimum(cost, 1.0).astype(np.float32)

    def distances(self, word: list[bytes], others: NDArray[np.integer]) -> Costs:
        """Distance of a word to many of one length, by the numbers of their units: (length, n) -> (n,).

        The cheapest way from one to the other by changes, drops and swaps of neighbours (optimal string alignment).
        """
        length, n = others.shape
        which, inverse = numbered(others.ravel())
        columns = inverse.reshape(others.shape)
        drops = self._drops.take(others)
        changes = [self.changes(unit, which).take(columns) for unit in word]
        last = np.zeros((len(word) + 1, n), np.float32)
        for j, unit in enumerate(word):
            last[j + 1] = last[j] + np.float32(drop(unit))
        before = last
        for i in range(length):
            row = np.empty_like(last)
            row[0] = last[0] + drops[i]
            for j, unit in enumerate(word):
                cell = np.minimum(last[j] + changes[j][i], last[j + 1] + drops[i])
                np.minimum(cell, row[j] + np.float32(drop(unit)), out=cell)
                if i and j:
                    swapped = (changes[j - 1][i] == 0) & (changes[j][i - 1] == 0)
                    np.minimum(cell, np.where(swapped, before[j - 1] + np.float32(SWAP), np.float32(np.inf)), out=cell)
                row[j + 1] = cell
            before, last = last, row
        found: Costs = last[len(word)]
        return found


def skeletons(word: list[bytes]) -> Iterator[tuple[bytes, ...]]:
    """The skeleton of a word, and the skeletons of the word without one of its clusters."""
    whole = tuple(parts(unit).skeleton for unit in word)
    yield whole
    for i in range(len(whole)):
        yield whole[:i] + whole[i + 1 :]
